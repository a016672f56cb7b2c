// The HTTP API on the very engine in virtual time: log-in, rights, acts, records, figures, refusals, fuzz, sessions in Redis.
import fc from 'fast-check';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fastify, type LightMyRequestResponse } from 'fastify';
import { mayCallPending, routeAccess, type Role, type RouteName } from '../../src/adapters/http/access.js';
import { sessionCookie } from '../../src/adapters/http/http-server.js';
import type { SessionRedis } from '../../src/adapters/http/session-store.js';
import { AppError } from '../../src/errors.js';
import { startTestRedis } from '../redis-instance.js';
import { everyone } from './office-accounts.js';
import { citizenNumber, menuSite, openOffice, plainSite, siteOfAllRoles } from './office.js';

const portBase = 14_680;

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();

t.test('logging in: cookie, role, log-out, and the same words for every wrong try', async (t) => {
  const { call, logIn } = await openOffice();
  const { response, cookie } = await logIn('1002');
  t.equal(response.statusCode, 200);
  t.match(json(response), { role: 'agent', agent: { agentId: '1002', state: 'offline', teamId: 'east' } });
  t.match(String(response.headers['set-cookie']), /HttpOnly/);
  t.match(String(response.headers['set-cookie']), /SameSite=Strict/);
  t.match(json(await call('GET /api/v1/me', { cookie })), { role: 'agent' });
  t.match(json((await logIn('1001')).response), { role: 'supervisor' });
  t.match(json((await logIn('hotline')).response), {
    role: 'hotlineAdmin',
    name: 'hotline',
    agent: null,
    pending: [],
  });

  const wrong = await logIn('1002', '000000');
  const unknown = await logIn('9999', '246809');
  t.same([wrong.response.statusCode, unknown.response.statusCode], [401, 401]);
  t.same(json(wrong.response), json(unknown.response));
  t.equal(wrong.cookie, '', 'a failed log-in makes no session');
  const inEnglish = await call('POST /api/v1/session', {
    body: { user: '1002', password: '1' },
    headers: { 'accept-language': 'en-GB,en;q=0.9' },
  });
  t.match(json(inEnglish), { code: 'LOGIN_FAILED', message: 'The user or the password is wrong.' });

  for (let tries = 0; tries < 3; tries += 1) await logIn('1002', '000000');
  t.equal(json((await logIn('1002')).response)['code'], 'LOGIN_LOCKED', 'the right PIN no longer helps');
  for (let tries = 0; tries < 5; tries += 1) await logIn('hotline', 'guess');
  t.equal(json((await logIn('hotline')).response)['code'], 'LOGIN_LOCKED');

  t.equal((await call('DELETE /api/v1/session', { cookie })).statusCode, 204);
  t.equal((await call('GET /api/v1/me', { cookie })).statusCode, 401, 'the old cookie is worth nothing');
  const forged = `${sessionCookie}=${'x'.repeat(32)}.${'y'.repeat(43)}`;
  t.equal(json(await call('GET /api/v1/me', { cookie: forged }))['code'], 'LOGIN_NEEDED');
});

t.test('the table of access: every route, every role, as docs/api.md says', async (t) => {
  const { call, logIn, server } = await openOffice({ site: siteOfAllRoles });
  const cookies = await everyone(logIn);
  const page = readFileSync('docs/api.md', 'utf8');
  for (const [name, access] of Object.entries(routeAccess) as [RouteName, 'anyone' | readonly Role[]][]) {
    const roles = access === 'anyone' ? 'anyone' : access.join(', ');
    t.ok(page.replaceAll(/ +/g, ' ').includes(`| \`${name}\` | ${roles} |`), `${name} in docs/api.md`);
    if (name === 'DELETE /api/v1/session') continue;
    for (const [role, cookie] of Object.entries(cookies)) {
      const allowed =
        access === 'anyone' || access.includes(role as Role) || (role === 'pending' && mayCallPending(name));
      // A new PIN ends its owner's session: it goes to somebody who has none here.
      const id = name.endsWith('/pin') ? '1003' : '1002';
      const response = await call(name.replace(':id', id).replace(':name', 'nobody'), { cookie });
      const { code } = String(response.headers['content-type']).includes('json')
        ? json(response)
        : { code: '' };
      const refusal = { nobody: 'LOGIN_NEEDED', pending: 'ENROLMENT_NEEDED' }[role] ?? 'FORBIDDEN';
      const barred = code === refusal && (code !== 'FORBIDDEN' || !allowed);
      t.equal(barred, !allowed, `${role} ${name}: ${String(response.statusCode)} ${String(code)}`);
    }
  }
  const extra = fastify();
  t.teardown(() => extra.close());
  t.throws(() => server.get('/api/v1/forgotten', async () => ''), 'no route without a row in the table');
});

t.test('agents act on themselves, supervisors on all; refusals have their codes', async (t) => {
  const { call, logIn, world } = await openOffice();
  const agent = (await logIn('1002')).cookie;
  const supervisor = (await logIn('1001')).cookie;
  const admin = (await logIn('hotline')).cookie;
  const act = async (cookie: string, path: string, body?: unknown) => {
    const response = await call(`POST /api/v1/agents/${path}`, { cookie, body });
    const answer = json(response);
    return response.statusCode === 200 ? answer['state'] : answer['code'];
  };
  t.equal(await act(agent, '1002/ready'), 'AGENT_NOT_SIGNED_IN');
  t.equal(await act(agent, '1002/sign-in', { deviceId: 'd9999' }), 'DEVICE_UNKNOWN');
  t.equal(await act(agent, '1002/sign-in', { deviceId: 'd1002' }), 'break', 'not ready until he says so');
  t.equal(await act(agent, '1002/ready'), 'ready');
  t.equal(await act(agent, '1002/break', { reason: 'meal' }), 'break');
  t.equal(await act(agent, '1002/wrap-up/end'), 'AGENT_WRONG_STATE');
  t.equal(await act(agent, '1001/sign-out'), 'FORBIDDEN');
  t.equal(await act(agent, '1001/sign-in', { deviceId: 'd1001' }), 'FORBIDDEN');
  t.equal(await act(supervisor, '1002/ready'), 'REASON_NEEDED');
  t.equal(await act(supervisor, '1002/ready', { reason: ' 好 ' }), 'REASON_NEEDED', 'a word is no reason');
  t.equal(await act(supervisor, '1002/ready', { reason: 'a\nb' }), 'REQUEST_INVALID');
  t.equal(await act(supervisor, '1002/break', { reason: 'rest' }), 'REASON_NEEDED');
  t.equal(await act(supervisor, '1002/ready', { reason: '排队较多' }), 'ready');
  t.equal(await act(supervisor, '1002/break', { reason: 'coaching', note: '听录音' }), 'break');
  t.equal(await act(admin, '1002/sign-out', { reason: '下班' }), 'offline');
  t.equal(await act(admin, '9999/sign-out', { reason: '下班' }), 'AGENT_UNKNOWN');
  const facts = world.journal.flatMap((entry) => entry.facts);
  const audited = facts.flatMap((fact) =>
    fact.type === 'Audited' && fact.act === 'agent.act' ? [fact] : [],
  );
  const by = facts.flatMap((fact) => ('by' in fact && fact.type !== 'Audited' ? [fact.by] : []));
  t.same(
    by,
    ['agent', 'agent', 'agent', '1001', 'supervisor', '1001', 'supervisor', 'hotline', 'supervisor'],
    'the journal says who asked, and who ordered it',
  );
  t.match(audited, [
    {
      by: '1001',
      role: 'supervisor',
      act: 'agent.act',
      about: '1002',
      details: { act: 'GoReady', reason: '排队较多' },
    },
    { act: 'agent.act', about: '1002', details: { act: 'GoBreak', reason: '听录音' } },
    {
      by: 'hotline',
      role: 'hotlineAdmin',
      act: 'agent.act',
      about: '1002',
      details: { act: 'SignOut', reason: '下班' },
    },
  ]);
});

t.test('a contact: live, recording, disposition, release; then its record and its journal', async (t) => {
  const { call, logIn, talk, world, logged } = await openOffice();
  const supervisor = (await logIn('1001')).cookie;
  const agent = (await logIn('1002')).cookie;
  const admin = (await logIn('hotline')).cookie;
  const id = await talk();
  const on = (path: string, cookie: string, body?: unknown) =>
    call(`POST /api/v1/contacts/${id}/${path}`, { cookie, body });

  const live = await call('GET /api/v1/live', { cookie: admin });
  t.match(json(live), {
    condition: { telephony: 'connected', store: 'up', alarms: [] },
    contacts: [
      { contactId: id, stage: 'talking', callerMasked: '130****0001', agentId: '1001', held: false },
    ],
  });
  t.equal((json(live)['agents'] as { state: string }[]).filter(({ state }) => state === 'talking').length, 1);
  t.equal(json(await on('release', agent))['code'], 'CONTACT_NOT_YOURS');
  t.equal(json(await on('release', admin))['code'], 'FORBIDDEN', 'an administrator takes no calls');
  t.match(json(await on('recording', supervisor, { paused: true })), { recording: 'paused' });
  t.match(json(await on('recording', supervisor, { paused: false })), { recording: 'on' });
  const noted = {
    category: 'complaint',
    outcome: 'dispatch',
    district: '长安区',
    matterNumber: '251123100001',
  };
  t.match(json(await on('disposition', supervisor, noted)), { disposition: noted });
  t.equal(json(await on('disposition', agent, noted))['code'], 'CONTACT_NOT_YOURS');
  for (const [body, field] of [
    [{}, ''],
    [{ category: 'sales' }, 'category'],
    [{ outcome: 1 }, 'outcome'],
    [{ district: '<b>' }, 'district'],
    [{ matterNumber: '123' }, 'matterNumber'],
    [{ colour: 'red' }, 'colour'],
  ] as const) {
    const response = await on('disposition', supervisor, body);
    t.equal(response.statusCode, 400);
    t.match(json(response), { code: 'REQUEST_INVALID', details: { in: 'body', field } });
  }
  t.match(json(await on('release', supervisor)), { stage: 'leaving', recording: 'kept' });
  await world.runUntil(world.clock.nowMs() + 20_000);
  t.equal(json(await on('recording', supervisor, { paused: true }))['code'], 'CONTACT_NOT_TALKING');

  const shown = await call(`GET /api/v1/contacts/${id}`, { cookie: admin });
  t.match(json(shown), {
    record: { contactId: id, answered: true, outcome: 'dispatch', agentIds: ['1001'] },
    names: { queues: [{ id: 'general', name: '综合', en: 'General' }] },
  });
  const types = (json(shown)['journal'] as { type: string }[]).map(({ type }) => type);
  t.same(
    [types[0], types.includes('AgentConnected'), types.at(-1)],
    ['ContactArrived', true, 'ContactEnded'],
  );
  t.equal((await call(`GET /api/v1/contacts/${id}`, { cookie: agent })).statusCode, 404, "another agent's");
  t.equal((await call('GET /api/v1/contacts/nonsense', { cookie: admin })).statusCode, 404);

  world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs: 2_000 });
  await world.runUntil(world.clock.nowMs() + 5_000);
  const firstPage = json(await call('GET /api/v1/contacts?limit=1', { cookie: admin }));
  t.match(firstPage, { contacts: [{ answered: false, missedCause: 'abandoned' }] });
  const secondPage = json(
    await call(`GET /api/v1/contacts?limit=1&cursor=${String(firstPage['cursor'])}`, { cookie: admin }),
  );
  t.match(secondPage, { contacts: [{ contactId: id }], cursor: null });
  t.same(
    json(await call('GET /api/v1/contacts', { cookie: agent }))['contacts'],
    [],
    'an agent sees his own',
  );
  t.same(
    json(await call('GET /api/v1/contacts?agentId=1001', { cookie: agent }))['contacts'],
    [],
    'and cannot ask for others',
  );
  t.equal(json(await call('GET /api/v1/contacts?cursor=x', { cookie: admin }))['code'], 'CURSOR_INVALID');
  t.match(json(await call('GET /api/v1/contacts?limit=900', { cookie: admin })), {
    code: 'REQUEST_INVALID',
    details: { in: 'querystring', field: 'limit' },
  });

  const kpis = json(await call('GET /api/v1/kpis', { cookie: admin }));
  t.match(kpis, { by: 'hour', total: { counts: { offered: 2, answered: 1 }, gapMs: 5_000 }, worst24h: null });
  t.match(kpis['total'], { figures: { answerRate: { text: '50.0%', numerator: 1, denominator: 2 } } });
  const days = json(await call('GET /api/v1/kpis?by=day&from=2026-11-01&to=2026-12-01', { cookie: admin }));
  t.equal((days['rows'] as unknown[]).length, 30);
  const rolling = json(
    await call(`GET /api/v1/kpis?by=rolling24&to=${String(world.clock.nowMs())}`, { cookie: admin }),
  );
  t.match(rolling, {
    rows: [{ counts: { offered: 2 } }],
    worst24h: { answerRate: { numerator: 1, denominator: 2 } },
  });
  for (const query of [
    'from=2026-02-30',
    'from=2026-11-02&to=2026-11-01',
    'by=hour&from=2026-01-01&to=2026-11-01',
  ]) {
    t.equal((await call(`GET /api/v1/kpis?${query}`, { cookie: admin })).statusCode, 400, query);
  }
  const everything = [
    live.body,
    shown.body,
    JSON.stringify([kpis, firstPage, logged, (await call('GET /metrics')).body]),
  ];
  t.notOk(
    everything.some((text) => text.includes(citizenNumber)),
    'the raw number is nowhere',
  );
  t.notOk(
    everything.some((text) => text.includes('callerKey')),
    'and its key stays inside',
  );
});

t.test(
  'the site: shown, reloaded, its menu switched; a broken file is named and changes nothing',
  async (t) => {
    const { call, logIn, breakFiles } = await openOffice();
    const admin = (await logIn('hotline')).cookie;
    const menu = async (on: boolean | null) =>
      json(await call('POST /api/v1/site/menu', { cookie: admin, body: { on } }));
    t.match(json(await call('GET /api/v1/site', { cookie: admin })), { name: plainSite.name, menu: false });
    t.match(await menu(true), { menu: true, version: menuSite.version });
    t.match(await menu(null), { menu: false, version: plainSite.version });
    t.match(json(await call('POST /api/v1/site/reload', { cookie: admin })), { version: plainSite.version });
    breakFiles(true);
    const refused = await call('POST /api/v1/site/reload', { cookie: admin });
    t.equal(refused.statusCode, 422);
    t.match(json(refused), {
      code: 'SITE_INVALID',
      details: { findings: [{ file: 'queues.yaml', line: 3 }] },
    });
    t.match(json(await call('GET /api/v1/site', { cookie: admin })), { version: plainSite.version });
  },
);

t.test('guards: foreign origins, large and strange bodies, too many requests, headers', async (t) => {
  const { call, logIn } = await openOffice();
  const { cookie } = await logIn('1002');
  const post = (headers: Record<string, string>) =>
    call('POST /api/v1/agents/1002/ready', { cookie, headers });
  for (const headers of [
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { origin: 'http://hotline.test.evil.test' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    t.equal(json(await post(headers))['code'], 'ORIGIN_REFUSED', JSON.stringify(headers));
  }
  t.equal(
    json(await post({ origin: 'https://hotline.test', 'sec-fetch-site': 'same-origin' }))['code'],
    'AGENT_NOT_SIGNED_IN',
  );
  t.equal(
    (await call('GET /api/v1/me', { cookie, headers: { origin: 'https://evil.test' } })).statusCode,
    200,
  );

  const raw = (payload: string, type = 'application/json') =>
    call('POST /api/v1/session', { body: payload, headers: { 'content-type': type } });
  t.match(json(await raw(`{"user":"${'x'.repeat(20_000)}"}`)), { code: 'REQUEST_TOO_LARGE' });
  t.match(json(await raw('{"user":')), { code: 'REQUEST_INVALID' });
  t.match(json(await raw('{"__proto__":{"user":"1"},"user":"1001","password":"x"}')), {
    code: 'REQUEST_INVALID',
  });
  t.match(json(await raw('<user/>', 'text/xml')), { code: 'MEDIA_TYPE_UNSUPPORTED' });
  t.match(json(await raw('{"user":"1001"}')), {
    code: 'REQUEST_INVALID',
    details: { field: 'password', zh: '缺少此项' },
  });
  t.match(json(await call('GET /api/v1/nothing')), { code: 'NOT_FOUND', message: '没有这个地址' });
  t.match(json(await call('GET /%zz')), { code: 'REQUEST_INVALID' });
  t.match(json(await call('GET /api/v1/contacts/%00', { cookie })), { code: 'REQUEST_INVALID' });

  const answer = await call('GET /healthz');
  t.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
  t.equal(answer.headers['x-content-type-options'], 'nosniff');

  const busy = await openOffice({ requestsPerMinute: 5 });
  const codes: number[] = [];
  for (let at = 0; at < 7; at += 1) codes.push((await busy.call('GET /api/v1/openapi.json')).statusCode);
  t.same(codes, [200, 200, 200, 200, 200, 429, 429]);
  t.match(json(await busy.call('GET /api/v1/openapi.json')), { code: 'RATE_LIMITED' });
  t.equal((await busy.call('GET /healthz')).statusCode, 200, 'whoever watches the service is never refused');
});

t.test(
  'behind a proxy on this machine each place counts for itself; a stranger’s word for it does not',
  async (t) => {
    const { server } = await openOffice({ requestsPerMinute: 2 });
    const ask = async (remoteAddress: string, forwarded: string) => {
      const headers = { host: 'hotline.test', 'x-forwarded-for': forwarded };
      return (await server.inject({ method: 'GET', url: '/api/v1/openapi.json', remoteAddress, headers }))
        .statusCode;
    };
    const places = ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2'];
    const statuses = async (proxy: string) => {
      const found: number[] = [];
      for (const place of places) found.push(await ask(proxy, place));
      return found;
    };
    t.same(await statuses('127.0.0.1'), [200, 200, 429, 200]);
    t.same(await statuses('192.0.2.7'), [200, 200, 429, 429], 'one place, whatever it says');
  },
);

t.test('health and the description tell the truth', async (t) => {
  const away = async () => {
    throw new AppError('DATABASE_UNAVAILABLE');
  };
  const { call, world, logIn } = await openOffice({ records: { dataGaps: away, contacts: away } });
  t.match(json(await call('GET /healthz')), { status: 'ok', version: '0.1.0' });
  t.equal((await call('GET /readyz')).statusCode, 200);
  const { cookie } = await logIn('hotline');
  const refused = await call('GET /api/v1/contacts', { cookie });
  t.equal(refused.statusCode, 503);
  t.match(json(refused), { code: 'DATABASE_UNAVAILABLE' });
  world.store.lose('test');
  await world.runUntil(world.clock.nowMs() + 1_000);
  t.match(json(await call('GET /readyz')), { status: 'degraded', condition: { store: 'away' } });
  t.equal((await call('GET /readyz')).statusCode, 503);

  const described = json(await call('GET /api/v1/openapi.json'))['paths'] as Record<
    string,
    Record<string, object>
  >;
  const told = Object.entries(described).flatMap(([path, operations]) =>
    Object.keys(operations).map(
      (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    ),
  );
  const pages = [
    '/',
    '/login',
    '/seat',
    '/wall',
    '/lead',
    '/lead/contacts/:id',
    '/reports',
    '/accounts',
    '/audit',
    '/admin',
    '/admin/cards',
    '/prompts',
    '/publish',
    '/flows',
    '/routing',
    '/experts',
    '/provision/:token',
    '/assets/*',
    '/favicon.svg',
  ];
  const hidden = [...pages, '/metrics', '/ws', '/api/v1/openapi.json'].map((path) => `GET ${path}`);
  t.same([...told, ...hidden].sort(), Object.keys(routeAccess).sort(), 'every route is described');
  t.match(described['/api/v1/agents/{id}/break'], {
    post: { requestBody: { content: { 'application/json': { schema: { properties: { reason: {} } } } } } },
  });
});

t.test(
  'the pages: one index at all their addresses, files for ever, nothing outside their folder',
  async (t) => {
    const folder = t.testdir({});
    const { call } = await openOffice({ pagesDir: folder });
    for (const path of ['/', '/login', '/seat', '/wall', '/accounts', '/audit']) {
      const missing = await call(`GET ${path}`);
      t.equal(missing.statusCode, 503);
      t.match(missing.body, /^[^\n]*npm run build[^\n]*\n$/, 'one line says what to do');
    }
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>12345</title>');
    writeFileSync(join(folder, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    writeFileSync(join(folder, 'assets/main-abc.js'), 'export {};');
    writeFileSync(join(folder, '.secret'), 'secret');
    for (const path of ['/', '/login', '/seat', '/wall?kiosk=x', '/accounts', '/audit']) {
      const page = await call(`GET ${path}`);
      t.equal(page.statusCode, 200);
      t.match(page.body, /<title>12345/);
      t.equal(page.headers['cache-control'], 'no-cache');
      t.match(String(page.headers['content-type']), /^text\/html; charset=utf-8/i);
      t.match(
        String(page.headers['content-security-policy']),
        /^default-src 'self'; .*frame-ancestors 'none'/,
      );
    }
    const browser = { headers: { accept: 'text/html,*/*;q=0.8' } };
    for (const path of ['/nothing', '/lead/nothing', '//elsewhere.test/']) {
      const page = await call(`GET ${path}`, browser);
      t.equal(page.statusCode, 404);
      t.match(String(page.headers['content-type']), /^text\/html/i, path);
      t.match(String(page.headers['content-security-policy']), /^default-src 'self'/);
      t.equal(json(await call(`GET ${path}`))['code'], 'NOT_FOUND', 'a program is told so');
    }
    for (const [path, page] of [
      ['/lead/', '/lead'],
      ['/admin/cards//?n=1', '/admin/cards?n=1'],
    ] as const) {
      const led = await call(`GET ${path}`, browser);
      t.equal(led.statusCode, 308);
      t.equal(led.headers['location'], page);
    }
    t.equal(json(await call('GET /api/v1/nothing', browser))['code'], 'NOT_FOUND');
    const script = await call('GET /assets/main-abc.js');
    t.equal(script.headers['cache-control'], 'public, max-age=31536000, immutable');
    t.match(String(script.headers['content-type']), /javascript/);
    t.match(String((await call('GET /favicon.svg')).headers['content-type']), /svg/);
    const missing = await call('GET /assets/gone.js');
    t.equal(json(missing)['code'], 'NOT_FOUND');
    t.notMatch(String(missing.headers['cache-control']), /immutable/, 'what is not there may come');
    for (const path of [
      '..%2f.secret',
      '../.secret',
      '%2e%2e/.secret',
      '..%5c.secret',
      '%00',
      '.secret',
      '',
    ]) {
      const { statusCode, body } = await call(`GET /assets/${path}`);
      t.ok(statusCode >= 400 && statusCode < 500, `${path}: ${String(statusCode)}`);
      t.notMatch(body, /^secret/);
    }
  },
);

t.test('500 fuzzed bodies and queries: clear refusals, never a fault', async (t) => {
  const { call, logIn, talk, logged } = await openOffice();
  const id = await talk();
  const cookies = [(await logIn('1001')).cookie, (await logIn('hotline')).cookie];
  const posts = (Object.keys(routeAccess) as RouteName[]).filter((name) => name.startsWith('POST'));
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('1001', 'd1001', 'admin', 'meal', 'complaint', 'direct', id, '__proto__', 'constructor'),
  );
  const value = fc.oneof(
    word,
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.array(word, { maxLength: 3 }),
  );
  const key = fc.constantFrom(
    ...[
      'user',
      'password',
      'deviceId',
      'reason',
      'paused',
      'on',
      'category',
      'outcome',
      'district',
      'matterNumber',
      'x',
    ],
  );
  const body = fc.oneof(
    fc.dictionary(key, value, { maxKeys: 4 }).map((object) => JSON.stringify(object)),
    fc.json({ maxDepth: 3 }),
    fc.string({ maxLength: 60 }),
  );
  const query = fc.dictionary(fc.constantFrom('from', 'to', 'by', 'limit', 'cursor', 'answered', 'x'), word, {
    maxKeys: 3,
  });
  const seen = new Set<number>();
  const check = async (response: LightMyRequestResponse, what: string) => {
    seen.add(response.statusCode);
    const { statusCode, body: text } = response;
    if (statusCode >= 500) throw new Error(`${what}: ${String(statusCode)} ${text}`);
    if (statusCode >= 400 && typeof json(response)['code'] !== 'string') throw new Error(`${what}: ${text}`);
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...posts),
      fc.constantFrom(id, '1001', '1002', '9', 'x'),
      fc.constantFrom(...cookies),
      body,
      async (name, subject, cookie, payload) => {
        const route = name.replace(':id', subject);
        const headers = { 'content-type': 'application/json' };
        await check(await call(route, { cookie, body: payload, headers }), `${route} ${payload}`);
      },
    ),
    { numRuns: 500 },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('contacts', 'kpis', 'contacts/x'), query, async (path, asked) => {
      const route = `GET /api/v1/${path}?${new URLSearchParams(asked).toString()}`;
      await check(await call(route, { cookie: cookies[1] ?? '' }), route);
    }),
    { numRuns: 200 },
  );
  t.ok(seen.has(200) && seen.has(400), `both kinds were reached: ${[...seen].join(' ')}`);
  t.same(
    logged.filter(({ level }) => level === 'error'),
    [],
  );
});

t.test(
  'sessions in Redis outlive the service, and an absence of Redis does not log anybody out',
  async (t) => {
    const redis = await startTestRedis(portBase);
    t.teardown(() => redis.remove());
    const client = redis.client();
    const first = await openOffice({ sessions: client });
    const { cookie } = await first.logIn('1002');
    const keys = await client.keys('{yihao:test}:session:*');
    t.equal(keys.length, 1);
    t.ok((await client.pttl(keys[0] ?? '')) > 11 * 3_600_000);
    const restarted = await openOffice({ sessions: client });
    t.match(json(await restarted.call('GET /api/v1/me', { cookie })), { role: 'agent' });

    const failing: SessionRedis = {
      get: () => Promise.reject(new Error('away')),
      set: () => Promise.reject(new Error('away')),
      del: () => Promise.reject(new Error('away')),
    };
    let isAway = false;
    const either = (): SessionRedis => (isAway ? failing : client);
    const third = await openOffice({
      sessions: {
        get: (key) => either().get(key),
        set: (key, value, unit, ttlMs) => either().set(key, value, unit, ttlMs),
        del: (key) => either().del(key),
      },
    });
    const known = await third.logIn('1002');
    isAway = true;
    t.equal((await third.call('GET /api/v1/me', { cookie: known.cookie })).statusCode, 200);
    t.equal((await third.call('GET /healthz', { cookie: known.cookie })).statusCode, 200);
    const refused = await third.call('DELETE /api/v1/session', { cookie: known.cookie });
    t.equal(json(refused)['code'], 'REDIS_UNAVAILABLE', 'a log-out that cannot be kept is not promised');
    t.equal((await third.logIn('1001')).response.statusCode, 503);
    isAway = false;
    t.equal((await third.call('DELETE /api/v1/session', { cookie: known.cookie })).statusCode, 204);
    t.equal((await third.call('GET /api/v1/me', { cookie: known.cookie })).statusCode, 401);
  },
);
