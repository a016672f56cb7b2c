// Which numbers change their state soon, so that callers hear something else: told beforehand, so that nobody is surprised by a date in a file.
import { addDays, type DayKey } from '../contact/civil-time.js';
import { isAnnounced, stateOn, type LedgerRow, type NumberState } from './ledger-row.js';

/** A state of a number that ends. */
export interface StateEnd {
  /** The row's. */
  readonly id: string;
  readonly number: string;
  readonly before: NumberState;
  /** The first day of what comes after it. */
  readonly from: DayKey;
  /** What the number is then, by this row or by another of the same number; undefined = no row says anything of it. */
  readonly after: NumberState | undefined;
}

type DatedRow = Pick<LedgerRow, 'id' | 'number' | 'states'>;

/** Every state that ends within so many days from today, a row's in the order of their days. */
export function stateEnds(rows: readonly DatedRow[], today: DayKey, days: number): readonly StateEnd[] {
  const coming = Array.from({ length: days }, (_, index) => addDays(today, index + 1));
  return rows.flatMap((row) => coming.flatMap((from) => endOn(row, rows, from)));
}

/** Nobody answers its callers any more. */
export function endsService({ before, after }: Pick<StateEnd, 'before' | 'after'>): boolean {
  return !isAnnounced(before) && (after === undefined || isAnnounced(after));
}

function endOn(row: DatedRow, rows: readonly DatedRow[], from: DayKey): readonly StateEnd[] {
  const { id, number } = row;
  const before = stateOn(row, addDays(from, -1));
  const own = stateOn(row, from);
  if (before === undefined || own === before) return [];
  const others = rows
    .filter((other) => other.number === number)
    .flatMap((other) => stateOn(other, from) ?? []);
  return [{ id, number, before, from, after: own ?? others[0] }];
}
