// Civil time of the site: fixed UTC+8 without daylight saving, computed from epoch milliseconds alone.

/** A civil day, `YYYY-MM-DD`. Sorts as text. */
export type DayKey = string;

/** A civil date; `month` 1-12, `day` 1-31. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** An instant as the site's wall clock shows it. */
export interface CivilTime extends CivilDate {
  /** ISO: 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  readonly minuteOfDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
}

/** Milliseconds of one civil day; without daylight saving every day has as many. */
export const dayMs = 86_400_000;

/** The first and last year this service reckons with; a day outside is a typing error. */
export const civilYears = { first: 1970, last: 2199 } as const;

const offsetMs = 8 * 3_600_000;
const epochWeekday = 4;

/** True in years with a 29 February. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days of a month, 28 to 31. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Days since 1970-01-01 of a civil date, negative before it.
 * After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (days_from_civil).
 */
export function dayNumberOf({ year, month, day }: CivilDate): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The civil date of a day number; the inverse of {@link dayNumberOf}. */
export function dateOfDayNumber(dayNumber: number): CivilDate {
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** The civil time of an instant. */
export function civilTimeAt(epochMs: number): CivilTime {
  const localMs = epochMs + offsetMs;
  const dayNumber = Math.floor(localMs / dayMs);
  const msOfDay = localMs - dayNumber * dayMs;
  const minuteOfDay = Math.floor(msOfDay / 60_000);
  return {
    ...dateOfDayNumber(dayNumber),
    weekday: weekdayOfDayNumber(dayNumber),
    minuteOfDay,
    hour: Math.floor(minuteOfDay / 60),
    minute: minuteOfDay % 60,
    second: Math.floor(msOfDay / 1000) % 60,
    ms: msOfDay % 1000,
  };
}

/** The instant of a civil date and time of day. */
export function epochMsOf(date: CivilDate, msOfDay = 0): number {
  return dayNumberOf(date) * dayMs + msOfDay - offsetMs;
}

/** The civil day of an instant. */
export function dayKeyAt(epochMs: number): DayKey {
  return formatDayKey(civilTimeAt(epochMs));
}

/** A date as day key. */
export function formatDayKey({ year, month, day }: CivilDate): DayKey {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** Reads `YYYY-MM-DD`; undefined for any other form and for days that do not exist. */
export function parseDayKey(text: string): CivilDate | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return undefined;
  const date = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  return isRealDate(date) ? date : undefined;
}

/**
 * The first instant of a civil day.
 * @throws RangeError if the key is not a day: keys from outside go through {@link parseDayKey} first.
 */
export function dayStartMs(dayKey: DayKey): number {
  return epochMsOf(dateOf(dayKey));
}

/**
 * The day so many days later (earlier if negative).
 * @throws RangeError if the key is not a day.
 */
export function addDays(dayKey: DayKey, days: number): DayKey {
  return formatDayKey(dateOfDayNumber(dayNumberOf(dateOf(dayKey)) + days));
}

/**
 * ISO weekday, 1 = Monday … 7 = Sunday.
 * @throws RangeError if the key is not a day.
 */
export function weekdayOf(dayKey: DayKey): number {
  return weekdayOfDayNumber(dayNumberOf(dateOf(dayKey)));
}

/** Reads `HH:MM`, 00:00 to 24:00, as minutes of the day; 24:00 is 1440, the end of a day. */
export function parseMinuteOfDay(text: string): number | undefined {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  if (!match) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= 1440 ? minutes : undefined;
}

/** Reads the site's wall clock, `YYYY-MM-DD HH:MM:SS`, as an instant. */
export function parseCivilTime(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}):(\d{2}):(\d{2})$/.exec(text);
  const date = match ? parseDayKey(match[1] ?? '') : undefined;
  if (!match || !date) return undefined;
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return epochMsOf(date, ((hour * 60 + minute) * 60 + second) * 1000);
}

/** `YYYY-MM-DD HH:MM:SS`: the form of logs, files and tables; {@link parseCivilTime} reads it back. */
export function formatCivilTime(epochMs: number): string {
  return `${dayKeyAt(epochMs)} ${formatClock(epochMs)}`;
}

/** `14:05:03`, the form of boards. */
export function formatClock(epochMs: number): string {
  const { hour, minute, second } = civilTimeAt(epochMs);
  return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
}

/** `11月23日 14:05`, or with the year in front if it is another year than `nowMs`'s. */
export function formatShortTime(epochMs: number, nowMs: number): string {
  const { year, month, day, hour, minute } = civilTimeAt(epochMs);
  const yearText = year === civilTimeAt(nowMs).year ? '' : `${String(year)}年`;
  return `${yearText}${String(month)}月${String(day)}日 ${pad(hour, 2)}:${pad(minute, 2)}`;
}

/** `02:30` on boards, `1:02:30` over an hour; started seconds are cut off. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.floor(Math.max(0, durationMs) / 1000);
  const [hour, minute] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const tail = `${pad(minute, 2)}:${pad(seconds % 60, 2)}`;
  return hour > 0 ? `${String(hour)}:${tail}` : tail;
}

function dateOf(dayKey: DayKey): CivilDate {
  const date = parseDayKey(dayKey);
  if (!date) throw new RangeError(`not a day: ${dayKey}`);
  return date;
}

function isRealDate({ year, month, day }: CivilDate): boolean {
  const known = year >= civilYears.first && year <= civilYears.last && month >= 1 && month <= 12;
  return known && day >= 1 && day <= daysInMonth(year, month);
}

function weekdayOfDayNumber(dayNumber: number): number {
  return ((((dayNumber + epochWeekday - 1) % 7) + 7) % 7) + 1;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
