// What the administration shows of agents, teams, skills, devices and the calendar: schemas, and the site put into them.
import { Type, type Static } from 'typebox';
import { dayKeyAt, type DayKey } from '../../contact/civil-time.js';
import type { DeviceId, SkillName } from '../../contact/ids.js';
import { skillLevelBounds } from '../../contact/requirement.js';
import type { Engine } from '../../engine/engine.js';
import { dayKind, missingNoticeYears, statutoryDays } from '../../site/calendar.js';
import { agentRoles, type Site } from '../../site/site.js';
import { breakPlaceBounds, limitedReasons } from '../../site/parse-rows.js';
import { agentRowOf, queueNames, referencesTo, teamRowOf, type AgentRow } from '../../site/site-rows.js';
import { teamStanding } from '../../site/team-end.js';
import { agentStates, lineOfText, oneOf, viewAgent } from './views.js';

const idText = (pattern: string) => Type.String({ pattern });
const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** A name that other rows refer to. */
export const rowId = idText('^[\\p{Script=Han}A-Za-z0-9][\\p{Script=Han}A-Za-z0-9._-]{0,63}$');
const dayText = idText('^\\d{4}-\\d{2}-\\d{2}$');

const skillLevelRange = { minimum: skillLevelBounds.min, maximum: skillLevelBounds.max };

const preferredQueues = Type.Array(rowId, { maxItems: 50 });
const breakPlaces = Type.Integer({ minimum: breakPlaceBounds.min, maximum: breakPlaceBounds.max });

/** What an agent's row may be made of; the 工号 is in the address. */
export const agentFieldsBody = {
  name: lineOfText(200),
  team: rowId,
  skills: Type.Array(rowId, { minItems: 1, maxItems: 50 }),
  /** Levels of some of the skills; left out, they stay as they are. */
  levels: Type.Optional(Type.Record(rowId, Type.Integer(skillLevelRange))),
  role: oneOf(agentRoles),
  seesNumber: Type.Boolean(),
  autoAnswer: Type.Boolean(),
  device: nullable(idText('^[a-z][a-z0-9]{1,15}$')),
  /** Queues he prefers, the dearest first; null = his team's. Left out, they stay as they are. */
  prefers: Type.Optional(nullable(preferredQueues)),
};
export const namedFieldsBody = { name: lineOfText(200), en: Type.String({ pattern: '^\\P{Cc}{0,200}$' }) };
export const teamFieldsBody = {
  ...namedFieldsBody,
  until: nullable(dayText),
  /** Left out, these two stay as they are. */
  prefers: Type.Optional(preferredQueues),
  breaks: Type.Optional(
    Type.Record(idText(`^(?:${['all', ...limitedReasons].join('|')})$`), breakPlaces, {
      additionalProperties: false,
    }),
  ),
};
export const deviceFieldsBody = { name: lineOfText(200) };
export const agentRowView = Type.Object({
  ...agentFieldsBody,
  levels: Type.Record(Type.String(), Type.Integer()),
  prefers: nullable(Type.Array(Type.String())),
  id: Type.String(),
  state: oneOf(agentStates),
  /** His team has ended: he cannot sign in. */
  ended: Type.Boolean(),
});
export type AgentRowView = Static<typeof agentRowView>;

export const teamRowView = Type.Object({
  ...teamFieldsBody,
  prefers: Type.Array(Type.String()),
  breaks: Type.Record(Type.String(), Type.Integer()),
  id: Type.String(),
  standing: oneOf(['lasting', 'ending', 'ended']),
  agents: Type.Integer(),
});
export type TeamRowView = Static<typeof teamRowView>;

export const skillRowView = Type.Object({
  ...namedFieldsBody,
  id: Type.String(),
  agents: Type.Integer(),
  /** The queues that ask for it. */
  usedBy: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), en: Type.String() })),
});
export type SkillRowView = Static<typeof skillRowView>;

export const deviceRowView = Type.Object({
  ...deviceFieldsBody,
  id: Type.String(),
  reachable: Type.Boolean(),
  /** Who is signed in there. */
  agentId: nullable(Type.String()),
  /** Whose usual phone it is. */
  usualAgents: Type.Array(Type.String()),
});
export type DeviceRowView = Static<typeof deviceRowView>;

export const calendarView = Type.Object({
  version: Type.String(),
  writable: Type.Boolean(),
  year: Type.Integer(),
  document: nullable(Type.String()),
  off: Type.Array(Type.Object({ name: Type.String(), from: Type.String(), to: Type.String() })),
  work: Type.Array(Type.String()),
  /** Every day of the year that is not what its weekday says. */
  days: Type.Array(
    Type.Object({ day: Type.String(), kind: oneOf(['holiday', 'movedWorkday']), name: Type.String() }),
  ),
  /** Years that have a notice. */
  years: Type.Array(Type.Integer()),
  /** Years that should have one by now. */
  missing: Type.Array(Type.Integer()),
});
export type CalendarView = Static<typeof calendarView>;

/** Every agent of the files, by 工号. */
export function viewAgentRows(site: Site, engine: Engine, nowMs: number): readonly AgentRowView[] {
  const live = new Map(engine.agents().map((agent) => [agent.id, agent]));
  return [...site.agents.keys()].sort().flatMap((id) => {
    const row = agentRowOf(site, id);
    const view = viewAgent(site, id, live.get(id));
    if (row === undefined || view === undefined) return [];
    const ended = hasEnded(site, row, nowMs);
    const prefers = row.prefers === null ? null : [...row.prefers];
    return [{ ...row, skills: [...row.skills], prefers, state: view.state, ended }];
  });
}

function hasEnded(site: Site, { team }: AgentRow, nowMs: number): boolean {
  return teamStanding(site.teams.get(team)?.until, dayKeyAt(nowMs)) === 'ended';
}

/** Every team, in the order of the files. */
export function viewTeamRows(site: Site, nowMs: number): readonly TeamRowView[] {
  const today = dayKeyAt(nowMs);
  return [...site.teams.values()].flatMap(({ id, until }) => {
    const row = teamRowOf(site, id);
    if (row === undefined) return [];
    const agents = referencesTo(site, 'teams', id).length;
    return [{ ...row, prefers: [...row.prefers], standing: teamStanding(until, today), agents }];
  });
}

/** Every skill. */
export function viewSkillRows(site: Site): readonly SkillRowView[] {
  return [...site.skills.values()].map(({ id, name, en }) => {
    const agents = [...site.agents.values()].filter(({ skills }) => skills.has(id as SkillName)).length;
    const queues = [...site.queues.values()].filter((queue) => queueNames(queue, id));
    return {
      id,
      name,
      en,
      agents,
      usedBy: queues.map((one) => ({ id: one.id, name: one.name, en: one.en })),
    };
  });
}

/** Every phone. */
export function viewDeviceRows(site: Site, engine: Engine): readonly DeviceRowView[] {
  const signedIn = new Map(engine.agents().map((agent) => [agent.deviceId, agent.id]));
  return [...site.devices.values()].map(({ id, name }) => ({
    id,
    name,
    reachable: engine.isReachable(id as DeviceId),
    agentId: signedIn.get(id) ?? null,
    usualAgents: referencesTo(site, 'devices', id).map((one) => one.slice('agents '.length)),
  }));
}

/** One year of the calendar. */
export function viewCalendar(
  { calendar }: Site,
  year: number,
  nowMs: number,
): Omit<CalendarView, 'version' | 'writable'> {
  const notice = calendar.notices.find((one) => one.year === year);
  const inYear = (day: DayKey) => day.startsWith(`${String(year)}-`);
  const special = [...new Set([...calendar.daysOff.keys(), ...calendar.movedWorkdays])].filter(inYear).sort();
  return {
    year,
    document: notice?.document ?? null,
    off: (notice?.ranges ?? statutoryRanges(year)).map((range) => ({ ...range })),
    work: [...(notice?.work ?? [])],
    days: special.map((day) => ({
      day,
      kind: dayKind(calendar, day) === 'movedWorkday' ? 'movedWorkday' : 'holiday',
      name: calendar.daysOff.get(day) ?? '',
    })),
    years: calendar.notices.map((one) => one.year).sort((a, b) => a - b),
    missing: [...missingNoticeYears(calendar, dayKeyAt(nowMs))],
  };
}

/** Without a notice the statutory days are where its editing begins. */
function statutoryRanges(year: number): readonly { name: string; from: DayKey; to: DayKey }[] {
  const ranges: { name: string; from: DayKey; to: DayKey }[] = [];
  for (const [day, name] of [...statutoryDays(year)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const last = ranges.at(-1);
    if (last?.name === name) last.to = day;
    else ranges.push({ name, from: day, to: day });
  }
  return ranges;
}
