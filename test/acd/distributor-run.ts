// A seeded life of a hotline: agents come, go and fall silent, calls come and hang up. After every step the distributor is
// held against the plain one and against what is promised of it.
import assert from 'node:assert/strict';
import { failureLine } from '../../scripts/run/failure-line.mjs';
import type { AgentOnDuty } from '../../src/acd/on-duty.js';
import { overtakenAtMost, type WaitingContact } from '../../src/acd/place.js';
import {
  createQueueModel,
  match,
  type MatchInput,
  type QueueModel,
  type Routing,
} from '../../src/acd/queue-model.js';
import type { Ring } from '../../src/acd/rings.js';
import { breakReasons, type ShownAgentState } from '../../src/contact/agent.js';
import type { AgentId, ContactId, DeviceId, QueueId, SkillName } from '../../src/contact/ids.js';
import { strategies, type MatchDecision } from '../../src/contact/offer.js';
import { verdictsOf } from '../../src/acd/verdicts.js';
import { plainPairs, ringFor, waitsForOne, type PlainPair } from './plain-distributor.js';

/** What a run came to. */
export interface RunTally {
  readonly steps: number;
  readonly pairs: number;
  readonly served: number;
  /** Pairs by a ring of the queue. */
  readonly byRing: number;
  readonly preferred: number;
  /** Calls that went from one queue to another with their turn. */
  readonly overflowed: number;
  /** The most any contact was overtaken, and the most it might have been. */
  readonly overtaken: number;
  readonly overtakenBound: number;
}

/** What one step of a run holds. */
export type Chance = (below: number) => number;

/** Whole numbers from a seed, the same on every machine. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const skills = ['tax', 'law', 'yb', 'lang.yue'] as const;
export const queueIds = ['general', 'tax', 'other'] as const;
export const highestPriority = 2;
const mostWaiting = 14;
const mostAgents = 9;

interface Standing {
  contact: WaitingContact;
  /** Contacts queued later that were given an agent who could have taken this one. */
  readonly overtakenBy: Set<string>;
}

interface Hotline {
  readonly chance: Chance;
  readonly model: QueueModel;
  routing: Routing;
  nowMs: number;
  turn: number;
  readonly contacts: Map<ContactId, Standing>;
  /** On a call: neither waiting nor ready. */
  readonly offered: Map<AgentId, Standing>;
  readonly agents: Map<AgentId, AgentOnDuty>;
  came: number;
  gone: number;
  readonly tally: { -readonly [Key in keyof RunTally]: RunTally[Key] };
}

/**
 * Lives so many steps. Throws an AssertionError at the first thing that does not hold; its message begins with the step, and its last line
 * has seed, commit and what lives it again.
 * @param seed the same seed, the same life
 */
export function runDistributor(seed: number, steps: number): RunTally {
  const chance = chanceOf(seed);
  const routing = randomRouting(chance);
  const hotline: Hotline = {
    chance,
    routing,
    model: createQueueModel(routing),
    nowMs: 10_000_000,
    turn: 0,
    contacts: new Map(),
    offered: new Map(),
    agents: new Map(),
    came: 0,
    gone: 0,
    tally: {
      steps: 0,
      pairs: 0,
      served: 0,
      byRing: 0,
      preferred: 0,
      overflowed: 0,
      overtaken: 0,
      overtakenBound: 0,
    },
  };
  for (let step = 1; step <= steps; step += 1) {
    try {
      hotline.tally.steps = step;
      change(hotline);
      look(hotline);
    } catch (error) {
      const again = `npm run prove -- --seed ${String(seed)} --steps 1`;
      if (error instanceof Error)
        error.message = `step ${String(step)}: ${error.message}\n${failureLine(seed, again)}`;
      throw error;
    }
  }
  return hotline.tally;
}

function change(hotline: Hotline): void {
  const { chance } = hotline;
  hotline.nowMs += chance(4) === 0 ? chance(20_000) : chance(500);
  switch (chance(15)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return callComes(hotline);
    case 4:
      return hangsUp(hotline);
    case 5:
    case 6:
      return agentComes(hotline);
    case 7:
      return agentGoes(hotline);
    case 8:
    case 9:
    case 10:
    case 11:
      return offerEnds(hotline);
    case 12:
      return agentChanges(hotline);
    case 13:
      return overflows(hotline);
    default:
      if (chance(100) === 0) reroute(hotline);
  }
}

function callComes(hotline: Hotline): void {
  if (hotline.contacts.size >= mostWaiting) return;
  const { chance, nowMs } = hotline;
  hotline.came += 1;
  hotline.turn += 1;
  const also = chance(4) === 0 ? [randomAtom(chance)] : [];
  const contact: WaitingContact = {
    contactId: `c${String(hotline.came)}` as ContactId,
    version: 1,
    queueId: oneOf(chance, queueIds) as QueueId,
    requires: [...new Set([...randomClauses(chance), ...also])],
    also,
    priority: chance(3) === 0 ? chance(highestPriority + 1) : 0,
    resumed: false,
    prefer: chance(6) === 0 ? preferring(hotline) : null,
    turn: hotline.turn,
    queuedAtMs: nowMs,
    arrivedAtMs: nowMs - chance(5_000),
  };
  wait(hotline, { contact, overtakenBy: new Set() });
}

function wait(hotline: Hotline, standing: Standing): void {
  hotline.contacts.set(standing.contact.contactId, standing);
  hotline.model.putContact(standing.contact, hotline.nowMs);
}

/** To another queue, which asks what it asks; turn and wait are those of the first. */
function overflows(hotline: Hotline): void {
  const { chance } = hotline;
  const standing = oneOf(chance, [...hotline.contacts.values()]);
  if (standing === undefined) return;
  const { contact } = standing;
  const clauses = randomClauses(chance);
  standing.contact = {
    ...contact,
    version: contact.version + 1,
    queueId: oneOf(chance, queueIds) as QueueId,
    requires: [...new Set([...clauses, ...contact.also])],
  };
  hotline.tally.overflowed += 1;
  wait(hotline, standing);
}

function hangsUp(hotline: Hotline): void {
  const standing = oneOf(hotline.chance, [...hotline.contacts.values()]);
  if (standing === undefined) return;
  hotline.contacts.delete(standing.contact.contactId);
  hotline.model.dropContact(standing.contact.contactId);
  hotline.gone += 1;
}

function agentComes(hotline: Hotline): void {
  const { chance, nowMs } = hotline;
  const agentId = `a${String(chance(mostAgents))}` as AgentId;
  if (hotline.agents.has(agentId)) return;
  const levels = skills.flatMap((skill) =>
    chance(2) === 0 ? [[skill as string as SkillName, 1 + chance(10)] as const] : [],
  );
  putAgent(hotline, {
    agentId,
    version: 1,
    deviceId: `d${agentId}` as DeviceId,
    skills: new Map(levels),
    ready: chance(5) > 0,
    ...(chance(2) === 0 && { prefers: randomChoices(chance) }),
    idleSinceMs: nowMs - chance(3),
    busy: [],
  });
}

const notReady = ['talking', 'wrapup', 'break', 'unreachable', 'missed'] as const;

function putAgent(hotline: Hotline, person: Omit<AgentOnDuty, 'standing'>): void {
  const { ready, version } = person;
  const state: ShownAgentState = ready ? 'ready' : (notReady[version % notReady.length] ?? 'talking');
  const breakReason = state === 'break' ? breakReasons[version % breakReasons.length] : undefined;
  const standing = { state, breakReason: breakReason ?? null, sinceMs: hotline.nowMs };
  const agent = { ...person, standing };
  hotline.agents.set(agent.agentId, agent);
  hotline.model.putAgent(agent, hotline.nowMs);
}

/** Signs out or falls silent, also while a call is at his phone: the call is back in line, cut off by us. */
function agentGoes(hotline: Hotline): void {
  const agent = oneOf(hotline.chance, [...hotline.agents.values()]);
  if (agent === undefined) return;
  const { agentId } = agent;
  hotline.agents.delete(agentId);
  hotline.model.dropAgent(agentId);
  const standing = hotline.offered.get(agentId);
  if (standing === undefined) return;
  hotline.offered.delete(agentId);
  const until = { agentId, untilMs: hotline.nowMs + 10_000 };
  standing.contact = {
    ...standing.contact,
    version: standing.contact.version + 1,
    resumed: true,
    prefer: until,
  };
  wait(hotline, standing);
}

/** Answered and over, or not answered: then the contact is back in its place. */
function offerEnds(hotline: Hotline): void {
  const { chance, nowMs } = hotline;
  const [agentId, standing] = oneOf(chance, [...hotline.offered]) ?? [];
  const agent = agentId === undefined ? undefined : hotline.agents.get(agentId);
  if (agent === undefined || standing === undefined) return;
  hotline.offered.delete(agent.agentId);
  const isAnswered = chance(4) > 0;
  if (isAnswered) {
    hotline.gone += 1;
    hotline.tally.served += 1;
  } else {
    standing.contact = { ...standing.contact, version: standing.contact.version + 1 };
    wait(hotline, standing);
  }
  const busy = [...agent.busy, { endsMs: nowMs, busyMs: chance(600_000) }].slice(-6);
  const ready = isAnswered || chance(2) === 0;
  putAgent(hotline, { ...agent, version: agent.version + 1, ready, idleSinceMs: nowMs, busy });
}

function agentChanges(hotline: Hotline): void {
  const agent = oneOf(hotline.chance, [...hotline.agents.values()]);
  if (agent === undefined || hotline.offered.has(agent.agentId)) return;
  putAgent(hotline, { ...agent, version: agent.version + 1, ready: !agent.ready });
}

function reroute(hotline: Hotline): void {
  hotline.routing = {
    ...randomRouting(hotline.chance),
    placesPerPriority: hotline.routing.placesPerPriority,
  };
  hotline.model.reroute(hotline.routing, hotline.nowMs);
}

/** Looks for pairs, holds them against everything, and commits some of them as a store would. */
function look(hotline: Hotline): void {
  const { model, chance, nowMs, contacts, offered, tally } = hotline;
  const input: MatchInput = {
    nowMs,
    routing: hotline.routing,
    waiting: [...contacts.values()].map(({ contact }) => contact),
    agents: [...hotline.agents.values()],
  };
  const proposals = model.propose(nowMs);
  const said = proposals.map(({ decision }) => saidOf(decision));
  assert.deepEqual(said, plainPairs(input), 'not what the plain distributor says');
  if (chance(4) === 0) assert.deepEqual(proposals, match(input), 'not what a match from scratch says');
  assert.equal(new Set(proposals.map(({ agentId }) => agentId)).size, proposals.length, 'one agent twice');
  assert.equal(new Set(proposals.map(({ contactId }) => contactId)).size, proposals.length, 'one call twice');
  const served = new Set<string>(proposals.map(({ contactId }) => contactId));
  for (const { contactId, agentId, decision } of proposals) {
    const taken = contacts.get(contactId);
    const agent = hotline.agents.get(agentId);
    assert.ok(taken !== undefined && agent?.ready === true, 'neither waiting nor ready');
    assert.ok(ringFor(input, taken.contact, agent) !== undefined, 'a skill is violated');
    for (const other of contacts.values()) {
      if (served.has(other.contact.contactId)) continue;
      countOvertaking(hotline, input, other, taken.contact, agent);
    }
    for (const one of verdictsOf(decision) ?? []) {
      const seen: AgentOnDuty = hotline.agents.get(one.agentId) ?? agent;
      const sinceMs = seen.ready ? seen.idleSinceMs : seen.standing.sinceMs;
      assert.equal(one.sinceMs, sinceMs, 'since another instant');
      assert.equal(one.breakReason, seen.standing.breakReason, 'another break');
    }
    tally.pairs += 1;
    if ((decision.ring ?? 0) > 0) tally.byRing += 1;
    if (decision.rule === 'preferred') tally.preferred += 1;
  }
  for (const { contactId, agentId } of proposals) {
    // The store refuses some: nothing has changed then.
    const standing = contacts.get(contactId);
    const agent = hotline.agents.get(agentId);
    if (chance(8) === 0 || standing === undefined || agent === undefined) continue;
    contacts.delete(contactId);
    model.dropContact(contactId);
    offered.set(agentId, standing);
    putAgent(hotline, { ...agent, version: agent.version + 1, ready: false });
  }
  assert.equal(contacts.size + offered.size + hotline.gone, hotline.came, 'a call is lost or doubled');
  const ready = [...hotline.agents.values()].filter((agent) => agent.ready).length;
  assert.deepEqual(model.counts(), { waiting: contacts.size, signedIn: hotline.agents.size, ready });
}

/** What a record says, as the plain distributor says it. */
export function saidOf(decision: MatchDecision): PlainPair {
  const { contactId, agentId, rule, ring = -1, openRings = [], place } = decision;
  const { eligibleCount, signedInCount = -1 } = decision;
  const eligible = decision.eligible.map((one) => one.agentId);
  const verdicts = (verdictsOf(decision) ?? [])
    .map((one) =>
      [
        ...[one.agentId, one.state, one.verdict],
        ...(one.verdict === 'ringClosed' ? [one.ring] : []),
        ...(one.why === null ? [] : [one.why]),
      ].join(' '),
    )
    .sort();
  return {
    ...{ contactId, agentId, rule, ring, openRings, place },
    ...{ eligible, eligibleCount, signedInCount, verdicts },
  };
}

/** A contact queued later is given an agent who could have taken this one. */
export function overtakes(
  input: MatchInput,
  contact: WaitingContact,
  taken: WaitingContact,
  agent: AgentOnDuty,
): boolean {
  if (waitsForOne(input, contact) || taken.resumed || taken.turn < contact.turn) return false;
  return ringFor(input, contact, agent) !== undefined && !waitsForOne(input, taken);
}

function countOvertaking(
  { routing, tally }: Hotline,
  input: MatchInput,
  { contact, overtakenBy }: Standing,
  taken: WaitingContact,
  agent: AgentOnDuty,
): void {
  if (!overtakes(input, contact, taken, agent)) return;
  assert.notEqual(taken.priority, contact.priority, 'out of order within a priority');
  overtakenBy.add(taken.contactId);
  const bound = overtakenAtMost(contact.priority, highestPriority, routing.placesPerPriority);
  assert.ok(overtakenBy.size <= bound, `overtaken ${String(overtakenBy.size)} times, bound ${String(bound)}`);
  if (overtakenBy.size > tally.overtaken)
    Object.assign(tally, { overtaken: overtakenBy.size, overtakenBound: bound });
}

function preferring(hotline: Hotline): WaitingContact['prefer'] {
  return {
    agentId: `a${String(hotline.chance(mostAgents))}` as AgentId,
    untilMs: hotline.nowMs + hotline.chance(30_000),
  };
}

export function randomRouting(chance: Chance): Routing {
  const queues = queueIds.slice(0, 2).map((id) => {
    const rings = Array.from({ length: chance(4) }, () => randomRing(chance));
    return [
      id as string as QueueId,
      { strategy: oneOf(chance, strategies) ?? 'longestIdle', rings },
    ] as const;
  });
  return { queues: new Map(queues), choices: chance(3) > 0, placesPerPriority: 1 + chance(5) };
}

/** Some of the queues in some order. */
export function randomChoices(chance: Chance): readonly QueueId[] {
  const picked = Array.from({ length: chance(4) }, () => oneOf(chance, queueIds) as QueueId);
  return [...new Set(picked)];
}

function randomRing(chance: Chance): Ring {
  const kind = chance(4);
  return {
    requires: randomClauses(chance),
    afterMs: kind === 0 || kind === 3 ? 1_000 * (1 + chance(30)) : null,
    fewerThan: kind === 1 || kind === 3 ? 1 + chance(3) : null,
    placeAbove: kind === 2 ? 1 + chance(5) : null,
  };
}

export function randomClauses(chance: Chance): readonly string[] {
  return [...new Set(Array.from({ length: chance(3) }, () => randomClause(chance)))];
}

function randomClause(chance: Chance): string {
  const one = randomAtom(chance);
  const other = randomAtom(chance);
  return chance(3) === 0 && one !== other ? `${one} or ${other}` : one;
}

export function randomAtom(chance: Chance): string {
  const skill = oneOf(chance, skills) ?? 'tax';
  const level = 1 + chance(7);
  return level === 1 ? skill : `${skill} >= ${String(level)}`;
}

export function oneOf<Item>(chance: Chance, list: readonly Item[]): Item | undefined {
  return list.length === 0 ? undefined : list[chance(list.length)];
}
