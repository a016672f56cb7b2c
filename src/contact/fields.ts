// Reads one mapping of a site file field by field; every slip becomes a finding with its line, and reading goes on.
import type { Finding } from './finding.js';
import type { YamlPath, YamlSource } from './yaml-source.js';

/** Bounds, both allowed. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A remark's words: what is wrong and what to do, in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/**
 * One mapping. Readers give the value, or after a finding the fallback (without one: the type's empty value), so that
 * one slip does not hide the next.
 */
export interface Fields {
  readonly line: number;
  has(key: string): boolean;
  keys(): readonly string[];
  /** A name that other rows refer to: a quoted string of letters, digits, `.`, `-`, `_`, at most 64. */
  id(key: string, fallback?: string): string;
  /** Free text, one line, at most 200 characters. */
  text(key: string, fallback?: string): string;
  flag(key: string, fallback?: boolean): boolean;
  whole(key: string, bounds: Bounds, fallback?: number): number;
  /** `20s`, `10m`, `4h`, `500ms`; bounds and result in ms. */
  durationMs(key: string, bounds: Bounds, fallbackMs?: number): number;
  /** A list of durations, each within the bounds. */
  durationsMs(key: string, bounds: Bounds, fallbackMs: readonly number[]): readonly number[];
  oneOf<Value extends string>(key: string, values: readonly Value[], fallback: Value): Value;
  /** A list of ids; a single one may stand without its brackets. */
  ids(key: string): readonly string[];
  /** A list of texts; a single one may stand without its brackets. */
  texts(key: string): readonly string[];
  /** A list of ids, each alone or with a whole number: `[general, tax: 8]`. */
  gradedIds(key: string, bounds: Bounds): ReadonlyMap<string, number | null>;
  /** A mapping of texts to ids, e.g. keys to nodes. */
  idMap(key: string): ReadonlyMap<string, string>;
  /** A list of mappings; an item that is none becomes a finding. */
  rows(key: string): readonly Fields[];
  /** A list as it stands, for items of more than one form. */
  items(key: string): readonly unknown[];
  /** One item of {@link items} as a mapping. */
  item(key: string, index: number): Fields;
  section(key: string): Fields;
  /** A finding at a place below this mapping; `[]` = the mapping itself. */
  wrong(at: YamlPath, code: string, words: Words): void;
  warn(at: YamlPath, code: string, words: Words): void;
  /** Names the keys that mean nothing here: nearly always typing errors. */
  refuseOthers(known: readonly string[]): void;
}

const idForm = /^[\p{Script=Han}A-Za-z0-9][\p{Script=Han}A-Za-z0-9._-]{0,63}$/u;
const textForm = /^[^\p{Cc}]{1,200}$/u;
const durationForm = /^(\d{1,7})(ms|s|m|h)$/;
const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Reads the mapping at a path of the file; findings are added to the given list. */
export function fieldsAt(source: YamlSource, path: YamlPath, findings: Finding[]): Fields {
  const value = valueAt(source.value, path);
  const note = (level: Finding['level']) => (at: YamlPath, code: string, words: Words) => {
    const line = source.lineAt([...path, ...at]);
    findings.push({ level, file: source.file, line, code, ...words });
  };
  const wrong = note('error');
  if (!isMapping(value) && value !== undefined && value !== null) wrong([], 'notAMapping', notAMapping);
  const get = (key: string): unknown => valueAt(value, [key]);

  const fields: Fields = {
    line: source.lineAt(path),
    has: (key) => get(key) !== undefined,
    keys: () => (isMapping(value) ? Object.keys(value) : []),
    id: (key, fallback) => readText(fields, key, get(key), fallback, idForm, wrongId),
    text: (key, fallback) => readText(fields, key, get(key), fallback, textForm, wrongText),
    flag(key, fallback) {
      const raw = get(key);
      if (raw === undefined && fallback !== undefined) return fallback;
      if (typeof raw !== 'boolean') wrong([key], 'notAFlag', wrongFlag(key));
      return raw === true;
    },
    whole(key, bounds, fallback) {
      const raw = get(key);
      if (raw === undefined && fallback !== undefined) return fallback;
      if (typeof raw === 'number' && Number.isInteger(raw) && isWithin(raw, bounds)) return raw;
      wrong([key], 'notANumber', wrongWhole(key, bounds));
      return fallback ?? bounds.min;
    },
    durationMs(key, bounds, fallbackMs) {
      const raw = get(key);
      if (raw === undefined && fallbackMs !== undefined) return fallbackMs;
      const ms = parseDurationMs(raw);
      if (ms !== undefined && isWithin(ms, bounds)) return ms;
      wrong([key], 'badDuration', wrongDuration(key, bounds));
      return fallbackMs ?? bounds.min;
    },
    durationsMs(key, bounds, fallbackMs) {
      if (get(key) === undefined) return fallbackMs;
      const all = fields.items(key).map(parseDurationMs);
      const good = all.filter((ms): ms is number => ms !== undefined && isWithin(ms, bounds));
      if (good.length < all.length) wrong([key], 'badDuration', wrongDuration(key, bounds));
      return good;
    },
    oneOf(key, values, fallback) {
      const raw = get(key);
      if (raw === undefined) return fallback;
      const found = values.find((allowed) => allowed === raw);
      if (found === undefined) wrong([key], 'notAllowed', wrongChoice(key, values));
      return found ?? fallback;
    },
    ids(key) {
      const raw = get(key);
      if (raw === undefined) return [];
      const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
      const good = list.filter((item): item is string => typeof item === 'string' && idForm.test(item));
      if (good.length < list.length) wrong([key], 'badId', wrongId(key));
      return good;
    },
    texts(key) {
      const raw = get(key);
      const list: readonly unknown[] = Array.isArray(raw) ? raw : raw === undefined ? [] : [raw];
      const good = list.filter((item): item is string => typeof item === 'string' && textForm.test(item));
      if (good.length < list.length) wrong([key], 'badText', wrongText(key));
      return good;
    },
    gradedIds(key, bounds) {
      const raw = get(key);
      const list: readonly unknown[] = Array.isArray(raw) ? raw : raw === undefined ? [] : [raw];
      const pairs = list.map((item) => gradedId(item, bounds));
      if (pairs.includes(undefined)) wrong([key], 'badId', wrongGrade(key, bounds));
      return new Map(pairs.filter((pair) => pair !== undefined));
    },
    idMap(key) {
      const raw = get(key);
      const pairs = isMapping(raw) ? Object.entries(raw) : [];
      if (raw !== undefined && raw !== null && !isMapping(raw)) wrong([key], 'notAMapping', notAMapping);
      const good = pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
      if (good.length < pairs.length) wrong([key], 'badId', wrongId(key));
      return new Map(good);
    },
    rows: (key) => fields.items(key).map((_, index) => fields.item(key, index)),
    items(key) {
      const raw = get(key);
      if (Array.isArray(raw)) return raw as readonly unknown[];
      if (raw !== undefined && raw !== null) wrong([key], 'notAList', notAList(key));
      return [];
    },
    item: (key, index) => rowAt(source, [...path, key, index], findings),
    section: (key) => fieldsAt(source, [...path, key], findings),
    wrong,
    warn: note('warning'),
    refuseOthers(known) {
      for (const key of fields.keys())
        if (!known.includes(key)) wrong([key], 'unknownKey', unknownKey(key, known));
    },
  };
  return fields;
}

/** The rows of a file that is one list at its top. An empty file has none. */
export function topRows(source: YamlSource, findings: Finding[]): readonly Fields[] {
  if (source.findings.length > 0) return [];
  if (Array.isArray(source.value)) return source.value.map((_, index) => rowAt(source, [index], findings));
  if (source.value !== null && source.value !== undefined) {
    const words = {
      zh: '本文件须是一个列表,每项以「- 」开头。',
      en: 'This file must be one list, each item beginning with "- ".',
    };
    findings.push({ level: 'error', file: source.file, line: 1, code: 'notAList', ...words });
  }
  return [];
}

/** `20s`, `10m`, `4h`, `500ms` in ms; undefined for anything else. */
export function parseDurationMs(raw: unknown): number | undefined {
  const match = typeof raw === 'string' ? durationForm.exec(raw) : null;
  return match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : undefined;
}

function gradedId(item: unknown, bounds: Bounds): readonly [string, number | null] | undefined {
  if (typeof item === 'string') return idForm.test(item) ? [item, null] : undefined;
  const [[id, grade] = [], ...others] = isMapping(item) ? Object.entries(item) : [];
  const isGood = id !== undefined && others.length === 0 && idForm.test(id);
  return isGood && typeof grade === 'number' && Number.isInteger(grade) && isWithin(grade, bounds)
    ? [id, grade]
    : undefined;
}

function rowAt(source: YamlSource, path: YamlPath, findings: Finding[]): Fields {
  const fields = fieldsAt(source, path, findings);
  const value = valueAt(source.value, path);
  if (value === undefined || value === null) fields.wrong([], 'notAMapping', notAMapping);
  return fields;
}

function readText(
  fields: Fields,
  key: string,
  raw: unknown,
  fallback: string | undefined,
  form: RegExp,
  words: (key: string) => Words,
): string {
  if (raw === undefined && fallback !== undefined) return fallback;
  if (typeof raw === 'string' && form.test(raw)) return raw;
  const unquoted = typeof raw === 'number';
  fields.wrong(
    [key],
    raw === undefined ? 'missing' : unquoted ? 'unquoted' : 'badText',
    reasonOf(key, raw, words),
  );
  return fallback ?? '';
}

function reasonOf(key: string, raw: unknown, words: (key: string) => Words): Words {
  if (raw === undefined) return { zh: `缺少 ${key}。请补上。`, en: `${key} is missing: add it.` };
  if (typeof raw === 'number') {
    return {
      zh: `${key} 须写在引号里,如 "${String(raw)}":不加引号会被当作数值,开头的 0 会丢失。`,
      en: `${key} must be quoted, e.g. "${String(raw)}": without quotes it is read as a figure and loses leading zeros.`,
    };
  }
  return words(key);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only: a key named `constructor` is a typing error, not a function. */
function valueAt(value: unknown, path: YamlPath): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[key];
  }
  return at;
}

const isWithin = (value: number, { min, max }: Bounds): boolean => value >= min && value <= max;

/** A duration as people write it: the largest unit that divides it. */
function formatDurationMs(ms: number): string {
  const unit = (['h', 'm', 's'] as const).find((name) => ms > 0 && ms % unitMs[name] === 0) ?? 'ms';
  return `${String(ms / unitMs[unit])}${unit}`;
}

const notAMapping: Words = {
  zh: '此处须是「名称: 值」的形式。请检查缩进和冒号。',
  en: 'Pairs of "name: value" are expected here: check indentation and colons.',
};

const notAList = (key: string): Words => ({
  zh: `${key} 须是列表,每项以「- 」开头。`,
  en: `${key} must be a list, each item beginning with "- ".`,
});

const wrongId = (key: string): Words => ({
  zh: `${key} 须是写在引号里的名称:字母、数字、点、横线,至多 64 个字符。`,
  en: `${key} must be a quoted name of letters, digits, dots and dashes, at most 64 characters.`,
});

const wrongGrade = (key: string, { min, max }: Bounds): Words => ({
  zh: `${key} 的每一项须是名称,或「名称: ${String(min)} 到 ${String(max)} 的整数」,如 [general, tax: 8]。`,
  en: `Each of ${key} must be a name, or a name with a whole number from ${String(min)} to ${String(max)}, e.g. [general, tax: 8].`,
});

const wrongText = (key: string): Words => ({
  zh: `${key} 须是一行文字,至多 200 个字符。`,
  en: `${key} must be one line of text, at most 200 characters.`,
});

const wrongFlag = (key: string): Words => ({
  zh: `${key} 只能写 true 或 false。`,
  en: `${key} must be true or false.`,
});

const wrongWhole = (key: string, { min, max }: Bounds): Words => ({
  zh: `${key} 须是 ${String(min)} 到 ${String(max)} 的整数,不加引号。`,
  en: `${key} must be a whole number from ${String(min)} to ${String(max)}, without quotes.`,
});

const wrongDuration = (key: string, { min, max }: Bounds): Words => ({
  zh: `${key} 须是时长,如 20s、10m、1h,从 ${formatDurationMs(min)} 到 ${formatDurationMs(max)}。`,
  en: `${key} must be a duration like 20s, 10m or 1h, from ${formatDurationMs(min)} to ${formatDurationMs(max)}.`,
});

const wrongChoice = (key: string, values: readonly string[]): Words => ({
  zh: `${key} 只能是 ${values.join('、')} 之一。`,
  en: `${key} must be one of ${values.join(', ')}.`,
});

const unknownKey = (key: string, known: readonly string[]): Words => ({
  zh: `不认识的项 ${key}。此处可写:${known.join('、')}。`,
  en: `Unknown key ${key}. Known here: ${known.join(', ')}.`,
});
