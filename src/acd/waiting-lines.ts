// The waiting contacts, indexed for matching: a line for all that ask the same and have waited into the same rings.
import type { AgentId, ContactId, QueueId } from '../contact/ids.js';
import { requirementOf } from '../contact/requirement.js';
import { askOf, type AgentIndex, type Ask, type RankBy, type SkillSet } from './agent-index.js';
import type { RosterGroup } from '../contact/offer.js';
import { orderOfService, type WaitingContact } from './place.js';
import { plainRouting, ringRequirement, widened, type QueueRouting, type Routing } from './rings.js';
import { compareText, createSortedList, type Order, type SortedList } from './sorted-list.js';

/** All sets of skills by how they stand to a line's contacts, as long as no set comes or goes. */
export interface SetGroups {
  readonly setsSeen: number;
  readonly groups: readonly SetGroup[];
}

/** Sets whose agents stand alike. */
export interface SetGroup {
  readonly stands: Omit<RosterGroup, 'agents'>;
  readonly sets: readonly SkillSet[];
}

/** Contacts of one queue that ask the same. */
interface LineKind {
  readonly queueId: QueueId;
  readonly routing: QueueRouting;
  readonly by: RankBy;
  readonly own: Ask;
  /** One for each ring of the queue. */
  readonly rings: readonly Ask[];
  /** Everybody who may take them, by which rings are open. */
  readonly unions: Map<string, Ask>;
  /** By which rings are open. */
  readonly groups: Map<string, SetGroups>;
  /** The rings' times, least first. */
  readonly timesMs: readonly number[];
  readonly lines: Map<number, Line>;
}

/** Contacts of one kind that have waited past the same `stage` of its times. */
export interface Line {
  readonly kind: LineKind;
  readonly stage: number;
  readonly contacts: SortedList<WaitingContact>;
}

interface WaitingEntry {
  readonly contact: WaitingContact;
  readonly line: Line;
  /** Waits for one agent alone. */
  readonly preferring: boolean;
  /** When a ring opens for it or its waiting for one agent is over. */
  readonly dueMs: number;
}

interface QueueLine {
  readonly inOrder: SortedList<WaitingContact>;
  readonly byTime: SortedList<WaitingContact>;
}

/** The index. Changed only by the functions below. */
export interface WaitingLines {
  readonly order: Order<WaitingContact>;
  readonly routingOf: (queueId: QueueId) => QueueRouting;
  /** Some agent has a choice among queues. */
  readonly choices: boolean;
  readonly agents: AgentIndex;
  readonly byId: Map<ContactId, WaitingEntry>;
  readonly byQueue: Map<QueueId, QueueLine>;
  readonly kinds: Map<string, LineKind>;
  /** Lines with somebody in them. */
  readonly filled: Set<Line>;
  /** Contacts that wait for one agent alone, by him. */
  readonly preferring: Map<AgentId, SortedList<WaitingContact>>;
  readonly due: SortedList<WaitingEntry>;
}

/** An empty index over these agents. */
export function newWaitingLines(
  agents: AgentIndex,
  { queues, choices = false, placesPerPriority }: Routing,
): WaitingLines {
  return {
    order: orderOfService(placesPerPriority),
    routingOf: (queueId) => queues.get(queueId) ?? plainRouting,
    choices,
    agents,
    byId: new Map(),
    byQueue: new Map(),
    kinds: new Map(),
    filled: new Set(),
    preferring: new Map(),
    due: createSortedList<WaitingEntry>(
      (one, other) => one.dueMs - other.dueMs || compareText(one.contact.contactId, other.contact.contactId),
    ),
  };
}

/** Whom a queue prefers. */
export function rankIn({ routingOf, choices }: WaitingLines, queueId: QueueId): RankBy {
  return { strategy: routingOf(queueId).strategy, chosen: choices ? queueId : null };
}

/** Adds a contact, or replaces what was known of it. */
export function putWaiting(lines: WaitingLines, contact: WaitingContact, nowMs: number): void {
  dropWaiting(lines, contact.contactId);
  const queue = queueLineOf(lines, contact.queueId);
  queue.inOrder.put(contact);
  queue.byTime.put(contact);
  place(lines, contact, nowMs);
}

/** Forgets a contact; does nothing for one that is not waiting. */
export function dropWaiting(lines: WaitingLines, contactId: ContactId): void {
  const entry = lines.byId.get(contactId);
  if (entry === undefined) return;
  displace(lines, entry);
  lines.byId.delete(contactId);
  const { contact } = entry;
  const queue = queueLineOf(lines, contact.queueId);
  queue.inOrder.drop(contact);
  queue.byTime.drop(contact);
  if (queue.inOrder.size === 0) lines.byQueue.delete(contact.queueId);
}

/** Moves contacts whose time has come into the line where they now belong. */
export function advanceWaiting(lines: WaitingLines, nowMs: number): void {
  for (let first = lines.due.at(0); first !== undefined && first.dueMs <= nowMs; first = lines.due.at(0)) {
    displace(lines, first);
    place(lines, first.contact, nowMs);
  }
}

/** Which rings are open for a line now, by number from 1. */
export function openRings(lines: WaitingLines, { kind, stage }: Line): readonly number[] {
  const waiting = lines.byQueue.get(kind.queueId)?.inOrder.size ?? 0;
  const passedMs = kind.timesMs[stage - 1] ?? -1;
  return kind.routing.rings.flatMap((ring, index) => {
    const byTime = ring.afterMs !== null && ring.afterMs <= passedMs;
    const byCover = ring.fewerThan !== null && kind.own.signedIn < ring.fewerThan;
    const byPlace = ring.placeAbove !== null && waiting > ring.placeAbove;
    return byTime || byCover || byPlace ? [index + 1] : [];
  });
}

/** The requirement of a ring, 0 = the call's own. */
export function askOfRing({ kind }: Line, ring: number): Ask {
  return ring === 0 ? kind.own : (kind.rings[ring - 1] ?? kind.own);
}

/** Everybody who may take a line's contacts with these rings open. */
export function unionOf(lines: WaitingLines, { kind }: Line, open: readonly number[]): Ask {
  if (open.length === 0) return kind.own;
  const key = open.join(',');
  const known = kind.unions.get(key);
  if (known !== undefined) return known;
  const rings = open.flatMap((ring) => kind.rings[ring - 1]?.requirement ?? []);
  const ask = askOf(lines.agents, widened(kind.own.requirement, rings), kind.by);
  kind.unions.set(key, ask);
  return ask;
}

/** The line in which a contact stands now, or would stand. */
export function lineFor(lines: WaitingLines, contact: WaitingContact, nowMs: number): Line {
  const kind = kindOf(lines, contact);
  const waitedMs = nowMs - contact.queuedAtMs;
  return lineOf(lines, kind, kind.timesMs.filter((timeMs) => timeMs <= waitedMs).length);
}

function place(lines: WaitingLines, contact: WaitingContact, nowMs: number): void {
  const line = lineFor(lines, contact, nowMs);
  const { kind, stage } = line;
  const preferring = contact.prefer !== null && nowMs < contact.prefer.untilMs;
  const nextMs = kind.timesMs[stage];
  const dueMs = Math.min(
    nextMs === undefined ? Infinity : contact.queuedAtMs + nextMs,
    preferring ? (contact.prefer?.untilMs ?? Infinity) : Infinity,
  );
  const entry: WaitingEntry = { contact, line, preferring, dueMs };
  lines.byId.set(contact.contactId, entry);
  if (dueMs < Infinity) lines.due.put(entry);
  if (preferring && contact.prefer !== null) preferringFor(lines, contact.prefer.agentId).put(contact);
  else {
    line.contacts.put(contact);
    lines.filled.add(line);
  }
}

function displace(lines: WaitingLines, { contact, line, preferring, dueMs }: WaitingEntry): void {
  if (dueMs < Infinity) lines.due.drop({ contact, line, preferring, dueMs });
  if (preferring && contact.prefer !== null) {
    const list = preferringFor(lines, contact.prefer.agentId);
    list.drop(contact);
    if (list.size === 0) lines.preferring.delete(contact.prefer.agentId);
  } else {
    line.contacts.drop(contact);
    if (line.contacts.size === 0) lines.filled.delete(line);
  }
}

function kindOf(lines: WaitingLines, { queueId, requires, also }: WaitingContact): LineKind {
  const key = JSON.stringify([queueId, requires, also]);
  const known = lines.kinds.get(key);
  if (known !== undefined) return known;
  const routing = lines.routingOf(queueId);
  const by = rankIn(lines, queueId);
  const ask = (requirement: ReturnType<typeof requirementOf>) => askOf(lines.agents, requirement, by);
  const times = routing.rings.flatMap(({ afterMs }) => (afterMs === null ? [] : [afterMs]));
  const kind: LineKind = {
    queueId,
    routing,
    by,
    own: ask(requirementOf(requires)),
    rings: routing.rings.map((ring) => ask(ringRequirement(ring, also))),
    unions: new Map(),
    groups: new Map(),
    timesMs: [...new Set(times)].sort((one, other) => one - other),
    lines: new Map(),
  };
  lines.kinds.set(key, kind);
  return kind;
}

function lineOf(lines: WaitingLines, kind: LineKind, stage: number): Line {
  const known = kind.lines.get(stage);
  if (known !== undefined) return known;
  const line: Line = { kind, stage, contacts: createSortedList(lines.order) };
  kind.lines.set(stage, line);
  return line;
}

function queueLineOf(lines: WaitingLines, queueId: QueueId): QueueLine {
  const known = lines.byQueue.get(queueId);
  if (known !== undefined) return known;
  const queue: QueueLine = {
    inOrder: createSortedList(lines.order),
    byTime: createSortedList(
      (one, other) => one.queuedAtMs - other.queuedAtMs || compareText(one.contactId, other.contactId),
    ),
  };
  lines.byQueue.set(queueId, queue);
  return queue;
}

function preferringFor(lines: WaitingLines, agentId: AgentId): SortedList<WaitingContact> {
  const known = lines.preferring.get(agentId);
  if (known !== undefined) return known;
  const list = createSortedList(lines.order);
  lines.preferring.set(agentId, list);
  return list;
}
