// The running service under 1,000 fuzzed requests and damaged configurations: clear refusals, no crash, the running version stays.
import fc from 'fast-check';
import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { Agent, request } from 'undici';
import { routeAccess } from '../../src/adapters/http/access.js';
import { errorCatalogue } from '../../src/errors.js';
import { startStation } from './station.js';

const portBase = 18620;
const origin = `http://127.0.0.1:${String(portBase)}`;
const station = await startStation({ portBase, sipPort: 18630, rtpStart: 24200, watch: false });
t.teardown(() => station.close());
const servicePid = station.parts.service.pid;

/** One address may ask 600 times a minute: these are many. */
const doors = Array.from(
  { length: 60 },
  (_, at) => new Agent({ localAddress: `127.0.1.${String(at + 1)}`, connections: 1 }),
);
t.teardown(() => Promise.all(doors.map((door) => door.close())));
let asked = 0;

type Method = 'GET' | 'POST' | 'DELETE';
interface Question {
  readonly method: Method;
  readonly path: string;
  readonly cookie: string;
  readonly type?: string;
  readonly body?: string | Buffer;
}

async function ask({ method, path, cookie, type, body }: Question) {
  const dispatcher = doors[(asked += 1) % doors.length]!;
  const headers = { cookie, ...(type !== undefined && { 'content-type': type }) };
  const answer = await request(`${origin}${path}`, { method, dispatcher, headers, body: body ?? null });
  return { status: answer.statusCode, text: await answer.body.text(), cookie: answer.headers['set-cookie'] };
}

async function logIn(credentials: object): Promise<string> {
  const body = JSON.stringify(credentials);
  const answer = await ask({
    method: 'POST',
    path: '/api/v1/session',
    cookie: '',
    type: 'application/json',
    body,
  });
  if (answer.status !== 200) throw new Error(answer.text);
  return [answer.cookie].flat().join().split(';')[0] ?? '';
}

const admin = await logIn(station.hotlineCredentials());
const supervisor = await logIn({ user: '1001', password: await station.pin('1001') });

/** A refusal in the one form: a code of the catalogue with words for people. */
function isClear(text: string): boolean {
  const { code, message, details } = JSON.parse(text) as Record<string, unknown>;
  return Object.hasOwn(errorCatalogue, String(code)) && message !== '' && typeof details === 'object';
}

const version = async () => {
  const { text } = await ask({ method: 'GET', path: '/api/v1/site', cookie: admin });
  return (JSON.parse(text) as { version: string }).version;
};

// --- requests ---------------------------------------------------------------------------------------------------------

const names = Object.keys(routeAccess).filter((name) => name !== 'DELETE /api/v1/session');
const odd = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  1e308,
  0.5,
  '',
  ' ',
  '0',
  '\u0000',
  '\uD800',
  '𠮷'.repeat(50),
  '../../etc/passwd',
  "';--",
  '1001',
  'd1001',
  'general',
  'rest',
  'out.direct',
  [],
  {},
  [[[]]],
  'x'.repeat(5_000),
);
const fieldNames = fc.constantFrom(
  'user',
  'password',
  'deviceId',
  'reason',
  'on',
  'paused',
  'category',
  'outcome',
  'district',
  'matterNumber',
  '__proto__',
  'constructor',
  'toString',
  'length',
);
const almost = fc.dictionary(fieldNames, fc.oneof(odd, fc.jsonValue({ maxDepth: 2 })), { maxKeys: 4 });
const deep = fc.constantFrom(
  '['.repeat(7_000),
  '{"a":'.repeat(3_000),
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
);
const bodies = fc.oneof(
  { weight: 5, arbitrary: almost.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 5 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: fc.constant('x'.repeat(20_000)) },
);
const types = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('text/plain', 'application/json; charset=gbk', 'multipart/form-data', 'x', ''),
  },
);
const ids = fc.oneof(
  fc.constantFrom('1001', '9999', '%00', '%F0%9F%92%A9', '%ff', '..%2f..', 'x'.repeat(200), '__proto__', '%'),
  fc.string({ unit: 'binary', maxLength: 20 }).map(encodeURIComponent),
);
const queries = fc.oneof(
  fc.constantFrom(
    '',
    'by=day&from=2026-11-01&to=2026-11-02',
    'by=hour&from=-1&to=9e99',
    'from=&to=',
    'cursor=%00',
    'limit=1e9',
  ),
  fc
    .array(
      fc.tuple(
        fc.constantFrom('by', 'from', 'to', 'cursor', 'limit', 'agentId', '__proto__[x]'),
        fc.string(),
      ),
      { maxLength: 4 },
    )
    .map((pairs) => pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')),
);
const cookies = fc.constantFrom(
  admin,
  admin,
  supervisor,
  supervisor,
  '',
  'yihao=%00',
  `yihao=${'a'.repeat(3_000)}`,
  'yihao=x.y.z',
);

const questions = fc
  .record({
    name: fc.constantFrom(...names),
    id: ids,
    query: queries,
    cookie: cookies,
    type: types,
    body: bodies,
  })
  .map(({ name, id, query, cookie, type, body }): Question => {
    const [method, route] = name.split(' ') as [Method, string];
    const path = `${route.replace(/:id|:name/, id)}${query === '' ? '' : `?${query}`}`;
    return method === 'GET' ? { method, path, cookie } : { method, path, cookie, type, body };
  });

t.test('1,000 fuzzed requests at every route: never a fault, every refusal clear', async (t) => {
  const running = await version();
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(questions, async (question) => {
      const { status, text } = await ask(question);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500) throw new Error(`${String(status)} ${text}`);
      return status < 400 || isClear(text);
    }),
    { numRuns: 1_000 },
  );
  t.comment(
    [...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, times]) => `${String(status)}: ${String(times)}`)
      .join(', '),
  );
  t.notOk(statuses.has(429) && statuses.get(429)! > 100, 'hardly any was refused for being too many');
  await ask({
    method: 'POST',
    path: '/api/v1/site/menu',
    cookie: admin,
    type: 'application/json',
    body: '{"on":null}',
  });
  t.equal(await version(), running);
});

// --- configurations ---------------------------------------------------------------------------------------------------

const flowsDir = join(station.home, 'flows');
const files = (await readdir(flowsDir, { recursive: true })).filter((name) => name.endsWith('.yaml'));
const texts = new Map(
  await Promise.all(files.map(async (name) => [name, await readFile(join(flowsDir, name), 'utf8')] as const)),
);

async function reload(): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const { status, text } = await ask({ method: 'POST', path: '/api/v1/site/reload', cookie: admin });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

/** The refusal names at least one file, in both languages. */
function namesFiles({ details }: Record<string, unknown>): boolean {
  const { findings = [] } = details as { findings?: Record<string, unknown>[] };
  const told = findings.every(
    ({ file, line, zh, en }) => file !== '' && Number(line) >= 1 && zh !== '' && en !== '',
  );
  return told && findings.some(({ level }) => level === 'error');
}

const damages = fc.record({
  name: fc.constantFrom(...files),
  at: fc.nat(5_000),
  cut: fc.nat(60),
  slip: fc.constantFrom(
    '',
    '\t',
    ': ',
    '- ',
    '"',
    '{',
    '[[',
    '\u0000',
    '&a ',
    '*a',
    '!!js/function x',
    '99999999999999999999s',
    'null',
    '\uFEFF',
  ),
});

t.test('damaged files are refused with findings, and the running version stays', async (t) => {
  const running = await version();
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(damages, async ({ name, at, cut, slip }) => {
      const text = texts.get(name) ?? '';
      const from = at % text.length;
      await writeFile(join(flowsDir, name), text.slice(0, from) + slip + text.slice(from + cut));
      const { status, body } = await reload();
      const stayed = status === 200 || (namesFiles(body) && (await version()) === running);
      await writeFile(join(flowsDir, name), text);
      if (status === 200) await reload();
      else refused += 1;
      return (status === 200 || status === 422) && stayed;
    }),
    { numRuns: 40 },
  );
  t.ok(refused > 10, `${String(refused)} of 40 were refused`);
  t.equal(await version(), running);
});

t.test('files that are none: gone, huge, a folder, a loop, a bomb', async (t) => {
  const running = await version();
  const name = 'queues.yaml';
  const path = join(flowsDir, name);
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
    .split('')
    .map((at, row) => `${at}: &${at} [${`*${'abcdefghij'[row] ?? ''},`.repeat(9)}]`)
    .join('\n')}\n`;
  const cases: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['gone', async () => undefined],
    ['empty', () => writeFile(path, '')],
    ['huge', () => writeFile(path, '# x\n'.repeat(400_000))],
    ['no text', () => writeFile(path, Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x0a]))],
    ['a folder', () => mkdir(path)],
    ['a loop', () => symlink(name, path)],
    ['a bomb', () => writeFile(path, bomb)],
    ['deep', () => writeFile(path, '['.repeat(200_000))],
  ];
  for (const [what, make] of cases) {
    await rm(path, { recursive: true });
    await make();
    const { status, body } = await reload();
    t.equal(status, 422, what);
    t.ok(namesFiles(body), `${what}: ${JSON.stringify(body).slice(0, 300)}`);
    t.equal(await version(), running, what);
    await rm(path, { recursive: true, force: true });
    await writeFile(path, texts.get(name) ?? '');
  }
  t.equal((await reload()).status, 200, 'whole again');
});

t.test('nothing crashed, nothing was logged as a fault, and a call is answered', async (t) => {
  t.equal(station.parts.service.pid, servicePid);
  t.notMatch(await readFile(join(station.home, 'log', 'service.log'), 'utf8'), /a request failed inside/);
  const seat = await station.seat('1003');
  const citizen = await station.citizen('0007');
  const call = await citizen.call('12345');
  const ringing = await seat.phone.incoming();
  await station.until('a talk', async () => (await station.facts('AgentConnected'))[0], 20_000);
  await call.hangUp();
  await ringing.untilEnded();
});
