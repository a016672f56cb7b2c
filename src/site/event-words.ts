// The words of an event prompt: what somebody typed, as callers hear it, and what keeps it from being said.
import { eventPromptId } from '../contact/event-prompt.js';
import { espeakText } from '../ivr/lexicon.js';
import { readFigures } from '../ivr/reading.js';
import { estimatedSeconds, refusedWords } from '../ivr/wording.js';
import { heardPrompt } from './hearing.js';
import type { Site } from './site.js';

/** A sentence ready to be spoken. */
export interface EventWords {
  /** The whole, as one would write it. */
  readonly heard: string;
  /** The same as hanzi only. */
  readonly spoken: string;
  /** As the synthesizer takes it. */
  readonly synthesized: string;
}

/** Longer than this nobody listens; ASSUMED. The page asks to shorten from 12 s on. */
export const longestEventSeconds = 25;
const fewestCharacters = 4;

/** The prompt `event.notice` with this text in it. Blanks and a last stop are dropped; half-width signs become full ones. */
export function eventWords(site: Site, typed: string): EventWords {
  const text = typed
    .replace(/\s+/g, '')
    .replace(/[,;:?]/g, (sign) => ({ ',': '，', ';': '；', ':': '：', '?': '？' })[sign] ?? sign)
    .replace(/[。．.；，、!！]+$/, '');
  const { text: heard } = heardPrompt(site, { id: eventPromptId, slots: { text } });
  const spoken = readFigures(heard);
  return { heard, spoken, synthesized: espeakText(site.lexicon, spoken) };
}

/** Why this cannot be said to citizens; none = it can. */
export function eventFaults(
  site: Site,
  typed: string,
): readonly { readonly zh: string; readonly en: string }[] {
  const { heard } = eventWords(site, typed);
  const characters = typed.match(/\p{Script=Han}/gu)?.length ?? 0;
  const letters = /[A-Za-z]+/.exec(typed)?.[0];
  const seconds = Math.ceil(estimatedSeconds(heard));
  return [
    ...(characters < fewestCharacters
      ? [{ zh: '内容太短,请写一句完整的话', en: 'too short: write a whole sentence' }]
      : []),
    ...(letters === undefined
      ? []
      : [
          {
            zh: `「${letters}」读不出来,请改写成汉字`,
            en: `${letters} cannot be read aloud: write it in hanzi`,
          },
        ]),
    ...(seconds <= longestEventSeconds
      ? []
      : [
          {
            zh: `约 ${String(seconds)} 秒,请缩短到 ${String(longestEventSeconds)} 秒以内`,
            en: `about ${String(seconds)} s: shorten it to ${String(longestEventSeconds)} s`,
          },
        ]),
    ...refusedWords(typed).map(({ found, instead }) => ({
      zh: `不用「${found}」,请改为「${instead}」`,
      en: `the house does not say ${found}: ${instead}`,
    })),
  ];
}
