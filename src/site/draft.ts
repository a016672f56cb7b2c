// A draft: what somebody wants changed in what citizens hear or how they are led, laid over the files as they are now.
import { readYaml, type YamlSource } from '../contact/yaml-source.js';
import { contentHash } from './content-hash.js';
import { editPairs } from './edit-pairs.js';
import { editRows, type EditedText, type RowFields, type RowPlace, type RowValue } from './edit-rows.js';
import { isMapping } from './file-entries.js';
import { recordingsFile } from './recordings.js';
import { isSameRow } from './row-seen.js';

/** Where the rows of a table stand. A new file with a form of its own is one more line here. */
interface DraftTablePlace extends RowPlace {
  /** A file's name, or the folder whose files hold the rows together. */
  readonly file: string;
  /** The file is a mapping of words to texts: a row's one field is `value`. */
  readonly pairs?: boolean;
}

const places = {
  numbers: { file: 'numbers.yaml', path: [], key: 'id', otherwise: 'number', spaced: true },
  calendar: { file: 'calendar.yaml', path: ['notices'], key: 'year', spaced: true },
  prompts: { file: 'prompts/', path: ['prompts'], key: 'id', spaced: true },
  lexicon: { file: 'lexicon.yaml', path: [], key: '', pairs: true },
  legalRoutes: { file: 'legal-routes.yaml', path: [], key: 'kind', spaced: true },
  otherCities: { file: 'other-cities.yaml', path: [], key: 'areaCode', spaced: true },
  recordings: { file: recordingsFile, path: [], key: 'id', spaced: true },
} as const satisfies Readonly<Record<string, DraftTablePlace>>;

/** Tables whose changes need a second person. */
export type DraftTable = keyof typeof places;
export const draftTables = Object.keys(places) as readonly DraftTable[];
/** Those with forms: a recording is uploaded, not written. */
export type FormTable = Exclude<DraftTable, 'recordings'>;
export const formTables = draftTables.filter((table): table is FormTable => table !== 'recordings');

/**
 * One change. `before` is what stood there when it was asked for: where something else stands by now, the change is not laid
 * over it unseen. A row is changed by its fields (`fields: null` takes it out), a file as a whole by its text.
 */
export type DraftChange =
  | {
      readonly is: 'row';
      readonly table: DraftTable;
      readonly id: string;
      readonly before: RowFields | null;
      readonly fields: RowFields | null;
    }
  | {
      readonly is: 'text';
      readonly file: string;
      /** Hash of its text; null = there was no such file. */
      readonly before: string | null;
      /** null takes the file away. */
      readonly text: string | null;
    };

/** What one person wants changed, until somebody publishes it. */
export interface Draft {
  /** An account's name or 工号; `os:NAME` for a user of the operating system. */
  readonly author: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Why; may still be empty while it is written. */
  readonly reason: string;
  /** It brings back this version; else null. */
  readonly undoOf: number | null;
  readonly changes: readonly DraftChange[];
}

/** People and phones come and go daily: their files are changed at once, without a second person. */
const staffFiles: readonly string[] = ['agents.yaml', 'devices.yaml', 'skills.yaml', 'teams.yaml'];

/** Whether a change of this file is heard or met by citizens, so that a second person looks at it. */
export function isGoverned(file: string): boolean {
  return /^(?:(?:flows|prompts)\/)?[^/]+\.yaml$/.test(file) && !staffFiles.includes(file);
}

/** The governed ones of a site's texts. */
export function governedTexts(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files].filter(([file]) => isGoverned(file)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Equal texts, equal hash. */
export function governedHash(files: ReadonlyMap<string, string>): string {
  return contentHash([...governedTexts(files)].flat());
}

/** A row as the files have it, by its fields; null where there is none. */
export function rowOf(files: ReadonlyMap<string, string>, table: DraftTable, id: string): RowFields | null {
  return placedRows(files, table).find((row) => row.id === id)?.fields ?? null;
}

/** A row with the file it stands in, and the line of each of its fields. */
export interface PlacedRow {
  readonly id: string;
  readonly file: string;
  readonly fields: RowFields;
  readonly line: number;
  readonly lineOf: (field: string) => number;
}

/** All rows of a table, in the order of the files. A file that is no YAML has none. */
export function placedRows(files: ReadonlyMap<string, string>, table: DraftTable): readonly PlacedRow[] {
  return filesOf(files, table).flatMap((file) => {
    const source = readYaml(file, files.get(file) ?? '');
    return rowsOfSource(source, table).map(({ id, fields, path }) => ({
      ...{ id, file, fields },
      line: source.lineAt(path),
      lineOf: (field: string) => source.lineAt([...path, field]),
    }));
  });
}

function filesOf(files: ReadonlyMap<string, string>, table: DraftTable): readonly string[] {
  const { file } = places[table];
  if (!file.endsWith('/')) return [file];
  return [...files.keys()].filter((name) => name.startsWith(file)).sort();
}

function rowsOfSource({ value }: YamlSource, table: DraftTable) {
  const place: DraftTablePlace = places[table];
  if (place.pairs === true)
    return Object.entries(isMapping(value) ? value : {}).map(([id, text]) => ({
      id,
      path: [id],
      fields: { value: String(text) } as RowFields,
    }));
  const inner = place.path.reduce<unknown>((at, key) => (isMapping(at) ? at[String(key)] : undefined), value);
  return (Array.isArray(inner) ? inner : []).flatMap((row: unknown, index) => {
    if (!isMapping(row)) return [];
    const id = row[place.key] ?? (place.otherwise === undefined ? undefined : row[place.otherwise]);
    return [{ id: String(id), path: [...place.path, index], fields: row as RowFields }];
  });
}

/** A change that cannot be laid over the files as they are now. */
export interface DraftConflict {
  /** Its place in the draft. */
  readonly at: number;
  /** `changed`: something else stands there by now; the others as `EditedText` has them. */
  readonly reason: 'changed' | 'notYaml' | 'byHand' | 'unknownRow';
}

/** The files as the draft would make them: `null` = gone. Whatever cannot be laid over them is left out and named. */
export function applyDraft(
  files: ReadonlyMap<string, string>,
  changes: readonly DraftChange[],
): {
  readonly files: ReadonlyMap<string, string>;
  readonly changed: ReadonlyMap<string, string | null>;
  readonly conflicts: readonly DraftConflict[];
} {
  const now = new Map(files);
  const conflicts: DraftConflict[] = [];
  for (const [at, change] of changes.entries()) {
    const reason = change.is === 'text' ? putText(now, files, change) : putRow(now, files, change);
    if (reason !== undefined) conflicts.push({ at, reason });
  }
  const names = new Set([...files.keys(), ...now.keys()]);
  const changed = [...names]
    .filter((file) => files.get(file) !== now.get(file))
    .map((file) => [file, now.get(file) ?? null] as const);
  return { files: now, changed: new Map(changed), conflicts };
}

type Refusal = DraftConflict['reason'] | undefined;

function putText(
  now: Map<string, string>,
  files: ReadonlyMap<string, string>,
  { file, before, text }: Extract<DraftChange, { is: 'text' }>,
): Refusal {
  const present = files.get(file);
  if (hashOf(present) !== before && present !== text) return 'changed';
  if (text === null) now.delete(file);
  else now.set(file, text);
  return undefined;
}

function putRow(
  now: Map<string, string>,
  files: ReadonlyMap<string, string>,
  { table, id, before, fields }: Extract<DraftChange, { is: 'row' }>,
): Refusal {
  const present = rowOf(files, table, id);
  if (!isSameRow(present, before)) return isSameRow(present, fields) ? undefined : 'changed';
  const own = filesOf(now, table);
  const file = placedRows(now, table).find((row) => row.id === id)?.file ?? own.at(-1);
  if (file === undefined) return 'unknownRow';
  const edited = editedRow(now.get(file) ?? '', table, id, before, fields);
  if (!edited.ok) return edited.reason;
  now.set(file, edited.text);
  return undefined;
}

function editedRow(
  text: string,
  table: DraftTable,
  id: string,
  before: RowFields | null,
  fields: RowFields | null,
): EditedText {
  const place: DraftTablePlace = places[table];
  if (place.pairs === true)
    return editPairs(text, [{ id, value: fields === null ? null : String(fields['value'] ?? '') }]);
  // A change has the row whole: what stood there before and is not named now was taken out.
  const gone = Object.keys(before ?? {}).filter((key) => fields !== null && !(key in fields));
  const wanted =
    fields === null ? null : { ...fields, ...Object.fromEntries(gone.map((key) => [key, undefined])) };
  return editRows(text, place, [{ id, fields: wanted }]);
}

/**
 * A row as a form wants it: what the form does not know stays as it is, and goes only where it is named to go.
 * @param wanted null for a field that is to be taken out; null for the row that is to be
 */
export function mergedRow(present: RowFields | null, wanted: WantedFields | null): RowFields | null {
  if (wanted === null) return null;
  const gone = new Set(Object.keys(wanted).filter((key) => wanted[key] === null));
  const kept = Object.entries({ ...present, ...wanted }).filter(([key]) => !gone.has(key));
  return Object.fromEntries(kept) as RowFields;
}

/** Fields by name as a form has them; null takes one out. */
export type WantedFields = Readonly<Record<string, RowValue | null>>;

/** The hash that a change of a whole file remembers. */
export function hashOf(text: string | undefined): string | null {
  return text === undefined ? null : contentHash([text]);
}

/** The changes that make these texts those: what is the same is left out. */
export function textChanges(
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): readonly DraftChange[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].sort();
  return names
    .filter((file) => from.get(file) !== to.get(file))
    .map((file) => ({ is: 'text', file, before: hashOf(from.get(file)), text: to.get(file) ?? null }));
}

/** A change added to those of a draft: of two changes of one row or file the later counts, over what stood there at first. */
export function withChange(changes: readonly DraftChange[], change: DraftChange): readonly DraftChange[] {
  const isOfSame = (other: DraftChange): boolean =>
    change.is === 'row'
      ? other.is === 'row' && other.table === change.table && other.id === change.id
      : other.is === 'text' && other.file === change.file;
  const earlier = changes.find(isOfSame);
  const merged = earlier === undefined ? change : ({ ...change, before: earlier.before } as DraftChange);
  const isNothing =
    merged.is === 'row'
      ? isSameRow(merged.before, merged.fields)
      : merged.before === hashOf(merged.text ?? undefined);
  return [...changes.filter((other) => !isOfSame(other)), ...(isNothing ? [] : [merged])];
}
