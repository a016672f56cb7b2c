// Which alarms the calendar, the number ledger and the experts' roster ask for now. Pure.
import type { Site } from '../site/site.js';
import type { DutyChange } from '../workforce/duty.js';
import type { AlarmChange } from './fact-alarms.js';
import type { AlarmName } from './ports.js';
import type { StandingAlarm } from './site-journal.js';

/** The changes that make the standing alarms those of today: one a missing year, one a number whose state ends soon, one a department that will have nobody on duty. */
export function dateAlarms(
  site: Pick<Site, 'missingNoticeYears' | 'stateEnds' | 'rosterGaps'>,
  standing: readonly StandingAlarm[],
  nowMs: number,
  changes: readonly DutyChange[],
): readonly AlarmChange[] {
  const years = site.missingNoticeYears(nowMs).map(String);
  const numbers = site.stateEnds(nowMs).map(({ id }) => id);
  const departments = site.rosterGaps(nowMs, changes).map(({ departmentId }) => departmentId);
  return [
    ...changesTo('calendarMissing', years, standing),
    ...changesTo('numberEnding', numbers, standing),
    ...changesTo('rosterGap', departments, standing),
  ];
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
