// What an edit of the ledger does to its numbers that needs a document: a number may be neither renamed nor brought back without one.
import type { DayKey } from '../contact/civil-time.js';
import { isAnnounced, stateOn, type LedgerRow } from './ledger-row.js';

/** A row with the number of its document. */
export type ApprovedRow = Pick<LedgerRow, 'id' | 'name' | 'states'> & { readonly approval: string };

/** A row that says something new under its old document. */
export interface UnapprovedChange {
  readonly id: string;
  readonly change: 'renamed' | 'revived';
}

/**
 * The rows of `after` that rename or revive what `before` says on this day, with no other document than before. A date put off is no
 * revival; a new row without any document is told of by itself.
 */
export function unapprovedChanges(
  before: readonly ApprovedRow[],
  after: readonly ApprovedRow[],
  today: DayKey,
): readonly UnapprovedChange[] {
  const old = new Map(before.map((row) => [row.id, row]));
  return after.flatMap((row) => {
    const was = old.get(row.id);
    if (was === undefined || row.approval !== was.approval) return [];
    const { id } = row;
    const renamed = row.name === was.name ? [] : [{ id, change: 'renamed' } as const];
    return isRevived(was, row, today) ? [...renamed, { id, change: 'revived' } as const] : renamed;
  });
}

/** Served no more, and now to be served again, today or later. */
function isRevived(was: ApprovedRow, row: ApprovedRow, today: DayKey): boolean {
  const state = stateOn(was, today);
  if (state === undefined || !isAnnounced(state)) return false;
  const coming = row.states.filter(({ until }) => until === null || until >= today);
  return row.states.length === 0 || coming.some((period) => !isAnnounced(period.state));
}
