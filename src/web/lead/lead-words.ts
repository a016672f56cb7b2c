// Small texts of the supervisor's page: slots of a story's line, how long ago, when.
import { clockText, durationText, minuteText } from '../civil-time.js';
import { dayText, language, nameOf, say } from '../words/language.js';
import type { ShownName, StoryNames } from './lead-data.js';
import type { Slot, StoryLine } from './story.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** What a row is called in the language of the page; one that the files no longer have is shown by its id. */
export function namedIn(rows: readonly ShownName[], id: string): string {
  const row = rows.find((one) => one.id === id);
  return row === undefined ? id : nameOf(row);
}

/** An agent by 工号 and name; one who is no longer in the files, or whose name is not shown, by 工号 alone. */
export function agentText(agents: readonly ShownName[], id: string): string {
  const row = agents.find((one) => one.id === id);
  return row === undefined ? id : `${id} ${nameOf(row)}`;
}

/** Nothing is called anything but its id. */
export const noNames: StoryNames = { queues: [], skills: [], agents: [], cities: [] };

/** A slot as text. */
export function slotText(slot: Slot, names: StoryNames = noNames): string {
  if (typeof slot === 'string') return slot;
  if (typeof slot === 'number') return String(slot);
  if ('word' in slot) return say(slot.word);
  if ('ms' in slot) return durationText(slot.ms);
  if ('queue' in slot) return namedIn(names.queues, slot.queue);
  if ('agent' in slot) return agentText(names.agents, slot.agent);
  if ('city' in slot) return namedIn(names.cities, slot.city);
  return slot.list.map((one) => slotText(one, names)).join(language.value === 'zh' ? '、' : ', ');
}

/** A line of a story in the page's language. */
export function lineText({ word, slots }: StoryLine, names: StoryNames): string {
  const texts = Object.entries(slots).map(([name, slot]) => [name, slotText(slot, names)]);
  return say(word, Object.fromEntries(texts) as Record<string, string>);
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
