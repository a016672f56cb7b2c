// The live store's suite on memory and on a real Redis.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { createMemoryLiveStore } from '../../src/adapters/memory/live-store.js';
import { createRedisLiveStore, type RedisLiveStore } from '../../src/adapters/redis/live-store.js';
import type { NodeId } from '../../src/contact/ids.js';
import { startTestRedis, type RedisInstance } from '../redis-instance.js';
import { liveStoreSuite, type LiveStoreHarness } from './live-store.suite.js';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function memoryHarness(): Promise<LiveStoreHarness> {
  let nowMs = 0;
  const first = createMemoryLiveStore({ clock: { nowMs: () => nowMs } });
  let opened = false;
  let mark = first.mark();
  return {
    open: async () => {
      if (opened) return first.sibling();
      opened = true;
      return first;
    },
    lose: async () => first.lose('taken away'),
    giveBack: async ({ emptied, rolledBack }) =>
      first.giveBack({ emptied, ...(rolledBack && { rolledBackTo: mark }) }),
    mark: async () => void (mark = first.mark()),
    pass: async (ms) => void (nowMs += ms),
    close: async () => undefined,
  };
}

let sites = 0;

/** One site of its own each; Redis is frozen to be lost, and killed to come back empty or with the files it had at a mark. */
async function redisHarness(redis: RedisInstance): Promise<LiveStoreHarness> {
  const site = `suite${String((sites += 1))}`;
  const stores: RedisLiveStore[] = [];
  const allUp = () => Promise.all(stores.map((store) => store.whenUp(5000)));
  return {
    open: async () => {
      const store = createRedisLiveStore({ ...redis, site, node: 'n1' as NodeId, log: silent });
      stores.push(store);
      await store.whenUp(5000);
      return store;
    },
    lose: async () => {
      await redis.signal('SIGSTOP');
      while (stores.some((store) => store.isUp())) await sleep(20);
    },
    giveBack: async ({ emptied, rolledBack = false }) => {
      if (emptied || rolledBack) {
        await redis.signal('SIGKILL');
        await redis.start({ emptied, rolledBack });
      } else await redis.signal('SIGCONT');
      await allUp();
    },
    mark: () => redis.mark(),
    pass: (ms) => sleep(ms),
    close: async () => void (await Promise.all(stores.map((store) => store.close()))),
  };
}

t.test('in memory', (t) => {
  liveStoreSuite(t, memoryHarness);
  t.end();
});

t.test('on Redis', async (t) => {
  const redis = await startTestRedis(14_640);
  t.teardown(() => redis.remove());
  liveStoreSuite(t, () => redisHarness(redis));
});
