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
export type Row = AgentRowView | TeamRowView | SkillRowView | DeviceRowView;

/** A list as the API gives it. */
export interface Listed<One = Row> {
  readonly version: string;
  readonly writable: boolean;
  readonly rows: readonly One[];
}

/** Names of other tables' rows, by id. */
export type Names = Readonly<Partial<Record<TableName, ReadonlyMap<string, string>>>>;

/** What a field of the dialog is. `choices` and `choice` take rows of another table. */
export interface Field {
  readonly key: string;
  readonly word: WordKey;
  readonly kind: 'text' | 'choice' | 'choices' | 'role' | 'flag' | 'day';
  readonly from?: TableName;
  readonly optional?: boolean;
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
  (key: string, from: TableName) =>
  (row: Row, names: Names): string => {
    const value = valueOf(row, key);
    const ids = Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? [value] : [];
    return ids.map((id) => names[from]?.get(id) ?? id).join(listComma());
  };
const listed = (key: string) => (row: Row) => (valueOf(row, key) as readonly string[]).join(listComma());

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
      { word: 'admin.skillsOf', text: named('skills', 'skills') },
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
      { key: 'skills', word: 'admin.skillsOf', kind: 'choices', from: 'skills' },
      { key: 'role', word: 'admin.role', kind: 'role' },
      { key: 'device', word: 'admin.device', kind: 'choice', from: 'devices', optional: true },
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
    ],
    fields: [
      name,
      english,
      { key: 'until', word: 'admin.until', kind: 'day', optional: true, hint: 'admin.untilHint' },
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
    tableKinds[table].fields.map(({ key, kind }) => {
      const value = given(key);
      if (kind === 'choices') return [key, Array.isArray(value) ? [...(value as string[])] : []];
      if (kind === 'flag') return [key, value === true];
      if (kind === 'role') return [key, value ?? 'agent'];
      return [key, value ?? ''];
    }),
  );
}

/** What the API takes: nothing chosen is null. */
export function bodyOf(table: TableName, draft: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    tableKinds[table].fields.map(({ key, kind, optional }) => {
      const value = draft[key];
      const isNothing = optional === true && value === '' && kind !== 'text';
      return [key, isNothing ? null : typeof value === 'string' ? value.trim() : value];
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
  for (const { key, optional } of fields) {
    const value = draft[key];
    const isEmpty =
      (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0);
    if (isEmpty && optional !== true) faults[key] = say('admin.need');
  }
  return faults;
}
