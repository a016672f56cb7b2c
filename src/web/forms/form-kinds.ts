// The forms over the site's files: what each asks for, and how a row becomes a form and a form a row again. A new table is one more entry.
import type { DraftTable } from '../../site/draft.js';
import type { WordKey } from '../words/zh.js';

/** A row as the files have it. */
export type RowFields = Readonly<Record<string, unknown>>;

/** A period of a number, as its form has it: nothing written is ''. */
export interface PeriodDraft {
  state: string;
  from: string;
  until: string;
}

/** Days off under one name. */
export interface RangeDraft {
  name: string;
  from: string;
  to: string;
}

/** What a field of a form holds. */
export type FieldDraft = string | boolean | PeriodDraft[] | RangeDraft[];
export type FormDraft = Record<string, FieldDraft>;

/** `lines`: a list, one a line. `choice` takes its values from `choices` or, with `from`, from those other rows have. */
export interface FormField {
  readonly key: string;
  readonly word: WordKey;
  readonly kind: 'text' | 'long' | 'number' | 'lines' | 'choice' | 'flag' | 'periods' | 'ranges';
  readonly choices?: readonly (readonly [value: string, word: WordKey])[];
  readonly from?: string;
  readonly optional?: boolean;
  readonly hint?: WordKey;
  /** Under «more». */
  readonly more?: boolean;
  /** What the file means where it says nothing. */
  readonly usual?: string | boolean;
}

/** A form: its fields in the order in which a new row is written. */
export interface FormKind {
  /** The field that names a new row; its value is the row's id unless it has an `id` of its own. */
  readonly idKey: string;
  /** The id is a figure in the file. */
  readonly idIsNumber?: boolean;
  readonly fields: readonly FormField[];
}

const patterns = [
  'whole',
  'dual',
  'dualSeats',
  'seatsKept',
  'office',
  'subCentre',
  'emergency',
  'utility',
  'main',
];
const states = ['dual', 'transfer', 'prompt', 'vacant', 'returned', 'served'] as const;
/** For the list of states in the form of periods. */
export const periodStates: readonly (readonly [string, WordKey])[] = states.map((one) => [
  one,
  `num.s.${one}`,
]);

export const formKinds: Readonly<Record<DraftTable, FormKind>> = {
  numbers: {
    idKey: 'number',
    fields: [
      { key: 'number', word: 'f.number', kind: 'text' },
      { key: 'id', word: 'f.id', kind: 'text', optional: true, more: true },
      { key: 'name', word: 'f.name', kind: 'text' },
      { key: 'shortName', word: 'f.shortName', kind: 'text', optional: true },
      { key: 'spoken', word: 'f.spoken', kind: 'text', optional: true, more: true },
      { key: 'former', word: 'f.former', kind: 'text', optional: true },
      { key: 'service', word: 'f.service', kind: 'text', optional: true },
      { key: 'region', word: 'f.region', kind: 'text', optional: true, more: true },
      {
        key: 'pattern',
        word: 'f.pattern',
        kind: 'choice',
        choices: patterns.map((one) => [one, `num.p.${one}` as WordKey]),
        usual: 'main',
      },
      { key: 'approval', word: 'f.approval', kind: 'text', optional: true },
      { key: 'kpiLine', word: 'f.kpiLine', kind: 'text', optional: true, more: true },
      { key: 'tag', word: 'f.tag', kind: 'text', optional: true, more: true },
      { key: 'flow', word: 'f.flow', kind: 'choice', from: 'flow', more: true },
      { key: 'menuFlow', word: 'f.menuFlow', kind: 'choice', from: 'menuFlow', optional: true, more: true },
      { key: 'queue', word: 'f.queue', kind: 'choice', from: 'queue', more: true },
      { key: 'whisper', word: 'f.whisper', kind: 'flag', more: true, usual: true },
      { key: 'delivered_as', word: 'f.delivered_as', kind: 'lines', optional: true },
      { key: 'successor', word: 'f.successor', kind: 'text', optional: true, more: true },
      { key: 'announced_through', word: 'f.announced_through', kind: 'lines', optional: true, more: true },
      { key: 'opening', word: 'f.opening', kind: 'text', optional: true, more: true },
      { key: 'farewell', word: 'f.farewell', kind: 'text', optional: true, more: true },
      { key: 'announcement', word: 'f.announcement', kind: 'text', optional: true, more: true },
      { key: 'states', word: 'f.states', kind: 'periods', optional: true, hint: 'form.periodsHint' },
    ],
  },
  calendar: {
    idKey: 'year',
    idIsNumber: true,
    fields: [
      { key: 'document', word: 'f.document', kind: 'text' },
      { key: 'off', word: 'f.off', kind: 'ranges' },
      { key: 'work', word: 'f.work', kind: 'lines', hint: 'admin.workdaysHint' },
    ],
  },
  prompts: {
    idKey: 'id',
    fields: [
      { key: 'text', word: 'f.text', kind: 'long', hint: 'f.textHint' },
      { key: 'when', word: 'f.when', kind: 'text' },
      {
        key: 'speed',
        word: 'f.speed',
        kind: 'choice',
        choices: [
          ['normal', 'f.speed.normal'],
          ['slow', 'f.speed.slow'],
        ],
        usual: 'normal',
      },
      { key: 'longestSeconds', word: 'f.longestSeconds', kind: 'number', optional: true },
    ],
  },
  lexicon: {
    idKey: 'word',
    fields: [
      { key: 'word', word: 'f.word', kind: 'text' },
      { key: 'value', word: 'f.value', kind: 'text', hint: 'f.valueHint' },
    ],
  },
};

/** A row as its form begins with it. */
export function draftOf({ fields }: FormKind, row: RowFields): FormDraft {
  return Object.fromEntries(fields.map((field) => [field.key, fieldDraft(field, row[field.key])]));
}

function fieldDraft({ kind, usual }: FormField, value: unknown): FieldDraft {
  const given = value ?? usual;
  switch (kind) {
    case 'flag':
      return given === true;
    case 'lines':
      return (Array.isArray(given) ? given : []).map(String).join('\n');
    case 'periods':
      return rowsOf(given).map(({ state, from, until }) => ({
        ...{ state: textOf(state), from: textOf(from), until: textOf(until) },
      }));
    case 'ranges':
      return rowsOf(given).map(({ name, from, to }) => ({
        ...{ name: textOf(name), from: textOf(from), to: textOf(to) },
      }));
    default:
      return textOf(given);
  }
}

const rowsOf = (value: unknown): readonly RowFields[] => (Array.isArray(value) ? (value as RowFields[]) : []);
const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/**
 * The row that a form asks for: what it does not show stays as it is, what is the usual case is left out unless the row says it.
 * @param row as the files have it; `{}` for a new one
 */
export function rowOfForm(kind: FormKind, row: RowFields, draft: Readonly<FormDraft>): RowFields {
  const made: Record<string, unknown> = {};
  for (const field of kind.fields) {
    const value = fieldValue(field, draft[field.key]);
    if (value !== undefined && (value !== field.usual || field.key in row)) made[field.key] = value;
  }
  const shown = new Set(kind.fields.map(({ key }) => key));
  const rest = Object.fromEntries(Object.entries(row).filter(([key]) => !shown.has(key)));
  return { ...rest, ...made };
}

function fieldValue({ kind, optional }: FormField, value: FieldDraft | undefined): unknown {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    const text = value.trim();
    if (kind === 'lines') return linesOf(text) ?? (optional === true ? undefined : []);
    if (text === '') return undefined;
    return kind === 'number' && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  const rows = (value ?? []).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([, one]) => one !== '')),
  );
  return kind === 'periods' && rows.length === 0 ? undefined : rows;
}

function linesOf(text: string): readonly string[] | undefined {
  const lines = text.split(/[\s,,、]+/).filter((line) => line !== '');
  return lines.length === 0 ? undefined : lines;
}

/** A new number as it usually is: merged whole, led and queued like the main number, delivered in the same forms. */
export function newNumber(number: string, main: RowFields): RowFields {
  const digits = number.replace(/\D/g, '');
  const own = textOf(main['number']);
  const forms = (Array.isArray(main['delivered_as']) ? main['delivered_as'] : []).map(String);
  // A number with its area code is delivered with the country's code in front, if at all.
  const delivered = digits.startsWith('0')
    ? [`86${digits.slice(1)}`, `+86${digits.slice(1)}`]
    : forms
        .filter((form) => form.endsWith(own))
        .map((form) => form.slice(0, form.length - own.length) + digits);
  return {
    kpiLine: digits,
    tag: digits === '' ? '' : `n${digits}`,
    delivered_as: digits === '' ? [] : delivered,
    ...{ flow: main['flow'], menuFlow: main['menuFlow'], queue: main['queue'], successor: own },
    ...{ whisper: false, pattern: 'whole' },
  };
}
