// The columns of the agents' table as people exchange it: their headings in both languages, and how each cell is read.
import { formatDayKey, parseDayKey, type DayKey } from '../contact/civil-time.js';
import type { AgentRole } from './site.js';

/** A column, with the headings it is known by; the first of each language is the one that is written. */
export const agentColumns = {
  id: { zh: ['工号'], en: ['Agent', 'id', 'agent id'] },
  name: { zh: ['姓名'], en: ['Name'] },
  team: { zh: ['班组'], en: ['Team'] },
  until: { zh: ['班组到期日', '到期日', '借调到期日'], en: ['Team end', 'until'] },
  skills: { zh: ['技能'], en: ['Skills'] },
  role: { zh: ['角色'], en: ['Role'] },
  device: { zh: ['话机'], en: ['Device', 'phone'] },
  seesNumber: { zh: ['显示来电号码', '显示号码'], en: ['Sees number'] },
  autoAnswer: { zh: ['自动应答'], en: ['Auto answer'] },
} as const;

export type AgentColumn = keyof typeof agentColumns;

/** In the order they are written. */
export const agentColumnNames = Object.keys(agentColumns) as readonly AgentColumn[];

/** The roles' words. */
export const agentRoleWords: Readonly<Record<AgentRole, { readonly zh: string; readonly en: string }>> = {
  agent: { zh: '话务员', en: 'agent' },
  expert: { zh: '专家', en: 'expert' },
  supervisor: { zh: '班长', en: 'supervisor' },
};

/** In a cell of devices: a phone of the agent's own, named after him. */
export const ownDeviceWords = ['自动', 'auto'];

/** The column under a heading; undefined for one that means nothing here. */
export function columnOfHeading(heading: string): AgentColumn | undefined {
  const plain = plainWord(heading);
  return agentColumnNames.find((column) => {
    const { zh, en } = agentColumns[column];
    return [...zh, ...en, column].some((known) => plainWord(known) === plain);
  });
}

/** A role of its word in either language; nothing = an ordinary agent. */
export function readRole(cell: string): AgentRole | undefined {
  if (cell === '') return 'agent';
  const roles = Object.entries(agentRoleWords) as [AgentRole, { zh: string; en: string }][];
  return roles.find(([, { zh, en }]) => zh === cell || en === cell.toLowerCase())?.[0];
}

/** Yes and no in both languages; nothing = no. */
export function readFlag(cell: string): boolean | undefined {
  const plain = cell.toLowerCase();
  if (['', '否', 'no', 'n', 'false', '0'].includes(plain)) return false;
  return ['是', 'yes', 'y', 'true', '1'].includes(plain) ? true : undefined;
}

/** `2026-12-31`, and what a spreadsheet makes of it: `2026/12/31`, `2026年12月31日`. */
export function readDay(cell: string): DayKey | undefined {
  const match = /^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?$/.exec(cell);
  if (!match) return undefined;
  const day = formatDayKey({ year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) });
  return parseDayKey(day) && day;
}

/** Several names in one cell. */
export function readList(cell: string): readonly string[] {
  return [...new Set(cell.split(/[、,,;;|\s]+/).filter((word) => word !== ''))];
}

/** A cell without what keeps a spreadsheet from reading it as something else: `="0311"`, `'=x`. */
export function plainCell(cell: string): string {
  const trimmed = cell.trim();
  const quoted = /^="(.*)"$/.exec(trimmed)?.[1];
  return (quoted ?? trimmed).replace(/^'(?=[=+\-@\t\r])/, '').trim();
}

function plainWord(heading: string): string {
  return plainCell(heading)
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '');
}
