// Reads a table of agents into edits of the site: a verdict for each of its rows, and the edits if all of them are good.
import type { DayKey } from '../contact/civil-time.js';
import {
  agentColumns,
  columnOfHeading,
  ownDeviceWords,
  plainCell,
  readDay,
  readFlag,
  readList,
  readRole,
  type AgentColumn,
} from './agent-columns.js';
import { skillLevelBounds } from '../contact/requirement.js';
import type { SiteRowEdit } from './edit-site.js';
import type { SiteFiles } from './read-files.js';
import { agentFields, changedFields, deviceFields, teamFields, type AgentRow } from './site-rows.js';

/** What would become of one row; `row` as a spreadsheet counts, the headings being row 1. */
export interface RowVerdict {
  readonly row: number;
  readonly agentId: string;
  readonly verdict: 'new' | 'change' | 'same' | 'error';
  /** The column at fault. */
  readonly column: AgentColumn | null;
  readonly zh: string;
  readonly en: string;
}

/** What would be made of a table. `edits` is empty unless every row is good. */
export interface AgentImport {
  readonly rows: readonly RowVerdict[];
  readonly edits: readonly SiteRowEdit[];
}

/** Words in both languages. */
export interface TableFault {
  readonly zh: string;
  readonly en: string;
}

/** More rows than this are no import of people. */
const mostRows = 2_000;
const needed = ['id', 'name', 'team', 'skills'] as const;
type Known = Pick<SiteFiles, 'agents' | 'teams' | 'skills' | 'devices'>;
type Cells = Partial<Readonly<Record<AgentColumn, string>>>;

/**
 * Plans an import. Columns that the table lacks leave what is there; a team that is not there is made if the row says when
 * it ends, a phone that is not there is made; 自动 stands for a phone of the agent's own.
 */
export function planAgentImport(
  table: readonly (readonly string[])[],
  known: Known,
): AgentImport | { readonly fault: TableFault } {
  const [headings = [], ...body] = table;
  const columns = headings.map(columnOfHeading);
  const fault = headingsFault(headings, columns) ?? sizeFault(body);
  if (fault !== undefined) return { fault };
  const plan = beginPlan(known);
  const rows = body.flatMap((cells, index): RowVerdict[] => {
    if (cells.every((cell) => plainCell(cell) === '')) return [];
    const named = columns.flatMap((column, at) =>
      column === undefined ? [] : [[column, plainCell(cells[at] ?? '')] as const],
    );
    return [plan.take(index + 2, Object.fromEntries(named) as Cells)];
  });
  if (rows.length === 0)
    return { fault: { zh: '表中没有一行数据。', en: 'The table has no rows below its headings.' } };
  const isGood = rows.every(({ verdict }) => verdict !== 'error');
  return { rows, edits: isGood ? plan.edits() : [] };
}

interface Plan {
  take(row: number, cells: Cells): RowVerdict;
  edits(): readonly SiteRowEdit[];
}

/** A cell that cannot be taken. */
interface CellFault extends TableFault {
  readonly column: AgentColumn;
}

/** Remembers what earlier rows made, so that later ones may refer to it. */
function beginPlan(known: Known): Plan {
  const seen = new Map<string, number>();
  const newTeams = new Map<string, DayKey>();
  const newDevices = new Set<string>();
  const changes: SiteRowEdit[] = [];

  function take(row: number, cells: Cells): RowVerdict {
    const id = cells.id ?? '';
    const earlier = seen.get(id);
    if (earlier !== undefined && id !== '') return refusedRow(row, id, repeatedId(earlier));
    seen.set(id, row);
    const before = presentRow(known, id);
    const read = readAgent(cells, before);
    if ('column' in read) return refusedRow(row, id, read);
    const team = teamOf(cells, read.team);
    if ('column' in team) return refusedRow(row, id, team);
    const agent = { ...read, team: team.id };
    noteDevice(agent.device);
    const changed = changedFields(before && agentFields(before), agentFields(agent));
    if (changed.length > 0) changes.push({ table: 'agents', id, fields: agentFields(agent) });
    return verdictOf(row, agent, before, changed, team.isNew);
  }

  function readAgent(cells: Cells, before: AgentRow | undefined): AgentRow | CellFault {
    const { id = '', name = '' } = cells;
    if (!/^\d{3,8}$/.test(id)) return badId;
    if (!/^[^\p{Cc}]{1,200}$/u.test(name)) return badName;
    const graded = readSkills(known, cells.skills ?? '', before);
    if ('column' in graded) return graded;
    const role = cells.role === undefined ? (before?.role ?? 'agent') : readRole(cells.role);
    if (role === undefined) return badRole;
    const [seesNumber, autoAnswer] = (['seesNumber', 'autoAnswer'] as const).map((column) =>
      cells[column] === undefined ? (before?.[column] ?? false) : readFlag(cells[column]),
    );
    if (seesNumber === undefined) return badFlag('seesNumber');
    if (autoAnswer === undefined) return badFlag('autoAnswer');
    const device = deviceOf(cells.device, id, before);
    if (device !== null && !/^[a-z][a-z0-9]{1,15}$/.test(device)) return badDevice;
    const team = cells.team ?? '';
    const prefers = before?.prefers ?? null;
    return { id, name, team, ...graded, role, seesNumber, autoAnswer, device, prefers };
  }

  /** By its id or its name; one that is not there needs its last day. */
  function teamOf(cells: Cells, word: string): { readonly id: string; readonly isNew: boolean } | CellFault {
    const until = (cells.until ?? '') === '' ? null : readDay(cells.until ?? '');
    if (until === undefined) return badDay;
    const present = [...known.teams.rows.values()].find(
      ({ row }) => row.id === word || row.name === word,
    )?.row;
    if (present !== undefined)
      return until === null || until === present.until
        ? { id: present.id, isNew: false }
        : otherEnd(present.name, present.until);
    const begun = newTeams.get(word);
    if (begun !== undefined)
      return until === null || until === begun ? { id: word, isNew: true } : otherEnd(word, begun);
    if (!/^[\p{Script=Han}A-Za-z0-9][\p{Script=Han}A-Za-z0-9._-]{0,63}$/u.test(word)) return badTeam(word);
    if (until === null) return unknownTeam(word);
    newTeams.set(word, until);
    return { id: word, isNew: true };
  }

  function noteDevice(device: string | null): void {
    if (device !== null && !known.devices.rows.has(device)) newDevices.add(device);
  }

  return {
    take,
    edits: () => [
      ...[...newTeams].map(([id, until]): SiteRowEdit => {
        const row = { id, name: id, en: id, until, prefers: [], breaks: {} };
        return { table: 'teams', id, fields: teamFields(row) };
      }),
      ...[...newDevices].map((id): SiteRowEdit => {
        return { table: 'devices', id, fields: deviceFields({ id, name: `座席${id.replace(/^\D+/, '')}` }) };
      }),
      ...changes,
    ],
  };
}

function presentRow({ agents }: Known, id: string): AgentRow | undefined {
  const row = agents.rows.get(id)?.row;
  if (row === undefined) return undefined;
  const { name, teamId: team, role, seesNumber, autoAnswer, deviceId: device = null } = row;
  const levels = Object.fromEntries(row.levels);
  const prefers = row.prefers ?? null;
  return { id, name, team, skills: [...row.skills], levels, role, seesNumber, autoAnswer, device, prefers };
}

/** `税务、粤语:8`. A skill without a level keeps the one he has. */
function readSkills(
  known: Known,
  cell: string,
  before: AgentRow | undefined,
): Pick<AgentRow, 'skills' | 'levels'> | CellFault {
  const skills: string[] = [];
  const levels: Record<string, number> = {};
  for (const word of readList(cell)) {
    const [, name = word, figure] = /^(.+?)[:：](\d{1,2})$/.exec(word) ?? [];
    const skill = skillOf(known, name);
    if (skill === undefined) return unknownSkill(name);
    const level = figure === undefined ? before?.levels[skill] : Number(figure);
    if (level !== undefined && (level < skillLevelBounds.min || level > skillLevelBounds.max))
      return badLevel(word);
    skills.push(skill);
    if (level !== undefined) levels[skill] = level;
  }
  return skills.length === 0 ? noSkill : { skills: [...new Set(skills)], levels };
}

function skillOf({ skills }: Known, word: string): string | undefined {
  return [...skills.rows.values()].find(({ row }) => row.id === word || row.name === word)?.row.id;
}

function deviceOf(cell: string | undefined, id: string, before: AgentRow | undefined): string | null {
  if (cell === undefined) return before?.device ?? null;
  if (ownDeviceWords.includes(cell.toLowerCase())) return `d${id}`;
  return cell === '' ? null : cell;
}

function headingsFault(
  headings: readonly string[],
  columns: readonly (AgentColumn | undefined)[],
): TableFault | undefined {
  const missing = needed.filter((column) => !columns.includes(column));
  if (missing.length > 0)
    return {
      zh: `表头缺少:${missing.map((column) => agentColumns[column].zh[0]).join('、')}。第一行须是表头。`,
      en: `Headings are missing: ${missing.map((column) => agentColumns[column].en[0]).join(', ')}. Row 1 must hold the headings.`,
    };
  const unknown = headings.filter((heading, at) => columns[at] === undefined && plainCell(heading) !== '');
  if (unknown.length > 0)
    return {
      zh: `不认识的表头:${unknown.join('、')}。请删除该列或改名。`,
      en: `Unknown headings: ${unknown.join(', ')}. Delete or rename these columns.`,
    };
  const twice = columns.find((column, at) => column !== undefined && columns.indexOf(column) !== at);
  return (
    twice && {
      zh: `表头重复:${agentColumns[twice].zh[0]}。`,
      en: `A heading is there twice: ${agentColumns[twice].en[0]}.`,
    }
  );
}

function sizeFault(body: readonly unknown[]): TableFault | undefined {
  if (body.length <= mostRows) return undefined;
  return {
    zh: `一次最多导入 ${String(mostRows)} 行,请分批导入。`,
    en: `At most ${String(mostRows)} rows at a time.`,
  };
}

function refusedRow(row: number, agentId: string, { column, zh, en }: CellFault): RowVerdict {
  return { row, agentId, verdict: 'error', column, zh, en };
}

function verdictOf(
  row: number,
  agent: AgentRow,
  before: AgentRow | undefined,
  changed: readonly string[],
  isNewTeam: boolean,
): RowVerdict {
  const team = isNewTeam
    ? { zh: `,新班组 ${agent.team}`, en: `, new team ${agent.team}` }
    : { zh: '', en: '' };
  const device =
    agent.device === null
      ? { zh: '', en: '' }
      : { zh: `,话机 ${agent.device}`, en: `, phone ${agent.device}` };
  const base = { row, agentId: agent.id, column: null };
  if (before === undefined)
    return {
      ...base,
      verdict: 'new',
      zh: `新增${team.zh}${device.zh}`,
      en: `to be added${team.en}${device.en}`,
    };
  if (changed.length === 0) return { ...base, verdict: 'same', zh: '没有变化', en: 'unchanged' };
  const words = changed.map((field) =>
    field in agentColumns ? agentColumns[field as AgentColumn].zh[0] : field,
  );
  return {
    ...base,
    verdict: 'change',
    zh: `修改:${words.join('、')}`,
    en: `to be changed: ${changed.join(', ')}`,
  };
}

const cell = (column: AgentColumn, zh: string, en: string): CellFault => ({ column, zh, en });
const badId = cell('id', '工号须是 3 至 8 位数字。', 'A 工号 has 3 to 8 figures.');
const badName = cell('name', '请填写姓名。', 'The name is missing.');
const noSkill = cell('skills', '请填写至少一项技能。', 'At least one skill is needed.');
const badRole = cell('role', '角色须是话务员、专家或班长。', 'The role must be agent, expert or supervisor.');
const badDay = cell(
  'until',
  '日期须写作 2026-12-31,并且确有此日。',
  'The day must be a real one, written 2026-12-31.',
);
const badDevice = cell(
  'device',
  '话机账号须以小写字母开头,后接小写字母或数字,共 2 至 16 位;或写“自动”。',
  'A device has a lower-case letter and then letters or figures, 2 to 16 in all; or write "auto".',
);
const badFlag = (column: 'seesNumber' | 'autoAnswer'): CellFault =>
  cell(column, '请填是或否。', 'Must be yes or no.');
const repeatedId = (row: number): CellFault =>
  cell('id', `与第 ${String(row)} 行的工号重复。`, `The same 工号 is in row ${String(row)}.`);
const badLevel = (word: string): CellFault => ({
  column: 'skills',
  zh: `技能等级须是 1 到 10 的整数:${word}。`,
  en: `A skill's level is a whole number from 1 to 10: ${word}.`,
});

const unknownSkill = (word: string): CellFault =>
  cell('skills', `没有技能“${word}”,请先在技能页添加。`, `There is no skill "${word}": add it first.`);
const badTeam = (word: string): CellFault =>
  word === ''
    ? cell('team', '请填写班组。', 'The team is missing.')
    : cell(
        'team',
        `班组“${word}”须由汉字、字母、数字、点和横线组成。`,
        `The team "${word}" may have Chinese characters, letters, figures, dots and dashes only.`,
      );
const unknownTeam = (word: string): CellFault =>
  cell(
    'team',
    `没有班组“${word}”。请先在班组页添加;借调班组填写到期日即可随导入建立。`,
    `There is no team "${word}": add it first. A borrowed team is made here if the row has its end.`,
  );
const otherEnd = (team: string, until: DayKey | undefined): CellFault =>
  cell(
    'until',
    `班组“${team}”的到期日${until === undefined ? '未设' : `是 ${until}`},与此行不同。请在班组页修改。`,
    `The team "${team}" ${until === undefined ? 'has no end' : `ends on ${until}`}: change that among the teams.`,
  );
