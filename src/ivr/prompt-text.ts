// Prompts as their file writes them: parsed, cut into parts, and every variant that has to be spoken enumerated.
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import type { YamlSource } from '../contact/yaml-source.js';
import { parseSlot, slotValues } from './prompt-slot.js';
import type { PromptSlot, Vocabulary } from './prompt-slot.js';
import { readFigures } from './reading.js';

/** One spoken text of `ivr-flows/prompts/`. */
export interface PromptDefinition {
  readonly id: string;
  /** As written; `{name}` is a slot. */
  readonly text: string;
  readonly slots: Readonly<Record<string, PromptSlot>>;
  /** `slow` is for callers who need more time: 180 characters a minute at most. */
  readonly speed: 'normal' | 'slow';
  readonly language: 'zh' | 'en';
  /** Who hears it; agents know their work and get the shortest words. */
  readonly profile: 'citizen' | 'agent';
  /** When it is played, for whoever edits or records it. */
  readonly when: string;
  /** May last longer than the rule, seconds; null = the rule holds. */
  readonly longestSeconds: number | null;
  readonly file: string;
  readonly line: number;
}

/** One stretch of a prompt that is one sound: at most one slot. */
export interface PromptPart {
  /** Base of its sound's name, without dots. */
  readonly name: string;
  readonly text: string;
  readonly slot?: string;
}

/** One sound to be made. */
export interface PromptVariant {
  readonly prompt: PromptDefinition;
  /** Which of {@link promptParts}. */
  readonly part: number;
  /** The slot that is filled and its value as a key; both `''` without a slot. */
  readonly slot: string;
  readonly key: string;
  /** File name without folder and extension, e.g. `queue-place--n-3`. */
  readonly name: string;
  /** The text with its slot filled, as one would write it. */
  readonly text: string;
  /** The same as hanzi only: what a synthesizer or a speaker in the studio reads. */
  readonly spoken: string;
}

const idPattern = /^[a-z]+(?:\.[a-z0-9]+)*$/;
const slotPattern = /\{([a-z]+)\}/g;
const knownFields = ['id', 'text', 'slots', 'speed', 'language', 'profile', 'when', 'longestSeconds'];

/** Reads one file of prompts. Prompts with an error are left out and named. */
export function parsePrompts(
  file: string,
  text: string,
): { prompts: readonly PromptDefinition[]; findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const rows: unknown = isRecord(source.value) ? source.value['prompts'] : undefined;
  if (!Array.isArray(rows)) {
    const noList =
      source.findings.length > 0
        ? []
        : [wrong(source, 0, '须有 prompts: 一节。', 'A section prompts: is needed.')];
    return { prompts: [], findings: [...source.findings, ...noList] };
  }
  const read = rows.map((row: unknown, index) => readPrompt(source, row, index));
  return {
    prompts: read.flatMap(({ prompt }) => prompt ?? []),
    findings: read.flatMap(({ findings }) => findings),
  };
}

/** One error for every prompt whose id an earlier one already has, across files. */
export function repeatedPrompts(prompts: readonly PromptDefinition[]): readonly Finding[] {
  const first = new Map<string, PromptDefinition>();
  const findings: Finding[] = [];
  for (const prompt of prompts) {
    const other = first.get(prompt.id);
    if (!other) first.set(prompt.id, prompt);
    else {
      const place = `${other.file}:${String(other.line)}`;
      const zh = `提示音 ${prompt.id} 与 ${place} 重复,请改名或删除其一。`;
      findings.push({
        level: 'error',
        file: prompt.file,
        line: prompt.line,
        zh,
        en: `Prompt ${prompt.id} repeats ${place}: rename or delete one.`,
      });
    }
  }
  return findings;
}

/**
 * The sounds a prompt is played as. A text with several slots is cut at its commas and stops so that each part holds one at most:
 * its variants then add up instead of multiplying, and the joint is where a speaker pauses anyway.
 */
export function promptParts(prompt: Pick<PromptDefinition, 'id' | 'text'>): readonly PromptPart[] {
  const name = prompt.id.replaceAll('.', '-');
  const texts =
    slotsIn(prompt.text).length < 2 ? [prompt.text] : joinClauses(prompt.text.split(/(?<=[，。；])/));
  return texts.map((text, index) => {
    const slot = slotsIn(text)[0];
    return {
      name: texts.length === 1 ? name : `${name}--${String(index + 1)}`,
      text,
      ...(slot === undefined ? {} : { slot }),
    };
  });
}

/** Every sound a prompt needs, given what its lists name at present. */
export function promptVariants(prompt: PromptDefinition, vocabulary: Vocabulary): readonly PromptVariant[] {
  return promptParts(prompt).flatMap(({ name, text, slot = '' }, part) => {
    const declared = prompt.slots[slot];
    if (!declared) return [{ prompt, part, slot: '', key: '', name, text, spoken: spokenText(prompt, text) }];
    return slotValues(declared, vocabulary).map(({ key, written, spoken }) => ({
      prompt,
      part,
      slot,
      key,
      name: `${name}--${slot}-${fileKey(key)}`,
      text: text.replace(`{${slot}}`, () => written),
      spoken: spokenText(
        prompt,
        text.replace(`{${slot}}`, () => spoken),
      ),
    }));
  });
}

/** Names of the slots in a text, in order. */
export function slotsIn(text: string): readonly string[] {
  return [...text.matchAll(slotPattern)].map((match) => match[1] ?? '');
}

function spokenText(prompt: PromptDefinition, text: string): string {
  return prompt.language === 'zh' ? readFigures(text) : text;
}

/** A key as part of a file name: Latin letters and digits as they are; for all else eight figures that tell it apart. */
function fileKey(key: string): string {
  const plain = key.replace(/[^A-Za-z0-9-]/g, '');
  return plain === key ? key : `${plain}-${fingerprint(key)}`;
}

/** FNV-1a, 32 bits. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function joinClauses(clauses: readonly string[]): readonly string[] {
  const parts: string[] = [];
  for (const clause of clauses) {
    const last = parts.at(-1);
    if (last !== undefined && slotsIn(last + clause).length < 2) parts[parts.length - 1] = last + clause;
    else parts.push(clause);
  }
  return parts;
}

function readPrompt(
  source: YamlSource,
  row: unknown,
  index: number,
): { prompt?: PromptDefinition; findings: readonly Finding[] } {
  const fields = isRecord(row) ? row : {};
  const prompt = {
    id: textOf(fields['id']),
    text: textOf(fields['text']),
    slots: Object.fromEntries(
      Object.entries(isRecord(fields['slots']) ? fields['slots'] : {}).map(([name, slot]) => [
        name,
        parseSlot(slot),
      ]),
    ),
    speed: fields['speed'] === 'slow' ? 'slow' : 'normal',
    language: fields['language'] === 'en' ? 'en' : 'zh',
    profile: fields['profile'] === 'agent' ? 'agent' : 'citizen',
    when: textOf(fields['when']),
    longestSeconds: typeof fields['longestSeconds'] === 'number' ? fields['longestSeconds'] : null,
    file: source.file,
    line: source.lineAt(['prompts', index, 'id']),
  } as const;
  const findings = promptFaults(fields, prompt).map(([zh, en]) =>
    wrong(source, index, `提示音 ${prompt.id}:${zh}`, `Prompt ${prompt.id}: ${en}`),
  );
  if (findings.length > 0) return { findings };
  return { prompt: { ...prompt, slots: prompt.slots as Readonly<Record<string, PromptSlot>> }, findings };
}

interface RawPrompt {
  readonly id: string;
  readonly text: string;
  readonly when: string;
  readonly slots: Readonly<Record<string, PromptSlot | undefined>>;
}

function promptFaults(
  fields: Readonly<Record<string, unknown>>,
  prompt: RawPrompt,
): readonly (readonly [string, string])[] {
  const used = slotsIn(prompt.text);
  const declared = Object.keys(prompt.slots);
  const crowded = promptParts(prompt).find((part) => slotsIn(part.text).length > 1);
  const strange = Object.keys(fields).filter((field) => !knownFields.includes(field));
  const faults: readonly (readonly [boolean, string, string])[] = [
    [
      !idPattern.test(prompt.id),
      'id 须为小写字母、数字和点,如 queue.place。',
      'its id must be lower-case letters, digits and dots, e.g. queue.place.',
    ],
    [
      prompt.text === '' || prompt.when === '',
      '须有 text(文字)和 when(何时播放)。',
      'text and when are needed.',
    ],
    [strange.length > 0, `不认识的字段 ${strange.join('、')}。`, `unknown fields ${strange.join(', ')}.`],
    [
      !oneOf(fields['speed'], ['normal', 'slow']),
      'speed 只能是 normal 或 slow。',
      'speed is normal or slow.',
    ],
    [!oneOf(fields['language'], ['zh', 'en']), 'language 只能是 zh 或 en。', 'language is zh or en.'],
    [
      !oneOf(fields['profile'], ['citizen', 'agent']),
      'profile 只能是 citizen 或 agent。',
      'profile is citizen or agent.',
    ],
    [
      !isLength(fields['longestSeconds']),
      'longestSeconds 须为 1 至 30 的数,并写明理由。',
      'longestSeconds is a number from 1 to 30.',
    ],
    [
      /[{}]/.test(prompt.text.replace(slotPattern, '')),
      '花括号须成对,内为小写字母。',
      'braces come in pairs around a name of lower-case letters.',
    ],
    [
      !sameNames(used, declared),
      `文字中的变量(${used.join('、')})与 slots(${declared.join('、')})不一致。`,
      `slots in the text (${used.join(', ')}) and declared (${declared.join(', ')}) differ.`,
    ],
    [
      Object.values(prompt.slots).includes(undefined),
      'slots 的写法不对,见 docs/prompts.md。',
      'a slot is not written as docs/prompts.md says.',
    ],
    [
      crowded !== undefined,
      `「${crowded?.text ?? ''}」一句中有两个变量,请用逗号分开。`,
      `one clause holds two slots: part them by a comma: ${crowded?.text ?? ''}`,
    ],
  ];
  return faults.flatMap(([wrongHere, zh, en]) => (wrongHere ? [[zh, en] as const] : []));
}

function sameNames(used: readonly string[], declared: readonly string[]): boolean {
  return (
    new Set(used).size === used.length &&
    used.length === declared.length &&
    used.every((name) => declared.includes(name))
  );
}

function oneOf(value: unknown, allowed: readonly string[]): boolean {
  return value === undefined || (typeof value === 'string' && allowed.includes(value));
}

function isLength(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && value >= 1 && value <= 30);
}

function wrong(source: YamlSource, index: number, zh: string, en: string): Finding {
  return { level: 'error', file: source.file, line: source.lineAt(['prompts', index, 'id']), zh, en };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
