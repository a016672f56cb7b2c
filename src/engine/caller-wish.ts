// What is journaled of callers' wishes for their next calls.
import type { CallerKey } from '../contact/ids.js';

/** Journaled when a wish is stated, used again, or taken back (null): the table is made of these. */
export interface CallerWishFact {
  readonly type: 'CallerWishSet';
  readonly callerKey: CallerKey;
  readonly wish: string | null;
  readonly untilMs: number;
}
