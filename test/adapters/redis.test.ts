// The Redis adapter on a real Redis that is ended, killed, frozen, emptied and rolled back under it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { redisKeys } from '../../src/adapters/redis/keys.js';
import { createRedisLiveStore } from '../../src/adapters/redis/live-store.js';
import { defineScripts } from '../../src/adapters/redis/scripts.js';
import { readScript } from '../../src/adapters/redis/script-file.js';
import type { Agent } from '../../src/contact/agent.js';
import type { Contact } from '../../src/contact/contact.js';
import type { AgentId, ContactId, NodeId, OfferId } from '../../src/contact/ids.js';
import type { LiveImage, StoreChange } from '../../src/engine/ports.js';
import { aContact, aPair, anAgent, save, settle, sorted } from '../conformance/live-store.suite.js';
import { startTestRedis } from '../redis-instance.js';

const redis = await startTestRedis(14_645);
t.teardown(() => redis.remove());

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A connected store that remembers what it told. */
async function connected(t: Test, site: string) {
  const store = createRedisLiveStore({ ...redis, site, node: 'n1' as NodeId, log: silent });
  t.teardown(() => store.close());
  const changes: StoreChange[] = [];
  store.onChange((change) => changes.push(change));
  assert.ok(await store.whenUp(5000));
  changes.length = 0;
  return { store, changes };
}

async function until(condition: () => boolean, deadlineMs: number): Promise<number> {
  const startedAtMs = performance.now();
  while (!condition() && performance.now() - startedAtMs < deadlineMs) await sleep(5);
  return performance.now() - startedAtMs;
}

t.test('each script has a header, and each key is documented', (t) => {
  const folder = new URL('../../src/adapters/redis/lua/', import.meta.url);
  const names = readdirSync(folder).map((file) => file.replace('.lua', ''));
  for (const name of names) {
    const { keys, lua } = readScript(name);
    t.ok(keys.fixed > 0, name);
    const used = [...lua.matchAll(/KEYS\[(\d+)\]/g)].map((found) => Number(found[1]));
    t.ok(Math.max(...used) <= keys.fixed, `${name} uses the keys of its header`);
    t.notMatch(
      lua,
      /redis\.call\('TIME'|math\.random|while /,
      `${name} has no clock, no chance, no open loop`,
    );
  }
  t.same(readScript('commit-offers').keys, { fixed: 5, perItem: 2 });
  const page = readFileSync(new URL('../../docs/redis-keys.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(\{yihao:[^`]+)` *\|/gm)].map((found) => found[1]);
  const built = Object.values(redisKeys('<site>')).map((key: string | ((id: never) => string)) =>
    typeof key === 'string' ? key : key('<id>' as never),
  );
  t.same(new Set(documented), new Set(built));
  t.equal(documented.length, built.length);
  t.end();
});

t.test('four matchers on four connections, one epoch: no agent and no contact twice', async (t) => {
  const { store } = await connected(t, 'race');
  const epoch = await store.takeEpoch();
  const keys = redisKeys('race');
  const matchers = Array.from({ length: 4 }, () => defineScripts(redis.client(), keys));
  const contacts = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'];
  const agents = ['a1', 'a2', 'a3', 'a4'];
  let refused = 0;
  for (let round = 1; round <= 400; round += 1) {
    save(store, {
      contacts: contacts.map((id) => aContact(id, round)),
      agents: agents.map((id) => anAgent(id, round)),
    });
    await settle(store);
    const race = matchers.map(async (matcher, which) => {
      const commits = agents.map((id, at) =>
        aPair(contacts[(at + which) % contacts.length] ?? '', id, {
          offerId: `${String(which)}-${id}` as OfferId,
          contactVersion: round,
          agentVersion: round,
        }),
      );
      const results = await matcher.commitOffers(epoch, commits);
      refused += results.filter((result) => result !== 'committed').length;
      return commits.filter((_commit, at) => results[at] === 'committed');
    });
    const committed = (await Promise.all(race)).flat();
    assert.equal(new Set(committed.map(({ agentId }) => agentId)).size, committed.length);
    assert.equal(new Set(committed.map(({ contactId }) => contactId)).size, committed.length);
    assert.equal(committed.length, agents.length);
    for (const { agentId, contactId, offerId } of committed) {
      await matchers[0]?.releaseReservation(keys.agentReservation(agentId), offerId);
      await matchers[0]?.releaseReservation(keys.contactReservation(contactId), offerId);
    }
  }
  t.equal(refused, 400 * 12, 'three of four were refused');
});

t.test('frozen: noticed in about a second, no caller waits longer than the deadline', async (t) => {
  const { store, changes } = await connected(t, 'frozen');
  await store.takeEpoch();
  save(store, { contacts: [aContact('c1', 1)], agents: [anAgent('a1', 1)] });
  await settle(store);
  await redis.signal('SIGSTOP');
  const startedAtMs = performance.now();
  for (let version = 2; version < 200; version += 1) store.saveContact(aContact('c1', version), true);
  const savedMs = performance.now() - startedAtMs;
  t.same(await store.commitOffers([aPair('c1', 'a1')]), ['storeAway']);
  const committedMs = performance.now() - startedAtMs;
  t.ok(savedMs < 100, `198 saves took ${savedMs.toFixed(1)} ms of the caller`);
  t.ok(committedMs < 900, `a commit was refused after ${committedMs.toFixed(0)} ms`);
  t.match(changes, [{ type: 'lost' }]);
  const refusedAtMs = performance.now();
  t.same(await store.commitOffers([aPair('c1', 'a1')]), ['storeAway']);
  t.ok(performance.now() - refusedAtMs < 20, 'the next one at once');
  await sleep(1500);
  t.equal(changes.length, 1, 'told once, however often it tried to connect');
  await redis.signal('SIGCONT');
  const backMs = await until(() => store.isUp(), 5000);
  t.comment(`thawed -> back after ${backMs.toFixed(0)} ms`);
  t.match(changes, [{ type: 'lost' }, { type: 'back', behind: true }]);
  const image = { contacts: [aContact('c1', 300)], agents: [anAgent('a1', 7)] };
  await store.writeBack(image);
  await sleep(300);
  t.same(sorted(await store.load()), image, 'what the frozen Redis had still in its ears came to nothing');
});

t.test('frozen while nothing is asked: the ping notices', async (t) => {
  const { store, changes } = await connected(t, 'idle');
  await store.takeEpoch();
  await redis.signal('SIGSTOP');
  const noticedMs = await until(() => !store.isUp(), 3000);
  t.ok(noticedMs < 1200, `after ${noticedMs.toFixed(0)} ms`);
  await redis.signal('SIGCONT');
  await until(() => store.isUp(), 5000);
  t.match(changes, [{ type: 'lost' }, { type: 'back', behind: false }]);
});

for (const [how, end] of [
  ['SIGTERM', () => redis.shutDown()],
  ['SIGKILL', () => redis.signal('SIGKILL')],
] as const) {
  t.test(`${how}: refused at once, behind on return, reservations hold until their lease`, async (t) => {
    const { store, changes } = await connected(t, `ended-${how}`);
    await store.takeEpoch();
    const image = { contacts: [aContact('c1', 1), aContact('c2', 1)], agents: [anAgent('a1', 1)] };
    save(store, image);
    t.same(await store.commitOffers([aPair('c1', 'a1', { leaseMs: 4000 })]), ['committed']);
    const committedAtMs = performance.now();
    await end();
    t.ok((await until(() => !store.isUp(), 2000)) < 1000);
    t.same(await store.commitOffers([aPair('c2', 'a1')]), ['storeAway']);
    await redis.start();
    await until(() => store.isUp(), 5000);
    t.match(changes, [{ type: 'lost' }, { type: 'back', behind: true }]);
    await store.writeBack(image);
    t.same(await store.commitOffers([aPair('c2', 'a1')]), ['agentReserved'], 'no double');
    await sleep(Math.max(0, 4100 - (performance.now() - committedAtMs)));
    t.same(await store.commitOffers([aPair('c2', 'a1')]), ['committed'], 'free again when the lease is over');
  });
}

t.test('emptied or rolled back by hand under a live connection: noticed at the next write', async (t) => {
  const { store, changes } = await connected(t, 'by-hand');
  await store.takeEpoch();
  const image = { contacts: [aContact('c1', 5)], agents: [anAgent('a1', 1)] };
  save(store, image);
  await settle(store);
  const admin = redis.client();
  await admin.flushall();
  store.saveAgent(anAgent('a1', 2), true);
  await until(() => changes.length === 2, 3000);
  t.match(changes, [{ type: 'lost' }, { type: 'back', behind: true }]);
  await store.writeBack(image);
  await admin.hset(redisKeys('by-hand').contactVersions, 'c1', '4');
  t.same(await store.commitOffers([aPair('c1', 'a1', { contactVersion: 5 })]), ['contactChanged']);
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await until(() => changes.length === 4, 3000);
  t.match(changes.slice(2), [{ type: 'lost' }, { type: 'back', behind: true }], 'versions are compared');
  await store.writeBack(image);
  await admin.script('FLUSH');
  store.saveAgent(anAgent('a1', 3), true);
  t.same(await store.commitOffers([aPair('c1', 'a1', { contactVersion: 5, agentVersion: 3 })]), [
    'committed',
  ]);
  t.equal(changes.length, 4, 'forgotten scripts are sent again');
});

t.test('a wrong password and nobody there: refused, no crash, tried for ever', async (t) => {
  for (const wrong of [{ password: 'wrong' }, { port: 14_659 }]) {
    const reasons: unknown[] = [];
    const log = { ...silent, warn: (fields: object) => void reasons.push(fields) };
    const store = createRedisLiveStore({ ...redis, ...wrong, site: 'x', node: 'n1' as NodeId, log });
    t.equal(await store.whenUp(700), false);
    t.same(await store.commitOffers([aPair('c', 'a')]), ['storeAway']);
    await t.rejects(store.takeEpoch(), { code: 'REDIS_UNAVAILABLE' });
    t.equal(reasons.length, 1, JSON.stringify(reasons));
    t.notMatch(JSON.stringify(reasons), 'wrong"');
    await store.close();
  }
});

t.test('10,000 contacts and 1,500 agents are written back in one piece', async (t) => {
  const { store } = await connected(t, 'large');
  const image: LiveImage = {
    contacts: Array.from({ length: 10_000 }, (_, n) => aContact(`c${String(n)}`, 1)),
    agents: Array.from({ length: 1500 }, (_, n) => anAgent(`a${String(n)}`, 1)),
  };
  const startedAtMs = performance.now();
  await store.writeBack(image);
  t.comment(`write-back ${(performance.now() - startedAtMs).toFixed(0)} ms`);
  t.same(await store.commitOffers([aPair('c9999', 'a1499')]), ['committed']);
  const { contacts, agents } = await store.load();
  t.same([contacts.length, agents.length], [10_000, 1500]);
});

t.test('through kills and freezes at random moments the store ends as the working copy', async (t) => {
  const { store, changes } = await connected(t, 'chaos');
  await store.takeEpoch();
  const contacts = new Map<ContactId, Contact>();
  const agents = new Map<AgentId, Agent>();
  const image = (): LiveImage => ({ contacts: [...contacts.values()], agents: [...agents.values()] });
  store.onChange((change) => {
    if (change.type === 'back' && change.behind) store.writeBack(image()).catch(() => undefined);
  });
  let seed = 7;
  const chance = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const act = () => {
    const contact = aContact(`c${String(chance(20))}`, 0);
    if (chance(4) === 0) {
      contacts.delete(contact.id);
      store.forgetContact(contact.id);
    } else {
      const version = (contacts.get(contact.id)?.version ?? 0) + 1;
      contacts.set(contact.id, { ...contact, version });
      store.saveContact({ ...contact, version }, true);
    }
    const agent = anAgent(`a${String(chance(5))}`, 0);
    const version = (agents.get(agent.id)?.version ?? 0) + 1;
    agents.set(agent.id, { ...agent, version });
    store.saveAgent({ ...agent, version }, true);
  };
  const busy = setInterval(act, 3);
  const hurts = [
    async () => {
      await redis.signal('SIGSTOP');
      await sleep(900);
      await redis.signal('SIGCONT');
    },
    async () => {
      await redis.signal('SIGKILL');
      await redis.start();
    },
    async () => {
      await redis.shutDown();
      await redis.start();
    },
    async () => {
      await redis.signal('SIGSTOP');
      await sleep(200);
      await redis.signal('SIGCONT');
    },
  ];
  for (const hurt of [...hurts, ...hurts]) {
    await sleep(100 + chance(300));
    await hurt();
    assert.ok((await until(() => store.isUp(), 5000)) < 5000);
  }
  await sleep(300);
  clearInterval(busy);
  await settle(store);
  t.same(sorted(await store.load()), sorted(image()));
  t.ok(changes.filter(({ type }) => type === 'back').length >= 4, 'it was really hurt');
});
