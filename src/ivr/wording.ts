// The house's rules for what citizens hear: words never said, and how long one may be talked to.
import type { Finding } from '../contact/finding.js';
import { slotsIn } from './prompt-text.js';
import type { PromptDefinition } from './prompt-text.js';

/** Refused wording and what stands in its place; see the glossary's chosen words. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/坐席/, '座席'],
  [/客服|接线员|业务代表/, '话务员'],
  [/客户|用户|顾客|亲，|尊敬的/, '您'],
  [/按键错误|输入有误(?!，请重新)|操作有误/, '没有这个选项，请重新按键'],
  [/不归我们管|无法受理/, '其他法定渠道'],
  [/必须|只能/, '应当、可以'],
  [/回呼|反呼/, '回电'],
  [/投诉单/, '诉求'],
  [/下单/, '转办'],
  [/死机|掉线/, '失联'],
  [/终端/, '话机'],
  [/报警电话/, '紧急热线'],
  [/优先(?!。$)/, '(不承诺优先)'],
  [/祝您|欢迎致电|欢迎拨打|生活愉快/, '(不说客套)'],
  [/[!！]/, '。'],
  [/\d+ ?分钟内/, '(不承诺时间)'],
];

const maxSeconds = 12;

/** Seconds a text takes at 220 characters a minute, 0.25 s a comma and 0.4 s a stop: the estimate shown to whoever writes it. */
export function estimatedSeconds(text: string): number {
  const commas = text.match(/[，、；：]/g)?.length ?? 0;
  const stops = text.match(/[。？]/g)?.length ?? 0;
  const slots = slotsIn(text).length;
  const characters = text.replace(/\{[a-z]+\}/g, '').replace(/[^\p{Script=Han}\d]/gu, '').length + slots * 3;
  return (characters / 220) * 60 + commas * 0.25 + stops * 0.4;
}

/** Words of a text that the house never says to citizens, and what it says instead. */
export function refusedWords(text: string): readonly { readonly found: string; readonly instead: string }[] {
  return refused.flatMap(([pattern, instead]) => {
    const found = pattern.exec(text)?.[0];
    return found === undefined ? [] : [{ found, instead }];
  });
}

/** Warnings about one prompt's wording and length; a slow voice is measured at the same pace. */
export function checkWording(prompt: PromptDefinition): readonly Finding[] {
  const at = { level: 'warning', file: prompt.file, line: prompt.line } as const;
  const words = refusedWords(prompt.text).map(({ found, instead }) => ({
    ...at,
    zh: `提示音 ${prompt.id} 用了「${found}」,宜改为「${instead}」。`,
    en: `Prompt ${prompt.id} says ${found}; the house says ${instead}.`,
  }));
  const seconds = prompt.language === 'zh' ? Math.round(estimatedSeconds(prompt.text) * 10) / 10 : 0;
  if (seconds <= maxSeconds) return words;
  const zh = `提示音 ${prompt.id} 约 ${seconds.toFixed(1)} 秒,宜不超过 ${String(maxSeconds)} 秒。`;
  return [
    ...words,
    {
      ...at,
      zh,
      en: `Prompt ${prompt.id} takes about ${seconds.toFixed(1)} s; keep it within ${String(maxSeconds)} s.`,
    },
  ];
}
