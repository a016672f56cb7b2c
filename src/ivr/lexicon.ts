// Words with a reading of their own: longest match first, before any synthesizer sees the text.
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';

/** Word to pinyin with tone numbers, one syllable a character: 重新 -> `chong2 xin1`. */
export interface Lexicon {
  readonly readings: ReadonlyMap<string, string>;
  /** Characters of the longest word. */
  readonly longest: number;
}

/** A stretch of text, with its reading where the lexicon has one. */
export interface LexiconSegment {
  readonly text: string;
  readonly pinyin?: string;
}

const syllable = /^[a-zv]+[1-5]$/;
const hanzi = /^\p{Script=Han}+$/u;

/** Reads `lexicon.yaml`, a map of words to pinyin. ü is written v, the neutral tone 5. Wrong rows are left out and named. */
export function parseLexicon(file: string, text: string): { lexicon: Lexicon; findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const rows = Object.entries(source.value ?? {});
  const readings = new Map<string, string>();
  const findings: Finding[] = [...source.findings];
  for (const [word, pinyin] of rows) {
    if (isReading(word, pinyin)) readings.set(word, pinyin);
    else findings.push(wrongRow(file, source.lineAt([word]), word));
  }
  return {
    lexicon: { readings, longest: Math.max(0, ...[...readings.keys()].map((word) => word.length)) },
    findings,
  };
}

/** Cuts a text into words the lexicon reads and the rest. */
export function segmentByLexicon(lexicon: Lexicon, text: string): readonly LexiconSegment[] {
  const segments: LexiconSegment[] = [];
  let plainFrom = 0;
  for (let at = 0; at < text.length;) {
    const word = longestWordAt(lexicon, text, at);
    if (word === undefined) at += 1;
    else {
      if (at > plainFrom) segments.push({ text: text.slice(plainFrom, at) });
      segments.push({ text: word, pinyin: lexicon.readings.get(word) ?? '' });
      at += word.length;
      plainFrom = at;
    }
  }
  return plainFrom < text.length ? [...segments, { text: text.slice(plainFrom) }] : segments;
}

/**
 * The text as espeak-ng's voice `cmn-latn-pinyin` takes it: hanzi, and for the lexicon's words their syllables joined,
 * which it reads as one word with the change of tone between third tones.
 */
export function espeakText(lexicon: Lexicon, text: string): string {
  return segmentByLexicon(lexicon, text)
    .map((segment) =>
      segment.pinyin === undefined ? segment.text : ` ${segment.pinyin.replaceAll(' ', '')} `,
    )
    .join('')
    .replace(/ +/g, ' ')
    .replace(/ ?([，。；：？！、]) ?/g, '$1')
    .trim();
}

function longestWordAt(lexicon: Lexicon, text: string, at: number): string | undefined {
  for (let length = Math.min(lexicon.longest, text.length - at); length > 0; length -= 1) {
    const word = text.slice(at, at + length);
    if (lexicon.readings.has(word)) return word;
  }
  return undefined;
}

function isReading(word: string, pinyin: unknown): pinyin is string {
  if (!hanzi.test(word) || typeof pinyin !== 'string') return false;
  const syllables = pinyin.split(' ');
  return syllables.length === [...word].length && syllables.every((part) => syllable.test(part));
}

function wrongRow(file: string, line: number, word: string): Finding {
  return {
    level: 'error',
    file,
    line,
    zh: `「${word}」的读音须一字一音、带声调数字、以空格分开,如 重新: chong2 xin1(ü 写 v,轻声写 5)。`,
    en: `The reading of ${word} needs one syllable a character with its tone number, e.g. chong2 xin1 (v for ü, 5 for neutral).`,
  };
}
