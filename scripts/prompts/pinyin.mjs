// @ts-check
// Writes the pinyin of a text with tone marks: the lexicon's readings first, a dictionary's for the rest.

import { convert, pinyin } from 'pinyin-pro';
import { loadCore } from './core.mjs';

/** @type {Readonly<Record<string, string>>} */
const stops = { '。': '.', '；': ';', '：': ':', '？': '?' };

/** @param {import('../../src/ivr/lexicon.js').Lexicon} lexicon @returns {Promise<(spoken: string) => string>} */
export async function pinyinReader(lexicon) {
  const { segmentByLexicon } = await loadCore('ivr/lexicon');
  return (spoken) =>
    segmentByLexicon(lexicon, spoken)
      .map((segment) =>
        segment.pinyin === undefined
          ? pinyin(segment.text, { nonZh: 'consecutive' })
          : convert(segment.pinyin, { format: 'numToSymbol' }).replaceAll('5', ''),
      )
      .join(' ')
      .replace(/ ?([，。；：？、]) ?/g, (_, sign) => `${stops[sign] ?? ','} `)
      .trim();
}
