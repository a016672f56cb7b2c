// The ARI client against a server that misbehaves in every way a network and a booting Asterisk can.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  createAriClient,
  type AriClient,
  type AriClientOptions,
  type AriHandlers,
} from '../../src/adapters/asterisk/ari-client.js';
import { isGone } from '../../src/adapters/asterisk/ari-rest.js';
import { phoneEndpoint } from '../../src/adapters/asterisk/dial-endpoint.js';
import type { DeviceId } from '../../src/contact/ids.js';
import { AppError } from '../../src/errors.js';

/** Quick times, so that minutes of trouble fit into a test. */
const QUICK = { app: 'yihao', user: 'u', password: 'p', deadlineMs: 300, backoffMinMs: 5, backoffMaxMs: 40 };

/** How the fake server treats one request; `undefined` is Asterisk's ordinary answer. */
type Route = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A server that answers like Asterisk unless told otherwise. */
interface FakeAri {
  readonly baseUrl: string;
  /** Every request as `METHOD path`, every upgrade as `UPGRADE path`. */
  readonly seen: string[];
  /** The open event sockets, oldest first. */
  readonly sockets: WebSocket[];
  /** Looks at a request first; false leaves it to the ordinary answer. */
  route: Route;
  /** What an upgrade is answered with: 101, or a refusal, or 0 for nothing at all. */
  upgrade: () => number;
  /** False: pings stay unanswered, as on a line that swallows everything. */
  pongs: boolean;
  send(event: unknown): void;
  down(): Promise<void>;
  up(): Promise<void>;
}

async function startFake(test: Test): Promise<FakeAri> {
  const connections = new Set<Socket>();
  const seen: string[] = [];
  const sockets: WebSocket[] = [];
  const websockets = new WebSocketServer({ noServer: true, autoPong: false });
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (!fake.route(request, response))
      response.setHeader('content-type', 'application/json').end('{"ok":true}');
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('error', () => undefined).once('close', () => connections.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    seen.push(`UPGRADE ${request.url}`);
    const status = fake.upgrade();
    if (status === 0) return;
    if (status !== 101) return socket.end(`HTTP/1.1 ${status} no\r\ncontent-length: 0\r\n\r\n`);
    websockets.handleUpgrade(request, socket, head, (websocket) => {
      sockets.push(websocket);
      websocket.on('ping', (data) => fake.pongs && websocket.pong(data));
      websocket.on('close', () => sockets.splice(sockets.indexOf(websocket), 1));
    });
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const fake: FakeAri = {
    baseUrl: `http://127.0.0.1:${port}/ari`,
    seen,
    sockets,
    route: () => false,
    upgrade: () => 101,
    pongs: true,
    send: (event) =>
      sockets.forEach((websocket) =>
        websocket.send(typeof event === 'string' ? event : JSON.stringify(event)),
      ),
    async down() {
      const closed = new Promise((resolve) => server.close(resolve));
      connections.forEach((socket) => socket.destroy());
      await closed;
    },
    up: () => listen(port),
  };
  test.teardown(() => fake.down().catch(() => undefined));
  return fake;
}

/** A client on `fake` whose handlers write down what they are told. */
function startClient(
  test: Test,
  fake: FakeAri,
  options: Partial<AriClientOptions> = {},
  own: Partial<AriHandlers> = {},
) {
  const client = createAriClient({ ...QUICK, ...options, baseUrl: fake.baseUrl });
  const told: string[] = [];
  const troubles: Error[] = [];
  const handlers: AriHandlers = {
    onConnected: async () => void told.push('connected'),
    onEvent: (event) => told.push(event.type),
    onDisconnected: () => told.push('disconnected'),
    onReplaced: () => told.push('replaced'),
    onSick: () => told.push('sick'),
    onWell: () => told.push('well'),
    onTrouble: (error) => troubles.push(error),
    ...own,
  };
  test.teardown(() => client.close());
  return { client, told, troubles, handlers };
}

/** Waits until `condition` holds; fails the test by throwing after 3 s. */
async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (condition()) return;
    await sleep(5);
  }
  throw new Error(`never happened: ${what}`);
}

async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error(`expected an AppError, got ${String(error)}`);
}

t.test('a request that is never answered costs its deadline and no more', async (t) => {
  const fake = await startFake(t);
  fake.route = () => true;
  const { client } = startClient(t, fake);
  const startedMs = performance.now();
  const error = await failureOf(client.channels.list());
  const tookMs = performance.now() - startedMs;
  t.match(error, {
    code: 'DEADLINE_EXCEEDED',
    details: { part: 'ari', method: 'GET', path: 'channels', deadlineMs: 300 },
  });
  t.ok(tookMs >= 290 && tookMs < 900, `took ${Math.round(tookMs)} ms`);

  fake.route = (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"half":');
    return true;
  };
  t.equal(
    (await failureOf(client.channels.list())).code,
    'DEADLINE_EXCEEDED',
    'nor does half an answer hang',
  );
});

t.test('two hundred requests at once all settle, over eight connections', async (t) => {
  const fake = await startFake(t);
  const ports = new Set<number | undefined>();
  fake.route = (request) => (ports.add(request.socket.remotePort), false);
  const { client } = startClient(t, fake, { deadlineMs: 3_000 });
  const answers = await Promise.all(Array.from({ length: 200 }, () => client.asterisk.ping()));
  t.equal(answers.length, 200);
  t.ok(ports.size <= 8, `${ports.size} connections`);
});

t.test('a phone rings while sixteen other requests are not answered', async (t) => {
  const fake = await startFake(t);
  fake.route = ({ url = '' }) => url.includes('/channels/stuck');
  const { client } = startClient(t, fake);
  const stuck = Array.from({ length: 16 }, () => failureOf(client.channels.hangup('stuck')));
  const leg = {
    channelId: 'leg',
    endpoint: phoneEndpoint('d1001' as DeviceId),
    appArgs: 'leg',
    callerId: '',
  };
  await client.channels.originate({ ...leg, ringTimeoutMs: 9_000 });
  t.equal(fake.seen.filter((one) => one.includes('stuck')).length, 8, 'the others still wait their turn');
  t.ok(fake.seen.includes('POST /ari/channels'));
  await Promise.all(stuck);
});

t.test('after a reset connection only what is safe to repeat is repeated, once', async (t) => {
  const fake = await startFake(t);
  const { client } = startClient(t, fake);
  let resets = 1;
  let then: Route = () => false;
  fake.route = (request, response) => {
    if (resets === 0) return then(request, response);
    resets -= 1;
    request.socket.destroy();
    return true;
  };
  const refuseWith =
    (status: number): Route =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"message":"no"}');
      return true;
    };
  const leg = { channelId: 'id-1', endpoint: phoneEndpoint('1001' as DeviceId), ringTimeoutMs: 8_000 };

  t.same(await client.channels.list(), { ok: true }, 'a listing');

  resets = 2;
  t.match(await failureOf(client.channels.list()), { code: 'ARI_UNAVAILABLE' }, 'but not for ever');

  resets = 1;
  t.match(
    await failureOf(client.channels.answer('c1')),
    { code: 'ARI_UNAVAILABLE' },
    'an answer is not repeated',
  );
  t.equal(fake.seen.filter((line) => line.includes('answer')).length, 1);

  resets = 1;
  then = (request, response) => (request.method === 'GET' ? false : refuseWith(409)(request, response));
  t.same(await client.channels.originate(leg), { ok: true }, 'our own id exists: the leg had been made');
  t.same(fake.seen.slice(-3), ['POST /ari/channels', 'POST /ari/channels', 'GET /ari/channels/id-1']);

  resets = 0;
  t.equal(
    (await failureOf(client.channels.originate(leg))).details.status,
    409,
    'without a reset a 409 is a refusal',
  );

  resets = 1;
  then = refuseWith(404);
  t.equal(await client.channels.hangup('c1'), undefined, 'what we hung up is gone');
});

t.test('a refusal is typed, and its details never hold the query or the body', async (t) => {
  const fake = await startFake(t);
  const { client } = startClient(t, fake);
  const answer =
    (status: number, text: string): Route =>
    (_request, response) => {
      response.writeHead(status).end(text);
      return true;
    };
  fake.route = answer(404, '{"message":"Channel not found"}');
  const gone = await failureOf(client.channels.getVariable('c/1', 'SECRET'));
  t.same(gone.details, {
    status: 404,
    method: 'GET',
    path: 'channels/c%2F1/variable',
    message: 'Channel not found',
  });
  t.equal(gone.code, 'ARI_REFUSED');
  t.ok(isGone(gone));

  fake.route = answer(404, '<html>Not Found</html>');
  const booting = await failureOf(client.channels.get('c1'));
  t.equal(booting.code, 'ARI_UNAVAILABLE', 'a web server without ARI says nothing about channels');
  t.notOk(isGone(booting));

  fake.route = answer(503, '{"message":"Asterisk not booted"}');
  t.equal((await failureOf(client.channels.list())).code, 'ARI_UNAVAILABLE');
  fake.route = answer(401, '{"error":"Authentication required"}');
  t.match(await failureOf(client.channels.list()), { code: 'ARI_REFUSED', details: { status: 401 } });
  fake.route = answer(200, '{"cut');
  t.equal((await failureOf(client.channels.list())).code, 'ARI_UNAVAILABLE');
  await fake.down();
  t.match(await failureOf(client.channels.list()), {
    code: 'ARI_UNAVAILABLE',
    details: { reason: /ECONNREFUSED/ },
  });
});

t.test('personal data goes in bodies, the password in a header: no URL holds either', async (t) => {
  const fake = await startFake(t);
  let authorization: string | undefined;
  fake.route = (request) => ((authorization = request.headers.authorization), false);
  const { client, handlers, told } = startClient(t, fake, { password: 'p w:ü' });
  client.connect(handlers);
  await until(() => told.includes('connected'), 'connected');
  await client.channels.originate({
    channelId: 'x',
    endpoint: phoneEndpoint('1001' as DeviceId),
    callerId: '"A" <02150001234>',
    ringTimeoutMs: 1,
  });
  t.equal(authorization, `Basic ${Buffer.from('u:p w:ü').toString('base64')}`);
  t.same(fake.seen, [
    'GET /ari/asterisk/ping',
    'UPGRADE /ari/events?app=yihao',
    'PUT /ari/applications/yihao/eventFilter',
    'POST /ari/channels',
  ]);
});

t.test(
  'a booting Asterisk is waited for; events that come during the reconcile follow it in order',
  async (t) => {
    const fake = await startFake(t);
    const answers = [404, 503, 503];
    fake.upgrade = () => answers.shift() ?? 101;
    let release = () => {};
    const { client, told, troubles, handlers } = startClient(
      t,
      fake,
      {},
      {
        onConnected: () => {
          told.push('connected');
          return new Promise((resolve) => (release = resolve));
        },
      },
    );
    client.connect(handlers);
    await until(() => told.length === 1, 'connected');
    t.same(
      troubles.map((error) => error instanceof AppError && error.code),
      Array(3).fill('ARI_UNAVAILABLE'),
    );
    t.ok(fake.seen.includes('PUT /ari/applications/yihao/eventFilter'), 'the filter is set by then');
    fake.send({ type: 'StasisStart' });
    fake.send({ type: 'ChannelDestroyed' });
    await sleep(30);
    t.same(told, ['connected'], 'nothing is delivered yet');
    release();
    await until(() => told.length === 3, 'both events');
    fake.send({ type: 'StasisEnd' });
    await until(() => told.length === 4, 'a later one');
    t.same(told, ['connected', 'StasisStart', 'ChannelDestroyed', 'StasisEnd']);
  },
);

t.test('a reconcile that fails begins again with a new socket', async (t) => {
  const fake = await startFake(t);
  let tries = 0;
  const { client, told, troubles, handlers } = startClient(
    t,
    fake,
    {},
    {
      onConnected: async () => {
        tries += 1;
        if (tries === 1) throw new Error('the listing failed');
        told.push('connected');
      },
    },
  );
  client.connect(handlers);
  await until(() => told.includes('connected'), 'connected');
  t.same(told, ['disconnected', 'connected']);
  t.match(troubles, [{ message: 'the listing failed' }]);
});

t.test('unknown events, frames that are none, and a handler that throws end nothing', async (t) => {
  const fake = await startFake(t);
  const { client, told, troubles, handlers } = startClient(
    t,
    fake,
    {},
    {
      onEvent: (event) => {
        if (event.type === 'StasisEnd') throw new Error('cannot deal with it');
        told.push(event.type);
      },
    },
  );
  client.connect(handlers);
  await until(() => told.includes('connected'), 'connected');
  for (const frame of [
    '{"type":"FromTheFuture","x":[1]}',
    'no json',
    'null',
    '[]',
    '{"type":7}',
    '{"type":"StasisEnd"}',
  ])
    fake.send(frame);
  fake.send({ type: 'ChannelHold' });
  await until(() => told.includes('ChannelHold'), 'the last one');
  t.same(told, ['connected', 'FromTheFuture', 'ChannelHold']);
  t.equal(troubles.length, 5);

  const half = Buffer.from([0x81, 126, 1, 0, 0x7b]); // the head of a frame of 256 bytes, and one of them
  (fake.sockets[0] as unknown as { _socket: Socket })._socket.write(half, () => fake.sockets[0]?.terminate());
  await until(
    () => told.filter((word) => word === 'connected').length === 2,
    'reconnected after half a frame',
  );
  fake.send({ type: 'ChannelUnhold' });
  await until(() => told.includes('ChannelUnhold'), 'whole frames are read afterwards');
});

t.test('a line that swallows everything is noticed by pings and replaced', async (t) => {
  const fake = await startFake(t);
  const { client, told, troubles, handlers } = startClient(t, fake, { pingEveryMs: 30 });
  client.connect(handlers);
  await until(() => told.includes('connected'), 'connected');
  await sleep(200);
  t.same(told, ['connected'], 'an answered ping keeps the socket');
  fake.pongs = false;
  await until(() => told.includes('disconnected'), 'noticed');
  fake.pongs = true;
  await until(() => told.filter((word) => word === 'connected').length >= 2, 'back');
  t.match(troubles[0], { code: 'DEADLINE_EXCEEDED', details: { part: 'ari-events' } });
});

t.test('an upgrade that is never answered is given up and tried again', async (t) => {
  const fake = await startFake(t);
  const answers = [0];
  fake.upgrade = () => answers.shift() ?? 101;
  const { client, told, troubles, handlers } = startClient(t, fake, { deadlineMs: 60 });
  client.connect(handlers);
  await until(() => told.includes('connected'), 'connected');
  t.match(troubles, [{ code: 'DEADLINE_EXCEEDED', details: { part: 'ari-events', deadlineMs: 60 } }]);

  fake.send({ type: 'ApplicationReplaced' });
  await until(() => told.filter((word) => word === 'connected').length === 2, 'connected again');
  t.same(
    told,
    ['connected', 'disconnected', 'connected'],
    'replaced by its own ghost, it does not stand down',
  );
  fake.send({ type: 'ApplicationReplaced' });
  await until(() => told.includes('replaced'), 'replaced by a rival');
});

t.test('a wrong password is told clearly, ends nothing, and is got over once it is right', async (t) => {
  const fake = await startFake(t);
  let status = 401;
  fake.upgrade = () => status;
  const { client, told, troubles, handlers } = startClient(t, fake);
  client.connect(handlers);
  await until(() => troubles.length >= 3, 'three refusals');
  t.match(troubles[0], { code: 'ARI_REFUSED', details: { status: 401 } });
  status = 101;
  await until(() => told.includes('connected'), 'connected');
});

t.test('an outage of more than ten tries is outlived', async (t) => {
  const fake = await startFake(t);
  const { client, told, troubles, handlers } = startClient(t, fake);
  client.connect(handlers);
  await until(() => told.includes('connected'), 'connected');
  await fake.down();
  await until(() => troubles.length > 15, 'sixteen failures');
  await fake.up();
  await until(() => told.length === 3, 'back');
  t.same(told, ['connected', 'disconnected', 'connected']);
});

t.test('who lost the application stops acting, until he takes it back', async (t) => {
  const fake = await startFake(t);
  const { client, told, handlers } = startClient(t, fake);
  client.connect(handlers);
  await until(() => told.includes('connected'), 'connected');
  fake.send({ type: 'ApplicationReplaced', application: 'yihao' });
  fake.send({ type: 'StasisStart' });
  await until(() => told.includes('disconnected'), 'told');
  t.match(await failureOf(client.channels.answer('c1')), {
    code: 'ARI_UNAVAILABLE',
    details: { reason: 'replaced' },
  });
  t.ok(await client.channels.list(), 'he may still look');
  await sleep(100);
  t.same(told, ['connected', 'replaced', 'disconnected']);
  t.equal(
    fake.seen.filter((line) => line.startsWith('UPGRADE')).length,
    1,
    'and does not come back by himself',
  );

  client.connect(handlers);
  await until(() => told.length === 4, 'connected again');
  t.ok(await client.channels.answer('c1'));
});

t.test(
  'three failed probes make a node sick, one good one well; a node that only lost the app is not sick',
  async (t) => {
    const fake = await startFake(t);
    const { client, told, handlers } = startClient(t, fake, { probeEveryMs: 40, deadlineMs: 30 });
    client.connect(handlers);
    await until(() => told.includes('connected'), 'connected');
    fake.route = (request, response) => {
      if (request.method === 'GET') response.writeHead(404).end('{"message":"Application not found"}');
      return request.method === 'GET';
    };
    await sleep(250);
    t.same(told, ['connected']);
    fake.seen.length = 0;
    fake.route = () => true;
    await until(() => told.includes('sick'), 'sick');
    t.ok(fake.seen.length >= 3 && fake.seen.length <= 4, `after ${fake.seen.length} unanswered probes`);
    fake.route = () => false;
    await until(() => told.includes('well'), 'well');
    t.same(told, ['connected', 'sick', 'well'], 'each told once');
  },
);

t.test(
  'close() settles what is under way and leaves nothing behind, at whatever moment it comes',
  async (t) => {
    const moments: Record<string, (fake: FakeAri, client: AriClient) => Promise<unknown>> = {
      'before connecting': async () => undefined,
      'during the opening': async (fake) => {
        fake.upgrade = () => 0;
        await until(() => fake.seen.some((line) => line.startsWith('UPGRADE')), 'the upgrade');
      },
      'in operation, a request under way': async (fake, client) => {
        await until(() => fake.sockets.length === 1, 'open');
        fake.route = () => true;
        void t.resolveMatch(failureOf(client.channels.list()), { code: 'ARI_UNAVAILABLE' });
      },
      'during the back-off': async (fake) => {
        await fake.down();
        await sleep(60);
      },
    };
    for (const [moment, reach] of Object.entries(moments)) {
      const fake = await startFake(t);
      const { client, told, handlers } = startClient(t, fake, { deadlineMs: 5_000, backoffMinMs: 5_000 });
      client.connect(handlers);
      await reach(fake, client);
      const startedMs = performance.now();
      await client.close();
      t.ok(performance.now() - startedMs < 200, `${moment}: at once`);
      const upgrades = fake.seen.filter((line) => line.startsWith('UPGRADE')).length;
      const words = told.length;
      await sleep(30);
      t.equal(
        fake.seen.filter((line) => line.startsWith('UPGRADE')).length,
        upgrades,
        `${moment}: it does not come back`,
      );
      t.equal(told.length, words, `${moment}: nothing is told any more`);
      t.equal(
        (await failureOf(client.channels.list())).code,
        'ARI_UNAVAILABLE',
        `${moment}: a later request is refused`,
      );
    }
  },
);
