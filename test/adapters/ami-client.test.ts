// The AMI client against a server that misbehaves, and its encoder against every value an attacker might choose.

import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import {
  createAmiClient,
  type AmiClientOptions,
  type AmiHandlers,
} from '../../src/adapters/asterisk/ami-client.js';
import { encodeAction, readMessages, type AmiMessage } from '../../src/adapters/asterisk/ami-protocol.js';
import { AppError } from '../../src/errors.js';

const QUICK = { user: 'u', password: 'p', deadlineMs: 300, backoffMinMs: 5, backoffMaxMs: 40 };

/** A server that speaks AMI unless told otherwise. */
interface FakeAmi {
  readonly port: number;
  /** Every action it was sent. */
  readonly seen: AmiMessage[];
  readonly sockets: Socket[];
  /** Answers one action by raw text; `undefined` is Asterisk's ordinary answer, an empty text none at all. */
  answer: (action: AmiMessage, socket: Socket) => string | undefined;
  down(): Promise<void>;
  up(): Promise<void>;
}

/** A message as it goes over the wire. */
const wire = (fields: Record<string, string>) =>
  `${Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\r\n`)
    .join('')}\r\n`;

const FULLY_BOOTED = wire({ Event: 'FullyBooted', Status: 'Fully Booted' });

async function startFake(test: Test): Promise<FakeAmi> {
  const seen: AmiMessage[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    let rest = '';
    sockets.push(socket);
    socket.on('error', () => undefined).once('close', () => sockets.splice(sockets.indexOf(socket), 1));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const reading = readMessages(rest, chunk);
      rest = reading.rest;
      for (const action of reading.messages) {
        seen.push(action);
        const ordinary = wire({ Response: 'Success', ActionID: action.ActionID ?? '' });
        socket.write(
          fake.answer(action, socket) ?? ordinary + (action.Action === 'Login' ? FULLY_BOOTED : ''),
        );
      }
    });
    socket.write('Asterisk Call Manager/11.0.0\r\n');
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const fake: FakeAmi = {
    port,
    seen,
    sockets,
    answer: () => undefined,
    async down() {
      const closed = new Promise((resolve) => server.close(resolve));
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
    up: () => listen(port),
  };
  test.teardown(() => fake.down().catch(() => undefined));
  return fake;
}

/** A connecting client whose handlers write down what they are told. */
function startClient(
  test: Test,
  fake: FakeAmi,
  options: Partial<AmiClientOptions> = {},
  own: Partial<AmiHandlers> = {},
) {
  const client = createAmiClient({ ...QUICK, ...options, host: '127.0.0.1', port: fake.port });
  const told: string[] = [];
  const troubles: Error[] = [];
  client.connect({
    onConnected: () => told.push('connected'),
    onDisconnected: () => told.push('disconnected'),
    onEvent: (event) => told.push(String(event.Event)),
    onTrouble: (error) => troubles.push(error),
    ...own,
  });
  test.teardown(() => client.close());
  return { client, told, troubles, connected: () => until(() => told.includes('connected'), 'connected') };
}

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

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\r', '\n', '\0', ':', ' ', 'é', '中'),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
});

t.test('an action is read as exactly that one action, or refused, whatever its keys and values', (t) => {
  const unsafe = /[\r\n\0]/;
  fc.assert(
    fc.property(
      fc.dictionary(
        anyText.filter((key) => key.trim() === key && key !== '' && key !== 'Action'),
        anyText,
      ),
      (fields) => {
        const refused = Object.entries(fields).some(
          ([key, value]) => unsafe.test(key + value) || key.includes(':'),
        );
        try {
          const { messages, rest } = readMessages('', encodeAction('Setvar', fields));
          if (refused || rest !== '' || messages.length !== 1) return false;
          return Object.entries({ Action: 'Setvar', ...fields }).every(
            ([key, value]) => messages[0]?.[key] === value.trim(),
          );
        } catch (error) {
          return refused && error instanceof AppError && error.code === 'UNSAFE_VALUE';
        }
      },
    ),
    { numRuns: 2_000 },
  );
  t.throws(
    () => encodeAction('Ping\r\nAction: Originate', {}),
    { code: 'UNSAFE_VALUE' },
    'the name of an action as well',
  );
  t.equal(encodeAction('Ping', { ActionID: undefined }), 'Action: Ping\r\n\r\n');
  t.end();
});

t.test('however the stream is cut into pieces, the messages are the same', (t) => {
  const stream = `Asterisk Call Manager/11.0.0\r\n${wire({ Response: 'Success', Message: 'a: b' })}${wire({ Event: 'X', ChanVariable: 'A=1' })}`;
  fc.assert(
    fc.property(fc.array(fc.nat({ max: stream.length })), (cuts) => {
      const bounds = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
      let rest = '';
      const messages: AmiMessage[] = [];
      for (const [index, end] of bounds.entries()) {
        const reading = readMessages(rest, stream.slice(bounds[index - 1] ?? 0, end));
        rest = reading.rest;
        messages.push(...reading.messages);
      }
      return rest === '' && JSON.stringify(messages) === JSON.stringify(readMessages('', stream).messages);
    }),
  );
  const { messages } = readMessages('', 'Variable: A=1\r\nVariable: B=2\r\n__proto__: x\r\nno colon\r\n\r\n');
  t.same(
    { ...messages[0] },
    { Variable: 'A=1\nB=2', ['__proto__']: 'x' },
    'repeated keys are kept, and no key is special',
  );
  t.end();
});

t.test('a log-in that is never answered, or refused, is told and tried again', async (t) => {
  const fake = await startFake(t);
  const answers = ['', wire({ Response: 'Error', Message: 'Authentication failed' })];
  fake.answer = ({ Action, ActionID }) =>
    Action === 'Login' ? answers.shift()?.replace('Message', `ActionID: ${ActionID}\r\nMessage`) : undefined;
  const { troubles, connected } = startClient(t, fake, { deadlineMs: 60 });
  await connected();
  t.match(troubles, [
    { code: 'DEADLINE_EXCEEDED', details: { part: 'ami', action: 'Login' } },
    { code: 'AMI_REFUSED', details: { action: 'Login', message: 'Authentication failed' } },
  ]);
  t.equal(JSON.stringify(troubles).includes('"p"'), false, 'the password is in no trouble');
  t.match(fake.seen[0], { Username: 'u', Secret: 'p', Events: 'system' });
});

t.test('a client counts as connected when Asterisk has booted, not before', async (t) => {
  const fake = await startFake(t);
  fake.answer = ({ Action, ActionID }) =>
    Action === 'Login' ? wire({ Response: 'Success', ActionID: String(ActionID) }) : undefined;
  const { client, told, connected } = startClient(t, fake);
  await until(() => fake.seen.length === 1, 'logged in');
  fake.sockets[0]?.write(wire({ Event: 'Registry' }));
  await until(() => told.length === 1, 'an event');
  await sleep(30);
  t.same(told, ['Registry'], 'other events come before');
  t.equal((await failureOf(client.action('Ping'))).code, 'AMI_UNAVAILABLE');
  fake.sockets[0]?.write(FULLY_BOOTED);
  await connected();
  t.ok(await client.action('Ping'));
});

t.test('an action settles by its answer, its deadline, or the end of its connection', async (t) => {
  const fake = await startFake(t);
  const { client, told, connected } = startClient(t, fake);
  await connected();
  fake.answer = ({ Action, ActionID = '' }, socket) => {
    if (Action === 'Refused') return wire({ Response: 'Error', ActionID, Message: 'No such channel' });
    if (Action === 'Cut') socket.destroy();
    return Action === 'Silent' || Action === 'Cut' ? '' : undefined;
  };
  t.match(await failureOf(client.action('Refused')), {
    code: 'AMI_REFUSED',
    details: { message: 'No such channel' },
  });
  t.match(await failureOf(client.action('Silent')), {
    code: 'DEADLINE_EXCEEDED',
    details: { deadlineMs: 300 },
  });
  const [silent, cut] = await Promise.all([
    failureOf(client.action('Silent')),
    failureOf(client.action('Cut')),
  ]);
  t.same([silent.code, cut.code], ['AMI_UNAVAILABLE', 'AMI_UNAVAILABLE'], 'at once, not at the deadline');
  await until(() => told.length >= 5, 'back');
  t.same(told, ['FullyBooted', 'connected', 'disconnected', 'FullyBooted', 'connected']);
});

t.test('values with line ends never leave the client, nor a file name with a comma', async (t) => {
  const fake = await startFake(t);
  const { client, connected } = startClient(t, fake);
  await connected();
  const attack = 'x\r\n\r\nAction: Setvar\r\nVariable: PWNED\r\nValue: yes\r\n\r\n';
  t.equal((await failureOf(client.mixMonitorMute(attack, true))).code, 'UNSAFE_VALUE');
  for (const file of ['a.wav,,touch /tmp/x', 'a.wav,b', '$(id).wav', 'a|b', '"a"', '']) {
    t.match(
      await failureOf(client.mixMonitor('c1', file)),
      { code: 'UNSAFE_VALUE', details: { key: 'File' } },
      file,
    );
  }
  await client.mixMonitor('c1', '2026/11/23/录音 1-1.wav');
  t.same(
    fake.seen.map(({ Action }) => Action),
    ['Login', 'MixMonitor'],
  );
});

t.test('a list is whole when its end has come; events in between go their own way', async (t) => {
  const fake = await startFake(t);
  const { client, told, connected } = startClient(t, fake);
  await connected();
  fake.answer = ({ ActionID = '' }) =>
    [
      { Response: 'Success', ActionID, EventList: 'start' },
      { Event: 'ContactList', ActionID, Aor: '1001' },
      { Event: 'PeerStatus', Peer: 'x' },
      { Event: 'ContactList', ActionID: 'of another session', Aor: '1009' },
      { Event: 'ContactList', ActionID, Aor: '1002' },
      { Event: 'ContactListComplete', ActionID, EventList: 'Complete', ListItems: '2' },
    ]
      .map((fields) => wire(fields as unknown as Record<string, string>))
      .join('');
  t.same(
    (await client.contacts()).map(({ Aor }) => Aor),
    ['1001', '1002'],
  );
  t.same(told, ['FullyBooted', 'connected', 'PeerStatus', 'ContactList']);
  fake.answer = ({ ActionID = '' }) => wire({ Response: 'Error', ActionID, Message: 'No Contacts found\n' });
  t.same(await client.contacts(), [], 'Asterisk calls an empty list an error');
  fake.answer = ({ ActionID = '' }) => wire({ Response: 'Success', ActionID, EventList: 'start' });
  t.equal((await failureOf(client.contacts())).code, 'DEADLINE_EXCEEDED', 'a list without its end');
});

t.test(
  'half a message of a lost connection is never joined to the next one, and a throwing handler ends nothing',
  async (t) => {
    const fake = await startFake(t);
    const events: AmiMessage[] = [];
    const { told, troubles } = startClient(
      t,
      fake,
      {},
      {
        onEvent: (event) => {
          if (event.Event === 'Bad') throw new Error('cannot deal with it');
          events.push(event);
        },
      },
    );
    await until(() => told.includes('connected'), 'connected');
    fake.sockets[0]?.write('Event: Hangup\r\nChannel: PJSIP/1001\r\n', () => fake.sockets[0]?.destroy());
    await until(() => told.length === 3, 'back');
    fake.sockets[0]?.write(wire({ Event: 'Bad' }) + wire({ Event: 'Good' }));
    await until(() => events.length === 3, 'the good one');
    t.same(
      events.map(({ Event }) => Event),
      ['FullyBooted', 'FullyBooted', 'Good'],
    );
    t.match(troubles, [{ message: 'cannot deal with it' }]);
  },
);

t.test(
  'a line that swallows everything is noticed by pings, and an outage of any length outlived',
  async (t) => {
    const fake = await startFake(t);
    const { told, troubles, connected } = startClient(t, fake, { pingEveryMs: 30, deadlineMs: 60 });
    await connected();
    await sleep(150);
    t.notOk(told.includes('disconnected'), 'answered pings keep the connection');
    fake.answer = ({ Action }) => (Action === 'Ping' ? '' : undefined);
    await until(() => told.includes('disconnected'), 'noticed');
    t.match(troubles[0], { code: 'DEADLINE_EXCEEDED', details: { action: 'Ping' } });
    fake.answer = () => undefined;
    await fake.down();
    await until(() => troubles.length > 15, 'many failures');
    t.match(troubles.at(-1), { code: 'AMI_UNAVAILABLE', details: { reason: /ECONNREFUSED/ } });
    told.length = 0;
    await fake.up();
    await connected();
  },
);

t.test('a message without an end is cut off', async (t) => {
  const fake = await startFake(t);
  const { troubles, connected } = startClient(t, fake);
  await connected();
  fake.sockets[0]?.write(`Event: X\r\nY: ${'y'.repeat(1024 * 1024)}`);
  await until(() => troubles.length === 1, 'cut off');
  t.match(troubles[0], { code: 'AMI_UNAVAILABLE', details: { reason: 'a message without an end' } });
});

t.test('close() settles what is under way and does not come back', async (t) => {
  const moments: Record<string, (fake: FakeAmi) => Promise<unknown>> = {
    'during the log-in': async (fake) => {
      fake.answer = () => '';
      await until(() => fake.seen.length === 1, 'the log-in');
    },
    'in operation': (fake) => until(() => fake.sockets.length === 1, 'open'),
    'during the back-off': async (fake) => {
      await fake.down();
      await sleep(60);
    },
  };
  for (const [moment, reach] of Object.entries(moments)) {
    const fake = await startFake(t);
    const { client, troubles } = startClient(t, fake, { deadlineMs: 5_000, backoffMinMs: 5_000 });
    await reach(fake);
    const pending = failureOf(client.action('Ping'));
    const startedMs = performance.now();
    await client.close();
    t.ok(performance.now() - startedMs < 200, `${moment}: at once`);
    t.equal((await pending).code, 'AMI_UNAVAILABLE', moment);
    const before = troubles.length;
    await sleep(30);
    t.equal(fake.sockets.length, 0, `${moment}: no connection is left`);
    t.equal(troubles.length, before, `${moment}: nothing is told any more`);
  }
});
