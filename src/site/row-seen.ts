// Names a row as somebody saw it, so that nobody writes over what has come to stand there meanwhile: one mechanism for the rows of every table.
import { AppError } from '../errors.js';
import { contentHash } from './content-hash.js';
import type { RowFields, RowValue } from './edit-rows.js';

/** Of a row as it is in force and, where somebody drafts, as his draft has it: another one as soon as either is another. null = no row. */
export function rowSeen(...rows: readonly (RowFields | null | undefined)[]): string {
  return contentHash(rows.map((row) => ordered(row ?? null)));
}

/**
 * Holds a wish to what stands there.
 * @param seen what the wish was written over; null = a new row
 * @param present what names the row as it stands; null = there is none
 * @throws ROW_EXISTS, ROW_CHANGED
 */
export function requireSeen(
  seen: string | null,
  present: string | null,
  { table, id }: { readonly table: string; readonly id: string },
): void {
  if (seen === present) return;
  if (seen === null) throw new AppError('ROW_EXISTS', { field: 'id', id });
  throw new AppError('ROW_CHANGED', { table, id });
}

/** Equal whatever the order of their fields. */
export function isSameRow(a: RowFields | null, b: RowFields | null): boolean {
  return ordered(a) === ordered(b);
}

function ordered(value: RowFields | RowValue | null | undefined): string {
  if (Array.isArray(value)) return `[${value.map(ordered).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${pairs
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${ordered(inner)}`)
    .join()}}`;
}
