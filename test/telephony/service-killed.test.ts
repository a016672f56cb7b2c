// The service dies under its calls: talks go on, those who wait keep their order, and who gave up meanwhile is not forgotten.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import t from 'tap';
import { layoutOf } from '../../scripts/run/layout.mjs';
import { databaseUrl } from '../../scripts/run/postgres.mjs';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { startStation, type JournaledFact } from './station.js';

const portBase = 18_500;
const station = await startStation({
  portBase,
  sipPort: 18_510,
  rtpStart: 23_000,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['menu: false', 'menu: true'],
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());

const talkHz = { agent: 700, citizen: 500 };
const factsOf = async (id: string, type: string): Promise<readonly JournaledFact[]> =>
  (await station.facts(type)).filter((fact) => fact.id === id);

interface Caller {
  readonly call: Call;
  readonly id: string;
}

/** A citizen in the menu: his call is up, and the service knows it. */
async function inMenu(last4: string): Promise<Caller> {
  const call = await (await station.citizen(last4, { toneHz: talkHz.citizen })).call('12345');
  const arrived = await station.until(`the arrival of ${last4}`, async () =>
    (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === call.sipCallId),
  );
  await call.untilUp();
  return { call, id: arrived.id };
}

/** A citizen who has asked for a person: 0 in the menu. */
async function inLine(last4: string): Promise<Caller> {
  const caller = await inMenu(last4);
  await caller.call.sendDigits('0');
  await station.until(`${last4} in line`, async () => (await factsOf(caller.id, 'ContactQueued'))[0]);
  return caller;
}

/** Every fifth of a second between two instants: the least share of the tone. */
function leastHeard(listener: Call, hz: number, fromMs: number, toMs: number): number {
  let least = 1;
  for (let at = fromMs; at + 200 <= toMs; at += 200)
    least = Math.min(least, heard(listener, { hz, fromMs: at, toMs: at + 200 }));
  return least;
}

const queuedAtOf = async (id: string): Promise<unknown> => {
  const { body } = await station.api('GET', '/api/v1/live');
  const contacts = body['contacts'] as { contactId: string; queuedAtMs: number | null }[];
  return contacts.find(({ contactId }) => contactId === id)?.queuedAtMs;
};

t.test('killed with a talk, a queue and a menu, and a call while it is down', async (t) => {
  const seat = await station.seat('1001', { toneHz: talkHz.agent });
  const talking = await inLine('0001');
  const atAgent = await seat.phone.incoming(15_000);
  await station.until('the talk', async () => (await factsOf(talking.id, 'AgentConnected'))[0], 15_000);
  const second = await inLine('0002');
  const third = await inLine('0003');
  const impatient = await inLine('0004');
  const queuedAt = await Promise.all([second, third].map(({ id }) => queuedAtOf(id)));
  const choosing = await inMenu('0005');
  const late = await station.citizen('0006');

  await sleep(1_000);
  const killedAtMs = Date.now();
  const ended = station.parts.service.whenEnded();
  await station.parts.service.kill('SIGKILL');
  // Until its connection is gone with it, Asterisk hands it calls; those are found as the one in the menu is.
  await ended;
  const lateCall = await late.call('12345');
  await impatient.call.hangUp();
  await station.parts.service.whenReady();
  const backAtMs = Date.now();
  t.comment(`the service was away for ${String(backAtMs - killedAtMs)} ms`);
  t.equal(lateCall.state, 'up', 'the late one was answered by Asterisk meanwhile');

  const resumed = await station.hears(choosing.call, 'menu.resume', { sinceMs: killedAtMs });
  t.ok(
    resumed.atMs - backAtMs < 3_000,
    `greeted again ${String(Math.round(resumed.atMs - backAtMs))} ms after`,
  );
  await station.hears(choosing.call, 'greet.short', { sinceMs: resumed.atMs, timeoutMs: 15_000 });
  await choosing.call.sendDigits('0');

  const [fromMs, toMs] = [killedAtMs - 800, Math.min(Date.now() - 300, backAtMs + 3_000)];
  t.ok(
    leastHeard(talking.call, talkHz.agent, fromMs, toMs) > 0.8,
    'the citizen hears the agent all the time',
  );
  t.ok(leastHeard(atAgent, talkHz.citizen, fromMs, toMs) > 0.8, 'and the agent the citizen');
  t.same(await Promise.all([second, third].map(({ id }) => queuedAtOf(id))), queuedAt, 'their first place');

  const arrivedLate = await station.until(
    'the late one is here',
    async () =>
      (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === lateCall.sipCallId),
    15_000,
  );
  await station.until(
    'the late one is in line, by his silence',
    async () => (await factsOf(arrivedLate.id, 'ContactQueued'))[0],
    30_000,
  );

  await atAgent.hangUp();
  const everyone = [talking, second, third, choosing, { id: arrivedLate.id, call: lateCall }];
  for (const { call, id } of everyone.slice(1)) {
    const leg = await seat.phone.incoming(20_000);
    await station.until('joined', async () => (await factsOf(id, 'AgentConnected'))[0]);
    await sleep(1_000);
    t.ok(heard(call, { hz: talkHz.agent, fromMs: Date.now() - 500, toMs: Date.now() }) > 0.8);
    await leg.hangUp();
    await call.untilEnded(15_000);
  }
  const order = (await station.facts('AgentConnected')).map(({ id }) => id);
  t.same(
    order,
    everyone.map(({ id }) => id),
    'served in the order of their asking',
  );

  for (const { id } of everyone) {
    const { record } = await station.closedRecord(id);
    t.match(record, { answered: true, missed: false, agentIds: ['1001'], inGap: false, incomplete: false });
  }
  const gone = await station.closedRecord(impatient.id);
  t.match(gone.record, {
    answered: false,
    missed: true,
    missedCause: 'abandoned',
    abandonedDuring: 'waiting',
    inGap: true,
  });
  const gap = (await station.facts('DataGap')).at(-1);
  t.match(gap, { part: 'service' });
  t.ok(Number(gap?.['fromMs']) <= killedAtMs && Number(gap?.['toMs']) >= killedAtMs);
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
});

t.test('ten who give up while the service is away are in the figures, each as a missed call', async (t) => {
  const before = await totals();
  const killedAtMs = Date.now();
  await station.parts.service.stop();
  const callers = await Promise.all(Array.from({ length: 10 }, (_, n) => station.citizen(String(1_000 + n))));
  for (const caller of callers) {
    const call = await caller.call('12345');
    await call.untilUp();
    await sleep(300);
    await call.hangUp();
  }
  await station.parts.service.start();
  const missed = await station.until('ten missed calls', async () => {
    const { body } = await station.api('GET', '/api/v1/contacts?missed=true&limit=50');
    const records = (body['contacts'] as Readonly<Record<string, unknown>>[]).filter(
      ({ missedCause }) => missedCause === 'away',
    );
    return records.length >= 10 ? records : undefined;
  });
  t.equal(missed.length, 10);
  for (const record of missed) {
    t.match(record, { answered: false, missed: true, inGap: true, dnis: '12345', kpiLine: '12345' });
    t.ok(Number(record['arrivedAtMs']) >= killedAtMs && Number(record['waitMs']) >= 250);
  }
  const after = await totals();
  t.same([after.offered - before.offered, after.answered - before.answered], [10, 0]);
  const facts = await station.facts('CallMissedByService');
  const callerKeys = [...new Set(facts.map(({ callerKey }) => callerKey))];
  t.same([facts.length, callerKeys.length], [10, 10], 'ten calls of ten callers');

  await station.until(
    'the call records are emptied',
    async () => (await readdir(join(station.home, 'cdr'))).length === 0 || undefined,
  );
  const layout = layoutOf({ YIHAO_HOME: station.home, YIHAO_PORT_BASE: String(portBase) });
  const database = new pg.Client({ connectionString: await databaseUrl(layout) });
  await database.connect();
  const { rows } = await database.query<{ number: string }>(
    'select number from caller where caller_key = any($1)',
    [callerKeys],
  );
  await database.end();
  t.equal(rows.length, 10, 'and every number is where a callback finds it');
});

async function totals(): Promise<{ readonly offered: number; readonly answered: number }> {
  const { body } = await station.api('GET', '/api/v1/kpis?by=day');
  const { counts } = body['total'] as { counts: Readonly<Record<string, number>> };
  return { offered: counts['offered'] ?? 0, answered: counts['answered'] ?? 0 };
}
