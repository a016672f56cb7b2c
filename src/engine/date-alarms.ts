// Which alarms the calendar and the number ledger ask for on a day. Pure.
import type { Site } from '../site/site.js';
import type { AlarmChange } from './fact-alarms.js';
import type { StandingAlarm } from './site-journal.js';

/** The changes that make the standing alarms those of today; a number that is no longer told of is cleared. */
export function dateAlarms(
  site: Pick<Site, 'missingNoticeYears' | 'serviceEnds'>,
  standing: readonly StandingAlarm[],
  nowMs: number,
): readonly AlarmChange[] {
  const ending = new Set(site.serviceEnds(nowMs).map(({ id }) => id));
  const told = standing.flatMap(({ alarm, about }) => (alarm === 'numberEnding' ? [about] : []));
  return [
    { alarm: 'calendarMissing', about: 'calendar.yaml', set: site.missingNoticeYears(nowMs).length > 0 },
    ...[...new Set([...told, ...ending])].map((about): AlarmChange => ({
      alarm: 'numberEnding',
      about,
      set: ending.has(about),
    })),
  ];
}
