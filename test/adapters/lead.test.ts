// The supervisor's part of the API on the very engine in virtual time: search, story, recordings, unreached, broadcasts, hand-over.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import type { SiteFact } from '../../src/engine/ports.js';
import { AppError } from '../../src/errors.js';
import { citizenNumber, openOffice, plainSite } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();
const masked = '130****0001';
type Office = Awaited<ReturnType<typeof openOffice>>;

const siteFacts = ({ world }: Office) =>
  world.journal.flatMap(({ stream, facts }) => (stream === 'site' ? (facts as readonly SiteFact[]) : []));
const audits = (office: Office, act: string) =>
  siteFacts(office).flatMap((fact) => (fact.type === 'Audited' && fact.act === act ? [fact] : []));

/** A call that is given up after 2 s; its contact's id. */
async function missedCall({ world }: Office, ani = citizenNumber): Promise<string> {
  world.telephony.call({ ani, dnis: '12345', patienceMs: 2_000 });
  await world.runUntil(world.clock.nowMs() + 5_000);
  return world.journal.findLast(({ stream }) => stream === 'contact')?.id ?? '';
}

t.test(
  'search by a full number: in a body, audited masked, answered masked, refused to agents',
  async (t) => {
    const office = await openOffice();
    const { call, logIn } = office;
    const [supervisor, agent] = [(await logIn('1001')).cookie, (await logIn('1002')).cookie];
    const id = await missedCall(office);
    const search = (body: object, cookie = supervisor) =>
      call('POST /api/v1/contacts/search', { cookie, body });
    const found = await search({ number: citizenNumber });
    t.match(json(found), { contacts: [{ contactId: id, callerMasked: masked }], cursor: null });
    t.notOk(found.body.includes(citizenNumber));
    t.notOk(found.body.includes('callerKey'));
    t.match(json(await search({ number: citizenNumber, answered: 'true' })), { contacts: [] });
    t.match(json(await search({ number: '13000000002' })), { contacts: [] });
    t.equal(json(await search({ number: 'abc' }))['code'], 'NUMBER_INVALID');
    t.equal(json(await search({ number: citizenNumber }, agent))['code'], 'FORBIDDEN');
    t.match(audits(office, 'contacts.search')[0], { by: '1001', role: 'supervisor', about: masked });
    t.match(
      json(await call('GET /api/v1/contacts?missedCause=abandoned&tag=nobody', { cookie: supervisor })),
      {
        contacts: [],
      },
    );
    t.match(json(await call('GET /api/v1/contacts?missedCause=abandoned', { cookie: supervisor })), {
      contacts: [{ contactId: id }],
    });
    t.equal(
      json(await call('GET /api/v1/contacts?missedCause=bored', { cookie: supervisor }))['code'],
      'REQUEST_INVALID',
    );
    t.equal(audits(office, 'contacts.list').length, 2);
    await call(`GET /api/v1/contacts?tag=${citizenNumber}`, { cookie: supervisor });
    t.match(audits(office, 'contacts.list')[2], { details: { tag: '****' } });
    await call('GET /api/v1/contacts', { cookie: agent });
    t.equal(audits(office, 'contacts.list').length, 3, 'his own contacts are his own affair');
    t.notOk(JSON.stringify([siteFacts(office), office.logged]).includes(citizenNumber));
  },
);

t.test(
  'one call leads to the others of the same caller, and nobody without a number is the same',
  async (t) => {
    const office = await openOffice();
    const { call, logIn, world } = office;
    const cookie = (await logIn('1001')).cookie;
    const [first, other, second] = [
      await missedCall(office),
      await missedCall(office, '13000000009'),
      await missedCall(office),
    ];
    const same = async (id: string, query = '') => {
      const answer = json(await call(`GET /api/v1/contacts/${id}/same-caller${query}`, { cookie }));
      return (answer['contacts'] as { contactId: string }[]).map(({ contactId }) => contactId);
    };
    t.same(await same(first), [second, first]);
    t.same(await same(first, '?limit=1'), [second]);
    t.same(await same(other), [other]);
    world.telephony.call({ ani: '', dnis: '12345', patienceMs: 2_000 });
    await world.runUntil(world.clock.nowMs() + 5_000);
    const hidden = world.journal.findLast(({ stream }) => stream === 'contact')?.id ?? '';
    await missedCall(office, '');
    t.same(await same(hidden), [hidden]);
    t.equal((await call('GET /api/v1/contacts/nobody/same-caller', { cookie })).statusCode, 404);
    t.match(audits(office, 'contacts.sameCaller')[0], { about: first });
  },
);

t.test(
  'a recording is played whole and by ranges, to those who may hear it, audited once a listening',
  async (t) => {
    const office = await openOffice();
    const { call, logIn, talk, world, recordingsDir } = office;
    const [supervisor, agent] = [(await logIn('1001')).cookie, (await logIn('1002')).cookie];
    const id = await talk();
    await world.runUntil(world.clock.nowMs() + 5_000);
    const record = json(await call(`GET /api/v1/contacts/${id}`, { cookie: supervisor }))['record'];
    const [stored = ''] = (record as { recordings: string[] }).recordings;
    t.match(stored, /^2026\/11\/23\/.*-1\.wav$/);
    const file = stored.slice(11);
    const path = `GET /api/v1/contacts/${id}/recordings/${file}`;
    const hear = (cookie: string, headers: Record<string, string> = {}) => call(path, { cookie, headers });
    t.equal(json(await hear(supervisor))['code'], 'RECORDING_MISSING', 'the file is not there');
    t.same(audits(office, 'recording.listened'), []);
    mkdirSync(join(recordingsDir, stored, '..'), { recursive: true });
    const audio = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 256));
    writeFileSync(join(recordingsDir, stored), audio);

    const whole = await hear(supervisor);
    t.equal(whole.statusCode, 200);
    t.same(whole.rawPayload, audio);
    t.match(whole.headers, {
      'content-type': /^audio\//,
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'content-disposition': `inline; filename="${file}"`,
    });
    const part = await hear(supervisor, { range: 'bytes=10-19' });
    t.equal(part.statusCode, 206);
    t.same(part.rawPayload, audio.subarray(10, 20));
    t.equal(part.headers['content-range'], 'bytes 10-19/1000');
    t.equal((await hear(supervisor, { range: 'bytes=5000-' })).statusCode, 416);
    t.match(audits(office, 'recording.listened'), [{ by: '1001', about: id, details: { file } }]);
    await world.runUntil(world.clock.nowMs() + 31 * 60_000);
    await hear(supervisor, { range: 'bytes=0-' });
    t.equal(audits(office, 'recording.listened').length, 2, 'another listening');

    t.equal(json(await hear(agent))['code'], 'FORBIDDEN');
    t.equal((await hear('')).statusCode, 401);
    for (const other of ['..%2f..%2fsecrets%2fadmin', '..wav', '%2e%2e%2fx.wav', 'other-1.wav', 'x.wav%00'])
      t.ok(
        [400, 404].includes(
          (await call(`GET /api/v1/contacts/${id}/recordings/${other}`, { cookie: supervisor })).statusCode,
        ),
        other,
      );
  },
);

t.test("where the policy lets them, agents hear their own talks and nobody else's", async (t) => {
  const site = { ...plainSite, recordingPolicy: { agentsHearOwn: true } };
  const office = await openOffice({ site });
  const { call, logIn, world } = office;
  world.signIn('1002' as AgentId, 'd1002' as DeviceId);
  const own = await office.talk();
  const talker = world.engine.contacts().find(({ id }) => id === own)?.stage;
  const agentId = talker?.at === 'talking' ? talker.talk.agentId : '';
  const other = agentId === '1002' ? '1003' : '1002';
  const path = `GET /api/v1/contacts/${own}/recordings/none.wav`;
  if (agentId === '1002')
    t.equal(json(await call(path, { cookie: (await logIn('1002')).cookie }))['code'], 'RECORDING_MISSING');
  t.equal(json(await call(path, { cookie: (await logIn(other)).cookie }))['code'], 'CONTACT_UNKNOWN');
});

t.test('citizens not reached: one row a caller, marked once, counted only where called back', async (t) => {
  const office = await openOffice();
  const { call, logIn, world } = office;
  const cookie = (await logIn('1001')).cookie;
  const [first, other, second] = [
    await missedCall(office),
    await missedCall(office, '13000000009'),
    await missedCall(office),
  ];
  const listed = async () =>
    json(await call('GET /api/v1/unreached', { cookie }))['callers'] as Record<string, unknown>[];
  t.match(await listed(), [
    { contactId: second, tries: 2, reason: 'abandoned', entryName: /12345/, callerMasked: masked },
    { contactId: other, tries: 1 },
  ]);
  const body = await call('GET /api/v1/unreached', { cookie });
  t.notOk(/callerKey|13000000001/.test(body.body));

  const mark = (id: string, body: object) => call(`POST /api/v1/contacts/${id}/reached`, { cookie, body });
  t.equal(json(await mark(second, { how: 'shouted' }))['code'], 'REQUEST_INVALID');
  t.equal(
    json(await mark(second, { how: 'calledBack', note: '回拨13800138000' }))['code'],
    'TEXT_HOLDS_NUMBER',
  );
  t.equal(json(await mark('nobody', { how: 'calledBack' }))['code'], 'CONTACT_UNKNOWN');
  const done = { how: 'calledBack', note: '已答复' };
  t.match(json(await mark(second, done)), { contactId: second, by: '1001', ...done });
  t.match(json(await mark(second, done)), { contactId: second, by: '1001', ...done });
  const facts = siteFacts(office).filter(({ type }) => type === 'ContactReached');
  t.equal(facts.length, 2, 'each of his calls, once');
  t.same(
    new Set(facts.map((fact) => fact.type === 'ContactReached' && fact.contactId)),
    new Set([first, second]),
  );
  t.match(await listed(), [{ contactId: other }]);
  t.match(json(await mark(other, { how: 'notPossible' })), { how: 'notPossible' });
  t.same(await listed(), []);
  const kpis = json(await call('GET /api/v1/kpis', { cookie }));
  t.match(kpis['total'], { figures: { reached: { numerator: 2, denominator: 3 } } });
  t.match(json(await call(`GET /api/v1/contacts/${second}`, { cookie })), {
    record: { calledBackAtMs: world.clock.nowMs() },
  });

  const third = await missedCall(office);
  t.match(await listed(), [{ contactId: third, tries: 1 }], 'missed again');
  const talked = await office.talk();
  t.same(await listed(), [], 'he got through');
  t.equal(json(await mark(talked, done))['code'], 'CONTACT_NOT_MISSED');
});

t.test('a broadcast: sent, told to every agent until each has confirmed, seen by the sender', async (t) => {
  const office = await openOffice();
  const { call, logIn, world } = office;
  const [supervisor, agent, admin] = [
    (await logIn('1001')).cookie,
    (await logIn('1002')).cookie,
    (await logIn('hotline')).cookie,
  ];
  world.signIn('1001' as AgentId, 'd1001' as DeviceId);
  world.signIn('1002' as AgentId, 'd1002' as DeviceId);
  const send = (body: object, cookie = supervisor) => call('POST /api/v1/broadcasts', { cookie, body });
  const sent = json(await send({ text: '和平路停电,预计22:00恢复', urgent: true }));
  t.match(sent, { by: '1001', urgent: true, readBy: [], unreadBy: [{ by: '1002' }] });
  for (const [body, code] of [
    [{ text: '请打 0311-00004711' }, 'TEXT_HOLDS_NUMBER'],
    [{ text: '   ' }, 'REQUEST_INVALID'],
    [{ text: 'x'.repeat(201) }, 'REQUEST_INVALID'],
    [{}, 'REQUEST_INVALID'],
  ] as const)
    t.equal(json(await send(body))['code'], code);
  t.equal(json(await send({ text: '好' }, agent))['code'], 'FORBIDDEN');

  const receipt = (id: unknown, cookie: string) =>
    call(`POST /api/v1/broadcasts/${String(id)}/receipt`, { cookie });
  t.equal((await receipt(sent['id'], agent)).statusCode, 204);
  t.equal((await receipt(sent['id'], agent)).statusCode, 204, 'twice is once');
  t.equal(json(await receipt('nothing', agent))['code'], 'NOTE_UNKNOWN');
  t.equal(json(await receipt(sent['id'], admin))['code'], 'FORBIDDEN');
  t.equal(siteFacts(office).filter(({ type }) => type === 'BroadcastRead').length, 1);
  t.match(json(await call('GET /api/v1/broadcasts', { cookie: supervisor })), {
    broadcasts: [{ id: sent['id'], readBy: [{ by: '1002' }], unreadBy: [] }],
    cursor: null,
  });
});

t.test(
  'a hand-over note carries the figures of the shift, and is written with the database away, too',
  async (t) => {
    let away = false;
    const gone = async (): Promise<never> => {
      throw new AppError('DATABASE_UNAVAILABLE');
    };
    const office = await openOffice({
      records: { unreachedCount: async () => (away ? gone() : { count: 2, latestAtMs: 1 }) },
    });
    const { call, logIn, world } = office;
    const [supervisor, admin] = [(await logIn('1001')).cookie, (await logIn('hotline')).cookie];
    await missedCall(office);
    world.signIn('1002' as AgentId, 'd1002' as DeviceId);
    const write = (text: string) => call('POST /api/v1/handover', { cookie: supervisor, body: { text } });
    const note = json(await write('白班平稳\n两件待回拨'));
    t.match(note, {
      by: '1001',
      text: '白班平稳\n两件待回拨',
      figures: {
        offered: 1,
        answered: 0,
        longestWaitMs: 2_000,
        unreached: 2,
        waiting: 0,
        signedIn: 1,
        alarms: [],
      },
      readBy: [],
    });
    t.equal(json(await write('回拨 13800138000'))['code'], 'TEXT_HOLDS_NUMBER');
    away = true;
    await world.runUntil(world.clock.nowMs() + 1_000);
    t.match(json(await write('数据库无法访问')), {
      figures: { offered: null, unreached: null, signedIn: 1 },
    });
    const receipt = () => call(`POST /api/v1/handover/${String(note['id'])}/receipt`, { cookie: admin });
    t.same([(await receipt()).statusCode, (await receipt()).statusCode], [204, 204]);
    t.equal(siteFacts(office).filter(({ type }) => type === 'HandoverRead').length, 1);
    away = false;
    const listed = json(await call('GET /api/v1/handover?limit=1', { cookie: admin }));
    t.match(listed, { now: { offered: 0, unreached: 2 }, cursor: /./ });
    t.match(json(await call('GET /api/v1/handover', { cookie: admin })), {
      notes: [{ text: '数据库无法访问' }, { id: note['id'], readBy: [{ by: 'hotline' }] }],
    });
  },
);
