// Which calls are foretold as they are queued, and that of more calls than are looked at nothing but their number counts.
import t from 'tap';
import { createQueueModel } from '../../src/acd/queue-model.js';
import type { WaitingContact } from '../../src/acd/place.js';
import type { AgentId, ContactId, DeviceId, QueueId, SkillName } from '../../src/contact/ids.js';
import { createWaitForecast } from '../../src/engine/wait-forecast.js';
import { siteOf, smallSite } from '../site/small-site.js';
import { chanceOf } from '../acd/distributor-run.js';
import { lexical, orderKey } from '../acd/plain-distributor.js';

const site = siteOf(smallSite());
const nowMs = 1_000_000;
const routing = { queues: new Map(), placesPerPriority: 20 };
const skills = ['a', 'b', 'c', 'd'];

function call(turn: number, over: Partial<WaitingContact> = {}): WaitingContact {
  const [contactId, queueId] = [`c${String(turn)}` as ContactId, 'general' as QueueId];
  return {
    ...{ contactId, queueId, version: 1, requires: [], also: [], priority: 0, resumed: false, prefer: null },
    ...{ turn, queuedAtMs: nowMs, arrivedAtMs: nowMs },
    ...over,
  };
}

function hotline(agents: number) {
  const model = createQueueModel(routing);
  for (let n = 0; n < agents; n += 1) {
    const [agentId, deviceId] = [`a${String(n)}` as AgentId, `d${String(n)}` as DeviceId];
    const his = new Map([[skills[n % skills.length] as SkillName, 5]]);
    const standing = { state: 'talking', breakReason: null, sinceMs: nowMs } as const;
    const busy = { ready: false, idleSinceMs: nowMs, standing, busy: [] };
    model.putAgent({ agentId, deviceId, version: 1, skills: his, ...busy }, nowMs);
  }
  return model;
}

t.test('every call of a hotline with 100 agents is foretold, of one with 1,500 one in 15', (t) => {
  for (const [agents, every] of [
    [0, 1],
    [100, 1],
    [101, 2],
    [1_500, 15],
  ] as const) {
    const waits = createWaitForecast({
      clock: { nowMs: () => nowMs },
      sites: { current: () => site, ofVersion: () => site },
      model: hotline(agents),
      queueOf: () => undefined,
      nextTurn: () => 1,
    });
    const turns = Array.from({ length: 60 }, (_, turn) => turn + 1);
    const foretold = turns.filter((turn) => waits.atQueueing(call(turn)) !== undefined);
    t.equal(foretold.length, 60 / every, `${String(agents)} agents`);
    t.ok(waits.of(call(1)), 'asked for, it is reckoned whatever the size');
  }
  t.end();
});

t.test(
  'those before a call are as many as stand before it, up to where they are not looked at and beyond',
  (t) => {
    const chance = chanceOf(5);
    for (const count of [0, 30, 499, 500, 501, 700]) {
      const model = hotline(20);
      const all = Array.from({ length: count }, (_, turn) =>
        call(turn, { requires: [skills[chance(skills.length)] ?? 'a'], priority: chance(3) }),
      );
      for (const one of all) model.putContact(one, nowMs);
      const mine = call(count + 60, { priority: 1 });
      const input = { nowMs, routing, waiting: all, agents: [] };
      const before = [...all]
        .sort((one, other) => lexical(orderKey(input, one), orderKey(input, other)))
        .filter((one) => lexical(orderKey(input, one), orderKey(input, mine)) < 0);
      const { ahead } = model.contest(mine, nowMs);
      t.equal(ahead.length, before.length, `${String(count)} in line`);
      if (ahead.length > 500) continue;
      // One kind for each skill: named after how many there are, told apart by the calls themselves.
      const kinds = new Map(before.map(({ requires }, at) => [requires.join(), ahead[at]]));
      t.same(
        ahead,
        before.map(({ requires }) => kinds.get(requires.join())),
      );
      t.equal(new Set(kinds.values()).size, kinds.size);
    }
    t.end();
  },
);
