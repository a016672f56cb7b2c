// The engine put together: mailboxes, match loop, links to the node and to the store; and its life from start to stop.
import type { ContactFact } from '../contact/contact-signals.js';
import { messageAfter } from './call-messages.js';
import type { EventCall } from '../contact/event-prompt.js';
import { AppError } from '../errors.js';
import { workOf } from '../acd/at-work.js';
import type { Proposal } from '../acd/match.js';
import type { AgentOnDuty } from '../acd/on-duty.js';
import { createQueueModel } from '../acd/queue-model.js';
import { newAgent } from '../contact/agent-life.js';
import { dayKeyAt } from '../contact/civil-time.js';
import { isCalledOut } from '../contact/called-out.js';
import { isSealed } from '../contact/confidential.js';
import { isOfferable, isServing, takesBack, type Agent, type AgentSignal } from '../contact/agent.js';
import { isWaiting, type Contact } from '../contact/contact.js';
import type { QueueRequest } from '../contact/flow-turn.js';
import type { MatchDecision } from '../contact/offer.js';
import { meets, requirementOf } from '../contact/requirement.js';
import { createFlowPassages, type PassagesToday } from './flow-passages.js';
import type { ContactSignal } from '../contact/contact-signals.js';
import type { AgentId, CallerKey, ContactId, DeviceId, NodeId, OfferId, PlayId } from '../contact/ids.js';
import type { Site } from '../site/site.js';
import type { DutyView } from '../workforce/duty.js';
import { teamStanding } from '../site/team-end.js';
import type { ActRefusal } from './act-refusal.js';
import { createAgents, type Agents } from './agents.js';
import { createBreakDesk } from './break-desk.js';
import { noCallerMemory, type CallerMemory } from './caller-memory.js';
import { createCallOuts, type CallOutAnswer, type CallOuts, type CallOutWish } from './call-out.js';
import { createContacts, type Contacts } from './contacts.js';
import { createExpertDesk, type ExpertDesk } from './expert-desk.js';
import { createEffectRunner, type OutsideEffect } from './effect-runner.js';
import { alarmsOf } from './fact-alarms.js';
import { createFeatureCalls } from './feature-calls.js';
import { createIncoming } from './incoming.js';
import { noLastAgents, type LastAgents } from './last-agents.js';
import { createMatcher } from './matcher.js';
import { journalMissedCall } from './missed-calls.js';
import { createModelFeed, inLine, routingOf } from './model-feed.js';
import { createNodeLink, type NodeLink, type NodeState } from './node-link.js';
import { expertRing } from './expert-ring.js';
import { phoneDisplay, sealedDisplay } from './phone-display.js';
import type { EventPrompts } from './event-prompts.js';
import type { PinCheck } from './pin-check.js';
import type {
  AlarmName,
  CallerNumbers,
  CaseStatus,
  Clock,
  Ids,
  Journal,
  JournalEntry,
  LiveImage,
  LiveStore,
  Log,
  Messages,
  MissedCallSeen,
  LeadOrder,
  RingOrder,
  SiteFact,
  Sites,
  Telephony,
  TrunkSeen,
  Timers,
} from './ports.js';
import { createRunQueue } from './run-queue.js';
import { createSiteJournal, type StandingAlarm } from './site-journal.js';
import { createStoreLink } from './store-link.js';
import type { Standings } from './standings.js';
import { createSupervisions, supervisorRing, type Supervisions } from './supervisions.js';
import { createWaitForecast, type WaitForecast } from './wait-forecast.js';

/** Every port, and who we are. */
export interface EngineParts {
  readonly siteName: string;
  readonly node: NodeId;
  readonly serviceVersion: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: Ids;
  readonly telephony: Telephony;
  readonly store: LiveStore;
  readonly journal: Journal;
  readonly callers: CallerNumbers;
  readonly standings: Standings;
  /** Left out, nobody is remembered. */
  readonly memory?: CallerMemory;
  /** Likewise. */
  readonly lastAgents?: LastAgents;
  readonly cases: CaseStatus;
  readonly messages: Messages;
  readonly sites: Sites;
  readonly pins: PinCheck;
  readonly events: Pick<EventPrompts, 'forCall'>;
  /** Who is on duty; left out, as the files have it. */
  readonly duty?: (site: Site) => DutyView;
  readonly log: Log;
}

/** What was recovered from the spool: the last image of each stream, and where the site's numbering goes on. */
export interface Recovered {
  readonly image: LiveImage;
  /** The last instant anything was journaled before this start; null on the first start ever. */
  readonly lastAtMs: number | null;
  /** Where the numbering of a stream goes on: a number used twice would be lost. */
  readonly nextSeq: (stream: JournalEntry['stream'], id: string) => number;
}

/** The running engine. */
export interface Engine {
  /** Recovers the state, takes over the store and begins to listen. */
  start(recovered: Recovered): Promise<void>;
  stop(): void;
  actOnAgent(agentId: AgentId, signal: AgentSignal): ActRefusal | undefined;
  actOnContact(contactId: ContactId, signal: ContactSignal): ActRefusal | undefined;
  /** 外呼: an agent calls somebody. */
  callOut(wish: CallOutWish): CallOutAnswer;
  /** 监听, 耳语辅导. */
  readonly supervisions: Supervisions;
  /** 专家座席咨询. */
  readonly consults: Pick<ExpertDesk, 'begin' | 'handOver' | 'packetTaken' | 'onDuty' | 'all'>;
  agents(): readonly Agent[];
  contacts(): readonly Contact[];
  /** Calls that came by each node today, since the service was started. */
  passagesToday(): PassagesToday;
  /** Expected waits of queues, and how well waits were foretold. */
  readonly waits: Pick<WaitForecast, 'ofQueue' | 'errors'>;
  /** Agents signed in, as the matcher sees them. */
  onDuty(): readonly AgentOnDuty[];
  /** The last decisions, oldest first, since the service was started. */
  decisions(): readonly DecisionSeen[];
  /** 1 = next of its queue; null when it does not wait. */
  placeOf(id: ContactId): number | null;
  /** 1 = next of his team to take a break; null when he waits for none. */
  breakPlaceOf(id: AgentId): number | null;
  isReachable(deviceId: DeviceId): boolean;
  condition(): EngineCondition;
  /** Journals a fact of the site's. */
  note(fact: SiteFact): void;
  /** Raises or clears an alarm about a part outside the engine. */
  alarm(name: AlarmName, about: string, stands: boolean): void;
  /** An event prompt is live from now on: whoever waits and is concerned is told of it. */
  eventWentLive(): void;
  /** Journals a call that Asterisk had to answer by itself; the same call twice is one call. */
  missedCall(call: MissedCallSeen): void;
  /** What is set about callers was read anew. */
  standingsChanged(): void;
  /** What a caller wishes for his next calls, as the office knows it; null = nothing any more. */
  rememberWish(callerKey: CallerKey, wish: string | null): void;
  /** The configuration changed: agents' skills are read anew. */
  siteChanged(): void;
  /** Nothing is under way but timers. */
  isIdle(): boolean;
}

/** A decision, and when it was made. */
export interface DecisionSeen {
  readonly atMs: number;
  readonly decision: MatchDecision;
}

/** What works and what does not, for health pages and boards. */
export interface EngineCondition {
  readonly telephony: NodeState;
  readonly store: 'up' | 'away';
  readonly epoch: number;
  readonly alarms: readonly StandingAlarm[];
  readonly trunks: readonly TrunkSeen[];
}

/** So many decisions are kept at hand for «why no calls?». */
const decisionsKept = 100;

/** An agent's phone shows his own call so. */
const calledOutName = '外呼';
/** More orders than a day has. */
const textedAtMost = 100_000;
/** A whisper that reports no end is not waited for longer. */
const whisperMs = 3_000;

/** An engine over its ports; nothing happens before `start`. */
export function createEngine(parts: EngineParts): Engine {
  const { clock, timers, telephony, store, journal, sites, callers, standings, log, node } = parts;
  const { memory = noCallerMemory, lastAgents = noLastAgents } = parts;
  const runQueue = createRunQueue((error) => log.error({ error: describe(error) }, 'a decision failed'));
  const model = createQueueModel(routingOf(sites.current()));
  const playbackEnds = new Map<PlayId, () => void>();
  const pause = (ms: number) => new Promise<void>((resolve) => void timers.at(clock.nowMs() + ms, resolve));
  const epoch = () => storeLink.epoch();
  const siteJournal = createSiteJournal({ siteName: parts.siteName, node, clock, journal, epoch });
  const feed = createModelFeed(model, sites, clock);
  const decided: DecisionSeen[] = [];
  const waits = createWaitForecast({
    clock,
    sites,
    model,
    queueOf: (id) => contacts.get(id)?.place?.request.queueId,
    nextTurn: feed.nextTurn,
  });
  /** Orders of today, so that a second one of the same makes no fact; across a restart the row of the first one stands. */
  const texted = new Set<string>();
  let stopped = false;

  const agents: Agents = createAgents({
    node,
    clock,
    timers,
    journal,
    store,
    sites,
    runQueue,
    epoch,
    onChanged(agent) {
      feed.agentChanged(agent);
      waits.agentChanged(agent);
      breakDesk.changed(agent);
      matcher.poke();
    },
    onVerify: () => nodeLink.compare(),
    onLapsed: (contactId, offerId) =>
      runQueue.post(() => contacts.step(contactId, { type: 'JoinFailed', offerId })),
  });

  const breakDesk = createBreakDesk({ sites, runQueue, agents: () => agents });

  const runEffect: (id: ContactId, effect: OutsideEffect) => Promise<void> = createEffectRunner({
    telephony,
    cases: parts.cases,
    messages: parts.messages,
    log,
    contactOf: (id) => contacts.get(id),
    signal: (id, signal) => runQueue.post(() => contacts.step(id, signal)),
    ringOrder,
    leadOrder,
    dialOrder: (contact, ringMs) => callOuts.dialOrder(contact, ringMs),
    expertRing: (contact, ring) => expertRing({ sites, callers }, contact, ring),
    supervisorRing: (contact, ring) => supervisorRing(sites, contact, ring),
    playbackEnd,
    pause,
  });

  const passages = createFlowPassages(() => clock.nowMs());
  const contacts: Contacts = createContacts({
    node,
    clock,
    timers,
    journal,
    store,
    sites,
    runQueue,
    epoch,
    runEffect,
    experts: (id, effect) => experts.act(id, effect),
    tellAgent: (agentId, signal) => runQueue.post(() => agents.step(agentId, signal)),
    comesFree,
    takesBack(agentId, contactId) {
      const agent = agents.get(agentId);
      return agent !== undefined && takesBack(agent, contactId);
    },
    queueCondition: feed.queueCondition,
    nextTurn: feed.nextTurn,
    eventsFor: (contact) => parts.events.forCall({ ...contact.arrival, region: regionOf(contact) }),
    placeOf: (id) => model.placeOf(id),
    placeIn: (contact, place) => model.placeFor(inLine(contact, place)),
    expectedWait: (contact, place) => waits.of(inLine(contact, place)),
    waitAtQueueing: (contact, place) => waits.atQueueing(inLine(contact, place)),
    onTurn: passages.passed,
    onChanged(id, contact) {
      feed.contactChanged(id, contact);
      matcher.poke();
    },
    onFacts(contact, facts) {
      waits.contactMoved(contact.id, facts);
      experts.learn(facts);
      textAfter(contact, facts);
      for (const fact of facts) {
        if (fact.type === 'CallOutEnded') callOuts.forget(contact.id);
        if (fact.type === 'AgentConnected') noteCalledBack(contact, fact.agentId);
        if (fact.type === 'WishKept' && !isSealed(contact))
          rememberWish(contact.arrival.callerKey, fact.wish);
        // From the talk's end on: who is cut off calls again then.
        if ((fact.type === 'AgentConnected' || fact.type === 'TalkEnded') && !isSealed(contact)) {
          const { callerKey } = contact.arrival;
          lastAgents.talked({ callerKey, agentId: fact.agentId, atMs: clock.nowMs() });
        }
        if (fact.type === 'ContactSealed') {
          callers.hide(contact.arrival.callerKey);
          lastAgents.forget(contact.arrival.callerKey);
        }
        for (const { alarm, about, set } of alarmsOf(contact, fact))
          siteJournal[set ? 'raise' : 'clear'](alarm, about);
      }
    },
    onRetired: ({ arrival }) => callers.forget(arrival.callerKey),
  });

  const callOuts: CallOuts = createCallOuts({
    ...{ node, clock, ids: parts.ids, sites, callers, standings, agents, contacts },
    bootId: () => nodeLink.bootId(),
  });

  /** The city he picked, else that of the number he dialled. Who is about to be asked for his city is told of none before he has said which. */
  function regionOf({ arrival, regionPicked, stage }: Contact): EventCall['region'] {
    const site = sites.ofVersion(arrival.siteVersion);
    const own = site.numbers.find(({ entry }) => entry.id === arrival.entryId)?.row.region ?? '';
    const name = regionPicked ?? own;
    if (name !== '') return { name };
    const isAsked = arrival.asksCity === true && site.asksForCity(arrival.entryId);
    return isAsked && stage.at !== 'waiting' ? 'unasked' : null;
  }

  /** What the call's end brings about in writing; whoever may get none is refused by the desk. */
  function textAfter(contact: Contact, facts: readonly ContactFact[]): void {
    const order = messageAfter(contact, facts, sites.current(), clock.nowMs());
    if (order === undefined || texted.has(order.id)) return;
    if (texted.size >= textedAtMost) texted.clear();
    texted.add(order.id);
    parts.messages.send(order).catch((error: unknown) => {
      log.warn({ contactId: contact.id, error: String(error) }, 'a message could not be ordered');
    });
  }

  /** 漏接回拨 is done when the citizen is spoken to: nobody has to say so besides. */
  function noteCalledBack({ arrival: { out } }: Contact, by: AgentId): void {
    if (out?.about === undefined || out.purpose !== 'callBack') return;
    siteJournal.note({ type: 'ContactReached', contactId: out.about, how: 'calledBack', by, note: '' });
  }

  const experts: ExpertDesk = createExpertDesk({
    ...{ clock, timers, ids: parts.ids, runQueue, sites, store },
    contacts: () => contacts,
    agents: () => agents,
    duty: parts.duty ?? (({ expertSeats: { roster, kindOf } }) => ({ roster, kindOf, changes: [] })),
  });

  const supervisions = createSupervisions({ ids: parts.ids, contacts, agents });

  const matcher = createMatcher({
    clock,
    timers,
    ids: parts.ids,
    store,
    model,
    runQueue,
    leaseMs: () => sites.current().contactPolicy.ringMs + sites.current().agentPolicy.leaseMarginMs,
    stillTrue,
    deliver,
    saveAgain,
  });

  const featureCalls = createFeatureCalls({
    clock,
    timers,
    telephony,
    sites,
    pins: parts.pins,
    log,
    runQueue,
    agentAt: (deviceId) => agents.at(deviceId),
    agentById: (id) => agents.get(id),
    contactOnLeg: (legId) => contacts.onOffer(legId as string as OfferId),
    isReachable: (deviceId) => nodeLink.isReachable(deviceId),
    breakPlaceOf: (id) => breakDesk.placeOf(id),
    actOnAgent,
    actOnContact,
    callOut: (agentId, number) => callOuts.orderByPhone(agentId, number),
    callOver: (deviceId) => runQueue.post(() => callOuts.phoneFree(deviceId)),
    consult: (contactId, agentId, expertId) => experts.begin(contactId, agentId, { expertId }, ''),
    handOver: experts.handOver,
  });

  const incoming = createIncoming({
    node,
    clock,
    ids: parts.ids,
    sites,
    callers,
    standings,
    memory,
    lastAgents,
    rememberWish,
    telephony,
    runQueue,
    contacts,
    agents,
    featureCalls,
    siteJournal,
    nodeLink: () => nodeLink,
    pause,
    playbackEnded: (playId) => playbackEnds.get(playId)?.(),
  });

  const nodeLink: NodeLink = createNodeLink({
    node,
    clock,
    timers,
    telephony,
    runQueue,
    contacts,
    agents,
    siteJournal,
    log,
    isFeatureCall: (channelId) => featureCalls.holds(channelId),
    arrive: incoming.arrive,
    onCompared() {
      contacts.resume();
      agents.resume();
    },
    onState: allowMatching,
  });

  const storeLink = createStoreLink({
    store,
    clock,
    timers,
    runQueue,
    siteJournal,
    log,
    image: () => ({ contacts: contacts.all(), agents: agents.all() }),
    onState: allowMatching,
  });

  /** Offers are made only with a store to reserve in and a node to ring on. */
  function allowMatching(): void {
    matcher.setAllowed(storeLink.isUp() && nodeLink.state() === 'connected');
  }

  /** Not who is away: waiting for him would be waiting in vain. */
  function comesFree(agentId: AgentId, { requires }: QueueRequest): boolean {
    const agent = agents.get(agentId);
    const skills = sites.current().skillLevels.get(agentId);
    if (agent === undefined || skills === undefined || workOf(agent) === null) return false;
    return meets(skills, requirementOf(requires));
  }

  /** Between proposing and committing somebody may have moved: then the reservation is given back. */
  function stillTrue(proposal: Proposal): boolean {
    const agent = agents.get(proposal.agentId);
    const contact = contacts.get(proposal.contactId);
    if (agent === undefined || contact === undefined) return false;
    const unmoved = contact.version === proposal.contactVersion && agent.version === proposal.agentVersion;
    return unmoved && isWaiting(contact) && isOfferable(agent);
  }

  function deliver(offerId: OfferId, { contactId, agentId, deviceId, decision }: Proposal): void {
    decided.push({ atMs: clock.nowMs(), decision });
    if (decided.length > decisionsKept) decided.shift();
    const { ringMs } = sites.current().contactPolicy;
    agents.step(agentId, { type: 'OfferMade', offerId, contactId, ringMs });
    contacts.step(contactId, { type: 'OfferMade', offerId, agentId, deviceId, decision });
  }

  function saveAgain(contactId: ContactId, agentId: AgentId): void {
    const contact = contacts.get(contactId);
    const agent = agents.get(agentId);
    if (contact !== undefined) store.saveContact(contact, isWaiting(contact));
    if (agent !== undefined) store.saveAgent(agent, isOfferable(agent));
  }

  function ringOrder(contact: Contact, ring: Extract<OutsideEffect, { do: 'ring' }>): RingOrder {
    const { offerId, deviceId, ringMs } = ring;
    const agent = sites.current().agents.get(ring.agentId);
    const entry = sites.ofVersion(contact.arrival.siteVersion).entries.get(contact.arrival.entryId);
    const { callerKey, callerMasked, dnis } = contact.arrival;
    const number = agent?.seesNumber ? callers.numberOf(callerKey) : undefined;
    const shortName = isCalledOut(contact) ? calledOutName : (entry?.shortName ?? dnis);
    const display = isSealed(contact)
      ? sealedDisplay(contact.id)
      : phoneDisplay(shortName, callerMasked, number);
    return {
      contactId: contact.id,
      offerId,
      deviceId,
      ringMs,
      displayName: display.name,
      displayNumber: display.number,
      autoAnswer: agent?.autoAnswer ?? false,
    };
  }

  /** Journaled first, so that neither a kill nor a database that is away takes it. Of a sealed call nothing is remembered that was not before. */
  function rememberWish(callerKey: CallerKey, wish: string | null): void {
    if (callerKey === '') return;
    const kept = { callerKey, wish, untilMs: clock.nowMs() + sites.current().callerPolicy.wishKeptMs };
    siteJournal.note({ type: 'CallerWishSet', ...kept });
    memory.keepWish(kept);
  }

  /** A call that arrived before it was known of its caller. */
  function sealThoseSetBeforehand(): void {
    for (const contact of contacts.all()) {
      if (isSealed(contact) || !standings.isConfidential(contact.arrival.callerKey)) continue;
      contacts.step(contact.id, { type: 'Seal', kind: 'confidential', by: 'number', agentId: null });
    }
  }

  /**
   * A confidential caller's number goes nowhere, and nobody's goes where the target does not let it. The rules of now count, whatever
   * those were when the call came.
   * @throws DIAL_REFUSED
   */
  function leadOrder(
    contact: Contact,
    { offerId, target, ringMs, heard, region }: Extract<OutsideEffect, { do: 'lead' }>,
  ): LeadOrder {
    const { id, arrival } = contact;
    const site = sites.ofVersion(arrival.siteVersion);
    const row = site.numbers.find(({ entry }) => entry.id === arrival.entryId);
    const main = site.numbers.find(({ entry }) => entry.id === site.mainEntryId);
    const mayTell = arrival.callerShown && !isSealed(contact);
    const whole = mayTell && target.showsCaller ? callers.numberOf(arrival.callerKey) : undefined;
    const dialled = sites.current().mayDial(target.number);
    if (!dialled.ok) throw new AppError('DIAL_REFUSED', { because: dialled.because });
    return {
      ...{ contactId: id, offerId, trunkId: target.trunkId, number: dialled.number, ringMs, heard },
      callerNumber: whole ?? main?.row.number ?? '',
      caller: whole ?? (mayTell ? arrival.callerMasked : ''),
      entryId: arrival.entryId,
      region: region ?? (row?.row.region || site.areaCode),
    };
  }

  function playbackEnd(playId: PlayId): Promise<void> {
    return new Promise((resolve) => {
      const ended = () => {
        playbackEnds.delete(playId);
        cancel();
        resolve();
      };
      const cancel = timers.at(clock.nowMs() + whisperMs, ended);
      playbackEnds.set(playId, ended);
    });
  }

  function actOnAgent(agentId: AgentId, signal: AgentSignal): ActRefusal | undefined {
    const profile = sites.current().agents.get(agentId);
    if (profile === undefined) return 'AGENT_UNKNOWN';
    const until = sites.current().teams.get(profile.teamId)?.until;
    const hasEnded = teamStanding(until, dayKeyAt(clock.nowMs())) === 'ended';
    if (signal.type === 'SignIn' && hasEnded) return 'TEAM_ENDED';
    if (signal.type === 'SignIn') return signIn(agentId, signal);
    return agents.step(agentId, breakDesk.signalFor(agentId, signal));
  }

  /** One agent a device: the newcomer at a desk signs the other one out, but never out of a talk. */
  function signIn(
    newcomer: AgentId,
    signal: Extract<AgentSignal, { type: 'SignIn' }>,
  ): ActRefusal | undefined {
    const present = agents.at(signal.deviceId);
    const other = present?.id === newcomer ? undefined : present;
    if (other !== undefined && isServing(other.activity)) return 'AGENT_WRONG_STATE';
    const refused = agents.step(newcomer, signal);
    if (refused === undefined && other !== undefined)
      agents.step(other.id, { type: 'SignOut', by: 'system' });
    return refused;
  }

  function actOnContact(contactId: ContactId, signal: ContactSignal): ActRefusal | undefined {
    return contacts.step(contactId, signal);
  }

  async function start(recovered: Recovered): Promise<void> {
    siteJournal.goOnFrom(recovered.nextSeq('site', parts.siteName));
    const held = await storeLink.load();
    for (const contact of newest(held.contacts, recovered.image.contacts)) {
      if (isDoneWith(contact, clock.nowMs())) continue;
      contacts.restore(numbered(contact, recovered.nextSeq('contact', contact.id)));
    }
    const fresh = [...sites.current().agents.keys()].map((id) => newAgent(id, clock.nowMs()));
    for (const agent of newest(fresh, newest(held.agents, recovered.image.agents))) {
      agents.restore(numbered(agent, recovered.nextSeq('agent', agent.id)));
    }
    const toMs = clock.nowMs();
    const siteVersion = sites.current().version;
    siteJournal.note({ type: 'ServiceStarted', version: parts.serviceVersion, siteVersion });
    const fromMs = recovered.lastAtMs;
    if (fromMs !== null) siteJournal.note({ type: 'DataGap', fromMs, toMs, part: 'service' });
    await storeLink.takeOver();
    telephony.onEvent((event) => {
      if (!stopped) runQueue.post(() => incoming.take(event));
    });
    nodeLink.start();
  }

  function stop(): void {
    if (stopped) return;
    stopped = true;
    siteJournal.note({ type: 'ServiceStopped' });
    for (const part of [contacts, agents, featureCalls, nodeLink, storeLink]) part.stop();
  }

  return {
    start,
    stop,
    actOnAgent,
    actOnContact,
    callOut: (wish) => callOuts.order(wish),
    supervisions,
    consults: experts,
    agents: () => agents.all(),
    contacts: () => contacts.all(),
    onDuty: () => model.onDuty(),
    decisions: () => decided,
    placeOf: (id) => model.placeOf(id),
    breakPlaceOf: (id) => breakDesk.placeOf(id),
    isReachable: (deviceId) => nodeLink.isReachable(deviceId),
    condition: () => ({
      telephony: nodeLink.state(),
      store: storeLink.isUp() ? 'up' : 'away',
      epoch: epoch(),
      alarms: siteJournal.standing(),
      trunks: telephony.trunks(),
    }),
    note: siteJournal.note,
    alarm: (name, about, stands) => siteJournal[stands ? 'raise' : 'clear'](name, about),
    eventWentLive() {
      for (const contact of contacts.all())
        if (isWaiting(contact)) runQueue.post(() => contacts.step(contact.id, { type: 'EventWentLive' }));
    },
    missedCall: (call) => journalMissedCall({ node, sites, callers, standings, journal, epoch }, call),
    standingsChanged() {
      runQueue.post(sealThoseSetBeforehand);
    },
    rememberWish,
    passagesToday: () => passages.today(),
    waits,
    siteChanged() {
      feed.rerouted();
      for (const agent of agents.all()) feed.agentChanged(agent);
      breakDesk.look();
      matcher.poke();
    },
    isIdle: () => contacts.isIdle() && matcher.isIdle() && featureCalls.isIdle(),
  };
}

/** Its version is the next fact's number, whatever state was found. */
function numbered<State extends { readonly version: number }>(state: State, nextSeq: number): State {
  return nextSeq > state.version ? { ...state, version: nextSeq } : state;
}

/** Ended, and its time for a note is over: the journal has it, nobody needs it alive. */
function isDoneWith({ stage, deadlines }: Contact, nowMs: number): boolean {
  return stage.at === 'ended' && (deadlines.retire ?? 0) <= nowMs;
}

/** Of each stream the higher version: the spool may be ahead of Redis, or Redis of a lost spool. */
function newest<State extends { readonly id: string; readonly version: number }>(
  stored: readonly State[],
  spooled: readonly State[],
): readonly State[] {
  const best = new Map<string, State>();
  for (const state of [...stored, ...spooled]) {
    const known = best.get(state.id);
    if (known === undefined || state.version > known.version) best.set(state.id, state);
  }
  return [...best.values()];
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
