// The Redis adapter on a real Redis that is ended, killed, frozen, emptied and rolled back under it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { redisKeys } from '../../src/adapters/redis/keys.js';
import { createRedisLiveStore } from '../../src/adapters/redis/live-store.js';
import { createMatcherLease } from '../../src/adapters/redis/matcher-lease.js';
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

const agentsOf = (count: number): readonly Agent[] =>
  Array.from({ length: count }, (_, n) => anAgent(`a${String(n)}`, 1));
const contactsOf = (count: number): readonly Contact[] =>
  Array.from({ length: count }, (_, n) => aContact(`c${String(n)}`, 1));

/** Calls of scripts so far. */
async function scriptCalls(): Promise<number> {
  const stats = String(await redis.client().call('INFO', 'commandstats'));
  const counts = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].map((found) => Number(found[1]));
  return counts.reduce((sum, count) => sum + count, 0);
}

t.test('60,000 states are written back in pieces, for which others wait a moment each', async (t) => {
  const { store } = await connected(t, 'large');
  const image: LiveImage = { contacts: contactsOf(50_000), agents: agentsOf(10_000) };
  const other = redis.client();
  let [longestMs, pings, isOver] = [0, 0, false];
  const asking = (async () => {
    for (; !isOver; pings += 1) {
      const askedAtMs = performance.now();
      await other.ping();
      longestMs = Math.max(longestMs, performance.now() - askedAtMs);
      await sleep(1);
    }
  })();
  const before = await scriptCalls();
  const startedAtMs = performance.now();
  await store.writeBack(image);
  const tookMs = performance.now() - startedAtMs;
  isOver = true;
  await asking;
  t.comment(`write-back ${tookMs.toFixed(0)} ms, another client waited ${longestMs.toFixed(0)} ms at most`);
  const pieces = (await scriptCalls()) - before;
  t.ok(pieces >= 600, `${String(pieces)} pieces of at most 100 states of a kind`);
  t.ok(pings > 100, `${String(pings)} answers in between, of this thread and of Redis`);
  t.same(await store.commitOffers([aPair('c49999', 'a9999')]), ['committed']);
  const { contacts, agents } = await store.load();
  t.same([contacts.length, agents.length], [50_000, 10_000]);
});

t.test(
  'what changes while the image is written back is in it, and the old one is in force until it is whole',
  async (t) => {
    const { store } = await connected(t, 'meanwhile');
    await store.takeEpoch();
    const [admin, keys] = [redis.client(), redisKeys('meanwhile')];
    save(store, { contacts: contactsOf(3).map((one) => ({ ...one, talks: 7 })), agents: [] });
    await settle(store);
    const truth = new Map(contactsOf(8_000).map((one) => [one.id, one]));
    const agents = new Map(agentsOf(300).map((one) => [one.id, one]));
    let seed = 11;
    const chance = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    /** Of any age, also twice, of the same version, or gone and there again. */
    const change = () => {
      const contact = { ...aContact(`c${String(chance(8_100))}`, 1), talks: chance(1_000_000) };
      const known = truth.get(contact.id);
      if (chance(3) === 0) {
        truth.delete(contact.id);
        store.forgetContact(contact.id);
        return;
      }
      const next = { ...contact, version: (known?.version ?? 1) + chance(2) };
      truth.set(next.id, next);
      store.saveContact(next, chance(2) === 0);
      const agent = anAgent(`a${String(chance(300))}`, 1, chance(2) === 0);
      const moved = { ...agent, version: (agents.get(agent.id)?.version ?? 1) + 1 };
      agents.set(moved.id, moved);
      store.saveAgent(moved, moved.activity.is === 'ready');
    };
    let isOver = false;
    const written = store
      .writeBack({ contacts: [...truth.values()], agents: [...agents.values()] })
      .finally(() => (isOver = true));
    t.same(await store.commitOffers([aPair('c1', 'a1')]), ['storeAway'], 'nobody is matched on half of it');
    let changes = 0;
    for (; !isOver; changes += 5) {
      for (let n = 0; n < 5; n += 1) change();
      const inForce = await admin.hlen(keys.contacts);
      if (!isOver) t.ok(inForce === 3 || inForce > 4_000, `half an image in force: ${String(inForce)}`);
    }
    await written;
    t.ok(changes > 50, `${String(changes)} changes meanwhile`);
    await settle(store);
    const image: LiveImage = { contacts: [...truth.values()], agents: [...agents.values()] };
    assert.deepEqual(sorted(await store.load()), sorted(image));
    t.same(
      new Set(await admin.zrange(keys.offerable, '0', '-1')),
      new Set(image.agents.flatMap(({ id, activity }) => (activity.is === 'ready' ? id : []))),
    );
  },
);

t.test('broken off, a write-back goes on where it was; in another Redis it begins anew', async (t) => {
  for (const end of ['connection', 'Redis'] as const) {
    const { store, changes } = await connected(t, `broken-${end}`);
    await store.takeEpoch();
    const keys = redisKeys(`broken-${end}`);
    const admin = redis.client();
    const contacts = contactsOf(20_000);
    const broken = store.writeBack({ contacts, agents: agentsOf(1) }).then(
      () => 'whole',
      ({ code }: { code: string }) => code,
    );
    for (let put = 0; put < 5_000; put = await admin.hlen(keys.nextContacts)) await sleep(1);
    const [gone, moved] = [contacts[10], contacts[20]];
    assert.ok(gone !== undefined && moved !== undefined);
    if (end === 'connection') await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    else {
      await redis.shutDown();
      await redis.start();
    }
    t.equal(await broken, 'REDIS_UNAVAILABLE');
    await until(() => changes.at(-1)?.type === 'back', 5_000);
    t.match(changes.at(-1), { type: 'back', behind: true });
    const left = contacts.filter((one) => one !== gone && one !== moved);
    const image = { contacts: [...left, { ...moved, version: 2 }, aContact('late', 1)], agents: agentsOf(2) };
    const before = await scriptCalls();
    await store.writeBack(image);
    const pieces = (await scriptCalls()) - before;
    if (end === 'connection') t.ok(pieces < 160, `${String(pieces)} pieces of 200 were left`);
    else t.ok(pieces >= 200, `${String(pieces)} pieces`);
    assert.deepEqual(sorted(await store.load()), sorted(image));
    t.equal(await redis.client().exists(keys.nextContacts, keys.nextAgents, keys.nextWaiting), 0);
  }
});

t.test(
  'whose epoch is taken in the middle of a write-back stops; the other one has what was in force',
  async (t) => {
    const { store } = await connected(t, 'overtaken');
    await store.takeEpoch();
    const image = { contacts: [aContact('c1', 1)], agents: [anAgent('a1', 1)] };
    save(store, image);
    await settle(store);
    const [admin, keys] = [redis.client(), redisKeys('overtaken')];
    const stopped = store.writeBack({ contacts: contactsOf(20_000), agents: [] }).then(
      () => 'whole',
      ({ code }: { code: string }) => code,
    );
    for (let put = 0; put < 1_000; put = await admin.hlen(keys.nextContacts)) await sleep(1);
    const { store: other } = await connected(t, 'overtaken');
    await other.takeEpoch();
    t.equal(await stopped, 'REDIS_UNAVAILABLE');
    t.same(await other.load(), image);
    await until(() => !store.isUp(), 3_000);
    await sleep(300);
    t.equal(store.isUp(), false, 'for good');
    await other.writeBack(image);
    t.same(sorted(await other.load()), image, 'nothing of the half is left');
  },
);

t.test('more states than a call of a function holds arguments are written back as well', async (t) => {
  const { store } = await connected(t, 'larger');
  const agents = agentsOf(33_000);
  await store.writeBack({ contacts: [], agents });
  t.equal((await store.load()).agents.length, agents.length);
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

t.test(
  'a lease: one holds it and alone may take over; it goes on to the next when its holder falls silent',
  async (t) => {
    const open = (owner: string) => {
      const told: boolean[] = [];
      const order = { ...redis, site: 'lease', owner, leaseMs: 600, log: silent };
      const lease = createMatcherLease({ ...order, onChange: (held) => told.push(held) });
      const store = createRedisLiveStore({
        ...redis,
        site: 'lease',
        node: 'n1' as NodeId,
        owner,
        log: silent,
      });
      t.teardown(() => Promise.all([lease.close(), store.close()]));
      return { lease, store, told };
    };
    const refusalOf = (work: Promise<unknown>) =>
      work.then(
        () => 'none',
        (error: { readonly code?: string }) => error.code,
      );
    const image = { contacts: [aContact('c1', 1)], agents: [anAgent('a1', 1)] };
    const first = open('first');
    assert.ok((await until(() => first.lease.isHeld(), 5000)) < 5000);
    assert.ok(await first.store.whenUp(5000));
    t.equal(await first.store.writeBack(image), 1);
    const second = open('second');
    assert.ok(await second.store.whenUp(5000));
    t.equal(await refusalOf(second.store.writeBack(image)), 'REDIS_UNAVAILABLE');
    assert.ok(await second.store.whenUp(5000));
    t.equal(await refusalOf(second.store.takeEpoch()), 'REDIS_UNAVAILABLE');
    await sleep(1_300);
    t.same([first.told, second.told], [[true], []], 'renewed');
    t.same(await first.store.commitOffers([aPair('c1', 'a1', { leaseMs: 50 })]), ['committed']);

    await first.lease.close();
    t.ok((await until(() => second.lease.isHeld(), 500)) < 500, 'given back: taken at once');
    t.notOk(first.lease.isHeld());
    await second.store.load();
    t.equal(await second.store.writeBack(image), 2);
    t.same(await first.store.commitOffers([aPair('c1', 'a1')]), ['oldEpoch'], 'fenced off');
    t.same(await second.store.commitOffers([aPair('c1', 'a1')]), ['committed']);

    const third = open('third');
    await redis.client().call('CLIENT', 'KILL', 'TYPE', 'normal');
    await sleep(1_000);
    t.same([second.told, third.told], [[true], []], 'a lost connection is no lost lease');
    await redis.signal('SIGSTOP');
    const lapsed = await until(() => !second.lease.isHeld(), 3000);
    t.ok(lapsed <= 700, `without an answer it lapses by our own clock: ${String(Math.round(lapsed))} ms`);
    await until(() => second.told.length > 1, 500);
    t.same(second.told, [true, false]);
    await redis.signal('SIGCONT');
    t.ok(
      (await until(() => second.lease.isHeld() !== third.lease.isHeld(), 5000)) < 5000,
      'one of them has it',
    );
  },
);
