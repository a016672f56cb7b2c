// How the board shows a rate beside its target.
import type { Rate } from '../live/live-frame.js';

/** 95 %, measured on the counts: the text is cut off. Nothing to divide by misses nothing. */
export function meetsTarget({ numerator, denominator }: Rate): boolean {
  return denominator === 0 || numerator / denominator >= 0.95;
}

/** The class of a rate; what is not known yet has none. */
export function lookOfRate(rate: Rate | undefined): string {
  return rate !== undefined && !meetsTarget(rate) ? 'is-bad' : '';
}
