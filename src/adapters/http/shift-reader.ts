// What the supervisor's page needs of the records besides contacts: citizens not reached, broadcasts, hand-over notes.
import type { Broadcast, HandoverNote } from '../../engine/shift-notes.js';
import type { ReachedMark } from '../../metrics/reached.js';
import type { UnreachedCaller, UnreachedCount } from '../../metrics/unreached.js';

/** Which rows, newest first. */
export interface NoteFilter {
  readonly sinceMs?: number;
  readonly cursor?: string;
  readonly limit?: number;
}

/** One page; `cursor` leads to the next, null on the last. */
export type RowPage<Row> =
  | { readonly ok: true; readonly rows: readonly Row[]; readonly cursor: string | null }
  | { readonly ok: false; readonly code: 'CURSOR_INVALID' };

/** Every method @throws DATABASE_UNAVAILABLE. */
export interface ShiftReader {
  /** Latest miss first; of calls that arrived since then. */
  unreached(filter: NoteFilter & { readonly sinceMs: number }): Promise<RowPage<UnreachedCaller>>;
  unreachedCount(sinceMs: number): Promise<UnreachedCount>;
  /** The contacts of the same caller that wait to be reached, this one among them; none where it does not. */
  unreachedOf(contactId: string, sinceMs: number): Promise<readonly string[]>;
  /** The last thing done about this contact's citizen. */
  reachedMark(contactId: string): Promise<ReachedMark | undefined>;
  broadcasts(filter: NoteFilter): Promise<RowPage<Broadcast>>;
  handovers(filter: NoteFilter): Promise<RowPage<HandoverNote>>;
}
