// The agents who are signed in, indexed by what calls ask: for every requirement in use, who meets it, best first.
import type { AgentId, QueueId } from '../contact/ids.js';
import type { Strategy } from '../contact/offer.js';
import {
  fitOf,
  lackedBy,
  meets,
  requirementText,
  type Requirement,
  type SkillLevels,
} from '../contact/requirement.js';
import { choiceOf } from './choice.js';
import type { AgentOnDuty } from './on-duty.js';
import { dropLine, newRoster, putLine, rosterText, type Roster } from './roster.js';
import { compareText, createSortedList, type SortedList } from './sorted-list.js';
import { busyChangesAtMs, busyMsOf, compareBy, totalOf } from './strategy.js';

/** One requirement in use. */
export interface Ask {
  readonly requirement: Requirement;
  /** Signed in who meet it, ready or not. */
  signedIn: number;
  /** The ready ones by order, best first; each has them all. */
  readonly ready: ReadonlyMap<string, SortedList<AgentEntry>>;
}

/** Whom a queue prefers: by its strategy, and before that by the agents' choices of queues where any has one. */
export interface RankBy {
  readonly strategy: Strategy;
  /** Null: nobody has a choice. */
  readonly chosen: QueueId | null;
}

/** All agents with the same levels and the same choices of queues. */
export interface SkillSet {
  readonly key: string;
  readonly skills: SkillLevels;
  readonly prefers: readonly QueueId[] | undefined;
  readonly total: number;
  /** Which requirements they meet, and how well they fit them. */
  readonly met: Map<Ask, number>;
  /** What they lack of requirements they do not meet, as far as it was asked. */
  readonly lacked: Map<Ask, readonly string[]>;
  readonly entries: Set<AgentEntry>;
  readonly roster: Roster;
}

/** A signed-in agent in the index. */
export interface AgentEntry {
  readonly agent: AgentOnDuty;
  readonly set: SkillSet;
  readonly busyMs: number;
  /** When `busyMs` is to be read anew. */
  readonly dueMs: number;
}

/** The index. Changed only by the functions below. */
export interface AgentIndex {
  readonly byId: Map<AgentId, AgentEntry>;
  /** The ready ones, longest idle first. */
  readonly byIdle: SortedList<AgentEntry>;
  readonly due: SortedList<AgentEntry>;
  readonly sets: Map<string, SkillSet>;
  readonly asks: Map<string, Ask>;
  /** Grows with every set that comes or goes. */
  setsSeen: number;
}

/** An empty index. */
export function newAgentIndex(): AgentIndex {
  const idle = (one: AgentEntry, other: AgentEntry) =>
    one.agent.idleSinceMs - other.agent.idleSinceMs || compareText(one.agent.agentId, other.agent.agentId);
  const due = (one: AgentEntry, other: AgentEntry) =>
    one.dueMs - other.dueMs || compareText(one.agent.agentId, other.agent.agentId);
  return {
    byId: new Map(),
    byIdle: createSortedList(idle),
    due: createSortedList(due),
    sets: new Map(),
    asks: new Map(),
    setsSeen: 0,
  };
}

/** Adds an agent, or replaces what was known of him. The work grows with the requirements he meets. */
export function putOnDuty(index: AgentIndex, agent: AgentOnDuty, nowMs: number): void {
  const before = takeOut(index, agent.agentId);
  const set = skillSetOf(index, agent);
  if (before !== undefined && before !== set) {
    dropLine(before.roster, agent.agentId);
    dropIfEmpty(index, before);
  }
  const entry: AgentEntry = {
    agent,
    set,
    busyMs: busyMsOf(agent, nowMs),
    dueMs: agent.ready ? busyChangesAtMs(agent, nowMs) : Infinity,
  };
  index.byId.set(agent.agentId, entry);
  set.entries.add(entry);
  putLine(set.roster, agent.agentId, rosterText(agent, entry.busyMs));
  for (const ask of set.met.keys()) {
    ask.signedIn += 1;
    if (agent.ready) for (const list of ask.ready.values()) list.put(entry);
  }
  if (agent.ready) index.byIdle.put(entry);
  if (entry.dueMs < Infinity) index.due.put(entry);
}

/** Forgets an agent; does nothing for one who is not signed in. */
export function dropOnDuty(index: AgentIndex, agentId: AgentId): void {
  const set = takeOut(index, agentId);
  if (set === undefined) return;
  dropLine(set.roster, agentId);
  dropIfEmpty(index, set);
}

/** His line stays in the roster of the set he was in: it is replaced or dropped next. */
function takeOut(index: AgentIndex, agentId: AgentId): SkillSet | undefined {
  const entry = index.byId.get(agentId);
  if (entry === undefined) return undefined;
  index.byId.delete(agentId);
  const { set, agent } = entry;
  for (const ask of set.met.keys()) {
    ask.signedIn -= 1;
    if (agent.ready) for (const list of ask.ready.values()) list.drop(entry);
  }
  if (agent.ready) index.byIdle.drop(entry);
  if (entry.dueMs < Infinity) index.due.drop(entry);
  set.entries.delete(entry);
  return set;
}

function dropIfEmpty(index: AgentIndex, set: SkillSet): void {
  if (set.entries.size > 0) return;
  index.sets.delete(set.key);
  index.setsSeen += 1;
}

/** What the agents of a set lack of a requirement. */
export function lackedIn(set: SkillSet, ask: Ask): readonly string[] {
  const known = set.lacked.get(ask);
  if (known !== undefined) return known;
  const lacked = lackedBy(set.skills, ask.requirement);
  set.lacked.set(ask, lacked);
  return lacked;
}

/** Counts the busy time of those anew for whom it has changed by now. */
export function advanceAgents(index: AgentIndex, nowMs: number): void {
  for (let first = index.due.at(0); first !== undefined && first.dueMs <= nowMs; first = index.due.at(0))
    putOnDuty(index, first.agent, nowMs);
}

/** The entry of a requirement; its first use looks at everybody once. */
export function askOf(index: AgentIndex, requirement: Requirement, by: RankBy): Ask {
  const key = requirementText(requirement);
  const ask = index.asks.get(key) ?? newAsk(index, key, requirement);
  if (!ask.ready.has(orderKey(by))) addOrder(index, ask, by);
  return ask;
}

/** The ready agents of an ask in an order it was made for. */
export function readyIn(ask: Ask, by: RankBy): SortedList<AgentEntry> {
  const list = ask.ready.get(orderKey(by));
  if (list === undefined) throw new RangeError(`no order ${orderKey(by)} for this requirement`);
  return list;
}

function orderKey({ strategy, chosen }: RankBy): string {
  return chosen === null ? strategy : `${strategy} ${chosen}`;
}

/** How many are ready who meet it. */
export function readyCount(ask: Ask): number {
  for (const list of ask.ready.values()) return list.size;
  return 0;
}

function newAsk(index: AgentIndex, key: string, requirement: Requirement): Ask {
  const ask: Ask = { requirement, signedIn: 0, ready: new Map() };
  index.asks.set(key, ask);
  for (const set of index.sets.values()) {
    meetIfAble(set, ask);
    if (set.met.has(ask)) ask.signedIn += set.entries.size;
  }
  return ask;
}

function addOrder(index: AgentIndex, ask: Ask, by: RankBy): void {
  const ranked = ({ agent, set, busyMs }: AgentEntry) => ({
    agentId: agent.agentId,
    choice: by.chosen === null ? 1 : choiceOf(agent.prefers, by.chosen),
    idleSinceMs: agent.idleSinceMs,
    fit: set.met.get(ask) ?? 0,
    total: set.total,
    busyMs,
  });
  const list = createSortedList<AgentEntry>((one, other) =>
    compareBy(by.strategy, ranked(one), ranked(other)),
  );
  for (const entry of index.byIdle) if (entry.set.met.has(ask)) list.put(entry);
  (ask.ready as Map<string, SortedList<AgentEntry>>).set(orderKey(by), list);
}

function meetIfAble(set: SkillSet, ask: Ask): void {
  if (meets(set.skills, ask.requirement)) set.met.set(ask, fitOf(set.skills, ask.requirement));
}

function skillSetOf(index: AgentIndex, { skills, prefers }: AgentOnDuty): SkillSet {
  const key = prefers === undefined ? levelsKey(skills) : `${levelsKey(skills)}\n>${prefers.join(' ')}`;
  const known = index.sets.get(key);
  if (known !== undefined) return known;
  const set: SkillSet = {
    ...{ key, skills, prefers, total: totalOf({ skills }), roster: newRoster() },
    ...{ met: new Map(), lacked: new Map(), entries: new Set() },
  };
  for (const ask of index.asks.values()) meetIfAble(set, ask);
  index.sets.set(key, set);
  index.setsSeen += 1;
  return set;
}

const keys = new WeakMap<SkillLevels, string>();

/** One text for one set of levels. A map of levels is never changed once it is made. */
function levelsKey(skills: SkillLevels): string {
  const known = keys.get(skills);
  if (known !== undefined) return known;
  const parts = [...skills].map(([skill, level]) => `${skill}=${String(level)}`);
  const key = parts.sort(compareText).join('\n');
  keys.set(skills, key);
  return key;
}
