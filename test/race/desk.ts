// Keeps the states of a race's agents and contacts as an engine does: a version more at each change, saved, and told on.
import type { Agent } from '../../src/contact/agent.js';
import { isOfferable } from '../../src/contact/agent.js';
import { isWaiting, type Contact } from '../../src/contact/contact.js';
import type { AgentId, ContactId, DeviceId } from '../../src/contact/ids.js';
import type { LiveImage, LiveStore } from '../../src/engine/ports.js';
import {
  agentIds,
  agentIn,
  contactIn,
  type CallSeen,
  type ExchangeEvent,
  type ExchangeSight,
  type OfferSeen,
  type RingWish,
} from './world.js';

/** Whom a desk tells. */
export interface DeskParts {
  readonly store: Pick<LiveStore, 'saveContact' | 'saveAgent' | 'forgetContact'>;
  readonly ring: (offer: OfferSeen) => void;
  /** The offer's reservations are needed no more: its states are saved. */
  readonly release: (offer: OfferSeen) => void;
  readonly onAgent: (agent: Agent) => void;
  /** `null`: it is over. */
  readonly onContact: (id: ContactId, contact: Contact | null) => void;
}

/** The states of one engine. */
export interface Desk {
  /** Takes over what a store held, as far as the exchange bears it out. */
  restore(stored: LiveImage, sight: ExchangeSight): void;
  image(): LiveImage;
  heed(event: ExchangeEvent): void;
  stillTrue(wish: RingWish): boolean;
  /** A committed pair: both states change, then the phone rings. A pair that moved meanwhile is let go. */
  deliver(wish: RingWish): void;
  /** Tells all states again. */
  tellAll(): void;
}

/** An empty desk. */
export function createDesk({ store, ring, release, onAgent, onContact }: DeskParts): Desk {
  const agents = new Map<AgentId, Agent>();
  const contacts = new Map<ContactId, Contact>();

  function putAgent(agent: Agent): void {
    agents.set(agent.id, agent);
    store.saveAgent(agent, isOfferable(agent));
    onAgent(agent);
  }

  function putContact(contact: Contact): void {
    contacts.set(contact.id, contact);
    store.saveContact(contact, isWaiting(contact));
    onContact(contact.id, contact);
  }

  function forget(id: ContactId): void {
    contacts.delete(id);
    store.forgetContact(id);
    onContact(id, null);
  }

  function moveAgent(id: AgentId, activity: Agent['activity']): void {
    const version = (agents.get(id)?.version ?? 0) + 1;
    putAgent(agentIn(id, version, activity, Date.now()));
  }

  /** Rings for this very offer, or talks by it. */
  function has({ agentId, offerId, contactId }: OfferSeen): boolean {
    const { activity } = agents.get(agentId) ?? {};
    return (
      (activity?.is === 'ringing' && activity.offerId === offerId) ||
      (activity?.is === 'talking' && activity.contactId === contactId)
    );
  }

  function heed(event: ExchangeEvent): void {
    switch (event.type) {
      case 'arrived':
        return putContact(contactIn(event, 1));
      case 'hungUp':
        return forget(event.contactId);
      case 'ready':
        return moveAgent(event.agentId, { is: 'ready' });
      case 'answered': {
        if (!has(event)) return;
        const contact = contacts.get(event.contactId);
        moveAgent(event.agentId, talking(event));
        if (contact !== undefined)
          putContact({ ...contact, version: contact.version + 1, stage: talkStage(event, contact) });
        return release(event);
      }
      case 'notRung':
        if (!has(event)) return;
        forget(event.contactId);
        moveAgent(event.agentId, { is: 'ready' });
        return release(event);
      case 'over':
        return event.back ? comeBack(event) : finish(event);
    }
  }

  function comeBack(offer: OfferSeen): void {
    if (!has(offer)) return;
    const contact = contacts.get(offer.contactId);
    moveAgent(offer.agentId, { is: 'missed' });
    if (contact?.stage.at === 'offered')
      putContact({
        ...contact,
        version: contact.version + 1,
        stage: { at: 'waiting', cursor: contact.stage.cursor },
      });
    release(offer);
  }

  function finish(offer: OfferSeen): void {
    if (!has(offer)) return;
    forget(offer.contactId);
    moveAgent(offer.agentId, { is: 'wrapup', contactId: offer.contactId, extensions: 0 });
    release(offer);
  }

  function stillTrue({ agentId, agentVersion, contactId, contactVersion }: RingWish): boolean {
    const [agent, contact] = [agents.get(agentId), contacts.get(contactId)];
    if (agent?.version !== agentVersion || contact?.version !== contactVersion) return false;
    return isOfferable(agent) && isWaiting(contact);
  }

  function deliver(wish: RingWish): void {
    const { offerId, contactId, agentId } = wish;
    const [agent, contact] = [agents.get(agentId), contacts.get(contactId)];
    if (!stillTrue(wish)) {
      release(wish);
      if (agent !== undefined) onAgent(agent);
      onContact(contactId, contact ?? null);
      return;
    }
    moveAgent(agentId, { is: 'ringing', offerId, contactId });
    if (contact !== undefined)
      putContact({ ...contact, version: contact.version + 1, stage: offerStage(wish, contact) });
    ring({ offerId, contactId, agentId });
  }

  function restore(stored: LiveImage, sight: ExchangeSight): void {
    const versions = new Map<string, number>();
    for (const { id, version } of [...stored.contacts, ...stored.agents]) versions.set(id, version + 1);
    const offerOf = new Map(sight.offers.map((offer) => [offer.contactId, offer]));
    for (const call of sight.calls)
      contacts.set(
        call.contactId,
        seenContact(call, versions.get(call.contactId) ?? 1, offerOf.get(call.contactId)),
      );
    const phoneOf = new Map(sight.offers.map((offer) => [offer.agentId, offer]));
    const ready = new Set(sight.readyAgents);
    for (const id of agentIds) {
      const offer = phoneOf.get(id);
      const rest: Agent['activity'] = ready.has(id) ? { is: 'ready' } : { is: 'missed' };
      const activity =
        offer === undefined ? rest : offer.answered ? talking(offer) : ({ is: 'ringing', ...offer } as const);
      agents.set(id, agentIn(id, versions.get(id) ?? 1, activity, Date.now()));
    }
    tellAll();
  }

  function tellAll(): void {
    for (const agent of agents.values()) onAgent(agent);
    for (const contact of contacts.values()) onContact(contact.id, contact);
  }

  return {
    restore,
    image: () => ({ contacts: [...contacts.values()], agents: [...agents.values()] }),
    heed,
    stillTrue,
    deliver,
    tellAll,
  };
}

function talking({ contactId, offerId }: OfferSeen): Agent['activity'] {
  return {
    is: 'talking',
    contactId,
    legId: offerId as string as Extract<Agent['activity'], { is: 'talking' }>['legId'],
    held: false,
  };
}

function seenContact(
  call: CallSeen,
  version: number,
  offer: ExchangeSight['offers'][number] | undefined,
): Contact {
  const contact = contactIn(call, version);
  if (offer === undefined) return contact;
  return { ...contact, stage: offer.answered ? talkStage(offer, contact) : offerStage(offer, contact) };
}

function offerStage({ offerId, agentId }: OfferSeen, { stage }: Contact): Contact['stage'] {
  if (!('cursor' in stage) || stage.cursor === null) return stage;
  const offer = {
    ...{ offerId, agentId, deviceId: `d${agentId}` as DeviceId, offeredAtMs: Date.now(), ringMs: 1_000 },
    ...{ ringing: true, answeredAtMs: null, whispering: null, joining: false },
  };
  return { at: 'offered', cursor: stage.cursor, offer };
}

/** Any stage out of line will do: nothing here looks at a talk but who has it. */
function talkStage(_offer: OfferSeen, { stage }: Contact): Contact['stage'] {
  return 'cursor' in stage && stage.cursor !== null
    ? { at: 'flow', cursor: stage.cursor, next: { type: 'spoken' } }
    : stage;
}
