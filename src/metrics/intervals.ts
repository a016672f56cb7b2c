// Cuts time into the site's quarters of an hour, hours, days, weeks, months and years; a contact belongs to the interval of its arrival.
import { civilTimeAt, dayMs, epochMsOf } from '../contact/civil-time.js';

/** How long an interval is, in civil time; `interval` is the field's own: 15 minutes. A week begins on Monday. */
export type IntervalKind = 'interval' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** `[fromMs, toMs)` in epoch ms. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

const hourMs = 3_600_000;
const quarterMinutes = 15;

/** The interval in civil time that holds this instant. */
export function intervalAt(kind: IntervalKind, atMs: number): Interval {
  const { year, month, day, hour, weekday, minuteOfDay } = civilTimeAt(atMs);
  switch (kind) {
    case 'interval': {
      const minute = minuteOfDay - (minuteOfDay % quarterMinutes);
      const fromMs = epochMsOf({ year, month, day }, minute * 60_000);
      return { fromMs, toMs: fromMs + quarterMinutes * 60_000 };
    }
    case 'hour': {
      const fromMs = epochMsOf({ year, month, day }, hour * hourMs);
      return { fromMs, toMs: fromMs + hourMs };
    }
    case 'day': {
      const fromMs = epochMsOf({ year, month, day });
      return { fromMs, toMs: fromMs + dayMs };
    }
    case 'week': {
      const fromMs = epochMsOf({ year, month, day }) - (weekday - 1) * dayMs;
      return { fromMs, toMs: fromMs + 7 * dayMs };
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
