// Feature codes on real phones: dialled as calls and pressed in a talk, each with its confirmation heard, none heard by the citizen.
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { heard, silence } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { createPhone, type Phone } from '../phones/phone.js';
import { startStation, type Seat } from './station.js';

const station = await startStation({
  portBase: 18340,
  sipPort: 18350,
  rtpStart: 21_400,
  policies: [['greeting: full', 'greeting: short']],
});
t.teardown(() => station.close());

const server = { host: '127.0.0.1', port: station.sipPort };

/** A registered phone with nobody signed in at it. */
async function deskPhone(t: Test, deviceId: string): Promise<Phone> {
  const password = await station.devicePassword(deviceId);
  const phone = await createPhone({
    user: deviceId,
    password,
    server,
    bind: { host: '127.0.0.1' },
    onInvite: 'manual',
  });
  t.teardown(() => phone.close());
  await phone.register();
  return phone;
}

async function stateOf(agentId: string): Promise<unknown> {
  const { body } = await station.api('GET', '/api/v1/live');
  const agents = body['agents'] as { agentId: string; state: string }[];
  return agents.find((agent) => agent.agentId === agentId)?.state;
}

async function untilState(agentId: string, state: string): Promise<void> {
  await station.until(`${agentId} ${state}`, async () => (await stateOf(agentId)) === state || undefined);
}

/** Dials a code and hears its word; the service hangs up after it. */
async function dials(t: Test, phone: Phone, code: string, promptId: string, slot?: string): Promise<void> {
  const call = await phone.call(code);
  await call.untilUp();
  const sinceMs = call.answeredAtMs ?? 0;
  const match = await station.hears(call, promptId, { sinceMs, ...(slot !== undefined && { slot }) });
  t.ok(match.score >= 0.8, `${code}: ${promptId}`);
  t.equal((await call.untilEnded()).by, 'remote', 'and it is over');
}

interface Talk {
  readonly citizen: Call;
  readonly agent: Call;
  readonly contactId: string;
}

/** A talk with both in it, silent, the 工号 spoken. */
async function talk(seat: Seat, last4: string): Promise<Talk> {
  const phone = await station.citizen(last4);
  const citizen = await phone.call('12345');
  const agent = await seat.phone.incoming();
  citizen.say({ kind: 'silence' });
  agent.say({ kind: 'silence' });
  const connected = await station.until('AgentConnected', async () =>
    (await station.facts('AgentConnected')).find((fact) => fact['agentId'] === seat.agentId),
  );
  const sinceMs = citizen.answeredAtMs ?? 0;
  await station.hears(citizen, 'agent.number', { sinceMs, slot: seat.agentId });
  await sleep(1_000);
  return { citizen, agent, contactId: connected.id };
}

/** The agent is ready only once nobody else's citizen waits: each is rung by his own. */
async function talkAt(agentId: string, last4: string): Promise<Talk & { readonly seat: Seat }> {
  const seat = await station.seat(agentId);
  return { seat, ...(await talk(seat, last4)) };
}

t.test('four phones side by side', async (t) => {
  t.jobs = 4;
  const third = await talkAt('1003', '0040');
  const fourth = await talkAt('1004', '0041');

  void t.test(
    'log in by 工号 and PIN, wrong ones refused; every code answers, and is refused in the wrong moment',
    { buffered: true },
    async (t) => {
      const phone = await deskPhone(t, 'd1001');
      const pin = await station.pin('1001');
      const wrong = pin.startsWith('9') ? '111111' : '999999';
      await dials(t, phone, '*22', 'a.deny');

      const login = await phone.call('*201001#');
      await login.untilUp();
      await station.hears(login, 'a.pin', { sinceMs: login.answeredAtMs ?? 0 });
      let sinceMs = Date.now();
      await login.sendDigits(`${wrong}#`);
      await station.hears(login, 'a.badpin', { sinceMs });
      t.equal(await stateOf('1001'), 'offline', 'a wrong PIN logs nobody in');
      sinceMs = Date.now();
      await login.sendDigits(`${pin}#`);
      await station.hears(login, 'a.login', { sinceMs });
      await login.untilEnded();
      t.equal(await stateOf('1001'), 'break', 'signed in, and not ready until he says so');

      await dials(t, phone, '*22', 'a.ready');
      t.equal(await stateOf('1001'), 'ready');
      await dials(t, phone, '*232', 'a.break', 'meal');
      t.equal(await stateOf('1001'), 'break');
      const asked = await phone.call('*23');
      await asked.untilUp();
      await station.hears(asked, 'a.break.ask', { sinceMs: asked.answeredAtMs ?? 0, firstMs: 1_500 });
      sinceMs = Date.now();
      await asked.sendDigits('4');
      await station.hears(asked, 'a.break', { sinceMs, slot: 'meeting' });
      await asked.untilEnded();
      await dials(t, phone, '*29', 'a.state', 'break');
      await dials(t, phone, '*24', 'a.nocall');
      await dials(t, phone, '*25', 'a.nocall');
      await dials(t, phone, '*261', 'a.nocall');
      await dials(t, phone, '*21', 'a.logout');
      t.equal(await stateOf('1001'), 'offline');
    },
  );

  void t.test(
    'the headset test gives back what is said, and a feature call makes nobody busy',
    { buffered: true },
    async (t) => {
      const phone = await deskPhone(t, 'd1002');
      await station.signIn('1002', 'd1002');
      const call = await phone.call('*43');
      await call.untilUp();
      await station.hears(call, 'a.echo', { sinceMs: call.answeredAtMs ?? 0 });
      call.say({ kind: 'tone', hz: 650 });
      await sleep(1_500);
      const window = { fromMs: Date.now() - 700, toMs: Date.now() };
      t.ok(heard(call, { hz: 650, ...window }) > 0.9, 'he hears himself');
      t.equal(await stateOf('1002'), 'ready', 'and is still free');
      t.same(await station.facts('AgentOwnCall'), []);
      await call.hangUp();
      await station.until(
        'no channel of his left',
        async () => (await station.channels()).every((name) => !name.includes('d1002')) || undefined,
      );
      await station.api('POST', '/api/v1/agents/1002/sign-out', { reason: '测试' });
    },
  );

  void t.test(
    'in a talk codes are whispered to the agent alone; the citizen gets other keys, and no sound of the codes',
    { buffered: true },
    async (t) => {
      const { seat, citizen, agent, contactId } = third;
      /** Presses and hears the answer. */
      const press = async (keys: string, promptId: string, method: 'rfc4733' | 'info', slot?: string) => {
        const sinceMs = Date.now();
        await agent.sendDigits(keys, { method });
        const match = await station.hears(agent, promptId, { sinceMs, ...(slot !== undefined && { slot }) });
        t.ok(match.score >= 0.8, `${keys}: ${promptId}`);
        await sleep(300);
      };
      const fromMs = Date.now();
      await press('*261', 'a.disp', 'rfc4733');
      await press('*29', 'a.state', 'info', 'talking');
      await press('*22', 'a.fail', 'rfc4733');
      await press('*24', 'a.fail', 'rfc4733');
      await press('*99', 'a.fail', 'info');
      await press('*21', 'a.logout.wait', 'rfc4733');
      t.ok(silence(citizen, { fromMs, toMs: Date.now() }), 'the citizen hears nothing of it');
      t.same(citizen.digits, [], 'and gets no digit');
      await agent.sendDigits('12#');
      await citizen.untilDigits('12#');
      t.equal(citizen.digits.map(({ digit }) => digit).join(''), '12#', 'other keys reach him, each once');
      const dispositions = await station.facts('DispositionSet');
      t.match(dispositions.filter(({ id }) => id === contactId).at(-1), { outcome: 'direct' });
      t.equal(await stateOf('1003'), 'talking');

      // Asked to leave in the talk: he goes when his wrap-up ends.
      await citizen.hangUp();
      await seat.untilState('wrapup');
      await dials(t, seat.phone, '*24', 'a.logout');
      t.equal(await stateOf('1003'), 'offline');
    },
  );

  void t.test(
    'after a talk: the wrap-up extended once, and ended by its disposition',
    { buffered: true },
    async (t) => {
      const { seat, citizen, contactId } = fourth;
      await citizen.hangUp();
      await seat.untilState('wrapup');
      await dials(t, seat.phone, '*25', 'a.wrapmore', '30');
      await dials(t, seat.phone, '*25', 'a.fail');
      await dials(t, seat.phone, '*265', 'a.disp');
      t.equal(await stateOf('1004'), 'ready');
      await dials(t, seat.phone, '*24', 'a.nocall');
      const { record } = await station.closedRecord(contactId);
      t.match(record, { outcome: 'invalid', answered: true });
      await untilState('1004', 'ready');
      await dials(t, seat.phone, '*21', 'a.logout');
    },
  );
});

t.test('*32, *33: nobody there, and the citizen stays; somebody there, and he goes on to him', async (t) => {
  const { seat, citizen, agent, contactId } = await talkAt('1007', '0042');
  const sought = async () =>
    (await station.facts('SeatSought'))
      .filter(({ id }) => id === contactId)
      .map(({ seat: kind, found }) => [kind, found]);
  let sinceMs = Date.now();
  await agent.sendDigits('*32');
  await station.hears(citizen, 'dialect.none', { sinceMs, timeoutMs: 20_000 });
  await station.hears(agent, 'a.seat', { sinceMs, timeoutMs: 20_000 });
  t.same(await sought(), [['dialect', false]]);
  t.equal(await stateOf('1007'), 'talking', 'the talk goes on');

  const foreign = await station.seat('1002', { ready: false });
  sinceMs = Date.now();
  // With the last key the leg is gone, and may be before the key is up.
  await agent.sendDigits('*33', { method: 'info' }).catch(() => undefined);
  await station.hears(citizen, 'foreign.seek', { sinceMs, timeoutMs: 20_000 });
  t.same(await sought(), [
    ['dialect', false],
    ['foreign', true],
  ]);
  await seat.untilState('wrapup');
  await foreign.act('ready');
  const taken = await foreign.phone.incoming(20_000);
  await foreign.untilState('talking', 20_000);
  t.match((await station.facts('AgentConnected')).filter(({ id }) => id === contactId).at(-1), {
    agentId: '1002',
  });

  await dials(t, seat.phone, '*24', 'a.wrapend');
  t.equal(await stateOf('1007'), 'ready');

  // Whoever speaks a dialect is there, and the citizen hangs up on his way to him.
  await station.seat('1006', { ready: false });
  sinceMs = Date.now();
  await taken.sendDigits('*32').catch(() => undefined);
  await station.hears(citizen, 'dialect.seek', { sinceMs, firstMs: 1_500, timeoutMs: 20_000 });
  await citizen.hangUp();
  t.match((await station.closedRecord(contactId)).record, {
    ...{ answered: true, endedBy: 'citizen', agentIds: ['1007', '1002'] },
  });
});

t.test('and no channel is left', async () => {
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
});
