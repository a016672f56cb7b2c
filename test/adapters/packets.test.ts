// Packets on a real database and a real receiver that is slow, down and wrong: nothing lost, nothing doubled, the number told as the file has it.
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { createPacketWebhook } from '../../src/adapters/messages/packet-webhook.js';
import { migrate, openDatabase } from '../../src/adapters/postgres/database.js';
import { writeEntries } from '../../src/adapters/postgres/journal-rows.js';
import { createPacketStore } from '../../src/adapters/postgres/packet-store.js';
import { systemClock, systemTimers } from '../../src/adapters/system/clock.js';
import type { AgentId, CallerKey, ConsultId } from '../../src/contact/ids.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import { startPacketSender, type PacketContact } from '../../src/engine/packet-sender.js';
import type { PacketFact } from '../../src/engine/packets.js';
import { startPacketReceiver, theirIdOf, type PacketDoing } from '../conformance/packet-receiver.js';
import { startTestPostgres } from '../postgres-instance.js';
import { siteOf, smallSite } from '../site/small-site.js';
import { agentEntry } from './spool-entries.js';

const postgres = await startTestPostgres(24_500);
const database = openDatabase({ url: postgres.url, connectMs: 10_000, statementMs: 10_000, connections: 8 });
t.teardown(async () => {
  await database.destroy();
  await postgres.stop();
});
await migrate(database);

const secret = 'secret-of-both-sides';
/** Belongs to nobody. */
const mobile = '13000000001';
const store = createPacketStore(database);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A site whose targets send to this address. */
function siteAt(url: string) {
  const row = (id: string, kind: string) =>
    `- { id: ${id}, name: ${id}, kind: ${kind}, numbers: [{ number: '110', trunk: out }], webhook: { url: '${url}', secret: both } }\n`;
  return siteOf(
    smallSite({
      'emergency.yaml': `${row('police', 'emergency')}${row('heat', 'utility')}`,
      'trunks.yaml':
        "trunks:\n  - { id: out, kind: address, addresses: ['127.0.0.3'], contact: 'sip:127.0.0.3' }\n",
    }),
  );
}

/** An empty database, a receiver, and what the senders tell. */
async function begin(
  t: Test,
  behave?: (id: string, asked: number) => PacketDoing,
  contact: Partial<PacketContact> = {},
) {
  for (const table of ['packet', 'journal', 'contact_record'])
    await sql`truncate ${sql.table(table)}`.execute(database);
  const receiver = await startPacketReceiver(() => secret, behave);
  const site = siteAt(receiver.url);
  const facts: PacketFact[] = [];
  const taken: string[] = [];
  const alarms: string[] = [];
  const senders: { stop(): Promise<void> }[] = [];
  t.teardown(async () => {
    await Promise.all(senders.map((sender) => sender.stop()));
    await receiver.close();
  });
  let seq = 0;
  return {
    ...{ receiver, facts, taken, alarms },
    /** As the spool's carrier does, twice: repeating it may change nothing. */
    async order(packetId: string, targetId = 'police') {
      const fact: ContactFact = {
        ...{ type: 'ConsultSought' as const, consultId: packetId as ConsultId, agentId: '1001' as AgentId },
        ...{ note: '和平路 5 号有人受伤', targetId, mode: 'oneKey' as const, packet: true },
      };
      const entry = {
        ...agentEntry('c1', seq),
        stream: 'contact',
        id: `c-${packetId}`,
        facts: [fact],
      } as const;
      seq += 1;
      for (let times = 0; times < 2; times += 1) await writeEntries(database, [entry], 'n1', null);
    },
    startSender(tries = 40) {
      const sender = startPacketSender({
        ...{ store, clock: systemClock, timers: systemTimers, chance: Math.random, log: silent },
        numbers: {
          find: async (key) => {
            if (key === 'unreadable') throw new Error('unable to authenticate data');
            return mobile;
          },
        },
        way: createPacketWebhook({ nowMs: () => Date.now(), deadlineMs: 400 }),
        contactOf: async () => ({
          ...{
            callerKey: 'key' as CallerKey,
            callerShown: true,
            isSealed: false,
            dnis: '12345',
            entryId: '12345',
          },
          ...{ district: '长安区', category: null, matterNumber: null, ...contact },
        }),
        secretOf: async (name) => (name === 'both' ? secret : undefined),
        sites: { current: () => site, ofVersion: () => site },
        note: (fact) => facts.push(fact),
        taken: (_contactId, consultId) => taken.push(consultId),
        alarm: (targetId, stands) => alarms.push(`${targetId} ${String(stands)}`),
        pace: { tries, firstMs: 20, longestMs: 100 },
        ...{ idleMs: 20, leaseMs: 2_000, outsideMs: 500 },
      });
      senders.push(sender);
      return sender;
    },
  };
}

const rowsOf = async () => {
  const rows = await database.selectFrom('packet').selectAll().execute();
  return new Map(rows.map((row) => [row.packetId, row]));
};

async function until(what: string, isTrue: () => boolean | Promise<boolean>, patienceMs = 40_000) {
  const untilMs = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > untilMs) throw new Error(`waited in vain: ${what}`);
    await sleep(25);
  }
}
const nobodyQueued = async () => [...(await rowsOf()).values()].every(({ state }) => state !== 'queued');

t.test('what they are told, signed, and their id kept with ours', async (t) => {
  const { order, startSender, receiver, facts, taken } = await begin(t);
  startSender();
  await order('k1');
  await until('it is taken', nobodyQueued);
  const [told] = receiver.taken;
  t.match(told, {
    ...{ id: 'k1', target: 'police', contactId: 'c-k1', mode: 'oneKey', agentId: '1001', dialled: '12345' },
    caller: { number: mobile, withheld: null },
    place: { areaCode: '0311', district: '长安区' },
    words: '和平路 5 号有人受伤',
  });
  t.match((await rowsOf()).get('k1'), {
    state: 'taken',
    theirId: theirIdOf('k1'),
    attempts: 1,
    numberTold: true,
  });
  t.match(facts, [{ type: 'PacketTaken', theirId: theirIdOf('k1'), contactId: 'c-k1', numberTold: true }]);
  t.same(taken, ['k1'], 'the talk learns of it');
  const { rows } = await sql<{ text: string }>`
    select (select jsonb_agg(to_jsonb(j)) from journal j)::text || (select jsonb_agg(to_jsonb(p)) from packet p)::text as text`.execute(
    database,
  );
  t.notMatch(rows[0]?.text, mobile, 'the number is in neither table');
});

t.test(
  'two senders, and a receiver that is slow, down and wrong in every way: each packet once',
  async (t) => {
    const doings: readonly PacketDoing[] = [
      ...([{ status: 500 }, { status: 503 }, { is: 'reset' }, { is: 'late' }, { is: 'halfway' }] as const),
      ...([
        { is: 'badJson' },
        { is: 'noId' },
        { is: 'unsigned' },
        { is: 'wrongSignature' },
        { is: 'long' },
      ] as const),
      ...([{ slowMs: 200 }, { slowMs: 900 }, { status: 200 }] as const),
    ];
    let dice = 1;
    const count = 24;
    const { order, startSender, receiver, facts, taken } = await begin(t, () => {
      dice = (dice * 48_271) % 2_147_483_647;
      return doings[dice % doings.length] ?? { status: 200 };
    });
    startSender(1_000);
    startSender(1_000);
    const ids = Array.from({ length: count }, (_, n) => `k${String(n)}`);
    for (const id of ids) await order(id);
    await receiver.setDown(true);
    await sleep(300);
    await receiver.setDown(false);
    await until('all are taken', nobodyQueued, 90_000);
    t.same(receiver.taken.map(({ id }) => id).toSorted(), ids.toSorted(), 'each once, and none is missing');
    const rows = await rowsOf();
    t.same(
      ids.filter((id) => rows.get(id)?.theirId !== theirIdOf(id)),
      [],
      'each with their id',
    );
    t.same(taken.toSorted(), ids.toSorted());
    t.equal(facts.filter(({ type }) => type === 'PacketTaken').length, count, 'one fact each');
    t.ok(
      receiver.asked.length > count,
      `${String(receiver.asked.length)} requests for ${String(count)} packets`,
    );
    t.equal(receiver.badSignatures(), 0);
  },
);

t.test('a sender that dies holding a packet loses none', async (t) => {
  const { order, startSender, receiver } = await begin(t);
  await order('held');
  t.equal((await store.claim(5, 700)).length, 1, 'claimed, and then the process is gone');
  const startedMs = performance.now();
  startSender();
  await until('it is taken', nobodyQueued);
  t.ok(performance.now() - startedMs > 400, 'not before the lease was over');
  t.match((await rowsOf()).get('held'), { state: 'taken', attempts: 2 });
  t.equal(receiver.taken.length, 1);
});

t.test(
  'a receiver that never takes it: the alarm soon, given up at the end; one that refuses is not asked again',
  async (t) => {
    const { order, startSender, receiver, alarms, facts } = await begin(t, (id) => ({
      status: id === 'no' ? 422 : 500,
    }));
    startSender(6);
    await order('lost');
    await order('no');
    await until('both are over', nobodyQueued);
    t.match((await rowsOf()).get('lost'), { state: 'failed', code: 'http500', attempts: 6 });
    t.match((await rowsOf()).get('no'), { state: 'refused', code: 'http422', attempts: 1 });
    t.equal(receiver.asked.filter((id) => id === 'lost').length, 6);
    t.ok(alarms.includes('police true'));
    t.match(
      facts.map(({ type }) => type),
      ['PacketFailed', 'PacketFailed'],
    );
  },
);

t.test('a number that cannot be opened keeps back nothing else', async (t) => {
  const { order, startSender, receiver } = await begin(t, undefined, {
    callerKey: 'unreadable' as CallerKey,
  });
  startSender();
  await order('opaque');
  await until('it is taken', nobodyQueued);
  t.match(receiver.taken[0], { caller: { number: null, withheld: null } });
  t.match((await rowsOf()).get('opaque'), { state: 'taken', attempts: 1, numberTold: false });
});

t.test('a secret that is wrong still is no refusal: the packet is sent until it is mended', async (t) => {
  const { order, startSender, receiver, alarms } = await begin(t, (_id, asked) => ({
    status: asked <= 5 ? 401 : 200,
  }));
  startSender();
  await order('late');
  await until('it is taken', nobodyQueued);
  t.match((await rowsOf()).get('late'), { state: 'taken', attempts: 6 });
  t.equal(receiver.taken.length, 1);
  t.same(alarms.slice(-2), ['police true', 'police false']);
});

t.test('who called is told as the file and the law have it', async (t) => {
  const told = async (contact: Partial<PacketContact>, target: string) => {
    const { order, startSender, receiver } = await begin(t, undefined, contact);
    const sender = startSender();
    await order('k', target);
    await until('it is taken', nobodyQueued);
    await sender.stop();
    return receiver.taken[0]?.caller;
  };
  t.same(
    await told({ isSealed: true }, 'police'),
    { number: mobile, withheld: null },
    'an emergency line is told',
  );
  t.same(await told({ isSealed: true }, 'heat'), { number: null, withheld: 'confidential' });
  t.same(await told({}, 'heat'), { number: null, withheld: 'policy' });
  t.same(await told({ callerShown: false }, 'police'), { number: null, withheld: 'notShown' });
});
