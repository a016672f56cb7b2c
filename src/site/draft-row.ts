// A row in a draft: what is in force, what the draft makes of it, and whether somebody else has been there since.
import {
  applyDraft,
  mergedRow,
  placedRows,
  rowOf,
  withChange,
  type DraftChange,
  type DraftTable,
  type WantedFields,
} from './draft.js';
import type { RowFields } from './edit-rows.js';
import { isSameRow, rowSeen } from './row-seen.js';

/** A row as a draft has it. */
export interface DraftRow {
  readonly id: string;
  /** The draft's, or else the one in force; null = there is none, or the draft takes it out. */
  readonly fields: RowFields | null;
  readonly inForce: RowFields | null;
  /** The draft changes it. */
  readonly changed: boolean;
  /** What is in force is no more what the draft was written over. */
  readonly conflict: boolean;
  /** Names both. */
  readonly seen: string;
}

type Files = ReadonlyMap<string, string>;
type RowChange = Extract<DraftChange, { is: 'row' }>;
const isIn =
  (table: DraftTable) =>
  (change: DraftChange): change is RowChange =>
    change.is === 'row' && change.table === table;

/** A row of a table in a draft. */
export function rowIn(
  files: Files,
  changes: readonly DraftChange[],
  table: DraftTable,
  id: string,
): DraftRow {
  const drafted = rowOf(applyDraft(files, changes).files, table, id);
  const own = changes.filter(isIn(table)).find((change) => change.id === id);
  return draftRow(id, rowOf(files, table, id), drafted, own);
}

/** All rows of a table in a draft, in the order of the files; those it takes out are left out. */
export function rowsIn(
  files: Files,
  changes: readonly DraftChange[],
  table: DraftTable,
): readonly (DraftRow & { readonly fields: RowFields })[] {
  const inForce = new Map(placedRows(files, table).map(({ id, fields }) => [id, fields]));
  const drafted = new Map(
    placedRows(applyDraft(files, changes).files, table).map(({ id, fields }) => [id, fields]),
  );
  const own = new Map(changes.filter(isIn(table)).map((change) => [change.id, change]));
  return [...new Set([...drafted.keys(), ...own.keys()])].flatMap((id) => {
    const row = draftRow(id, inForce.get(id) ?? null, drafted.get(id) ?? null, own.get(id));
    const fields = row.fields ?? (row.conflict ? row.inForce : null);
    return fields === null ? [] : [{ ...row, fields }];
  });
}

function draftRow(
  id: string,
  inForce: RowFields | null,
  drafted: RowFields | null,
  own: RowChange | undefined,
): DraftRow {
  const fields = own === undefined ? drafted : own.fields;
  const changed = !isSameRow(fields, inForce);
  const conflict = own !== undefined && changed && !isSameRow(own.before, inForce);
  return { id, fields, inForce, changed, conflict, seen: rowSeen(inForce, fields) };
}

/** The changes with this row as a form wants it, over what is in force now; what the form does not name stays as it stands. */
export function withRow(
  files: Files,
  changes: readonly DraftChange[],
  table: DraftTable,
  id: string,
  wanted: WantedFields | null,
): readonly DraftChange[] {
  const { fields: mine, inForce, conflict } = rowIn(files, changes, table, id);
  const fields = mergedRow(conflict ? inForce : mine, wanted);
  const others = changes.filter((change) => !isIn(table)(change) || change.id !== id);
  return withChange(others, { is: 'row', table, id, before: inForce, fields });
}
