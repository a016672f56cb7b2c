// Decides whether a PIN is right; who guesses is slowed down.
import type { AgentId } from '../contact/ids.js';
import { createAttempts, type Attempts } from './attempts.js';

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

/** A check over the agents' PINs; `attempts` is shared with whatever else people prove themselves by. */
export function createPinCheck(pinOf: PinBook, attempts: Attempts = createAttempts()): PinCheck {
  const check = ({ agentId, pin, from }: PinAttempt, nowMs: number): PinVerdict => {
    const attempt = { who: agentId, from };
    if (attempts.isLocked(attempt, nowMs)) return 'locked';
    if (isRight(pinOf(agentId), pin)) {
      attempts.clear(attempt);
      return 'right';
    }
    attempts.fail(attempt, nowMs);
    return attempts.isLocked(attempt, nowMs) ? 'locked' : 'wrong';
  };
  return Object.assign(check, { forgive: (agentId: AgentId) => attempts.forgive(agentId) });
}

function isRight(right: string | undefined, given: string): boolean {
  return equalInConstantTime(given, right ?? '') && right !== undefined && right !== '';
}

/** The time taken tells at most the length of the given text. */
function equalInConstantTime(given: string, right: string): boolean {
  let difference = given.length ^ right.length;
  for (let at = 0; at < given.length; at += 1) {
    difference |= given.charCodeAt(at) ^ right.charCodeAt(at % (right.length || 1));
  }
  return difference === 0;
}
