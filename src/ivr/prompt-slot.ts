// What may stand in a prompt's slot: which values exist, how each is read, and which one a given value means.
import { readBand, readCount, readDigits, readFigures, readMinutes, readNumber } from './reading.js';

/** A slot's declaration. */
export type PromptSlot =
  /** A count before a measure word (2 is 两); `ordinal` after 第 (2 is 二). */
  | { readonly kind: 'count' | 'ordinal'; readonly from: number; readonly to: number; readonly step: number }
  /** How long something lasts, given in minutes: each minute of the first hour, then whole hours. */
  | { readonly kind: 'minutes'; readonly to: number }
  /** A wait in minutes as a band, given as `'3-5'`. */
  | { readonly kind: 'band'; readonly bands: readonly (readonly [number, number])[] }
  /** Words by key. */
  | { readonly kind: 'words'; readonly words: Readonly<Record<string, string>> }
  /** Values kept elsewhere: agents' 工号 read digit by digit, entries by their full or short names. */
  | { readonly kind: 'list'; readonly list: VocabularyList }
  /** Words that somebody types while the service runs: no sound is made of them beforehand. */
  | { readonly kind: 'free' };

const vocabularyLists = [
  ...(['agents', 'areaCodes', 'departments', 'entries', 'shortNames', 'targets'] as const),
  ...([
    'numbers.served',
    'numbers.dual',
    'numbers.transfer',
    'numbers.announced',
    'numbers.returned',
    'numbers.led',
  ] as const),
] as const;
type VocabularyList = (typeof vocabularyLists)[number];

/** What the lists hold at present. */
export interface Vocabulary {
  /** 工号 of every agent. */
  readonly agents: readonly string[];
  /** Official names of the entries as written, each with what is said: where a number has its own reading they differ. */
  readonly entries: Readonly<Record<string, string>>;
  /** Departments with expert seats: each id with the name that citizens hear. */
  readonly departments: Readonly<Record<string, string>>;
  /** Likewise emergency lines and utilities. */
  readonly targets: Readonly<Record<string, string>>;
  /** The site's own area, with its 0. */
  readonly areaCodes: readonly string[];
  /** Likewise the few words an agent hears. */
  readonly shortNames: Readonly<Record<string, string>>;
  /** Those of the entries that are ever in such a state: no other needs a sound for it. `announced`: prompt only, or vacant. */
  readonly 'numbers.served': Readonly<Record<string, string>>;
  readonly 'numbers.dual': Readonly<Record<string, string>>;
  readonly 'numbers.transfer': Readonly<Record<string, string>>;
  readonly 'numbers.announced': Readonly<Record<string, string>>;
  readonly 'numbers.returned': Readonly<Record<string, string>>;
  /** Those whose calls are led to a sub-centre. */
  readonly 'numbers.led': Readonly<Record<string, string>>;
}

/** One value of a slot. */
export interface SlotValue {
  readonly key: string;
  /** As in a written text: 3, 8分钟. */
  readonly written: string;
  readonly spoken: string;
}

const maxValues = 2000;

/** Reads a slot's declaration; undefined if it is none. docs/prompts.md shows the forms. */
export function parseSlot(value: unknown): PromptSlot | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields['count'] !== undefined) return rangeSlot('count', fields['count'], fields['step']);
  if (fields['ordinal'] !== undefined) return rangeSlot('ordinal', fields['ordinal'], fields['step']);
  if (fields['minutes'] !== undefined)
    return isWhole(fields['minutes']) ? { kind: 'minutes', to: fields['minutes'] } : undefined;
  if (fields['bands'] !== undefined) return bandSlot(fields['bands']);
  if (fields['words'] !== undefined) return wordSlot(fields['words']);
  if (fields['free'] === true) return { kind: 'free' };
  const list = vocabularyLists.find((name) => name === fields['list']);
  return list === undefined ? undefined : { kind: 'list', list };
}

/** Every value a slot can take, in order. */
export function slotValues(slot: PromptSlot, vocabulary: Vocabulary): readonly SlotValue[] {
  switch (slot.kind) {
    case 'count':
    case 'ordinal': {
      const read = slot.kind === 'count' ? readCount : readNumber;
      const length = Math.floor((slot.to - slot.from) / slot.step) + 1;
      const numbers = Array.from({ length }, (_, index) => slot.from + index * slot.step);
      return numbers.map((value) => ({ key: String(value), written: String(value), spoken: read(value) }));
    }
    case 'minutes':
      return minuteSteps(slot.to).map((minutes) => ({
        key: String(minutes),
        written: writtenMinutes(minutes),
        spoken: readMinutes(minutes),
      }));
    case 'band':
      return slot.bands.map(([from, to]) => ({
        key: `${String(from)}-${String(to)}`,
        written: `${String(from)}到${String(to)}分钟`,
        spoken: readBand(from, to),
      }));
    case 'words':
      return Object.entries(slot.words).map(([key, word]) => ({
        key,
        written: word,
        spoken: readFigures(word),
      }));
    case 'list':
      return listValues(slot.list, vocabulary);
    case 'free':
      return [];
  }
}

/**
 * The key a value given at run time means: minutes fall to the step at or below (at least 1, at most the longest spoken),
 * all others are taken as they are.
 */
export function slotKey(
  kind: PromptSlot['kind'],
  value: string | number,
  keys: readonly string[],
): string | undefined {
  if (kind !== 'minutes') return keys.includes(String(value)) ? String(value) : undefined;
  const minutes = Math.max(1, Number(value));
  return keys.findLast((key) => Number(key) <= minutes);
}

function writtenMinutes(minutes: number): string {
  return minutes > 60 ? `${String(minutes / 60)}小时` : `${String(minutes)}分钟`;
}

function minuteSteps(to: number): readonly number[] {
  const minutes = Array.from({ length: Math.min(60, to) }, (_, index) => index + 1);
  const hours = Array.from({ length: Math.max(0, Math.floor(to / 60) - 1) }, (_, index) => (index + 2) * 60);
  return [...minutes, ...hours];
}

function listValues(list: VocabularyList, vocabulary: Vocabulary): readonly SlotValue[] {
  if (list === 'agents' || list === 'areaCodes')
    return vocabulary[list].map((digits) => ({ key: digits, written: digits, spoken: readDigits(digits) }));
  return Object.entries(vocabulary[list]).map(([key, name]) => ({
    key,
    written: list === 'departments' || list === 'targets' ? name : key,
    spoken: readFigures(name),
  }));
}

function rangeSlot(kind: 'count' | 'ordinal', range: unknown, step: unknown): PromptSlot | undefined {
  const [from, to] = Array.isArray(range) ? (range as readonly unknown[]) : [];
  const by = step ?? 1;
  if (!isWhole(from) || !isWhole(to) || !isWhole(by) || by === 0 || from > to || (to - from) / by > maxValues)
    return undefined;
  return { kind, from, to, step: by };
}

function bandSlot(value: unknown): PromptSlot | undefined {
  const rows: readonly unknown[] = Array.isArray(value) ? value : [];
  const bands = rows.flatMap((row) => {
    const [from, to] = Array.isArray(row) ? (row as readonly unknown[]) : [];
    return isWhole(from) && isWhole(to) && from < to ? [[from, to] as const] : [];
  });
  return bands.length > 0 && bands.length === rows.length ? { kind: 'band', bands } : undefined;
}

function wordSlot(value: unknown): PromptSlot | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const words = Object.entries(value);
  const usable = words.length > 0 && words.every(([, word]) => typeof word === 'string' && word !== '');
  return usable ? { kind: 'words', words: value as Readonly<Record<string, string>> } : undefined;
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
