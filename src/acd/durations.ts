// How long something lasts, as it was seen last: talks, wrap-up, the way from an offer to the talk.
import type { Random } from './random.js';

/** Durations, shortest first, and their mean. */
export interface Durations {
  readonly sortedMs: readonly number[];
  readonly meanMs: number;
}

/** The last {@link seenMax} durations. */
export interface DurationWindow {
  add(ms: number): void;
  now(): Durations;
}

const seenMax = 200;

/**
 * Midpoints of 20 equal parts of a log-normal distribution with mean 1 and coefficient of variation 1, from both ends inwards.
 * Talk times are log-normal: Brown et al., «Statistical Analysis of a Telephone Call Center», JASA 100 (2005), section 4.
 */
const assumed: readonly number[] = [
  0.142, 3.724, 0.22, 2.415, 0.28, 1.898, 0.335, 1.586, 0.388, 1.366, 0.443, 1.198, 0.499, 1.063, 0.559, 0.95,
  0.622, 0.853, 0.691, 0.767,
];

/** A window that begins with the assumed durations around this mean; each one that is seen takes the place of one of them. */
export function createDurationWindow(assumedMeanMs: number): DurationWindow {
  const inOrder = assumed.map((part) => part * assumedMeanMs);
  const sorted = [...inOrder].sort((one, other) => one - other);
  let assumedLeft = inOrder.length;
  let sum = inOrder.reduce((total, ms) => total + ms, 0);

  function forgetOldest(): void {
    const oldest = inOrder.shift() ?? 0;
    sorted.splice(firstAbove(sorted, oldest) - 1, 1);
    sum -= oldest;
  }

  return {
    add(ms) {
      if (assumedLeft > 0 || inOrder.length === seenMax) forgetOldest();
      assumedLeft = Math.max(0, assumedLeft - 1);
      inOrder.push(ms);
      sorted.splice(firstAbove(sorted, ms), 0, ms);
      sum += ms;
    },
    now: () => ({ sortedMs: sorted, meanMs: sum / sorted.length }),
  };
}

/**
 * What is left of a duration that has lasted for `ageMs`: one of those seen that lasted longer, each as likely, or, as likely
 * as one of them, a longer one than any. That is the predictive distribution of exchangeable durations (Hill, «Posterior
 * Distribution of Percentiles», JASA 63 (1968)) with an exponential tail. Each question takes one draw; `lastedMore` is the
 * rank of the first that lasted longer, by {@link firstAbove}.
 */
export function remainingMs(durations: Durations, random: Random, ageMs = 0, lastedMore = 0): number {
  const { sortedMs, meanMs } = durations;
  const drawn = random() * (sortedMs.length - lastedMore + 1);
  const at = Math.floor(drawn);
  const seen = sortedMs[lastedMore + at];
  if (seen !== undefined) return seen - ageMs;
  return Math.max(0, (sortedMs[sortedMs.length - 1] ?? 0) - ageMs) - meanMs * Math.log(1 - (drawn - at));
}

/** The rank of the first of them that lasted longer. */
export function firstAbove(sortedMs: readonly number[], ms: number): number {
  let low = 0;
  let high = sortedMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sortedMs[middle] ?? 0) > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}
