// The link to the live store: what it writes back, and when it does not.
import t from 'tap';
import { createMemoryLiveStore } from '../../src/adapters/memory/live-store.js';
import type { LiveImage, LiveStore, SiteFact } from '../../src/engine/ports.js';
import { createRunQueue } from '../../src/engine/run-queue.js';
import { createStoreLink } from '../../src/engine/store-link.js';
import { createVirtualClock } from '../../src/sim/virtual-clock.js';
import { aContact, anAgent } from '../conformance/live-store.suite.js';

const settle = () => new Promise((resolve) => void setImmediate(resolve));

/** A link over a store whose next write-backs fail so often. */
function linked() {
  const clock = createVirtualClock(1_000);
  const memory = createMemoryLiveStore({ clock });
  const image: LiveImage = { contacts: [aContact('c1', 1)], agents: [anAgent('a1', 1)] };
  const seen = { written: 0, fails: 0, states: [] as string[], facts: [] as SiteFact['type'][] };
  const store: LiveStore = new Proxy(memory, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (name !== 'writeBack') return Reflect.apply(value, target, args) as unknown;
        seen.written += 1;
        seen.fails -= 1;
        return seen.fails >= 0
          ? Promise.reject(new Error('no'))
          : (Reflect.apply(value, target, args) as unknown);
      };
    },
  });
  const link = createStoreLink({
    store,
    clock,
    timers: clock,
    runQueue: createRunQueue((error) => t.fail(String(error))),
    siteJournal: {
      note: (fact) => void seen.facts.push(fact.type),
      raise: () => undefined,
      clear: () => undefined,
      standing: () => [],
      goOnFrom: () => undefined,
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    image: () => image,
    onState: (state) => void seen.states.push(state),
  });
  const pass = async (ms: number) => {
    const untilMs = clock.nowMs() + ms;
    await settle();
    while (clock.advance(untilMs)) await settle();
  };
  return { link, memory, seen, pass };
}

t.test(
  'lost and back, the image is written back once, though a try of before still has its wake-up',
  async (t) => {
    const { link, memory, seen, pass } = linked();
    await link.takeOver();
    await pass(10);
    t.match({ written: seen.written, up: link.isUp() }, { written: 1, up: true });
    memory.lose('gone');
    await pass(10);
    t.equal(link.isUp(), false);
    seen.fails = 1;
    memory.giveBack();
    await pass(10);
    t.equal(link.isUp(), false, 'the write-back failed');
    memory.lose('again');
    await pass(10);
    memory.giveBack();
    await pass(10);
    t.equal(link.isUp(), true);
    const { written } = seen;
    await pass(10_000);
    t.equal(seen.written, written, 'nothing is written back while offers are made');
    t.same(seen.facts, ['PartLost', 'PartBack']);
  },
);

t.test('a write-back that fails is tried again', async (t) => {
  const { link, seen, pass } = linked();
  seen.fails = 3;
  await link.takeOver();
  await pass(5_000);
  t.match({ written: seen.written, up: link.isUp() }, { written: 4, up: true });
  t.same(seen.states, ['up']);
});
