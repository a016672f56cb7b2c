// Entries on real parts: a child to his seats and back, a dialect remembered through a restart, the elderly, repeat calls.
import t from 'tap';
import type { Call } from '../phones/call.js';
import { startStation } from './station.js';

const station = await startStation({
  portBase: 19_720,
  sipPort: 19_740,
  rtpStart: 30_000,
  survey: true,
  repeats: true,
  policies: [
    ['menu: false', 'menu: true'],
    ['greeting: full', 'greeting: short'],
    ['wrapUp: 60s', 'wrapUp: 1s'],
  ],
  files: { 'queues.yaml': [['timeout: 60s', 'timeout: 10s']] },
});
t.teardown(() => station.close());

/** A citizen calls 12345 (or another number); what is known of the call. */
async function dial(last4: string, number = '12345') {
  const citizen = await station.citizen(last4);
  const call = await citizen.call(number);
  await call.untilUp();
  const arrived = await station.until('arrival', async () =>
    (await station.facts('ContactArrived')).find((fact) => fact['sipCallId'] === call.sipCallId),
  );
  const facts = async (type: string) =>
    (await station.facts(type)).filter(({ stream, id }) => stream === 'contact' && id === arrived.id);
  const queues = async () => (await facts('ContactQueued')).map(({ queueId }) => queueId);
  return {
    call,
    arrived,
    contactId: arrived.id,
    facts,
    fact: (type: string) => station.until(type, async () => (await facts(type)).at(-1), 15_000),
    untilQueues: (wanted: readonly string[]) =>
      station.until(
        `queues ${wanted.join()}`,
        async () => (await queues()).join() === wanted.join() || undefined,
        20_000,
      ),
    untilTalks: (count: number) =>
      station.until(`talk ${String(count)}`, async () => (await facts('AgentConnected'))[count - 1], 25_000),
  };
}

const hears = (call: Call, promptId: string, sinceMs = call.answeredAtMs ?? 0) =>
  station.hears(call, promptId, { sinceMs, timeoutMs: 20_000 });

t.test(
  'a minor: nobody there and he stays; not taken and he is back; taken, sealed and not asked',
  async (t) => {
    const seat = await station.seat('1002');
    const child = await dial('0001');
    await hears(child.call, 'greet.short');
    await child.call.sendDigits('0');
    const leg = await seat.phone.incoming();
    await child.untilTalks(1);
    let sinceMs = Date.now();
    await leg.sendDigits('*31');
    await hears(child.call, 'minor.none', sinceMs);
    t.match(await child.fact('SeatSought'), { seat: 'minor', found: false });
    t.match(await child.fact('ContactSealed'), { kind: 'minor', by: '1002' });
    t.equal((await child.facts('TalkEnded')).length, 0, 'the talk goes on');

    const protector = await station.seat('1004', { ready: false });
    sinceMs = Date.now();
    // With the last key the leg is gone, and may be before the key is up.
    await leg.sendDigits('*31').catch(() => undefined);
    await hears(child.call, 'minor.seek', sinceMs);
    await child.untilQueues(['general', 'minors']);
    await station.killService();
    await child.untilQueues(['general', 'minors', 'general']);
    const again = await seat.phone.incoming(20_000);
    await child.untilTalks(2);
    t.match((await child.facts('AgentConnected'))[1], { agentId: '1002' });
    t.match(await child.fact('SeatMissed'), { queueId: 'minors' });

    await protector.act('ready');
    await protector.untilState('ready');
    const api = await station.apiAs('1002');
    const sent = await api('POST', `/api/v1/contacts/${child.contactId}/seat`, { seat: 'minor' });
    t.equal(sent.status, 200, JSON.stringify(sent.body));
    const taken = await protector.phone.incoming(20_000);
    const third = await child.untilTalks(3);
    t.match(third, { agentId: '1004' });
    await again.untilEnded();
    sinceMs = Date.now();
    await taken.hangUp();
    await hears(child.call, 'bye', sinceMs);
    await child.call.untilEnded();
    t.match((await station.closedRecord(child.contactId)).record, {
      ...{ sealed: 'minor', callerMasked: '保密来电', surveyOffered: false, surveyExempt: true },
      agentIds: ['1002', '1004'],
    });

    const line = await dial('0002', '031100000001');
    t.match(line.arrived['sealed'], { kind: 'minor', by: 'ledger' });
    await line.untilQueues(['minors']);
    t.match(await line.untilTalks(1), { agentId: '1004' }, 'their own number goes there straight');
    await line.call.hangUp();
    await protector.act('sign-out');
    await seat.act('sign-out');
  },
);

t.test('a child who calls later is taken before who already waits', async (t) => {
  // There, but not free; nobody of the minors' own seats is.
  const seat = await station.seat('1007', { ready: false });
  const adult = await dial('0031');
  await hears(adult.call, 'greet.short');
  await adult.call.sendDigits('0');
  await adult.untilQueues(['general']);
  const child = await dial('0032', '031100000001');
  await child.untilQueues(['general']);
  const [waits] = await adult.facts('ContactQueued');
  const [comes] = await child.facts('ContactQueued');
  t.ok(Number(comes?.atMs) > Number(waits?.atMs), 'he came later');
  await seat.act('ready');
  t.match(await child.untilTalks(1), { agentId: '1007' });
  t.equal((await adult.facts('OfferMade')).length, 0, 'the other was not even offered');
  await child.call.hangUp();
  t.match(await adult.untilTalks(1), { agentId: '1007' }, 'then he');
  await adult.call.hangUp();
  await seat.act('sign-out');
});

t.test(
  'a dialect by key is remembered, through a kill with the database away; 0 while waiting forgets it',
  async (t) => {
    const speaker = await station.seat('1003', { ready: false });
    const first = await dial('0011');
    await hears(first.call, 'greet.short');
    await first.call.sendDigits('8');
    await hears(first.call, 'menu.badinput');
    await station.parts.postgres.kill('SIGSTOP');
    t.teardown(() => station.parts.postgres.kill('SIGCONT'));
    await first.call.sendDigits('3');
    await hears(first.call, 'dialect.seek');
    t.match(await first.fact('WishKept'), { wish: 'dialect', by: 'caller' });
    await first.untilQueues(['dialect']);
    await station.killService();
    t.equal(first.call.state, 'up');
    await station.until('the node again', async () =>
      (await station.api('GET', '/readyz')).status === 200 ? true : undefined,
    );

    const second = await dial('0011');
    await hears(second.call, 'dialect.seek');
    await second.untilQueues(['dialect']);
    t.equal(second.arrived['wish'], 'dialect', 'with the database still away');
    await station.parts.postgres.kill('SIGCONT');
    // A service that started while the database was away knows who asks only once the accounts were read.
    await station.until('the accounts known', async () =>
      (await station.api('GET', '/api/v1/live')).status === 200 ? true : undefined,
    );
    await first.call.hangUp();
    await second.call.sendDigits('5');
    await second.call.sendDigits('0');
    await second.untilQueues(['dialect', 'general']);
    t.match(await second.fact('WishKept'), { wish: null });
    await second.call.hangUp();
    const third = await dial('0011');
    t.equal(third.arrived['wish'], undefined, 'forgotten');
    await third.untilQueues(['general']);
    await third.call.hangUp();
    await speaker.act('sign-out');
  },
);

t.test('the elderly whom the office has entered, and a repeat call, hear no menu', async (t) => {
  const bad = await station.api('POST', '/api/v1/caller-wishes', {
    callers: [{ number: '031100000021', wish: 'vip' }],
  });
  t.equal(bad.status, 400, JSON.stringify(bad.body));
  const entered = await station.api('POST', '/api/v1/caller-wishes', {
    callers: [{ number: '031100000021', wish: 'person' }],
  });
  t.equal(entered.status, 200, JSON.stringify(entered.body));
  const old = await dial('0021');
  t.equal(old.arrived['wish'], 'person');
  await old.untilQueues(['general']);
  t.equal((await old.facts('FlowStepped')).length, 0, 'in line at once');
  await hears(old.call, 'wish.person');
  const sinceMs = Date.now();
  await old.call.sendDigits('*');
  await hears(old.call, 'menu.main', sinceMs);
  t.match(await old.fact('WishKept'), { wish: null, by: 'caller' });
  await old.call.hangUp();
  const later = await dial('0021');
  t.equal(later.arrived['wish'], undefined, 'by the star key he has chosen the menu for good');
  await later.call.hangUp();

  const fresh = await dial('0022');
  t.equal(fresh.arrived['callsBefore'], undefined);
  await hears(fresh.call, 'menu.main');
  t.equal((await fresh.facts('ContactQueued')).length, 0, 'the menu');
  await fresh.call.hangUp();
  const again = await dial('0022');
  t.equal(again.arrived['callsBefore'], 1);
  await again.untilQueues(['general']);
  await again.call.hangUp();
});
