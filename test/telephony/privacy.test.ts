// After a day's whole trouble, no file holds a citizen's number but those that may: the database's, Redis', a CDR not yet read.
import { createSocket } from 'node:dgram';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import pg from 'pg';
import t from 'tap';
import { databaseUrl } from '../../scripts/run/postgres.mjs';
import { layoutOf } from '../../scripts/run/layout.mjs';
import { startStation } from './station.js';

const portBase = 18600;
const station = await startStation({
  portBase,
  sipPort: 18610,
  rtpStart: 24000,
  watch: false,
  policies: [['wrapUp: 60s', 'wrapUp: 1s']],
  env: { YIHAO_LOG_LEVEL: 'trace' },
});
t.teardown(() => station.close());

/** Numbers of nobody, each in a form carriers use; what is looked for is what all forms of one have in common. */
const callers = ['7391', '7392', '7393', '7394', '7395', '7396'] as const;
const formsOf = (last4: string) => [`0000${last4}`, `0000 ${last4}`, `0000-${last4}`];

const folders = { database: 'postgres', redis: 'redis' };
const cdr = join('cdr', 'calls.csv');

/** Every file below the station's home, links left alone. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(lists)).flat();
}

/** `file: form` for each file whose name or bytes hold a form of a caller's number. */
async function leaks(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of await filesBelow(station.home)) {
    const name = relative(station.home, path);
    if (name.startsWith(cdr) || Object.values(folders).some((folder) => name.startsWith(`${folder}/`)))
      continue;
    // A journal that SQLite has just taken away holds nothing any more, nor what is renamed once it is whole.
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && /(?:-journal|\.part|\.new)$/.test(name)) return '';
      throw error;
    });
    for (const form of callers.flatMap(formsOf))
      if (bytes.includes(form) || name.includes(form)) found.push(`${name}: ${form}`);
  }
  return found;
}

/** The tables of which some row holds a form of a caller's number. */
async function tablesWithNumbers(): Promise<readonly string[]> {
  const layout = layoutOf({ YIHAO_HOME: station.home, YIHAO_PORT_BASE: String(portBase) });
  const database = new pg.Client(await databaseUrl(layout));
  await database.connect();
  try {
    const { rows } = await database.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const wanted = `(${callers.map((last4) => `0000[ -]?${last4}`).join('|')})`;
      const { rowCount } = await database.query(
        `SELECT 1 FROM "${name}" AS row WHERE row::text ~ $1 LIMIT 1`,
        [wanted],
      );
      if (rowCount !== 0) found.push(name);
    }
    return found;
  } finally {
    await database.end();
  }
}

/** Calls and hangs up again before anybody answers. */
async function giveUp(
  number: string,
  whileHearing: (call: Awaited<ReturnType<typeof dial>>) => Promise<unknown>,
) {
  const call = await dial(number);
  await whileHearing(call);
  await call.hangUp();
}

async function dial(number: string, headers: Readonly<Record<string, string>> = {}) {
  const citizen = await station.citizen(number.slice(-4), { number });
  return citizen.call('12345', { headers, from: { user: number, displayName: `Caller ${number}` } });
}

/** Messages no phone would send, from the carrier and from a stranger: what a server complains of, it tends to quote. */
async function sendOddities(number: string): Promise<void> {
  const line = `sip:${number}@127.0.0.1:18610`;
  const message = (method: string, more: string, body: string) =>
    [
      `${method} ${line} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.2:24190;branch=z9hG4bK${method}${body.length}${more.length};rport`,
      `From: "${number}" <sip:${number}@127.0.0.2>;tag=x`,
      `To: <${line}>`,
      `Contact: <sip:${number}@127.0.0.2:24190>`,
      `Call-ID: ${method}${body.length}${more.length}`,
      `CSeq: 1 ${method}`,
      'Max-Forwards: 70',
      ...(more === '' ? [] : [more]),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  const noCodec =
    'v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=audio 24192 RTP/AVP 127\r\n';
  const sdp = 'Content-Type: application/sdp';
  const texts = [
    `INVITE ${number} ${number}\r\nFrom: ${number}\r\n\r\n`,
    `${number}\r\n\r\n`,
    message('INVITE', 'From: <<<', ''),
    message('INVITE', sdp, noCodec),
    message('INVITE', sdp, `v=${number}\r\n`),
    message('INVITE', 'Content-Type: text/plain', number),
    message('INVITE', `Require: ${number}`, ''),
    message('INVITE', `P-Asserted-Identity: <sip:${number}`, ''),
    message('INVITE', `Diversion: ${number}`, ''),
    message('MESSAGE', 'Content-Type: text/plain', number),
    message('SUBSCRIBE', 'Event: presence', ''),
    message('REGISTER', 'Expires: 60', ''),
    message('REFER', `Refer-To: <sip:${number}@127.0.0.3>`, ''),
    message('NOTIFY', `Event: ${number}`, ''),
    message('OPTIONS', '', ''),
    message('CANCEL', '', ''),
    message('BYE', '', ''),
    message('INFO', 'Content-Type: application/dtmf-relay', `Signal=${number}\r\n`),
  ];
  for (const host of ['127.0.0.2', '127.0.0.3']) {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, host, resolve));
    for (const text of texts) {
      for (const wording of [text, text.replaceAll(line, line.replace(number, '12345'))]) {
        await new Promise((resolve) => socket.send(wording, 18610, '127.0.0.1', resolve));
      }
    }
    await pause(300);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

t.test('a whole run: a talk, give-ups, feature codes, strange calls, parts that die', async (t) => {
  const seat = await station.seat('1001');
  const call = await dial('031100007391', {
    Diversion: '<sip:031100007396@carrier.example>;reason=unconditional',
  });
  const ringing = await seat.phone.incoming();
  await call.untilUp();
  t.equal(ringing.remote.number, '031100007391', 'who may see the number sees it on his phone');
  await station.until('AgentConnected', async () => (await station.facts('AgentConnected'))[0], 15_000);
  await pause(2_500);
  await seat.act('break', { reason: 'rest' });
  await ringing.hangUp();
  await call.untilEnded();

  const other = await station.seat('1002', { ready: false });
  await other.act('sign-out');
  const login = await other.phone.call('*201002#');
  await login.untilUp();
  await login.sendDigits(`${await station.pin('1002')}#`);
  await station.until('signed in', async () => ((await other.state()) === 'offline' ? undefined : true));
  await login.hangUp();

  await giveUp('+8631100007392', (waiting) => waiting.untilAudio());
  const elsewhere = await (await station.citizen('7393')).call('031100007393', { toUser: '031100007393' });
  await elsewhere.untilUp();
  await elsewhere.hangUp();
  const strange = await dial('31100007393', {
    'P-Asserted-Identity': '"x" <sip:+8631100007393@y>',
    Privacy: 'id',
  });
  await strange.untilUp();
  await strange.hangUp();
  await sendOddities('031100007396');

  await station.parts.redis.stop();
  await station.parts.postgres.stop();
  await giveUp('00863110000 7394'.replace(' ', ''), (waiting) => waiting.untilAudio());
  await station.parts.postgres.start();
  await station.parts.redis.start();

  const cut = await dial('86031100007394');
  await cut.untilUp();
  await station.parts.service.kill('SIGKILL');
  await pause(500);
  await giveUp('031100007395', (away) => away.untilAudio());
  await station.restartService();
  await cut.hangUp();

  const lost = await dial('031100007395');
  await lost.untilUp();
  await station.parts.asterisk.kill('SIGKILL');
  await station.until('lost', async () => (await station.facts('PartLost'))[0]).catch(() => undefined);
  await station.parts.asterisk.start();
  await station.until('ready', async () =>
    (await station.api('GET', '/readyz')).status === 200 ? true : undefined,
  );
});

t.test('no part may leave a core dump, which would hold the numbers it had in memory', async (t) => {
  for (const part of Object.values(station.parts)) {
    const limits = await readFile(`/proc/${String(part.pid)}/limits`, 'utf8');
    t.match(limits, /^Max core file size +0 +0 /m, part.name);
  }
});

t.test('what people may ask shows masked numbers only', async (t) => {
  const { body } = await station.api('GET', '/api/v1/contacts');
  const answers = [body, (await station.api('GET', '/api/v1/live')).body];
  const text = JSON.stringify(answers);
  t.match(text, '0311-****7391');
  t.same(
    callers.flatMap(formsOf).filter((form) => text.includes(form)),
    [],
  );
});

t.test('no file holds a number but those that may', async (t) => {
  t.same(await leaks(), []);
  t.same(await tablesWithNumbers(), ['caller'], 'of the tables one');
});

t.test('nor after everything has ended', async (t) => {
  await station.parts.service.stop();
  await station.parts.asterisk.stop();
  t.same(await leaks(), []);
});
