// The language of the pages: Chinese unless somebody here chose English; kept in this browser.
import { ref, watchEffect } from 'vue';
import { civilDay } from '../civil-time.js';
import { en } from './en.js';
import { lastingIn } from './lasting.js';
import { zh, type WordKey } from './zh.js';

export type Language = 'zh' | 'en';

const storageKey = 'yihao.language';
const lists: Readonly<Record<Language, Readonly<Record<WordKey, string>>>> = { zh, en };

function remembered(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(storageKey);
  return asked === 'en' ? 'en' : 'zh';
}

/** The language in force. */
export const language = ref<Language>(remembered());

watchEffect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});

/** A row's name in the language of the page. */
export function nameOf({ name, en }: { readonly name: string; readonly en: string }): string {
  return language.value === 'zh' ? name : en;
}

/** Changes to the other language, and remembers it. */
export function switchLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh';
  localStorage.setItem(storageKey, language.value);
}

/** The words of a key, with its slots filled. */
export function say(key: WordKey, slots: Readonly<Record<string, string | number>> = {}): string {
  return lists[language.value][key].replaceAll(/\{(\w+)\}/g, (_whole, slot: string) =>
    String(slots[slot] ?? ''),
  );
}

/** `2026年11月23日 星期一`, `Monday 2026-11-23`. */
export function dateText(epochMs: number): string {
  const { year, month, day, weekday } = civilDay(epochMs);
  const name = say(`weekday.${weekday}` as WordKey);
  if (language.value === 'zh') return `${String(year)}年${String(month)}月${String(day)}日 ${name}`;
  return `${name} ${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** `11月23日`, `11-23`. */
export function dayText(epochMs: number): string {
  const { month, day } = civilDay(epochMs);
  if (language.value === 'zh') return `${String(month)}月${String(day)}日`;
  return `${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** `6分42秒`, `6 min 42 s`. */
export function lastingText(durationMs: number): string {
  return lastingIn(language.value, durationMs);
}

/** `12,685`; from 100,000 on cut off: `12.6万`, `126k`. */
export function countText(count: number): string {
  if (count < 100_000) return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  if (language.value === 'en') return `${String(Math.floor(count / 1_000))}k`;
  const tenths = Math.floor(count / 1_000);
  return `${String(Math.floor(tenths / 10))}.${String(tenths % 10)}万`;
}
