// Counts records into rows by interval and group: the one place where reports, KPIs and their totals add up.
import { intervalAt, intervalsWithin, type Interval, type IntervalKind } from './intervals.js';
import { addTallies, emptyTally, tallyOf, type CountedRecord, type Tally, type TallyRules } from './tally.js';

/** An interval and what arrived in it. */
export interface IntervalTally extends Interval {
  readonly tally: Tally;
}

/** The same of one group. */
export interface GroupTally extends IntervalTally {
  readonly group: string;
}

/** What is counted, and into which rows. */
export interface SheetPlan<Counted extends CountedRecord> {
  readonly by: IntervalKind;
  /** Records outside are not counted. */
  readonly within: Interval;
  readonly rules: TallyRules;
  /** The group a record belongs to; left out, all are of one. */
  readonly groupOf?: (record: Counted) => string;
}

/** A sheet under way: records are added in any order and in any number of batches. */
export interface TallySheet<Counted extends CountedRecord> {
  add(records: Iterable<Counted>): void;
  /** Rows that hold anything, so far: for a limit on them. */
  rowCount(): number;
  /** Intervals in order; in each the groups that have something, in the order they were met. */
  rows(): readonly GroupTally[];
}

/** An empty sheet. Adding is linear in the records; nothing of them is kept. */
export function createTallySheet<Counted extends CountedRecord>({
  by,
  within,
  rules,
  groupOf = () => '',
}: SheetPlan<Counted>): TallySheet<Counted> {
  const sums = new Map<number, Map<string, Tally>>();
  let rowCount = 0;
  // Records come in order of arrival: the next one is mostly of the same interval.
  let last: Interval = { fromMs: 0, toMs: 0 };

  function add(record: Counted): void {
    const { arrivedAtMs } = record;
    if (arrivedAtMs < within.fromMs || arrivedAtMs >= within.toMs) return;
    if (arrivedAtMs < last.fromMs || arrivedAtMs >= last.toMs) last = intervalAt(by, arrivedAtMs);
    const groups = sums.get(last.fromMs) ?? new Map<string, Tally>();
    if (groups.size === 0) sums.set(last.fromMs, groups);
    const group = groupOf(record);
    const known = groups.get(group);
    if (known === undefined) rowCount += 1;
    groups.set(group, addTallies(known ?? emptyTally, tallyOf(record, rules)));
  }

  return {
    add(records) {
      for (const record of records) add(record);
    },
    rowCount: () => rowCount,
    rows: () =>
      intervalsWithin(by, within).flatMap((interval) =>
        [...(sums.get(interval.fromMs) ?? [])].map(([group, tally]) => ({ ...interval, group, tally })),
      ),
  };
}

/** One tally an interval, for every interval of the period, the empty ones too. */
export function everyInterval(
  by: IntervalKind,
  within: Interval,
  rows: readonly GroupTally[],
): readonly IntervalTally[] {
  const sums = new Map<number, Tally>();
  for (const { fromMs, tally } of rows) sums.set(fromMs, addTallies(sums.get(fromMs) ?? emptyTally, tally));
  return intervalsWithin(by, within).map((interval) => ({
    ...interval,
    tally: sums.get(interval.fromMs) ?? emptyTally,
  }));
}
