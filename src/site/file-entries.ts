// What a site's file holds, entry by entry, in the file's own names and words: for comparing two versions of it.
import { readYaml, type YamlPath } from '../contact/yaml-source.js';

/** One row, or one section of a file without rows. */
export interface FileEntry {
  readonly id: string;
  readonly line: number;
  /** Values by field; `''` for an entry that is no more than a value. */
  readonly fields: ReadonlyMap<string, FileField>;
}

/** A value as it is written, and where. */
export interface FileField {
  readonly text: string;
  readonly line: number;
}

/** Entries by id. A file that is no YAML has none. */
export function entriesOf(file: string, text: string): ReadonlyMap<string, FileEntry> {
  const { value, lineAt } = readYaml(file, text);
  const entry = (id: string, path: YamlPath, inner: unknown, isRow: boolean): FileEntry => ({
    id,
    line: lineAt(path),
    fields: new Map(
      flat(inner, path, isRow).map(([name, text, at]) => [name, { text, line: lineAt(at) }] as const),
    ),
  });
  const rows = (list: readonly unknown[], path: YamlPath, prefix: string): readonly FileEntry[] =>
    list.map((row, index) => entry(`${prefix}${idOf(row, index)}`, [...path, index], row, true));
  const sections = Object.entries(isMapping(value) ? value : {});
  const entries = Array.isArray(value)
    ? rows(value, [], '')
    : sections.flatMap(([key, inner]) =>
        isRows(inner)
          ? rows(inner, [key], sections.length === 1 ? '' : `${key} `)
          : [entry(key, [key], inner, false)],
      );
  return new Map(entries.map((one) => [one.id, one]));
}

function isRows(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every(isMapping);
}

/** Fields that name a row, the first of them that it has. */
const namingFields = ['id', 'kind', 'areaCode', 'number', 'year'];

function namingField(row: Readonly<Record<string, unknown>>): string | undefined {
  return namingFields.find((name) => typeof row[name] === 'string' || typeof row[name] === 'number');
}

function idOf(row: unknown, index: number): string {
  const name = isMapping(row) ? namingField(row) : undefined;
  return isMapping(row) && name !== undefined ? String(row[name]) : `#${String(index + 1)}`;
}

type Flat = readonly (readonly [name: string, text: string, path: YamlPath])[];

/** Sections within sections are named `a.b`. The name of a row is no part of what it says. */
function flat(value: unknown, path: YamlPath, isRow: boolean): Flat {
  if (!isMapping(value)) return [['', written(value), path]];
  const name = isRow ? namingField(value) : undefined;
  return Object.entries(value)
    .filter(([key]) => key !== name)
    .flatMap(([key, inner]): Flat => {
      const at = [...path, key];
      return isMapping(inner)
        ? flat(inner, at, false).map(([name, text, place]) => [`${key}.${name}`, text, place])
        : [[key, written(inner), at]];
    });
}

/** A value as one would read it out: lists parted by 、. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return value.map((item: unknown) => written(item)).join('、');
  if (isMapping(value))
    return Object.entries(value)
      .map(([key, inner]) => `${key} ${written(inner)}`)
      .join(' ');
  return String(value);
}

/** Whether this is a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
