// The contacts' mailboxes: one state and one outbox per contact, stepped by signals, journaled and saved before effects run.
import { offerOutcome } from '../acd/offer-outcome.js';
import { mayServe } from '../acd/rings.js';
import { treatment } from '../acd/treatment.js';
import { bandOf } from '../acd/wait-band.js';
import type { ExpectedWait } from '../acd/expected-wait.js';
import { expertCallsIn } from '../contact/consult.js';
import {
  isWaiting,
  type Arrival,
  type Contact,
  type ContactTimer,
  type Place,
  type WaitBand,
} from '../contact/contact.js';
import { leadIdOf } from '../contact/contact-lead.js';
import { legOfSupervision } from '../contact/contact-supervision.js';
import { withoutEntries } from '../contact/contact-flow.js';
import { contactStep, newContact } from '../contact/contact-life.js';
import type {
  ContactEffect,
  ContactFact,
  ContactRefusal,
  ContactSignal,
} from '../contact/contact-signals.js';
import type { ContactContext, QueueCondition } from '../contact/contact-step.js';
import type { EventPrompt } from '../contact/event-prompt.js';
import type { FlowCursor, FlowTurn, FlowView, QueueRequest } from '../contact/flow-turn.js';
import type { FlowPassages } from './flow-passages.js';
import type { AgentId, ChannelId, ContactId, NodeId, OfferId, QueueId } from '../contact/ids.js';
import type { AgentSignal } from '../contact/agent.js';
import type { SeatKind } from '../contact/seat.js';
import type { Queue, Site } from '../site/site.js';
import { createAlarmClock, type AlarmClock } from './alarm-clock.js';
import type { ExpertEffect, OutsideEffect } from './effect-runner.js';
import { createOutbox, type Outbox } from './outbox.js';
import type { Clock, Journal, JournalEntry, LiveStore, Sites, Timers } from './ports.js';
import type { RunQueue } from './run-queue.js';

/** What the contacts' mailboxes need. */
export interface ContactsParts {
  readonly node: NodeId;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly store: LiveStore;
  readonly sites: Sites;
  readonly runQueue: RunQueue;
  readonly epoch: () => number;
  readonly runEffect: (id: ContactId, effect: OutsideEffect) => Promise<void>;
  /** Experts are chosen, reserved and let go. */
  readonly experts: (id: ContactId, effect: ExpertEffect) => void;
  readonly tellAgent: (agentId: AgentId, signal: AgentSignal) => void;
  readonly comesFree: ContactContext['comesFree'];
  /** This agent is free, or has nothing to do but this contact's wrap-up. */
  readonly takesBack: (agentId: AgentId, contactId: ContactId) => boolean;
  readonly queueCondition: (site: Site, queueId: QueueId) => QueueCondition;
  readonly nextTurn: () => number;
  readonly placeOf: (id: ContactId) => number | null;
  /** The number in line that this contact would have at such a place. */
  readonly placeIn: (contact: Contact, place: Place) => number;
  /** How long this contact will probably wait at such a place. */
  readonly expectedWait: (contact: Contact, place: Place) => ExpectedWait;
  /** The same as it comes to that place, where it is foretold then. */
  readonly waitAtQueueing: (contact: Contact, place: Place) => ExpectedWait | undefined;
  /** Event prompts that are live and for this caller. */
  readonly eventsFor: (contact: Contact) => readonly Pick<EventPrompt, 'id' | 'when'>[];
  /** Told of every turn of a flow. */
  readonly onTurn: FlowPassages['passed'];
  /** A contact's state changed (`null` = retired): the matcher's model follows. */
  readonly onChanged: (id: ContactId, contact: Contact | null) => void;
  readonly onFacts: (contact: Contact, facts: readonly ContactFact[]) => void;
  /** The last time this contact is seen. */
  readonly onRetired: (contact: Contact) => void;
}

/** All live contacts. */
export interface Contacts {
  get(id: ContactId): Contact | undefined;
  all(): readonly Contact[];
  onChannel(channelId: ChannelId): Contact | undefined;
  /** The contact whose present offer or talk this is. */
  onOffer(offerId: OfferId): Contact | undefined;
  /** The contact whose talk a supervisor hears by this leg. */
  onSupervisorLeg(legId: ChannelId): Contact | undefined;
  /** The contact for which an expert's phone has this leg. */
  onExpertLeg(legId: ChannelId): Contact | undefined;
  /** A new contact takes its first step. Call it from the run queue only, as `step`. */
  arrive(id: ContactId, arrival: Arrival): void;
  step(id: ContactId, signal: ContactSignal): ContactRefusal | 'CONTACT_UNKNOWN' | undefined;
  /** Puts a state in place, as recovered; its deadlines wait for `resume`. */
  restore(contact: Contact): void;
  /** Arms what was restored: now it is known what Asterisk has. */
  resume(): void;
  /** No effect is under way. */
  isIdle(): boolean;
  stop(): void;
}

interface Actor {
  contact: Contact;
  readonly alarm: AlarmClock<ContactTimer>;
  readonly outbox: Outbox;
  /** What concerns a supervisor goes its own way, in order, and holds up nothing of the citizen's. */
  readonly supervising: Outbox;
  /** Likewise what concerns experts' phones. */
  readonly consulting: Outbox;
}

const detachedEffects: ReadonlySet<ContactEffect['do']> = new Set([
  'checkAudio',
  'checkRecording',
  'lookUpCase',
  'textCaller',
]);

/** Effects that must not wait behind others, nor hold them up. */
function isDetached(effect: OutsideEffect): boolean {
  if (effect.do === 'whisper') return !effect.waits;
  return detachedEffects.has(effect.do);
}

const supervisorEffects: ReadonlySet<ContactEffect['do']> = new Set([
  'ringSupervisor',
  'listen',
  'unlisten',
  'endSupervision',
]);

const expertEffects: ReadonlySet<ContactEffect['do']> = new Set([
  'ringExpert',
  'tellExpert',
  'hangUpExpert',
  'recordConsult',
  'stopConsultRecording',
]);

/** No contacts yet. */
export function createContacts(parts: ContactsParts): Contacts {
  const { clock, journal, store, sites, runQueue } = parts;
  const actors = new Map<ContactId, Actor>();
  const byChannel = new Map<ChannelId, ContactId>();
  const byOffer = new Map<OfferId, ContactId>();
  const bySupervisor = new Map<ChannelId, ContactId>();
  const byExpert = new Map<ChannelId, ContactId>();
  /** Until then a deadline long past could act on what Asterisk has moved on from. */
  let resumed = false;

  function put(contact: Contact): Actor {
    let actor = actors.get(contact.id);
    if (actor === undefined) {
      actor = newActor(contact);
      actors.set(contact.id, actor);
      byChannel.set(contact.arrival.channelId, contact.id);
    }
    index(byOffer, offerIn, actor.contact, contact);
    index(bySupervisor, supervisorLegIn, actor.contact, contact);
    indexExperts(actor.contact, contact);
    actor.contact = contact;
    if (resumed) actor.alarm.follow(contact.deadlines);
    parts.onChanged(contact.id, contact);
    return actor;
  }

  function index<Id>(
    ids: Map<Id, ContactId>,
    idIn: (contact: Contact) => Id | undefined,
    before: Contact,
    after: Contact,
  ): void {
    const [was, is] = [idIn(before), idIn(after)];
    if (was !== is && was !== undefined) ids.delete(was);
    if (is !== undefined) ids.set(is, after.id);
  }

  /** Of a leg that was let go nothing more is wanted. */
  function indexExperts(before: Contact, after: Contact): void {
    for (const { legId } of expertCallsIn(before.stage)) byExpert.delete(legId);
    for (const { legId } of expertCallsIn(after.stage)) byExpert.set(legId, after.id);
  }

  function newActor(contact: Contact): Actor {
    const { id } = contact;
    const outside = async (effect: ContactEffect) => {
      if (effect.do === 'retire') runQueue.post(() => retire(id));
      else if (isOutside(effect)) await parts.runEffect(id, effect);
    };
    return {
      contact,
      alarm: createAlarmClock(parts.timers, (timer) =>
        runQueue.post(() => step(id, { type: 'TimerFired', timer })),
      ),
      outbox: createOutbox(outside),
      supervising: createOutbox(outside),
      consulting: createOutbox(outside),
    };
  }

  function take(actor: Actor, signal: ContactSignal): ContactRefusal | undefined {
    const before = actor.contact;
    const context = contextOf(before);
    const { contact, facts, effects, refused } = contactStep(before, signal, context);
    if (contact !== before) {
      if (facts.length > 0) journal.append(entryOf(before, contact, facts, context.nowMs));
      store.saveContact(contact, isWaiting(contact));
      put(contact);
      parts.onFacts(contact, facts);
    }
    // Told twice, the second hang-up must not wipe out what the first one asked for.
    if (signal.type === 'CallerGone' && before.stage.at !== 'ended') actor.outbox.empty();
    for (const effect of effects) dispatch(actor, effect);
    return refused;
  }

  function dispatch(actor: Actor, effect: ContactEffect): void {
    if (effect.do === 'tellAgent') return parts.tellAgent(effect.agentId, effect.signal);
    if (effect.do === 'reserveExperts' || effect.do === 'releaseExpert')
      return parts.experts(actor.contact.id, effect);
    if (supervisorEffects.has(effect.do)) return actor.supervising.add([effect]);
    if (expertEffects.has(effect.do)) return actor.consulting.add([effect]);
    if (effect.do !== 'retire' && isDetached(effect)) return void parts.runEffect(actor.contact.id, effect);
    // Retirement waits its turn: a leg may still have to be hung up.
    actor.outbox.add([effect]);
  }

  function retire(id: ContactId): void {
    const actor = actors.get(id);
    if (actor === undefined) return;
    const { contact } = actor;
    actor.alarm.stop();
    actors.delete(id);
    byChannel.delete(contact.arrival.channelId);
    const over: Contact = { ...contact, stage: { at: 'ended' } };
    index(byOffer, offerIn, contact, over);
    index(bySupervisor, supervisorLegIn, contact, over);
    indexExperts(contact, over);
    store.forgetContact(contact.id);
    parts.onRetired(contact);
    parts.onChanged(contact.id, null);
  }

  function contextOf(contact: Contact): ContactContext {
    const nowMs = clock.nowMs();
    const site = sites.ofVersion(contact.arrival.siteVersion);
    const entry = site.entries.get(contact.arrival.entryId);
    const view = (): FlowView => ({
      // A call goes by the day and hour at which it came, as it does by the number's state: what the check proved for that moment holds to its end.
      nowMs: contact.arrival.arrivedAtMs,
      dnis: contact.arrival.dnis,
      tag: contact.arrival.tag,
      callerShown: contact.arrival.callerShown,
      opening: contact.arrival.words?.opening,
      asksCity: contact.arrival.asksCity,
      cities: contact.arrival.cities,
      repeat: (contact.arrival.callsBefore ?? 0) > 0,
      wish: contact.wish === undefined ? contact.arrival.wish : contact.wish,
      handedOver: contact.arrival.handedOver !== undefined,
      queues: Object.fromEntries(
        [...site.queues.keys()].map((queueId) => [queueId, parts.queueCondition(site, queueId)]),
      ),
    });
    const told = (turn: FlowTurn, from?: FlowCursor): FlowTurn => {
      parts.onTurn(turn, from);
      return turn;
    };
    const queueId = contact.place?.request.queueId ?? entry?.queueId;
    const recorded = queueId === undefined || site.queues.get(queueId)?.recorded !== false;
    return {
      nowMs,
      policy: { ...site.contactPolicy, record: site.contactPolicy.record && recorded },
      beginFlow: () => told(site.beginFlow(contact.arrival.entryId, view())),
      beginSurvey: () => told(site.beginSurvey(view())),
      flow: (cursor, input) => told(site.flowTurn(cursor, input, view()), cursor),
      queue: (queueId) => parts.queueCondition(site, queueId),
      nextTurn: parts.nextTurn(),
      seat: (seat) => seatRequest(site, seat),
      holdsSeat: (agentId, seat) => holdsSeat(site, agentId, seat),
      comesFree: parts.comesFree,
      city: (areaCode) => site.otherCities.get(areaCode),
      takesBack: (agentId) => parts.takesBack(agentId, contact.id),
      treatment: (told) =>
        treatment({ nowMs, told, place: parts.placeOf(contact.id), wait: () => tellableWait(site, contact) }),
      placeIn: (place) => parts.placeIn(contact, place),
      expectedWait(place, { decides }) {
        const wait = decides ? parts.expectedWait(contact, place) : parts.waitAtQueueing(contact, place);
        return wait?.known ? { lowMs: wait.lowMs, highMs: wait.highMs } : undefined;
      },
      events: () => parts.eventsFor(contact),
      offerOutcome,
      whisper: {
        prompt: { id: 'a.w.entry', slots: { e: entry?.shortName ?? contact.arrival.dnis } },
        mayDelay: entry?.whisper ?? false,
      },
    };
  }

  /** The phrase, where the queue tells any. */
  function tellableWait({ queues, waitBands, waitPolicy }: Site, contact: Contact): WaitBand | undefined {
    const { place } = contact;
    if (place === null || queues.get(place.request.queueId)?.tellsWait !== true) return undefined;
    return bandOf(parts.expectedWait(contact, place), waitBands, waitPolicy.spreadMaxMs);
  }

  /** The journal's instant is the step's own: a place in line and its fact agree to the millisecond. */
  function entryOf(
    before: Contact,
    contact: Contact,
    facts: JournalEntry['facts'],
    atMs: number,
  ): JournalEntry {
    return {
      stream: 'contact',
      id: contact.id,
      seq: before.version,
      atMs,
      node: parts.node,
      epoch: parts.epoch(),
      facts,
      image: withoutEntries(contact),
    };
  }

  function step(id: ContactId, signal: ContactSignal): ContactRefusal | 'CONTACT_UNKNOWN' | undefined {
    const actor = actors.get(id);
    return actor === undefined ? 'CONTACT_UNKNOWN' : take(actor, signal);
  }

  return {
    get: (id) => actors.get(id)?.contact,
    all: () => [...actors.values()].map((actor) => actor.contact),
    onChannel(channelId) {
      const id = byChannel.get(channelId);
      return id === undefined ? undefined : actors.get(id)?.contact;
    },
    onOffer(offerId) {
      const id = byOffer.get(offerId);
      return id === undefined ? undefined : actors.get(id)?.contact;
    },
    onSupervisorLeg(legId) {
      const id = bySupervisor.get(legId);
      return id === undefined ? undefined : actors.get(id)?.contact;
    },
    onExpertLeg(legId) {
      const id = byExpert.get(legId);
      return id === undefined ? undefined : actors.get(id)?.contact;
    },
    arrive(id, arrival) {
      take(put(newContact(id, arrival)), { type: 'Arrived' });
    },
    step,
    restore: put,
    resume() {
      resumed = true;
      for (const { alarm, contact } of actors.values()) alarm.follow(contact.deadlines);
    },
    isIdle: () =>
      [...actors.values()].every(({ outbox, supervising, consulting }) =>
        [outbox, supervising, consulting].every((box) => box.isIdle()),
      ),
    stop() {
      for (const { alarm } of actors.values()) alarm.stop();
    },
  };
}

function seatQueue({ queues }: Site, seat: SeatKind): Queue | undefined {
  return [...queues.values()].find((queue) => queue.seat === seat);
}

function seatRequest(site: Site, seat: SeatKind): QueueRequest | undefined {
  const queue = seatQueue(site, seat);
  return queue && { queueId: queue.id, requires: queue.requires, priority: queue.priority };
}

function holdsSeat(site: Site, agentId: AgentId, seat: SeatKind): boolean {
  const [skills, queue] = [site.skillLevels.get(agentId), seatQueue(site, seat)];
  return skills !== undefined && queue !== undefined && mayServe(skills, queue);
}

function offerIn(contact: Contact): OfferId | undefined {
  const { stage } = contact;
  if (stage.at === 'offered') return stage.offer.offerId;
  if (stage.at === 'led') return leadIdOf(contact, stage.lead);
  if (stage.at === 'calling') return stage.call.offerId;
  return stage.at === 'talking' ? stage.talk.offerId : undefined;
}

function isOutside(effect: ContactEffect): effect is OutsideEffect {
  return effect.do !== 'tellAgent' && effect.do !== 'reserveExperts' && effect.do !== 'releaseExpert';
}

function supervisorLegIn({ stage }: Contact): ChannelId | undefined {
  const supervision = stage.at === 'talking' ? stage.talk.supervision : null;
  return supervision === null ? undefined : legOfSupervision(supervision.supervisionId);
}
