// Requirements, rings and lists of agents as texts.
import type { RingView } from '../../adapters/http/routing-views.js';
import type { OthersView } from '../../adapters/http/verdict-view.js';
import { minuteText } from '../civil-time.js';
import { lastingIn } from '../words/lasting.js';
import type { ShownName } from '../lead/lead-data.js';
import { agentText, namedIn } from '../lead/lead-words.js';
import { language, say } from '../words/language.js';

/** Between the parts of a list. */
export const comma = (): string => (language.value === 'zh' ? '、' : ', ');
/** More names than this are counted. */
const namedMax = 8;

/** `tax >= 3 or lang.yue` with the skills' names. */
function clauseText(clause: string, skills: readonly ShownName[]): string {
  return clause
    .replaceAll('>=', '≥')
    .replaceAll(/[\p{Script=Han}A-Za-z0-9][\p{Script=Han}A-Za-z0-9._-]*/gu, (word) => {
      if (word === 'and' || word === 'or') return say(`story.${word}`);
      return namedIn(skills, word);
    });
}

/** Clauses in the language of the page. */
export function clausesText(clauses: readonly string[], skills: readonly ShownName[]): string {
  return clauses.map((clause) => clauseText(clause, skills)).join(comma());
}

/** When a ring opens: any of its conditions. */
export function openingText({
  afterMs,
  fewerThan,
  placeAbove,
}: Pick<RingView, 'afterMs' | 'fewerThan' | 'placeAbove'>): string {
  const conditions = [
    ...(afterMs === null ? [] : [say('opens.after', { t: lastingIn(language.value, afterMs) })]),
    ...(fewerThan === null
      ? []
      : [fewerThan === 1 ? say('opens.nobody') : say('opens.fewer', { n: fewerThan })]),
    ...(placeAbove === null ? [] : [say('opens.place', { n: placeAbove })]),
  ];
  return conditions.join(language.value === 'zh' ? say('story.or') : ` ${say('story.or')} `);
}

/** Agents by name; of many the first, and how many they are. */
export function agentsText(ids: readonly string[], agents: readonly ShownName[]): string {
  if (ids.length === 0) return say('routing.nobodyListed');
  const list = ids
    .slice(0, namedMax)
    .map((id) => agentText(agents, id))
    .join(comma());
  return ids.length <= namedMax ? list : say('routing.andMore', { list, n: ids.length });
}

/** Why somebody was not chosen, or that he was. */
export function verdictText(
  { verdict, why, ring, lacks }: Omit<OthersView, 'agents'>,
  skills: readonly ShownName[],
): string {
  switch (verdict) {
    case 'chosen':
      return say('story.chosen');
    case 'skills':
      return say('noCalls.skills', { list: clausesText(lacks, skills) });
    case 'ringClosed':
      return say('verdict.ringClosed', { n: ring ?? 0 });
    case 'behind':
      return why === null ? say('verdict.behind') : say(`story.behind.${why}`);
    case 'notReady':
    case 'reserved':
      return say(`verdict.${verdict}`);
  }
}

/** What somebody was doing, and since when. */
export function standingText({
  state,
  breakReason,
  sinceMs,
}: Omit<OthersView['agents'][number], 'agentId'>): string {
  const doing = say(`state.${state}`);
  const what = breakReason === null ? doing : `${doing} ${say(`break.${breakReason}`)}`;
  return say('verdict.since', { what, t: minuteText(sinceMs) });
}

/** `综合 5、税务 8`. */
export function levelsText(levels: Readonly<Record<string, number>>, skills: readonly ShownName[]): string {
  return Object.entries(levels)
    .map(([skill, level]) => `${namedIn(skills, skill)} ${String(level)}`)
    .join(comma());
}
