// The match loop beside a reservation that another engine left behind.
import t from 'tap';
import { createQueueModel } from '../../src/acd/queue-model.js';
import { createMemoryLiveStore } from '../../src/adapters/memory/live-store.js';
import type { AgentId, ContactId, DeviceId, QueueId } from '../../src/contact/ids.js';
import { createMatcher } from '../../src/engine/matcher.js';
import { createRunQueue } from '../../src/engine/run-queue.js';
import { createVirtualClock } from '../../src/sim/virtual-clock.js';
import { aContact, anAgent, aPair } from '../conformance/live-store.suite.js';

t.test(
  'a refused pair is looked at again every 100 ms, however much else pokes the matcher meanwhile',
  async (t) => {
    const clock = createVirtualClock(0);
    const store = createMemoryLiveStore({ clock });
    await store.writeBack({ contacts: [aContact('c1', 1)], agents: [anAgent('a1', 1)] });
    await store.commitOffers([aPair('c1', 'a1', { leaseMs: 10_000 })]);
    const model = createQueueModel({ queues: new Map(), placesPerPriority: 1 });
    const place = { queueId: 'general' as QueueId, requires: [], also: [], prefer: null };
    model.putContact(
      {
        ...{ contactId: 'c1' as ContactId, version: 1, priority: 0, resumed: false, turn: 1 },
        ...{ ...place, queuedAtMs: 0, arrivedAtMs: 0 },
      },
      0,
    );
    const [agentId, deviceId] = ['a1' as AgentId, 'da1' as DeviceId];
    model.putAgent(
      {
        ...{ agentId, deviceId, version: 1, skills: new Map(), ready: true, idleSinceMs: 0, busy: [] },
        standing: { state: 'ready', breakReason: null, sinceMs: 0 },
      },
      0,
    );
    let asked = 0;
    const delivered: string[] = [];
    const runQueue = createRunQueue((error) => t.fail(String(error)));
    const matcher = createMatcher({
      ...{ clock, timers: clock, model, runQueue },
      ids: { next: () => `offer-${String((asked += 1))}` },
      store: {
        isUp: () => store.isUp(),
        commitOffers: (commits) => store.commitOffers(commits),
        releaseOffer: (offerId, agent) => store.releaseOffer(offerId, agent),
      },
      leaseMs: () => 10_000,
      stillTrue: () => true,
      deliver(_offerId, { contactId }) {
        delivered.push(contactId);
        model.dropContact(contactId);
      },
      saveAgain: () => t.fail('the versions are those of the store'),
    });
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const runTo = async (untilMs: number) => {
      await settle();
      while (clock.advance(untilMs)) await settle();
    };
    matcher.setAllowed(true);
    for (let atMs = 10; atMs <= 1_000; atMs += 10) {
      await runTo(atMs);
      matcher.poke();
    }
    await runTo(1_000);
    const before = asked;
    await runTo(5_000);
    t.ok(asked - before <= 41, `${String(asked - before)} looks in 4 s`);
    t.same(delivered, []);
    await runTo(10_100);
    t.same(delivered, ['c1'], 'as soon as the reservation has lapsed');
  },
);
