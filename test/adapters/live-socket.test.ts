// The live views over real websockets: frames, resuming, rights of every role, slow and hostile clients, the metrics.
import fc from 'fast-check';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import t from 'tap';
import { WebSocket } from 'ws';
import { mayWatch, topicAccess, topics, type Watching } from '../../src/adapters/http/access.js';
import { createLiveView, type Position } from '../../src/adapters/http/live-view.js';
import { newAgent } from '../../src/contact/agent-life.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { AppError } from '../../src/errors.js';
import type { LiveFrame } from '../../src/web/live/live-frame.js';
import { applyFrame, type LiveState } from '../../src/web/live/live-state.js';
import { everyone } from './office-accounts.js';
import {
  citizenNumber,
  kioskToken,
  openOffice,
  plainSite,
  siteOfAllRoles,
  startMs,
  type OfficeOptions,
} from './office.js';

interface Frame {
  readonly is: 'snapshot' | 'delta' | 'beat' | 'error';
  readonly view: string;
  readonly stream: string;
  readonly seq: number;
  readonly code?: string;
  readonly data: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The same as text, whatever the order; a section without keys is no section. */
function toldBy(frames: readonly Frame[]): string {
  const sections = Object.entries(fold(frames)?.data ?? {}).flatMap(([section, values]) =>
    Object.entries(values).map(([key, value]) => JSON.stringify([section, key, value])),
  );
  return sections.sort().join('\n');
}

interface Way {
  readonly cookie?: string;
  readonly kiosk?: string;
  readonly origin?: string;
}

const waitMs = 9_000;

/** What a page has after these frames: the pages' own fold. */
function fold(frames: readonly Frame[]): LiveState | undefined {
  return frames.reduce<LiveState | undefined>(
    (state, frame) => applyFrame(state, frame as unknown as LiveFrame),
    undefined,
  );
}

/** An office that listens, and clients of its /ws. */
async function openLive(options: OfficeOptions = {}) {
  const office = await openOffice(options);
  await office.server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = office.server.server.address() as AddressInfo;

  const sockets = new Set<WebSocket>();
  t.teardown(() => {
    for (const socket of sockets) socket.terminate();
  });

  function connect({ cookie, kiosk, origin }: Way = {}) {
    const query = kiosk === undefined ? '' : `?kiosk=${kiosk}`;
    const headers = { ...(cookie !== undefined && { cookie }), ...(origin !== undefined && { origin }) };
    const socket = new WebSocket(`ws://127.0.0.1:${String(port)}/ws${query}`, { headers });
    const frames: Frame[] = [];
    socket.on('message', (data: Buffer) => void frames.push(JSON.parse(data.toString()) as Frame));
    socket.on('error', () => undefined);
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));

    /** Waits until a frame, from the `from`-th on, is what is wanted. */
    async function until(wanted: (frame: Frame) => boolean, from = 0): Promise<Frame> {
      for (const endMs = Date.now() + waitMs; Date.now() < endMs;) {
        const isOver = socket.readyState === socket.CLOSED;
        const found = frames.slice(from).find(wanted);
        if (found !== undefined) return found;
        if (isOver) break;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`not seen in ${JSON.stringify(frames.slice(from)).slice(0, 2_000)}`);
    }

    return {
      socket,
      frames,
      closed,
      until,
      async watch(watch: string, resume?: Position) {
        if (socket.readyState === socket.CONNECTING) await Promise.race([once(socket, 'open'), closed]);
        const from = frames.length;
        socket.send(JSON.stringify({ watch, ...(resume !== undefined && { resume }) }));
        return until(() => true, from);
      },
    };
  }
  const act = (agentId: string, type: 'GoReady' | 'SignOut') =>
    office.world.engine.actOnAgent(agentId as AgentId, { type, by: 'agent' });
  const signIn = (agentId: string) => office.world.signIn(agentId as AgentId, `d${agentId}` as DeviceId);
  return { ...office, port, connect, act, signIn };
}

const stateOf = (frame: Frame, agentId: string) =>
  (frame.data['agents']?.[agentId] as { state?: string } | undefined)?.state;

/** Begun first and looked at last: what takes 5 s happens meanwhile. */
async function beginQuietWatch() {
  const { connect, logIn, call } = await openLive();
  const [stays, leaves] = [await logIn('1001'), await logIn('1002')];
  const [watching, leaving] = [connect(stays), connect(leaves)];
  const { stream } = await watching.watch('wall');
  await leaving.watch('strip');
  const { statusCode } = await call('DELETE /api/v1/session', { cookie: leaves.cookie });
  return { watching, leaving, stream, statusCode };
}
const quietWatch = await beginQuietWatch();

t.test(
  'a snapshot, then what changed; within 200 ms the last value wins; keys that go become null',
  async (t) => {
    const { connect, logIn, signIn, act, world, talk } = await openLive();
    const client = connect({ cookie: (await logIn('1001')).cookie });
    const first = await client.watch('wall');
    t.match(first, { is: 'snapshot', view: 'wall:supervisor', seq: 0, stream: /^[0-9a-f-]{36}$/ });
    t.match(first.data, {
      site: {
        title: plainSite.entries.get(plainSite.mainEntryId)?.name,
        answerGoalMs: 15_000,
        version: '0.1.0',
      },
      agents: { 1002: { agentId: '1002', teamId: 'east', state: 'offline', reason: null, name: '演示二' } },
      queues: { general: { name: '综合', waiting: 0, longestSinceMs: null, signedIn: 0, ready: 0 } },
      calls: { talking: 0, waiting: 0, inFlow: 0, longestSinceMs: null },
      alarms: {},
      parts: { telephony: 'connected', store: 'up', database: 'up' },
      contacts: {},
    });
    t.equal(Object.keys(first.data['agents'] ?? {}).length, plainSite.agents.size);

    signIn('1002');
    act('1002', 'SignOut');
    signIn('1002');
    const change = await client.until(({ is, data }) => is === 'delta' && 'agents' in data, 1);
    t.equal(stateOf(change, '1002'), 'ready');
    t.same(Object.keys(change.data['agents'] ?? {}), ['1002'], 'nothing else is sent');
    t.notOk('site' in change.data);
    t.equal(
      client.frames.filter((frame) => stateOf(frame, '1002') !== undefined).length,
      2,
      'one frame for all three',
    );

    const id = await talk();
    const call = await client.until(({ data }) => data?.['contacts']?.[id] !== undefined);
    t.match(call.data['contacts']?.[id], { stage: 'talking', agentId: '1001', callerMasked: '130****0001' });
    t.match(fold(client.frames)?.data['calls'], { talking: 1, waiting: 0 });
    world.engine.alarm('promptMissing', 'greeting', true);
    const alarm = await client.until(
      ({ data }) => data?.['alarms']?.['promptMissing/greeting'] !== undefined,
      1,
    );
    t.match(alarm.data['alarms'], { 'promptMissing/greeting': { level: 'warn', about: 'greeting' } });
    world.engine.alarm('promptMissing', 'greeting', false);
    await client.until(({ data }) => data?.['alarms']?.['promptMissing/greeting'] === null, 1);

    const seqs = client.frames.filter(({ is }) => is === 'delta').map(({ seq }) => seq);
    t.same(
      seqs,
      seqs.map((_, at) => at + 1),
      'no number is left out',
    );
    const later = connect({ cookie: (await logIn('1005')).cookie });
    t.strictSame(
      fold([await later.watch('wall')])?.data,
      fold(client.frames)?.data,
      'deltas lead to the snapshot',
    );
    t.notMatch(JSON.stringify([client.frames, later.frames]), new RegExp(`${citizenNumber}|callerKey`));
  },
);

t.test(
  'figures and trend come from the records; a database away keeps the last ones and says so',
  async (t) => {
    let isAway = false;
    const { connect, logIn, talk, world } = await openLive({
      records: {
        firstArrivalMs: async () => {
          if (isAway) throw new AppError('DATABASE_UNAVAILABLE');
          return startMs - 3 * 86_400_000;
        },
        dataGaps: async () => {
          if (isAway) throw new AppError('DATABASE_UNAVAILABLE');
          return [{ part: 'asterisk', fromMs: startMs, toMs: startMs + 5_000 }];
        },
      },
    });
    await talk();
    world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs: 2_000 });
    await world.runUntil(world.clock.nowMs() + 60_000);
    const client = connect({ cookie: (await logIn('hotline')).cookie });
    const first = await client.watch('wall');
    t.match([first.view, first.data['figures']], ['wall:hotlineAdmin', {}], 'nothing is known yet');
    await client.until(({ data }) => data?.['figures']?.['worst24h'] !== undefined);
    await client.until(({ data }) => data?.['figures']?.['today'] !== undefined);
    const figures = fold(client.frames)?.data['figures'];
    const half = { text: '50.0%', numerator: 1, denominator: 2 };
    t.match(figures, {
      today: { offered: 2, answered: 1, abandoned: 1, answerRate: half, reached: half, gapMs: 5_000 },
      last24h: { answerRate: half, gapMs: 5_000 },
      worst24h: { answerRate: half },
    });
    t.match(JSON.stringify(figures), /"answerRate":\{"text":"50.0%","numerator":1,"denominator":2\}/);
    const trend = fold(client.frames)?.data['trend'] ?? {};
    t.equal(Object.keys(trend).length, 16);
    t.same(trend[String(startMs)], { offered: 2, answered: 1, abandoned: 1 });

    isAway = true;
    await world.runUntil(world.clock.nowMs() + 61_000);
    await client.until(({ data }) => (data?.['parts']?.['database'] as unknown) === 'away', 1);
    t.match(fold(client.frames)?.data['figures'], { today: { offered: 2 } });
    isAway = false;
    await world.runUntil(world.clock.nowMs() + 61_000);
    await client.until(({ is, data }) => is === 'delta' && data['parts']?.['database'] === 'up', 1);
  },
);

t.test(
  'resuming: the missed deltas and no others; an old stream or a long absence gives a snapshot',
  async (t) => {
    const { connect, logIn, signIn, act, world } = await openLive();
    const { cookie } = await logIn('1001');
    const [gone, stays] = [connect({ cookie }), connect({ cookie })];
    const start = await gone.watch('wall');
    await stays.watch('wall');
    gone.socket.close();
    t.equal(await gone.closed, 1005);
    for (const step of [() => signIn('1002'), () => act('1002', 'SignOut'), () => signIn('1002')]) {
      const from = stays.frames.length;
      step();
      await stays.until((frame) => stateOf(frame, '1002') !== undefined, from);
    }
    const { view, stream, seq } = start;
    const back = connect({ cookie });
    await back.watch('wall', { view, stream, seq });
    await back.until((frame) => frame.seq === 3);
    t.same(
      back.frames.slice(0, 3).map((frame) => [frame.is, frame.seq]),
      [
        ['delta', 1],
        ['delta', 2],
        ['delta', 3],
      ],
    );
    const fresh = connect({ cookie });
    const now = await fresh.watch('wall');
    t.strictSame(fold([start, ...back.frames])?.data, fold([now])?.data);
    t.match(await connect({ cookie }).watch('wall', { view: 'wall', stream, seq: 3 }), {
      is: 'beat',
      seq: 3,
    });
    for (const wrong of [
      { view, stream: 'another', seq },
      { view: 'wall:hotlineAdmin', stream, seq },
      { view, stream, seq: 99 },
    ])
      t.match(
        await connect({ cookie }).watch('wall', wrong),
        { is: 'snapshot', seq: 3 },
        JSON.stringify(wrong),
      );
    t.match(await back.watch('wall'), { is: 'snapshot' }, 'whoever missed a frame asks again on his socket');
    await world.runUntil(world.clock.nowMs() + 61_000);
    t.match(await connect({ cookie }).watch('wall', { view, stream, seq }), { is: 'snapshot', stream });

    for (const client of [back, fresh, stays]) client.socket.close();
    signIn('1001');
    const alone = connect({ cookie });
    const last = Math.max(...stays.frames.map((frame) => frame.seq));
    t.match(
      await alone.watch('wall', { view, stream, seq: last }),
      { stream },
      'kept after the last watcher left',
    );
  },
);

t.test(
  'any walk of images: a snapshot and the deltas after it are the later snapshot, with and without a break',
  (t) => {
    const section = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'),
      fc.oneof(fc.integer(), fc.string(), fc.constant(undefined), fc.record({ text: fc.string() })),
      { noNullPrototype: true },
    );
    const images = fc.array(fc.record({ agents: section, calls: section }, { requiredKeys: ['calls'] }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(images, fc.nat(20), (walk, breaksAt) => {
        let [nowMs, at] = [0, 0];
        const view = createLiveView({
          name: 'wall:hotlineAdmin',
          stream: 's',
          nowMs: () => nowMs,
          compute: () => walk[at] ?? {},
        });
        const listen = () => {
          const frames: Frame[] = [];
          const watcher = {
            send: (text: string) => void frames.push(JSON.parse(text) as Frame),
            cut: () => undefined,
          };
          return { frames, watcher };
        };
        const [whole, broken, resumed, fresh] = [listen(), listen(), listen(), listen()];
        view.join(whole.watcher);
        view.join(broken.watcher);
        for (at = 1; at < walk.length; at += 1) {
          nowMs += 200;
          view.look();
          if (at === breaksAt) view.leave(broken.watcher);
        }
        const seq = broken.frames.at(-1)?.seq ?? 0;
        view.join(resumed.watcher, { view: 'wall', stream: 's', seq });
        view.join(fresh.watcher);
        const now = toldBy(fresh.frames);
        if (toldBy(whole.frames) !== now) throw new Error('the deltas lead elsewhere');
        if (toldBy([...broken.frames, ...resumed.frames]) !== now)
          throw new Error('the resume leads elsewhere');
        if (whole.frames.length > walk.length) throw new Error('more frames than images');
      }),
      { numRuns: 200 },
    );
    t.pass('200 walks');
    t.end();
  },
);

t.test('who may watch what: every role and every topic; foreign origins get nowhere', async (t) => {
  const { connect, logIn, call, talk, port } = await openLive({ site: siteOfAllRoles });
  await talk();
  const cookies = await everyone(logIn);
  const ways = {
    ...(Object.fromEntries(Object.entries(cookies).map(([who, cookie]) => [who, { cookie }])) as Record<
      keyof typeof cookies,
      Way
    >),
    wrongToken: { kiosk: `${kioskToken}x`, cookie: (await logIn('hotline')).cookie },
    kiosk: { kiosk: kioskToken },
  } satisfies Record<Watching | 'nobody' | 'pending' | 'wrongToken', Way>;
  const page = readFileSync('docs/api.md', 'utf8');
  for (const topic of topics) {
    const row = `| \`${topic}\` | ${topicAccess[topic].join(', ')} |`;
    t.ok(page.replaceAll(/ +/g, ' ').includes(row), `${topic} in docs/api.md`);
    for (const [who, way] of Object.entries(ways) as [string, Way][]) {
      const client = connect(way);
      const isKnown = !['nobody', 'pending', 'wrongToken'].includes(who);
      const frame = isKnown ? await client.watch(topic) : await client.until(() => true);
      if (isKnown && mayWatch(topic, who as Watching)) {
        t.match(frame, { is: 'snapshot', view: topic === 'wall' ? `wall:${who}` : /^strip:\w+:100[129]$/ });
        const leads = ['supervisor', 'hotlineAdmin', 'province'].includes(who);
        t.equal('contacts' in frame.data, leads && topic === 'wall', `${who} ${topic}: contacts`);
        if (topic === 'wall') t.equal(/演示|130\*+|callerMasked/.test(JSON.stringify(frame)), leads, who);
        client.socket.close();
        continue;
      }
      const code =
        { nobody: 'LOGIN_NEEDED', pending: 'LOGIN_NEEDED', wrongToken: 'KIOSK_TOKEN_WRONG' }[who] ??
        'FORBIDDEN';
      t.match(frame, { is: 'error', code, message: /[\u4e00-\u9fff]/ }, `${who} ${topic}`);
      t.equal(await client.closed, 1008);
    }
  }

  const kiosk = connect(ways.kiosk);
  const { data } = await kiosk.watch('wall');
  t.match(data['agents'], { 1001: { agentId: '1001', state: 'talking' } }, 'agents by 工号');
  t.notMatch(JSON.stringify(data), new RegExp(`${citizenNumber}|name":"演示`));
  for (const path of ['live', 'me', 'kpis', 'contacts'])
    t.equal((await call(`GET /api/v1/${path}?kiosk=${kioskToken}`)).statusCode, 401, path);
  t.match(await kiosk.watch('strip'), { is: 'error' }, 'one view a socket');

  for (const origin of ['https://evil.test', 'null', `http://127.0.0.1:${String(port + 1)}`]) {
    const foreign = connect({ ...ways.hotlineAdmin, origin });
    const [, response] = (await once(foreign.socket, 'unexpected-response')) as [
      unknown,
      { statusCode: number },
    ];
    t.equal(response.statusCode, 403, origin);
  }
  const own = connect({ ...ways.hotlineAdmin, origin: `http://127.0.0.1:${String(port)}` });
  t.match(await own.watch('wall'), { is: 'snapshot' });
  t.equal((await call('GET /ws')).statusCode, 426);

  // As Java's HttpClient and curl --http2 do: such an offer may be passed over, never refused.
  const offering = request({
    host: '127.0.0.1',
    port,
    path: '/api/v1/session',
    method: 'POST',
    headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'content-type': 'application/json' },
  });
  offering.end('{"user":"1002","password":"246802"}');
  const [answer] = (await once(offering, 'response')) as [IncomingMessage];
  t.equal(answer.resume().statusCode, 200, 'an offer of h2c is no websocket');
});

t.test(
  'the strip: oneself, the own call and nobody else’s, the caller’s calls today, the own day',
  async (t) => {
    const { connect, logIn, talk, world } = await openLive();
    const own = connect({ cookie: (await logIn('1001')).cookie });
    const other = connect({ cookie: (await logIn('1002')).cookie });
    t.match((await own.watch('strip')).data, {
      me: { agent: { agentId: '1001', state: 'offline' } },
      contact: {},
    });
    await other.watch('strip');
    const talked = async (callsToday: number) => {
      const from = own.frames.length;
      const id = await talk();
      const known = ({ data }: Frame) =>
        (data?.['contact']?.['current'] as { callsToday?: number } | undefined)?.callsToday === callsToday;
      const { data } = await own.until(known, from);
      t.match(data['contact'], {
        current: {
          contactId: id,
          stage: 'talking',
          callerMasked: '130****0001',
          queueName: '综合',
          entryName: plainSite.entries.get(plainSite.mainEntryId)?.name,
          region: null,
        },
      });
      world.engine.actOnContact(id, { type: 'AgentReleased', agentId: '1001' as AgentId });
      await world.runUntil(world.clock.nowMs() + 20_000);
    };
    await talked(1);
    await own.until(
      ({ data }) =>
        typeof (data?.['me']?.['agent'] as Record<string, unknown>)?.['wrapUpEndsAtMs'] === 'number',
    );
    await own.until(({ data }) => data?.['day']?.['answered'] === 1);
    t.equal(fold(own.frames)?.data['day']?.['missed'], 0, 'and nothing left unanswered');
    await world.runUntil(world.clock.nowMs() + 60_000);
    await own.until(({ is, data }) => is === 'delta' && data['contact']?.['current'] === null);
    await talked(2);
    t.match(fold(other.frames)?.data['contact'] ?? {}, {}, 'another agent sees nothing of it');
    t.notMatch(JSON.stringify(other.frames), /130\*|talking/);
    t.notMatch(JSON.stringify(own.frames), new RegExp(`${citizenNumber}|callerKey`));
  },
);

t.test('a view that cannot be computed ends its sockets, and nothing else', async (t) => {
  let isBroken = false;
  const { connect, logIn, logged, call } = await openLive({
    engine: (own) => ({
      ...own,
      agents() {
        if (isBroken) throw new Error('a fault of ours');
        return own.agents();
      },
    }),
  });
  const { cookie } = await logIn('hotline');
  const client = connect({ cookie });
  await client.watch('wall');
  isBroken = true;
  t.match(await client.until(({ is }) => is === 'error'), { code: 'INTERNAL_FAULT' });
  t.equal(await client.closed, 1011);
  t.match(await connect({ cookie }).watch('wall'), { is: 'error', code: 'INTERNAL_FAULT' });
  t.equal((await call('GET /healthz')).statusCode, 200);
  t.match(logged.filter(({ level }) => level === 'error').at(0)?.message, 'a live view failed');
  isBroken = false;
  t.match(await connect({ cookie }).watch('wall'), { is: 'snapshot', seq: 0 }, 'and comes back by itself');
});

t.test('a client that does not read is cut off at 1 MB, and nobody else notices', async (t) => {
  const crowd = Array.from({ length: 8_000 }, (_, n) => String(20_000 + n) as AgentId);
  const profile = plainSite.agents.get('1002' as AgentId);
  if (profile === undefined) throw new Error('no 1002');
  const site = { ...plainSite, agents: new Map(crowd.map((id) => [id, { ...profile, id }])) };
  const { connect, call } = await openLive({
    site,
    // Everybody changes at every look: some 900 KB a frame.
    engine: (own) => ({ ...own, agents: () => crowd.map((id) => newAgent(id, Date.now())) }),
  });
  const [slow, fine] = [connect({ kiosk: kioskToken }), connect({ kiosk: kioskToken })];
  await Promise.all([slow.watch('wall'), fine.watch('wall')]);
  slow.socket.pause();
  const watchers = async () => /^yihao_live_watchers (\d)$/m.exec((await call('GET /metrics')).body)?.[1];
  t.equal(await watchers(), '2');
  for (const endMs = Date.now() + 10_000; (await watchers()) === '2' && Date.now() < endMs;)
    await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(await watchers(), '1');
  slow.socket.resume();
  t.equal(await slow.closed, 1013);
  const from = fine.frames.length;
  await fine.until(({ is }) => is === 'delta', from);
  fine.socket.close();
});

t.test('1,000 messages of nonsense, broken frames, floods: refusals, never a fault', async (t) => {
  const { connect, call, logIn, logged } = await openLive();
  const { cookie } = await logIn('1001');
  const word = fc.oneof(fc.string(), fc.constantFrom('wall', 'strip', '__proto__', 'wall:hotlineAdmin'));
  const value = fc.oneof(
    word,
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.array(word, { maxLength: 2 }),
  );
  const nonsense = fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.string({ maxLength: 200 }),
    fc
      .dictionary(fc.constantFrom('watch', 'resume', '__proto__', 'x'), value)
      .map((ask) => JSON.stringify(ask)),
    fc
      .record({
        watch: fc.constant('wall'),
        resume: fc.dictionary(fc.constantFrom('view', 'stream', 'seq', 'x'), value),
      })
      .map((ask) => JSON.stringify(ask)),
    fc.uint8Array({ maxLength: 100 }),
    fc.integer({ min: 3_000, max: 6_000 }).map((length) => `"${'x'.repeat(length)}"`),
  );
  const answers = new Set<string>();
  async function tell(message: string | Uint8Array): Promise<void> {
    const client = connect({ cookie });
    await once(client.socket, 'open');
    client.socket.send(message);
    const code = await Promise.race([client.closed, client.until(() => true).then(({ is }) => is)]);
    answers.add(String(code));
    client.socket.terminate();
  }
  const messages = fc.sample(nonsense, { numRuns: 1_000, seed: 12_345 });
  for (let at = 0; at < messages.length; at += 25) await Promise.all(messages.slice(at, at + 25).map(tell));
  t.same(
    [...answers].filter((answer) => !['error', 'snapshot', '1009', '1008'].includes(answer)),
    [],
  );
  t.ok(answers.has('error') && answers.has('1009'), [...answers].join(' '));

  for (const bytes of fc.sample(fc.uint8Array({ minLength: 1, maxLength: 40 }), { numRuns: 100, seed: 1 })) {
    const client = connect({ cookie });
    await once(client.socket, 'open');
    const { _socket } = client.socket as unknown as { _socket: Socket };
    _socket.write(bytes);
    _socket.destroy();
  }
  const flooding = connect({ cookie });
  await flooding.watch('wall');
  for (let asks = 0; asks < 40; asks += 1) flooding.socket.send('{"watch":"wall"}');
  t.match(await flooding.until(({ is }) => is === 'error'), { code: 'RATE_LIMITED' });
  t.equal(await flooding.closed, 1008);
  const other = connect({ cookie });
  await other.watch('wall');
  t.match(await other.watch('strip'), { is: 'error', code: 'REQUEST_INVALID' }, 'one view a socket');

  t.match(await connect({ cookie }).watch('wall'), { is: 'snapshot' });
  t.equal((await call('GET /healthz')).statusCode, 200);
  t.same(
    logged.filter(({ level }) => level === 'error'),
    [],
  );
  t.notMatch(JSON.stringify(logged), new RegExp(kioskToken));
});

t.test('/metrics tells counts and parts, of nobody', async (t) => {
  const { call, talk, world, connect } = await openLive();
  await talk();
  world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs: null });
  await world.runUntil(world.clock.nowMs() + 4_000);
  await connect({ kiosk: kioskToken }).watch('wall');
  const { body, headers } = await call('GET /metrics');
  t.match(String(headers['content-type']), /^text\/plain/);
  for (const line of [
    'yihao_agents{state="talking"} 1',
    'yihao_agents{state="hold"} 0',
    'yihao_contacts{stage="talking"} 1',
    'yihao_contacts{stage="waiting"} 1',
    'yihao_queue_waiting{queue="general"} 1',
    'yihao_queue_longest_wait_seconds{queue="general"} 4',
    'yihao_part_up{part="telephony"} 1',
    'yihao_part_up{part="store"} 1',
    'yihao_part_up{part="database"} 1',
    'yihao_live_watchers 1',
  ])
    t.ok(body.includes(`${line}\n`), line);
  t.match(body, /^yihao_event_loop_delay_p99_seconds \d/m);
  t.match(body, /^process_resident_memory_bytes \d/m);
  t.notMatch(body, new RegExp(`${citizenNumber}|130\\*|演示|\\b1001\\b`));
  world.store.lose('test');
  await world.runUntil(world.clock.nowMs() + 1_000);
  t.ok((await call('GET /metrics')).body.includes('yihao_part_up{part="store"} 0\n'));
});

t.test('a beat every 5 s; a log-out ends the socket', async (t) => {
  const { watching, leaving, stream, statusCode } = quietWatch;
  t.equal(statusCode, 204);
  t.match(await leaving.until(({ is }) => is === 'error'), { code: 'LOGIN_NEEDED' });
  t.equal(await leaving.closed, 1008);
  const beat = await watching.until(({ is }) => is === 'beat');
  t.match(beat, { stream, view: 'wall:supervisor' });
  const before = watching.frames.slice(0, watching.frames.indexOf(beat));
  t.equal(beat.seq, before.at(-1)?.seq, 'the last frame’s number');
});
