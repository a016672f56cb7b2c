// Short messages on a real database and a real gateway that is slow, down and wrong: nothing lost, nothing doubled, no number left behind.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { createHttpGateway } from '../../src/adapters/messages/http-gateway.js';
import { createCallerTable } from '../../src/adapters/postgres/caller-table.js';
import { migrate, openDatabase } from '../../src/adapters/postgres/database.js';
import { writeEntries } from '../../src/adapters/postgres/journal-rows.js';
import { createMessageStore } from '../../src/adapters/postgres/message-store.js';
import { createStopList } from '../../src/adapters/postgres/stop-list.js';
import { systemClock, systemTimers } from '../../src/adapters/system/clock.js';
import type { CallerKey, ContactId } from '../../src/contact/ids.js';
import { createMessageDesk } from '../../src/engine/message-desk.js';
import { startMessageSender, type MessageSender } from '../../src/engine/message-sender.js';
import type { MessageFact, MessageGateway, StopKind } from '../../src/engine/messages.js';
import type { SiteFact } from '../../src/engine/ports.js';
import { startGatewayReceiver, type Behaviour } from '../conformance/gateway-receiver.js';
import { startTestPostgres } from '../postgres-instance.js';
import { siteOf, smallSite } from '../site/small-site.js';
import { agentEntry } from './spool-entries.js';

const postgres = await startTestPostgres(14_870);
const database = openDatabase({ url: postgres.url, connectMs: 1_500, statementMs: 1_500, connections: 8 });
t.teardown(async () => {
  await database.destroy();
  await postgres.stop();
});
await migrate(database);

const secret = 'secret-of-both-sides';
/** Belong to nobody; they may be in the callers' table and at the gateway, nowhere else. */
const mobile = '13000000001';
const landline = '031100000001';
const [key, landlineKey] = ['key-mobile' as CallerKey, 'key-landline' as CallerKey];
const site = siteOf(
  smallSite({
    'messages.yaml': (smallSite().get('messages.yaml') ?? '').replace(
      '{ id: sms.case, text: 您好。 }',
      "{ id: sms.case, text: '编号{no}。', slots: { no: '12' } }",
    ),
  }),
);
const sites = { current: () => site, ofVersion: () => site };
const callers = createCallerTable(database, 'a-site-secret');
const store = createMessageStore(database);
const stopList = createStopList(database);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** An empty database, the desk, and senders with deadlines short enough to see them pass. */
async function begin(t: Test, behave?: (id: string) => Behaviour) {
  for (const table of ['message', 'message_notice', 'stop_list', 'journal', 'caller'])
    await sql`truncate ${sql.table(table)}`.execute(database);
  await callers.write(key, mobile);
  await callers.write(landlineKey, landline);
  const facts: MessageFact[] = [];
  const alarms: boolean[] = [];
  const receiver = await startGatewayReceiver(secret, behave);
  let seq = 0;
  let carrying: Promise<unknown> = Promise.resolve();
  let over = false;
  /** As the spool's carrier does, and everything twice: repeating it may change nothing. */
  const note = (fact: MessageFact & SiteFact) => {
    // A sender that was stopped while a slow gateway had its message may still tell of it: the database is gone then.
    if (over) return;
    facts.push(fact);
    const entry = { ...agentEntry('demo', seq), stream: 'site', id: 'demo', facts: [fact] } as const;
    seq += 1;
    const write = () => writeEntries(database, [entry], 'n1', null);
    carrying = carrying.then(write).then(write);
  };
  const numbers = { find: (callerKey: CallerKey) => callers.read(callerKey) };
  const parts = { store, stopList, numbers, sites, clock: systemClock, note };
  const desk = createMessageDesk({ ...parts, isSealed: async () => false });
  const senders: MessageSender[] = [];
  const gateway = createHttpGateway({
    url: receiver.url,
    secret,
    nowMs: () => Date.now(),
    deadlineMs: 400,
  });
  t.teardown(async () => {
    await Promise.all(senders.map((sender) => sender.stop()));
    over = true;
    await receiver.close();
    await carrying;
  });
  return {
    ...{ facts, alarms, receiver, desk, gateway, numbers },
    carried: () => carrying,
    send(
      id: string,
      change: { templateId?: string; slots?: Record<string, string>; callerKey?: CallerKey } = {},
    ) {
      const contactId = `contact of ${id}` as ContactId;
      return desk.send({ id, templateId: 'sms.missed', slots: {}, callerKey: key, contactId, ...change });
    },
    startSender(through: MessageGateway = gateway, tries = 8): MessageSender {
      const sender = startMessageSender({
        ...parts,
        gateway: through,
        timers: systemTimers,
        chance: Math.random,
        alarm: (stands) => alarms.push(stands),
        log: silent,
        pace: { tries, firstMs: 20, longestMs: 200 },
        idleMs: 20,
        leaseMs: 3_000,
        gatewayMs: 400,
      });
      senders.push(sender);
      return sender;
    },
    ofType: (type: MessageFact['type']) =>
      facts.flatMap((fact) => (fact.type === type ? [fact.messageId] : [])).toSorted(),
  };
}

const statesOf = async () => {
  const rows = await database
    .selectFrom('message')
    .select(['messageId', 'state', 'code', 'attempts'])
    .execute();
  return new Map(rows.map((row) => [row.messageId, row]));
};

async function until(what: string, isTrue: () => boolean | Promise<boolean>, patienceMs = 30_000) {
  const untilMs = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > untilMs) throw new Error(`waited in vain: ${what}`);
    await sleep(25);
  }
}
const nobodyQueued = async () => [...(await statesOf()).values()].every(({ state }) => state !== 'queued');

t.test(
  'two senders, a gateway that is slow, down and wrong by turns: each message once, never at once by both',
  async (t) => {
    const count = 40;
    const doings: readonly Behaviour[] = [
      { status: 503 },
      { is: 'reset' },
      { status: 429, headers: { 'retry-after': '0' } },
      { is: 'late' },
      { status: 200 },
    ];
    let dice = 1;
    const behave = (id: string): Behaviour => {
      if (id.startsWith('bad')) return { status: 422 };
      dice = (dice * 48_271) % 2_147_483_647;
      return doings[dice % doings.length] ?? { status: 200 };
    };
    const { desk, send, receiver, gateway, startSender, carried, ofType, facts } = await begin(t, behave);
    const ids = Array.from({ length: count }, (_, n) => `${n % 10 === 0 ? 'bad' : 'good'}-${String(n)}`);
    const underWay = new Set<string>();
    let met = 0;
    const watched: MessageGateway = {
      deliver: async (message) => {
        if (underWay.has(message.messageId)) met += 1;
        underWay.add(message.messageId);
        return gateway.deliver(message).finally(() => underWay.delete(message.messageId));
      },
    };
    startSender(watched, 60);
    startSender(watched, 60);
    for (const id of ids) t.same(await send(id), { ok: true });
    await carried();
    await receiver.setDown(true);
    await sleep(300);
    await receiver.setDown(false);
    await until('all are through', nobodyQueued);
    const states = await statesOf();
    t.equal(states.size, count);
    const good = ids.filter((id) => id.startsWith('good')).toSorted();
    t.same(receiver.taken.map(({ id }) => id).toSorted(), good, 'each once, and none is missing');
    t.same(
      good.filter((id) => states.get(id)?.state !== 'sent'),
      [],
    );
    t.same(
      ids.filter((id) => id.startsWith('bad')).map((id) => states.get(id)?.state),
      Array(4).fill('refused'),
    );
    t.equal(met, 0, 'no two had one message under way');
    t.ok(
      receiver.asked.length > good.length,
      `${String(receiver.asked.length)} requests for ${String(count)} messages`,
    );
    t.equal(receiver.badSignatures(), 0);
    t.same(ofType('MessageSent'), good, 'one fact each');
    t.equal(ofType('MessageFailed').length, 4);

    // Reports come twice and in any order, some of both kinds.
    await Promise.all(
      good.flatMap((messageId, n) =>
        ['delivered', n % 3 === 0 ? 'failed' : 'delivered'].flatMap((status, which) =>
          [1, 2].map(() =>
            desk.takeReport({
              ...{ reportId: `${messageId}-${String(which)}`, messageId, code: null, atMs: Date.now() },
              status: status as 'delivered' | 'failed',
            }),
          ),
        ),
      ),
    );
    const after = await statesOf();
    t.same(
      good.filter((id) => after.get(id)?.state !== 'delivered'),
      [],
    );
    t.same(ofType('MessageDelivered'), good, 'one fact each');
    await carried();
    t.notMatch(JSON.stringify(facts), mobile);
    const { rows } = await sql<{ text: string }>`
    select (select jsonb_agg(to_jsonb(j)) from journal j)::text || (select jsonb_agg(to_jsonb(m)) from message m)::text
      as text`.execute(database);
    t.notMatch(rows[0]?.text, mobile, 'the number is in neither table');
  },
);

t.test(
  'a sender that dies holding a message loses none: it is due again when its lease ends, at the next start',
  async (t) => {
    const { send, startSender, carried, receiver } = await begin(t);
    await send('held');
    await carried();
    t.equal((await store.claim(5, 700)).length, 1, 'claimed, and then the process is gone');
    t.equal((await store.claim(5, 700)).length, 0, 'nobody else gets it meanwhile');
    const startedMs = performance.now();
    startSender();
    await until('it is sent', () => receiver.taken.length === 1);
    t.ok(performance.now() - startedMs > 400, 'not before the lease was over');
    await until('its row says so', nobodyQueued);
    t.match((await statesOf()).get('held'), { state: 'sent', attempts: 2 });
  },
);

t.test(
  'a gateway that never comes back: given up after its tries, with an alarm that the next success clears',
  async (t) => {
    let isDown = true;
    const { send, startSender, carried, alarms, ofType, receiver } = await begin(t, () => ({
      status: isDown ? 500 : 200,
    }));
    startSender(undefined, 3);
    await send('lost');
    await carried();
    await until('it is given up', nobodyQueued);
    t.match((await statesOf()).get('lost'), { state: 'failed', code: 'http500', attempts: 3 });
    t.same(receiver.asked, ['lost', 'lost', 'lost']);
    t.same(alarms, [true]);
    isDown = false;
    await send('next');
    await carried();
    await until('the next is sent', nobodyQueued);
    t.same(alarms, [true, false]);
    t.same(ofType('MessageFailed'), ['lost']);
  },
);

t.test(
  'who is not to be written to is refused when it is asked for, and again when it is to be sent',
  async (t) => {
    const { send, startSender, carried, receiver, ofType, desk } = await begin(t);
    const stop = (stopId: string, kind: StopKind, untilMs: number | null = null) =>
      stopList.add({
        ...{ stopId, callerKey: key, callerMasked: '130****0001', kind, reason: '本人要求' },
        ...{ sinceMs: Date.now() - 1_000, untilMs, enteredBy: '1001' },
      });
    t.same(await send('a', { templateId: 'sms.none' }), { ok: false, code: 'templateUnknown' });
    t.same(await send('a', { templateId: 'sms.case' }), { ok: false, code: 'slotsWrong' });
    t.same(await send('a', { callerKey: '' as CallerKey }), { ok: false, code: 'noNumber' });
    t.same(await send('a', { callerKey: 'unknown' as CallerKey }), { ok: false, code: 'noNumber' });
    t.same(await send('a', { callerKey: landlineKey }), { ok: false, code: 'notMobile' });

    t.same(await send('asked-before'), { ok: true });
    await carried();
    await stop('s1', 'stopListed');
    await stop('s0', 'stopListed', Date.now() - 500);
    t.same(await send('a'), { ok: false, code: 'stopListed' });
    await stop('s2', 'confidential');
    t.same(await send('a'), { ok: false, code: 'confidential' });
    startSender();
    await until('it is refused', nobodyQueued);
    t.match((await statesOf()).get('asked-before'), { state: 'refused', code: 'confidential' });
    t.same(receiver.asked, []);
    await desk.takeReport({
      reportId: 'r',
      messageId: 'asked-before',
      status: 'delivered',
      code: null,
      atMs: 1,
    });
    t.match((await statesOf()).get('asked-before'), { state: 'refused' }, 'no report moves it');

    t.equal((await stopList.standing(Date.now())).length, 2);
    t.ok(await stopList.end('s1', Date.now()));
    t.ok(await stopList.end('s2', Date.now()));
    t.notOk(await stopList.end('s2', Date.now() + 1), 'ended once');
    t.same(await send('free'), { ok: true });
    await carried();
    await until('it is sent', nobodyQueued);
    t.same(ofType('MessageSent'), ['free']);
  },
);

t.test('what a message says is in its row until it is sent, and never in the journal', async (t) => {
  const { send, startSender, carried, receiver } = await begin(t);
  await send('case', { templateId: 'sms.case', slots: { no: '824136' } });
  await carried();
  const saying = async () => {
    const { rows } = await sql<{ journal: string; message: string }>`
      select (select jsonb_agg(to_jsonb(j)) from journal j)::text as journal,
        (select jsonb_agg(to_jsonb(m)) from message m)::text as message`.execute(database);
    return { journal: rows[0]?.journal.includes('824136'), row: rows[0]?.message.includes('824136') };
  };
  t.same(await saying(), { journal: false, row: true });
  startSender();
  await until('it is sent', nobodyQueued);
  t.same(await saying(), { journal: false, row: false });
  t.match(receiver.taken, [{ to: mobile, text: '【热线】编号824136。' }]);
});

t.test('replies are kept once, with the message they answer', async (t) => {
  const { send, startSender, carried, desk, ofType } = await begin(t);
  startSender();
  await send('first');
  await carried();
  await until('it is sent', nobodyQueued);
  const reply = {
    ...{ replyId: 'r1', messageId: null, callerKey: key, callerMasked: '130****0001' },
    ...{ text: '和平路停水', atMs: 5 },
  };
  await Promise.all([desk.takeReply(reply), desk.takeReply(reply), desk.takeReply(reply)]);
  await desk.takeReply({ ...reply, replyId: 'r2', callerKey: 'stranger' as CallerKey });
  await desk.takeReply({ ...reply, replyId: 'r3', messageId: 'first', callerKey: 'stranger' as CallerKey });
  t.same(ofType('MessageReplied'), ['first'], 'a stranger answers nobody else’s message');
  t.match(await store.ofContact('contact of first'), [
    { messageId: 'first', state: 'sent', replies: [{ atMs: 5, text: '和平路停水' }] },
  ]);
  const kept = await database.selectFrom('messageNotice').select('noticeId').orderBy('noticeId').execute();
  t.same(
    kept.map(({ noticeId }) => noticeId),
    ['reply r1', 'reply r2', 'reply r3'],
  );
});

t.test('a report may overtake the gateway’s own answer', async (t) => {
  const { send, startSender, carried, desk, gateway, ofType, receiver } = await begin(t);
  const overtaken: MessageGateway = {
    deliver: async (message) => {
      const answer = await gateway.deliver(message);
      const { messageId } = message;
      await desk.takeReport({ reportId: randomUUID(), messageId, status: 'delivered', code: null, atMs: 1 });
      return answer;
    },
  };
  startSender(overtaken);
  await send('fast');
  await carried();
  await until('it is delivered', nobodyQueued);
  await sleep(100);
  t.match((await statesOf()).get('fast'), { state: 'delivered' });
  t.same(ofType('MessageDelivered'), ['fast']);
  t.same(ofType('MessageSent'), [], 'the later word is not told after it');
  t.equal(receiver.asked.length, 1);
});

t.test('without the database: a living caller’s message is taken, and sent when it is back', async (t) => {
  const { startSender, receiver, facts } = await begin(t);
  const noted: MessageFact[] = [];
  const desk = createMessageDesk({
    ...{ store, stopList, sites, clock: systemClock },
    numbers: { find: async (callerKey) => (callerKey === key ? mobile : callers.read(callerKey)) },
    note: (fact) => noted.push(fact),
    isSealed: async () => false,
  });
  startSender();
  await postgres.part.kill('SIGSTOP');
  const order = { templateId: 'sms.missed', slots: {} };
  t.same(await desk.send({ ...order, id: 'later', callerKey: key }), { ok: true });
  t.same(await desk.send({ ...order, id: 'x', callerKey: landlineKey }), { ok: false, code: 'numbersAway' });
  const report = { reportId: 'r', messageId: 'later', status: 'delivered', code: null, atMs: 1 } as const;
  await t.rejects(
    desk.takeReport(report),
    { code: 'DATABASE_UNAVAILABLE' },
    'the gateway is to say it again',
  );
  await postgres.part.kill('SIGCONT');
  await until('the database is back', () =>
    callers.read(key).then(
      () => true,
      () => false,
    ),
  );
  const entry = { ...agentEntry('demo', 900), stream: 'site', id: 'demo', facts: noted } as const;
  await writeEntries(database, [entry], 'n1', null);
  await until('it is sent', () => receiver.taken.length === 1);
  t.same(
    noted.map(({ type }) => type),
    ['MessageQueued'],
  );
  await until('the row says so', nobodyQueued);
  t.same(
    facts.map(({ type }) => type),
    ['MessageSent'],
  );
});
