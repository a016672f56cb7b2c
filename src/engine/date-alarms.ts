// Which alarms the calendar and the number ledger ask for on a day. Pure.
import type { Site } from '../site/site.js';
import type { AlarmChange } from './fact-alarms.js';
import type { AlarmName } from './ports.js';
import type { StandingAlarm } from './site-journal.js';

/** The changes that make the standing alarms those of today: one a missing year, one a number that stops serving soon. */
export function dateAlarms(
  site: Pick<Site, 'missingNoticeYears' | 'serviceEnds'>,
  standing: readonly StandingAlarm[],
  nowMs: number,
): readonly AlarmChange[] {
  const years = site.missingNoticeYears(nowMs).map(String);
  const numbers = site.serviceEnds(nowMs).map(({ id }) => id);
  return [...changesTo('calendarMissing', years, standing), ...changesTo('numberEnding', numbers, standing)];
}

/** Raised about each of these, cleared about whatever else it stands. */
function changesTo(
  alarm: AlarmName,
  due: readonly string[],
  standing: readonly StandingAlarm[],
): readonly AlarmChange[] {
  const told = standing.flatMap((one) => (one.alarm === alarm ? [one.about] : []));
  return [...new Set([...told, ...due])].map((about) => ({ alarm, about, set: due.includes(about) }));
}
