// Who comes before whom in line, and a waiting citizen's place: how many of his queue would be served before him, plus one.
import type { AgentId, ContactId, QueueId, SkillName } from '../contact/ids.js';
import { compareText, rankIn } from './sorted-list.js';

/** A contact in line, as the matcher sees it. */
export interface WaitingContact {
  readonly contactId: ContactId;
  /** The contact's version: a proposal is committed only while it is still this. */
  readonly version: number;
  readonly queueId: QueueId;
  /** Skills the agent must all have; order and repetition mean nothing. */
  readonly requires: readonly SkillName[];
  /** Larger is served first. */
  readonly priority: number;
  /** Cut off from an agent by our fault. */
  readonly resumed: boolean;
  /** Until this instant the contact waits for this agent alone. */
  readonly prefer: { readonly agentId: AgentId; readonly untilMs: number } | null;
  /** The first time it was queued; kept through offers that fail. */
  readonly queuedAtMs: number;
  readonly arrivedAtMs: number;
}

/** The one order of service: priority, then those we cut off, then queued first, then arrived first, then id. */
export function compareInLine(one: WaitingContact, other: WaitingContact): number {
  return (
    other.priority - one.priority ||
    Number(other.resumed) - Number(one.resumed) ||
    one.queuedAtMs - other.queuedAtMs ||
    one.arrivedAtMs - other.arrivedAtMs ||
    compareText(one.contactId, other.contactId)
  );
}

/**
 * The place of a contact among those of its own queue, 1 = next; `queueLine` is sorted by {@link compareInLine}.
 * Other queues are left out although their contacts may want the same agents: a citizen understands only his own line.
 */
export function placeInLine(queueLine: readonly WaitingContact[], contact: WaitingContact): number {
  return rankIn(queueLine, contact, compareInLine) + 1;
}
