// The agent's phone dies in the middle of a talk: the citizen stays, is told, and comes first; the same agent is preferred.
import t from 'tap';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { createPhone, type Phone } from '../phones/phone.js';
import { startStation, type Seat } from './station.js';

/** Seconds allowed to notice: one qualify round and its time-out, then one second in which the audio stands still; and slack. */
const noticedWithinMs = 5_000;

const station = await startStation({
  portBase: 18_400,
  sipPort: 18_410,
  rtpStart: 22_000,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
    ['wrapUp: 60s', 'wrapUp: 1s'],
  ],
  env: { YIHAO_RTP_TIMEOUT_MS: '3000' },
});
const revived: Phone[] = [];
t.teardown(async () => {
  await Promise.all(revived.map((phone) => phone.close()));
  await station.close();
});

const factsOf = async (id: string, type?: string) =>
  (await station.facts(type)).filter((fact) => fact.id === id);

const alarms = async () => {
  const { body } = await station.api('GET', '/api/v1/live');
  return (body['condition'] as { alarms: { alarm: string; about: string }[] }).alarms;
};

/** A citizen who has come to talk with whoever is at this phone. */
async function talkAt(phone: Phone, last4: string): Promise<{ id: string; call: Call; atAgent: Call }> {
  const before = (await station.facts('AgentConnected')).length;
  const call = await (await station.citizen(last4)).call('12345');
  let atAgent = await phone.incoming(15_000);
  // A call that followed a restart was not asked for: it comes first, and is over.
  while (atAgent.state === 'ended') atAgent = await phone.incoming(15_000);
  const joined = async () => (await station.facts('AgentConnected'))[before]?.id;
  return { id: await station.until('a talk', joined, 15_000), call, atAgent };
}

/** The device's phone is switched on again, elsewhere. */
async function revive(seat: Seat): Promise<Phone> {
  const phone = await createPhone({
    user: seat.deviceId,
    password: await station.devicePassword(seat.deviceId),
    server: { host: '127.0.0.1', port: station.sipPort },
    bind: { host: '127.0.0.1' },
    toneHz: 900,
    onInvite: { autoAnswerMs: 200 },
  });
  revived.push(phone);
  await phone.register();
  return phone;
}

/** Until the contact is in line again; the instant it was put there. */
const requeued = (id: string) =>
  station.until('ContactRequeued', async () => (await factsOf(id, 'ContactRequeued'))[0]?.atMs);

/** Until the contact talks for the second time; the fact of it. */
const joinedAgain = (id: string) =>
  station.until('a second talk', async () => (await factsOf(id, 'AgentConnected'))[1], 20_000);

const seat = await station.seat('1001');
const other = await station.seat('1002');
/** The phone that stands on the first agent's desk now. */
let { phone } = seat;

t.test(
  'a phone dies and is back within 10 s: the citizen waits for it, and has the same agent',
  async (t) => {
    const { id, call } = await talkAt(seat.phone, '0001');
    const diedAtMs = Date.now();
    await seat.phone.die();
    const noticedMs = (await requeued(id)) - diedAtMs;
    t.comment(`the death of the phone was noticed after ${noticedMs} ms`);
    t.ok(noticedMs <= noticedWithinMs, 'noticed in time');
    await station.hears(call, 'queue.resume', { sinceMs: diedAtMs });
    t.equal(call.state, 'up', 'the citizen is not hung up');
    t.equal(await seat.state(), 'unreachable');
    t.equal(await other.state(), 'ready', 'another agent is free, and not rung');

    phone = await revive(seat);
    await joinedAgain(id);
    t.match(
      (await factsOf(id, 'OfferMade')).map(({ agentId, decision }) => ({ agentId, decision })),
      [
        { agentId: '1001' },
        { agentId: '1001', decision: { rule: 'preferred', place: 1, requires: ['general'] } },
      ],
    );
    t.equal((await factsOf(id, 'ContactQueued')).length, 1, 'it never lost its place');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const window = { fromMs: Date.now() - 1_000, toMs: Date.now() };
    t.ok(heard(call, { hz: 900, ...window }) > 0.9, 'they hear one another again');

    await (await phone.incoming()).hangUp();
    const { record } = await station.closedRecord(id);
    t.match(record, {
      answered: true,
      missed: false,
      endedBy: 'agent',
      interruptions: 1,
      agentIds: ['1001'],
    });
    t.equal((record['recordings'] as string[]).length, 2, 'a recording for each talk');
    t.match(await factsOf(id, 'TalkEnded'), [{ by: 'system', interrupted: 'phone' }, { by: 'agent' }]);
    await seat.untilState('ready');
  },
);

t.test('a phone restarted within a second: an alarm, and the talk goes on at the new address', async (t) => {
  await other.act('break', { reason: 'rest' });
  const { id, call } = await talkAt(phone, '0002');
  const diedAtMs = Date.now();
  await phone.die();
  phone = await revive(seat);
  const alarm = async () => (await alarms()).find(({ alarm: name }) => name === 'newContactAddress');
  t.match(await station.until('the alarm', alarm), { about: seat.deviceId });
  t.ok((await requeued(id)) - diedAtMs <= noticedWithinMs, 'noticed in time');
  t.match(await joinedAgain(id), { agentId: '1001' });
  t.equal(await alarm(), undefined, 'answered at the new address: no alarm any more');
  await call.hangUp();
  t.match((await station.closedRecord(id)).record, { endedBy: 'citizen', interruptions: 1 });
  await seat.untilState('ready');
});

t.test('a phone that is registered but sends no audio any more is lost as well', async (t) => {
  const { id, call, atAgent } = await talkAt(phone, '0003');
  phone.setOnInvite('manual');
  const deafAtMs = Date.now();
  atAgent.freezeAudio();
  const noticedMs = (await requeued(id)) - deafAtMs;
  t.comment(`dead audio was noticed after ${noticedMs} ms, at an RTP time-out of 3 s`);
  t.ok(noticedMs >= 1_500 && noticedMs <= 6_000, 'after the RTP time-out');
  await station.hears(call, 'queue.resume', { sinceMs: deafAtMs });
  phone.setOnInvite({ autoAnswerMs: 200 });
  await (await phone.incoming()).answer();
  await joinedAgain(id);
  await call.hangUp();
  t.match((await station.closedRecord(id)).record, { endedBy: 'citizen', interruptions: 1 });
  t.match(await factsOf(id, 'TalkEnded'), [{ interrupted: 'phone', causeCode: 44 }, { by: 'citizen' }]);
  await seat.untilState('ready');
});

t.test('a phone that does not come back: after 10 s another agent, before all who wait', async (t) => {
  const { id, call } = await talkAt(phone, '0004');
  const later = await (await station.citizen('0005')).call('12345');
  await phone.die();
  const requeuedAtMs = await requeued(id);
  const wait = requeuedAtMs + 9_000 - Date.now();
  await new Promise((resolve) => setTimeout(resolve, wait));
  t.equal((await factsOf(id, 'OfferMade')).length, 1, 'nobody else is rung in the first 10 s');
  const place = async () => {
    const { body } = await station.api('GET', '/api/v1/live');
    const contacts = body['contacts'] as { contactId: string; place: number | null }[];
    return contacts.find(({ contactId }) => contactId === id)?.place;
  };
  t.equal(await place(), 1, 'he is the head of the queue');

  await station.until('10 s over', async () => Date.now() > requeuedAtMs + 10_200 || undefined);
  await other.act('ready');
  const { agentId, decision, atMs } = await station.until(
    'an offer to the other agent',
    async () => (await factsOf(id, 'OfferMade'))[1],
  );
  t.match({ agentId, decision }, { agentId: '1002', decision: { rule: 'longestIdle', place: 1 } });
  t.comment(`the other agent was rung ${atMs - requeuedAtMs} ms after the citizen was back in line`);
  await joinedAgain(id);
  t.equal(later.state, 'up', 'who came later still waits');
  t.equal(call.state, 'up');

  // After his wrap-up of a second he would be given the one who came later.
  await other.act('break', { reason: 'rest' });
  await (await other.phone.incoming()).hangUp();
  t.match((await station.closedRecord(id)).record, {
    endedBy: 'agent',
    interruptions: 1,
    agentIds: ['1001', '1002'],
  });
  await later.hangUp();
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
  t.equal(await seat.state(), 'unreachable');
  t.match(await factsOf(seat.agentId, 'AgentLeaseExpired'), []);
});
