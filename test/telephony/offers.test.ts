// Every way an offer ends without a talk, with a real phone: what becomes of the agent, and that the citizen keeps his place.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { request } from 'undici';
import type { OfferOutcome } from '../../src/contact/offer.js';
import type { Call } from '../phones/call.js';
import { createPhone, type OnInvite, type Phone } from '../phones/phone.js';
import { startStation, type Seat } from './station.js';

const portBase = 18_420;
const station = await startStation({
  portBase,
  sipPort: 18_430,
  rtpStart: 22_200,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['ring: 8s', 'ring: 4s'],
    ['rest: 10s', 'rest: 2s'],
  ],
});
const revived: Phone[] = [];
t.teardown(async () => {
  await Promise.all(revived.map((phone) => phone.close()));
  await station.close();
});

/** The agent whose phone misbehaves: he has been idle longest, so each call is offered to him first. */
const first = await station.seat('1001', { onInvite: 'manual' });
const second = await station.seat('1002', { ready: false });
let lastCitizen = 10;

const factsOf = async (id: string, type?: string) =>
  (await station.facts(type)).filter((fact) => fact.id === id);

const standing = async (alarm: string) => {
  const { body } = await station.api('GET', '/api/v1/live');
  const { alarms } = body['condition'] as { alarms: { alarm: string; about: string }[] };
  return alarms.filter((one) => one.alarm === alarm);
};

/** A new citizen; resolves when he is in line. */
async function arrival(): Promise<{ id: string; call: Call }> {
  lastCitizen += 1;
  const before = (await station.facts('ContactQueued')).length;
  const call = await (await station.citizen(`00${lastCitizen}`)).call('12345');
  const queued = async () => (await station.facts('ContactQueued'))[before]?.id;
  return { id: await station.until('a place in line', queued), call };
}

const offerEnded = (id: string, nth = 0, timeoutMs = 10_000) =>
  station.until('OfferEnded', async () => (await factsOf(id, 'OfferEnded'))[nth], timeoutMs);

/** The citizen gives up, and his call is over and done with. */
async function leaves({ id, call }: { id: string; call: Call }): Promise<void> {
  await call.hangUp();
  await station.until('ContactEnded', async () => (await factsOf(id, 'ContactEnded'))[0]);
}

/** One row of the table: the phone answers so, the offer ends so, the agent is so afterwards. */
interface Row {
  readonly title: string;
  readonly onInvite: OnInvite;
  readonly outcome: OfferOutcome;
  readonly causeCode: number;
  readonly state: string;
  readonly reason?: string;
}

const rows: readonly Row[] = [
  { title: '486', onInvite: 'busy', outcome: 'busyOwnCall', causeCode: 17, state: 'busyOwnCall' },
  {
    title: '600',
    onInvite: { rejectStatus: 600 },
    outcome: 'busyOwnCall',
    causeCode: 17,
    state: 'busyOwnCall',
  },
  { title: '603', onInvite: 'decline', outcome: 'declined', causeCode: 21, state: 'busyOwnCall' },
  { title: '480', onInvite: 'dnd', outcome: 'doNotDisturb', causeCode: 19, state: 'break', reason: 'other' },
  {
    title: '488',
    onInvite: 'notAcceptable',
    outcome: 'misconfigured',
    causeCode: 58,
    state: 'break',
    reason: 'system',
  },
  {
    title: '606',
    onInvite: { rejectStatus: 606 },
    outcome: 'misconfigured',
    causeCode: 58,
    state: 'break',
    reason: 'system',
  },
  { title: '404', onInvite: 'notFound', outcome: 'unreachable', causeCode: 1, state: 'unreachable' },
  {
    title: '604',
    onInvite: { rejectStatus: 604 },
    outcome: 'unreachable',
    causeCode: 1,
    state: 'unreachable',
  },
  {
    title: '408',
    onInvite: { rejectStatus: 408 },
    outcome: 'unreachable',
    causeCode: 18,
    state: 'unreachable',
  },
];

/** The phone is heard of again: it registers anew. */
async function registersAgain(seat: Seat): Promise<void> {
  await seat.phone.unregister();
  await seat.phone.register();
}

t.test('what a phone answers at once decides what becomes of its agent', async (t) => {
  for (const { title, onInvite, outcome, causeCode, state, reason } of rows) {
    first.phone.setOnInvite(onInvite);
    const citizen = await arrival();
    const ended = await offerEnded(citizen.id);
    t.match(ended, { outcome, causeCode, agentId: '1001' }, title);
    t.ok(Number(ended['rangMs']) < 2_000, `${title}: at once`);
    t.match(await shown(first), { state, ...(reason && { reason }) }, `${title}: the agent is ${state}`);
    t.match(await place(citizen.id), 1, `${title}: the citizen is where he was`);
    if (outcome === 'misconfigured') t.match(await standing('phoneMisconfigured'), [{ about: '1001' }]);
    await leaves(citizen);
    if (state === 'unreachable') await registersAgain(first);
    if (state === 'break') await first.act('ready');
    // After its rest, or its return, the phone is rung again: nobody has to do anything.
    await first.untilState('ready');
  }
});

async function shown(seat: Seat): Promise<{ state: string; reason: string | null }> {
  const { body } = await station.api('GET', '/api/v1/live');
  const agents = body['agents'] as { agentId: string; state: string; reason: string | null }[];
  const found = agents.find(({ agentId }) => agentId === seat.agentId);
  return { state: found?.state ?? '', reason: found?.reason ?? null };
}

async function place(contactId: string): Promise<number | null | undefined> {
  const { body } = await station.api('GET', '/api/v1/live');
  const contacts = body['contacts'] as { contactId: string; place: number | null }[];
  return contacts.find((one) => one.contactId === contactId)?.place;
}

t.test('nobody answers: 未应答示忙, and the next agent gets the citizen at his first place', async (t) => {
  first.phone.setOnInvite('noAnswer');
  const citizen = await arrival();
  const [queued] = await factsOf(citizen.id, 'ContactQueued');
  const rang = await first.phone.incoming();
  const later = await arrival();
  await second.act('ready');
  // The one who came later goes to the free agent: the first is still being rung.
  await second.untilState('ringing');
  second.phone.setOnInvite('manual');
  await leaves(later);
  t.match(await offerEnded(citizen.id), { outcome: 'rona', agentId: '1001' });
  await rang.untilEnded();
  t.match(await shown(first), { state: 'missed' });
  const [, again] = await station.until('the next offer', async () => {
    const offers = await factsOf(citizen.id, 'OfferMade');
    return offers.length > 1 ? offers : undefined;
  });
  t.match(again, { agentId: '1002', decision: { place: 1 } });
  const { body } = await station.api('GET', '/api/v1/live');
  const contacts = body['contacts'] as { contactId: string; queuedAtMs: number }[];
  t.equal(contacts.find(({ contactId }) => contactId === citizen.id)?.queuedAtMs, queued?.atMs);
  await leaves(citizen);
  const { record } = await station.closedRecord(citizen.id);
  t.match(record, {
    ronaCount: 1,
    offers: 2,
    missed: true,
    missedCause: 'abandoned',
    abandonedDuring: 'offered',
  });
  t.equal(await first.state(), 'missed', 'until he says ready');
  await second.act('break', { reason: 'rest' });
  t.equal((await first.act('ready')).status, 200);
});

t.test(
  'a phone that rings and then fails is rung again; one whose citizen gives up is free at once',
  async (t) => {
    first.phone.setOnInvite('manual');
    const citizen = await arrival();
    const rang = await first.phone.incoming();
    rang.reject(500);
    t.match(await offerEnded(citizen.id), { outcome: 'phoneFault', agentId: '1001' });
    t.equal(await first.state(), 'busyOwnCall', 'it rests');
    const again = await first.phone.incoming(12_000);
    await leaves(citizen);
    t.match(await again.untilEnded(), { by: 'remote' }, 'it rings no longer');
    t.match(await offerEnded(citizen.id, 1), { outcome: 'callerGone' });
    await first.untilState('ready');
  },
);

t.test('a deaf phone is given up after 2 s, until it registers anew', async (t) => {
  first.phone.setOnInvite('deaf');
  const citizen = await arrival();
  const ended = await offerEnded(citizen.id);
  t.match(ended, { outcome: 'unreachable', agentId: '1001' });
  t.ok(
    Number(ended['rangMs']) >= 1_900 && Number(ended['rangMs']) <= 3_000,
    `after ${String(ended['rangMs'])} ms`,
  );
  t.match(await shown(first), { state: 'unreachable' });
  t.equal(await place(citizen.id), 1);
  await leaves(citizen);
  await registersAgain(first);
  await first.untilState('ready');
});

t.test(
  'an unregistered phone gets no offers within 2 s, and its ringing call goes on to somebody else',
  async (t) => {
    first.phone.setOnInvite('manual');
    await first.phone.unregister();
    await first.untilState('unreachable', 2_000);
    const citizen = await arrival();
    await new Promise((resolve) => setTimeout(resolve, 500));
    t.same(await factsOf(citizen.id, 'OfferMade'), [], 'nobody is rung');

    await first.phone.register();
    const rang = await first.phone.incoming();
    t.pass('rung as soon as it is registered');
    await first.phone.unregister();
    t.match(await offerEnded(citizen.id, 0, 2_000), { outcome: 'unreachable' });
    t.match(await rang.untilEnded(2_000), { by: 'remote' }, 'its ringing is ended');
    await leaves(citizen);
    await first.phone.register();
    await first.untilState('ready');
  },
);

t.test('an agent with a call of his own is not rung; what his phone may not dial is no call', async (t) => {
  const refused = await first.phone.call('110');
  await refused.untilEnded();
  await new Promise((resolve) => setTimeout(resolve, 700));
  t.equal(await first.state(), 'ready', 'a refused call makes nobody busy');

  first.phone.setOnInvite({ autoAnswerMs: 0 });
  await ownCall(first.deviceId);
  await first.untilState('busyOwnCall', 3_000);
  const own = await first.phone.incoming();
  const citizen = await arrival();
  await new Promise((resolve) => setTimeout(resolve, 500));
  t.same(await factsOf(citizen.id, 'OfferMade'), [], 'nobody is rung');

  await station.restartService();
  await station.until('the service', async () => (await first.state()) === 'busyOwnCall' || undefined);
  first.phone.setOnInvite('manual');
  await own.hangUp();
  await first.phone.incoming(3_000);
  t.match(await factsOf(citizen.id, 'OfferMade'), [{ agentId: '1001' }], 'rung when it is over');
  await leaves(citizen);
  await first.untilState('ready');
});

/** A call at a device that nobody here made: Asterisk rings the phone and lets it hear itself. */
async function ownCall(deviceId: string): Promise<void> {
  const password = (await readFile(join(station.home, 'secrets', 'ari'), 'utf8')).trim();
  const query = { endpoint: `PJSIP/${deviceId}`, context: 'echo', extension: 's', priority: 1 };
  const { statusCode, body } = await request(`http://127.0.0.1:${portBase + 1}/ari/channels`, {
    method: 'POST',
    query,
    headers: { authorization: `Basic ${Buffer.from(`yihao:${password}`).toString('base64')}` },
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`no own call: ${statusCode}`);
}

async function samePhone(seat: Seat): Promise<Phone> {
  const phone = await createPhone({
    user: seat.deviceId,
    password: await station.devicePassword(seat.deviceId),
    server: { host: '127.0.0.1', port: station.sipPort },
    bind: { host: '127.0.0.1' },
    onInvite: 'manual',
  });
  revived.push(phone);
  return phone;
}

t.test('a second address in the middle of a talk is an alarm; the talk goes on', async (t) => {
  first.phone.setOnInvite({ autoAnswerMs: 0 });
  const citizen = await arrival();
  const atAgent = await first.phone.incoming();
  await first.untilState('talking', 15_000);
  const stranger = await samePhone(first);
  await stranger.register();
  const alarm = await station.until('the alarm', async () => (await standing('newContactAddress'))[0]);
  t.equal(alarm.about, first.deviceId);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  t.same([citizen.call.state, atAgent.state], ['up', 'up']);
  await first.phone.register();
  await stranger.close();
  await first.phone.register();
  await atAgent.hangUp();
  await citizen.call.untilEnded();
  await first.untilState('ready');
});

t.test('a silent phone is unreachable within qualify and its time-out, and back by itself', async (t) => {
  const diedAtMs = Date.now();
  await first.phone.die();
  await first.untilState('unreachable');
  const noticedMs = Date.now() - diedAtMs;
  t.comment(`noticed after ${noticedMs} ms, at 1 s of qualify and 1 s of its time-out`);
  t.ok(noticedMs <= 3_000, 'within 2 s, and a second of slack');
  const citizen = await arrival();
  await second.act('ready');
  second.phone.setOnInvite('manual');
  await second.phone.incoming();
  const offers = await station.until('the offer', async () => {
    const made = await factsOf(citizen.id, 'OfferMade');
    return made.length > 0 ? made : undefined;
  });
  t.match(offers, [{ agentId: '1002' }], 'the silent one is passed over');
  await leaves(citizen);
  const phone = await samePhone(first);
  await phone.register();
  await first.untilState('ready', 3_000);
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
});
