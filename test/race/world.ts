// The small hotline that engines race for: who works there, what calls ask, and the words the processes of a race exchange.
import { createQueueModel, type QueueModel, type Routing } from '../../src/acd/queue-model.js';
import { isOfferable, shownState, type Agent } from '../../src/contact/agent.js';
import { newAgent } from '../../src/contact/agent-life.js';
import { isWaiting, type Contact } from '../../src/contact/contact.js';
import type { AgentId, ContactId, DeviceId, OfferId, QueueId, SkillName } from '../../src/contact/ids.js';
import { strategies } from '../../src/contact/offer.js';
import { aContact } from '../conformance/live-store.suite.js';

/** A reservation is good for so long: many times what a phone rings here. */
export const leaseMs = 1_500;
/** As long one may match without a word. */
export const matcherLeaseMs = 600;

/** What the processes of a race are told at their start. */
export interface RaceSetting {
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly site: string;
  /** `off`: all engines propose, the states have one keeper; `on`: who holds the lease keeps the states and proposes. */
  readonly lease: 'on' | 'off';
  /** Of the engine: its place among the four and its life there. */
  readonly name: string;
  readonly historyFile: string;
}

/** A call as the exchange sees it. */
export interface CallSeen {
  readonly contactId: ContactId;
  readonly queueId: QueueId;
  readonly priority: number;
  readonly turn: number;
  readonly arrivedAtMs: number;
}

/** What goes on at the exchange. `back` = the caller stands in line again. */
export type ExchangeEvent =
  | ({ readonly type: 'arrived' } & CallSeen)
  | { readonly type: 'hungUp'; readonly contactId: ContactId }
  | { readonly type: 'ready'; readonly agentId: AgentId }
  | ({ readonly type: 'answered' | 'notRung' } & OfferSeen)
  | ({ readonly type: 'over'; readonly back: boolean } & OfferSeen);

/** Who is on whose phone, by which offer. */
export interface OfferSeen {
  readonly offerId: OfferId;
  readonly contactId: ContactId;
  readonly agentId: AgentId;
}

/** All there is at the exchange at one moment. */
export interface ExchangeSight {
  readonly calls: readonly CallSeen[];
  readonly readyAgents: readonly AgentId[];
  readonly offers: readonly (OfferSeen & { readonly answered: boolean })[];
}

/** A committed pair, to be rung. */
export interface RingWish extends OfferSeen {
  readonly contactVersion: number;
  readonly agentVersion: number;
}

/** From an engine's process. */
export type FromEngine = { readonly say: 'connect' } | ({ readonly say: 'ring' } & RingWish);

/** To an engine's process. */
export type ToEngine =
  | { readonly say: 'connected'; readonly sight: ExchangeSight }
  | { readonly say: 'event'; readonly event: ExchangeEvent }
  /** With the lease off: the keeper's states, and under which epoch to commit; none = not now. */
  | {
      readonly say: 'states';
      readonly agents: readonly Agent[];
      readonly contacts: readonly Contact[];
      readonly gone: readonly ContactId[];
      readonly epoch: number | null;
    }
  | ({ readonly say: 'release' } & OfferSeen)
  | { readonly say: 'stop' };

const skillNames = ['general', 'tax', 'law'];

/** Everybody who works there. */
export const agentIds = Array.from({ length: 60 }, (_, n) => `a${String(n + 1)}` as AgentId);

/** Queues are named after what their calls ask. */
export const queueIds = skillNames as readonly string[] as readonly QueueId[];

/** Everybody takes general calls, every other one those of tax, every third those of law. */
export function skillsOf(agentId: AgentId): readonly SkillName[] {
  const number = Number(agentId.slice(1));
  return skillNames.filter((_, n) => number % (n + 1) === 0) as readonly string[] as readonly SkillName[];
}

const routing: Routing = {
  queues: new Map(queueIds.map((id, n) => [id, { strategy: strategies[n] ?? 'longestIdle', rings: [] }])),
  placesPerPriority: 20,
};

/** The picture of one engine. */
export function newPicture(): QueueModel {
  return createQueueModel(routing);
}

/** Follows an agent's state into a picture. */
export function followAgent(model: QueueModel, agent: Agent, nowMs: number): void {
  const { id, version, deviceId, idleSinceMs } = agent;
  if (deviceId === null) return;
  const skills = new Map(skillsOf(id).map((name) => [name, 5]));
  model.putAgent(
    {
      ...{ agentId: id, version, deviceId, idleSinceMs, skills, ready: isOfferable(agent), busy: [] },
      standing: { state: shownState(agent), breakReason: null, sinceMs: agent.sinceMs },
    },
    nowMs,
  );
}

/** Follows a contact's state into a picture. */
export function followContact(model: QueueModel, contact: Contact, nowMs: number): void {
  if (!isWaiting(contact)) {
    model.dropContact(contact.id);
    return;
  }
  const { id, version, arrival, place } = contact;
  const { request, resumed, prefer, queuedAtMs, turn = 0 } = place;
  const line = { resumed, prefer, queuedAtMs, arrivedAtMs: arrival.arrivedAtMs, turn };
  model.putContact({ contactId: id, version, also: [], ...request, ...line }, nowMs);
}

/** The state of an agent. */
export function agentIn(
  id: AgentId,
  version: number,
  activity: Agent['activity'],
  idleSinceMs: number,
): Agent {
  const deviceId = `d${id}` as DeviceId;
  return { ...newAgent(id, idleSinceMs), version, activity, deviceId, reachable: true };
}

/** The state of a contact in line. */
export function contactIn(call: CallSeen, version: number): Contact {
  const { contactId, queueId, priority, turn, arrivedAtMs } = call;
  const contact = aContact(contactId, version);
  const request = { queueId, requires: [queueId], priority };
  return {
    ...contact,
    arrival: { ...contact.arrival, arrivedAtMs },
    place: contact.place && { ...contact.place, request, turn, queuedAtMs: arrivedAtMs },
  };
}
