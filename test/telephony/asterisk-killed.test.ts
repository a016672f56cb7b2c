// Asterisk dies under its calls: each is closed with the cause, the agents are free again, and the next call is answered.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { heard } from '../phones/audio.js';
import type { Call } from '../phones/call.js';
import { doubleTalks } from './journal-judge.js';
import { startStation, type JournaledFact, type Seat } from './station.js';

/** From the kill until agents can be called again. */
const usableWithinMs = 10_000;

const station = await startStation({
  portBase: 18_520,
  sipPort: 18_530,
  rtpStart: 23_200,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());

const factsOf = async (id: string, type: string): Promise<readonly JournaledFact[]> =>
  (await station.facts(type)).filter((fact) => fact.id === id);

async function arrive(last4: string): Promise<{ readonly id: string; readonly call: Call }> {
  const call = await (await station.citizen(last4)).call('12345');
  const arrived = await station.until(`the arrival of ${last4}`, async () =>
    (await station.facts('ContactArrived')).find(({ sipCallId }) => sipCallId === call.sipCallId),
  );
  return { id: arrived.id, call };
}

async function joined(id: string): Promise<void> {
  await station.until('joined', async () => (await factsOf(id, 'AgentConnected'))[0], 15_000);
}

t.test('killed with two talks, one waiting and one in the greeting', async (t) => {
  const seats: Seat[] = [await station.seat('1001'), await station.seat('1002')];
  const talks = [await arrive('0001'), await arrive('0002')];
  for (const seat of seats) await seat.phone.incoming();
  for (const { id } of talks) await joined(id);
  const others = [await arrive('0003'), await arrive('0004')];
  await sleep(500);

  const killedAtMs = Date.now();
  await station.parts.asterisk.kill('SIGKILL');
  for (const seat of seats) await seat.untilState('wrapup');
  for (const { id } of [...talks, ...others]) {
    const ended = await station.until('the end', async () => (await factsOf(id, 'ContactEnded'))[0]);
    t.match(ended, { by: 'system', reason: 'node', inGap: true });
  }
  for (const { id } of talks) t.match((await factsOf(id, 'TalkEnded'))[0], { interrupted: 'node' });

  for (const seat of seats) {
    t.equal((await seat.act('ready')).status, 200);
    await seat.untilState('ready');
  }
  const next = await (await station.citizen('0005')).call('12345');
  const leg = await Promise.any(seats.map(({ phone }) => phone.incoming(usableWithinMs)));
  const rangAfterMs = Date.now() - killedAtMs;
  t.ok(rangAfterMs < usableWithinMs, `an agent's phone rang ${String(rangAfterMs)} ms after the kill`);
  await station.until('the new talk', async () => {
    const tone = { hz: 700, fromMs: Date.now() - 500, toMs: Date.now() };
    return heard(next, tone) > 0.8 || undefined;
  });
  await leg.hangUp();
  await next.untilEnded();

  for (const { id } of talks) {
    const { record } = await station.closedRecord(id);
    t.match(record, { answered: true, missed: false, interruptions: 1, endReason: 'node', inGap: true });
  }
  for (const { id } of others) {
    const { record } = await station.closedRecord(id);
    t.match(record, { answered: false, missed: true, missedCause: 'lost', inGap: true });
  }
  t.match((await station.facts('DataGap')).at(-1), { part: 'asterisk' });
  t.same(doubleTalks(await station.facts()), []);
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
});
