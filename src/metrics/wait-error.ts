// Holds every expected wait against the wait there was: from the facts of a contact alone, live or recounted.
import type { ContactFact } from '../contact/contact-signals.js';

/** When a wait was foretold: at queueing, or aloud to the citizen. */
export const waitMoments = ['queued', 'told'] as const;
export type WaitMoment = (typeof waitMoments)[number];

/** A wait foretold, from `atMs` until a person is on the line. */
export interface Forecast {
  readonly moment: WaitMoment;
  readonly atMs: number;
  readonly lowMs: number;
  readonly highMs: number;
}

/** A contact in line, with what was foretold of it there. */
export interface OpenWait {
  readonly queueId: string;
  readonly sinceMs: number;
  readonly forecasts: readonly Forecast[];
}

/** What became of a wait: `answered` by a person, or `left` without one (gave up, or was let go). */
export interface WaitEnd extends OpenWait {
  readonly outcome: 'answered' | 'left';
  readonly atMs: number;
}

/** Follows a contact through its facts, in their order. Who changes the line begins anew there, and was not judged. */
export function followWait(
  open: OpenWait | undefined,
  fact: ContactFact,
  atMs: number,
): { readonly open: OpenWait | undefined; readonly end?: WaitEnd } {
  switch (fact.type) {
    case 'ContactQueued': {
      const forecasts = fact.expected ? [{ moment: 'queued' as const, atMs, ...fact.expected }] : [];
      return { open: { queueId: fact.queueId, sinceMs: atMs, forecasts } };
    }
    case 'WaitTold': {
      const [lowMs, highMs] = [fact.fromMinutes * 60_000, fact.toMinutes * 60_000];
      const told = { moment: 'told' as const, atMs, lowMs, highMs };
      return { open: open && { ...open, forecasts: [...open.forecasts, told] } };
    }
    case 'AgentConnected':
      return { open: undefined, ...(open && { end: { ...open, outcome: 'answered', atMs } }) };
    case 'QueueExited':
      // Who overflows goes on waiting elsewhere: he has not given up.
      if (fact.exit === 'overflow') return { open: undefined };
      return { open: undefined, ...(open && { end: { ...open, outcome: 'left', atMs } }) };
    case 'ContactEnded':
      return { open: undefined, ...(open && { end: { ...open, outcome: 'left', atMs } }) };
    default:
      return { open };
  }
}

/** Counts of forecasts of one queue, day and moment. */
export interface WaitErrors {
  /** Those who were answered; the next three add up to it. */
  readonly answered: number;
  readonly within: number;
  /** Sooner than the lower value, later than the upper one. */
  readonly sooner: number;
  readonly later: number;
  /** Of the answered: how far the middle of the two values was from the wait there was, all added up. */
  readonly errorMs: number;
  /** Those who left unanswered, and how many of them only when the upper value was over. */
  readonly left: number;
  readonly leftLater: number;
}

/** Nothing foretold. */
export const noWaitErrors: WaitErrors = {
  answered: 0,
  within: 0,
  sooner: 0,
  later: 0,
  errorMs: 0,
  left: 0,
  leftLater: 0,
};

/** The counts with one more forecast. */
export function addForecast(errors: WaitErrors, forecast: Forecast, end: WaitEnd): WaitErrors {
  const waitedMs = end.atMs - forecast.atMs;
  const { lowMs, highMs } = forecast;
  const isLater = waitedMs > highMs;
  if (end.outcome === 'left')
    return { ...errors, left: errors.left + 1, leftLater: errors.leftLater + Number(isLater) };
  const isSooner = waitedMs < lowMs;
  return {
    ...errors,
    answered: errors.answered + 1,
    within: errors.within + Number(!isSooner && !isLater),
    sooner: errors.sooner + Number(isSooner),
    later: errors.later + Number(isLater),
    errorMs: errors.errorMs + Math.abs(waitedMs - (lowMs + highMs) / 2),
  };
}

/** MAE in ms; null where nobody was answered. */
export function meanErrorMs({ answered, errorMs }: WaitErrors): number | null {
  return answered === 0 ? null : Math.round(errorMs / answered);
}
