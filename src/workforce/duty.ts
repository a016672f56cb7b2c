// 值班: who is on duty when. Rules by the week, days that are otherwise, and what was changed since by those concerned.
import { addDays, dayKeyAt, dayStartMs, weekdayOf, type DayKey } from '../contact/civil-time.js';
import { spanAt, unionOf, without, within, type Span } from './spans.js';

/** How days are named in a roster. A weekday means that day of the week unless it is a statutory day off. */
export const dutyDays = [
  ...['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  ...['workday', 'weekend', 'holiday', 'every'],
] as const;
export type DutyDay = (typeof dutyDays)[number];

/** What a day is, by the site's calendar. A moved workday is a `workday`. */
export type DayKindOf = (day: DayKey) => 'workday' | 'weekend' | 'holiday';

/** Hours of some days. */
export interface DutyHours {
  readonly days: readonly DutyDay[];
  /** Minutes of the day. */
  readonly fromMinute: number;
  /** Up to here; not after `fromMinute` = on the next day. 1440 is the end of the day. */
  readonly toMinute: number;
}

/** What comes round every week. */
export interface DutyRule extends DutyHours {
  readonly expertId: string;
  /** Its first and last day; left out = no end. */
  readonly since?: DayKey;
  readonly until?: DayKey;
}

/** One day of an expert that goes before his rules; without hours he is off. */
export interface DutyException {
  readonly expertId: string;
  readonly day: DayKey;
  readonly hours?: Pick<DutyHours, 'fromMinute' | 'toMinute'>;
}

/** What files say. */
export interface DutyRoster {
  readonly rules: readonly DutyRule[];
  readonly exceptions: readonly DutyException[];
}

/** What was taken or given up since, oldest first. A swap is both, in one. */
export interface DutyChange extends Span {
  /** Who is on duty by it. */
  readonly takenBy?: string;
  /** Who no longer is. */
  readonly givenUpBy?: string;
}

/** What a roster is asked with. */
export interface DutyView {
  readonly roster: DutyRoster;
  readonly changes: readonly DutyChange[];
  readonly kindOf: DayKindOf;
}

/** When an expert is on duty in a window of time. */
export function dutyOf(view: DutyView, expertId: string, window: Span): readonly Span[] {
  const planned = daysAround(window).flatMap((day) => plannedOn(view, expertId, day));
  const changed = view.changes.reduce<readonly Span[]>((spans, change) => {
    const left = change.givenUpBy === expertId ? without(spans, [change]) : spans;
    return change.takenBy === expertId ? unionOf([...left, change]) : left;
  }, unionOf(planned));
  return within(changed, window);
}

/** Until when an expert is on duty without a break, epoch ms; null = he is not, now. Looked at for a week at most. */
export function onDutyUntilMs(view: DutyView, expertId: string, nowMs: number): number | null {
  const window = { fromMs: nowMs, toMs: nowMs + longestLookMs };
  return spanAt(dutyOf(view, expertId, window), nowMs)?.toMs ?? null;
}

/** When nobody of these is on duty although somebody should be. */
export function dutyGaps(
  view: DutyView,
  cover: readonly DutyHours[],
  expertIds: readonly string[],
  window: Span,
): readonly Span[] {
  const wanted = daysAround(window).flatMap((day) =>
    cover.filter(({ days }) => isOn(days, day, view.kindOf)).map((hours) => spanOf(day, hours)),
  );
  return without(
    within(wanted, window),
    expertIds.flatMap((id) => dutyOf(view, id, window)),
  );
}

const longestLookMs = 7 * 86_400_000;

/** The days whose hours may reach into a window: those of the night before are not over. */
function daysAround({ fromMs, toMs }: Span): readonly DayKey[] {
  const days: DayKey[] = [];
  for (let day = addDays(dayKeyAt(fromMs), -1); dayStartMs(day) < toMs; day = addDays(day, 1)) days.push(day);
  return days;
}

/** What the files give an expert of hours that begin on a day. */
function plannedOn({ roster, kindOf }: DutyView, expertId: string, day: DayKey): readonly Span[] {
  const exceptions = roster.exceptions.filter((one) => one.expertId === expertId && one.day === day);
  if (exceptions.length > 0)
    return exceptions.flatMap(({ hours }) => (hours === undefined ? [] : [spanOf(day, hours)]));
  return roster.rules
    .filter((rule) => rule.expertId === expertId && isInForce(rule, day) && isOn(rule.days, day, kindOf))
    .map((rule) => spanOf(day, rule));
}

function isInForce({ since, until }: DutyRule, day: DayKey): boolean {
  return (since === undefined || since <= day) && (until === undefined || day <= until);
}

function isOn(days: readonly DutyDay[], day: DayKey, kindOf: DayKindOf): boolean {
  const kind = kindOf(day);
  const weekday = dutyDays[weekdayOf(day) - 1];
  return days.some((name) => name === 'every' || name === kind || (name === weekday && kind !== 'holiday'));
}

function spanOf(day: DayKey, { fromMinute, toMinute }: Pick<DutyHours, 'fromMinute' | 'toMinute'>): Span {
  const startMs = dayStartMs(day);
  const nextDay = toMinute <= fromMinute ? 1440 : 0;
  return { fromMs: startMs + fromMinute * 60_000, toMs: startMs + (toMinute + nextDay) * 60_000 };
}
