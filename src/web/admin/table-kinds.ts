// The tables of the administration: what each shows, and what its dialog asks for.
import type {
  AgentRowView,
  DeviceRowView,
  SkillRowView,
  TeamRowView,
} from '../../adapters/http/admin-views.js';
import { language, nameOf, say } from '../words/language.js';
import type { WordKey } from '../words/zh.js';

export const tables = ['agents', 'teams', 'skills', 'devices'] as const;
export type TableName = (typeof tables)[number];
/** `seen` names the row as it is shown. */
export type Row = (AgentRowView | TeamRowView | SkillRowView | DeviceRowView) & { readonly seen: string };

/** A list as the API gives it. */
export interface Listed<One = Row> {
  readonly writable: boolean;
  readonly rows: readonly One[];
}

/** Where the names in a row come from. */
export type NameSource = TableName | 'queues';

/** Names of other tables' rows, by id. */
export type Names = Readonly<Partial<Record<NameSource, ReadonlyMap<string, string>>>>;

/**
 * What a field of the dialog is. `choice` takes a row of another table, `levels` some of them with a level each, `ranked` some in an
 * order, `places` a number for each reason of a break.
 */
export interface Field {
  readonly key: string;
  readonly word: WordKey;
  readonly kind: 'text' | 'choice' | 'levels' | 'ranked' | 'places' | 'role' | 'flag' | 'day';
  readonly from?: NameSource;
  readonly optional?: boolean;
  /** Nothing of its own means what the team has. */
  readonly ofTeam?: boolean;
  readonly hint?: WordKey;
}

/** A column: how it is headed and what it says of a row. */
export interface Column {
  readonly word: WordKey;
  readonly text: (row: Row, names: Names) => string;
}

/** A table: its id's form, columns and fields. */
export interface TableKind {
  readonly idWord: WordKey;
  readonly idHint: WordKey;
  readonly idForm: RegExp;
  readonly columns: readonly Column[];
  readonly fields: readonly Field[];
}

/** Between the names of a list. */
export const listComma = (): string => (language.value === 'zh' ? '、' : ', ');

const valueOf = (row: Row, key: string): unknown => (row as unknown as Record<string, unknown>)[key];
const plain = (key: string) => (row: Row) => String(valueOf(row, key) ?? '');
const named =
  (key: string, from: NameSource) =>
  (row: Row, names: Names): string => {
    const value = valueOf(row, key);
    const ids = Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? [value] : [];
    return ids.map((id) => names[from]?.get(id) ?? id).join(listComma());
  };
const listed = (key: string) => (row: Row) => (valueOf(row, key) as readonly string[]).join(listComma());

/** `综合、税务:8`: a level where the files state one, as in the tables. */
function gradedSkills(row: Row, names: Names): string {
  const { skills, levels } = row as AgentRowView;
  const grade = (id: string) => (levels[id] === undefined ? '' : `:${String(levels[id])}`);
  return skills.map((id) => `${names.skills?.get(id) ?? id}${grade(id)}`).join(listComma());
}

/** `合计 3、就餐 2`. */
function placesOf(row: Row): string {
  const { breaks } = row as TeamRowView;
  const limited = placeKeys.filter((key) => breaks[key] !== undefined);
  return limited.map((key) => `${placeWord(key)} ${String(breaks[key])}`).join(listComma());
}

/** In all, and each reason whose places may be limited. */
export const placeKeys = ['all', 'rest', 'meal', 'training', 'meeting', 'coaching', 'other'] as const;

/** What the places of a reason are called. */
export function placeWord(key: (typeof placeKeys)[number]): string {
  return key === 'all' ? say('admin.breaks.all') : say(`break.${key}`);
}

/** Rows in their order; `own` false = what the team has. */
export interface RankedDraft {
  own: boolean;
  ids: string[];
}

/** Places as they are written; '' = not limited. */
export type PlacesDraft = Record<string, string>;

/** 1 to 1000, or nothing: not limited. */
export const isPlaces = (text: string): boolean => /^(?:[1-9]\d{0,2}|1000)?$/.test(text.trim());

/** Skills with their levels as they are written; '' = the site's usual one. */
export type GradedDraft = Map<string, string>;

/** 1 to 10, or nothing: the site's usual one. */
export const isLevel = (text: string): boolean => /^(?:[1-9]|10)?$/.test(text.trim());

const rowIdForm = /^[\p{Script=Han}A-Za-z0-9][\p{Script=Han}A-Za-z0-9._-]{0,63}$/u;
const name: Field = { key: 'name', word: 'admin.rowName', kind: 'text' };
const english: Field = { key: 'en', word: 'admin.en', kind: 'text', optional: true };

export const tableKinds: Readonly<Record<TableName, TableKind>> = {
  agents: {
    idWord: 'admin.agentId',
    idHint: 'admin.hint.agentId',
    idForm: /^\d{3,8}$/,
    columns: [
      { word: 'admin.name', text: plain('name') },
      { word: 'admin.team', text: named('team', 'teams') },
      { word: 'admin.skillsOf', text: gradedSkills },
      { word: 'admin.role', text: (row) => say(`admin.role.${(row as AgentRowView).role}`) },
      { word: 'admin.device', text: plain('device') },
      {
        word: 'admin.state',
        text: (row) =>
          (row as AgentRowView).ended
            ? say('admin.standing.ended')
            : say(`state.${(row as AgentRowView).state}`),
      },
    ],
    fields: [
      { key: 'name', word: 'admin.name', kind: 'text' },
      { key: 'team', word: 'admin.team', kind: 'choice', from: 'teams' },
      {
        key: 'skills',
        word: 'admin.skillsOf',
        kind: 'levels',
        from: 'skills',
        hint: 'admin.levelHint',
      },
      { key: 'role', word: 'admin.role', kind: 'role' },
      { key: 'device', word: 'admin.device', kind: 'choice', from: 'devices', optional: true },
      {
        key: 'prefers',
        word: 'admin.prefers',
        kind: 'ranked',
        from: 'queues',
        optional: true,
        ofTeam: true,
        hint: 'admin.prefersHint',
      },
      { key: 'seesNumber', word: 'admin.seesNumber', kind: 'flag' },
      { key: 'autoAnswer', word: 'admin.autoAnswer', kind: 'flag' },
    ],
  },
  teams: {
    idWord: 'admin.id',
    idHint: 'admin.hint.id',
    idForm: rowIdForm,
    columns: [
      { word: 'admin.rowName', text: plain('name') },
      { word: 'admin.en', text: plain('en') },
      { word: 'admin.until', text: plain('until') },
      { word: 'admin.state', text: (row) => say(`admin.standing.${(row as TeamRowView).standing}`) },
      { word: 'admin.members', text: plain('agents') },
      { word: 'admin.prefers', text: named('prefers', 'queues') },
      { word: 'admin.breaks', text: placesOf },
    ],
    fields: [
      name,
      english,
      { key: 'until', word: 'admin.until', kind: 'day', optional: true, hint: 'admin.untilHint' },
      {
        key: 'prefers',
        word: 'admin.prefers',
        kind: 'ranked',
        from: 'queues',
        optional: true,
        hint: 'admin.teamPrefersHint',
      },
      { key: 'breaks', word: 'admin.breaks', kind: 'places', optional: true, hint: 'admin.breaksHint' },
    ],
  },
  skills: {
    idWord: 'admin.id',
    idHint: 'admin.hint.id',
    idForm: rowIdForm,
    columns: [
      { word: 'admin.rowName', text: plain('name') },
      { word: 'admin.en', text: plain('en') },
      { word: 'admin.members', text: plain('agents') },
      {
        word: 'admin.usedBy',
        text: (row) => (row as SkillRowView).usedBy.map(nameOf).join(listComma()),
      },
    ],
    fields: [name, english],
  },
  devices: {
    idWord: 'admin.deviceId',
    idHint: 'admin.hint.deviceId',
    idForm: /^[a-z][a-z0-9]{1,15}$/,
    columns: [
      { word: 'admin.deviceName', text: plain('name') },
      {
        word: 'admin.state',
        text: (row) => say((row as DeviceRowView).reachable ? 'admin.reachable' : 'admin.unreachable'),
      },
      { word: 'admin.signedIn', text: plain('agentId') },
      { word: 'admin.usualAgents', text: listed('usualAgents') },
    ],
    fields: [{ key: 'name', word: 'admin.deviceName', kind: 'text' }],
  },
};

/** `agents 1001` -> `1001`. */
export function lastWord(reference: string): string {
  return reference.split(' ').at(-1) ?? reference;
}

/** A row as the dialog begins with it. */
export function draftOf(table: TableName, row: Row | null): Record<string, unknown> {
  const given = (key: string) => (row === null ? undefined : valueOf(row, key));
  return Object.fromEntries(
    tableKinds[table].fields.map(({ key, kind, ofTeam }) => {
      const value = given(key);
      if (kind === 'ranked') {
        const ids = Array.isArray(value) ? [...(value as readonly string[])] : [];
        return [key, { own: ofTeam !== true || Array.isArray(value), ids } satisfies RankedDraft];
      }
      if (kind === 'places') {
        const places = (value ?? {}) as Readonly<Record<string, number>>;
        return [key, Object.fromEntries(placeKeys.map((one) => [one, String(places[one] ?? '')]))];
      }
      if (kind === 'levels') return [key, gradedOf(row as AgentRowView | null)];
      if (kind === 'flag') return [key, value === true];
      if (kind === 'role') return [key, value ?? 'agent'];
      return [key, value ?? ''];
    }),
  );
}

function gradedOf(row: AgentRowView | null): GradedDraft {
  return new Map((row?.skills ?? []).map((id) => [id, String(row?.levels[id] ?? '')]));
}

/** What a field of the dialog holds, as it is told beside another one. */
export function fieldTextOf({ kind, from }: Field, value: unknown, names: Names): string {
  const nameIn = (id: string) => (from && names[from]?.get(id)) ?? id;
  switch (kind) {
    case 'levels':
      return [...(value as GradedDraft)]
        .map(([id, level]) => `${nameIn(id)}${level.trim() === '' ? '' : `:${level.trim()}`}`)
        .join(listComma());
    case 'flag':
      return say(value === true ? 'admin.yes' : 'admin.no');
    case 'role':
      return say(`admin.role.${value as AgentRowView['role']}`);
    case 'choice':
      return nameIn(String(value));
    default:
      return String(value ?? '').trim();
  }
}

/** What the API takes: nothing chosen is null. */
export function bodyOf(table: TableName, draft: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    tableKinds[table].fields.flatMap(({ key, kind, optional }): readonly (readonly [string, unknown])[] => {
      const value = draft[key];
      if (kind === 'levels') {
        const graded = [...(value as GradedDraft)].map(([id, level]) => [id, level.trim()] as const);
        const stated = graded.flatMap(([id, level]) => (level === '' ? [] : [[id, Number(level)] as const]));
        return [
          [key, graded.map(([id]) => id)],
          ['levels', Object.fromEntries(stated)],
        ];
      }
      if (kind === 'ranked') {
        const { own, ids } = value as RankedDraft;
        return [[key, own ? [...ids] : null]];
      }
      if (kind === 'places') {
        const written = Object.entries(value as PlacesDraft).filter(([, text]) => text.trim() !== '');
        return [[key, Object.fromEntries(written.map(([one, text]) => [one, Number(text)]))]];
      }
      const isNothing = optional === true && value === '' && kind !== 'text';
      return [[key, isNothing ? null : typeof value === 'string' ? value.trim() : value]];
    }),
  );
}

/** What is wrong with a draft, by field, before it is sent. */
export function faultsOf(
  table: TableName,
  id: string,
  draft: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const { idForm, idHint, fields } = tableKinds[table];
  const faults: Record<string, string> = {};
  if (id === '') faults['id'] = say('admin.need');
  else if (!idForm.test(id)) faults['id'] = say('admin.form', { hint: say(idHint) });
  for (const { key, kind, optional } of fields) {
    const value = draft[key];
    const isEmpty =
      (typeof value === 'string' && value.trim() === '') || (value instanceof Map && value.size === 0);
    if (isEmpty && optional !== true) faults[key] = say('admin.need');
    const levels = kind === 'levels' ? [...(value as GradedDraft).values()] : [];
    if (!levels.every(isLevel)) faults[key] = say('admin.levelHint');
    if (kind === 'places' && !Object.values(value as PlacesDraft).every(isPlaces))
      faults[key] = say('admin.breaksHint');
  }
  return faults;
}
