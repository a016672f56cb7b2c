// The periods of the reports' page: days of the site's civil time, whatever zone the browser is in.
import { civilDay } from '../civil-time.js';

export const periodNames = ['today', 'yesterday', 'week', 'month', 'free'] as const;
export type PeriodName = (typeof periodNames)[number];

/** Days, `2026-11-23`, both of them in. */
export interface Days {
  readonly first: string;
  readonly last: string;
}

const dayMs = 86_400_000;
const two = (value: number): string => String(value).padStart(2, '0');

/** The civil day of an instant as the API writes it. */
export function dayKey(epochMs: number): string {
  const { year, month, day } = civilDay(epochMs);
  return `${String(year)}-${two(month)}-${two(day)}`;
}

/** The days of a named period; a week begins on Monday. */
export function daysOf(name: Exclude<PeriodName, 'free'>, nowMs: number): Days {
  const { year, month, weekday } = civilDay(nowMs);
  const today = dayKey(nowMs);
  switch (name) {
    case 'today':
      return { first: today, last: today };
    case 'yesterday':
      return { first: dayKey(nowMs - dayMs), last: dayKey(nowMs - dayMs) };
    case 'week':
      return { first: dayKey(nowMs - ((weekday + 6) % 7) * dayMs), last: today };
    case 'month':
      return { first: `${String(year)}-${two(month)}-01`, last: today };
  }
}

/** The day after, where the API's period ends. */
export function dayAfter(day: string): string {
  return dayKey(Date.parse(`${day}T00:00:00+08:00`) + dayMs);
}
