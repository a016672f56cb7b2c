// One engine of a race, a process of its own that may be killed or frozen at any moment.
import type { Proposal } from '../../src/acd/match.js';
import type { Agent } from '../../src/contact/agent.js';
import type { Contact } from '../../src/contact/contact.js';
import type { AgentId, ContactId, NodeId, OfferId } from '../../src/contact/ids.js';
import { createMatcher, type Matcher } from '../../src/engine/matcher.js';
import { createRunQueue } from '../../src/engine/run-queue.js';
import { createStoreLink } from '../../src/engine/store-link.js';
import { createRedisLiveStore } from '../../src/adapters/redis/live-store.js';
import { createMatcherLease } from '../../src/adapters/redis/matcher-lease.js';
import { systemClock, systemTimers, uuidV7 } from '../../src/adapters/system/clock.js';
import { createDesk } from './desk.js';
import { notingWriteBacks, openHistory, recorded, type CommittingStore } from './history.js';
import { createSharedStore } from './shared-store.js';
import {
  followAgent,
  followContact,
  leaseMs,
  matcherLeaseMs,
  newPicture,
  type ExchangeEvent,
  type ExchangeSight,
  type FromEngine,
  type OfferSeen,
  type RaceSetting,
  type RingWish,
  type ToEngine,
} from './world.js';

const setting = JSON.parse(process.argv[2] ?? '') as RaceSetting;
const { host, port, password, site, name, lease } = setting;
const history = openHistory(setting.historyFile);
const runQueue = createRunQueue((error) => history.note('fault', { fault: String(error) }));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const address = { host, port, password };

/** What an engine does with words from outside. */
interface Engine {
  heed(word: ToEngine): void;
  close(): Promise<void>;
}

function say(word: FromEngine): void {
  process.send?.(word, undefined, undefined, () => undefined);
}

function matcherOver(
  store: CommittingStore,
  model: ReturnType<typeof newPicture>,
  stillTrue: (wish: RingWish) => boolean,
  deliver: (wish: RingWish) => void,
): Matcher {
  const wishOf = (proposal: Proposal, offerId: OfferId): RingWish => {
    const { contactId, contactVersion, agentId, agentVersion } = proposal;
    return { offerId, contactId, contactVersion, agentId, agentVersion };
  };
  return createMatcher({
    ...{ clock: systemClock, timers: systemTimers, ids: uuidV7, model, runQueue },
    store: recorded(store, history),
    leaseMs: () => leaseMs,
    stillTrue: (proposal) => stillTrue(wishOf(proposal, '' as OfferId)),
    deliver: (offerId, proposal) => deliver(wishOf(proposal, offerId)),
    saveAgain: () => undefined,
  });
}

/** With the lease off: proposes by the keeper's states and rings what was committed. */
function proposer(): Engine {
  const model = newPicture();
  const agents = new Map<AgentId, Agent>();
  const contacts = new Map<ContactId, Contact>();
  const store = createSharedStore({ ...address, clientName: name }, site, () => say({ say: 'connect' }));
  // Whether a pair moved meanwhile, its keeper knows best.
  const matcher = matcherOver(store, model, () => true, deliver);
  matcher.setAllowed(true);

  function deliver(wish: RingWish): void {
    const agent = agents.get(wish.agentId);
    model.dropContact(wish.contactId);
    if (agent !== undefined) followAgent(model, { ...agent, activity: { is: 'missed' } }, Date.now());
    say({ say: 'ring', ...wish });
  }

  function follow({
    agents: moved,
    contacts: changed,
    gone,
    epoch,
  }: Extract<ToEngine, { say: 'states' }>): void {
    store.follow(epoch);
    for (const agent of moved) {
      agents.set(agent.id, agent);
      followAgent(model, agent, Date.now());
    }
    for (const contact of changed) {
      contacts.set(contact.id, contact);
      followContact(model, contact, Date.now());
    }
    for (const id of gone) {
      contacts.delete(id);
      model.dropContact(id);
    }
    matcher.poke();
  }

  return {
    heed(word) {
      if (word.say === 'states') follow(word);
      if (word.say !== 'release') return;
      const isCallThere = contacts.has(word.contactId);
      history.note('released', { offer: word.offerId, contactToo: isCallThere });
      store.settle(word, agents.get(word.agentId), isCallThere);
    },
    close: () => store.close(),
  };
}

/** With the lease on: whoever holds it takes everything over, as a service does at its start. */
function successor(): Engine {
  let leading: ReturnType<typeof lead> | undefined;
  const held = createMatcherLease({
    ...{ ...address, site, owner: name, leaseMs: matcherLeaseMs, log: silent },
    onChange(isHeld) {
      history.note(isHeld ? 'leaseTaken' : 'leaseLost');
      leading?.end();
      leading = isHeld ? lead() : undefined;
    },
  });
  return {
    heed(word) {
      if (word.say === 'connected') leading?.connected(word.sight);
      if (word.say === 'event') leading?.heed(word.event);
    },
    async close() {
      leading?.end();
      await held.close();
    },
  };

  function lead() {
    const order = { ...address, site, node: 'n1' as NodeId, owner: name, log: silent };
    const store = notingWriteBacks(createRedisLiveStore(order), history);
    const model = newPicture();
    const committing = recorded(store, history);
    let connected: ((sight: ExchangeSight) => void) | undefined;
    let isOver = false;
    const desk = createDesk({
      store,
      ring: (offer) => say({ say: 'ring', ...offer, contactVersion: 0, agentVersion: 0 }),
      release: ({ offerId, agentId }: OfferSeen) => committing.releaseOffer(offerId, agentId),
      onAgent(agent) {
        followAgent(model, agent, Date.now());
        matcher.poke();
      },
      onContact(id, contact) {
        if (contact === null) model.dropContact(id);
        else followContact(model, contact, Date.now());
        matcher.poke();
      },
    });
    const matcher: Matcher = matcherOver(store, model, desk.stillTrue, desk.deliver);
    const link = createStoreLink({
      ...{ store, clock: systemClock, timers: systemTimers, runQueue, log: silent },
      siteJournal: {
        note: (fact) => history.note('store', { fact: fact.type }),
        ...{ raise: () => undefined, clear: () => undefined, standing: () => [], goOnFrom: () => undefined },
      },
      image: desk.image,
      onState: () => matcher.setAllowed(link.isUp() && held.isHeld()),
    });

    async function takeOver(): Promise<void> {
      await store.whenUp(5_000);
      const stored = await link.load();
      if (isOver) return;
      const sight = await new Promise<ExchangeSight>((resolve) => {
        connected = (seen) => {
          // At once: events follow on its heels.
          desk.restore(stored, seen);
          resolve(seen);
        };
        say({ say: 'connect' });
      });
      if (isOver) return;
      history.note('tookOver', { calls: sight.calls.length, offers: sight.offers.length });
      await link.takeOver();
    }

    void takeOver().catch((error: unknown) => history.note('fault', { fault: String(error) }));
    return {
      connected: (sight: ExchangeSight) => connected?.(sight),
      heed(event: ExchangeEvent): void {
        runQueue.post(() => desk.heed(event));
      },
      end(): void {
        isOver = true;
        matcher.setAllowed(false);
        link.stop();
        void store.close();
      },
    };
  }
}

const engine = lease === 'on' ? successor() : proposer();

process.on('message', (word: ToEngine) => {
  if (word.say === 'stop') void engine.close().then(() => process.exit(0));
  else engine.heed(word);
});
// The race is over, however it ended.
process.on('disconnect', () => process.exit(0));
history.note('started');
