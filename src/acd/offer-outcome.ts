// Reads from how a phone's leg ended what became of the offer: the table of docs/outcomes.md.
import type { OfferOutcome } from '../contact/offer.js';

/** How the leg of an offer ended before it was joined. */
export interface LegEnding {
  /** Q.850 cause as Asterisk reports it; 0 when the phone could not even be dialled. */
  readonly causeCode: number;
  /** From the offer to its end. */
  readonly elapsedMs: number;
  /** The ring time of this offer. */
  readonly ringMs: number;
  /** The phone had reported that it rings (180 or 183). */
  readonly ringing: boolean;
  /** The phone's own final answer, where it is known; it says more than the cause. */
  readonly sipStatus?: number;
}

/** The Q.850 cause that Asterisk makes of a phone's answer. */
const causeOfStatus: ReadonlyMap<number, number> = new Map([
  [404, 1],
  [408, 18],
  [480, 19],
  [486, 17],
  [488, 58],
  [600, 17],
  [603, 21],
  [604, 1],
  [606, 58],
]);

/**
 * The outcome of an offer that ended without a talk. A phone's own 480 and our ring time-out carry one cause, 19: only
 * the time tells them apart. `callerGone` is not decided here: the citizen's side knows it.
 */
export function offerOutcome({ causeCode, elapsedMs, ringMs, ringing, sipStatus }: LegEnding): OfferOutcome {
  const cause = (sipStatus === undefined ? undefined : causeOfStatus.get(sipStatus)) ?? causeCode;
  switch (cause) {
    case 17:
      return 'busyOwnCall';
    case 21:
      return 'declined';
    case 58:
      return 'misconfigured';
    case 0:
    case 1:
    case 3:
    case 18:
    case 20:
      return 'unreachable';
    case 19:
      if (elapsedMs < ringMs) return 'doNotDisturb';
      return ringing ? 'rona' : 'unreachable';
    default:
      return ringing ? 'failed' : 'unreachable';
  }
}
