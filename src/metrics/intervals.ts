// Cuts time into the site's hours, days, months and years; a contact belongs to the interval of its arrival.
import { civilTimeAt, dayMs, epochMsOf } from '../contact/civil-time.js';
import { addTallies, emptyTally, tallyOf, type CountedRecord, type Tally, type TallyRules } from './tally.js';

/** How long an interval is, in civil time. */
export type IntervalKind = 'hour' | 'day' | 'month' | 'year';

/** `[fromMs, toMs)` in epoch ms. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

const hourMs = 3_600_000;

/** The interval in civil time that holds this instant. */
export function intervalAt(kind: IntervalKind, atMs: number): Interval {
  const { year, month, day, hour } = civilTimeAt(atMs);
  switch (kind) {
    case 'hour': {
      const fromMs = epochMsOf({ year, month, day }, hour * hourMs);
      return { fromMs, toMs: fromMs + hourMs };
    }
    case 'day': {
      const fromMs = epochMsOf({ year, month, day });
      return { fromMs, toMs: fromMs + dayMs };
    }
    case 'month':
      return { fromMs: epochMsOf({ year, month, day: 1 }), toMs: firstOfNextMonth(year, month) };
    case 'year':
      return { fromMs: epochMsOf({ year, month: 1, day: 1 }), toMs: firstOfNextMonth(year, 12) };
  }
}

function firstOfNextMonth(year: number, month: number): number {
  return epochMsOf(month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 });
}

/** Every interval of a kind that touches `within`, in order, the empty ones too. */
export function intervalsWithin(kind: IntervalKind, within: Interval): readonly Interval[] {
  const intervals: Interval[] = [];
  for (let atMs = within.fromMs; atMs < within.toMs;) {
    const interval = intervalAt(kind, atMs);
    intervals.push(interval);
    atMs = interval.toMs;
  }
  return intervals;
}

/** The last 24 hours as seen at an instant, that instant not included. */
export function last24Hours(nowMs: number): Interval {
  return { fromMs: nowMs - dayMs, toMs: nowMs };
}

/** An interval and what arrived in it. */
export interface IntervalTally extends Interval {
  readonly tally: Tally;
}

/** One tally an interval, for every interval of `within`; records outside it are not counted. */
export function tallyByInterval(
  kind: IntervalKind,
  within: Interval,
  records: Iterable<CountedRecord>,
  rules: TallyRules,
): readonly IntervalTally[] {
  const sums = new Map(intervalsWithin(kind, within).map(({ fromMs }) => [fromMs, emptyTally]));
  for (const record of records) {
    if (record.arrivedAtMs < within.fromMs || record.arrivedAtMs >= within.toMs) continue;
    const { fromMs } = intervalAt(kind, record.arrivedAtMs);
    sums.set(fromMs, addTallies(sums.get(fromMs) ?? emptyTally, tallyOf(record, rules)));
  }
  return intervalsWithin(kind, within).map((interval) => ({
    ...interval,
    tally: sums.get(interval.fromMs) ?? emptyTally,
  }));
}
