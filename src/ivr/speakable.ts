// Which sounds nobody can make: no recording of them, and letters or signs in their text that the synthesizer's voice does not read.
import type { Finding } from '../contact/finding.js';
import type { PromptVariant } from './prompt-text.js';

/** What a voice reads, and the signs at which it pauses. Letters among hanzi would be taken for pinyin. */
const unread = {
  zh: /[^\p{Script=Han}\s，。；：？！、（）《》「」“”‘’…—·,.;:?!()'"-]+/gu,
  en: /[^\p{Script=Latin}\u0020-\u007e\s‘’“”–—…]+/gu,
} as const;

/** The letters and signs of a text, figures turned to hanzi already, that no voice of its language reads; each once. */
export function unreadable(spoken: string, language: 'zh' | 'en'): readonly string[] {
  return [...new Set(spoken.match(unread[language]) ?? [])];
}

/** The recording taken in the place of the synthesizer, by its file's name: the variant's own, or `greet.main.wav` where there is only one. */
export function recordingOf(variant: PromptVariant, recordings: ReadonlySet<string>): string | undefined {
  const whole = variant.key === '' ? [`${variant.prompt.id}.wav`] : [];
  return [`${variant.name}.wav`, ...whole].find((name) => recordings.has(name));
}

/** One warning for each prompt with a sound that is neither recorded nor can be synthesized. */
export function checkSpeakable(
  variants: readonly PromptVariant[],
  recordings: ReadonlySet<string>,
): readonly Finding[] {
  const told = new Set<string>();
  return variants.flatMap((variant) => {
    const { prompt, name, text, spoken } = variant;
    if (told.has(prompt.id) || recordingOf(variant, recordings) !== undefined) return [];
    const signs = unreadable(spoken, prompt.language);
    if (signs.length === 0) return [];
    told.add(prompt.id);
    return [
      {
        ...({ level: 'warning', file: prompt.file, line: prompt.line, code: 'notSpeakable' } as const),
        zh: `提示音 ${prompt.id} 没有录音,也不能合成:「${text}」中的 ${signs.join('、')}。请改写成读得出的文字,或在 recordings/ 放入 ${name}.wav。`,
        en: `Prompt ${prompt.id} has no recording and cannot be synthesized: ${signs.join(', ')} in «${text}». Write it as it is read, or put ${name}.wav in recordings/.`,
      },
    ];
  });
}
