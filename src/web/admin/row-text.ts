// What a table's cell shows of a row's field.
import type { RowFields } from '../forms/form-kinds.js';

/** The field in words; '' where the row has none. */
export function textOf(fields: RowFields, key: string): string {
  const value = fields[key];
  return value === undefined || value === null ? '' : String(value);
}
