// @ts-check
// Speaks one text that is not in force yet: asked for as JSON on standard input, answered as JSON with the sound in it.

import { text as textOf } from 'node:stream/consumers';
import { loadCore } from './core.mjs';
import { pinyinReader } from './pinyin.mjs';
import { speak } from './speech.mjs';

/**
 * @typedef {object} Asked
 * @property {string} text with its slots filled
 * @property {'zh' | 'en'} language
 * @property {'normal' | 'slow'} speed
 * @property {string} lexicon text of lexicon.yaml
 */

/** @returns {Promise<number>} the exit code */
export async function speakAloud() {
  /** @type {Asked} */
  const { text, language, speed, lexicon: readings } = JSON.parse(await textOf(process.stdin));
  const [{ parseLexicon, espeakText }, { readFigures }, { wavDurationMs }] = [
    await loadCore('ivr/lexicon'),
    await loadCore('ivr/reading'),
    await loadCore('ivr/telephone-sound'),
  ];
  const { lexicon } = parseLexicon('lexicon.yaml', readings);
  const spoken = language === 'zh' ? readFigures(text) : text;
  const readPinyin = await pinyinReader(lexicon);
  const wav = await speak({
    ...{ language, speed, continues: false },
    text: language === 'zh' ? espeakText(lexicon, spoken) : spoken,
  });
  const answer = {
    ...{ spoken, pinyin: language === 'zh' ? readPinyin(spoken) : '' },
    ...{ durationMs: wavDurationMs(wav.length), wav: Buffer.from(wav).toString('base64') },
  };
  process.stdout.write(JSON.stringify(answer));
  return 0;
}
