// The matcher's picture of its site: who waits and who is signed in, kept up to date change by change.
import type { AgentId, ContactId, QueueId } from '../contact/ids.js';
import { advanceAgents, askOf, dropOnDuty, newAgentIndex, putOnDuty } from './agent-index.js';
import { contestFor, type Contest } from './contest.js';
import { matchIndexed, type Proposal } from './match.js';
import type { AgentOnDuty } from './on-duty.js';
import type { WaitingContact } from './place.js';
import { widest, type Routing } from './rings.js';
import { advanceWaiting, dropWaiting, newWaitingLines, putWaiting, rankIn } from './waiting-lines.js';

export type { Routing } from './rings.js';

/** One queue as a board shows it. */
export interface QueueView {
  readonly waiting: number;
  /** The instant the longest waiting contact was first queued; null when nobody waits. */
  readonly longestSinceMs: number | null;
}

/** Everybody who waits and everybody who is signed in, in any order. */
export interface MatchInput {
  readonly nowMs: number;
  readonly routing: Routing;
  readonly waiting: readonly WaitingContact[];
  readonly agents: readonly AgentOnDuty[];
}

/**
 * What the matcher knows. Putting a contact or an agent again replaces what was known; dropping an unknown one is nothing.
 * Instants never go back.
 */
export interface QueueModel {
  putContact(contact: WaitingContact, nowMs: number): void;
  dropContact(contactId: ContactId): void;
  /** An agent who is signed in, ready or not. */
  putAgent(agent: AgentOnDuty, nowMs: number): void;
  dropAgent(agentId: AgentId): void;
  /** Always what {@link match} would say of the same contacts and agents. Changes nothing that can be seen. */
  propose(nowMs: number): readonly Proposal[];
  /** When time alone may bring about a pair: a ring opens, a preference ends, busy time is forgotten. */
  nextChangeAtMs(): number | null;
  /** 1 = next of its queue; null when it does not wait. */
  placeOf(contactId: ContactId): number | null;
  /** The place that a contact has or would have among those of its queue. */
  placeFor(contact: WaitingContact): number;
  queueView(queueId: QueueId): QueueView;
  /** Who is served before a contact, be it in line or about to be, and who may take it. */
  contest(contact: WaitingContact, nowMs: number): Contest;
  /** Everybody who is signed in. */
  onDuty(): readonly AgentOnDuty[];
  /** Agents signed in who may take a queue's calls, by its requirement or by any of its rings. */
  cover(queueId: QueueId, requires: readonly string[]): number;
  counts(): { readonly waiting: number; readonly signedIn: number; readonly ready: number };
  /** Another configuration: everything known is put in its place anew. */
  reroute(routing: Routing, nowMs: number): void;
}

/** An empty picture. */
export function createQueueModel(routing: Routing): QueueModel {
  let agents = newAgentIndex();
  let lines = newWaitingLines(agents, routing);
  return {
    putContact: (contact, nowMs) => putWaiting(lines, contact, nowMs),
    dropContact: (contactId) => dropWaiting(lines, contactId),
    putAgent: (agent, nowMs) => putOnDuty(agents, agent, nowMs),
    dropAgent: (agentId) => dropOnDuty(agents, agentId),
    propose(nowMs) {
      advanceAgents(agents, nowMs);
      advanceWaiting(lines, nowMs);
      return matchIndexed(nowMs, lines, agents);
    },
    nextChangeAtMs() {
      const dueMs = Math.min(lines.due.at(0)?.dueMs ?? Infinity, agents.due.at(0)?.dueMs ?? Infinity);
      return dueMs < Infinity ? dueMs : null;
    },
    placeOf(contactId) {
      const contact = lines.byId.get(contactId)?.contact;
      const queue = contact && lines.byQueue.get(contact.queueId);
      return contact && queue ? queue.inOrder.rankOf(contact) + 1 : null;
    },
    placeFor: (contact) => (lines.byQueue.get(contact.queueId)?.inOrder.rankOf(contact) ?? 0) + 1,
    queueView(queueId) {
      const queue = lines.byQueue.get(queueId);
      return {
        waiting: queue?.inOrder.size ?? 0,
        longestSinceMs: queue?.byTime.at(0)?.queuedAtMs ?? null,
      };
    },
    contest: (contact, nowMs) => contestFor(lines, contact, nowMs),
    onDuty: () => [...agents.byId.values()].map(({ agent }) => agent),
    cover(queueId, requires) {
      const { rings } = lines.routingOf(queueId);
      return askOf(agents, widest(requires, rings), rankIn(lines, queueId)).signedIn;
    },
    counts: () => ({ waiting: lines.byId.size, signedIn: agents.byId.size, ready: agents.byIdle.size }),
    reroute(next, nowMs) {
      const known = { contacts: [...lines.byId.values()], agents: [...agents.byId.values()] };
      agents = newAgentIndex();
      lines = newWaitingLines(agents, next);
      for (const { agent } of known.agents) putOnDuty(agents, agent, nowMs);
      for (const { contact } of known.contacts) putWaiting(lines, contact, nowMs);
    },
  };
}

/** The pairs of this moment, from scratch. Same input in any order, same proposals in the order of service. */
export function match({ nowMs, routing, waiting, agents }: MatchInput): readonly Proposal[] {
  const model = createQueueModel(routing);
  for (const contact of waiting) model.putContact(contact, nowMs);
  for (const agent of agents) model.putAgent(agent, nowMs);
  return model.propose(nowMs);
}
