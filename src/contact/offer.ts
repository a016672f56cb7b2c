// How an offer to an agent can end, and the record of why this agent was chosen.
import type { AgentId, ContactId, QueueId } from './ids.js';
import type { Overflowed } from './overflow.js';

/**
 * How an offer ended without a talk (docs/outcomes.md has the table):
 * - `rona`: rang its full time unanswered; the agent becomes 未应答示忙;
 * - `declined`: 603, the agent pressed reject; counted;
 * - `busyOwnCall`: 486, on a call of his own; rests, not RONA;
 * - `doNotDisturb`: 480 sooner than the ring time; becomes 小休(其他);
 * - `unreachable`: no answer from the phone at all; off until it is heard of again;
 * - `misconfigured`: 488/606, no common codec and the like; alarm;
 * - `phoneFault`: rang, and then failed of itself (5xx and the like); rests;
 * - `callerGone`: the citizen hung up or was served otherwise; the agent is free again;
 * - `failed`: our own side failed (bridge, restart); the agent is free again.
 */
export type OfferOutcome =
  | 'rona'
  | 'declined'
  | 'busyOwnCall'
  | 'doNotDisturb'
  | 'unreachable'
  | 'misconfigured'
  | 'phoneFault'
  | 'callerGone'
  | 'failed';

/** Whom a queue prefers among those who may take its call. */
export const strategies = ['longestIdle', 'bestSkill', 'leastSkilled', 'leastBusy'] as const;
export type Strategy = (typeof strategies)[number];

/** The parts of an agent's score for one call. */
export interface AgentScore {
  readonly agentId: AgentId;
  /** The innermost open ring he belongs to; 0 = the call's own requirement. Comes before everything else. */
  readonly ring: number;
  /** Which choice of his the queue is, 1 = his first, or he has none. Comes before the strategy. */
  readonly choice: number;
  /** His levels in the skills asked for, added up. */
  readonly fit: number;
  /** All his levels, added up. */
  readonly total: number;
  /** Talk and wrap-up in the last hour. */
  readonly busyMs: number;
  readonly idleMs: number;
}

/** In which part of the score he was behind: `order` = equal in all, the smaller 工号 goes first. */
export const whysNotChosen = [
  'preferred',
  'ring',
  'choice',
  'fit',
  'total',
  'busy',
  'idle',
  'order',
] as const;
export type WhyNotChosen = (typeof whysNotChosen)[number];

/** Why this agent: kept with every offer, read by «why this agent?». */
export interface MatchDecision {
  readonly contactId: ContactId;
  readonly agentId: AgentId;
  readonly queueId: QueueId;
  /** Clauses of the requirement's language; plain names of skills in the simple case. */
  readonly requires: readonly string[];
  /** `preferred` = the agent who was cut off from this citizen a moment ago; else the queue's strategy. */
  readonly rule: 'preferred' | Strategy;
  /** The ring by which he was eligible; 0 = the call's own requirement. None in decisions of before there were rings. */
  readonly ring?: number;
  /** Rings open then, by number. */
  readonly openRings?: readonly number[];
  readonly waitedMs: number;
  /** 溢出: the queue the contact came from, and why; left out = from none. */
  readonly overflowed?: Overflowed;
  /** The contact's place when it was taken: 1 = first. */
  readonly place: number;
  /** Ready agents who might take it, best first, at most 10 of them; all but the one chosen with the reason why not. */
  readonly eligible: readonly ScoredAgent[];
  readonly eligibleCount: number;
  /** Signed in and able to take it, ready or not. */
  readonly signedInCount?: number;
  /** Everybody who was signed in, each once; none in decisions of before this was recorded. */
  readonly signedIn?: readonly RosterGroup[];
  /** Ready agents who were given other calls in the same moment; left out = none. */
  readonly reserved?: readonly AgentId[];
  /** In decisions of before everybody was recorded: some of the ready who might not take it. */
  readonly notEligible?: readonly { readonly agentId: AgentId; readonly lacks: readonly string[] }[];
}

/** Agents who stood alike to a call by what their skills and their choice of queues made of them. */
export interface RosterGroup {
  /** The innermost open ring they belonged to, 0 = the call's own requirement; left out = none that was open. */
  readonly ring?: number;
  /** Of those in no open one: the innermost ring that would have let them; left out = none. */
  readonly shut?: number;
  /** Of those in no ring at all: what they lacked of the call's own requirement. */
  readonly lacks?: readonly string[];
  /** In which choice of theirs the queue was; left out = the first. */
  readonly choice?: number;
  /** The figure of their skills that the strategy goes by: the levels asked for, or all their levels. */
  readonly figure?: number;
  /** 工号, state and since when of each, as `roster.ts` writes them. */
  readonly agents: string;
}

/** Decisions of before there were levels have the idle time alone. */
export type ScoredAgent = Pick<AgentScore, 'agentId' | 'idleMs'> &
  Partial<AgentScore> & { readonly why?: WhyNotChosen };
