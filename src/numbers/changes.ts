// What an edit of the ledger does to its numbers that needs a document: a number is neither added, renamed nor brought back without one.
import type { DayKey } from '../contact/civil-time.js';
import { isAnnounced, stateOn, type LedgerRow } from './ledger-row.js';

/** A row with the number of its document. */
export type ApprovedRow = Pick<LedgerRow, 'id' | 'number' | 'name' | 'states'> & {
  /** Empty: none. */
  readonly approval: string;
};

/** A row that says something new, and no document of its own for it. */
export interface UnapprovedChange {
  readonly id: string;
  readonly change: 'new' | 'renamed' | 'revived';
}

/**
 * The rows of `after` that are new without a document, or rename or revive what `before` says on this day with no other document than
 * before. A date put off is no revival. A number that comes back by a row with an id of its own is held against the row whose document it
 * repeats.
 * @param before the ledger in force; empty: there is none, and nothing is new
 */
export function unapprovedChanges(
  before: readonly ApprovedRow[],
  after: readonly ApprovedRow[],
  today: DayKey,
): readonly UnapprovedChange[] {
  if (before.length === 0) return [];
  const old = new Map(before.map((row) => [row.id, row]));
  return after.flatMap((row): readonly UnapprovedChange[] => {
    const { id, approval } = row;
    const was = old.get(id) ?? before.find((one) => one.number === row.number && one.approval === approval);
    if (was === undefined) return approval === '' ? [{ id, change: 'new' }] : [];
    if (approval !== '' && approval !== was.approval) return [];
    const renamed = row.name === was.name ? [] : [{ id, change: 'renamed' } as const];
    return isRevived(was, row, today) ? [...renamed, { id, change: 'revived' }] : renamed;
  });
}

/** Served no more, and now to be served again, today or later. */
function isRevived(was: ApprovedRow, row: ApprovedRow, today: DayKey): boolean {
  const state = stateOn(was, today);
  const isOver = was.states.length > 0 && was.states.every(({ until }) => until !== null && until < today);
  if (!isOver && (state === undefined || !isAnnounced(state))) return false;
  const coming = row.states.filter(({ until }) => until === null || until >= today);
  return row.states.length === 0 || coming.some((period) => !isAnnounced(period.state));
}
