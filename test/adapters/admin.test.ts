// The administration over the API: rows changed with the version that was seen, PINs, people by the table, cards.
import t from 'tap';
import { csvText } from '../../src/adapters/http/table-file.js';
import { createProvisionTokens, tokenLivesMs } from '../../src/adapters/http/provision-tokens.js';
import type { DeviceId } from '../../src/contact/ids.js';
import { openOffice, startMs } from './office.js';

type Body = Readonly<Record<string, unknown>>;
const rowsOf = (body: Body) => body['rows'] as readonly Body[];

async function openAdmin() {
  const office = await openOffice();
  const admin = (await office.logIn('hotline')).cookie;
  const ask = async (route: string, body?: unknown, cookie = admin) => {
    const response = await office.call(route, { cookie, body });
    return response.json<Body>();
  };
  const seenOf = async (table: string, id: string) => {
    const row = rowsOf(await ask(`GET /api/v1/admin/${table}`)).find((one) => one['id'] === id);
    return row === undefined ? null : String(row['seen']);
  };
  const audited = () =>
    office.world.journal
      .flatMap((entry) => entry.facts)
      .flatMap((fact) =>
        fact.type === 'Audited' && !fact.act.startsWith('session.')
          ? [[fact.act, fact.about, fact.details]]
          : [],
      );
  return { ...office, admin, ask, seenOf, audited };
}

const agentBody = {
  name: '新人',
  team: 'west',
  skills: ['general'],
  role: 'agent',
  seesNumber: false,
  autoAnswer: false,
  device: null,
};

t.test(
  'rows are listed, made, changed and taken out; each change is audited without its content',
  async (t) => {
    const { ask, seenOf, audited, logIn } = await openAdmin();
    t.match(rowsOf(await ask('GET /api/v1/admin/agents?limit=1')), [
      { id: '1001', team: 'east', state: 'offline' },
    ]);
    const second = await ask('GET /api/v1/admin/agents?limit=1&cursor=1001');
    t.match([rowsOf(second), second['cursor']], [[{ id: '1002' }], '1002']);
    t.equal((await ask('GET /api/v1/admin/agents?cursor=x'))['code'], 'CURSOR_INVALID');
    t.match(rowsOf(await ask('GET /api/v1/admin/teams')), [{ id: 'east', agents: 4, standing: 'lasting' }]);
    t.match(rowsOf(await ask('GET /api/v1/admin/skills'))[0], {
      id: 'general',
      usedBy: [
        { id: 'general', name: '综合', en: 'General' },
        { id: 'enterprise', name: '企业服务', en: 'Business services' },
      ],
    });
    t.match(rowsOf(await ask('GET /api/v1/admin/devices'))[0], {
      id: 'd1001',
      reachable: true,
      agentId: null,
    });

    const made = await ask('PUT /api/v1/admin/agents/2001', { ...agentBody, seen: null });
    t.type(made['version'], 'string');
    const stale = await seenOf('agents', '2001');
    const other = await ask('PUT /api/v1/admin/agents/2002', { ...agentBody, seen: null });
    t.type(other['version'], 'string', 'another row is in nobody’s way');
    await ask(`DELETE /api/v1/admin/agents/2002?seen=${String(await seenOf('agents', '2002'))}`);
    await ask('PUT /api/v1/admin/agents/2001', { ...agentBody, name: '别人改的', seen: stale });
    const changed = { code: 'ROW_CHANGED', details: { table: 'agents', id: '2001' } };
    t.match(await ask('PUT /api/v1/admin/agents/2001', { ...agentBody, seen: stale }), changed);
    t.match(await ask(`DELETE /api/v1/admin/agents/2001?seen=${String(stale)}`), changed);
    t.match(await ask('PUT /api/v1/admin/agents/2003', { ...agentBody, seen: stale }), {
      code: 'ROW_CHANGED',
    });
    const back = { ...agentBody, seen: await seenOf('agents', '2001') };
    t.type((await ask('PUT /api/v1/admin/agents/2001', back))['version'], 'string');
    const next = { ...agentBody, seen: await seenOf('agents', '2001') };
    t.match(await ask('PUT /api/v1/admin/agents/2001', { ...next, seen: null }), {
      code: 'ROW_EXISTS',
      details: { field: 'id' },
    });
    t.match(await ask('PUT /api/v1/admin/agents/2001', { ...next, team: 'nowhere' }), {
      code: 'SITE_INVALID',
      details: { findings: [{ file: 'agents.yaml', code: 'unknownTeam' }] },
    });
    t.match(await ask('PUT /api/v1/admin/agents/2001', { ...next, name: '' }), {
      code: 'REQUEST_INVALID',
      details: { field: 'name' },
    });
    t.match(await ask('PUT /api/v1/admin/agents/20', next), {
      code: 'REQUEST_INVALID',
      details: { field: 'id' },
    });
    await ask('PUT /api/v1/admin/agents/2001', { ...next, name: '改名', autoAnswer: true });
    t.match(rowsOf(await ask('GET /api/v1/admin/agents')).at(-1), {
      id: '2001',
      name: '改名',
      autoAnswer: true,
    });

    t.match(await ask(`DELETE /api/v1/admin/teams/west?seen=${String(await seenOf('teams', 'west'))}`), {
      code: 'ROW_IN_USE',
      details: { by: ['agents 1005', 'agents 1006', 'agents 1007', 'agents 1008', 'agents 2001'] },
    });
    const last = String(await seenOf('agents', '2001'));
    await ask(`DELETE /api/v1/admin/agents/2001?seen=${last}`);
    t.equal((await ask(`DELETE /api/v1/admin/agents/2001?seen=${last}`))['code'], 'ROW_UNKNOWN');
    t.same(audited(), [
      ['site.edit', 'agents 2001', { what: 'add', fields: 'id,name,skills,team' }],
      ['site.edit', 'agents 2002', { what: 'add', fields: 'id,name,skills,team' }],
      ['site.edit', 'agents 2002', { what: 'remove', fields: 'id,name,skills,team' }],
      ['site.edit', 'agents 2001', { what: 'change', fields: 'name' }],
      ['site.edit', 'agents 2001', { what: 'change', fields: 'name' }],
      [
        'site.edit',
        'agents 2001',
        { what: 'change', fields: 'autoAnswer,name', 'autoAnswer.from': null, 'autoAnswer.to': true },
      ],
      ['site.edit', 'agents 2001', { what: 'remove', fields: 'autoAnswer,id,name,skills,team' }],
    ]);
    t.notMatch(JSON.stringify(audited()), /改名|别人改的/);
    const supervisor = (await logIn('1001')).cookie;
    t.equal((await ask('PUT /api/v1/admin/agents/2001', next, supervisor))['code'], 'FORBIDDEN');
    t.equal(rowsOf(await ask('GET /api/v1/admin/agents', undefined, supervisor)).length, 8);
  },
);

t.test(
  'choices of queues and break places are changed with the same check; left out, they stay',
  async (t) => {
    const { ask, seenOf, audited, site } = await openAdmin();
    const agent = {
      ...agentBody,
      name: '演示二',
      team: 'east',
      skills: ['general', 'enterprise', 'lang.en'],
      device: 'd1002',
    };
    const put = async (row: string, body: object) => {
      const [table = '', id = ''] = row.split('/');
      return ask(`PUT /api/v1/admin/${row}`, { ...body, seen: await seenOf(table, id) });
    };
    const choiceOf = (id: string) => site().choices.get(id as never);
    const team = { name: '一班', en: 'Team east', until: null };

    const places = { all: 3, meal: 2 };
    t.type(
      (await put('teams/east', { ...team, prefers: ['enterprise', 'general'], breaks: places }))['version'],
      'string',
    );
    t.match(rowsOf(await ask('GET /api/v1/admin/teams'))[0], {
      id: 'east',
      prefers: ['enterprise', 'general'],
      breaks: places,
    });
    t.same(choiceOf('1002'), ['enterprise', 'general'], 'his team’s');
    t.match(rowsOf(await ask('GET /api/v1/admin/agents'))[1], { id: '1002', prefers: null });
    await put('agents/1002', { ...agent, prefers: ['general'] });
    t.match(rowsOf(await ask('GET /api/v1/admin/agents'))[1], { id: '1002', prefers: ['general'] });
    t.same(choiceOf('1002'), ['general']);
    await put('agents/1002', { ...agent, autoAnswer: true });
    t.same(choiceOf('1002'), ['general'], 'left out: as it was');
    await put('teams/east', { ...team, name: '东班' });
    t.match(rowsOf(await ask('GET /api/v1/admin/teams'))[0], {
      name: '东班',
      prefers: ['enterprise', 'general'],
      breaks: places,
    });
    await put('agents/1002', { ...agent, prefers: [] });
    t.equal(choiceOf('1002'), undefined, 'none, whatever his team prefers');
    await put('agents/1002', { ...agent, prefers: null });
    t.same(choiceOf('1002'), ['enterprise', 'general']);

    t.match(await put('teams/east', { ...team, prefers: ['nowhere'] }), {
      code: 'SITE_INVALID',
      details: { findings: [{ file: 'teams.yaml', code: 'unknownQueue' }] },
    });
    t.match(await put('agents/1002', { ...agent, skills: ['general', 'lang.en'], prefers: ['enterprise'] }), {
      code: 'SITE_INVALID',
      details: { findings: [{ file: 'agents.yaml', code: 'neverTakes' }] },
    });
    for (const breaks of [{ meal: 0 }, { all: 1001 }, { urgent: 2 }, { nap: 2 }])
      t.match(
        await put('teams/east', { ...team, breaks }),
        { code: 'REQUEST_INVALID' },
        JSON.stringify(breaks),
      );
    await put('teams/east', { ...team, name: '东班', prefers: [], breaks: {} });
    t.same(site().choices.size, 0);
    t.equal(site().teams.get('east')?.breaks, undefined);
    const told = audited().map(([, about, details]) => [about, details]);
    t.match(told[0], [
      'teams east',
      { 'breaks.from': null, 'breaks.to': 'all:3、meal:2', 'prefers.to': '企业服务、综合' },
    ]);
    t.match(told.at(-1), ['teams east', { 'breaks.from': 'all:3、meal:2', 'breaks.to': null }]);
  },
);

t.test('who is signed in, and his phone, cannot be taken out', async (t) => {
  const { ask, talk } = await openAdmin();
  await talk();
  for (const row of ['agents/1001', 'devices/d1001'])
    t.match(await ask(`DELETE /api/v1/admin/${row}?seen=any`), {
      code: 'ROW_IN_USE',
      details: { by: ['signedIn 1001'] },
    });
});

t.test('a new PIN is told once and in force at once; a lock ends with it', async (t) => {
  const { ask, audited, logIn } = await openAdmin();
  const supervisor = (await logIn('1001')).cookie;
  const agent = (await logIn('1003')).cookie;
  const open = (await logIn('1002')).cookie;
  for (let tries = 0; tries < 5; tries += 1) await logIn('1002', '000000');
  t.equal((await logIn('1002')).response.statusCode, 429);
  t.same(await ask('POST /api/v1/admin/agents/1002/pin', undefined, supervisor), {
    agentId: '1002',
    pin: '482915',
  });
  t.equal((await logIn('1002', '482915')).response.statusCode, 200);
  t.equal((await logIn('1002')).response.statusCode, 401, 'the old one is worth nothing');
  t.equal(
    (await ask('GET /api/v1/me', undefined, open))['code'],
    'LOGIN_NEEDED',
    'nor is a page opened with it',
  );
  for (const [id, cookie] of [
    ['1006', supervisor],
    ['1005', supervisor],
    ['1003', agent],
  ] as const)
    t.equal((await ask(`POST /api/v1/admin/agents/${id}/pin`, undefined, cookie))['code'], 'FORBIDDEN', id);
  t.equal((await ask('POST /api/v1/admin/agents/9999/pin'))['code'], 'AGENT_UNKNOWN');
  t.same(audited(), [['agent.pin', '1002', {}]], 'and the journal does not know it');
});

t.test('whoever has gone home with his team is logged out, and told so when he tries again', async (t) => {
  const { ask, seenOf, logIn } = await openAdmin();
  const { cookie } = await logIn('1005');
  t.match(await ask('GET /api/v1/me', undefined, cookie), { name: '1005' });
  const team = { name: '西区', en: 'West', until: '2026-11-22', seen: await seenOf('teams', 'west') };
  t.notMatch(await ask('PUT /api/v1/admin/teams/west', team), { code: /./ });
  t.equal((await ask('GET /api/v1/me', undefined, cookie))['code'], 'LOGIN_NEEDED');
  t.match((await logIn('1005')).response.json<Body>(), { code: 'TEAM_ENDED' });
  t.equal((await logIn('1005', '000000')).response.json<Body>()['code'], 'LOGIN_FAILED', 'to him alone');
});

t.test(
  'the calendar shows a year and takes a notice; one that cannot be is refused with its line',
  async (t) => {
    const { ask } = await openAdmin();
    t.match(await ask('GET /api/v1/admin/calendar?year=2026'), {
      document: '国办发明电〔2025〕7号',
      years: [2025, 2026],
      missing: [2027],
    });
    const days = (await ask('GET /api/v1/admin/calendar?year=2026'))['days'] as Body[];
    t.match(
      days.find(({ day }) => day === '2026-02-14'),
      { kind: 'movedWorkday' },
    );
    const { off } = await ask('GET /api/v1/admin/calendar?year=2027');
    t.match(off, [{ name: '元旦', from: '2027-01-01', to: '2027-01-01' }, { name: '春节' }]);
    const notice = { document: '国办发明电〔2026〕9号', off, work: ['2027-02-14'] };
    const wish = (more = {}) => ({ fields: { year: 2027, ...notice, ...more }, seen: null });
    t.match(await ask('PUT /api/v1/draft/rows/calendar/2027', wish({ off: [] })), {
      code: 'SITE_INVALID',
      details: { findings: [{ file: 'calendar.yaml' }] },
    });
    t.same(await ask('PUT /api/v1/draft/rows/calendar/2027', wish()), { findings: [], hearing: null });
    t.match(rowsOf(await ask('GET /api/v1/draft/rows/calendar')).at(-1), { id: '2027', fields: notice });
    t.match(
      await ask('GET /api/v1/admin/calendar?year=2027'),
      { document: null },
      'not before it is published',
    );
  },
);

const headings = '工号,姓名,班组,班组到期日,技能,话机';
const people = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => `${from + at},借调${at},借调一组,2026-12-31,综合,自动`);

t.test('people by the table: a dry run, then all or none; the export is what an import reads', async (t) => {
  const { ask, call, admin, audited } = await openAdmin();
  const send = async (query: string, payload: string | Buffer, type = 'text/csv') => {
    const response = await call(`POST /api/v1/admin/agents/import${query}`, {
      cookie: admin,
      body: payload,
      headers: { 'content-type': type },
    });
    return response.json<Body>();
  };
  const table = [headings, ...people(2001, 38)].join('\r\n');
  const dry = await send('?dryRun=true', `\uFEFF${table}`);
  t.match(dry, { applied: false, ok: true });
  t.equal(rowsOf(dry).filter(({ verdict }) => verdict === 'new').length, 38);
  t.equal(rowsOf(await ask('GET /api/v1/admin/agents')).length, 8, 'nothing has changed yet');
  const bad = await send('?dryRun=true', table.replace('2003', '2002'));
  t.match([bad['ok'], rowsOf(bad)[2]], [false, { row: 4, verdict: 'error', column: 'id' }]);
  t.match(await send('', table.replace('2003', '2002')), {
    code: 'IMPORT_INVALID',
    details: { rows: [{ row: 4 }] },
  });
  t.match(await send('?dryRun=true', Buffer.from([0xb9, 0xa4, 0xba, 0xc5])), {
    code: 'IMPORT_INVALID',
    details: { zh: /GBK/ },
  });
  t.equal((await send('?version=elsewhere', table))['code'], 'SITE_CHANGED');
  t.equal((await send('', '{}', 'application/json'))['code'], 'MEDIA_TYPE_UNSUPPORTED');
  t.equal((await send('', 'x'.repeat(1_100_000)))['code'], 'REQUEST_TOO_LARGE');
  const large = await call('POST /api/v1/session', { body: { user: 'x'.repeat(20_000), password: 'x' } });
  t.equal(large.statusCode, 413, 'other bodies are as small as before');

  const done = await send(`?version=${String(dry['version'])}`, table.replaceAll(',', '\t'));
  t.match(done, { applied: true });
  t.match(rowsOf(await ask('GET /api/v1/admin/teams')).at(-1), {
    id: '借调一组',
    until: '2026-12-31',
    agents: 38,
    standing: 'lasting',
  });
  t.equal(rowsOf(await ask('GET /api/v1/admin/devices')).length, 46);
  t.equal(audited().length, 38 + 38 + 1);

  const exported = await call('GET /api/v1/admin/agents?format=csv', { cookie: admin });
  t.match(exported.headers, { 'content-type': /text\/csv/, 'content-disposition': /agents-2026-11-23\.csv/ });
  t.ok(exported.body.startsWith('\uFEFF工号,姓名,'));
  t.match(exported.body, '"=""2001""",借调0,借调一组,2026-12-31,综合,话务员,d2001,否,否');
  const again = await send('?dryRun=true', exported.body);
  t.same([...new Set(rowsOf(again).map(({ verdict }) => verdict))], ['same'], 'a round trip changes nothing');
  const sheet = await call('GET /api/v1/admin/agents?format=xlsx&lang=en', { cookie: admin });
  t.equal(sheet.rawPayload.subarray(0, 2).toString(), 'PK');
  for (const evil of ['=1+1', '+1', '-1', '@x', '\tx']) t.equal(csvText(evil), `'${evil}`);
});

t.test(
  'a card has the password for the administrator alone, and a link that a phone can use once',
  async (t) => {
    const { ask, call, seenOf, audited, logIn } = await openAdmin();
    await ask('PUT /api/v1/admin/agents/1004', {
      ...agentBody,
      team: 'east',
      device: 'd1001',
      seen: await seenOf('agents', '1004'),
    });
    const { cards } = (await ask('POST /api/v1/admin/cards', { agentIds: ['1004', '1003'] })) as {
      cards: Body[];
    };
    t.match(cards[1], { agentId: '1004', uri: 'sip:d1001@hotline.test:5060', password: 'password of d1001' });
    t.match(cards[0], { agentId: '1003', deviceId: null, password: null, provisionPath: null });
    t.same(audited().at(-1), ['device.card', 'd1001', { agentId: '1004' }]);
    const path = String(cards[1]?.['provisionPath']);
    const settings = await call(`GET ${path}`);
    t.match(settings.headers, { 'content-type': /xml/, 'cache-control': 'no-store' });
    t.match(settings.body, /<entry name="passwd" overwrite="true">password of d1001<\/entry>/);
    t.match(settings.body, /sip:d1001@hotline\.test/);
    t.equal((await call(`GET ${path}`)).statusCode, 410, 'once');
    t.equal((await call('GET /provision/nonsense')).statusCode, 410);
    const supervisor = (await logIn('1001')).cookie;
    const { cards: seen } = (await ask('POST /api/v1/admin/cards', { teamId: 'east' }, supervisor)) as {
      cards: Body[];
    };
    t.match(
      seen.find(({ agentId }) => agentId === '1004'),
      { password: null, provisionPath: null },
    );
    const tokens = createProvisionTokens();
    const late = tokens.give('d1001' as DeviceId, startMs);
    t.equal(tokens.take(late.token, startMs + tokenLivesMs), undefined, 'too late');
  },
);
