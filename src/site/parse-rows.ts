// Reads the site's plain tables: skills, teams, queues, agents, devices.
import { topRows, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import type { AgentId, DeviceId, QueueId, SkillName } from '../contact/ids.js';
import { seatKinds } from '../contact/seat.js';
import type { StickyRule } from '../contact/sticky-agent.js';
import { readYaml } from '../contact/yaml-source.js';
import { strategies } from '../contact/offer.js';
import { requirementField } from '../contact/requirement-field.js';
import { clausesOf, skillLevelBounds } from '../contact/requirement.js';
import { breakReasons } from '../contact/agent.js';
import { takesPlace, type BreakPlaces } from '../contact/break-places.js';
import { parseDayKey } from '../contact/civil-time.js';
import {
  agentRoles,
  type AgentProfile,
  type DeviceProfile,
  type NamedRow,
  type Queue,
  type QueueRing,
  type Team,
} from './site.js';

/** A row with the place it came from, for checks that see several files. */
export interface Placed<Row> {
  readonly row: Row;
  readonly line: number;
}

/** A table by id, as far as it could be read. */
export interface Table<Row> {
  readonly file: string;
  readonly rows: ReadonlyMap<string, Placed<Row>>;
  readonly findings: readonly Finding[];
}

/** What a queue may be given. */
export const queueBounds = {
  timeoutMs: { min: 10_000, max: 2 * 3_600_000 },
  nobodyMs: { min: 1000, max: 3_600_000 },
  limit: { min: 1, max: 100_000 },
  priority: { min: 0, max: 100 },
} as const;

/** Rows with nothing but names: `skills.yaml`. */
export function parseNamedRows(file: string, text: string): Table<NamedRow> {
  return readTable(file, text, ['id', 'name', 'en'], (fields) => {
    return { id: fields.id('id'), ...namesIn(fields) };
  });
}

/** The name, and the one for pages in English: the same where none is given. */
function namesIn(fields: Fields): Pick<NamedRow, 'name' | 'en'> {
  const name = fields.text('name');
  return { name, en: fields.text('en', name) };
}

/** `teams.yaml`. */
export function parseTeams(file: string, text: string): Table<Team> {
  return readTable(file, text, ['id', 'name', 'en', 'until', 'prefers', 'breaks'], (fields) => {
    const row = {
      id: fields.id('id'),
      ...namesIn(fields),
      ...readPrefers(fields),
      ...(fields.has('breaks') && { breaks: readBreakPlaces(fields.section('breaks')) }),
    };
    const until = fields.text('until', '');
    if (until === '') return row;
    if (parseDayKey(until) === undefined) fields.wrong(['until'], 'badDay', wrongDay);
    return { ...row, until };
  });
}

/** Whether there are such queues, and he may take their calls, is seen when all files are read. */
function readPrefers(fields: Fields): { readonly prefers?: readonly QueueId[] } {
  return fields.has('prefers') ? { prefers: [...new Set(fields.ids('prefers'))] as QueueId[] } : {};
}

/** `all` and reasons, each with its number of places. */
function readBreakPlaces(fields: Fields): BreakPlaces {
  fields.refuseOthers(['all', ...limitedReasons]);
  const placesOf = (key: string) => (fields.has(key) ? fields.whole(key, breakPlaceBounds) : null);
  const byReason = limitedReasons.flatMap((reason) => {
    const places = placesOf(reason);
    return places === null ? [] : [[reason, places] as const];
  });
  return { all: placesOf('all'), byReason: new Map(byReason) };
}

/** Reasons whose places may be limited. */
export const limitedReasons = breakReasons.filter(takesPlace);

/** With none, nobody of the team could ever take a break. */
export const breakPlaceBounds = { min: 1, max: 1000 };

const wrongDay = {
  zh: "until 须是写在引号里的日期,如 '2026-12-31',为该班组最后一天。",
  en: "until must be a quoted day such as '2026-12-31', the team's last one.",
};

/** `queues.yaml`. */
export function parseQueues(file: string, text: string): Table<Queue> {
  const known = [
    ...['id', 'name', 'en', 'requires', 'priority', 'timeout', 'nobodyAfter', 'limit', 'recorded'],
    ...['seat', 'strategy', 'rings', 'sticky', 'tellWait'],
  ];
  return readTable(file, text, known, (fields) => ({
    id: fields.id('id') as QueueId,
    ...namesIn(fields),
    requires: clausesOf(requirementField(fields, 'requires')),
    strategy: fields.oneOf('strategy', strategies, 'longestIdle'),
    rings: fields.rows('rings').map(readRing),
    priority: fields.whole('priority', queueBounds.priority, 0),
    queueTimeoutMs: fields.durationMs('timeout', queueBounds.timeoutMs, 600_000),
    nobodyMs: fields.durationMs('nobodyAfter', queueBounds.nobodyMs, 60_000),
    limit: fields.whole('limit', queueBounds.limit, 200),
    recorded: fields.flag('recorded', true),
    tellsWait: fields.flag('tellWait', false),
    ...(fields.has('seat') && { seat: fields.oneOf('seat', seatKinds, 'minor') }),
    ...(fields.has('sticky') && { sticky: readSticky(fields.section('sticky')) }),
  }));
}

function readSticky(fields: Fields): StickyRule {
  fields.refuseOthers(['days', 'wait']);
  return {
    withinMs: fields.whole('days', { min: 1, max: 30 }, 7) * 86_400_000,
    waitMs: fields.durationMs('wait', { min: 1000, max: 120_000 }, 10_000),
  };
}

/** `agents.yaml`. */
export function parseAgents(file: string, text: string): Table<AgentProfile> {
  const known = ['id', 'name', 'team', 'skills', 'role', 'prefers', 'seesNumber', 'autoAnswer', 'device'];
  return readTable(file, text, known, (fields) => ({
    id: readAgentId(fields),
    name: fields.text('name'),
    teamId: fields.id('team'),
    ...readSkills(fields),
    role: fields.oneOf('role', agentRoles, 'agent'),
    ...readPrefers(fields),
    seesNumber: fields.flag('seesNumber', false),
    autoAnswer: fields.flag('autoAnswer', false),
    ...(fields.has('device') && { deviceId: fields.id('device') as DeviceId }),
  }));
}

function readSkills(fields: Fields): Pick<AgentProfile, 'skills' | 'levels'> {
  const skills = [...fields.gradedIds('skills', skillLevelBounds)] as [SkillName, number | null][];
  return {
    skills: new Set(skills.map(([skill]) => skill)),
    levels: new Map(skills.flatMap(([skill, level]) => (level === null ? [] : [[skill, level] as const]))),
  };
}

function readRing(fields: Fields): QueueRing {
  fields.refuseOthers(['requires', 'after', 'nobody', 'fewerThan', 'placeAbove']);
  const nobody = fields.flag('nobody', false);
  const ring = {
    line: fields.line,
    requires: clausesOf(requirementField(fields, 'requires')),
    afterMs: fields.has('after') ? fields.durationMs('after', ringBounds.afterMs) : null,
    fewerThan: fields.has('fewerThan') ? fields.whole('fewerThan', ringBounds.fewerThan) : nobody ? 1 : null,
    placeAbove: fields.has('placeAbove') ? fields.whole('placeAbove', ringBounds.placeAbove) : null,
  };
  if (ring.afterMs === null && ring.fewerThan === null && ring.placeAbove === null)
    fields.wrong([], 'ringWithoutCondition', ringWithoutCondition);
  return ring;
}

const ringBounds = {
  afterMs: { min: 1000, max: 2 * 3_600_000 },
  fewerThan: { min: 1, max: 10_000 },
  placeAbove: { min: 1, max: 100_000 },
} as const;

const ringWithoutCondition = {
  zh: '此环没有写何时放宽。请写 after: 30s、nobody: true、fewerThan: 3、placeAbove: 10 之一。',
  en: 'This ring does not say when it opens: write one of after: 30s, nobody: true, fewerThan: 3, placeAbove: 10.',
};

/** `devices.yaml`. */
export function parseDevices(file: string, text: string): Table<DeviceProfile> {
  return readTable(file, text, ['id', 'name'], (fields) => ({
    id: readDeviceId(fields),
    name: fields.text('name'),
  }));
}

/** A 工号 is spoken digit by digit and typed on a phone. */
function readAgentId(fields: Fields): AgentId {
  const id = fields.id('id');
  if (id !== '' && !/^\d{3,8}$/.test(id)) {
    const zh = '工号须是写在引号里的 3 至 8 位数字,如 "1001"。';
    fields.wrong(['id'], 'badAgentId', { zh, en: 'A 工号 has 3 to 8 figures, quoted, e.g. "1001".' });
  }
  return id as AgentId;
}

/** A SIP account's name. */
function readDeviceId(fields: Fields): DeviceId {
  const id = fields.id('id');
  if (id !== '' && !/^[a-z][a-z0-9]{1,15}$/.test(id)) {
    const zh = '话机账号须以小写字母开头,后接小写字母或数字,共 2 至 16 位,如 d1001。';
    fields.wrong(['id'], 'badDeviceId', {
      zh,
      en: 'A device has a lower-case letter and then letters or figures, 2 to 16 in all, e.g. d1001.',
    });
  }
  return id as DeviceId;
}

/** Rows by id; a repeated id is told, and its first row counts. */
export function readTable<Row extends { readonly id: string }>(
  file: string,
  text: string,
  known: readonly string[],
  read: (fields: Fields) => Row,
): Table<Row> {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  const rows = new Map<string, Placed<Row>>();
  for (const fields of topRows(source, findings)) {
    fields.refuseOthers(known);
    const row = read(fields);
    const earlier = rows.get(row.id);
    if (earlier !== undefined) fields.wrong(['id'], 'duplicate', repeated(row.id, earlier.line));
    else if (row.id !== '') rows.set(row.id, { row, line: fields.line });
  }
  return { file, rows, findings };
}

const repeated = (id: string, line: number) => ({
  zh: `${id} 与第 ${String(line)} 行重复。请改名或删除其一。`,
  en: `${id} repeats line ${String(line)}: rename or delete one.`,
});
