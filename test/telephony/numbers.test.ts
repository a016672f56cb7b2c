// The number ledger on real calls: what each old number says in each of its states, however the carrier delivers it.
import t from 'tap';
import { addDays, dayKeyAt } from '../../src/contact/civil-time.js';
import { startStation } from './station.js';

const today = dayKeyAt(Date.now());
const merged = "until: '2027-06-30'";

const station = await startStation({
  portBase: 18_740,
  sipPort: 18_750,
  rtpStart: 27_600,
  policies: [['wrapUp: 60s', 'wrapUp: 1s']],
});
t.teardown(() => station.close());

const price = '12358价格举报热线';
const tourism = '12301旅游服务热线';

async function lastContact(): Promise<string> {
  const arrived = await station.until('an arrival', async () =>
    (await station.facts('ContactArrived')).at(-1),
  );
  return arrived.id;
}

/** The last contact's record, once it is closed. */
async function lastRecord() {
  return (await station.closedRecord(await lastContact())).record;
}

t.test('a merged number names itself, serves at once, and tells the new number at the end', async (t) => {
  const seat = await station.seat('1001');
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
  for (const [index, [way, number, headers]] of ways.entries()) {
    const citizen = await station.citizen(`000${String(index + 1)}`);
    const call = await citizen.call(number, { headers });
    await station.hears(call, 'trans.transfer', {
      sinceMs: call.invitedAtMs,
      slot: price,
      timeoutMs: 15_000,
    });
    await seat.untilState('talking');
    const endedAtMs = Date.now();
    const agent = await station.apiAs('1001');
    t.equal((await agent('POST', `/api/v1/contacts/${await lastContact()}/release`)).status, 200);
    await station.hears(call, 'trans.after', { sinceMs: endedAtMs, timeoutMs: 15_000 });
    await call.untilEnded();
    t.match(
      await lastRecord(),
      {
        ...{ entryId: '12358', kpiLine: '12358', answered: true, excluded: null },
        ...{ numberPattern: 'whole', numberState: 'transfer' },
      },
      way,
    );
    await seat.untilState('ready');
  }
  await seat.act('sign-out');
});

t.test('a number that came back says what it is now, on that row’s entry', async (t) => {
  const call = await (await station.citizen('0011')).call('12356');
  await station.hears(call, 'trans.returned', {
    sinceMs: call.invitedAtMs,
    slot: '12356心理援助热线',
    timeoutMs: 15_000,
  });
  await call.hangUp();
  t.match(await lastRecord(), { entryId: '12356-2025', kpiLine: '12356-2025' });
});

t.test('a number kept for good says only that it is right', async (t) => {
  const call = await (await station.citizen('0012')).call('12333');
  await station.hears(call, 'greet.dual', {
    sinceMs: call.invitedAtMs,
    slot: '12333人力资源社会保障热线',
    timeoutMs: 15_000,
  });
  await call.hangUp();
  t.match(await lastRecord(), { entryId: '12333' });
});

t.test('a number that nobody knows is served, on a line of its own', async (t) => {
  const call = await (await station.citizen('0013')).call('96000');
  await station.hears(call, 'greet.main', { sinceMs: call.invitedAtMs, timeoutMs: 15_000 });
  await call.hangUp();
  t.match(await lastRecord(), { entryId: '12345', kpiLine: 'unknown', dnis: '96000' });
});

t.test(
  'after its last day of service a number is only told of: twice, unanswered, free, released as changed',
  async (t) => {
    await station.editSite('numbers.yaml', [[merged, `until: '${addDays(today, -1)}'`]]);
    const here = await (await station.citizen('0021')).call('12300');
    const slot = '12300电信申诉热线';
    const first = await station.hears(here, 'trans.prompt', {
      sinceMs: here.invitedAtMs,
      slot,
      timeoutMs: 20_000,
    });
    const second = await station.hears(here, 'trans.prompt', {
      sinceMs: first.endsAtMs - 500,
      slot,
      timeoutMs: 20_000,
    });
    const betweenMs = second.atMs - first.endsAtMs;
    t.ok(betweenMs >= 800 && betweenMs <= 2_000, `${String(betweenMs)} ms of silence between the two`);
    const end = await here.untilEnded(15_000);
    t.match(end, { by: 'remote', status: 410 }, 'never answered');
    t.match(await lastRecord(), { entryId: '12300', answered: false, excluded: 'promptOnly', missed: false });

    const phone = await station.citizen('0022');
    const away = await phone.call('12300', { from: { user: '01000000022' } });
    await station.hears(away, 'trans.prompt.away', { sinceMs: away.invitedAtMs, slot, timeoutMs: 20_000 });
    await away.hangUp();
    t.match(await lastRecord(), { excluded: 'promptOnly', endedBy: 'citizen' }, 'hung up in the prompt');

    const { body } = await station.api('GET', '/api/v1/kpis?by=day');
    t.match(body['total'], { counts: { excludedBy: { promptOnly: 2 } } });
  },
);

t.test('today is its last day of service: it is still served', async () => {
  const others = await (await station.citizen('0031')).call('12301');
  await station.hears(others, 'trans.transfer', {
    sinceMs: others.invitedAtMs,
    slot: tourism,
    timeoutMs: 15_000,
  });
  await station.editSite('numbers.yaml', [[merged, `until: '${today}'`]]);
  const call = await (await station.citizen('0032')).call('12301');
  await station.hears(call, 'trans.transfer', {
    sinceMs: call.invitedAtMs,
    slot: tourism,
    timeoutMs: 15_000,
  });
  for (const one of [call, others]) await one.hangUp();
  await station.until(
    'no channel left',
    async () => (await station.channels()).every((name) => !name.includes('carrier')) || undefined,
  );
});
