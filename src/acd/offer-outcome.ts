// Reads from how a phone's leg ended what became of the offer: the table of docs/outcomes.md.
import type { OfferOutcome } from '../contact/offer.js';

/** How the leg of an offer ended before it was joined. */
export interface LegEnding {
  /** Q.850 as Asterisk makes it of the phone's answer; 0: the phone could not be dialled; -1: our own side failed. */
  readonly causeCode: number;
  /** From the offer to its end. */
  readonly elapsedMs: number;
  /** The ring time of this offer. */
  readonly ringMs: number;
  /** The phone had reported that it rings (180 or 183). */
  readonly ringing: boolean;
}

/**
 * The outcome of an offer that ended without a talk. A phone's own 480 and our ring time-out carry one cause, 19: only
 * the time tells them apart. `callerGone` is not decided here: the citizen's side knows it.
 */
export function offerOutcome({ causeCode, elapsedMs, ringMs, ringing }: LegEnding): OfferOutcome {
  switch (causeCode) {
    case -1:
      return 'failed';
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
      return ringing ? 'phoneFault' : 'unreachable';
  }
}
