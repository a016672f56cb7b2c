// The forms over the site's files: what each asks for, and how a row becomes a form and a form a row again. A new table is one more entry.
import type { FormTable } from '../../site/draft.js';
import type { ScopeKind } from '../../site/legal-route.js';
import type { WordKey } from '../words/zh.js';

/** A row as the files have it. */
export type RowFields = Readonly<Record<string, unknown>>;

/** A period of a number, as its form has it: nothing written is ''. What the form does not know goes along. */
export interface PeriodDraft {
  state: string;
  from: string;
  until: string;
  [other: string]: unknown;
}

/** Days off under one name. */
export interface RangeDraft {
  name: string;
  from: string;
  to: string;
  [other: string]: unknown;
}

/** One line of a mapping of texts to texts. */
export interface PairDraft {
  key: string;
  value: string;
}

/** The words of one slot of a prompt; slots of other kinds have no form. */
export interface SlotDraft {
  slot: string;
  pairs: PairDraft[];
}

/** Where calls are led; all empty = nowhere. */
export interface TargetDraft {
  trunk: string;
  number: string;
  showsCaller: boolean;
}

/** What a field of a form holds. */
export type FieldDraft =
  string | boolean | PeriodDraft[] | RangeDraft[] | PairDraft[] | SlotDraft[] | TargetDraft;
export type FormDraft = Record<string, FieldDraft>;

/**
 * `lines`: a list, one a line. `pairs`: a mapping of texts. `slots`: a prompt's words by slot. `target`: where calls are led. `choice` takes its values from
 * `choices`, from the page, or, with `from`, from those other rows have; a text with `from` suggests them.
 */
export interface FormField {
  readonly key: string;
  readonly word: WordKey;
  readonly kind:
    | 'text'
    | 'long'
    | 'number'
    | 'lines'
    | 'choice'
    | 'flag'
    | 'periods'
    | 'ranges'
    | 'pairs'
    | 'slots'
    | 'target';
  readonly choices?: readonly (readonly [value: string, word: WordKey])[];
  readonly from?: string;
  readonly optional?: boolean;
  readonly hint?: WordKey;
  /** What a text has to look like, and how that is said. */
  readonly form?: readonly [RegExp, WordKey];
  /** Under «more». */
  readonly more?: boolean;
  /** What the file means where it says nothing. */
  readonly usual?: string | boolean;
}

/** A form: its fields in the order in which a new row is written. */
export interface FormKind {
  /** The field that names a new row; its value is the row's id unless it has an `id` of its own. */
  readonly idKey: string;
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

const legalKinds: readonly ScopeKind[] = [
  'court',
  'arbitration',
  'discipline',
  'review',
  'disclosure',
  'petition',
  'secret',
  'region',
];

/** A number as it is dialled. */
const dialled = /^\d{3,16}$/;

export const formKinds: Readonly<Record<FormTable, FormKind>> = {
  numbers: {
    idKey: 'number',
    fields: [
      { key: 'number', word: 'f.number', kind: 'text', form: [/^\+?\d{3,20}$/, 'form.numberForm'] },
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
      { key: 'target', word: 'f.target', kind: 'target', hint: 'f.targetHint', more: true },
      {
        key: 'sealed',
        word: 'f.sealed',
        kind: 'choice',
        choices: [
          ['confidential', 'f.sealed.confidential'],
          ['minor', 'f.sealed.minor'],
        ],
        optional: true,
        hint: 'f.sealedHint',
        more: true,
      },
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
    fields: [
      { key: 'document', word: 'f.document', kind: 'text' },
      { key: 'off', word: 'f.off', kind: 'ranges' },
      { key: 'work', word: 'f.work', kind: 'lines', hint: 'admin.workdaysHint' },
    ],
  },
  prompts: {
    idKey: 'id',
    fields: [
      { key: 'id', word: 'f.promptId', kind: 'text', hint: 'f.promptIdHint' },
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
      { key: 'slots', word: 'f.slots', kind: 'slots' },
    ],
  },
  lexicon: {
    idKey: 'word',
    fields: [
      { key: 'word', word: 'f.word', kind: 'text' },
      { key: 'value', word: 'f.value', kind: 'text', hint: 'f.valueHint' },
    ],
  },
  legalRoutes: {
    idKey: 'kind',
    fields: [
      {
        key: 'kind',
        word: 'f.kind',
        kind: 'choice',
        choices: legalKinds.map((one) => [one, `scope.${one}`]),
      },
      { key: 'name', word: 'f.routeName', kind: 'text' },
      { key: 'en', word: 'f.en', kind: 'text', optional: true },
      { key: 'prompt', word: 'f.prompt', kind: 'choice' },
      { key: 'number', word: 'f.routeNumber', kind: 'choice', optional: true, hint: 'f.routeNumberHint' },
      { key: 'message', word: 'f.message', kind: 'text', from: 'message', optional: true },
      { key: 'basis', word: 'f.basis', kind: 'text' },
      { key: 'cities', word: 'f.cities', kind: 'pairs', hint: 'f.citiesHint' },
    ],
  },
  otherCities: {
    idKey: 'areaCode',
    fields: [
      { key: 'areaCode', word: 'f.areaCode', kind: 'choice', hint: 'f.areaCodeHint' },
      { key: 'trunk', word: 'f.trunk', kind: 'choice', hint: 'f.trunkHint' },
      {
        key: 'number',
        word: 'f.cityNumber',
        kind: 'text',
        optional: true,
        hint: 'f.cityNumberHint',
        form: [dialled, 'form.dialledForm'],
      },
      { key: 'showsCaller', word: 'f.showsCaller', kind: 'flag', usual: false },
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
      return rowsOf(given).map((row) => ({
        ...row,
        ...{ state: textOf(row['state']), from: textOf(row['from']), until: textOf(row['until']) },
      }));
    case 'ranges':
      return rowsOf(given).map((row) => ({
        ...row,
        ...{ name: textOf(row['name']), from: textOf(row['from']), to: textOf(row['to']) },
      }));
    case 'pairs':
      return pairsOf(given);
    case 'slots':
      return Object.entries(fieldsOf(given)).flatMap(([slot, declared]) => {
        const { words } = fieldsOf(declared);
        return words === undefined ? [] : [{ slot, pairs: pairsOf(words) }];
      });
    case 'target': {
      const { trunk, number, showsCaller } = fieldsOf(given);
      return { trunk: textOf(trunk), number: textOf(number), showsCaller: showsCaller === true };
    }
    default:
      return textOf(given);
  }
}

const rowsOf = (value: unknown): readonly RowFields[] => (Array.isArray(value) ? (value as RowFields[]) : []);
const fieldsOf = (value: unknown): RowFields =>
  typeof value === 'object' && value !== null ? (value as RowFields) : {};
const pairsOf = (value: unknown): PairDraft[] =>
  Object.entries(fieldsOf(value)).map(([key, one]) => ({ key, value: textOf(one) }));
const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/**
 * What a form asks for: its own fields alone, so that the service leaves the others as they are; null takes a field out. What is
 * the usual case is left out unless the row says it.
 * @param row as the files have it; `{}` for a new one
 */
export function rowOfForm(
  { fields, idKey }: FormKind,
  row: RowFields,
  draft: Readonly<FormDraft>,
): RowFields {
  const made: Record<string, unknown> = idKey in row ? { [idKey]: row[idKey] } : {};
  for (const field of fields) {
    const value = fieldValue(field, draft[field.key], row[field.key]);
    if (value === undefined) {
      if (field.key in row) made[field.key] = null;
    } else if (value !== field.usual || field.key in row) made[field.key] = value;
  }
  return made;
}

/** What keeps a field from being kept: nothing written where something is needed, or two lines of one name. */
export function fieldFault(
  { kind, optional, form }: FormField,
  value: FieldDraft | undefined,
): WordKey | undefined {
  if (kind === 'pairs') return pairsFault(value as PairDraft[]);
  if (kind === 'slots')
    return (value as SlotDraft[]).map(({ pairs }) => pairsFault(pairs)).find((fault) => fault !== undefined);
  if (kind === 'target') return targetFault(value as TargetDraft);
  if (typeof value !== 'string') return undefined;
  if (value.trim() === '') return optional !== true && kind !== 'lines' ? 'admin.need' : undefined;
  return form === undefined || form[0].test(value.trim()) ? undefined : form[1];
}

/**
 * What a field holds, as it is told beside another one.
 * @param nameOf a value of a choice, a state of a period, or yes and no, by what people call it
 */
export function fieldText(
  { kind }: FormField,
  value: FieldDraft | undefined,
  nameOf: (value: string) => string,
): string {
  switch (kind) {
    case 'flag':
      return nameOf(String(value === true));
    case 'choice':
      return nameOf(String(value ?? ''));
    case 'periods':
      return (value as PeriodDraft[])
        .map(({ state, from, until }) => `${nameOf(state)} ${from}–${until}`)
        .join('\n');
    case 'ranges':
      return (value as RangeDraft[]).map(({ name, from, to }) => `${name} ${from}–${to}`).join('\n');
    case 'pairs':
      return pairLines(value as PairDraft[]);
    case 'slots':
      return (value as SlotDraft[]).map(({ slot, pairs }) => `{${slot}}\n${pairLines(pairs)}`).join('\n');
    case 'target': {
      const { trunk, number } = value as TargetDraft;
      return `${trunk} ${number}`.trim();
    }
    default:
      return String(value ?? '').trim();
  }
}

const pairLines = (pairs: readonly PairDraft[]): string =>
  pairs.map(({ key, value }) => `${key} ${value}`).join('\n');

/** Both or neither. */
function targetFault({ trunk, number }: TargetDraft): WordKey | undefined {
  const given = number.trim();
  if (trunk === '' && given === '') return undefined;
  if (trunk === '' || given === '') return 'form.targetHalf';
  return dialled.test(given) ? undefined : 'form.dialledForm';
}

function pairsFault(pairs: readonly PairDraft[]): WordKey | undefined {
  if (pairs.some(({ key, value }) => key.trim() === '' || value.trim() === '')) return 'form.pairEmpty';
  return new Set(pairs.map(({ key }) => key.trim())).size < pairs.length ? 'form.pairTwice' : undefined;
}

function fieldValue({ kind, optional }: FormField, value: FieldDraft | undefined, present: unknown): unknown {
  switch (kind) {
    case 'flag':
      return value;
    case 'lines':
      return linesOf(value as string) ?? (optional === true ? undefined : []);
    case 'periods':
    case 'ranges': {
      const rows = (value as (PeriodDraft | RangeDraft)[]).map((row) =>
        Object.fromEntries(Object.entries(row).filter(([, one]) => one !== '')),
      );
      return kind === 'periods' && rows.length === 0 ? undefined : rows;
    }
    case 'pairs':
      return mappingOf(value as PairDraft[]);
    case 'slots':
      return slotsValue(value as SlotDraft[], fieldsOf(present));
    case 'target': {
      const { trunk, number, showsCaller } = value as TargetDraft;
      if (trunk === '' && number.trim() === '') return undefined;
      const wasSaid = 'showsCaller' in fieldsOf(present);
      return { trunk, number: number.trim(), ...((showsCaller || wasSaid) && { showsCaller }) };
    }
    default: {
      const text = (value as string).trim();
      if (text === '') return undefined;
      return kind === 'number' && Number.isFinite(Number(text)) ? Number(text) : text;
    }
  }
}

const mappingOf = (pairs: readonly PairDraft[]): Readonly<Record<string, string>> | undefined =>
  pairs.length === 0
    ? undefined
    : Object.fromEntries(pairs.map(({ key, value }) => [key.trim(), value.trim()]));

/** Slots of other kinds stay beside those whose words the form shows. */
function slotsValue(slots: readonly SlotDraft[], present: RowFields): RowFields | undefined {
  const made: Record<string, unknown> = { ...present };
  for (const { slot, pairs } of slots)
    made[slot] = { ...fieldsOf(present[slot]), words: mappingOf(pairs) ?? {} };
  return Object.keys(made).length === 0 ? undefined : made;
}

function linesOf(text: string): readonly string[] | undefined {
  const lines = text
    .trim()
    .split(/[\s,,、]+/)
    .filter((line) => line !== '');
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
