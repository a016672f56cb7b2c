// 保密 on real parts: what every store, frame and answer tells of a caller once his call is sealed, and what two people may open.
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import t from 'tap';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { databaseUrl } from '../../scripts/run/postgres.mjs';
import { layoutOf } from '../../scripts/run/layout.mjs';
import { startStation, type JournaledFact } from './station.js';

const portBase = 18_800;
const station = await startStation({
  portBase,
  sipPort: 18_810,
  rtpStart: 29_200,
  policies: [['wrapUp: 60s', 'wrapUp: 1s']],
  files: { 'numbers.yaml': [["- number: '12300' # G\n", "- number: '12300' # G\n  sealed: minor\n"]] },
  env: { YIHAO_LOG_LEVEL: 'trace' },
});
t.teardown(() => station.close());

/** What all written forms of the two callers' numbers, full or masked, have in common. */
const last4 = ['7481', '7482'] as const;
const layout = layoutOf({ YIHAO_HOME: station.home, YIHAO_PORT_BASE: String(portBase) });
/** The databases' own files are looked into by asking them. */
const databases = ['postgres/', 'redis/'];
/** What these held before the sealing stays there (docs/decisions/0015): the spool until its segment is carried, and queue_log. */
const keptFromBefore = ['spool/', join('log', 'queue_log')];
const asAgent = await station.apiAs('1002');
const asSupervisor = await station.apiAs('1001');

async function rows(
  query: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const database = new pg.Client(await databaseUrl(layout));
  await database.connect();
  try {
    return (await database.query<Record<string, unknown>>(query, [...values])).rows;
  } finally {
    await database.end();
  }
}

/** `table: row` wherever a row holds the last four digits, ids and instants aside. */
async function tablesWith(digits: string): Promise<readonly string[]> {
  const tables = await rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  const found: string[] = [];
  for (const { name } of tables) {
    const wanted = `(0000[ -]?${digits}|\\*{2,} ?${digits})`;
    const hits = await rows(`SELECT 1 FROM "${String(name)}" AS row WHERE row::text ~ $1 LIMIT 1`, [wanted]);
    if (hits.length > 0) found.push(String(name));
  }
  return found;
}

async function redisWith(digits: string): Promise<readonly string[]> {
  const password = (await readFile(join(layout.secrets, 'redis'), 'utf8')).trim();
  const redis = new Redis({ port: portBase + 3, host: '127.0.0.1', password });
  try {
    const found: string[] = [];
    for (const key of await redis.keys('*')) {
      const type = await redis.type(key);
      const held =
        type === 'hash'
          ? JSON.stringify(await redis.hgetall(key))
          : type === 'string'
            ? ((await redis.get(key)) ?? '')
            : '';
      if (held.includes(`0000${digits}`) || held.includes(`****${digits}`)) found.push(key);
    }
    return found;
  } finally {
    redis.disconnect();
  }
}

async function filesOfHome(): Promise<readonly string[]> {
  const entries = await readdir(station.home, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(station.home, join(entry.parentPath, entry.name)))
    .filter((name) => !databases.some((folder) => name.startsWith(folder)));
}

/** How long each of {@link keptFromBefore} is now. */
async function lengthsNow(): Promise<ReadonlyMap<string, number>> {
  const names = (await filesOfHome()).filter((name) => keptFromBefore.some((kept) => name.startsWith(kept)));
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, (await stat(join(station.home, name))).size] as const),
    ),
  );
}

/** Files that hold the full number, or the masked form beyond these lengths. */
async function filesWith(
  digits: string,
  before: ReadonlyMap<string, number> = new Map(),
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await filesOfHome()) {
    const bytes = await readFile(join(station.home, name)).catch(() => Buffer.alloc(0));
    const isMasked = bytes.includes(`****${digits}`, before.get(name) ?? 0);
    if (isMasked || bytes.includes(`0000${digits}`) || name.includes(`0000${digits}`)) found.push(name);
  }
  return found;
}

/** Asterisk's call records as they are on disk: written at the end of a call, read and emptied every 30 s. */
async function callRecords(): Promise<string> {
  const files = await readdir(layout.cdr).catch(() => []);
  return (
    await Promise.all(files.map((name) => readFile(join(layout.cdr, name), 'utf8').catch(() => '')))
  ).join('');
}

/** A frame of a live view, in the service's time. */
interface Frame {
  readonly who: string;
  readonly atMs: number;
  readonly text: string;
}
const frames: Frame[] = [];
const framesOf = (who: string) => frames.filter((frame) => frame.who === who);
/** A text that holds the digits or the masked form; ids and instants, in which the same figures may stand, aside. */
const tells = (digits: string) => new RegExp(`0000[ -]?${digits}|[*" ]${digits}`);

async function cookieOf(user: string): Promise<string> {
  const origin = `http://127.0.0.1:${String(portBase)}`;
  const answer = await request(`${origin}/api/v1/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ user, password: await station.pin(user) }),
  });
  await answer.body.dump();
  return [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((one) => one.split(';')[0])
    .join('; ');
}

async function watch(who: string, view: 'strip' | 'wall', query: string, cookie: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${String(portBase)}/ws${query}`, { headers: { cookie } });
  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    frames.push({ who, atMs: (JSON.parse(text) as Frame).atMs, text });
  });
  // The service is killed under it.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('open', () => resolve()));
  socket.send(JSON.stringify({ watch: view }));
  return socket;
}

/** From now on every frame of the agent's strip, the supervisor's wall and the screen on the wall; the result ends it. */
async function watchAll(): Promise<() => void> {
  const token = (await readFile(join(layout.secrets, 'kiosk'), 'utf8')).trim();
  const sockets = await Promise.all([
    cookieOf('1002').then((cookie) => watch('agent', 'strip', '', cookie)),
    cookieOf('1001').then((cookie) => watch('supervisor', 'wall', '', cookie)),
    watch('kiosk', 'wall', `?kiosk=${token}`, ''),
  ]);
  return () => {
    for (const socket of sockets) socket.terminate();
  };
}

const fact = (type: string, contactId?: string): Promise<JournaledFact> =>
  station.until(
    `${type} ${contactId ?? ''}`,
    async () => (await station.facts(type)).find(({ id }) => contactId === undefined || id === contactId),
    15_000,
  );

const seat = await station.seat('1002');
let contactId = '';
let file = '';
let atSealing: ReadonlyMap<string, number> = new Map();
const seenInRecords = new Set<string>();
const lookingAtRecords = setInterval(() => {
  void callRecords().then((text) => {
    for (const digits of [...last4, '7483']) if (text.includes(`0000${digits}`)) seenInRecords.add(digits);
  });
}, 500);
t.teardown(() => clearInterval(lookingAtRecords));

t.test(
  'the agent presses *28 in the talk: he hears that it is done, and his phone shows the number no more',
  async (t) => {
    const endFirst = await watchAll();
    const citizen = await station.citizen(last4[0]);
    const call = await citizen.call('12345', { from: { user: `03110000${last4[0]}` } });
    const leg = await seat.phone.incoming();
    t.match(leg.remote.number, last4[0], 'until then he sees it');
    contactId = (await fact('AgentConnected')).id;
    await fact('RecordingStarted', contactId);
    await station.until('written', async () =>
      (await tablesWith(last4[0])).includes('caller') ? true : undefined,
    );
    await station.until('seen', async () =>
      ['agent', 'supervisor'].every((who) =>
        framesOf(who).some(({ text }) => text.includes(`****${last4[0]}`)),
      )
        ? true
        : undefined,
    );
    const sinceMs = Date.now();
    await leg.sendDigits('*28');
    const mark = await fact('ContactSealed', contactId);
    atSealing = await lengthsNow();
    t.match(mark, { kind: 'confidential', by: '1002' });
    await station.hears(leg, 'a.conf', { sinceMs });
    await station.until('the phone follows', async () =>
      leg.remote.number.includes(last4[0]) ? undefined : true,
    );
    t.equal(leg.remote.number, contactId);
    const isSealedFor = (who: string) =>
      framesOf(who).some(({ atMs, text }) => atMs > mark.atMs && text.includes('保密来电'));
    await station.until(
      'the pages follow',
      async () => ['agent', 'supervisor'].every(isSealedFor) || undefined,
    );
    endFirst();
    t.same(await redisWith(last4[0]), [], 'Redis has neither number nor masked form');

    await station.killService();
    await station.until('back', async () =>
      (await station.api('GET', '/readyz')).status === 200 ? true : undefined,
    );
    const live = await station.until('live again', async () => {
      const { body } = await station.api('GET', '/api/v1/live');
      const text = JSON.stringify(body);
      return text.includes(contactId) ? text : undefined;
    });
    t.match(live, '保密来电', 'through a restart in the middle of the call');
    t.notMatch(live, last4[0]);
    t.same(await redisWith(last4[0]), []);
    const framesBefore = frames.length;
    const endSecond = await watchAll();
    await call.hangUp();
    await leg.untilEnded();
    await station.closedRecord(contactId);
    const everybody = ['agent', 'supervisor', 'kiosk'];
    await station.until(
      'whole views after the restart',
      async () =>
        everybody.every((who) => frames.slice(framesBefore).some((frame) => frame.who === who)) || undefined,
    );
    endSecond();
    const after = frames.filter(({ atMs }) => atMs > mark.atMs);
    for (const who of everybody)
      t.ok(
        after.some((frame) => frame.who === who),
        `${who} was shown something`,
      );
    t.same(
      after.filter(({ text }) => tells(last4[0]).test(text)),
      [],
      'no frame after the sealing tells him',
    );
    t.same(
      framesOf('kiosk').filter(({ text }) => tells(last4[0]).test(text)),
      [],
      'nor any at all on the wall',
    );
  },
);

t.test(
  'afterwards the number is in its own table alone, encrypted; no answer of anybody tells it',
  async (t) => {
    const { record, journal } = await station.closedRecord(contactId);
    t.match(record, { sealed: 'confidential', callerMasked: '保密来电' });
    t.ok(journal.some(({ type }) => type === 'ContactArrived'));
    file =
      String((record['recordings'] as string[])[0] ?? '')
        .split('/')
        .at(-1) ?? '';
    await station.until(
      'encrypted',
      async () => ((await tablesWith(last4[0])).length === 0 ? true : undefined),
      30_000,
    );
    const callers = await rows('SELECT number FROM caller');
    t.match(callers, [{ number: /^sealed:/ }], 'the only thing left');
    t.same(await redisWith(last4[0]), []);
    const paths = [
      'live',
      'contacts',
      `contacts/${contactId}`,
      `contacts/${contactId}/same-caller`,
      'unreached',
      'contacts?format=csv',
    ];
    for (const ask of [station.api, asAgent, asSupervisor])
      for (const path of paths) {
        const { body } = await ask('GET', `/api/v1/${path}`).catch(() => ({ body: {} }));
        t.notMatch(JSON.stringify(body), last4[0], path);
      }
  },
);

t.test('the recording and the number are opened by two people, each once', async (t) => {
  const play = (opening = '') =>
    asSupervisor(
      'GET',
      `/api/v1/contacts/${contactId}/recordings/${file}${opening && `?opening=${opening}`}`,
    );
  t.match(await play(), { status: 403, body: { code: 'OPENING_NEEDED' } });
  const wish = { what: 'number', reason: '核实险情地点' };
  const asked = await asSupervisor('POST', `/api/v1/contacts/${contactId}/openings`, wish);
  const id = String(asked.body['openingId']);
  t.match(await asSupervisor('POST', `/api/v1/openings/${id}/agree`), { body: { code: 'OPENING_OWN' } });
  t.match(await asSupervisor('POST', `/api/v1/openings/${id}/number`), { body: { code: 'OPENING_NEEDED' } });
  t.match(await station.api('POST', `/api/v1/openings/${id}/agree`), {
    status: 200,
    body: { state: 'agreed' },
  });
  const twice = await Promise.all([1, 2].map(() => asSupervisor('POST', `/api/v1/openings/${id}/number`)));
  t.same(
    twice.map(({ status }) => status).sort((one, other) => one - other),
    [200, 409],
    'two at once: one has it',
  );
  t.ok(twice.some(({ body }) => body['number'] === `03110000${last4[0]}`));
});

t.test(
  'set beforehand by the ledger or by number, the phone never shows it, and nobody follows up',
  async (t) => {
    await station.api('POST', '/api/v1/stop-list', {
      number: `03110000${last4[1]}`,
      kind: 'confidential',
      reason: '本人要求',
    });
    const citizen = await station.citizen(last4[1]);
    const call = await citizen.call('12345', { from: { user: `03110000${last4[1]}` } });
    const leg = await seat.phone.incoming();
    const { id } = await station.until('sealed', async () =>
      (await station.facts('ContactSealed')).find(({ by }) => by === 'number'),
    );
    t.match(leg.remote, { number: id, displayName: '保密来电' });
    await station.until('connected', async () => (await station.facts('AgentConnected'))[1]);
    await call.hangUp();
    await leg.untilEnded();

    await seat.act('break', { reason: 'rest' });
    const child = await station.citizen('7483');
    const second = await child.call('12300', { from: { user: '031100007483' } });
    await second.untilAudio();
    await second.hangUp();
    const minor = await station.until('minor', async () =>
      (await station.facts('ContactSealed')).find(({ by }) => by === 'ledger'),
    );
    t.match(minor, { kind: 'minor' });
    t.match((await station.closedRecord(minor.id)).record, { sealed: 'minor', missed: true });
    t.same((await station.api('GET', '/api/v1/unreached')).body['callers'], []);
    for (const digits of [last4[1], '7483']) {
      await station.until(
        'encrypted',
        async () => ((await tablesWith(digits)).length === 0 ? true : undefined),
        30_000,
      );
      t.same(await redisWith(digits), []);
    }
  },
);

t.test('no file tells any of them, and the call records are emptied', async (t) => {
  const all = [...last4, '7483'];
  await station.until(
    'the call records emptied',
    async () => {
      const text = await callRecords();
      return all.every((digits) => !text.includes(`0000${digits}`)) || undefined;
    },
    45_000,
  );
  t.ok(seenInRecords.size > 0, 'they were written there');
  t.same(await filesWith(last4[0], atSealing), [], 'nothing written after the sealing');
  for (const digits of all.slice(1)) t.same(await filesWith(digits), [], 'nothing at all');
  // Last of all: what a searcher has typed is audited, masked, though he finds nothing by it.
  const found = await station.api('POST', '/api/v1/contacts/search', { number: `03110000${last4[0]}` });
  t.same(found.body['contacts'], []);
});
