// The words of an event prompt: what somebody typed, as callers hear it, and what keeps it from being said.
import { eventPromptId } from '../contact/event-prompt.js';
import { estimatedSeconds, refusedWords } from '../ivr/wording.js';
import { heardPrompt } from './hearing.js';
import type { Site } from './site.js';

/** Longer than this nobody listens; ASSUMED. The page asks to shorten from 12 s on. */
export const longestEventSeconds = 25;
const fewestCharacters = 4;

const fullWidth: Readonly<Record<string, string>> = { ',': '，', ';': '；', ':': '：', '?': '？' };

/** The prompt `event.notice` with this text in it. Blanks and a last stop are dropped; half-width signs become full ones. */
export function eventWords(site: Site, typed: string): string {
  const text = typed
    .replace(/\s+/g, '')
    .replace(/[,;:?]/g, (sign) => fullWidth[sign] ?? sign)
    .replace(/[。．.；，、!！]+$/, '');
  return heardPrompt(site, { id: eventPromptId, slots: { text } }).text;
}

/** Why this cannot be said to citizens; none = it can. */
export function eventFaults(
  site: Site,
  typed: string,
): readonly { readonly zh: string; readonly en: string }[] {
  const characters = typed.match(/\p{Script=Han}/gu)?.length ?? 0;
  const letters = /[A-Za-z]+/.exec(typed)?.[0];
  const seconds = Math.ceil(estimatedSeconds(eventWords(site, typed)));
  const most = String(longestEventSeconds);
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
            zh: `约 ${String(seconds)} 秒,请缩短到 ${most} 秒以内`,
            en: `about ${String(seconds)} s: shorten it to ${most} s`,
          },
        ]),
    ...refusedWords(typed).map(({ found, instead }) => ({
      zh: `不用「${found}」,请改为「${instead}」`,
      en: `the house does not say ${found}: ${instead}`,
    })),
  ];
}
