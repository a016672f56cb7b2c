// Small texts of the supervisor's page: slots of a story's line, how long ago, when.
import { clockText, durationText, minuteText } from '../civil-time.js';
import { dayText, language, say } from '../words/language.js';
import type { Slot, StoryLine } from './story.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A slot as text. */
export function slotText(slot: Slot): string {
  if (typeof slot === 'string') return slot;
  if (typeof slot === 'number') return String(slot);
  if ('word' in slot) return say(slot.word);
  if ('ms' in slot) return durationText(slot.ms);
  return slot.list.map(slotText).join(language.value === 'zh' ? '、' : ', ');
}

/** A line of a story in the page's language. */
export function lineText({ word, slots }: StoryLine): string {
  return say(word, Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, slotText(slot)])));
}

/** `12分钟前`, `12 min ago`. */
export function agoText(sinceMs: number): string {
  if (sinceMs < minuteMs) return say('lead.now');
  if (sinceMs < hourMs)
    return say('lead.ago', { t: say('lead.minutes', { n: Math.floor(sinceMs / minuteMs) }) });
  if (sinceMs < dayMs) return say('lead.ago', { t: say('lead.hours', { n: Math.floor(sinceMs / hourMs) }) });
  return say('lead.ago', { t: say('lead.days', { n: Math.floor(sinceMs / dayMs) }) });
}

/** `14:05`, with the day where it is not today. */
export function whenText(atMs: number, nowMs: number): string {
  const today = dayText(atMs) === dayText(nowMs);
  return today ? minuteText(atMs) : `${dayText(atMs)} ${minuteText(atMs)}`;
}

/** `11月23日 14:05:03`. */
export function fullTimeText(atMs: number): string {
  return `${dayText(atMs)} ${clockText(atMs)}`;
}
