// Decides whether a PIN is right, and slows down whoever guesses: failures are counted by agent, by place and by both.
import type { AgentId } from '../contact/ids.js';

/** `locked`: too many failures; wait, or ask the supervisor. */
export type PinVerdict = 'right' | 'wrong' | 'locked';

/** One try. */
export interface PinAttempt {
  readonly agentId: AgentId;
  readonly pin: string;
  /** Where it came from: a device's id or a network address. */
  readonly from: string;
}

/** Checks a PIN and remembers failures. An unknown agent is told the same as a wrong PIN. */
export interface PinCheck {
  (attempt: PinAttempt, nowMs: number): PinVerdict;
  /** Forgets this agent's own failures: he was given a new PIN. Those of a place stay. */
  forgive(agentId: AgentId): void;
}

/** The right PIN of an agent, or undefined for an unknown one. */
export type PinBook = (agentId: AgentId) => string | undefined;

/** Failures that lock (all ASSUMED). A place is shared by many agents, an agent is known at many places: these bear more. */
export interface PinLimits {
  readonly agentAtPlace: number;
  readonly agent: number;
  readonly place: number;
  /** Counted from the last failure; a lock ends by itself after it. */
  readonly lockMs: number;
}

/** 5 failures lock an agent at one place for 10 min, 20 an agent everywhere, 30 a place for everybody. */
export const defaultPinLimits: PinLimits = { agentAtPlace: 5, agent: 20, place: 30, lockMs: 600_000 };

interface Failures {
  readonly count: number;
  readonly untilMs: number;
}

/** More counters than this: the lapsed ones are forgotten. */
const maxCounters = 10_000;

/** A check over the agents' PINs. Failures are kept in memory: a restart forgives. */
export function createPinCheck(pinOf: PinBook, limits: PinLimits = defaultPinLimits): PinCheck {
  const failures = new Map<string, Failures>();

  function countOf(key: string, nowMs: number): number {
    const known = failures.get(key);
    return known === undefined || known.untilMs <= nowMs ? 0 : known.count;
  }

  function forgetLapsed(nowMs: number): void {
    for (const [key, { untilMs }] of failures) if (untilMs <= nowMs) failures.delete(key);
  }

  const check = (attempt: PinAttempt, nowMs: number): PinVerdict => {
    const counters = countersOf(attempt, limits);
    const isLocked = () => counters.some(({ key, limit }) => countOf(key, nowMs) >= limit);
    if (isLocked()) return 'locked';
    if (isRight(pinOf, attempt)) {
      for (const { key, clearedByRight } of counters) if (clearedByRight) failures.delete(key);
      return 'right';
    }
    if (failures.size > maxCounters) forgetLapsed(nowMs);
    for (const { key } of counters) {
      failures.set(key, { count: countOf(key, nowMs) + 1, untilMs: nowMs + limits.lockMs });
    }
    return isLocked() ? 'locked' : 'wrong';
  };

  function forgive(agentId: AgentId): void {
    for (const key of failures.keys())
      if ((JSON.parse(key) as readonly unknown[])[0] === agentId) failures.delete(key);
  }

  return Object.assign(check, { forgive });
}

/** A right PIN clears its own pair only: else a guesser with a PIN of his own could guess for ever. */
function countersOf({ agentId, from }: PinAttempt, limits: PinLimits) {
  return [
    { key: JSON.stringify([agentId, from]), limit: limits.agentAtPlace, clearedByRight: true },
    { key: JSON.stringify([agentId]), limit: limits.agent, clearedByRight: false },
    { key: JSON.stringify([null, from]), limit: limits.place, clearedByRight: false },
  ];
}

function isRight(pinOf: PinBook, { agentId, pin }: PinAttempt): boolean {
  const right = pinOf(agentId) ?? '';
  return equalInConstantTime(pin, right) && right !== '';
}

/** The time taken tells at most the length of the given text. */
function equalInConstantTime(given: string, right: string): boolean {
  let difference = given.length ^ right.length;
  for (let at = 0; at < given.length; at += 1) {
    difference |= given.charCodeAt(at) ^ right.charCodeAt(at % (right.length || 1));
  }
  return difference === 0;
}
