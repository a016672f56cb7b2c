// Decides which waiting contact goes to which ready agent, and writes down why.
import type { AgentId, ContactId, DeviceId, QueueId, SkillName } from '../contact/ids.js';
import type { MatchDecision } from '../contact/offer.js';
import { compareInLine, placeInLine, type WaitingContact } from './place.js';
import {
  compareIdle,
  groupsHolding,
  newReadyAgents,
  putReady,
  type ReadyAgent,
  type ReadyAgents,
  type ReadyEntry,
  type SkillGroup,
} from './ready-agents.js';
import { newWaitingLines, putWaiting, type RequirementLine, type WaitingLines } from './waiting-lines.js';

/** One contact to one agent; true only while both versions are. */
export interface Proposal {
  readonly contactId: ContactId;
  readonly contactVersion: number;
  readonly agentId: AgentId;
  readonly agentVersion: number;
  readonly deviceId: DeviceId;
  readonly decision: MatchDecision;
}

/** Everybody who waits and everybody who is ready, in any order. */
export interface MatchInput {
  readonly nowMs: number;
  readonly waiting: readonly WaitingContact[];
  readonly ready: readonly ReadyAgent[];
}

/** Agents named in a decision, of those eligible and of those not. */
const namedAgentsMax = 10;

/**
 * Serves the contacts in the order of {@link compareInLine}, each by the longest idle agent who holds every required
 * skill. A contact that nobody ready can take does not stop the next. A contact with a preferred agent waits for him
 * alone until that time is over. Deterministic: same input in any order, same proposals in the order of service.
 */
export function match({ nowMs, waiting, ready }: MatchInput): readonly Proposal[] {
  const lines = newWaitingLines();
  for (const contact of [...waiting].sort(compareInLine)) putWaiting(lines, contact);
  const agents = newReadyAgents();
  for (const agent of [...ready].sort(compareIdle)) putReady(agents, agent);
  return matchIndexed(nowMs, lines, agents);
}

/**
 * As {@link match}, on indexes kept up to date elsewhere. The work grows with the proposals made and with the number of
 * different requirements and skill sets, not with the number of contacts in line.
 */
export function matchIndexed(nowMs: number, lines: WaitingLines, ready: ReadyAgents): readonly Proposal[] {
  const pass = newPass(nowMs, lines, ready);
  const proposals: Proposal[] = [];
  while (pass.free > 0) {
    const next = earliest(pass);
    if (next === undefined) break;
    const chosen = choose(pass, next);
    if (chosen !== undefined) proposals.push(take(pass, next, chosen));
    step(pass, next, chosen !== undefined);
  }
  return proposals;
}

/** A line being served: `at` is its first contact not yet looked at. */
interface Runner {
  readonly contacts: readonly WaitingContact[];
  /** The groups that can take any contact of a requirement's line; `null` for the preferring, who differ. */
  readonly holding: ReadonlySet<SkillGroup> | null;
  at: number;
}

interface Pass {
  readonly nowMs: number;
  readonly lines: WaitingLines;
  readonly ready: ReadyAgents;
  readonly runners: Set<Runner>;
  readonly taken: Set<AgentId>;
  readonly takenOfGroup: Map<SkillGroup, number>;
  readonly takenFromQueue: Map<QueueId, number>;
  /** Ready agents not yet taken. */
  free: number;
  /** All before this rank of `byIdle` are taken. */
  firstFree: number;
}

interface Candidate {
  readonly runner: Runner;
  readonly contact: WaitingContact;
  readonly holding: ReadonlySet<SkillGroup>;
}

interface Choice {
  readonly agent: ReadyEntry;
  readonly rule: MatchDecision['rule'];
}

function newPass(nowMs: number, lines: WaitingLines, ready: ReadyAgents): Pass {
  const free = ready.byIdle.length;
  const runners = new Set<Runner>();
  if (free > 0) {
    for (const line of lines.byRequirement.values()) addRunner(runners, line, ready);
    if (lines.preferring.length > 0) runners.add({ contacts: lines.preferring, holding: null, at: 0 });
  }
  return {
    nowMs,
    lines,
    ready,
    runners,
    taken: new Set(),
    takenOfGroup: new Map(),
    takenFromQueue: new Map(),
    free,
    firstFree: 0,
  };
}

function addRunner(runners: Set<Runner>, line: RequirementLine, ready: ReadyAgents): void {
  const holding = groupsHolding(ready, line.requires);
  if (holding.size > 0) runners.add({ contacts: line.contacts, holding, at: 0 });
}

/** The contact to be served next among the heads of all lines. */
function earliest(pass: Pass): Candidate | undefined {
  let first: { runner: Runner; contact: WaitingContact } | undefined;
  for (const runner of pass.runners) {
    const contact = runner.contacts[runner.at];
    if (contact === undefined) continue;
    if (first === undefined || compareInLine(contact, first.contact) < 0) first = { runner, contact };
  }
  if (first === undefined) return undefined;
  return { ...first, holding: first.runner.holding ?? groupsHolding(pass.ready, first.contact.requires) };
}

function choose(pass: Pass, { contact, holding }: Candidate): Choice | undefined {
  if (contact.prefer !== null && pass.nowMs < contact.prefer.untilMs) {
    const preferred = pass.ready.byId.get(contact.prefer.agentId);
    if (preferred === undefined || !holding.has(preferred.group) || isTaken(pass, preferred))
      return undefined;
    return { agent: preferred, rule: 'preferred' };
  }
  if (freeIn(pass, holding) === 0) return undefined;
  const agent = namedAgents(pass, 1, (entry) => holding.has(entry.group))[0];
  return agent && { agent, rule: 'longestIdle' };
}

/** Moves on: past the contact, or past its whole line when nobody is left who could take any of it. */
function step(pass: Pass, { runner }: Candidate, served: boolean): void {
  if (served || runner.holding === null) runner.at += 1;
  else pass.runners.delete(runner);
}

function take(pass: Pass, { contact, holding }: Candidate, { agent, rule }: Choice): Proposal {
  const decision = decisionOf(pass, contact, holding, { agent, rule });
  pass.taken.add(agent.agent.agentId);
  addOne(pass.takenOfGroup, agent.group);
  addOne(pass.takenFromQueue, contact.queueId);
  pass.free -= 1;
  while (pass.firstFree < pass.ready.byIdle.length && isTaken(pass, pass.ready.byIdle[pass.firstFree])) {
    pass.firstFree += 1;
  }
  return {
    contactId: contact.contactId,
    contactVersion: contact.version,
    agentId: agent.agent.agentId,
    agentVersion: agent.agent.version,
    deviceId: agent.agent.deviceId,
    decision,
  };
}

/** Written before the agent counts as taken: he is among the eligible. */
function decisionOf(
  pass: Pass,
  contact: WaitingContact,
  holding: ReadonlySet<SkillGroup>,
  { agent, rule }: Choice,
): MatchDecision {
  const eligibleCount = freeIn(pass, holding);
  const eligible = namedAgents(pass, eligibleCount, (entry) => holding.has(entry.group));
  const others = namedAgents(pass, pass.free - eligibleCount, (entry) => !holding.has(entry.group));
  return {
    contactId: contact.contactId,
    agentId: agent.agent.agentId,
    queueId: contact.queueId,
    requires: contact.requires,
    rule,
    waitedMs: pass.nowMs - contact.arrivedAtMs,
    place: placeWhenTaken(pass, contact),
    eligible: eligible.map(({ agent: one }) => ({
      agentId: one.agentId,
      idleMs: Math.max(0, pass.nowMs - one.idleSinceMs),
    })),
    eligibleCount,
    notEligible: others.map(({ agent: one }) => ({
      agentId: one.agentId,
      lacks: lackedBy(one.skills, contact.requires),
    })),
  };
}

/** Those of his queue who were served a moment ago, in this same pass, stood before him and are gone. */
function placeWhenTaken(pass: Pass, contact: WaitingContact): number {
  const queueLine = pass.lines.byQueue.get(contact.queueId) ?? [];
  return placeInLine(queueLine, contact) - (pass.takenFromQueue.get(contact.queueId) ?? 0);
}

function lackedBy(skills: ReadonlySet<SkillName>, requires: readonly SkillName[]): readonly SkillName[] {
  return [...new Set(requires)].filter((skill) => !skills.has(skill));
}

/** The longest idle free agents that `wanted` lets through: `count` of them if there are so many, at most ten. */
function namedAgents(
  pass: Pass,
  count: number,
  wanted: (entry: ReadyEntry) => boolean,
): readonly ReadyEntry[] {
  const named: ReadyEntry[] = [];
  const namedMax = Math.min(count, namedAgentsMax);
  for (let rank = pass.firstFree; rank < pass.ready.byIdle.length && named.length < namedMax; rank += 1) {
    const entry = pass.ready.byIdle[rank];
    if (entry !== undefined && wanted(entry) && !isTaken(pass, entry)) named.push(entry);
  }
  return named;
}

function freeIn(pass: Pass, groups: ReadonlySet<SkillGroup>): number {
  let free = 0;
  for (const group of groups) free += group.size - (pass.takenOfGroup.get(group) ?? 0);
  return free;
}

function isTaken(pass: Pass, entry: ReadyEntry | undefined): boolean {
  return entry !== undefined && pass.taken.has(entry.agent.agentId);
}

function addOne<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
