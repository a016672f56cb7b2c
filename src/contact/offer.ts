// How an offer to an agent can end, and the record of why this agent was chosen.
import type { AgentId, ContactId, QueueId, SkillName } from './ids.js';

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

/** Why this agent: kept with every offer, read by «why this agent?». */
export interface MatchDecision {
  readonly contactId: ContactId;
  readonly agentId: AgentId;
  readonly queueId: QueueId;
  readonly requires: readonly SkillName[];
  /** `preferred` = the agent who was cut off from this citizen a moment ago. */
  readonly rule: 'preferred' | 'longestIdle';
  readonly waitedMs: number;
  /** The contact's place when it was taken: 1 = first. */
  readonly place: number;
  /** Ready agents holding every required skill, longest idle first, at most 10 of them. */
  readonly eligible: readonly { readonly agentId: AgentId; readonly idleMs: number }[];
  readonly eligibleCount: number;
  /** Ready agents passed over and the skills each lacks, at most 10 of them. */
  readonly notEligible: readonly { readonly agentId: AgentId; readonly lacks: readonly SkillName[] }[];
}
