// The matcher's picture of its site: who waits and who is ready, kept up to date change by change.
import type { AgentId, ContactId, QueueId } from '../contact/ids.js';
import { matchIndexed, type Proposal } from './match.js';
import { placeInLine, type WaitingContact } from './place.js';
import { dropReady, newReadyAgents, putReady, type ReadyAgent } from './ready-agents.js';
import { dropWaiting, newWaitingLines, putWaiting } from './waiting-lines.js';

/** One queue as a board shows it. */
export interface QueueView {
  readonly waiting: number;
  /** The instant the longest waiting contact was first queued; null when nobody waits. */
  readonly longestSinceMs: number | null;
}

/** What the matcher knows. Putting a contact or an agent again replaces what was known; dropping an unknown one is nothing. */
export interface QueueModel {
  putContact(contact: WaitingContact): void;
  dropContact(contactId: ContactId): void;
  putAgent(agent: ReadyAgent): void;
  dropAgent(agentId: AgentId): void;
  /** Always what {@link match} would say of the same contacts and agents. Changes nothing. */
  propose(nowMs: number): readonly Proposal[];
  /** 1 = next of its queue; null when it does not wait. */
  placeOf(contactId: ContactId): number | null;
  queueView(queueId: QueueId): QueueView;
  counts(): { readonly waiting: number; readonly ready: number };
}

/** An empty picture. */
export function createQueueModel(): QueueModel {
  const lines = newWaitingLines();
  const ready = newReadyAgents();
  return {
    putContact: (contact) => putWaiting(lines, contact),
    dropContact: (contactId) => dropWaiting(lines, contactId),
    putAgent: (agent) => putReady(ready, agent),
    dropAgent: (agentId) => dropReady(ready, agentId),
    propose: (nowMs) => matchIndexed(nowMs, lines, ready),
    placeOf: (contactId) => {
      const contact = lines.byId.get(contactId);
      if (contact === undefined) return null;
      return placeInLine(lines.byQueue.get(contact.queueId) ?? [], contact);
    },
    queueView: (queueId) => viewOf(lines.byQueue.get(queueId) ?? []),
    counts: () => ({ waiting: lines.byId.size, ready: ready.byId.size }),
  };
}

/** The head of a line need not have waited longest: priority goes before time. */
function viewOf(queueLine: readonly WaitingContact[]): QueueView {
  let longestSinceMs: number | null = null;
  for (const { queuedAtMs } of queueLine) {
    if (longestSinceMs === null || queuedAtMs < longestSinceMs) longestSinceMs = queuedAtMs;
  }
  return { waiting: queueLine.length, longestSinceMs };
}
