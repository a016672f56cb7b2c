// How long it takes from an event to a committed offer on a real Redis: the real match loop, model and store, one event after another.
import { createMatcher } from '../../src/engine/matcher.js';
import { createRunQueue } from '../../src/engine/run-queue.js';
import { createRedisLiveStore } from '../../src/adapters/redis/live-store.js';
import { systemClock, systemTimers, uuidV7 } from '../../src/adapters/system/clock.js';
import { createQueueModel, type Routing } from '../../src/acd/queue-model.js';
import type { Proposal } from '../../src/acd/match.js';
import type { AgentOnDuty } from '../../src/acd/on-duty.js';
import type { WaitingContact } from '../../src/acd/place.js';
import type { Agent } from '../../src/contact/agent.js';
import type { Contact } from '../../src/contact/contact.js';
import type {
  AgentId,
  ContactId,
  DeviceId,
  NodeId,
  OfferId,
  QueueId,
  SkillName,
} from '../../src/contact/ids.js';
import { aContact, anAgent, settle } from '../conformance/live-store.suite.js';
import type { LiveStore } from '../../src/engine/ports.js';
import type { RedisInstance } from '../redis-instance.js';
import type { Chance } from './distributor-run.js';

/** How many there are. */
export interface BenchSize {
  readonly agents: number;
  readonly waiting: number;
}

/** What one round came to. CPU is that of this process, Redis' own apart. */
export interface BenchRound extends BenchSize {
  readonly events: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerEvent: number;
  /** Of PINGs sent between the events on a connection of their own. */
  readonly pingP99Ms: number;
}

const queueCount = 30;
const skillCount = 20;
/** One PING in so many events. */
const eventsPerPing = 5;
const leaseMs = 60_000;
/** As many are saved before the answer is waited for. */
const callsAtOnce = 500;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const deadlineMs = 5_000;

const skill = (n: number): string => `s${String(n % skillCount)}`;
const queueOf = (n: number): QueueId => `q${String(n % queueCount)}` as QueueId;

/** 30 queues, each with three rings: by time, by place and by who is signed in. */
const routing: Routing = {
  queues: new Map(
    Array.from({ length: queueCount }, (_, n) => {
      const never = { afterMs: null, fewerThan: null, placeAbove: null };
      const rings = [
        { ...never, requires: [`${skill(n)} >= 3`], afterMs: 30_000 },
        { ...never, requires: [skill(n)], placeAbove: 100 },
        { ...never, requires: [skill(n + 1)], fewerThan: 3 },
      ];
      return [queueOf(n), { strategy: 'leastSkilled', rings }] as const;
    }),
  ),
  placesPerPriority: 20,
};

/**
 * A site where everybody is busy and many wait. One event: somebody becomes ready; he is saved, matched, reserved, and rings;
 * his call leaves the line, and another one comes to that queue. Time counts from his becoming ready to the committed offer, CPU over all of it.
 */
export async function benchOffers(
  redis: RedisInstance,
  size: BenchSize,
  events: number,
  chance: Chance,
): Promise<BenchRound> {
  const site = `bench-${String(size.agents)}-${String(chance(2 ** 31))}`;
  const store = createRedisLiveStore({ ...redis, site, node: 'n1' as NodeId, log: silent });
  const pinger = redis.client();
  try {
    if (!(await store.whenUp(deadlineMs))) throw new Error('Redis does not answer');
    const becomesReady = await openHotline(store, size, chance);
    const times: number[] = [];
    const pings: number[] = [];
    const before = process.cpuUsage();
    for (let event = 0; event < events; event += 1) {
      times.push(await msOf(() => becomesReady(chance(size.agents))));
      if (event % eventsPerPing === 0) pings.push(await msOf(() => pinger.ping()));
    }
    const { user, system } = process.cpuUsage(before);
    return {
      ...{ ...size, events, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) },
      cpuUsPerEvent: Math.round((user + system) / events),
      pingP99Ms: quantile(pings, 0.99),
    };
  } finally {
    await store.close();
    await pinger.flushall();
  }
}

/** Everybody busy, everybody else in line. The result makes one ready, and resolves when the offer to him is committed. */
async function openHotline(
  store: LiveStore,
  { agents, waiting }: BenchSize,
  chance: Chance,
): Promise<(at: number) => Promise<void>> {
  const openedAtMs = Date.now();
  const people = Array.from({ length: agents }, (_, n) => newPerson(n, chance, openedAtMs));
  const calls = Array.from({ length: waiting }, (_, n) => newCall(n, n, chance, openedAtMs));
  const model = createQueueModel(routing);
  for (const person of people) model.putAgent(person, openedAtMs);
  for (const call of calls) model.putContact(call, openedAtMs);
  await store.writeBack({ contacts: [], agents: people.map(stateOfPerson) });
  for (const [n, call] of calls.entries()) {
    store.saveContact(stateOfCall(call), true);
    if (n % callsAtOnce === 0) await settle(store);
  }
  await settle(store);
  let turn = waiting;
  let offered: () => void = () => undefined;
  let failed: (reason: Error) => void = () => undefined;
  const matcher = createMatcher({
    ...{ clock: systemClock, timers: systemTimers, ids: uuidV7, store, model },
    runQueue: createRunQueue((error) => failed(error instanceof Error ? error : new Error(String(error)))),
    leaseMs: () => leaseMs,
    stillTrue: () => true,
    deliver,
    saveAgain: () => failed(new Error('a pair was refused')),
  });
  matcher.setAllowed(true);

  function put(now: AgentOnDuty): void {
    const standing = { ...now.standing, state: now.ready ? ('ready' as const) : ('talking' as const) };
    const person = { ...now, standing: { ...standing, sinceMs: Date.now() } };
    people[Number(person.agentId.slice(1))] = person;
    model.putAgent(person, Date.now());
    store.saveAgent(stateOfPerson(person), person.ready);
  }

  function deliver(offerId: OfferId, { contactId, agentId, decision }: Proposal): void {
    offered();
    const person = people[Number(agentId.slice(1))];
    if (person !== undefined) put({ ...person, version: person.version + 1, ready: false });
    model.dropContact(contactId);
    store.forgetContact(contactId);
    store.releaseOffer(offerId, agentId);
    turn += 1;
    const call = newCall(turn, Number(decision.queueId.slice(1)), chance, Date.now());
    model.putContact(call, Date.now());
    store.saveContact(stateOfCall(call), true);
  }

  return (at) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('no offer in time')), deadlineMs);
      offered = () => {
        clearTimeout(late);
        resolve();
      };
      failed = (reason) => {
        clearTimeout(late);
        reject(reason);
      };
      const person = people[at];
      if (person === undefined) return failed(new Error('nobody there'));
      put({ ...person, version: person.version + 1, ready: true, idleSinceMs: Date.now() });
      matcher.poke();
    });
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return performance.now() - startedAtMs;
}

function newPerson(n: number, chance: Chance, nowMs: number): AgentOnDuty {
  const levels = [
    // Whoever becomes ready finds a call.
    [skill(n * 7) as SkillName, 5 + chance(6)] as const,
    [skill(n * 7 + 5) as SkillName, 1 + chance(10)] as const,
  ];
  return {
    agentId: `a${String(n)}` as AgentId,
    version: 1,
    deviceId: `d${String(n)}` as DeviceId,
    skills: new Map(levels),
    ready: false,
    idleSinceMs: nowMs,
    standing: { state: 'talking', breakReason: null, sinceMs: nowMs },
    busy: [],
  };
}

function newCall(turn: number, n: number, chance: Chance, nowMs: number): WaitingContact {
  const queuedAtMs = nowMs - chance(60_000);
  return {
    contactId: `c${String(turn)}` as ContactId,
    version: 1,
    queueId: queueOf(n),
    requires: [`${skill(n % queueCount)} >= 5`],
    also: [],
    priority: chance(3),
    resumed: false,
    prefer: null,
    turn,
    queuedAtMs,
    arrivedAtMs: queuedAtMs,
  };
}

function stateOfPerson({ agentId, version, ready, idleSinceMs }: AgentOnDuty): Agent {
  return { ...anAgent(agentId, version, ready), idleSinceMs };
}

function stateOfCall({
  contactId,
  version,
  queueId,
  requires,
  priority,
  turn,
  queuedAtMs,
}: WaitingContact): Contact {
  const contact = aContact(contactId, version);
  const request = { queueId, requires, priority };
  return { ...contact, place: contact.place && { ...contact.place, request, turn, queuedAtMs } };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return Math.round(value * 1000) / 1000;
}
