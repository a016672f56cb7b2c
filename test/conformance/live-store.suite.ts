// What every live store must do, whatever it is made of: run on memory and on a real Redis.
import assert from 'node:assert/strict';
import type { Test } from 'tap';
import { isOfferable, type Agent } from '../../src/contact/agent.js';
import { newAgent } from '../../src/contact/agent-life.js';
import type { Contact } from '../../src/contact/contact.js';
import type {
  AgentId,
  CallerKey,
  ChannelId,
  ContactId,
  DeviceId,
  FlowId,
  NodeId,
  OfferId,
  QueueId,
} from '../../src/contact/ids.js';
import type { CommitResult, LiveImage, LiveStore, OfferCommit, StoreChange } from '../../src/engine/ports.js';
import { AppError, type ErrorCode } from '../../src/errors.js';

/** One holder, empty at first, and the ways to hurt it. */
export interface LiveStoreHarness {
  /** Another store on the same holder, connected. */
  open(): Promise<LiveStore>;
  /** Takes the holder away; every open store knows it when this resolves. */
  lose(): Promise<void>;
  /** Gives it back; every open store knows it when this resolves. `rolledBack` = as it was at the mark. */
  giveBack(how: { readonly emptied: boolean; readonly rolledBack?: boolean }): Promise<void>;
  /** What it has now is what its disk has, should it be rolled back. */
  mark(): Promise<void>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** A contact in line, or with `waiting` false in its flow. */
export function aContact(id: string, version: number, waiting = true): Contact {
  const cursor = {
    flowId: '12345' as FlowId,
    siteVersion: 's1',
    nodeId: 'queue',
    tries: 0,
    digits: '',
    keys: 0,
  };
  return {
    id: id as ContactId,
    version,
    arrival: {
      node: 'n1' as NodeId,
      bootId: 'b1',
      channelId: `${id}.1` as ChannelId,
      sipCallId: 'x',
      trunkId: 'carrier',
      dnis: '12345',
      redirectedFrom: '',
      callerKey: 'k' as CallerKey,
      callerMasked: '138****8000',
      callerShown: true,
      entryId: '12345',
      kpiLine: '12345',
      tag: '石家庄',
      arrivedAtMs: 1000,
      siteVersion: 's1',
    },
    stage: waiting ? { at: 'waiting', cursor } : { at: 'flow', cursor, next: { type: 'spoken' } },
    voice: { playing: null, pending: [], music: true, plays: 1 },
    place: waiting
      ? {
          request: { queueId: 'general' as QueueId, requires: [], priority: 0 },
          queuedAtMs: 2000,
          resumed: false,
          prefer: null,
          told: { busy: false, place: null, lastAtMs: null, thankedAtMs: null },
        }
      : null,
    noticeHeard: true,
    talks: 0,
    lastAgentId: null,
    disposition: {},
    deadlines: { queueTimeout: 602_000 },
  };
}

/** An agent who may be offered a contact, or with `ready` false one on a break. */
export function anAgent(id: string, version: number, ready = true): Agent {
  return {
    ...newAgent(id as AgentId, 1000),
    version,
    activity: ready ? { is: 'ready' } : { is: 'break', reason: 'rest' },
    deviceId: `d${id}` as DeviceId,
    reachable: true,
  };
}

/** The pair at version 1 of both, unless told otherwise. */
export function aPair(contact: string, agent: string, over: Partial<OfferCommit> = {}): OfferCommit {
  return {
    offerId: `offer-${contact}-${agent}` as OfferId,
    contactId: contact as ContactId,
    contactVersion: 1,
    agentId: agent as AgentId,
    agentVersion: 1,
    leaseMs: 60_000,
    ...over,
  };
}

/** Both as they are while the phone rings, at version 2. */
export function offered(contactId: string, agentId: string, offerId: OfferId): LiveImage {
  const contact = aContact(contactId, 2);
  const agent = anAgent(agentId, 2);
  if (contact.stage.at !== 'waiting' || agent.deviceId === null) throw new Error('it waits');
  const offer = {
    ...{ offerId, agentId: agent.id, deviceId: agent.deviceId, offeredAtMs: 3000, ringMs: 20_000 },
    ...{ ringing: true, answeredAtMs: null, whispering: null, joining: false },
  };
  return {
    contacts: [{ ...contact, stage: { at: 'offered', cursor: contact.stage.cursor, offer } }],
    agents: [{ ...agent, activity: { is: 'ringing', offerId, contactId: contact.id } }],
  };
}

/** Saves as the engine does: listed when it waits, listed when he may be offered something. */
export function save(store: LiveStore, { contacts, agents }: LiveImage): void {
  for (const contact of contacts) store.saveContact(contact, contact.stage.at === 'waiting');
  for (const agent of agents) store.saveAgent(agent, isOfferable(agent));
}

/** Resolves when all that was sent before has arrived. */
export async function settle(store: LiveStore): Promise<void> {
  await store.commitOffers([aPair('nobody', 'nobody')]);
}

/** An image in one order, to be compared. */
export function sorted({ contacts, agents }: LiveImage): LiveImage {
  const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
  return { contacts: [...contacts].sort(byId), agents: [...agents].sort(byId) };
}

/** The code that a call was refused with. */
async function refusal(call: Promise<unknown>): Promise<ErrorCode | 'none'> {
  return call.then(
    () => 'none',
    (error: unknown) => {
      assert.ok(error instanceof AppError);
      return error.code;
    },
  );
}

function changesOf(store: LiveStore): StoreChange['type'][] {
  const seen: StoreChange['type'][] = [];
  store.onChange(({ type }) => seen.push(type));
  return seen;
}

const two: LiveImage = {
  contacts: [aContact('c1', 1), aContact('c2', 1)],
  agents: [anAgent('a1', 1), anAgent('a2', 1)],
};

/** Defines the whole suite below `t`. */
export function liveStoreSuite(t: Test, newHarness: () => Promise<LiveStoreHarness>): void {
  const test = (
    name: string,
    body: (t: Test, harness: LiveStoreHarness, store: LiveStore) => Promise<void>,
  ) =>
    t.test(name, async (t) => {
      const harness = await newHarness();
      t.teardown(() => harness.close());
      const store = await harness.open();
      await store.takeEpoch();
      await store.load();
      await body(t, harness, store);
    });

  test('what was saved is loaded, the forgotten left out', async (t, harness, store) => {
    const image = {
      contacts: [aContact('c1', 3), aContact('c2', 1, false)],
      agents: [anAgent('a1', 4, false)],
    };
    save(store, { ...image, contacts: [...image.contacts, aContact('c3', 1)] });
    store.forgetContact('c3' as ContactId);
    await settle(store);
    const next = await harness.open();
    t.equal(await next.takeEpoch(), 2, 'epochs count on');
    t.same(sorted(await next.load()), image);
  });

  test('an older version never overwrites a newer one; of equal ones the last stays', async (t, harness, store) => {
    for (let version = 1; version <= 200; version += 1) {
      store.saveContact(aContact('c1', version), version % 2 === 0);
      store.saveContact({ ...aContact('c1', version), talks: version }, version % 2 === 0);
    }
    store.saveContact(aContact('c1', 150), false);
    store.saveAgent(anAgent('a1', 2), true);
    store.saveAgent(anAgent('a1', 1, false), false);
    const late = aPair('c1', 'a1', { contactVersion: 200, agentVersion: 2 });
    t.same(await store.commitOffers([late]), ['committed'], 'still listed');
    const { contacts, agents } = await (await harness.open()).load();
    t.same(
      contacts.map(({ version, talks }) => [version, talks]),
      [[200, 200]],
    );
    t.same(agents, [anAgent('a1', 2)]);
  });

  test('a pair is reserved only while all of it is true', async (t, _harness, store) => {
    save(store, {
      contacts: [
        aContact('c1', 1),
        aContact('c2', 5),
        aContact('c3', 1, false),
        aContact('c4', 1),
        aContact('c5', 1),
      ],
      agents: [anAgent('a1', 1), anAgent('a2', 5), anAgent('a3', 1, false), anAgent('a4', 1)],
    });
    const cases: readonly (readonly [OfferCommit, CommitResult])[] = [
      [aPair('c3', 'a1'), 'contactGone'],
      [aPair('c9', 'a1'), 'contactGone'],
      [aPair('c2', 'a1'), 'contactChanged'],
      [aPair('c1', 'a3'), 'agentGone'],
      [aPair('c1', 'a9'), 'agentGone'],
      [aPair('c1', 'a2'), 'agentChanged'],
      [aPair('c1', 'a1'), 'committed'],
      [aPair('c1', 'a4'), 'contactReserved'],
      [aPair('c4', 'a1'), 'agentReserved'],
      [aPair('c4', 'a2', { agentVersion: 5 }), 'committed'],
      [aPair('c5', 'a4'), 'committed'],
    ];
    const results = await store.commitOffers(cases.map(([commit]) => commit));
    t.same(
      results,
      cases.map(([, result]) => result),
    );
    t.same(await store.commitOffers([]), []);
  });

  test('a reservation lapses by itself, or is released by its own offer alone', async (t, harness, store) => {
    save(store, two);
    const first = aPair('c1', 'a1', { leaseMs: 300 });
    t.same(await store.commitOffers([first, aPair('c2', 'a2')]), ['committed', 'committed']);
    await harness.pass(400);
    const second = aPair('c1', 'a1', { offerId: 'second' as OfferId });
    t.same(await store.commitOffers([second]), ['committed'], 'lapsed');
    store.releaseOffer(first.offerId, first.agentId);
    t.same(await store.commitOffers([first]), ['contactReserved'], 'a late release frees nobody');
    store.releaseOffer(second.offerId, second.agentId);
    t.same(await store.commitOffers([first, aPair('c2', 'a2')]), ['committed', 'contactReserved']);
  });

  test('an expert is reserved once, the agent he is besides with him, and lapses by himself', async (t, harness, store) => {
    save(store, two);
    const agentId = 'a1' as AgentId;
    const held = { legId: 'l1' as ChannelId, expertId: '8001', agentId, leaseMs: 300 };
    const other = { ...held, legId: 'l2' as ChannelId };
    t.equal(await store.reserveExpert(held), true);
    t.equal(await store.reserveExpert(other), false);
    t.equal(await store.reserveExpert({ ...other, expertId: '8002' }), false, 'the agent is held');
    t.equal(await store.reserveExpert({ ...other, expertId: '8002', agentId: null }), true, 'another expert');
    t.same(await store.commitOffers([aPair('c1', 'a1')]), ['agentReserved'], 'he is offered nothing');
    store.releaseExpert(other);
    t.equal(await store.reserveExpert(other), false, 'a release by another leg frees nobody');
    store.releaseExpert(held);
    t.equal(await store.reserveExpert(other), true);
    await harness.pass(400);
    t.equal(await store.reserveExpert(held), true, 'lapsed');
    const next = await harness.open();
    await next.takeEpoch();
    t.equal(await store.reserveExpert({ ...held, expertId: '8009', agentId: null }), false, 'an older epoch');
    await harness.lose();
    t.equal(await next.reserveExpert({ ...held, expertId: '8008', agentId: null }), false, 'away');
    await harness.giveBack({ emptied: false });
  });

  test('a store with an older epoch is refused, knows it, and stays lost', async (t, harness, store) => {
    save(store, two);
    await settle(store);
    const changes = changesOf(store);
    const next = await harness.open();
    await next.takeEpoch();
    const image = await next.load();
    t.same(await store.commitOffers([aPair('c2', 'a1')]), ['oldEpoch']);
    store.saveContact(aContact('c1', 9), false);
    await harness.pass(1000);
    t.equal(store.isUp(), false);
    t.ok(changes.includes('lost') && changes.at(-1) === 'lost', changes.join());
    t.equal(await refusal(store.load()), 'REDIS_SUPERSEDED');
    t.equal(await refusal(store.writeBack(two)), 'REDIS_SUPERSEDED');
    t.same(await store.commitOffers([aPair('c2', 'a1')]), ['storeAway']);
    t.same(sorted(await next.load()), sorted(image), 'it changed nothing');
    t.same(await next.commitOffers([aPair('c1', 'a1')]), ['committed']);
    await (await harness.open()).takeEpoch();
    next.saveAgent(anAgent('a1', 2), true);
    await harness.pass(1000);
    t.equal(next.isUp(), false, 'a single save tells it, too');
  });

  test('a take-over by write-back alone, without taking the epoch before', async (t, harness, store) => {
    save(store, two);
    await settle(store);
    const next = await harness.open();
    const image = await next.load();
    next.saveAgent(anAgent('a1', 9), true);
    t.same(await next.commitOffers([aPair('c1', 'a1')]), ['storeAway'], 'writes nothing before');
    t.equal(await next.writeBack(image), 2);
    t.same(await store.commitOffers([aPair('c1', 'a1')]), ['oldEpoch']);
    t.same(await next.commitOffers([aPair('c1', 'a1')]), ['committed']);
  });

  test('a take-over lets go whom its image does not have offered, and nobody else', async (t, harness, store) => {
    const rung = aPair('c2', 'a2');
    save(store, {
      contacts: [...two.contacts, aContact('c3', 1)],
      agents: [...two.agents, anAgent('a3', 1)],
    });
    t.same(await store.commitOffers([aPair('c1', 'a1'), rung]), ['committed', 'committed']);
    const ringing = offered('c2', 'a2', rung.offerId);
    save(store, ringing);
    await settle(store);
    // It dies before it has noted the first of them.
    const next = await harness.open();
    const image = await next.load();
    await next.writeBack(image);
    const results = await next.commitOffers([aPair('c1', 'a3'), aPair('c3', 'a1')]);
    t.same(results, ['committed', 'committed'], 'at once, and not when the lease is over');
    save(next, { contacts: [aContact('c2', 3)], agents: [anAgent('a2', 3)] });
    const again = aPair('c2', 'a2', { offerId: 'again' as OfferId, contactVersion: 3, agentVersion: 3 });
    t.same(await next.commitOffers([again]), ['contactReserved'], 'a phone rings by that offer');
    next.releaseOffer(rung.offerId, rung.agentId);
    t.same(await next.commitOffers([again]), ['committed'], 'it can be released');
  });

  test('a take-over goes by its own image: what the stored one still had offered is let go', async (t, harness, store) => {
    save(store, two);
    const rung = aPair('c1', 'a1');
    t.same(await store.commitOffers([rung]), ['committed']);
    save(store, offered('c1', 'a1', rung.offerId));
    await settle(store);
    // Its journal, which is newer, knows that this offer is over.
    const next = await harness.open();
    await next.load();
    await next.writeBack({
      contacts: [aContact('c1', 3), aContact('c2', 1)],
      agents: [anAgent('a1', 3), anAgent('a2', 1)],
    });
    const again = aPair('c2', 'a1', { agentVersion: 3 });
    t.same(await next.commitOffers([again]), ['committed']);
  });

  test('a write-back keeps what was answered and is in no state yet; it lets go what nobody heard of', async (t, harness, store) => {
    save(store, two);
    const answered = aPair('c1', 'a1');
    t.same(await store.commitOffers([answered]), ['committed']);
    await harness.lose();
    store.saveContact(aContact('c2', 1), true);
    await harness.giveBack({ emptied: false });
    await store.writeBack(two);
    t.same(await store.commitOffers([aPair('c1', 'a2'), aPair('c2', 'a1')]), [
      'contactReserved',
      'agentReserved',
    ]);
    store.releaseOffer(answered.offerId, answered.agentId);
    t.same(await store.commitOffers([aPair('c1', 'a2'), aPair('c2', 'a1')]), ['committed', 'committed']);
    const next = await harness.open();
    await next.load();
    await next.writeBack(two);
    t.same(await next.commitOffers([aPair('c1', 'a1')]), ['committed'], 'another one was told nothing');
  });

  test('an expert who is an agent besides stays held through a write-back; a take-over that knows no consult lets him go', async (t, harness, store) => {
    save(store, two);
    const leg = { legId: 'leg1' as ChannelId, expertId: 'e1', agentId: 'a1' as AgentId };
    t.equal(await store.reserveExpert({ ...leg, leaseMs: 60_000 }), true);
    const again = { ...leg, legId: 'leg2' as ChannelId, leaseMs: 60_000 };
    t.equal(await store.reserveExpert(again), false, 'one expert, one consult');
    await harness.lose();
    store.saveContact(aContact('c2', 1), true);
    await harness.giveBack({ emptied: false });
    await store.writeBack(two);
    t.same(await store.commitOffers([aPair('c1', 'a1')]), ['agentReserved']);
    store.releaseExpert(leg);
    t.same(await store.commitOffers([aPair('c1', 'a1')]), ['committed']);
    const other = { legId: 'leg3' as ChannelId, expertId: 'e2', agentId: 'a2' as AgentId };
    t.equal(await store.reserveExpert({ ...other, leaseMs: 60_000 }), true);
    const next = await harness.open();
    await next.load();
    await next.writeBack(two);
    t.same(await next.commitOffers([aPair('c2', 'a2')]), ['committed']);
  });

  test('away: refused at once; back with nothing missed: not behind', async (t, harness, store) => {
    save(store, two);
    await settle(store);
    const seen: StoreChange[] = [];
    store.onChange((change) => seen.push(change));
    await harness.lose();
    t.equal(store.isUp(), false);
    t.same(await store.commitOffers([aPair('c1', 'a1'), aPair('c2', 'a2')]), ['storeAway', 'storeAway']);
    store.releaseOffer('none' as OfferId, 'a1' as AgentId);
    await harness.giveBack({ emptied: false });
    t.equal(store.isUp(), true);
    t.equal(seen.length, 2);
    t.match(seen, [
      { type: 'lost', reason: String },
      { type: 'back', behind: false },
    ]);
    t.same(await store.commitOffers([aPair('c1', 'a1')]), ['committed']);
  });

  test('what was missed while away is owed: nothing is matched before the write-back', async (t, harness, store) => {
    save(store, two);
    await settle(store);
    const seen: StoreChange[] = [];
    store.onChange((change) => seen.push(change));
    await harness.lose();
    t.equal(await refusal(store.load()), 'REDIS_UNAVAILABLE');
    t.equal(await refusal(store.takeEpoch()), 'REDIS_UNAVAILABLE');
    t.equal(await refusal(store.writeBack(two)), 'REDIS_UNAVAILABLE');
    store.saveContact(aContact('c1', 2), true);
    store.forgetContact('c2' as ContactId);
    await harness.giveBack({ emptied: false });
    t.match(seen.at(-1), { type: 'back', behind: true });
    t.same(await store.commitOffers([aPair('c1', 'a1')]), ['storeAway']);
    const image = { contacts: [aContact('c1', 2)], agents: two.agents };
    const epoch = await store.writeBack(image);
    t.ok(epoch > 1, 'the epoch is raised');
    t.same(await store.commitOffers([aPair('c2', 'a1'), aPair('c1', 'a1', { contactVersion: 2 })]), [
      'contactGone',
      'committed',
    ]);
    t.same(sorted(await (await harness.open()).load()), image);
  });

  test('back and empty: behind; saves during the write-back come after it', async (t, harness, store) => {
    save(store, two);
    await settle(store);
    const seen: StoreChange[] = [];
    store.onChange((change) => seen.push(change));
    await harness.lose();
    await harness.giveBack({ emptied: true });
    t.match(seen.at(-1), { type: 'back', behind: true });
    const written = store.writeBack(two);
    store.saveContact(aContact('c1', 2, false), false);
    t.equal(await written, 2, 'higher than any this store held');
    await settle(store);
    const { contacts } = sorted(await (await harness.open()).load());
    t.same(contacts, [aContact('c1', 2, false), aContact('c2', 1)]);
    t.same(await store.commitOffers([aPair('c1', 'a1'), aPair('c2', 'a1')]), ['contactGone', 'committed']);
  });

  test('rolled back to what its disk had: behind, though it has this epoch; nothing of it is matched before the write-back', async (t, harness, store) => {
    save(store, two);
    await settle(store);
    await harness.mark();
    store.saveContact(aContact('c1', 2), true);
    store.forgetContact('c2' as ContactId);
    t.same(await store.commitOffers([aPair('c1', 'a1', { contactVersion: 2 })]), ['committed']);
    const seen: StoreChange[] = [];
    store.onChange((change) => seen.push(change));
    await harness.lose();
    await harness.giveBack({ emptied: false, rolledBack: true });
    t.match(seen.at(-1), { type: 'back', behind: true });
    t.same(await store.commitOffers([aPair('c2', 'a2')]), ['storeAway'], 'he has hung up');
    const image = { contacts: [aContact('c1', 2)], agents: two.agents };
    await store.writeBack(image);
    t.same(await store.commitOffers([aPair('c2', 'a1'), aPair('c1', 'a2', { contactVersion: 2 })]), [
      'contactGone',
      'committed',
    ]);
    t.same(sorted(await (await harness.open()).load()), image);
  });

  test('a store that could not load at its start owes the whole image', async (t, harness, store) => {
    save(store, two);
    await settle(store);
    const next = await harness.open();
    await harness.lose();
    t.equal(await refusal(next.takeEpoch()), 'REDIS_UNAVAILABLE');
    let behind: boolean | undefined;
    next.onChange((change) => {
      if (change.type === 'back') behind = change.behind;
    });
    await harness.giveBack({ emptied: false });
    t.equal(behind, true);
    await next.writeBack({ contacts: [aContact('c7', 1)], agents: [anAgent('a1', 2)] });
    t.same(await next.commitOffers([aPair('c1', 'a2'), aPair('c7', 'a1', { agentVersion: 2 })]), [
      'contactGone',
      'committed',
    ]);
  });

  test('four racing matchers, 2,000 rounds: no agent and no contact twice, none left over', async (t, _h, store) => {
    const startedAtMs = performance.now();
    let seed = 12_345;
    const chance = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const shuffled = (ids: readonly string[]) =>
      ids.map((id) => ({ id, at: chance() })).sort((one, other) => one.at - other.at);
    const contacts = ['c1', 'c2', 'c3', 'c4', 'c5'];
    const agents = ['a1', 'a2', 'a3'];
    for (let round = 1; round <= 2000; round += 1) {
      save(store, {
        contacts: contacts.map((id) => aContact(id, round)),
        agents: agents.map((id) => anAgent(id, round)),
      });
      const race = Array.from({ length: 4 }, async (_, matcher) => {
        const [line, free] = [shuffled(contacts), shuffled(agents)];
        const commits = free.map(({ id }, at) =>
          aPair(line[at]?.id ?? '', id, {
            offerId: `${String(round)}-${String(matcher)}-${id}` as OfferId,
            contactVersion: round,
            agentVersion: round,
          }),
        );
        const results = await store.commitOffers(commits);
        return commits.filter((_commit, at) => results[at] === 'committed');
      });
      const committed = (await Promise.all(race)).flat();
      assert.equal(
        new Set(committed.map(({ agentId }) => agentId)).size,
        committed.length,
        `round ${String(round)}`,
      );
      assert.equal(new Set(committed.map(({ contactId }) => contactId)).size, committed.length);
      assert.equal(committed.length, agents.length, 'every agent got somebody');
      for (const { offerId, agentId } of committed) store.releaseOffer(offerId, agentId);
    }
    t.comment(`8,000 commits in ${String(Math.round(performance.now() - startedAtMs))} ms`);
  });
}
