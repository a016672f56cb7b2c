// The number ledger on real calls: a merged number from its opening to its farewell, what other numbers say, a last day of service, a restart.
import t from 'tap';
import { addDays, dayKeyAt, dayStartMs } from '../../src/contact/civil-time.js';
import type { Call } from '../phones/call.js';
import type { CallOptions } from '../phones/phone.js';
import { diallings } from './number-calls.js';
import { startStation, type ClosedRecord } from './station.js';

/** Noon, so that no midnight comes between. */
const today = addDays(dayKeyAt(Date.now()), -2);
const merged = "until: '2027-06-30'";

const station = await startStation({
  portBase: 18_740,
  sipPort: 18_750,
  rtpStart: 27_600,
  policies: [['wrapUp: 60s', 'wrapUp: 1s']],
  startsAtMs: dayStartMs(today) + 12 * 3_600_000,
});
t.teardown(() => station.close());

const price = '12358价格举报热线';
const tourism = '12301旅游服务热线';

interface Caller {
  readonly call: Call;
  /** His contact, by his call: others may run side by side. */
  contactId(): Promise<string>;
  /** The contact's record, once it is closed. */
  record(): Promise<ClosedRecord['record']>;
}

async function caller(last4: string, number: string, options?: CallOptions): Promise<Caller> {
  const call = await (await station.citizen(last4)).call(number, options);
  const contactId = async () => {
    const arrived = await station.until('an arrival', async () =>
      (await station.facts('ContactArrived')).find((fact) => fact['sipCallId'] === call.sipCallId),
    );
    return arrived.id;
  };
  return { call, contactId, record: async () => (await station.closedRecord(await contactId())).record };
}

/** Who talks with this caller. */
async function agentOf({ contactId }: Caller): Promise<string> {
  const id = await contactId();
  const joined = await station.until('a talk', async () =>
    (await station.facts('AgentConnected')).find((fact) => fact.id === id),
  );
  return String(joined['agentId']);
}

t.test('a merged number names itself, serves at once, and tells the new number at the end', async (t) => {
  const ways = diallings({ number: '12358', pilot: '+8631112358' });
  const seats = await Promise.all(['1001', '1002', '1003', '1004'].map((agentId) => station.seat(agentId)));
  await Promise.all(
    ways.map(async ({ way, dialled, headers }, index) => {
      const one = await caller(`000${String(index + 1)}`, dialled, { headers });
      await station.hears(one.call, 'trans.transfer', {
        sinceMs: one.call.invitedAtMs,
        slot: price,
        timeoutMs: 15_000,
      });
      const agentId = await agentOf(one);
      const seat = seats.find((each) => each.agentId === agentId);
      await seat?.untilState('talking');
      const endedAtMs = Date.now();
      const agent = await station.apiAs(agentId);
      t.equal((await agent('POST', `/api/v1/contacts/${await one.contactId()}/release`)).status, 200);
      await station.hears(one.call, 'trans.after', { sinceMs: endedAtMs, timeoutMs: 15_000 });
      await one.call.untilEnded();
      t.match(
        await one.record(),
        {
          ...{ entryId: '12358', kpiLine: '12358', answered: true, excluded: null },
          ...{ numberPattern: 'whole', numberState: 'transfer' },
        },
        way,
      );
      await seat?.untilState('ready');
    }),
  );
  await Promise.all(seats.map((seat) => seat.act('sign-out')));
});

t.test('what other numbers say', async (t) => {
  t.jobs = 3;

  void t.test(
    'a number that came back says what it is now, on that row’s entry',
    { buffered: true },
    async (t) => {
      const { call, record } = await caller('0011', '12356');
      await station.hears(call, 'trans.returned', {
        sinceMs: call.invitedAtMs,
        slot: '12356心理援助热线',
        timeoutMs: 15_000,
      });
      await call.hangUp();
      t.match(await record(), { entryId: '12356-2025', kpiLine: '12356-2025' });
    },
  );

  void t.test('a number kept for good says only that it is right', { buffered: true }, async (t) => {
    const { call, record } = await caller('0012', '12333');
    await station.hears(call, 'greet.dual', {
      sinceMs: call.invitedAtMs,
      slot: '12333人力资源社会保障热线',
      timeoutMs: 15_000,
    });
    await call.hangUp();
    t.match(await record(), { entryId: '12333' });
  });

  void t.test(
    'who meant 110 hears at once where he is, on a line of its own',
    { buffered: true },
    async (t) => {
      const { call, record } = await caller('0014', '110');
      await station.hears(call, 'greet.main', { sinceMs: call.invitedAtMs, timeoutMs: 15_000 });
      await call.hangUp();
      t.match(await record(), { entryId: '110', kpiLine: '110', numberPattern: 'emergency', excluded: null });
    },
  );

  void t.test('a number that nobody knows is served, on a line of its own', { buffered: true }, async (t) => {
    const { call, record } = await caller('0013', '96000');
    await station.hears(call, 'greet.main', { sinceMs: call.invitedAtMs, timeoutMs: 15_000 });
    await call.hangUp();
    t.match(await record(), { entryId: '12345', kpiLine: 'unknown', dnis: '96000' });
  });
});

t.test('on the last day of service, and after it', async (t) => {
  t.jobs = 2;
  await station.editSite('numbers.yaml', [[merged, `until: '${addDays(today, -1)}'`]]);

  void t.test(
    'after its last day of service a number is only told of: twice, unanswered, free, released as changed',
    { buffered: true },
    async (t) => {
      const here = await caller('0021', '12300');
      const away = await caller('0022', '12300', { from: { user: '01000000022' } });
      const slot = '12300电信申诉热线';
      const hungUp = station
        .hears(away.call, 'trans.prompt.away', { sinceMs: away.call.invitedAtMs, slot, timeoutMs: 20_000 })
        .then(() => away.call.hangUp());
      const first = await station.hears(here.call, 'trans.prompt', {
        sinceMs: here.call.invitedAtMs,
        slot,
        timeoutMs: 20_000,
      });
      const second = await station.hears(here.call, 'trans.prompt', {
        sinceMs: first.endsAtMs - 500,
        slot,
        timeoutMs: 20_000,
      });
      const betweenMs = second.atMs - first.endsAtMs;
      t.ok(betweenMs >= 800 && betweenMs <= 2_000, `${String(betweenMs)} ms of silence between the two`);
      const end = await here.call.untilEnded(15_000);
      t.match(end, { by: 'remote', status: 410, cause: 22 }, 'never answered; changed, as Reason says too');
      t.same([...new Set(here.call.provisionals)], [183], 'early media');
      t.equal(here.call.answeredAtMs, undefined);
      t.match(await here.record(), {
        ...{ entryId: '12300', answered: false, excluded: 'promptOnly', missed: false },
      });

      await hungUp;
      t.match(await away.record(), { excluded: 'promptOnly', endedBy: 'citizen' }, 'hung up in the prompt');

      const { body } = await station.api('GET', '/api/v1/kpis?by=day');
      t.match(body['total'], { counts: { excludedBy: { promptOnly: 2 } } });
    },
  );

  void t.test('today is its last day of service: it is still served', { buffered: true }, async () => {
    const others = await caller('0031', '12301');
    await station.hears(others.call, 'trans.transfer', {
      sinceMs: others.call.invitedAtMs,
      slot: tourism,
      timeoutMs: 15_000,
    });
    await station.editSite('numbers.yaml', [[merged, `until: '${today}'`]]);
    const last = await caller('0032', '12301');
    await station.hears(last.call, 'trans.transfer', {
      sinceMs: last.call.invitedAtMs,
      slot: tourism,
      timeoutMs: 15_000,
    });
    for (const { call } of [last, others]) await call.hangUp();
  });
});

t.test(
  'the service is killed in the middle of the telling: it is told to its end all the same',
  async (t) => {
    const slot = '12300电信申诉热线';
    const others = new Set(await station.channels());
    const { call, contactId, record } = await caller('0041', '12300');
    await station.hears(call, 'trans.prompt', {
      ...{ sinceMs: call.invitedAtMs, slot, firstMs: 1_500, timeoutMs: 20_000 },
    });
    const id = await contactId();
    const killedAtMs = Date.now();
    await station.killService();
    // Anew: of what played on meanwhile only the end is later than the kill.
    await station.hears(call, 'trans.prompt', { sinceMs: killedAtMs, slot, timeoutMs: 40_000 });
    t.match(await call.untilEnded(30_000), { by: 'remote', status: 410, cause: 22 });
    t.equal(call.answeredAtMs, undefined);
    t.match(await record(), { excluded: 'promptOnly', answered: false, missed: false, endedBy: 'system' });
    t.equal((await station.facts('ContactEnded')).filter((fact) => fact.id === id).length, 1);
    await station.until(
      'no channel left',
      async () => (await station.channels()).every((name) => others.has(name)) || undefined,
    );
  },
);

t.test('and no channel is left', async () => {
  await station.until(
    'no channel left',
    async () => (await station.channels()).every((name) => !name.includes('carrier')) || undefined,
  );
});
