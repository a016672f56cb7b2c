// Hours of duty as text.
import { civilDay, minuteText } from '../civil-time.js';
import { dayText } from '../words/language.js';

interface Hours {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `11月23日 08:30–17:30`, or with the other day where it ends on another one. */
export function hoursText({ fromMs, toMs }: Hours): string {
  return `${dayText(fromMs)} ${minuteText(fromMs)}–${untilText(toMs, fromMs)}`;
}

/** `17:30`, with the day where it is another one than that of `sinceMs`; midnight is the end of the day before. */
export function untilText(untilMs: number, sinceMs: number): string {
  if (isSameDay(untilMs, sinceMs)) return minuteText(untilMs);
  if (minuteText(untilMs) === '00:00' && isSameDay(untilMs - 1, sinceMs)) return '24:00';
  return `${dayText(untilMs)} ${minuteText(untilMs)}`;
}

/** What of these hours lies within a day that begins at this instant: `08:30–17:30`. */
export function hoursOn(dayStartMs: number, duty: readonly Hours[]): readonly string[] {
  const dayEndMs = dayStartMs + 86_400_000;
  return duty
    .filter(({ fromMs, toMs }) => fromMs < dayEndMs && toMs > dayStartMs)
    .map(({ fromMs, toMs }) => {
      const [from, to] = [Math.max(fromMs, dayStartMs), Math.min(toMs, dayEndMs)];
      return `${minuteText(from)}–${to === dayEndMs ? '24:00' : minuteText(to)}`;
    });
}

/** The beginning of an instant's day at the site. */
export function dayStartOf(epochMs: number): number {
  const offsetMs = 8 * 3_600_000;
  return Math.floor((epochMs + offsetMs) / 86_400_000) * 86_400_000 - offsetMs;
}

function isSameDay(aMs: number, bMs: number): boolean {
  const [a, b] = [civilDay(aMs), civilDay(bMs)];
  return a.year === b.year && a.month === b.month && a.day === b.day;
}
