// Decides which waiting contact goes to which ready agent.
import type { AgentId, ContactId, DeviceId } from '../contact/ids.js';
import type { MatchDecision } from '../contact/offer.js';
import { readyIn, type AgentEntry, type AgentIndex } from './agent-index.js';
import { decisionOf } from './decision.js';
import { freeIn, type Pass, type Reach } from './pass.js';
import type { WaitingContact } from './place.js';
import { createSortedList, type SortedList } from './sorted-list.js';
import { askOfRing, openRings, unionOf, type Line, type WaitingLines } from './waiting-lines.js';

/** One contact to one agent; true only while both versions are. */
export interface Proposal {
  readonly contactId: ContactId;
  readonly contactVersion: number;
  readonly agentId: AgentId;
  readonly agentVersion: number;
  readonly deviceId: DeviceId;
  readonly decision: MatchDecision;
}

/** A list being served: `at` is the rank of its first contact not yet looked at. */
interface Runner {
  readonly contacts: SortedList<WaitingContact>;
  /** `null` for those who wait for one agent: they may be of several lines. */
  readonly reach: Reach | null;
  readonly at: number;
  readonly head: WaitingContact;
}

interface Choice {
  readonly entry: AgentEntry;
  readonly rule: MatchDecision['rule'];
}

/**
 * Serves the contacts in the order of service, each by the best agent for it: of the innermost open ring, then by the
 * agents' choices of queues, then by the queue's strategy. A contact that nobody ready can take does not stop the next. A contact with a preferred agent waits for
 * him alone until that time is over. The work grows with the pairs made and the lines that differ, not with who waits.
 */
export function matchIndexed(nowMs: number, lines: WaitingLines, agents: AgentIndex): readonly Proposal[] {
  if (agents.byIdle.size === 0 || lines.byId.size === 0) return [];
  const pass: Pass = {
    nowMs,
    lines,
    agents,
    taken: new Set(),
    takenOf: new Map(),
    takenFromQueue: new Map(),
    firstFree: new Map(),
  };
  const runners = createSortedList<Runner>((one, other) => lines.order(one.head, other.head));
  for (const runner of [...plainRunners(pass), ...preferringRunners(pass)]) runners.put(runner);
  const proposals: Proposal[] = [];
  for (let next = runners.at(0); next !== undefined; next = runners.at(0)) {
    runners.drop(next);
    const reach = next.reach ?? reachOfContact(pass, next.head);
    const choice = next.reach === null ? preferred(pass, next.head, reach) : bestFree(pass, reach);
    if (choice !== undefined) proposals.push(take(pass, next.head, reach, choice));
    // Nobody is left for any of this line.
    else if (next.reach !== null) continue;
    const following = runnerAt(next.contacts, next.reach, next.at + 1);
    if (following !== undefined) runners.put(following);
  }
  return proposals;
}

function plainRunners(pass: Pass): readonly Runner[] {
  return [...pass.lines.filled].flatMap((line) => {
    const reach = reachOf(pass, line);
    return freeIn(pass, reach.union) > 0 ? (runnerAt(line.contacts, reach, 0) ?? []) : [];
  });
}

/** Only of agents who are ready: the fewer of the two are walked. */
function preferringRunners({ lines, agents }: Pass): readonly Runner[] {
  const { preferring } = lines;
  const ready =
    preferring.size <= agents.byIdle.size
      ? [...preferring].filter(([agentId]) => agents.byId.get(agentId)?.agent.ready)
      : [...agents.byIdle].flatMap(({ agent: { agentId } }) => {
          const list = preferring.get(agentId);
          return list === undefined ? [] : [[agentId, list] as const];
        });
  return ready.flatMap(([, list]) => runnerAt(list, null, 0) ?? []);
}

function runnerAt(contacts: SortedList<WaitingContact>, reach: Reach | null, at: number): Runner | undefined {
  const head = contacts.at(at);
  return head && { contacts, reach, at, head };
}

function reachOf(pass: Pass, line: Line): Reach {
  const open = openRings(pass.lines, line);
  return { line, open, union: unionOf(pass.lines, line, open), by: line.kind.by };
}

function reachOfContact(pass: Pass, contact: WaitingContact): Reach {
  const entry = pass.lines.byId.get(contact.contactId);
  if (entry === undefined) throw new RangeError('a contact outside the index');
  return reachOf(pass, entry.line);
}

function preferred(pass: Pass, { prefer }: WaitingContact, { union }: Reach): Choice | undefined {
  const entry = prefer === null ? undefined : pass.agents.byId.get(prefer.agentId);
  if (entry === undefined || !entry.agent.ready || pass.taken.has(entry.agent.agentId)) return undefined;
  return entry.set.met.has(union) ? { entry, rule: 'preferred' } : undefined;
}

function bestFree(pass: Pass, reach: Reach): Choice | undefined {
  if (freeIn(pass, reach.union) === 0) return undefined;
  for (const ring of [0, ...reach.open]) {
    const ask = askOfRing(reach.line, ring);
    if (freeIn(pass, ask) === 0) continue;
    const entry = firstFreeIn(pass, readyIn(ask, reach.by));
    if (entry !== undefined) return { entry, rule: reach.by.strategy };
  }
  return undefined;
}

function firstFreeIn(pass: Pass, list: SortedList<AgentEntry>): AgentEntry | undefined {
  let rank = pass.firstFree.get(list) ?? 0;
  let entry = list.at(rank);
  while (entry !== undefined && pass.taken.has(entry.agent.agentId)) {
    rank += 1;
    entry = list.at(rank);
  }
  pass.firstFree.set(list, rank);
  return entry;
}

function take(pass: Pass, contact: WaitingContact, reach: Reach, { entry, rule }: Choice): Proposal {
  const { agent } = entry;
  // Written before the agent counts as taken: he is among the eligible.
  const decision = decisionOf(pass, contact, reach, entry, rule);
  pass.taken.add(agent.agentId);
  for (const [ask, count] of pass.takenOf) if (entry.set.met.has(ask)) pass.takenOf.set(ask, count + 1);
  const { queueId } = contact;
  pass.takenFromQueue.set(queueId, (pass.takenFromQueue.get(queueId) ?? 0) + 1);
  return {
    contactId: contact.contactId,
    contactVersion: contact.version,
    agentId: agent.agentId,
    agentVersion: agent.version,
    deviceId: agent.deviceId,
    decision,
  };
}
