// Thousands of strange requests, frames and bytes at every route of the whole API: clear refusals, nothing of the inside told, never a fault.
import fc from 'fast-check';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import t from 'tap';
import { routeAccess } from '../../src/adapters/http/access.js';
import { sessionCookie } from '../../src/adapters/http/http-server.js';
import { errorCatalogue, type ErrorCode } from '../../src/errors.js';
import { accountPassword } from './office-accounts.js';
import { citizenNumber, kioskToken, openOffice } from './office.js';

const counts = { requests: 6_500, frames: 600, bytes: 400 } as const;
const seed = 20_261_126;
const atOnce = 20;

const pagesDir = t.testdir({});
mkdirSync(join(pagesDir, 'assets'));
writeFileSync(join(pagesDir, 'index.html'), '<!doctype html><title>12345</title>');
writeFileSync(join(pagesDir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
writeFileSync(join(pagesDir, 'assets/main.js'), 'export {};');

const rejections: unknown[] = [];
process.on('unhandledRejection', (reason) => rejections.push(reason));

const office = await openOffice({ pagesDir });
const { server, world, logIn, logged } = office;
const contactId = await office.talk();
const logins = ['hotline', '1001', '1002'] as const;
const cookies = new Map<string, string>();
for (const user of logins) cookies.set(user, (await logIn(user)).cookie);
let entered = 0;

/** Logs in anew, from an address of its own: one address may try so and so often. */
let coming: Promise<void> = Promise.resolve();
function comeBack(user: string): Promise<void> {
  // One after the other: a code is taken once.
  coming = coming.then(() => enter(user));
  return coming;
}

async function enter(user: string): Promise<void> {
  entered += 1;
  const response = await server.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload:
      user === 'hotline'
        ? { user, password: accountPassword, code: await office.accounts.nextCode(user) }
        : { user, password: `24680${user.slice(-1)}` },
    remoteAddress: `10.1.${String(entered >> 8)}.${String(entered & 255)}`,
  });
  const cookie = response.cookies.find(({ name }) => name === sessionCookie);
  if (cookie === undefined) throw new Error(`no log-in: ${response.body}`);
  cookies.set(user, `${sessionCookie}=${encodeURIComponent(cookie.value)}`);
}

/** Where the process lives, how a stack looks, and what nobody may be told. */
const inside = [process.cwd(), 'node_modules', accountPassword, kioskToken, '246801', 'callerKey'];
/** Whole: a figure may hold the same digits. */
const rawNumber = new RegExp(String.raw`(?<!\d)${citizenNumber}(?!\d)`);
const stackLine = /^\s+at .+:\d+:\d+|\\n\s+at .+:\d+:\d+/m;

function toldTooMuch(text: string): string | undefined {
  if (rawNumber.test(text)) return 'a number';
  return stackLine.test(text) ? 'a stack' : inside.find((secret) => text.includes(secret));
}

/** What is wrong with an answer; undefined = nothing. HEAD gets none of the body that the type tells of. */
function faultOf(status: number, type: string, text: string, method = 'GET'): string | undefined {
  const secret = toldTooMuch(text);
  if (secret !== undefined) return `tells ${secret}`;
  if (method === 'HEAD' && text === '') return status >= 500 ? 'a fault' : undefined;
  const body: unknown = type.startsWith('application/json') ? JSON.parse(text) : text;
  if (status < 400) return undefined;
  // No catalogue row that a request can reach without a part being away is a fault of the server.
  if (status >= 500) return 'a fault';
  const { code, message, details, ...more } = body as Record<string, unknown>;
  if (!Object.hasOwn(errorCatalogue, String(code))) return 'no code of the catalogue';
  const row = errorCatalogue[code as ErrorCode];
  if (row.status !== status) return `${String(code)} is ${String(row.status)}`;
  if (message !== row.zh && message !== row.en) return 'other words';
  if (typeof details !== 'object' || details === null || Object.keys(more).length > 0) return 'another form';
  return undefined;
}

// --- values: from the schemas, and garbage ----------------------------------------------------------------------------

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}
type Described = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const described = ((await office.call('GET /api/v1/openapi.json')).json() as { readonly paths: Described })
  .paths;

const garbage = fc.constantFrom<unknown>(
  ...[
    null,
    true,
    false,
    0,
    -1,
    0.5,
    1e308,
    Number.MAX_SAFE_INTEGER,
    '',
    ' ',
    '0',
    '\u0000',
    '\uD800',
    '\uDC00a',
  ],
  ...[
    '𠮷'.repeat(50),
    '../../../../etc/hosts',
    "'; DROP TABLE contact;--",
    '${7*7}',
    '%s%n',
    '\r\nSet-Cookie: x=1',
  ],
  ...['x'.repeat(5_000), '9'.repeat(400), [], {}, [[[[]]]], { length: -1 }, ['1001'], { toString: 1 }],
);
const known = fc.constantFrom(
  ...[
    '1001',
    '1002',
    'd1001',
    'general',
    '12345',
    'admin',
    '2026-11-23',
    'true',
    'day',
    'hour',
    'rolling24',
    '50',
  ],
  ...[contactId, 'constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype'],
);
const strayNames = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'length',
  '',
  '\u0000',
  'x',
);

function rightValueOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom<unknown>(...schema.enum);
  return schema.type === 'boolean' ? fc.boolean() : known;
}

/** A value as the schema wants it, one nearly so, or anything. */
function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: rightValueOf(schema) },
    { weight: 2, arbitrary: garbage },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
}

/** Its fields, some missing, sometimes with one that is none of them. */
function fieldsOf(properties: Readonly<Record<string, Schema>>): fc.Arbitrary<Record<string, unknown>> {
  const values = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valueOf(schema)]),
  );
  const stray = fc.option(fc.tuple(strayNames, garbage), { freq: 4, nil: undefined });
  return fc
    .tuple(fc.record(values, { requiredKeys: [] }), stray)
    .map(([fields, more]) =>
      more === undefined ? fields : Object.fromEntries([...Object.entries(fields), more]),
    );
}

const shapeless = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom<string>(
    ...['[', '{"a":', '['.repeat(7_000), '{"a":'.repeat(3_000), `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ...[
      'x'.repeat(20_000),
      `{"user":"${'x'.repeat(15_000)}"}`,
      '\uFEFF{}',
      '{"a":1,"a":2}',
      'null',
      'NaN',
      '',
    ],
    ...[
      '{"__proto__":{"on":true}}',
      '{"constructor":{"prototype":{"on":true}}}',
      '"\\ud800"',
      '{"on":1e999}',
    ],
  ),
);

function bodyOf(operation: Operation | undefined): fc.Arbitrary<string | Buffer> {
  const { properties = {} } = operation?.requestBody?.content['application/json'].schema ?? {};
  const right = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, rightValueOf(schema)]),
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.record(right, { requiredKeys: [] }).map((fields) => JSON.stringify(fields)) },
    { weight: 4, arbitrary: fieldsOf(properties).map((fields) => JSON.stringify(fields)) },
    { weight: 2, arbitrary: shapeless },
  );
}

function queryOf(operation: Operation | undefined): fc.Arbitrary<string> {
  const asked = (operation?.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const properties = Object.fromEntries(asked.map(({ name, schema }) => [name, schema]));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    {
      weight: 3,
      arbitrary: fieldsOf(properties).map((fields) =>
        Object.entries(fields)
          .map(([name, value]) => `${encodeURIComponent(wellFormed(name))}=${encoded(value)}`)
          .join('&'),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...['%', '%00', '%ff=%fe', '&&&=', 'limit=1&limit=2', '__proto__[x]=1', `a=${'b'.repeat(8_000)}`],
        ...['kiosk=', 'kiosk=x', 'cursor=..%2f..', 'limit=1e9', 'from=9e99&to=-1', 'by=day&from=2026-11-01'],
      ),
    },
  );
}

/** An address cannot hold half a character. */
const wellFormed = (text: string) => text.replaceAll(/\p{Cs}/gu, '\uFFFD');

function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return encodeURIComponent(wellFormed(text));
}

const segments = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('1001', '1002', contactId, 'main.js') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '%00',
        '%F0%9F%92%A9',
        '%ff',
        '..%2f..',
        '%2e%2e',
        '%',
        '__proto__',
        'x'.repeat(200),
        'x'.repeat(4_000),
      ],
      ...['1001/', '//', ';x', '.secret', '%0d%0ax', '1001%20', '**', '\\..\\'],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map(encoded) },
);

const headers = fc.record(
  {
    'content-type': fc.oneof(
      { weight: 6, arbitrary: fc.constant('application/json') },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...[
            'text/plain',
            'application/json; charset=gbk',
            'multipart/form-data',
            'x',
            '',
            'application/xml',
          ],
          ...['application/json, text/html', 'application/x-www-form-urlencoded', `a/${'b'.repeat(300)}`],
        ),
      },
    ),
    'accept-language': fc.constantFrom('en', 'zh-CN', 'xx', '*;q=0', 'en'.repeat(500)),
    origin: fc.constantFrom('http://hotline.test', 'https://evil.test', 'null', '', 'http://', 'file:///etc'),
    'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'x'),
    'x-forwarded-for': fc.constantFrom('1.2.3.4', 'x', '::1,::2'),
    upgrade: fc.constantFrom('websocket', 'h2c'),
  },
  { requiredKeys: ['content-type'] },
);

const plainHeaders = fc.constant({ 'content-type': 'application/json' });
const oddCookies = fc.constantFrom(
  ...[
    '',
    'yihao=',
    'yihao=%00',
    `yihao=${'a'.repeat(3_000)}`,
    'yihao=x.y.z',
    'yihao=__proto__.x',
    '=;=;;;',
    'yihao',
  ],
  ...['yihao="', 'yihao=%E0%A4%A', 'YIHAO=x; yihao=y; yihao=z'],
);
const oddMethods = [
  'PUT',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'DELETE',
  'POST',
  'GET',
  'PROPFIND',
  'SEARCH',
] as const;

/** Logging in goes last: so many wrong passwords lock people out. */
const login = 'POST /api/v1/session';
const routes = [...Object.keys(routeAccess).filter((route) => route !== login), login];

interface Question {
  readonly route: string;
  readonly as: string;
  readonly request: InjectOptions;
}

/** A request at one route, as its table row or with a method it has not. */
function questionAt(route: string): fc.Arbitrary<Question> {
  const [ownMethod = 'GET', pattern = '/'] = route.split(' ');
  const operation = described[pattern.replaceAll(/:(\w+)/g, '{$1}')]?.[ownMethod.toLowerCase()];
  return fc
    .record({
      method: fc.oneof({ weight: 9, arbitrary: fc.constant(ownMethod) }, fc.constantFrom(...oddMethods)),
      segment: segments,
      query: queryOf(operation),
      as: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...logins) },
        { weight: 1, arbitrary: oddCookies },
      ),
      headers: fc.oneof({ weight: 3, arbitrary: plainHeaders }, { weight: 2, arbitrary: headers }),
      body: bodyOf(operation),
      host: fc.nat(250),
    })
    .map(({ method, segment, query, as, headers: told, body, host }) => ({
      route,
      as,
      request: {
        method: method as 'GET',
        url: `${pattern.replace(/:\w+|\*/, () => segment)}${query === '' ? '' : `?${query}`}`,
        headers: { host: 'hotline.test', ...told },
        ...(['GET', 'HEAD'].includes(method) ? {} : { payload: body }),
        // One address may ask so and so often: these are many.
        remoteAddress: `10.0.${String(host)}.${String(body.length % 250)}`,
      },
    }));
}

const stray = fc
  .tuple(fc.constantFrom('GET', 'POST', 'DELETE', 'PUT'), fc.webPath(), segments)
  .map(([method, path, segment]): Question => ({
    route: 'none',
    as: 'hotline',
    request: { method: method as 'GET', url: `${path}/${segment}`, headers: { host: 'hotline.test' } },
  }));

const guardCodes: readonly string[] = ['LOGIN_NEEDED', 'FORBIDDEN', 'ORIGIN_REFUSED', 'RATE_LIMITED'];

/** Whether the log-in, the rights and the origin stood in the way of this one. */
function isLetIn({ statusCode, body }: LightMyRequestResponse): boolean {
  return statusCode < 400 || !guardCodes.some((code) => body.includes(`"${code}"`));
}

/** Whether one of those who are logged in here may enter this route. */
function mayBeEntered(route: string): boolean {
  const access: unknown = routeAccess[route as keyof typeof routeAccess];
  const roles: readonly unknown[] = Array.isArray(access) ? access : ['hotlineAdmin'];
  return roles.some((role) => role === 'hotlineAdmin' || role === 'supervisor' || role === 'agent');
}

async function ask({ route, as, request }: Question): Promise<LightMyRequestResponse> {
  const own = cookies.get(as);
  const response = await server.inject({ ...request, headers: { ...request.headers, cookie: own ?? as } });
  // Who has logged out comes back for the next ones.
  if (route === 'DELETE /api/v1/session' && own !== undefined) await comeBack(as);
  return response;
}

t.test(`${String(counts.requests)} requests at every route`, { timeout: 120_000 }, async (t) => {
  const each = Math.floor(counts.requests / (routes.length + 1));
  const statuses = new Map<string, Set<number | 'let in'>>();
  let asked = 0;
  for (const [at, route] of ['none', ...routes].entries()) {
    const numRuns = at === 0 ? counts.requests - each * routes.length : each;
    const questions = fc.sample(route === 'none' ? stray : questionAt(route), { numRuns, seed: seed + at });
    const seen = new Set<number | 'let in'>();
    statuses.set(route, seen);
    for (let from = 0; from < questions.length; from += atOnce) {
      await Promise.all(
        questions.slice(from, from + atOnce).map(async (question) => {
          const response = await ask(question);
          asked += 1;
          seen.add(response.statusCode);
          if (isLetIn(response)) seen.add('let in');
          const type = String(response.headers['content-type'] ?? '');
          const fault = faultOf(response.statusCode, type, response.body, question.request.method);
          if (fault === undefined && toldTooMuch(JSON.stringify(response.headers)) === undefined) return;
          t.fail(
            `${fault ?? 'a header tells'}: ${String(response.statusCode)} ${response.body.slice(0, 300)}`,
            {
              question,
            },
          );
        }),
      );
      await world.runUntil(world.clock.nowMs() + 100);
    }
  }
  t.equal(asked, counts.requests);
  t.same(
    [...statuses]
      .filter(([route, seen]) => mayBeEntered(route) && !seen.has('let in'))
      .map(([route]) => route),
    [],
    'every route was reached behind its guards',
  );
  const all = new Set([...statuses.values()].flatMap((seen) => [...seen]));
  for (const status of [200, 204, 400, 401, 403, 404, 409, 413, 415]) t.ok(all.has(status), String(status));
  t.comment([...all].map(String).toSorted().join(' '));
});

// --- a socket of its own for each input -------------------------------------------------------------------------------

await server.listen({ host: '127.0.0.1', port: 0 });
const { port } = server.server.address() as AddressInfo;

/** So long a server that waits for more is let wait. */
const patienceMs = 150;

/** Sends bytes, ends its side when enough was said or nothing comes, and gives what came back until the other side ended, too. */
function exchange(bytes: readonly Buffer[], isEnough: (got: Buffer) => boolean): Promise<Buffer> {
  return new Promise((resolve) => {
    let got: Buffer = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => {
      for (const piece of bytes) socket.write(piece);
    });
    const impatient = setTimeout(() => socket.end(), patienceMs);
    const late = setTimeout(() => socket.destroy(), 5_000);
    socket.on('data', (piece) => {
      got = Buffer.concat([got, piece]);
      if (isEnough(got)) socket.end();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(impatient);
      clearTimeout(late);
      resolve(got);
    });
  });
}

/** Runs `of` for each of the inputs, some at once. */
async function forEach<Input>(inputs: readonly Input[], of: (input: Input) => Promise<void>): Promise<void> {
  for (let from = 0; from < inputs.length; from += atOnce)
    await Promise.all(inputs.slice(from, from + atOnce).map(of));
}

interface WsFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly reserved: number;
  readonly masked: boolean;
  /** The length it claims, where that is a lie. */
  readonly claims: number | undefined;
  readonly payload: Uint8Array;
}

/** A frame as RFC 6455 writes it, whatever its fields. */
function frameBytes({ opcode, fin, reserved, masked, claims, payload }: WsFrame): Buffer {
  const length = claims ?? payload.length;
  const size = length < 126 ? Buffer.from([length]) : length < 65_536 ? Buffer.alloc(3) : Buffer.alloc(9);
  if (length >= 65_536) size.writeBigUInt64BE(BigInt(length), 1);
  else if (length >= 126) size.writeUInt16BE(length, 1);
  if (length >= 126) size[0] = length >= 65_536 ? 127 : 126;
  size[0] = (size[0] ?? 0) | (masked ? 0x80 : 0);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  // A mask of zeros: the payload as it is.
  return Buffer.concat([Buffer.from([first]), size, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

const asText = (text: string) => new TextEncoder().encode(text);
const payloads = fc.oneof(
  fc.constantFrom('wall', 'strip').map((watch) => asText(JSON.stringify({ watch }))),
  fieldsOf({ watch: { enum: ['wall', 'strip', 'wall:hotlineAdmin'] }, resume: {} }).map((ask) =>
    asText(JSON.stringify(ask)),
  ),
  fieldsOf({ view: {}, stream: {}, seq: {} }).map((resume) =>
    asText(JSON.stringify({ watch: 'wall', resume })),
  ),
  fc.json({ maxDepth: 3 }).map(asText),
  fc.uint8Array({ maxLength: 125 }),
  fc.constantFrom(
    ...[
      asText('['.repeat(4_000)),
      asText('x'.repeat(4_097)),
      new Uint8Array(70_000),
      new Uint8Array([0xc3, 0x28]),
    ],
    ...[
      new Uint8Array([0xed, 0xa0, 0x80]),
      new Uint8Array([0x03, 0xe8]),
      new Uint8Array([0x00]),
      new Uint8Array(0),
    ],
  ),
);
const frames = fc.record({
  opcode: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.constantFrom(0, 1, 2, 3, 8, 9, 10, 11, 15)),
  fin: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  reserved: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.nat(7)),
  masked: fc.oneof({ weight: 8, arbitrary: fc.constant(true) }, fc.constant(false)),
  claims: fc.option(fc.constantFrom(0, 1, 125, 126, 65_535, 65_536, 2 ** 31, 2 ** 52), {
    freq: 12,
    nil: undefined,
  }),
  payload: payloads,
});

/** What a server may say in closing: never 1011, a fault. */
const closeCodes: ReadonlySet<number> = new Set([1000, 1001, 1002, 1003, 1005, 1007, 1008, 1009, 1013]);

/** What is wrong with what a websocket's server said. */
function saidWrong(got: Buffer): string | undefined {
  const head = got.indexOf('\r\n\r\n');
  if (head < 0 || !got.subarray(0, head).toString('latin1').startsWith('HTTP/1.1 101 ')) return 'no upgrade';
  for (let at = head + 4; at + 2 <= got.length;) {
    const [first = 0, second = 0] = got.subarray(at, at + 2);
    const long = second === 126 ? 2 : second === 127 ? 8 : 0;
    if (at + 2 + long > got.length) return undefined;
    const length =
      long === 0 ? second : Number(BigInt(`0x${got.subarray(at + 2, at + 2 + long).toString('hex')}`));
    const payload = got.subarray(at + 2 + long, at + 2 + long + length);
    at += 2 + long + length;
    if (payload.length < length) return undefined;
    if ((first & 15) === 8 && length >= 2 && !closeCodes.has(payload.readUInt16BE(0)))
      return `closed with ${String(payload.readUInt16BE(0))}`;
    if ((first & 15) !== 1) continue;
    const text = payload.toString();
    const { is, code } = JSON.parse(text) as { is: string; code?: string };
    if (toldTooMuch(text) !== undefined) return text;
    if (
      is === 'error'
        ? !Object.hasOwn(errorCatalogue, String(code))
        : !['snapshot', 'delta', 'beat'].includes(is)
    )
      return text;
  }
  return undefined;
}

t.test(`${String(counts.frames)} websockets with strange frames`, { timeout: 60_000 }, async (t) => {
  const inputs = fc.sample(
    fc.tuple(fc.array(frames, { minLength: 1, maxLength: 4 }), fc.constantFrom(...logins)),
    {
      numRuns: counts.frames,
      seed,
    },
  );
  const goodbye = frameBytes({
    opcode: 8,
    fin: true,
    reserved: 0,
    masked: true,
    claims: undefined,
    payload: new Uint8Array(),
  });
  await forEach(inputs, async ([sent, user]) => {
    const hello = [
      'GET /ws HTTP/1.1',
      'Host: hotline.test',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      `Cookie: ${cookies.get(user) ?? ''}`,
    ];
    const bytes = Buffer.concat([...sent.map(frameBytes), goodbye]);
    // Nothing more is to come once it has said good-bye, or is left waiting for the rest of a frame.
    const answer = await exchange([Buffer.from(`${hello.join('\r\n')}\r\n\r\n`), bytes], (got) =>
      got.includes('\r\n\r\n'),
    );
    const wrong = saidWrong(answer);
    if (wrong !== undefined) t.fail(wrong, { sent });
  });
  t.equal((await office.call('GET /healthz')).statusCode, 200);
});

const lines = fc.constantFrom(
  ...[
    'GET / HTTP/1.1',
    'GET /api/v1/me HTTP/1.1',
    'POST /api/v1/session HTTP/1.1',
    'GET  / HTTP/1.1',
    'GET / HTTP/9.9',
  ],
  ...[
    'get / http/1.1',
    'CONNECT x:1 HTTP/1.1',
    'PRI * HTTP/2.0',
    'GET http://evil.test/ HTTP/1.1',
    '\x16\x03\x01',
    '',
  ],
  ...[`GET /${'x'.repeat(9_000)} HTTP/1.1`, 'GET /\u0000 HTTP/1.1', 'GET /ws HTTP/1.1', 'OPTIONS * HTTP/1.1'],
);
const headerLines = fc.constantFrom(
  ...[
    'Host: hotline.test',
    'Host: hotline.test',
    'Host:',
    'Host: a\r\nHost: b',
    'Content-Length: 5',
    'Content-Length: -1',
  ],
  ...[
    'Content-Length: 5\r\nContent-Length: 6',
    'Content-Length: 99999999999999999999',
    'Transfer-Encoding: chunked',
  ],
  ...[
    'Transfer-Encoding: chunked\r\nContent-Length: 5',
    'Transfer-Encoding: x',
    'Expect: 100-continue',
    'Expect: x',
  ],
  ...[
    'Connection: Upgrade\r\nUpgrade: websocket',
    'Upgrade: websocket',
    ': x',
    'x',
    ' x: y',
    'X\u0000: y',
    'X: \u0001',
  ],
  ...[`X: ${'y'.repeat(17_000)}`, `${'X: y\r\n'.repeat(2_500)}X: y`, 'Content-Type: application/json'],
);
const bodiesRaw = fc.oneof(
  fc.constantFrom(
    '',
    '{}',
    '{"a"',
    '5\r\nhello\r\n0\r\n\r\n',
    'zz\r\n',
    'ffffffffffffffff\r\n',
    '0\r\n\r\n',
    '{"user":1}',
  ),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

t.test(`${String(counts.bytes)} connections with broken HTTP`, { timeout: 60_000 }, async (t) => {
  const requests = fc
    .tuple(lines, fc.array(headerLines, { maxLength: 4 }), bodiesRaw)
    .map(([line, more, body]) => `${[line, ...more, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
  const inputs = fc.sample(fc.oneof({ weight: 5, arbitrary: requests }, bodiesRaw), {
    numRuns: counts.bytes,
    seed,
  });
  const statuses = new Set<number>();
  await forEach(inputs, async (input) => {
    const answer = (
      await exchange([Buffer.from(input, 'latin1'), Buffer.from('\r\n\r\n')], () => true)
    ).toString();
    const final = answer.replace(/^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)+/, '');
    if (final === '') return;
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(final)?.[1] ?? 0);
    statuses.add(status);
    if (status === 101) return;
    const head = final.slice(0, final.indexOf('\r\n\r\n'));
    const text = final.slice(head.length + 4);
    const type = /^content-type: (.*)$/im.exec(head)?.[1] ?? '';
    const whole = /^content-length: (\d+)/im.exec(head)?.[1] === String(Buffer.byteLength(text));
    const fault = whole ? faultOf(status, type, text) : status >= 500 ? 'a fault' : toldTooMuch(text);
    if (fault !== undefined) t.fail(`${fault}: ${final.slice(0, 400)}`, { input });
  });
  t.ok(statuses.has(200) && statuses.has(400) && statuses.has(401), [...statuses].join(' '));
});

t.test('afterwards the service lives, serves, and has logged no fault', async (t) => {
  t.equal((await office.call('GET /healthz')).statusCode, 200);
  t.equal((await office.call('GET /api/v1/live', { cookie: cookies.get('hotline') ?? '' })).statusCode, 200);
  t.same(
    logged.filter(({ level }) => level === 'error'),
    [],
  );
  t.notOk(toldTooMuch(JSON.stringify(logged)), 'nothing of the inside, and no number, is in the log');
  t.same(rejections, []);
  t.equal(Object.keys(Object.prototype).length, 0, 'no prototype was touched');
});
