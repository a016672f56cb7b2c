// Tells how much of an interval has no data, so that a figure never looks more whole than it is.
import type { Interval } from './intervals.js';

/** A time in which a part of the service took no data. */
export interface DataGap extends Interval {
  readonly part: string;
}

/** The gaps of an interval as its figures show them. */
export interface GapsShown {
  readonly gaps: readonly DataGap[];
  /** Length of their union in ms: two parts away at once are one absence. */
  readonly gapMs: number;
}

/** The gaps that touch an interval, cut to it, in order of time. */
export function gapsWithin(gaps: readonly DataGap[], { fromMs, toMs }: Interval): GapsShown {
  const cut = gaps
    .map((gap) => ({ ...gap, fromMs: Math.max(gap.fromMs, fromMs), toMs: Math.min(gap.toMs, toMs) }))
    .filter((gap) => gap.fromMs < gap.toMs)
    .sort((one, other) => one.fromMs - other.fromMs || one.toMs - other.toMs);
  let [gapMs, coveredUntilMs] = [0, fromMs];
  for (const gap of cut) {
    gapMs += Math.max(0, gap.toMs - Math.max(gap.fromMs, coveredUntilMs));
    coveredUntilMs = Math.max(coveredUntilMs, gap.toMs);
  }
  return { gaps: cut, gapMs };
}
