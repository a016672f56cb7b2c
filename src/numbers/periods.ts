// Puts the dates of a row's states in order: what is left out follows from its neighbours, and what cannot be is said.
import { addDays, type DayKey } from '../contact/civil-time.js';
import type { LedgerRow, NumberState, StatePeriod } from './ledger-row.js';

/** A state as it was written. */
export interface WrittenState {
  readonly state: NumberState;
  readonly from: DayKey | null;
  readonly until: DayKey | null;
}

/** What is wrong with the dates of one state. `gap` and `overlap` are of the days named. */
export interface DateFault {
  readonly index: number;
  readonly fault: 'noDate' | 'reversed' | 'gap' | 'overlap';
  readonly from: DayKey;
  readonly until: DayKey;
}

/** The periods, each ending where the next begins unless it says otherwise, and what is wrong with them. */
export function periodsOf(written: readonly WrittenState[]): {
  readonly periods: readonly StatePeriod[];
  readonly faults: readonly DateFault[];
} {
  const faults: DateFault[] = [];
  const periods = written.map(({ state, from, until }, index) => {
    const [before, after] = [written[index - 1], written[index + 1]];
    const begins = from ?? (before?.until ? addDays(before.until, 1) : null);
    const ends = until ?? (after?.from ? addDays(after.from, -1) : null);
    if (before !== undefined && begins === null) faults.push({ index, fault: 'noDate', from: '', until: '' });
    if (begins !== null && ends !== null && begins > ends)
      faults.push({ index, fault: 'reversed', from: begins, until: ends });
    if (before?.until && begins !== null) {
      const due = addDays(before.until, 1);
      if (begins > due) faults.push({ index, fault: 'gap', from: due, until: addDays(begins, -1) });
      if (begins < due) faults.push({ index, fault: 'overlap', from: begins, until: before.until });
    }
    return { state, from: begins, until: ends };
  });
  return { periods, faults };
}

/** The days on which both rows say something of their number; undefined = none. null = since ever, for good. */
export function daysInCommon(
  one: Pick<LedgerRow, 'states'>,
  other: Pick<LedgerRow, 'states'>,
): { readonly from: DayKey | null; readonly until: DayKey | null } | undefined {
  const [a, b] = [span(one), span(other)];
  const from = laterOf(a.from, b.from);
  const until = earlierOf(a.until, b.until);
  return from !== null && until !== null && from > until ? undefined : { from, until };
}

function span({ states }: Pick<LedgerRow, 'states'>) {
  return { from: states[0]?.from ?? null, until: states.at(-1)?.until ?? null };
}

const laterOf = (one: DayKey | null, other: DayKey | null) =>
  one === null || (other !== null && other > one) ? other : one;
const earlierOf = (one: DayKey | null, other: DayKey | null) =>
  one === null || (other !== null && other < one) ? other : one;
