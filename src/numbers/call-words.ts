// What a number says of itself: which prompt opens its calls, which ends them, and what is said instead of an answer.
import type { CallWords, LeadTarget, LeadWords } from '../contact/contact.js';
import { normaliseNumber } from '../contact/ani.js';
import { isAnnounced, type LedgerRow, type NumberPattern, type NumberState } from './ledger-row.js';

/** The words of a call by this row in this state. `ani`: the caller's number as the carrier sent it; `areaCode`: the site's own. */
export function callWords(row: LedgerRow, state: NumberState, ani: string, areaCode: string): CallWords {
  const { opening, farewell, announcement } = row.ownPrompts;
  if (isAnnounced(state))
    return {
      announcement: announcement === null ? announced(row.name, ani, areaCode) : { id: announcement },
    };
  const first = opening === null ? openingOf(row, state) : { id: opening };
  const last = farewell ?? (state === 'transfer' ? 'trans.after' : null);
  return {
    ...(first && { opening: first }),
    ...(last !== null && { farewell: { id: last } }),
    ...(row.target && { lead: leadWords(row.name, row.target) }),
  };
}

function leadWords(name: string, target: LeadTarget): LeadWords {
  const slots = { name };
  return { first: { id: 'trans.sub', slots }, back: { id: 'trans.sub.back', slots }, target };
}

/** Whoever calls from another area would reach another city by 12345 alone. A mobile does not tell where it is. */
function announced(name: string, ani: string, areaCode: string) {
  const caller = normaliseNumber(ani, areaCode);
  const isAway = caller.startsWith('0') && !caller.startsWith(areaCode);
  return isAway
    ? { id: 'trans.prompt.away', slots: { name, area: areaCode } }
    : { id: 'trans.prompt', slots: { name } };
}

function openingOf({ pattern, number, name }: LedgerRow, state: NumberState) {
  if (opensAsMain(pattern)) return undefined;
  switch (state) {
    case 'served':
      return { id: 'greet.dual', slots: { entry: name } };
    case 'dual':
      return { id: 'trans.dual', slots: { name } };
    case 'transfer':
      return { id: isShortNumber(number) ? 'trans.transfer' : 'trans.pstn', slots: { name } };
    case 'returned':
      return { id: 'trans.returned', slots: { name } };
    case 'prompt':
    case 'vacant':
      return undefined;
  }
}

/** Opens as the hotline itself: whoever meant 110 must hear at once that he is elsewhere. */
export function opensAsMain(pattern: NumberPattern): boolean {
  return pattern === 'main' || pattern === 'emergency';
}

/** 12358, 96119: said by its digits; nobody wants seven of them read back. */
function isShortNumber(number: string): boolean {
  return number.length <= 6;
}

/** Every prompt that calls by this row may need, by the state that needs it. */
export function wordsEverOf(row: LedgerRow, areaCode: string): readonly CallWords[] {
  const states = row.states.length === 0 ? (['served'] as const) : row.states.map(({ state }) => state);
  const away = `0${areaCode === '010' ? '21' : '10'}00000000`;
  return states.flatMap((state) => ['', away].map((ani) => callWords(row, state, ani, areaCode)));
}
