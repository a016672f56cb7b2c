// Instants in an address: epoch milliseconds, or a civil day of the site.
import { Type } from 'typebox';
import { dayKeyAt, dayMs, dayStartMs, epochMsOf, parseDayKey } from '../../contact/civil-time.js';
import { AppError } from '../../errors.js';
import type { Interval } from '../../metrics/intervals.js';

/** `1764000000000`, or `2026-11-23` for the beginning of that day. */
export const instantText = Type.String({
  pattern: '^(?:\\d{12,14}|\\d{4}-\\d{2}-\\d{2})$',
  description: 'epoch ms, or a day such as 2026-11-23 for its beginning',
});

/** The instant a text names. @throws REQUEST_INVALID for a day that is not in the calendar */
export function instantIn(
  field: string,
  text: string,
  place: 'querystring' | 'body' = 'querystring',
): number {
  if (/^\d+$/.test(text)) return Number(text);
  const day = parseDayKey(text);
  if (day === undefined)
    throw new AppError('REQUEST_INVALID', { in: place, field, zh: '没有这一天', en: 'no such day' });
  return epochMsOf(day);
}

/** Where the period stands in the request, and what to choose where it is too long. */
export interface PeriodWords {
  readonly place?: 'querystring' | 'body';
  readonly tooLong?: { readonly zh: string; readonly en: string };
}

/**
 * The period two texts name; today so far if nothing is said, a day where only its beginning is.
 * @throws REQUEST_INVALID for a period that is empty or longer than `longestMs`
 */
export function periodIn(
  query: { readonly from?: string; readonly to?: string },
  longestMs: number,
  nowMs: number,
  { place = 'querystring', tooLong }: PeriodWords = {},
): Interval {
  const fromMs =
    query.from === undefined ? dayStartMs(dayKeyAt(nowMs)) : instantIn('from', query.from, place);
  const toMs =
    query.to === undefined
      ? Math.min(fromMs + dayMs, Math.max(nowMs, fromMs + 1))
      : instantIn('to', query.to, place);
  const longestDays = longestMs / dayMs;
  if (toMs <= fromMs)
    throw new AppError('REQUEST_INVALID', {
      in: place,
      field: 'to',
      zh: '止日须晚于起日',
      en: 'the period must end after it begins',
    });
  if (toMs - fromMs > longestMs)
    throw new AppError('REQUEST_INVALID', {
      in: place,
      field: 'to',
      zh: `时段不超过 ${String(longestDays)} 天,${tooLong?.zh ?? '请缩短'}`,
      en: `the period has at most ${String(longestDays)} days: ${tooLong?.en ?? 'shorten it'}`,
    });
  return { fromMs, toMs };
}
