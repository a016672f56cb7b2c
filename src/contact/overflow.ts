// 溢出: a call leaves its queue because too many or too long a wait are before it, or because it has waited too long. Pure.
import type { QueueId } from './ids.js';

/** When a line is left; null never. The first two are judged once, as the call comes into the line. */
export interface OverflowRule {
  /** Its place there would be above this. */
  readonly placeAbove: number | null;
  /** Its expected wait, the middle of the two values, would be above this. */
  readonly waitAboveMs: number | null;
  /** It has stood in this line for so long. */
  readonly afterMs: number | null;
}

/** Why a call left its queue so. */
export type OverflowCause =
  | { readonly by: 'place'; readonly place: number; readonly above: number }
  | { readonly by: 'expectedWait'; readonly expectedMs: number; readonly aboveMs: number }
  | { readonly by: 'waited'; readonly waitedMs: number };

/** Whence a call in line came, and why. */
export interface Overflowed {
  readonly from: QueueId;
  readonly because: OverflowCause;
}

/** Whether a call that comes to this place leaves again at once. A wait that is not known is above nothing. */
export function overflowAtOnce(
  { placeAbove, waitAboveMs }: OverflowRule,
  place: number,
  expected: { readonly lowMs: number; readonly highMs: number } | undefined,
): OverflowCause | undefined {
  if (placeAbove !== null && place > placeAbove) return { by: 'place', place, above: placeAbove };
  if (waitAboveMs === null || expected === undefined) return undefined;
  const expectedMs = Math.round((expected.lowMs + expected.highMs) / 2);
  return expectedMs > waitAboveMs ? { by: 'expectedWait', expectedMs, aboveMs: waitAboveMs } : undefined;
}

/** Among the causes of missed calls it is one of two: the line was too long, or the wait was. */
export function missedBy({ by }: OverflowCause): 'overload' | 'timeout' {
  return by === 'waited' ? 'timeout' : 'overload';
}
