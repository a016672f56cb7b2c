// The agent a caller talked with last, waited for alone at first where the queue has it so. Pure.
import type { Arrival, Place } from './contact.js';
import type { QueueRequest } from './flow-turn.js';
import type { AgentId } from './ids.js';

/** A queue's rule. */
export interface StickyRule {
  /** His last talk is not older. */
  readonly withinMs: number;
  /** He is waited for alone so long. */
  readonly waitMs: number;
}

/** Whom a place in line waits for first: nobody who cannot be free in time, or could not take the call. */
export function stickyPreference(
  { lastTalk }: Pick<Arrival, 'lastTalk'>,
  request: QueueRequest,
  rule: StickyRule | undefined,
  { nowMs, comesFree }: { readonly nowMs: number; readonly comesFree: ComesFree },
): Place['prefer'] {
  if (rule === undefined || lastTalk === undefined || lastTalk.atMs < nowMs - rule.withinMs) return null;
  const { agentId } = lastTalk;
  return comesFree(agentId, request) ? { agentId, untilMs: nowMs + rule.waitMs } : null;
}

/** Whether an agent is at work, at a phone that answers, and may take such a call. */
export type ComesFree = (agentId: AgentId, request: QueueRequest) => boolean;
