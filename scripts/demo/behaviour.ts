// What the demo's people will do: when citizens call, how long they wait and talk, who calls again, how agents answer and rest.
//
// Pure: the seed is an argument, and every person has dice of his own, so that one who comes late changes nobody else's day.
import type { BreakReason } from '../../src/contact/agent.js';
import type { DispositionCategory, DispositionOutcome } from '../../src/contact/disposition.js';
import { createRandom, exponentialMs, type Random } from '../../src/sim/random.js';

/** How many call. */
export interface CallPlan {
  readonly callsPerMinute: number;
  /** In every fourth minute so many times as many. */
  readonly surge: number;
}

/** A citizen's one call. */
export interface Citizen {
  /** A number that can belong to nobody: `0311 0000 xxxx`. */
  readonly number: string;
  /** From the call to giving up. */
  readonly patienceMs: number;
  readonly talkMs: number;
  /** What he presses at each question of the survey, if the agent ends the talk; undefined = he hangs up. */
  readonly rates: readonly string[] | undefined;
  /** Calls again so long after giving up, after a talk, after having been cut off; undefined = does not. */
  readonly againAfterGivingUpMs: number | undefined;
  readonly againAfterTalkMs: number | undefined;
  readonly againAfterLossMs: number | undefined;
}

/** What an agent does with one offer. */
export interface Answer {
  readonly picksUp: boolean;
  readonly pickUpMs: number;
  /** Ends the talk himself after so long; undefined = leaves that to the citizen. */
  readonly closesAfterMs: number | undefined;
  readonly wrapUpMs: number;
  readonly category: DispositionCategory;
  readonly outcome: DispositionOutcome;
  /** When he did not pick up: ready again after so long. */
  readonly returnsAfterMs: number;
}

/** A rest an agent takes. */
export interface Rest {
  /** From the end of the last one, or the sign-in. */
  readonly afterMs: number;
  readonly reason: BreakReason;
  readonly lastsMs: number;
}

const minuteMs = 60_000;
/** Of the last four digits, `1000` to `9999`. */
const numbers = 9_000;

const medianTalkMs = 41_000;
const talkSpread = 0.45;
const talkBounds = { leastMs: 8_000, mostMs: 180_000 };
const patienceBounds = { leastMs: 1_500, mostMs: 10 * minuteMs };

const categories = [
  ['consult', 45],
  ['help', 25],
  ['complaint', 14],
  ['report', 6],
  ['suggestion', 6],
  ['praise', 4],
] as const;

const outcomes = [
  ['direct', 58],
  ['dispatch', 28],
  ['repeat', 6],
  ['scope', 5],
  ['other', 3],
] as const;

/** Keys of `ivr-flows/flows/survey.yaml`. */
const grades = [
  ['1', 46],
  ['2', 34],
  ['3', 12],
  ['4', 5],
  ['5', 3],
] as const;

const whys = [
  ['1', 20],
  ['2', 35],
  ['3', 35],
  ['4', 10],
] as const;

const reasons = [
  ['rest', 45],
  ['meal', 15],
  ['training', 12],
  ['meeting', 12],
  ['coaching', 8],
  ['other', 8],
] as const;

/** The dice of one person or stream. */
export function diceOf(seed: number, ...who: readonly (number | string)[]): Random {
  let hash = 2_166_136_261; // FNV-1a
  for (const octet of `${seed}/${who.join('/')}`) hash = Math.imul(hash ^ octet.charCodeAt(0), 16_777_619);
  return createRandom(hash);
}

/** Calls a minute at this time since the beginning: every fourth minute is the surge. */
export function callsPerMinuteAt({ callsPerMinute, surge }: CallPlan, atMs: number): number {
  return Math.floor(atMs / minuteMs) % 4 === 3 ? callsPerMinute * surge : callsPerMinute;
}

/** The next arrival of a Poisson process whose rate changes with the minute; all times since the beginning. */
export function nextArrivalMs(random: Random, fromMs: number, plan: CallPlan): number {
  let atMs = fromMs;
  for (;;) {
    const minuteEndsMs = (Math.floor(atMs / minuteMs) + 1) * minuteMs;
    const arrivalMs = atMs + exponentialMs(random, minuteMs / callsPerMinuteAt(plan, atMs));
    if (arrivalMs < minuteEndsMs) return arrivalMs;
    // An exponential wait has no memory: the next minute begins anew, at its own rate.
    atMs = minuteEndsMs;
  }
}

/** The n-th citizen's call; `attempt` counts his calls, from 0. */
export function citizenOf(seed: number, n: number, attempt = 0): Citizen {
  const dice = diceOf(seed, 'citizen', n, attempt);
  return {
    number: `03110000${1_000 + (n % numbers)}`,
    patienceMs: patienceOf(dice),
    talkMs: talkOf(dice),
    againAfterGivingUpMs: sometimes(dice, 0.2, 20_000, 60_000),
    againAfterTalkMs: sometimes(dice, 0.03, 60_000, 240_000),
    againAfterLossMs: sometimes(dice, 0.6, 4_000, 20_000),
    rates: ratesOf(dice),
  };
}

/** One in fifty thinks better of it within seconds; the others wait a while, and some of them for long. */
function patienceOf(dice: Random): number {
  const hurried = dice() < 0.02;
  const ms = hurried ? between(dice, 1_500, 9_000) : 15_000 + exponentialMs(dice, 90_000);
  return within(ms, patienceBounds);
}

/** Log-normal, as talks are; around 45 s in the mean. */
function talkOf(dice: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());
  return within(medianTalkMs * Math.exp(talkSpread * normal), talkBounds);
}

/** Six in ten rate, most of them well; who is not content says why. */
function ratesOf(dice: Random): readonly string[] | undefined {
  const [rates, key, why] = [dice() < 0.6, oneOf(dice, grades), oneOf(dice, whys)];
  if (!rates) return undefined;
  return key === '4' || key === '5' ? [key, why] : [key];
}

/** What the agent does with his n-th offer; the absent-minded one lets some ring. */
export function answerOf(seed: number, agent: number, n: number, absentMinded: boolean): Answer {
  const dice = diceOf(seed, 'answer', agent, n);
  return {
    picksUp: dice() >= (absentMinded ? 0.2 : 0),
    pickUpMs: between(dice, 1_000, 4_000),
    closesAfterMs: dice() < 0.2 ? talkOf(dice) : undefined,
    wrapUpMs: between(dice, 2_000, 7_000),
    category: oneOf(dice, categories),
    outcome: oneOf(dice, outcomes),
    returnsAfterMs: between(dice, 15_000, 45_000),
  };
}

/** The agent's n-th rest. */
export function restOf(seed: number, agent: number, n: number): Rest {
  const dice = diceOf(seed, 'rest', agent, n);
  return {
    afterMs: 30_000 + exponentialMs(dice, 9 * minuteMs),
    reason: oneOf(dice, reasons),
    lastsMs: within(30_000 + exponentialMs(dice, 40_000), { leastMs: 0, mostMs: 4 * minuteMs }),
  };
}

function between(dice: Random, leastMs: number, mostMs: number): number {
  return Math.round(leastMs + (mostMs - leastMs) * dice());
}

function sometimes(dice: Random, chance: number, leastMs: number, mostMs: number): number | undefined {
  const happens = dice() < chance;
  const afterMs = between(dice, leastMs, mostMs);
  return happens ? afterMs : undefined;
}

function within(
  ms: number,
  { leastMs, mostMs }: { readonly leastMs: number; readonly mostMs: number },
): number {
  return Math.round(Math.min(mostMs, Math.max(leastMs, ms)));
}

function oneOf<Word>(dice: Random, weighted: readonly (readonly [word: Word, weight: number])[]): Word {
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0);
  let left = dice() * total;
  for (const [word, weight] of weighted) {
    left -= weight;
    if (left < 0) return word;
  }
  const last = weighted.at(-1);
  if (last === undefined) throw new Error('nothing to choose from');
  return last[0];
}
