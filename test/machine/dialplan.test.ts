// What Asterisk does by itself, on real calls: whom it lets in, what may be dialled, what it hands to the service, and what a citizen hears while the
// service is away.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import t from 'tap';
import { WebSocket } from 'ws';
import { makeSecrets } from '../../scripts/install/secrets.mjs';
import { startAsterisk } from '../../scripts/run/asterisk.mjs';
import { layoutOf } from '../../scripts/run/layout.mjs';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { createPhone, type Phone } from '../phones/phone.js';

const run = promisify(execFile);
const home = await mkdtemp(path.join(tmpdir(), 'yihao-dialplan-'));
const ports = {
  YIHAO_PORT_BASE: '14340',
  YIHAO_SIP_PORT: '15060',
  YIHAO_RTP_START: '16000',
  YIHAO_RTP_END: '16199',
};
const layout = layoutOf({
  ...process.env,
  ...ports,
  YIHAO_HOME: home,
  YIHAO_FLOWS: path.join(home, 'flows'),
});
const server = { host: '127.0.0.1', port: layout.sipPort };

/** Each sound is a tone of its own, so that what is heard can be told. */
const tones = { 'away-try': 600, 'away-sorry': 800, full: 1000, 'a-fail': 1200 };
const musicHz = 400;
const makeTone = (file: string, hz: number, seconds: number) =>
  run('sox', [
    '-n',
    '-r',
    '8000',
    '-c',
    '1',
    '-b',
    '16',
    file,
    'synth',
    `${seconds}`,
    'sine',
    `${hz}`,
    'gain',
    '-6',
  ]);

await makeSecrets(layout.secrets);
const prompts = path.join(layout.sounds, 'yihao');
for (const folder of [layout.flows, prompts, layout.moh]) await mkdir(folder, { recursive: true });
await writeFile(path.join(layout.secrets, 'trunk-named'), 'p;a\\ss\n');
await writeFile(
  path.join(layout.flows, 'trunks.yaml'),
  `maxCalls: 9
dutyPhones: [{ device: '8001' }]
trunks:
  - { id: carrier, kind: address, addresses: ['127.0.0.2'], trustIdInbound: false, maxLines: 3 }
  - { id: trusting, kind: address, addresses: ['127.0.0.4/32'], trustIdInbound: true, maxLines: 3 }
  - { id: named, kind: registration, addresses: ['127.0.0.3'], maxLines: 3, didFrom: to, server: '127.0.0.3:15999',
      username: '3110000', passwordFile: trunk-named }
`,
);
for (const [name, hz] of Object.entries(tones)) await makeTone(path.join(prompts, `${name}.wav`), hz, 2);
await makeTone(path.join(layout.moh, 'music.wav'), musicHz, 30);

const asterisk = await startAsterisk(layout);
const password = (await readFile(path.join(layout.secrets, 'ari'), 'utf8')).trim();
const authorization = `Basic ${Buffer.from(`yihao:${password}`).toString('base64')}`;
const ari = (method: string, place: string, body?: unknown) =>
  fetch(`http://127.0.0.1:${layout.ariPort}/ari/${place}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(5000),
  });

/** Makes a SIP account, as the service does. */
async function makeDevice(id: string, secret = `secret-${id}`): Promise<void> {
  const media = { media_address: '127.0.0.1', bind_rtp_to_media_address: 'yes', direct_media: 'no' };
  const endpoint = {
    context: 'agents',
    disallow: 'all',
    allow: 'alaw,ulaw',
    auth: id,
    aors: id,
    language: 'zh',
    allow_overlap: 'no',
    ...media,
  };
  const objects = {
    auth: { auth_type: 'digest', username: id, password: secret },
    aor: { max_contacts: '1', remove_existing: 'yes' },
    endpoint,
  };
  for (const [kind, fields] of Object.entries(objects)) {
    const pairs = Object.entries(fields).map(([attribute, value]) => ({ attribute, value }));
    await ari('PUT', `asterisk/config/dynamic/res_pjsip/${kind}/${id}`, { fields: pairs });
  }
}

/** The rows of the call record file, newest last, by column. */
async function callRows(): Promise<
  readonly { sipCallId: string; mark: string; caller: string; redirecting: string }[]
> {
  const text = await readFile(path.join(layout.cdr, 'calls.csv'), 'utf8').catch(() => '');
  const rows = text.split('\n').filter((line) => line !== '');
  return rows.map((line) => {
    const cells = line.slice(1, -1).split('","');
    return {
      caller: cells[6] ?? '',
      redirecting: cells[8] ?? '',
      mark: cells[10] ?? '',
      sipCallId: cells[11] ?? '',
    };
  });
}

/** The mark of one call's row. */
async function markOf(call: Call): Promise<string | undefined> {
  for (let tries = 0; tries < 40; tries += 1) {
    const row = (await callRows()).find(({ sipCallId }) => sipCallId === call.sipCallId);
    if (row !== undefined) return row.mark;
    await sleep(50);
  }
  return undefined;
}

/** The share of one tone in what was heard in a stretch after the answer. */
const heardAfterAnswer = (call: Call, hz: number, fromMs: number, toMs: number) => {
  const answeredAtMs = call.answeredAtMs ?? 0;
  return heard(call, { hz, fromMs: answeredAtMs + fromMs, toMs: answeredAtMs + toMs });
};

/** The status that ends a call which is refused. */
async function statusOf(phone: Phone, target: string): Promise<number | undefined> {
  const call = await phone.call(target);
  return (await call.untilEnded()).status;
}

const citizen = '13900000000'; // assigned to nobody
const carrier = await createPhone({ user: citizen, server, bind: { host: '127.0.0.2' } });
const named = await createPhone({ user: citizen, server, bind: { host: '127.0.0.3' } });
const stranger = await createPhone({ user: 'carrier', server, bind: { host: '127.0.0.1' } });
await makeDevice('8001');
await makeDevice('8002');
const agent = await createPhone({
  user: '8001',
  password: 'secret-8001',
  server,
  bind: { host: '127.0.0.1' },
  toneHz: 700,
});

t.teardown(async () => {
  for (const phone of [carrier, named, stranger, agent]) await phone.close();
  await asterisk.stop();
  await rm(home, { recursive: true, force: true });
});

const uriOf = (user: string) => `sip:${user}@127.0.0.1:${layout.sipPort}`;
const forbidden = [
  '0',
  '00',
  '9',
  '110',
  '*',
  '*8',
  '*43',
  '12346',
  '912345',
  '8002',
  uriOf('12345%40evil.example'),
];

// Begins now and takes a minute: it is looked at when the quick things are done.
const patient = await carrier.call('12345');

t.test('whatever number a trunk delivers is taken in; what is no number is answered 404', async (t) => {
  const [codes, numbers] = [/^\*/, /^[^*]/].map((form) => forbidden.filter((target) => form.test(target)));
  for (const target of codes ?? []) t.equal(await statusOf(carrier, target), 404, target);
  for (const target of [...(numbers ?? []), '031112345', '+8631112345']) {
    const call = await carrier.call(target);
    await call.untilUp();
    await call.hangUp();
  }
});

t.test('a trunk that rings our account is judged by the To header', async (t) => {
  const call = await named.call('3110000', { toUser: '12345' });
  await call.untilUp();
  await call.hangUp();
  const other = await named.call('3110000', { toUser: 'nobody' });
  await other.untilUp();
  await other.hangUp();
  t.equal(await statusOf(named, '12345'), 404, 'nothing but the account may be called there');
});

t.test(
  'there is no anonymous endpoint: who is neither trunk by address nor device by password gets no call',
  async (t) => {
    t.equal(await statusOf(stranger, '12345'), 401, 'a trunk’s name in From is worth nothing');
    const call = await stranger.call('12345', { from: { user: 'anonymous', host: 'anonymous.invalid' } });
    t.equal((await call.untilEnded()).status, 401);
    const endpoints = (await (await ari('GET', 'endpoints')).json()) as readonly { resource: string }[];
    t.same(endpoints.map(({ resource }) => resource).toSorted(), [
      '8001',
      '8002',
      'carrier',
      'named',
      'trusting',
    ]);
  },
);

t.test('an agent’s phone may dial feature codes and nothing else', async (t) => {
  await agent.register();
  for (const target of forbidden.filter((number) => number !== '*43'))
    t.equal(await statusOf(agent, target), 404, target);
  for (const target of ['12345', '*20', '*99', '*110']) t.equal(await statusOf(agent, target), 404, target);
  const call = await agent.call('*22');
  await call.untilUp();
  await call.untilEnded();
  t.ok(
    heardAfterAnswer(call, tones['a-fail'], 300, 1700) > 0.8,
    'without the service he is told that it failed',
  );
  await agent.unregister();
});

t.test('a device’s new password counts from the next registration on', async (t) => {
  const settings = { user: '8002', server, bind: { host: '127.0.0.1' } };
  const before = await createPhone({ ...settings, password: 'secret-8002' });
  await before.register();
  await before.unregister();
  await makeDevice('8002', 'another-secret');
  await t.rejects(before.register(), 'the old one is refused');
  const after = await createPhone({ ...settings, password: 'another-secret' });
  await after.register();
  await Promise.all([before.close(), after.close()]);
});

t.test(
  'while the service is away: the word first, then music, and the row says so, for its owner’s eyes',
  async (t) => {
    const call = await carrier.call('12345');
    await call.untilUp();
    await sleep(4500);
    t.ok(heardAfterAnswer(call, tones['away-try'], 200, 1800) > 0.8, 'help is being sought');
    t.ok(heardAfterAnswer(call, musicHz, 2300, 4000) > 0.8, 'music');
    await call.hangUp();
    t.equal(await markOf(call), 'away');
    t.equal((await stat(path.join(layout.cdr, 'calls.csv'))).mode & 0o777, 0o600);
  },
);

t.test('a duty phone that picks up gets the waiting caller', async (t) => {
  await agent.register();
  const call = await carrier.call('12345');
  const ringing = await agent.incoming();
  await sleep(500);
  await ringing.answer();
  await sleep(2500);
  t.ok(
    heard(call, { hz: 700, fromMs: Date.now() - 1000, toMs: Date.now() }) > 0.8,
    'the caller hears the duty phone',
  );
  await call.hangUp();
  await ringing.untilEnded();
  t.equal(await markOf(call), 'duty');
  await agent.unregister();
});

t.test('above the lines of a trunk a caller hears that they are full, and the row says so', async (t) => {
  const two = [await carrier.call('12345'), await carrier.call('12345')]; // with the patient one: three
  for (const call of two) await call.untilUp();
  const fourth = await carrier.call('12345');
  await fourth.untilEnded();
  t.ok(heardAfterAnswer(fourth, tones.full, 300, 1700) > 0.8);
  t.equal(await markOf(fourth), 'full');
  for (const call of two) await call.hangUp();
});

t.test('after a minute without anybody: the apology, and the call ends', { timeout: 90_000 }, async (t) => {
  const end = await patient.untilEnded(75_000);
  t.equal(end.by, 'remote');
  const lastedMs = (patient.endedAtMs ?? 0) - (patient.answeredAtMs ?? 0);
  t.ok(lastedMs > 60_000 && lastedMs < 70_000, `${lastedMs} ms`);
  t.ok(heardAfterAnswer(patient, tones['away-sorry'], lastedMs - 1700, lastedMs - 300) > 0.8);
  t.equal(await markOf(patient), 'away');
});

/** Of a call that no sub-centre hands over: none of the five headers. */
const noHandOver = ['', '', '', '', ''];

t.test('what the service is told of a call', async (t) => {
  const waiting = await carrier.call('12345');
  await waiting.untilUp();
  const socket = new WebSocket(`ws://127.0.0.1:${layout.ariPort}/ari/events?app=yihao`, {
    headers: { authorization },
  });
  t.teardown(() => socket.terminate());
  const starts: {
    readonly args: readonly string[];
    readonly channel: { readonly id: string; readonly state: string };
  }[] = [];
  socket.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString()) as (typeof starts)[number] & { readonly type: string };
    if (event.type === 'StasisStart') starts.push(event);
  });
  const nextStart = async () => {
    for (let tries = 0; tries < 100 && starts.length === 0; tries += 1) await sleep(50);
    const start = starts.shift();
    if (start !== undefined) await ari('DELETE', `channels/${start.channel.id}`);
    return start;
  };
  const facts = async (call: Call) => ({
    expected: call.sipCallId.replace(/,/g, ''),
    ...(await nextStart()),
  });

  const held = await facts(waiting);
  t.same(held.args, [
    'arrive',
    'carrier',
    '12345',
    '',
    '12345',
    citizen,
    'allowed_not_screened',
    held.expected,
    ...noHandOver,
  ]);
  t.equal(held.channel?.state, 'Up', 'a caller held while the service was away comes with the same facts');
  await waiting.untilEnded();
  t.equal(await markOf(waiting), 'stasis');

  const diverted = await facts(
    await carrier.call('12345', {
      toUser: '12358',
      headers: { Diversion: '<sip:12358@carrier.example>;reason=unconditional' },
    }),
  );
  t.same(diverted.args?.slice(2, 5), ['12345', '12358', '12358']);
  t.equal(diverted.channel?.state, 'Ring', 'nobody answers before the service does');
  const history = ['<sip:12333@carrier.example>;index=1', '<sip:12345@carrier.example;cause=302>;index=1.1'];
  const forwarded = await facts(await carrier.call('12345', { headers: { 'History-Info': history } }));
  t.equal(forwarded.args?.[3], '12333');

  const asserted = { 'P-Asserted-Identity': '<sip:03110000000@carrier.example>', Privacy: 'id' };
  const hidden = { from: { user: 'anonymous', host: 'anonymous.invalid' }, headers: asserted };
  t.equal(
    (await facts(await carrier.call('12345', hidden))).args?.[5],
    'anonymous',
    'who is not trusted asserts nothing',
  );
  const trusting = await createPhone({ user: citizen, server, bind: { host: '127.0.0.4' } });
  const known = await facts(await trusting.call('12345', hidden));
  t.equal(known.args?.[5], '03110000000');
  t.match(known.args?.[6], /^prohib/, 'and his wish to stay hidden comes along');
  await trusting.close();

  const forged = await facts(
    await carrier.call('12345', {
      from: { user: '1,2"3\\${EXTEN}' },
      headers: { Diversion: '<sip:1%2C2%0D3@x>', 'X-Yihao-Contact': '1,2"3${EXTEN}', 'X-Yihao-Heard': 'a,b' },
    }),
  );
  t.equal(forged.args?.length, 8 + noHandOver.length, 'a comma in a header moves no argument');

  await agent.register();
  for (const [dialled, code] of [
    ['*201001#', '*201001#'],
    ['*201001%23', '*201001#'],
    ['*201001', '*201001'],
    ['*21', '*21'],
    ['*23', '*23'],
    ['*234', '*234'],
    ['*264', '*264'],
    ['*43', '*43'],
  ] as const) {
    const call = await agent.call(dialled);
    t.same((await nextStart())?.args, ['feature', '8001', code], dialled);
    await call.untilEnded();
  }
});

t.test('nothing of Asterisk listens for connections beyond loopback', async (t) => {
  const own = [layout.ariPort, layout.amiPort, layout.sipPort].map((port) =>
    port.toString(16).toUpperCase().padStart(4, '0'),
  );
  const sockets = `${await readFile('/proc/net/tcp', 'utf8')}${await readFile('/proc/net/udp', 'utf8')}`;
  const bound = sockets.split('\n').map((line) => line.trim().split(/\s+/)[1] ?? '');
  const places = bound.filter((place) => own.includes(place.split(':')[1] ?? ''));
  t.ok(places.length >= 4);
  t.ok(
    places.every((place) => place.startsWith('0100007F:')),
    places.join(' '),
  );
});
