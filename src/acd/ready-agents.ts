// The agents who may be offered a contact now, indexed for matching: longest idle first, and counted by their set of skills.
import type { AgentId, DeviceId, SkillName } from '../contact/ids.js';
import { compareText, insertSorted, removeSorted } from './sorted-list.js';
import { skillsKey } from './waiting-lines.js';

/** An agent who may be offered a contact, as the matcher sees him. */
export interface ReadyAgent {
  readonly agentId: AgentId;
  /** The agent's version: a proposal is committed only while it is still this. */
  readonly version: number;
  readonly deviceId: DeviceId;
  readonly skills: ReadonlySet<SkillName>;
  readonly idleSinceMs: number;
}

/** All ready agents with one and the same set of skills. */
export interface SkillGroup {
  readonly skills: ReadonlySet<SkillName>;
  size: number;
}

/** A ready agent and the group that tells what he can take. */
export interface ReadyEntry {
  readonly agent: ReadyAgent;
  readonly group: SkillGroup;
}

/** The index. Changed only by {@link putReady} and {@link dropReady}. */
export interface ReadyAgents {
  readonly byId: Map<AgentId, ReadyEntry>;
  /** Longest idle first. */
  readonly byIdle: ReadyEntry[];
  readonly groups: Map<string, SkillGroup>;
}

/** Longest idle first, then id. */
export function compareIdle(one: ReadyAgent, other: ReadyAgent): number {
  return one.idleSinceMs - other.idleSinceMs || compareText(one.agentId, other.agentId);
}

/** An empty index. */
export function newReadyAgents(): ReadyAgents {
  return { byId: new Map(), byIdle: [], groups: new Map() };
}

/** Adds an agent, or replaces what was known of him. */
export function putReady(ready: ReadyAgents, agent: ReadyAgent): void {
  dropReady(ready, agent.agentId);
  const group = groupOf(ready, agent.skills);
  group.size += 1;
  const entry: ReadyEntry = { agent, group };
  ready.byId.set(agent.agentId, entry);
  insertSorted(ready.byIdle, entry, compareEntries);
}

/** Forgets an agent; does nothing for one who is not ready. */
export function dropReady(ready: ReadyAgents, agentId: AgentId): void {
  const entry = ready.byId.get(agentId);
  if (entry === undefined) return;
  ready.byId.delete(agentId);
  removeSorted(ready.byIdle, entry, compareEntries);
  entry.group.size -= 1;
  if (entry.group.size === 0) ready.groups.delete(skillsKey(entry.group.skills));
}

/** The groups whose agents hold every required skill. */
export function groupsHolding(ready: ReadyAgents, requires: readonly SkillName[]): ReadonlySet<SkillGroup> {
  const holding = new Set<SkillGroup>();
  for (const group of ready.groups.values()) {
    if (requires.every((skill) => group.skills.has(skill))) holding.add(group);
  }
  return holding;
}

function compareEntries(one: ReadyEntry, other: ReadyEntry): number {
  return compareIdle(one.agent, other.agent);
}

function groupOf(ready: ReadyAgents, skills: ReadonlySet<SkillName>): SkillGroup {
  const key = skillsKey(skills);
  const known = ready.groups.get(key);
  if (known !== undefined) return known;
  const group: SkillGroup = { skills: new Set(skills), size: 0 };
  ready.groups.set(key, group);
  return group;
}
