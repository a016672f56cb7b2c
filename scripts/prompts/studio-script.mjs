// @ts-check
// Prints what a speaker in a studio has to record: id, text, how figures are read, pinyin of the lexicon's words, pace and place.

import { loadCore } from './core.mjs';

const paces = { normal: '每分钟 220 字', slow: '每分钟不超过 180 字' };

/** @param {import('./catalogue.mjs').Catalogue} catalogue @param {(line: string) => void} print */
export async function printStudioScript({ variants, lexicon }, print) {
  const { segmentByLexicon } = await loadCore('ivr/lexicon');
  print('# 录音脚本');
  print('');
  print(
    '普通话,语气平和;8 kHz 以上单声道 WAV,首尾静音不限,响度由系统统一。文件名即编号,放入 ivr-flows/recordings/。',
  );
  print('');
  print('| 文件名 | 文字 | 读法 | 读音 | 语速 | 何时播放 |');
  print('| --- | --- | --- | --- | --- | --- |');
  for (const { name, text, spoken, prompt } of variants) {
    const readings = segmentByLexicon(lexicon, spoken).flatMap((segment) =>
      segment.pinyin ? [`${segment.text} ${segment.pinyin}`] : [],
    );
    const place = `${prompt.when}(${prompt.file}:${String(prompt.line)})`;
    const cells = [
      `${name}.wav`,
      text,
      spoken === text ? '' : spoken,
      readings.join(';'),
      paces[prompt.speed],
      place,
    ];
    print(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  }
}
