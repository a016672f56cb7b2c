// The exchange of a race: callers and phones, which know nothing of engines and ring whatever they are told to.
import type { AgentId, ContactId, OfferId, QueueId } from '../../src/contact/ids.js';
import type { Chance } from '../acd/distributor-run.js';
import type { History } from './history.js';
import {
  agentIds,
  queueIds,
  skillsOf,
  type CallSeen,
  type ExchangeEvent,
  type ExchangeSight,
  type OfferSeen,
} from './world.js';

/** Callers and phones. */
export interface Exchange {
  /** Begins: everybody is ready, calls come, and as many wait at any time as `line` says. */
  open(): void;
  /** No more calls come. */
  close(): void;
  /** Whoever connects is told from now on; the one before is told nothing more, and rings nobody. */
  connect(listener: (event: ExchangeEvent) => void): {
    readonly sight: ExchangeSight;
    ring(offer: OfferSeen): void;
  };
  /** Offers rung so far. */
  rung(): number;
  /** Nobody waits, rings or talks. */
  isQuiet(): boolean;
}

/** So many callers stand in line at least. */
const line = 40;
/** Chances in a hundred. */
const hangsUpInLine = 2;
const unanswered = 10;
const hangsUpRinging = 5;

interface Live extends OfferSeen {
  answered: boolean;
}

/** A closed exchange. */
export function createExchange(chance: Chance, history: History): Exchange {
  const calls = new Map<ContactId, CallSeen>();
  const offers = new Map<OfferId, Live>();
  const ready = new Set<AgentId>();
  let listener: ((event: ExchangeEvent) => void) | undefined;
  let [came, rung, isOpen] = [0, 0, false];

  const tell = (event: ExchangeEvent): void => listener?.(event);
  const within = (ms: number, then: () => void): void => void setTimeout(then, 1 + chance(ms));
  const offersOf = (contactId: ContactId): readonly Live[] =>
    [...offers.values()].filter((offer) => offer.contactId === contactId);

  function keepLine(): void {
    const waiting = calls.size - offers.size;
    for (let missing = line - waiting; isOpen && missing > 0; missing -= 1) arrive();
  }

  function arrive(): void {
    came += 1;
    const call: CallSeen = {
      contactId: `c${String(came)}` as ContactId,
      queueId: queueIds[chance(queueIds.length)] as QueueId,
      priority: chance(3),
      turn: came,
      arrivedAtMs: Date.now(),
    };
    calls.set(call.contactId, call);
    history.note('arrived', { contact: call.contactId, requires: [call.queueId] });
    tell({ type: 'arrived', ...call });
    if (chance(100) < hangsUpInLine) within(300, () => hangUpInLine(call.contactId));
  }

  function hangUpInLine(contactId: ContactId): void {
    if (!calls.has(contactId) || offersOf(contactId).length > 0) return;
    calls.delete(contactId);
    history.note('hungUp', { contact: contactId });
    tell({ type: 'hungUp', contactId });
    keepLine();
  }

  function ring(offer: OfferSeen): void {
    const { offerId, contactId, agentId } = offer;
    const said = { offer: offerId, contact: contactId, agent: agentId };
    if (!calls.has(contactId)) {
      history.note('notRung', said);
      tell({ type: 'notRung', offerId, contactId, agentId });
      return;
    }
    rung += 1;
    offers.set(offerId, { offerId, contactId, agentId, answered: false });
    ready.delete(agentId);
    history.note('rang', said);
    const fate = chance(100);
    if (fate < unanswered) within(30, () => end(offerId, 'unanswered'));
    else if (fate < unanswered + hangsUpRinging) within(15, () => end(offerId, 'hungUp'));
    else within(15, () => answer(offerId));
  }

  function answer(offerId: OfferId): void {
    const offer = offers.get(offerId);
    if (offer === undefined) return;
    offer.answered = true;
    const { contactId, agentId } = offer;
    history.note('answered', { offer: offerId, contact: contactId, agent: agentId });
    tell({ type: 'answered', offerId, contactId, agentId });
    within(120, () => end(offerId, 'closed'));
  }

  function end(offerId: OfferId, how: 'unanswered' | 'hungUp' | 'closed'): void {
    const offer = offers.get(offerId);
    if (offer === undefined) return;
    const { contactId, agentId } = offer;
    offers.delete(offerId);
    const back = how === 'unanswered';
    if (!back) calls.delete(contactId);
    history.note(how, { offer: offerId, contact: contactId, agent: agentId });
    tell({ type: 'over', back, offerId, contactId, agentId });
    within(20, () => becomeReady(agentId));
    keepLine();
  }

  function becomeReady(agentId: AgentId): void {
    if ([...offers.values()].some((offer) => offer.agentId === agentId)) return;
    ready.add(agentId);
    history.note('ready', { agent: agentId });
    tell({ type: 'ready', agentId });
  }

  return {
    open() {
      isOpen = true;
      for (const agentId of agentIds) {
        history.note('agent', { agent: agentId, skills: skillsOf(agentId) });
        becomeReady(agentId);
      }
      keepLine();
    },
    close() {
      isOpen = false;
    },
    connect(next) {
      listener = next;
      const sight = { calls: [...calls.values()], readyAgents: [...ready], offers: [...offers.values()] };
      return {
        sight,
        ring(offer) {
          if (listener === next) ring(offer);
          else history.note('replaced', { offer: offer.offerId });
        },
      };
    },
    rung: () => rung,
    isQuiet: () => calls.size === 0 && ready.size === agentIds.length,
  };
}
