// Which numbers stop serving their callers soon: told beforehand, so that nobody is surprised by a date in a file.
import { addDays, type DayKey } from '../contact/civil-time.js';
import { isAnnounced, stateOn, type LedgerRow, type NumberState } from './ledger-row.js';

/** A number that is served today, and from this day on is not. */
export interface ServiceEnd {
  readonly id: string;
  readonly number: string;
  /** The first day without service. */
  readonly from: DayKey;
  /** What it is then; undefined = no row of the ledger says anything of it. */
  readonly state: NumberState | undefined;
}

type DatedRow = Pick<LedgerRow, 'id' | 'number' | 'states'>;

/** The numbers that stop serving within so many days from today. One that another row of the ledger takes over goes on. */
export function serviceEnds(rows: readonly DatedRow[], today: DayKey, days: number): readonly ServiceEnd[] {
  return rows.filter((row) => serves(stateOn(row, today))).flatMap((row) => endOf(row, rows, today, days));
}

function endOf(
  { id, number }: DatedRow,
  rows: readonly DatedRow[],
  today: DayKey,
  days: number,
): readonly ServiceEnd[] {
  const sameNumber = rows.filter((other) => other.number === number);
  for (let ahead = 1; ahead <= days; ahead += 1) {
    const from = addDays(today, ahead);
    const states = sameNumber.flatMap((row) => stateOn(row, from) ?? []);
    if (!states.some(serves)) return [{ id, number, from, state: states[0] }];
  }
  return [];
}

function serves(state: NumberState | undefined): boolean {
  return state !== undefined && !isAnnounced(state);
}
