// Who comes before whom in line.
import type { AgentId, ContactId, QueueId } from '../contact/ids.js';
import type { Overflowed } from '../contact/overflow.js';
import { compareText, type Order } from './sorted-list.js';

/** A contact in line, as the matcher sees it. */
export interface WaitingContact {
  readonly contactId: ContactId;
  /** The contact's version: a proposal is committed only while it is still this. */
  readonly version: number;
  readonly queueId: QueueId;
  /** What it asks of an agent by its queue and its flow: clauses that must all hold. */
  readonly requires: readonly string[];
  /** Those of them that the queue's rings do not give up: what its flow asks beside the queue. */
  readonly also: readonly string[];
  /** Larger is served first, as far as {@link orderOfService} lets it. */
  readonly priority: number;
  /** Cut off from an agent by our fault. */
  readonly resumed: boolean;
  /** Until this instant the contact waits for this agent alone. */
  readonly prefer: { readonly agentId: AgentId; readonly untilMs: number } | null;
  /** How many were queued at the site before it; kept through offers that fail. */
  readonly turn: number;
  /** The first time it was queued; kept through offers that fail. */
  readonly queuedAtMs: number;
  readonly arrivedAtMs: number;
  /** 溢出: it came here from another queue. */
  readonly overflowed?: Overflowed;
}

/**
 * The one order of service: those we cut off, then by turn, a step of priority being worth `placesPerPriority` turns. So a
 * contact is overtaken by no more than {@link overtakenAtMost} that were queued after it, however many come: with each that
 * is queued it has come one turn nearer. The order of two contacts never changes while they wait.
 */
export function orderOfService(placesPerPriority: number): Order<WaitingContact> {
  return (one, other) =>
    Number(other.resumed) - Number(one.resumed) ||
    one.turn - other.turn - placesPerPriority * (one.priority - other.priority) ||
    one.turn - other.turn ||
    one.queuedAtMs - other.queuedAtMs ||
    one.arrivedAtMs - other.arrivedAtMs ||
    compareText(one.contactId, other.contactId);
}

/**
 * The starvation bound: how many contacts queued later, and not cut off by us, can at most be given an agent who could have
 * taken one of this priority at that moment.
 */
export function overtakenAtMost(priority: number, highest: number, placesPerPriority: number): number {
  return Math.max(0, (highest - priority) * placesPerPriority - 1);
}
