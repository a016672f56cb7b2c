// Redis stops, freezes and dies: talks go on, callers are answered and wait, nobody is offered, and no agent is given twice.
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { doubleTalks, longestRingMs } from './journal-judge.js';
import { startStation, type JournaledFact } from './station.js';

const outageMs = 10_000;
/** policies.yaml's ring time, the engine's margin on the lease, and what the issue grants on top. */
const stuckMs = 8_000 + 5_000 + 5_000;

const station = await startStation({
  portBase: 18_540,
  sipPort: 18_550,
  rtpStart: 23_400,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());

const [first, second] = [await station.seat('1001'), await station.seat('1002')];
const redis = station.parts.redis;

const factsOf = async (id: string, type: string): Promise<readonly JournaledFact[]> =>
  (await station.facts(type)).filter((fact) => fact.id === id);

interface Caller {
  readonly id: string;
  readonly call: Call;
}

async function arrive(last4: string): Promise<Caller> {
  const call = await (await station.citizen(last4)).call('12345');
  const arrived = await station.until(`the arrival of ${last4}`, async () =>
    (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === call.sipCallId),
  );
  return { id: arrived.id, call };
}

async function untilJoined({ id }: Caller): Promise<JournaledFact> {
  return station.until('joined', async () => (await factsOf(id, 'AgentConnected'))[0], 20_000);
}

async function untilStore(wanted: 'up' | 'away'): Promise<void> {
  await station.until(`Redis ${wanted}`, async () => {
    const { body } = await station.api('GET', '/readyz');
    return (body['condition'] as { store: string }).store === wanted || undefined;
  });
}

async function hangUpAll(callers: readonly Caller[]): Promise<void> {
  for (const { call } of callers) await call.hangUp();
  for (const seat of [first, second]) await seat.untilState('ready', 15_000);
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
}

async function outage(
  t: Test,
  names: readonly string[],
  away: () => Promise<void>,
  back: () => Promise<void>,
) {
  await second.act('break', { reason: 'rest' });
  const talking = await arrive(names[0]!);
  await untilJoined(talking);
  second.phone.setOnInvite('noAnswer');
  await second.act('ready');
  const ringing = await arrive(names[1]!);
  await station.until('a phone rings', async () => (await factsOf(ringing.id, 'OfferMade'))[0]);

  const awayAtMs = Date.now();
  await away();
  await untilStore('away');
  const waiting = await arrive(names[2]!);
  await station.hears(waiting.call, 'greet.short', { sinceMs: awayAtMs });
  await sleep(outageMs - (Date.now() - awayAtMs));
  const { hz, fromMs, toMs } = { hz: 700, fromMs: awayAtMs, toMs: Date.now() - 300 };
  t.ok(heard(talking.call, { hz, fromMs, toMs }) > 0.9, 'the talk goes on all the time');
  t.equal(waiting.call.state, 'up', 'who calls meanwhile is answered');
  const offers = (await station.facts('OfferMade')).filter(({ atMs }) => atMs > awayAtMs + 1_000);
  t.same(offers, [], 'and nobody is offered');
  second.phone.setOnInvite({ autoAnswerMs: 200 });

  await back();
  await untilStore('up');
  t.match((await station.facts('PartBack')).at(-1), { part: 'redis' });
  await second.act('ready');
  await untilJoined(ringing);
  await talking.call.hangUp();
  await untilJoined(waiting);
  await hangUpAll([ringing, waiting]);
  t.ok(longestRingMs(await station.facts(), Date.now()) < stuckMs, 'no agent was stuck');
  t.same(doubleTalks(await station.facts()), []);
}

t.test('stopped for ten seconds', (t) =>
  outage(
    t,
    ['0001', '0002', '0003'],
    () => redis.stop(),
    () => redis.start(),
  ),
);

t.test('frozen for ten seconds', (t) =>
  outage(
    t,
    ['0011', '0012', '0013'],
    () => redis.kill('SIGSTOP'),
    () => redis.kill('SIGCONT'),
  ),
);

t.test('killed again and again under many calls: everybody is served once', async (t) => {
  first.phone.setOnInvite({ autoAnswerMs: 200 });
  const callers: Caller[] = [];
  for (let n = 0; n < 6; n += 1) callers.push(await arrive(`002${String(n)}`));
  const ends = callers.map(async (caller) => {
    await station.until('joined', async () => (await factsOf(caller.id, 'AgentConnected'))[0], 90_000);
    await sleep(1_000);
    await caller.call.hangUp();
  });
  for (let kill = 0; kill < 3; kill += 1) {
    await sleep(2_500);
    await redis.kill('SIGKILL');
    await redis.whenReady();
    await untilStore('up');
  }
  await Promise.all(ends);
  for (const { id } of callers) {
    const { record } = await station.closedRecord(id);
    t.match(record, { answered: true, missed: false, incomplete: false });
  }
  const facts = await station.facts();
  t.same(doubleTalks(facts), [], 'no agent in two talks');
  t.ok(longestRingMs(facts, Date.now()) < stuckMs);
  t.ok((await station.facts('PartBack')).filter(({ part }) => part === 'redis').length >= 5);
  await hangUpAll([]);
});
