// Finds the worst continuous 24 hours: the lowest answer rate of any such window, to the millisecond.
import type { CountedRecord } from './tally.js';
import { rateFigure, type Figure } from './figure.js';

/** Length of the promise's window. */
export const windowMs = 86_400_000;

/** One counted contact; nothing else of it matters here. */
export interface CountedArrival {
  readonly arrivedAtMs: number;
  readonly answered: boolean;
}

/** Where a rolling window is looked for. */
export interface WindowSearch {
  /** The period: windows that END after `fromMs` and not after `toMs`. So a day has its rolling figure at every moment. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Since when data is kept: a window reaching back further is no whole window and is left out. */
  readonly dataFromMs: number;
}

/** A window `[fromMs, toMs)` and its rate. */
export interface WorstWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly answerRate: Figure;
}

/** What counts in the window of these records: in the denominator and decided. */
export function countedArrivals(records: readonly CountedRecord[]): readonly CountedArrival[] {
  return records.filter(
    ({ excluded, answered, endedAtMs }) => excluded === null && (answered || endedAtMs !== null),
  );
}

/**
 * The worst window of a period: lowest rate, then more contacts, then the earliest. Exact: instants are whole
 * milliseconds and the rate changes only where a contact enters or leaves. Linear in the arrivals.
 * @param arrivals sorted by arrival, from `fromMs` − 24 h on; earlier and later ones do no harm
 * @returns undefined where no whole window of the period holds a contact
 */
export function worstWindow(
  arrivals: readonly CountedArrival[],
  search: WindowSearch,
): WorstWindow | undefined {
  const firstEndMs = Math.max(search.fromMs + 1, search.dataFromMs + windowMs);
  let worst: WorstCounts | undefined;
  let [entering, leaving, offered, answered] = [0, 0, 0, 0];
  for (let endMs = firstEndMs; endMs <= search.toMs; endMs = nextChange()) {
    for (let next = arrivals[entering]; next && next.arrivedAtMs < endMs; next = arrivals[++entering]) {
      offered += 1;
      if (next.answered) answered += 1;
    }
    for (
      let next = arrivals[leaving];
      next && next.arrivedAtMs < endMs - windowMs;
      next = arrivals[++leaving]
    ) {
      offered -= 1;
      if (next.answered) answered -= 1;
    }
    if (offered > 0 && (worst === undefined || isWorse(answered, offered, worst)))
      worst = { endMs, answered, offered };
  }
  return worst && asWindow(worst);

  /** The next window's end at which a contact has entered (its arrival + 1) or left (+ 24 h). */
  function nextChange(): number {
    const enters = arrivals[entering]?.arrivedAtMs ?? Infinity;
    const leaves = arrivals[leaving]?.arrivedAtMs ?? Infinity;
    return Math.min(enters + 1, leaves + 1 + windowMs);
  }
}

interface WorstCounts {
  readonly endMs: number;
  readonly answered: number;
  readonly offered: number;
}

function isWorse(answered: number, offered: number, than: WorstCounts): boolean {
  const difference = answered * than.offered - than.answered * offered;
  return difference < 0 || (difference === 0 && offered > than.offered);
}

function asWindow({ endMs, answered, offered }: WorstCounts): WorstWindow {
  return { fromMs: endMs - windowMs, toMs: endMs, answerRate: rateFigure('worst24h', answered, offered) };
}

/** The worst of two periods: days make a month, months a year, and no window is looked at twice. */
export function worseOf(
  one: WorstWindow | undefined,
  other: WorstWindow | undefined,
): WorstWindow | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const [earlier, later] = one.toMs <= other.toMs ? [one, other] : [other, one];
  const { numerator, denominator } = later.answerRate;
  const than = { endMs: 0, answered: earlier.answerRate.numerator, offered: earlier.answerRate.denominator };
  return isWorse(numerator, denominator, than) ? later : earlier;
}
