// The lunar calendar from 2020 to 2060, as far as public holidays need it: new year, lunar days, and the day of 清明.
import { dayNumberOf, dateOfDayNumber, formatDayKey } from '../contact/civil-time.js';
import type { DayKey } from '../contact/civil-time.js';

/** Civil years for which lunar days are known. */
export const lunarYears = { first: 2020, last: 2060 } as const;

/** Civil day of the first lunar new year of the table. */
const firstNewYear = dayNumberOf({ year: 2020, month: 1, day: 25 });

/**
 * One number a lunar year, as Chinese almanacs publish it: bits 15 to 4 say which of months 1 to 12 have 30 days (else 29),
 * bits 3 to 0 which month is followed by a leap month, bit 16 whether that one has 30 days.
 * Note 2027 and 2030: their new moons fall minutes before and after midnight, and approximate algorithms miss them by a day.
 */
const monthLengths = [
  0x07954, 0x06aa0, 0x0ad50, 0x05b52, 0x04b60, 0x0a6e6, 0x0a4e0, 0x0d260, 0x0ea65, 0x0d530, 0x05aa0, 0x076a3,
  0x096d0, 0x04afb, 0x04ad0, 0x0a4d0, 0x1d0b6, 0x0d250, 0x0d520, 0x0dd45, 0x0b5a0, 0x056d0, 0x055b2, 0x049b0,
  0x0a577, 0x0a4b0, 0x0aa50, 0x1b255, 0x06d20, 0x0ada0, 0x14b63, 0x09370, 0x049f8, 0x04970, 0x064b0, 0x168a6,
  0x0ea50, 0x06b20, 0x1a6c4, 0x0aae0, 0x092e0,
] as const;

/** The civil day of a day of an ordinary (not leap) lunar month, undefined outside {@link lunarYears}. */
export function lunarDay(lunarYear: number, month: number, day: number): DayKey | undefined {
  const code = monthLengths[lunarYear - lunarYears.first];
  if (code === undefined) return undefined;
  const earlierYears = monthLengths.slice(0, lunarYear - lunarYears.first);
  const newYear = earlierYears.reduce<number>((sum, earlier) => sum + daysBefore(earlier, 13), firstNewYear);
  return formatDayKey(dateOfDayNumber(newYear + daysBefore(code, month) + day - 1));
}

/** 清明, the day the sun reaches 15°: the usual formula of almanacs, exact for 2000 to 2099. */
export function qingmingDay(year: number): DayKey {
  const y = year % 100;
  return formatDayKey({ year, month: 4, day: Math.floor(y * 0.2422 + 4.81) - Math.floor(y / 4) });
}

/** Days of a lunar year before `month`; 13 asks for the whole year. */
function daysBefore(code: number, month: number): number {
  let days = 0;
  for (let earlier = 1; earlier < month; earlier += 1) days += code & (1 << (16 - earlier)) ? 30 : 29;
  const leap = code & 0xf;
  const leapDays = code & 0x10000 ? 30 : 29;
  return leap !== 0 && leap < month ? days + leapDays : days;
}
