// Our AMI client beside asterisk-manager on a real Asterisk: the same events of one call, and one attack that works on it alone.

import openReference from 'asterisk-manager';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import {
  createAmiClient,
  type AmiClientOptions,
  type AmiHandlers,
} from '../../src/adapters/asterisk/ami-client.js';
import type { AmiMessage } from '../../src/adapters/asterisk/ami-protocol.js';
import { startBareAsterisk, type AsteriskInstance } from '../asterisk-instance.js';

const PORTS = { base: 14446, rtpStart: 16500 };

async function until<T>(value: () => T | undefined | false, what: string): Promise<T> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const found = value();
    if (found) return found;
    await sleep(10);
  }
  throw new Error(`never happened: ${what}`);
}

/** A connected client that keeps what it is told. */
async function connectOurs(test: Test, asterisk: AsteriskInstance, options: Partial<AmiClientOptions> = {}) {
  const client = createAmiClient({ ...asterisk.ami, ...options });
  const events: AmiMessage[] = [];
  const told: string[] = [];
  const handlers: AmiHandlers = {
    onConnected: () => told.push('connected'),
    onDisconnected: () => told.push('disconnected'),
    onEvent: (event) => events.push(event),
    onTrouble: (error) => told.push(error.message),
  };
  client.connect(handlers);
  test.teardown(() => client.close());
  await until(() => told.length > 0, 'connected');
  return { client, events, told };
}

/** The reference client, logged in. Its callback has the answer in its first argument where Asterisk refuses. */
async function connectReference(test: Test, { ami }: AsteriskInstance) {
  const reference = openReference(ami.port, ami.host, ami.user, ami.password, true);
  test.teardown(() => reference.disconnect());
  const action = (fields: Record<string, unknown>) =>
    new Promise<Record<string, string | undefined>>((resolve) =>
      reference.action(fields, (error, answer) => resolve(error ?? answer)),
    );
  await action({ action: 'ping' });
  return {
    action,
    onEvent: (listener: (event: AmiMessage) => void) => reference.on('managerevent', listener),
  };
}

/** The events of calls as the reference client spells them: keys in lower case, repeated ones as a list; sorted. */
function spelled(events: readonly object[]): string[] {
  const lines = events.map((event) => {
    const members = Object.entries(event).map(
      ([key, value]) => [key.toLowerCase(), [value].flat().join('\n')] as const,
    );
    return JSON.stringify(Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1))));
  });
  return lines.filter((line) => line.includes('"privilege":"call,all"')).sort();
}

/** Registers a SIP device that will never be called. */
async function registerDevice(sipPort: number): Promise<void> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const own = `127.0.0.1:${socket.address().port}`;
  const lines = [
    `REGISTER sip:127.0.0.1:${sipPort} SIP/2.0`,
    `Via: SIP/2.0/UDP ${own};branch=z9hG4bK-register`,
    ...[
      'From: <sip:agent@127.0.0.1>;tag=1',
      'To: <sip:agent@127.0.0.1>',
      'Call-ID: register',
      'CSeq: 1 REGISTER',
    ],
    ...[`Contact: <sip:agent@${own}>`, 'Expires: 600', 'Max-Forwards: 70', 'Content-Length: 0'],
  ];
  socket.send(`${lines.join('\r\n')}\r\n\r\n`, sipPort, '127.0.0.1');
  const [answer] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  if (!answer.toString().startsWith('SIP/2.0 200')) throw new Error(`not registered: ${answer.toString()}`);
}

t.test('one call, one recording, one attack, through both clients', async (t) => {
  const asterisk = await startBareAsterisk(PORTS);
  t.teardown(() => asterisk.stop());
  const { client, events, told } = await connectOurs(t, asterisk, { events: ['call'] });
  const reference = await connectReference(t, asterisk);
  const referenceEvents: object[] = [];
  reference.onEvent((event) => referenceEvents.push(event));
  events.length = 0;

  const Channel = 'Local/100@echo';
  await client.action('Originate', {
    Channel,
    Application: 'Wait',
    Data: '30',
    Async: 'true',
    ChannelId: 'call-1',
  });
  const answered = await until(
    () =>
      events.find(
        (event) =>
          event.Event === 'Newstate' && event.Uniqueid === 'call-1' && event.ChannelStateDesc === 'Up',
      ),
    'answered',
  );
  t.match(answered, { Channel: /^Local\/100@echo-.*;1$/, Exten: '100' });

  t.test('a recording is started, silenced, and stopped', async (t) => {
    await client.mixMonitor('call-1', '2026/11/23/录音 1.wav');
    const file = join(asterisk.recordingsDir, '2026/11/23/录音 1.wav');
    await client.mixMonitorMute('call-1', true);
    await client.mixMonitorMute('call-1', false);
    await client.stopMixMonitor('call-1');
    await sleep(100);
    t.ok((await stat(file)).isFile(), 'where we said');
    await t.rejects(client.mixMonitor('nobody', 'x.wav'), {
      code: 'AMI_REFUSED',
      details: { action: 'MixMonitor' },
    });
    await t.rejects(client.mixMonitor('call-1', 'x.wav,,touch x'), { code: 'UNSAFE_VALUE' });
  });

  t.test('the same events came to both', async (t) => {
    await client.action('Hangup', { Channel: answered.Channel });
    await until(() => events.filter((event) => event.Event === 'Hangup').length === 2, 'both halves hung up');
    await sleep(100);
    const mine = spelled(events);
    t.ok(mine.length > 10, `${mine.length} events`);
    t.same(mine, spelled(referenceEvents));
  });

  t.test('a list is whole with us, its first packet with the other', async (t) => {
    t.same(await client.contacts(), [], 'none is an empty list');
    await registerDevice(asterisk.sipPort);
    t.match(await client.contacts(), [{ Event: 'ContactList', Endpoint: 'agent', ObjectName: /^agent;/ }]);
    const theirs = await reference.action({ action: 'PJSIPShowContacts' });
    t.match(theirs, { response: 'Success', eventlist: 'start' });
    t.notOk('endpoint' in theirs);
  });

  t.test('a value with line ends runs a second action there, and is refused here', async (t) => {
    const valueOf = async (Variable: string) => (await client.action('Getvar', { Variable })).response.Value;
    const attack = (name: string) => `x\r\n\r\nAction: Setvar\r\nVariable: ${name}\r\nValue: yes\r\n\r\n`;
    await reference.action({ action: 'Setvar', variable: 'NAME', value: attack('PWNED') });
    t.equal(await valueOf('PWNED'), 'yes');
    await t.rejects(client.action('Setvar', { Variable: 'NAME', Value: attack('PWNED_TOO') }), {
      code: 'UNSAFE_VALUE',
    });
    await t.rejects(client.action('Setvar', { [attack('PWNED_TOO')]: 'x' }), { code: 'UNSAFE_VALUE' });
    t.not(await valueOf('PWNED_TOO'), 'yes');
  });
  t.same(told, ['connected'], 'and nothing else was told');
});

t.test('Asterisk frozen, killed, and a wrong password: the client says so and comes back', async (t) => {
  const asterisk = await startBareAsterisk(PORTS);
  t.teardown(() => asterisk.stop());
  const wrong = createAmiClient({ ...asterisk.ami, password: 'wrong' });
  const refusals: Error[] = [];
  wrong.connect({ onTrouble: (error) => refusals.push(error) });
  await until(() => refusals.length >= 2, 'two refusals');
  t.match(refusals[0], {
    code: 'AMI_REFUSED',
    details: { action: 'Login', message: 'Authentication failed' },
  });
  await wrong.close();

  const quick = { deadlineMs: 500, pingEveryMs: 300, backoffMaxMs: 200 };
  const { client, told } = await connectOurs(t, asterisk, quick);
  const next = (word: string, from: number) => until(() => told.indexOf(word, from) >= 0, word);
  await asterisk.signal('SIGSTOP');
  const frozen = told.length;
  await t.rejects(client.contacts(), { code: 'DEADLINE_EXCEEDED' });
  await next('disconnected', frozen);
  await asterisk.signal('SIGCONT');
  await next('connected', frozen);

  const pending = t.rejects(client.action('WaitEvent', { Timeout: '5' }), { code: 'AMI_UNAVAILABLE' });
  const killed = told.length;
  await asterisk.signal('SIGKILL');
  await pending;
  await asterisk.restart();
  await next('connected', killed);
  t.equal(
    (await client.action('PJSIPShowEndpoints')).items.length,
    2,
    'which has booted: it knows its endpoints',
  );
});
