// EWT: how long a call that waits will still wait for a person, as two values that will most likely hold it between them.
//
// The line is lived ahead a number of times, by the matcher's own rule: an agent who gets free takes the first call he may
// take; when none of those before this one is for him, he takes this one, and the wait is known. That is the recursion of
// Kiefer and Wolfowitz («On the Theory of Queues with Many Servers», Trans. AMS 78 (1955)), with skills, and with calls that
// give up. So no formula is needed for residual times, order statistics or pools of skills that overlap.
import type { WorkName } from './at-work.js';
import { createRandom, type Random } from './random.js';
import { firstAbove, remainingMs, type Durations } from './durations.js';

/** How long things last where this call, or an agent's present one, waits. */
export interface WaitDurations {
  /** From the offer to the talk. */
  readonly pickUp: Durations;
  readonly talk: Durations;
  readonly wrapUp: Durations;
}

/** An agent at work who may take this call, or one before it. */
export interface WorkingAgent {
  readonly is: WorkName;
  readonly sinceMs: number;
  readonly durations: WaitDurations;
  /** This call may be given to him from then on (a ring opens); Infinity = never, he only takes some before it. */
  readonly opensAtMs: number;
  /** Which kinds of those before it he may take: bit n for kind n. */
  readonly takes: number;
}

/** Everything the answer depends on. */
export interface WaitQuestion {
  readonly nowMs: number;
  /** The kinds of the calls that are served before this one, in the order of service. */
  readonly ahead: readonly number[];
  readonly agents: readonly WorkingAgent[];
  /** Signed in who may take this call, at work or not. */
  readonly signedIn: number;
  /** Of the calls before it, and of its own way from the offer to the talk. */
  readonly durations: WaitDurations;
  /** Those who wait give up at this rate: an exponential patience (Palm's; see Mandelbaum and Zeltyn, 2007). */
  readonly leavesPerMs: number;
  /** In so many of 100 cases the wait is to be between the two values. */
  readonly coverage: number;
  readonly seed: number;
}

/**
 * Why there is no answer: `atOnce` somebody is free for it; `nobody` nobody signed in may take it; `away` all who may are on a
 * break or without a phone; `tooMany` more are before it than are looked at.
 */
export type NoExpectedWait = 'atOnce' | 'nobody' | 'away' | 'tooMany';

/** From now on, until a person is on the line. */
export type ExpectedWait =
  | { readonly known: true; readonly lowMs: number; readonly highMs: number }
  | { readonly known: false; readonly why: NoExpectedWait };

/** More calls before one are not looked at. */
export const aheadMax = 500;
/** Kinds that {@link WorkingAgent.takes} can tell apart. */
export const kindsMax = 30;

/**
 * The two values. Of n waits lived ahead, the k-th shortest and the k-th longest hold one more that is drawn alike between them
 * with probability (n + 1 − 2k) / (n + 1), whatever its distribution (order statistics; Wilks, 1941): n + 1 is a multiple of
 * 20, and k follows from `coverage`. Same question, same answer. Without giving up, and with one kind, one more before it or
 * one agent fewer never makes either value smaller, for each life keeps the chances of the others.
 */
export function expectedWait(question: WaitQuestion): ExpectedWait {
  const why = whyUnknown(question);
  if (why !== undefined) return { known: false, why };
  const lives = livesFor(question);
  const waits = new Float64Array(lives);
  const places = placesByKind(question.ahead);
  const busy = question.agents.map((agent) => busyOf(agent, question.nowMs));
  const free = createFreeTimes(question.agents.length);
  for (let life = 0; life < lives; life += 1) waits[life] = liveAhead(question, { places, busy, free, life });
  waits.sort();
  const cut = Math.max(1, Math.round((1 - question.coverage / 100) * 0.5 * (lives + 1)));
  return {
    known: true,
    lowMs: Math.round(waits[cut - 1] ?? 0),
    highMs: Math.round(waits[lives - cut] ?? 0),
  };
}

function whyUnknown({ nowMs, ahead, agents, signedIn }: WaitQuestion): NoExpectedWait | undefined {
  if (signedIn === 0) return 'nobody';
  const mayTakeIt = agents.filter(({ opensAtMs }) => opensAtMs < Infinity);
  if (mayTakeIt.length === 0) return 'away';
  if (mayTakeIt.some(({ is, opensAtMs, takes }) => is === 'ready' && opensAtMs <= nowMs && takes === 0))
    return 'atOnce';
  const free = mayTakeIt.filter(({ is, opensAtMs }) => is === 'ready' && opensAtMs <= nowMs).length;
  if (free > ahead.length) return 'atOnce';
  return ahead.length > aheadMax ? 'tooMany' : undefined;
}

/** Bounded work: 39 lives, or 19 where each is long. */
function livesFor({ agents, ahead }: WaitQuestion): number {
  const parts = Math.floor(600 / (agents.length + 3 * ahead.length + 1));
  return 20 * Math.min(2, Math.max(1, parts)) - 1;
}

interface Life {
  readonly places: PlacesByKind;
  readonly busy: readonly ((random: Random) => number)[];
  /** Used again by every life. */
  readonly free: FreeTimes;
  readonly life: number;
}

/** One life of the line, from now until this call is taken. */
function liveAhead(question: WaitQuestion, { places, busy, free, life }: Life): number {
  const { nowMs, agents, durations } = question;
  const ofAgents = createRandom(question.seed + 2 * life);
  const ofLine = createRandom(question.seed + 2 * life + 1);
  const pickUpMs = remainingMs(durations.pickUp, ofLine);
  free.fill((agent) => busy[agent]?.(ofAgents) ?? 0);
  const line = createLine(question, places, ofLine);
  for (let agent = free.first(); agent >= 0; agent = free.first()) {
    const atMs = free.atMs(agent);
    const { takes, opensAtMs } = agents[agent] as WorkingAgent;
    const servesMs = line.take(takes, atMs);
    if (servesMs !== undefined) free.setFirst(atMs + servesMs);
    else if (opensAtMs === Infinity) free.setFirst(Infinity);
    else if (nowMs + atMs >= opensAtMs) return atMs + pickUpMs;
    else free.setFirst(opensAtMs - nowMs);
  }
  throw new RangeError('nobody may take it');
}

/** A draw of how long an agent is busy yet; what does not change from life to life is looked up once. */
function busyOf({ is, sinceMs, durations }: WorkingAgent, nowMs: number): (random: Random) => number {
  const { pickUp, talk, wrapUp } = durations;
  const ageMs = Math.max(0, nowMs - sinceMs);
  switch (is) {
    case 'ready':
      return () => 0;
    case 'wrapup': {
      const from = firstAbove(wrapUp.sortedMs, ageMs);
      return (random) => remainingMs(wrapUp, random, ageMs, from);
    }
    case 'talking': {
      const from = firstAbove(talk.sortedMs, ageMs);
      return (random) => remainingMs(talk, random, ageMs, from) + remainingMs(wrapUp, random);
    }
    case 'ringing': {
      const from = firstAbove(pickUp.sortedMs, ageMs);
      return (random) =>
        remainingMs(pickUp, random, ageMs, from) + remainingMs(talk, random) + remainingMs(wrapUp, random);
    }
  }
}

/** Those who are served before this call. */
interface Line {
  /** The first who is still there and whom such an agent may take: how long he is busy with him; undefined = nobody. */
  take(takes: number, atMs: number): number | undefined;
}

function createLine({ durations, leavesPerMs }: WaitQuestion, places: PlacesByKind, random: Random): Line {
  const next = new Int32Array(places.length);

  /** The kind of the first of all he may take. */
  function firstKind(takes: number): number {
    let [best, first] = [-1, Infinity];
    for (let kind = 0; kind < places.length; kind += 1) {
      const place = (takes & (1 << kind)) === 0 ? undefined : places[kind]?.[next[kind] ?? 0];
      if (place !== undefined && place < first) [best, first] = [kind, place];
    }
    return best;
  }

  return {
    take(takes, atMs) {
      for (let kind = firstKind(takes); kind >= 0; kind = firstKind(takes)) {
        next[kind] = (next[kind] ?? 0) + 1;
        const patience = random();
        const servesMs =
          remainingMs(durations.pickUp, random) +
          remainingMs(durations.talk, random) +
          remainingMs(durations.wrapUp, random);
        if (leavesPerMs === 0 || -Math.log(1 - patience) >= leavesPerMs * atMs) return servesMs;
      }
      return undefined;
    },
  };
}

/** Of each kind, the places of its calls before this one. */
type PlacesByKind = readonly (readonly number[])[];

function placesByKind(ahead: readonly number[]): PlacesByKind {
  const places: number[][] = [];
  for (const [place, kind] of ahead.entries()) (places[kind] ??= []).push(place);
  return Array.from(places, (ofKind) => ofKind ?? []);
}

/** When each agent is free, in a heap: the first of them at its root. */
interface FreeTimes {
  /** Asks for each of them anew, in their order. */
  fill(freeMs: (agent: number) => number): void;
  /** The agent who is free first; -1 = nobody ever. */
  first(): number;
  atMs(agent: number): number;
  /** The first one is free then instead. */
  setFirst(atMs: number): void;
}

function createFreeTimes(size: number): FreeTimes {
  const times = new Float64Array(size);
  const heap = new Int32Array(size);
  const timeAt = (place: number) => times[heap[place] ?? 0] ?? Infinity;

  function sink(from: number): void {
    const agent = heap[from] ?? 0;
    const ms = times[agent] ?? Infinity;
    let place = from;
    for (let child = 2 * place + 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && timeAt(child + 1) < timeAt(child)) child += 1;
      if (timeAt(child) >= ms) break;
      heap[place] = heap[child] ?? 0;
      place = child;
    }
    heap[place] = agent;
  }

  return {
    fill(freeMs) {
      for (let agent = 0; agent < size; agent += 1) {
        times[agent] = freeMs(agent);
        heap[agent] = agent;
      }
      for (let place = (size >> 1) - 1; place >= 0; place -= 1) sink(place);
    },
    first: () => (timeAt(0) < Infinity ? (heap[0] ?? -1) : -1),
    atMs: (agent) => times[agent] ?? Infinity,
    setFirst(ms) {
      times[heap[0] ?? 0] = ms;
      sink(0);
    },
  };
}
