// The number ledger on real calls: what each old number says in each of its states, however the carrier delivers it.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { addDays, dayKeyAt, dayStartMs } from '../../src/contact/civil-time.js';
import { numberPatterns, numberStates, type NumberState } from '../../src/numbers/ledger-row.js';
import type { Call } from '../phones/call.js';
import type { CallOptions, Phone } from '../phones/phone.js';
import { allOfLedger, overMidnight, type LedgerCase, type MidnightRow } from './number-rows.js';
import { startStation, type ClosedRecord, type PromptHeard } from './station.js';

/** The site's midnight that is crossed below; until then it is two days before, at noon. */
const midnightMs = dayStartMs(dayKeyAt(Date.now()));
const newDay = dayKeyAt(midnightMs);
const today = addDays(newDay, -2);
const merged = "until: '2027-06-30'";
const firstRow = "- number: '12300' # G\n";

const station = await startStation({
  portBase: 18_740,
  sipPort: 18_750,
  rtpStart: 27_600,
  policies: [['wrapUp: 60s', 'wrapUp: 1s']],
  files: {
    'numbers.yaml': [[firstRow, [...allOfLedger.rows, ...overMidnight(newDay).rows].join('') + firstRow]],
  },
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
  const ways = [
    ['dialled', '12358', {}],
    ['by its pilot number', '+8631112358', {}],
    ['by Diversion', '12345', { Diversion: '<sip:12358@carrier.example>;reason=unconditional' }],
    [
      'by History-Info',
      '12345',
      {
        'History-Info': [
          '<sip:12358@carrier.example>;index=1',
          '<sip:12345@carrier.example;cause=302>;index=1.1',
        ],
      },
    ],
  ] as const;
  const seats = await Promise.all(['1001', '1002', '1003', '1004'].map((agentId) => station.seat(agentId)));
  await Promise.all(
    ways.map(async ([way, number, headers], index) => {
      const one = await caller(`000${String(index + 1)}`, number, { headers });
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

/** How a carrier tells which number was dialled. */
const ways: Readonly<
  Record<string, (row: LedgerCase) => { readonly dialled: string; readonly headers: CallOptions['headers'] }>
> = {
  direct: ({ number }) => ({ dialled: number, headers: {} }),
  pilot: ({ pilot }) => ({ dialled: pilot, headers: {} }),
  Diversion: ({ number }) => ({
    dialled: '12345',
    headers: { Diversion: `<sip:${number}@carrier.example>;reason=unconditional` },
  }),
  'History-Info': ({ number }) => ({
    dialled: '12345',
    headers: {
      'History-Info': [
        `<sip:${number}@carrier.example>;index=1`,
        '<sip:12345@carrier.example;cause=302>;index=1.1',
      ],
    },
  }),
};

/** Heard once it is over: looking for it sooner would keep the other phones from their packets. */
async function hearsWhole(call: Call, { promptId, slot }: LedgerCase['opening']): Promise<PromptHeard> {
  const firstAudioAtMs = await call.untilAudio(15_000);
  await sleep(firstAudioAtMs + station.soundMs(promptId, slot) + 200 - Date.now());
  return station.hears(call, promptId, {
    sinceMs: call.invitedAtMs,
    ...(slot !== undefined && { slot }),
    timeoutMs: 10_000,
  });
}

/** YIHAO_TEST_EVERY_WAY=1 dials each cell in each way: four times the calls, for which a file's usual time is too short. */
const everyWay = process.env['YIHAO_TEST_EVERY_WAY'] === '1';
const waysEach = everyWay ? Object.keys(ways).length : 1;
/** To hear them all takes a good part of the machine: more at once would lose sound beside other tests. */
const atOnce = everyWay ? 5 : 9;

t.test(
  'every pattern in every state, and each of both told in every way: heard whole, journaled as what it is',
  async (t) => {
    const phone = await station.citizen('0100');
    const told = Object.entries(ways);
    const waiting = allOfLedger.cases.flatMap((row, at) => {
      // Four neighbouring states have four ways, and the next pattern begins with the next way.
      const first = (Math.floor(at / numberStates.length) + at) % told.length;
      return [...told.slice(first), ...told.slice(0, first)].slice(0, waysEach).map(([way, dial], turn) => ({
        way,
        row,
        ...dial(row),
        user: `03110000${String(1000 + 1000 * turn + at)}`,
      }));
    });
    const todo = waiting.values();
    const done: { readonly what: string; readonly row: LedgerCase; readonly call: Call }[] = [];
    const likenesses: number[] = [];
    const lane = async () => {
      for (const { way, row, dialled, headers, user } of todo) {
        const what = `${row.pattern}, ${row.state}, ${way}`;
        const call = await phone.call(dialled, { ...(headers && { headers }), from: { user } });
        await hearsWhole(call, row.opening).then(
          ({ score }) => likenesses.push(score),
          (error: unknown) => t.fail(`${what}: ${String(error)}`),
        );
        await call.hangUp();
        done.push({ what, row, call });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    t.equal(done.length, numberPatterns.length * numberStates.length * waysEach);
    t.comment(
      `${String(likenesses.length)} heard whole, the least alike ${Math.min(...likenesses).toFixed(3)}`,
    );
    const arrived = new Map((await station.facts('ContactArrived')).map((fact) => [fact['sipCallId'], fact]));
    for (const { what, row, call } of done)
      t.match(
        arrived.get(call.sipCallId),
        { entryId: row.number, numberPattern: row.pattern, numberState: row.state },
        what,
      );
  },
);

/** A call to one of the numbers that change, on one side of midnight. */
async function callAt(phone: Phone, row: MidnightRow, side: 'before' | 'after'): Promise<Call> {
  const user = `03110000${side === 'before' ? '2' : '3'}${row.number.slice(-3)}`;
  return phone.call(row.number, { from: { user } });
}

/** What stands in the journal of a call that came by this number in this state. */
function arrivalAs(number: string, state: NumberState | undefined) {
  return state === undefined
    ? { entryId: '12345', kpiLine: 'unknown', numberState: 'served' }
    : { entryId: number, kpiLine: number, numberState: state };
}

t.test(
  'states change at midnight, without a restart; calls under way end by the ledger they came under',
  async (t) => {
    const { changes } = overMidnight(newDay);
    const phone = await station.citizen('0200');
    await station.setClock(midnightMs - 3_600_000);
    const seats = await Promise.all(['1005', '1006'].map((agentId) => station.seat(agentId)));
    await station.setClock(midnightMs - 9_000);

    // One that ends as it always did, one that ends by telling the new number: the two agents talk with these.
    const talks = changes.filter(({ before }) => before === 'dual' || before === 'transfer').slice(0, 2);
    t.equal(talks.length, seats.length);
    const others = changes.filter((row) => !talks.includes(row));
    const before: { readonly row: MidnightRow; readonly call: Call }[] = [];
    for (const row of talks) {
      before.push({ row, call: await callAt(phone, row, 'before') });
      // Calls sent one upon another may overtake each other: each of these is in the queue before the next.
      await station.until(`${row.number} offered`, async () => {
        const offers = await station.facts('OfferMade');
        return offers.filter(({ atMs }) => atMs >= midnightMs - 10_000).length === before.length || undefined;
      });
    }
    for (const row of others) before.push({ row, call: await callAt(phone, row, 'before') });
    const allHeard = Promise.all(before.map(({ row, call }) => hearsWhole(call, row.opens.before)));

    await station.until('midnight', async () => station.nowMs() >= midnightMs || undefined, 15_000);
    const after: { readonly row: MidnightRow; readonly call: Call }[] = [];
    for (const row of changes) after.push({ row, call: await callAt(phone, row, 'after') });
    await Promise.all([allHeard, ...after.map(({ row, call }) => hearsWhole(call, row.opens.after))]);

    const arrivals = await station.facts('ContactArrived');
    for (const { side, list } of [
      { side: 'before', list: before },
      { side: 'after', list: after },
    ] as const)
      for (const { row, call } of list) {
        const arrived = arrivals.find(({ sipCallId }) => sipCallId === call.sipCallId);
        t.match(arrived, arrivalAs(row.number, row[side]), `${row.number} ${side} midnight`);
        t.equal(Number(arrived?.['arrivedAtMs']) < midnightMs, side === 'before', 'in time');
      }

    for (const { row, call } of before.slice(0, talks.length)) {
      const contact = arrivals.find(({ sipCallId }) => sipCallId === call.sipCallId);
      const joined = await station.until('a talk', async () =>
        (await station.facts('AgentConnected')).find(({ id }) => id === contact?.id),
      );
      const seat = seats.find(({ agentId }) => agentId === joined['agentId']);
      const sinceMs = Date.now();
      const agent = await station.apiAs(String(joined['agentId']));
      t.equal((await agent('POST', `/api/v1/contacts/${String(contact?.id)}/release`)).status, 200);
      await seat?.act('sign-out');
      const farewell = row.before === 'dual' ? 'bye' : 'trans.after';
      await station.hears(call, farewell, { sinceMs, timeoutMs: 15_000 });
      t.match((await station.closedRecord(String(contact?.id))).record, {
        ...{ entryId: row.number, answered: true, numberState: row.before },
      });
    }
    for (const { call } of [...before, ...after]) await call.hangUp();
  },
);

t.test('and no channel is left', async () => {
  await station.until(
    'no channel left',
    async () => (await station.channels()).every((name) => !name.includes('carrier')) || undefined,
  );
});
