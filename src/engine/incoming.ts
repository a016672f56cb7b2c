// What telephony tells, turned into signals for the right mailbox.
import { sealedArrival } from '../contact/confidential.js';
import type { Arrival, Contact, Seal } from '../contact/contact.js';
import type { ContactSignal } from '../contact/contact-signals.js';
import type {
  CallerKey,
  ChannelId,
  ContactId,
  DeviceId,
  NodeId,
  OfferId,
  PlayId,
  SupervisionId,
} from '../contact/ids.js';
import type { Agents } from './agents.js';
import type { CallerMemory } from './caller-memory.js';
import type { Contacts } from './contacts.js';
import type { FeatureCalls } from './feature-calls.js';
import { callerSeen, callerToldOf, sealOfEarlier } from './handed-over.js';
import type { LastAgents } from './last-agents.js';
import type { NodeLink } from './node-link.js';
import type { ArrivalSeen, CallerNumbers, Clock, Ids, Sites, Telephony, TelephonyEvent } from './ports.js';
import type { RunQueue } from './run-queue.js';
import type { SiteJournal } from './site-journal.js';
import type { Standings } from './standings.js';
import type { Site } from '../site/site.js';

/** Where events go. */
export interface IncomingParts {
  readonly node: NodeId;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sites: Sites;
  readonly callers: CallerNumbers;
  readonly standings: Standings;
  readonly memory: CallerMemory;
  readonly lastAgents: LastAgents;
  readonly rememberWish: (callerKey: CallerKey, wish: string) => void;
  readonly telephony: Telephony;
  readonly runQueue: RunQueue;
  readonly contacts: Contacts;
  readonly agents: Agents;
  readonly featureCalls: FeatureCalls;
  readonly siteJournal: SiteJournal;
  readonly nodeLink: () => NodeLink;
  readonly pause: (ms: number) => Promise<void>;
  /** Somebody awaits this playback's end. */
  readonly playbackEnded: (playId: PlayId) => void;
}

/** Takes one event at a time, from the run queue. */
export interface Incoming {
  take(event: TelephonyEvent): void;
  arrive(seen: ArrivalSeen): void;
}

/** A phone out of reach whose audio stands still for this long is lost. */
const deadAudioMs = 1_000;

/** The way from telephony to the mailboxes. */
export function createIncoming(parts: IncomingParts): Incoming {
  const { contacts, agents, featureCalls, siteJournal, sites, telephony, runQueue } = parts;

  function take(event: TelephonyEvent): void {
    switch (event.type) {
      case 'arrived':
        return arrive(event.arrival);
      case 'featureDialled':
        return featureCalls.dialled(event);
      case 'playEnded':
        return playEnded(event.channelId, event.playId, event.ok);
      case 'digit':
        return digit(event.channelId, event.digit);
      case 'ringing':
        return toOffer(event.channelId, (offerId) => ({ type: 'LegRinging', offerId }));
      case 'answered':
        toOffer(event.channelId, (offerId) => ({ type: 'LegAnswered', offerId }));
        calleeAnswered(event.channelId);
        toExpert(event.channelId, (legId) => ({ type: 'ExpertAnswered', legId }));
        return toSupervision(event.channelId, (supervisionId) => ({
          type: 'SupervisorAnswered',
          supervisionId,
        }));
      case 'held':
        return toOffer(event.channelId, (offerId) => ({ type: 'LegHeld', offerId, held: event.held }));
      case 'gone':
        return gone(event);
      case 'phone':
        return phone(event.deviceId, event.reachable);
      case 'ownCall':
        return ownCall(event.deviceId, event.channelId, event.up);
      case 'newContactAddress':
        return movedInCall(event.deviceId);
      case 'connected':
      case 'disconnected':
      case 'replaced':
      case 'sick':
      case 'well':
        return parts.nodeLink().take(event);
    }
  }

  function arrive(seen: ArrivalSeen): void {
    if (contacts.onChannel(seen.channelId) !== undefined) return;
    const contactId = parts.ids.next() as ContactId;
    contacts.arrive(contactId, arrivalOf(contactId, seen));
  }

  function arrivalOf(contactId: ContactId, seen: ArrivalSeen): Arrival {
    const site = sites.current();
    const nowMs = parts.clock.nowMs();
    const meaning = site.meaningOf({ ...seen, nowMs });
    const { entryId, kpiLine, tag, pattern, state, words, asksCity, cities } = meaning;
    const { channelId, sipCallId, trunkId, dnis, redirectedFrom, ani, aniShown } = seen;
    const { handedOver } = meaning;
    const earlier = handedOver?.cameFrom && contacts.get(handedOver.cameFrom);
    const caller =
      handedOver === undefined
        ? callerSeen(parts.callers, ani, aniShown)
        : callerToldOf(parts.callers, handedOver, earlier);
    const sealed = sealOf(meaning, caller.callerKey) ?? sealOfEarlier(earlier);
    const limit = parts.standings.limitOf(caller.callerKey, nowMs);
    const arrival: Arrival = {
      node: parts.node,
      bootId: parts.nodeLink().bootId(),
      channelId,
      sipCallId,
      trunkId,
      dnis: site.keptNumber(dnis),
      redirectedFrom: site.keptNumber(redirectedFrom),
      ...caller,
      entryId,
      kpiLine,
      tag,
      // Asterisk's clock is this machine's, but a call never arrives in our future.
      arrivedAtMs: Math.min(seen.arrivedAtMs, nowMs),
      siteVersion: site.version,
      numberPattern: pattern,
      numberState: state,
      words,
      asksCity,
      ...(asksCity && { cities }),
      ...rememberedOf(caller.callerKey, contactId, nowMs, { earlier, mayRenew: sealed === undefined }),
      ...handOverOf(handedOver),
      ...(sealed !== undefined && { sealed }),
      ...(limit !== undefined && { limit: { level: limit.level, untilMs: limit.untilMs } }),
    };
    return sealed === undefined ? arrival : sealedArrival(arrival);
  }

  /** What is known of him from his former calls. A sealed call writes nothing about him down. */
  function rememberedOf(
    callerKey: CallerKey,
    contactId: ContactId,
    nowMs: number,
    { earlier, mayRenew }: { readonly earlier: Contact | undefined; readonly mayRenew: boolean },
  ): Partial<Arrival> {
    const { memory, rememberWish } = parts;
    const { wishKeptMs, repeatWithinMs } = sites.current().callerPolicy;
    const wish = memory.wishOf(callerKey, nowMs);
    if (wish !== undefined && mayRenew && memory.isRenewalDue(callerKey, nowMs, wishKeptMs))
      rememberWish(callerKey, wish);
    const called = memory.called(callerKey, contactId, nowMs, repeatWithinMs);
    // Handed over, it is the same call still.
    const callsBefore = called - (earlier?.arrival.callerKey === callerKey ? 1 : 0);
    const lastTalk = parts.lastAgents.of(callerKey);
    return {
      ...(wish !== undefined && { wish }),
      ...(callsBefore > 0 && { callsBefore }),
      ...(lastTalk !== undefined && { lastTalk: { agentId: lastTalk.agentId, atMs: lastTalk.atMs } }),
    };
  }

  /** What stays of a hand-over; who calls stands where it does in every arrival. */
  function handOverOf(meaning: ReturnType<Site['meaningOf']>['handedOver']): Partial<Arrival> {
    if (meaning === undefined) return {};
    const { cameFrom, caller: _told, ...handedOver } = meaning;
    return { handedOver, ...(cameFrom !== undefined && { cameFrom }) };
  }

  /** Set beforehand: by the number dialled, else by the caller's own. */
  function sealOf({ sealed }: ReturnType<Site['meaningOf']>, callerKey: CallerKey): Seal | undefined {
    if (sealed !== null) return { kind: sealed, by: 'ledger' };
    return parts.standings.isConfidential(callerKey) ? { kind: 'confidential', by: 'number' } : undefined;
  }

  function playEnded(channelId: ChannelId, playId: PlayId, ok: boolean): void {
    parts.playbackEnded(playId);
    const contact = contacts.onChannel(channelId);
    if (contact !== undefined) contacts.step(contact.id, { type: 'PlayEnded', playId, ok });
    else if (toExpert(channelId, (legId) => ({ type: 'ExpertPlayEnded', legId, playId }))) return;
    else featureCalls.playEnded(channelId, playId);
  }

  function digit(channelId: ChannelId, pressed: string): void {
    const contact = contacts.onChannel(channelId);
    if (contact !== undefined) contacts.step(contact.id, { type: 'Digit', digit: pressed });
    else if (toExpert(channelId, (legId) => ({ type: 'ExpertPressed', legId, digit: pressed }))) return;
    else featureCalls.digit(channelId, pressed);
  }

  /** The leg of an offer or a talk has the offer's id; any other channel has no contact behind it. */
  function toOffer(channelId: ChannelId, signal: (offerId: OfferId) => ContactSignal): void {
    const offerId = channelId as string as OfferId;
    const contact = contacts.onOffer(offerId);
    if (contact !== undefined) contacts.step(contact.id, signal(offerId));
  }

  /** The channel of a contact that was made from here. */
  function calleeAnswered(channelId: ChannelId): void {
    const contact = contacts.onChannel(channelId);
    if (contact !== undefined) contacts.step(contact.id, { type: 'CalleeAnswered' });
  }

  /** An expert's phone; false = none has this leg. */
  function toExpert(channelId: ChannelId, signal: (legId: ChannelId) => ContactSignal): boolean {
    const contact = contacts.onExpertLeg(channelId);
    if (contact === undefined) return false;
    contacts.step(contact.id, signal(channelId));
    return true;
  }

  /** The leg of a supervisor who hears a talk has the supervision's id. */
  function toSupervision(legId: ChannelId, signal: (id: SupervisionId) => ContactSignal): void {
    const contact = contacts.onSupervisorLeg(legId);
    if (contact !== undefined) contacts.step(contact.id, signal(legId as string as SupervisionId));
  }

  function gone({ channelId, causeCode, phoneLost }: Extract<TelephonyEvent, { type: 'gone' }>): void {
    const contact: Contact | undefined = contacts.onChannel(channelId);
    if (contact !== undefined) contacts.step(contact.id, { type: 'CallerGone', causeCode, inGap: false });
    else if (!featureCalls.gone(channelId)) legGone(channelId, causeCode, phoneLost);
  }

  function legGone(channelId: ChannelId, causeCode: number, phoneLost: boolean): void {
    toOffer(channelId, (offerId) => ({ type: 'LegGone', offerId, causeCode, phoneLost }));
    toExpert(channelId, (legId) => ({ type: 'ExpertGone', legId, causeCode, phoneLost }));
    toSupervision(channelId, (supervisionId) => ({
      type: 'SupervisionOver',
      supervisionId,
      reason: 'supervisor',
    }));
  }

  function phone(deviceId: DeviceId, isReachable: boolean): void {
    parts.nodeLink().phoneSeen(deviceId, isReachable);
    const agent = agents.at(deviceId);
    if (agent === undefined) return;
    agents.step(agent.id, { type: 'PhoneReachable', deviceId, reachable: isReachable });
    if (isReachable) return;
    if (agent.activity.is === 'ringing') legGone(agent.activity.offerId as string as ChannelId, 0, true);
    if (agent.activity.is === 'talking') void dropDeadLeg(agent.activity.legId);
  }

  /** A phone that registers from elsewhere in the middle of a call: a stranger with its password, or it was restarted. */
  function movedInCall(deviceId: DeviceId): void {
    siteJournal.raise('newContactAddress', deviceId);
    const agent = agents.at(deviceId);
    if (agent?.activity.is === 'talking') void dropDeadLeg(agent.activity.legId);
  }

  /** Something is wrong with a talking agent's phone: if its audio stands still too, the talk is cut off. */
  async function dropDeadLeg(legId: ChannelId): Promise<void> {
    const before = await telephony.packetsReceived(legId).catch(() => null);
    await parts.pause(deadAudioMs);
    const after = await telephony.packetsReceived(legId).catch(() => null);
    if (before !== null && before === after) runQueue.post(() => legGone(legId, 0, true));
  }

  function ownCall(deviceId: DeviceId, channelId: ChannelId, up: boolean): void {
    if (featureCalls.holds(channelId)) return;
    const agent = agents.at(deviceId);
    if (agent !== undefined) agents.step(agent.id, { type: 'OwnCall', channelId, up });
  }

  return { take, arrive };
}
