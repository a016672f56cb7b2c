// The site's civil time for the pages: UTC+8 without daylight saving, whatever zone the browser is in.

const offsetMs = 8 * 3_600_000;
const two = (value: number): string => String(value).padStart(2, '0');
const civil = (epochMs: number): Date => new Date(epochMs + offsetMs);

/** `14:05:03`. */
export function clockText(epochMs: number): string {
  const at = civil(epochMs);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

/** `14:05`. */
export function minuteText(epochMs: number): string {
  return clockText(epochMs).slice(0, 5);
}

/** The parts of a date, `weekday` 0 = Sunday. */
export interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
}

/** The civil day of an instant. */
export function civilDay(epochMs: number): CivilDay {
  const at = civil(epochMs);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    weekday: at.getUTCDay(),
  };
}

/** `02:30`, or `1:02:30` from an hour on; started seconds are cut off. */
export function durationText(durationMs: number): string {
  const seconds = Math.floor(Math.max(0, durationMs) / 1000);
  const hours = Math.floor(seconds / 3600);
  const tail = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${String(hours)}:${tail}` : tail;
}
