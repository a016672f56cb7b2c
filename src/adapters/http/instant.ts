// Instants in an address: epoch milliseconds, or a civil day of the site.
import { Type } from 'typebox';
import { epochMsOf, parseDayKey } from '../../contact/civil-time.js';
import { AppError } from '../../errors.js';

/** `1764000000000`, or `2026-11-23` for the beginning of that day. */
export const instantText = Type.String({
  pattern: '^(?:\\d{12,14}|\\d{4}-\\d{2}-\\d{2})$',
  description: 'epoch ms, or a day such as 2026-11-23 for its beginning',
});

/** The instant a text names. @throws REQUEST_INVALID for a day that is not in the calendar */
export function instantIn(field: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const day = parseDayKey(text);
  if (day === undefined)
    throw new AppError('REQUEST_INVALID', { in: 'querystring', field, zh: '没有这一天', en: 'no such day' });
  return epochMsOf(day);
}
