// Accounts over the whole API: the first log-in, one-time codes, guessing, what each of the 三员 can do to the others, and the trail of it.
import type { LightMyRequestResponse } from 'fastify';
import { Secret, TOTP } from 'otpauth';
import t from 'tap';
import { sessionCookie } from '../../src/adapters/http/http-server.js';
import { createOneTimeCodes } from '../../src/adapters/http/one-time-code.js';
import { createPasswords } from '../../src/adapters/http/password-hash.js';
import { createMemoryAccounts } from '../../src/adapters/memory/account-store.js';
import { AppError } from '../../src/errors.js';
import { enrol, type Ask } from '../enrolment.js';
import { accountPassword } from './office-accounts.js';
import { openOffice } from './office.js';

type Office = Awaited<ReturnType<typeof openOffice>>;
const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();
const codeOf = (response: LightMyRequestResponse) => json(response)['code'];

/** Somebody at his browser: keeps the cookie. */
function browserAt({ call }: Office) {
  let cookie = '';
  const ask: Ask = async (method, path, body) => {
    const response = await call(`${method} ${path}`, { cookie, body });
    const set = response.cookies.find(({ name }) => name === sessionCookie);
    if (set !== undefined) cookie = `${sessionCookie}=${encodeURIComponent(set.value)}`;
    return { status: response.statusCode, body: json(response) };
  };
  return {
    ask,
    get: (path: string) => call(`GET ${path}`, { cookie }),
    post: (path: string, body?: object) => call(`POST ${path}`, { cookie, body }),
    cookie: () => cookie,
  };
}

const firstAccounts = [
  { name: 'admin', displayName: '系统管理员', role: 'systemAdmin', password: 'given to admin' },
  { name: 'security', displayName: '安全管理员', role: 'securityAdmin', password: 'given to security' },
  { name: 'audit', displayName: '审计管理员', role: 'auditAdmin', password: 'given to audit' },
] as const;

/** The three of a new site, each logged in with all he needs. */
async function openNewSite() {
  const office = await openOffice({ firstAccounts });
  const nowMs = () => office.world.clock.nowMs();
  const at = async (user: (typeof firstAccounts)[number]['name']) => {
    const browser = browserAt(office);
    const ready = await enrol(browser.ask, { user, password: `given to ${user}` }, nowMs);
    return { ...browser, ...ready };
  };
  return {
    ...office,
    nowMs,
    admin: await at('admin'),
    security: await at('security'),
    audit: await at('audit'),
  };
}

t.test('the first log-in: nothing but a new password and codes; then everything the role may', async (t) => {
  const office = await openOffice({ firstAccounts });
  const nowMs = () => office.world.clock.nowMs();
  const browser = browserAt(office);
  const { post, get, ask } = browser;
  const given = { user: 'admin', password: 'given to admin' };
  t.match(await ask('POST', '/api/v1/session', given), {
    status: 200,
    body: { role: 'systemAdmin', displayName: '系统管理员', pending: ['password', 'totp'] },
  });
  t.match(json(await get('/api/v1/accounts')), {
    code: 'ENROLMENT_NEEDED',
    details: { pending: ['password', 'totp'] },
  });
  t.equal((await get('/api/v1/me')).statusCode, 200);

  const password = (newPassword: string, old = given.password) =>
    post('/api/v1/session/password', { password: old, newPassword });
  for (const [weak, en] of [
    ['too short', /12 characters/],
    ['the Admin of this site', /name/],
    [given.password, /name|old/],
  ] as const)
    t.match(json(await password(weak)), {
      code: 'PASSWORD_WEAK',
      details: { field: 'newPassword', en, zh: /\p{Script=Han}/u },
    });
  t.equal(codeOf(await password('a password of my own', 'wrong')), 'LOGIN_FAILED');

  const stranger = browserAt(office);
  await stranger.ask('POST', '/api/v1/session', given);
  const changed = await ask('POST', '/api/v1/session/password', {
    password: given.password,
    newPassword: 'a password of my own',
  });
  t.match(changed, { status: 200, body: { pending: ['totp'] } });
  t.equal(
    codeOf(await stranger.get('/api/v1/me')),
    'LOGIN_NEEDED',
    'whoever else had the first password is out',
  );
  t.equal((await stranger.ask('POST', '/api/v1/session', given)).body['code'], 'LOGIN_FAILED');

  t.equal(codeOf(await post('/api/v1/session/totp', { code: '123456' })), 'TOTP_NOT_BEGUN');
  const begun = await ask('POST', '/api/v1/session/totp', {});
  const { secret, uri, qr } = begun.body['enrolment'] as Record<'secret' | 'uri' | 'qr', string>;
  t.match(
    uri,
    /^otpauth:\/\/totp\/12345%20test:admin\?issuer=12345%20test&secret=[A-Z2-7]{32}&algorithm=SHA1&digits=6&period=30$/,
  );
  t.match(
    Buffer.from(qr.replace('data:image/svg+xml;base64,', ''), 'base64').toString(),
    /^<svg [^]*<\/svg>\s*$/,
  );
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = (steps: number) => totp.generate({ timestamp: nowMs() + steps * 30_000 });
  t.equal(codeOf(await post('/api/v1/session/totp', { code: code(5) })), 'TOTP_WRONG');
  t.equal(codeOf(await get('/api/v1/accounts')), 'ENROLMENT_NEEDED');
  t.match(await ask('POST', '/api/v1/session/totp', { code: code(-1) }), {
    status: 200,
    body: { me: { pending: [] }, enrolment: null },
  });
  t.equal((await get('/api/v1/accounts')).statusCode, 200);
  t.equal(codeOf(await post('/api/v1/session/totp', {})), 'TOTP_CONFIRMED');

  const again = (more: object) =>
    office.call('POST /api/v1/session', {
      body: { user: 'admin', password: 'a password of my own', ...more },
    });
  t.equal(codeOf(await again({})), 'TOTP_NEEDED');
  t.equal(codeOf(await again({ code: code(-1) })), 'TOTP_WRONG', 'taken already');
  t.equal(codeOf(await again({ code: code(-2) })), 'TOTP_WRONG', 'too old');
  t.equal(codeOf(await again({ code: code(2) })), 'TOTP_WRONG', 'not yet');
  t.equal((await again({ code: code(1) })).statusCode, 200);
  t.equal(codeOf(await again({ code: code(0) })), 'TOTP_WRONG', 'older than the last one taken');
  t.equal(codeOf(await again({ code: '12345' })), 'REQUEST_INVALID');

  const kept = JSON.stringify(await office.accounts.parts.store.list());
  t.notMatch(kept, new RegExp(`${secret}|password of my own`), 'neither secret is kept as it is');
  t.notMatch(
    JSON.stringify([office.logged, office.world.journal]),
    new RegExp(`${secret}|password of my own|given to`),
  );
});

t.test(
  'three administrators: each does his own work, none another’s, and none is ever missing',
  async (t) => {
    const { admin, security, audit, logIn, call, accounts, ...office } = await openNewSite();
    const made = json(await admin.post('/api/v1/accounts', { name: 'li.si', displayName: '李四' }));
    t.match(made, {
      account: { name: 'li.si', role: null, createdBy: 'admin' },
      password: /^(?:[a-z2-9]{5}-){3}[a-z2-9]{5}$/,
    });
    t.notMatch(JSON.stringify(made['account']), /argon|hash|secret/i);
    t.equal(
      codeOf(await admin.post('/api/v1/accounts', { name: 'li.si', displayName: 'x' })),
      'ACCOUNT_EXISTS',
    );
    t.equal(
      codeOf(await admin.post('/api/v1/accounts', { name: '1001', displayName: 'x' })),
      'REQUEST_INVALID',
    );
    const first = String(made['password']);
    const li = () => logIn('li.si', first);
    t.equal(codeOf((await li()).response), 'ACCOUNT_WITHOUT_ROLE');
    t.equal(
      codeOf((await logIn('li.si', 'guess')).response),
      'LOGIN_FAILED',
      'which only he learns who knows the password',
    );

    const role = (name: string, given: string | null, by = security) =>
      by.post(`/api/v1/accounts/${name}/role`, { role: given });
    t.equal(codeOf(await role('li.si', 'quality', admin)), 'FORBIDDEN');
    t.equal(codeOf(await role('li.si', 'quality', audit)), 'FORBIDDEN');
    t.equal(codeOf(await role('li.si', 'supervisor')), 'REQUEST_INVALID', 'that is a matter of agents.yaml');
    t.match(json(await role('li.si', 'quality')), { name: 'li.si', role: 'quality' });
    t.match(json((await li()).response), { role: 'quality', pending: ['password'] });

    const own = browserAt({ call, ...office } as unknown as Office);
    await own.ask('POST', '/api/v1/session', { user: 'li.si', password: first });
    await own.ask('POST', '/api/v1/session/password', { password: first, newPassword: 'his own long words' });
    t.equal((await own.get('/api/v1/contacts')).statusCode, 200, 'codes are not asked of everybody');
    t.equal((await own.post('/api/v1/session/totp', {})).statusCode, 200, 'but he may have them');
    await role('li.si', 'hotlineAdmin');
    t.equal(codeOf(await own.get('/api/v1/contacts')), 'ENROLMENT_NEEDED', 'and in this role he must');
    await role('li.si', 'quality');
    t.equal((await own.get('/api/v1/contacts')).statusCode, 200);
    await role('li.si', null);
    t.equal(codeOf(await own.get('/api/v1/contacts')), 'LOGIN_NEEDED');
    await role('li.si', 'systemAdmin');

    t.equal(codeOf(await security.post('/api/v1/accounts/li.si/disable')), 'FORBIDDEN');
    for (const act of ['disable', 'password'])
      t.equal(codeOf(await admin.post(`/api/v1/accounts/admin/${act}`)), 'OWN_ACCOUNT');
    t.equal(codeOf(await role('security', 'systemAdmin')), 'OWN_ACCOUNT');
    t.equal(codeOf(await security.post('/api/v1/accounts/security/totp')), 'OWN_ACCOUNT');
    t.equal(codeOf(await admin.post('/api/v1/accounts/security/disable')), 'LAST_ADMINISTRATOR');
    t.equal(codeOf(await role('audit', 'quality')), 'LAST_ADMINISTRATOR');
    t.equal(codeOf(await admin.post('/api/v1/accounts/nobody/disable')), 'ACCOUNT_UNKNOWN');

    t.match(json(await admin.post('/api/v1/accounts/li.si/disable')), { disabled: true });
    t.equal(codeOf(await own.get('/api/v1/me')), 'LOGIN_NEEDED', 'at once');
    t.equal(codeOf((await logIn('li.si', 'his own long words')).response), 'ACCOUNT_DISABLED');
    t.match(json(await admin.post('/api/v1/accounts/li.si/enable')), { disabled: false });
    t.equal(codeOf(await own.get('/api/v1/me')), 'LOGIN_NEEDED', 'an old session does not come back');
    const renewed = json(await admin.post('/api/v1/accounts/li.si/password'));
    t.match(renewed, { account: { mustChangePassword: true } });
    t.equal(codeOf((await logIn('li.si', 'his own long words')).response), 'LOGIN_FAILED');
    t.equal((await logIn('li.si', String(renewed['password']))).response.statusCode, 200);

    t.equal((await security.post('/api/v1/accounts/admin/totp')).statusCode, 200);
    t.equal(codeOf(await admin.get('/api/v1/accounts')), 'LOGIN_NEEDED', 'a lost phone may be in use');
    const { response } = await logIn('admin', admin.password);
    t.match(json(response), { pending: ['totp'] });

    const listed = json(await security.get('/api/v1/accounts?limit=3'));
    t.match(listed, { accounts: [{ name: 'admin' }, { name: 'audit' }, { name: 'li.si' }], cursor: 'li.si' });
    t.match(json(await security.get('/api/v1/accounts?limit=3&cursor=li.si')), {
      accounts: [{ name: 'security' }],
      cursor: null,
    });
    t.equal(codeOf(await security.get('/api/v1/accounts?cursor=%27')), 'CURSOR_INVALID');
    t.same((await accounts.parts.store.list()).length, 4);
  },
);

t.test('the trail: everything is on it, and who looks after whom decides who sees it', async (t) => {
  const { admin, security, audit, logIn, call, nowMs } = await openNewSite();
  await admin.post('/api/v1/accounts', { name: 'li', displayName: '李' });
  await security.post('/api/v1/accounts/li/role', { role: 'province' });
  await logIn('13000000002', 'x');
  await logIn('admin', 'guess');
  const agent = await logIn('1002');
  await call('DELETE /api/v1/session', { cookie: agent.cookie });
  const told = async (by: typeof audit, query = '') => {
    const answer = json(await by.get(`/api/v1/audit${query}`));
    return (answer['acts'] as { by: string; role: string; act: string; about: string }[]).map((one) =>
      `${one.by}/${one.role} ${one.act} ${one.about}`.trim(),
    );
  };
  const seen = await told(audit);
  t.same(seen.slice(0, 6), [
    '1002/agent session.logout 1002',
    '1002/agent session.login 1002',
    'admin/systemAdmin session.failed',
    '/nobody session.failed',
    'security/securityAdmin account.role li',
    'admin/systemAdmin account.create li',
  ]);
  for (const name of ['admin', 'security', 'audit'])
    for (const act of ['login', 'password', 'totp'])
      t.ok(
        seen.some((line) => line.startsWith(`${name}/`) && line.includes(`session.${act} ${name}`)),
        `${name} ${act}`,
      );
  t.notMatch(JSON.stringify(seen), /13000000002/, 'what names nobody may be anything, and is not kept');

  const bySecurity = await told(security);
  t.ok(bySecurity.includes('admin/systemAdmin account.create li'));
  t.ok(bySecurity.includes('1002/agent session.login 1002'));
  t.notMatch(
    JSON.stringify(bySecurity),
    /securityAdmin|auditAdmin/,
    'neither his own acts nor those of the audit',
  );
  t.same(await told(security, '?account=security'), []);
  t.same(await told(audit, '?account=li'), [
    'security/securityAdmin account.role li',
    'admin/systemAdmin account.create li',
  ]);
  t.same((await told(audit, '?act=audit.read')).length, 4, 'looking is an act, too');
  t.same(await told(audit, `?to=${String(nowMs() - 60_000)}`), []);
  t.ok((await told(audit, '?from=2026-11-23')).length > 10);
  t.equal(codeOf(await admin.get('/api/v1/audit')), 'FORBIDDEN');
  const first = json(await audit.get('/api/v1/audit?limit=2'));
  const second = json(await audit.get(`/api/v1/audit?limit=2&cursor=${String(first['cursor'])}`));
  t.equal((second['acts'] as unknown[]).length, 2);
  t.equal(codeOf(await audit.get('/api/v1/audit?cursor=x')), 'CURSOR_INVALID');
});

t.test(
  'guessing: counted before the answer is known, with PINs and codes at the same counters',
  async (t) => {
    const { call, logIn } = await openOffice();
    const guesses = await Promise.all(Array.from({ length: 12 }, () => logIn('quality', 'guess')));
    const codes = guesses.map(({ response }) => codeOf(response));
    t.equal(codes.filter((code) => code === 'LOGIN_FAILED').length <= 4, true, codes.join(' '));
    t.equal(codeOf((await logIn('quality')).response), 'LOGIN_LOCKED', 'the right password no longer helps');

    const wrongCode = (n: number) =>
      call('POST /api/v1/session', {
        body: { user: 'hotline', password: accountPassword, code: `00000${String(n)}` },
      });
    const withCodes = [];
    for (let n = 0; n < 6; n += 1) withCodes.push(codeOf(await wrongCode(n)));
    t.same(withCodes.slice(-2), ['LOGIN_LOCKED', 'LOGIN_LOCKED']);
    const another = await openOffice();
    for (let n = 0; n < 8; n += 1) {
      const body = { user: 'admin', password: accountPassword };
      t.equal(codeOf(await another.call('POST /api/v1/session', { body })), 'TOTP_NEEDED');
    }
    t.equal((await another.logIn('admin')).response.statusCode, 200, 'a code not given is no guess');
  },
);

t.test(
  'with the database away agents log in, accounts are refused plainly, and who is known goes on',
  async (t) => {
    const kept = createMemoryAccounts();
    let isAway = false;
    const through =
      <Arguments extends unknown[], Result>(ask: (...given: Arguments) => Promise<Result>) =>
      async (...given: Arguments): Promise<Result> => {
        if (isAway) throw new AppError('DATABASE_UNAVAILABLE', { reason: 'timeout' });
        return ask(...given);
      };
    const accountStore = {
      list: through(kept.list),
      find: through(kept.find),
      add: through(kept.add),
      change: through(kept.change),
    };
    const { call, logIn, accounts } = await openOffice({ accountStore });
    const { cookie } = await logIn('quality');
    isAway = true;
    t.equal((await logIn('1002')).response.statusCode, 200);
    const refused = (user: string) =>
      call('POST /api/v1/session', { body: { user, password: accountPassword } });
    for (const user of ['quality', 'nobody']) {
      const response = await refused(user);
      t.equal(response.statusCode, 503);
      t.match(json(response), { code: 'DATABASE_UNAVAILABLE', message: /数据库/ });
    }
    t.equal(await accounts.parts.book.look(), false);
    t.equal((await call('GET /api/v1/contacts', { cookie })).statusCode, 200);
    for (let n = 0; n < 6; n += 1) await refused('quality');
    isAway = false;
    t.equal((await refused('quality')).statusCode, 200, 'and none of it was a guess');
  },
);

t.test(
  'hashes: argon2id at the cost written down, off the thread, few at once, nobody’s as dear as somebody’s',
  async (t) => {
    const passwords = createPasswords();
    const hash = await passwords.hash('a password');
    t.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    t.same(
      [await passwords.isRight('a password', hash), await passwords.isRight('another', hash)],
      [true, false],
    );
    t.equal(await passwords.isRight('a password', undefined), false);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () => passwords.isRight('x', undefined)),
    );
    const refused = results.filter(({ status }) => status === 'rejected');
    t.equal(refused.length, 8, 'two at work, thirty wait');
    t.match(refused[0], { reason: { code: 'RATE_LIMITED' } });
    t.equal(await passwords.isRight('a password', hash), true, 'and it goes on');
  },
);

t.test('a sealed secret opens for its own account and key alone', async (t) => {
  const codes = createOneTimeCodes({ key: 'one key', issuer: 'x' });
  const { secret, sealed } = codes.begin('li');
  const nowMs = Date.UTC(2026, 10, 23);
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: nowMs });
  t.equal(codes.stepOf('li', sealed, code, nowMs), nowMs / 30_000);
  t.equal(codes.stepOf('li', sealed, code, nowMs + 30_000), nowMs / 30_000);
  t.equal(codes.stepOf('li', sealed, code, nowMs + 61_000), undefined);
  t.throws(() => codes.stepOf('wang', sealed, code, nowMs));
  t.throws(() => createOneTimeCodes({ key: 'another', issuer: 'x' }).stepOf('li', sealed, code, nowMs));
  t.notMatch(sealed, new RegExp(secret));
  // RFC 6238, appendix B, the last six figures.
  const rfc = new TOTP({ secret: Secret.fromUTF8('12345678901234567890') });
  t.equal(rfc.generate({ timestamp: 59_000 }), '287082');
});
