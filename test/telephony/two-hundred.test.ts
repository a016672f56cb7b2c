// Two hundred calls, phones that answer by themselves: none lost, all within 15 s of the INVITE, all on record; the times are reported.
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Call } from '../phones/call.js';
import { createPhone, type Phone } from '../phones/phone.js';
import { startStation, type JournaledFact } from './station.js';

/** As many side by side as leave agents free, then as many as always leave somebody waiting for an agent. */
const waves = [
  { calls: 120, atOnce: 14 },
  { calls: 80, atOnce: 18 },
] as const;
const calls = waves.reduce((sum, wave) => sum + wave.calls, 0);
/** The standard's answer time. */
const goalMs = 15_000;
const talkMs = 1_000;

const lastAgent = "- { id: '1008', name: 演示八, team: west, skills: [general], autoAnswer: true }";
const lastDevice = '- { id: d1008, name: 座席08 }';
const moreIds = ['1009', '1010', '1011', '1012', '1013', '1014', '1015', '1016'];
const agentIds = ['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008', ...moreIds];

const station = await startStation({
  portBase: 18360,
  sipPort: 18370,
  rtpStart: 21_600,
  policies: [
    ['wrapUp: 60s', 'wrapUp: 1s'],
    ['greeting: full', 'greeting: short'],
  ],
  files: {
    'agents.yaml': [[lastAgent, [lastAgent, ...moreIds.map(agentRow)].join('\n')]],
    'devices.yaml': [[lastDevice, [lastDevice, ...moreIds.map(deviceRow)].join('\n')]],
  },
});
t.teardown(() => station.close());

function agentRow(id: string): string {
  return `- { id: '${id}', name: 演示, team: west, skills: [general], autoAnswer: true }`;
}

function deviceRow(id: string): string {
  return `- { id: d${id}, name: 座席${id.slice(2)} }`;
}

/** A phone that keeps no sound: there are many calls. */
async function loadPhone(user: string, host: string, password?: string): Promise<Phone> {
  const phone = await createPhone({
    user,
    ...(password !== undefined && { password }),
    server: { host: '127.0.0.1', port: station.sipPort },
    bind: { host },
    toneHz: 500,
    keepAudioMs: 0,
    onInvite: { autoAnswerMs: 0 },
  });
  t.teardown(() => phone.close());
  return phone;
}

/** The caller's last four digits of the contacts in talk, followed by one look at a time. */
function watchTalks() {
  const talking = new Set<string>();
  let over = false;
  const watched = (async () => {
    while (!over) {
      const { body } = await station.api('GET', '/api/v1/live');
      const contacts = body['contacts'] as { stage: string; callerMasked: string }[];
      for (const { stage, callerMasked } of contacts)
        if (stage === 'talking') talking.add(callerMasked.slice(-4));
      await sleep(150);
    }
  })();
  return {
    talking,
    async stop() {
      over = true;
      await watched;
    },
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
}

function tell(t: Test, what: string, values: readonly number[]): void {
  const [median, p95, most] = [0.5, 0.95, 1].map((share) => quantile(values, share));
  t.comment(`${what}: median ${median} ms, p95 ${p95} ms, longest ${most} ms (${values.length} calls)`);
}

interface Offered {
  readonly contactId: string;
  /** When the agent became ready, and when the contact was queued. */
  readonly readyAtMs: number;
  readonly queuedAtMs: number;
  /** The INVITE at the agent's phone. */
  readonly invitedAtMs: number;
}

/** Every offer with the INVITE it became: the n-th of a device is the n-th call its phone saw. */
function offersOf(facts: readonly JournaledFact[], phones: ReadonlyMap<string, Phone>): readonly Offered[] {
  const ready = new Map<string, number>();
  const queued = new Map<string, number>();
  const seen = new Map<string, number>();
  return facts.flatMap((fact) => {
    if (fact.type === 'AgentActivityChanged' && fact['to'] === 'ready') ready.set(fact.id, fact.atMs);
    if (fact.type === 'ContactQueued') queued.set(fact.id, fact.atMs);
    if (fact.type !== 'OfferMade') return [];
    const deviceId = String(fact['deviceId']);
    const nth = seen.get(deviceId) ?? 0;
    seen.set(deviceId, nth + 1);
    const invitedAtMs = phones.get(deviceId)?.history[nth]?.invitedAtMs;
    if (invitedAtMs === undefined) return [];
    const readyAtMs = ready.get(String(fact['agentId'])) ?? 0;
    return [{ contactId: fact.id, readyAtMs, queuedAtMs: queued.get(fact.id) ?? 0, invitedAtMs }];
  });
}

t.test('200 calls: every one is answered in time and on record', async (t) => {
  const phones = new Map<string, Phone>();
  for (const agentId of agentIds) {
    const deviceId = `d${agentId}`;
    const phone = await loadPhone(deviceId, '127.0.0.1', await station.devicePassword(deviceId));
    await phone.register();
    await station.signIn(agentId, deviceId);
    phones.set(deviceId, phone);
  }
  const carrier = await loadPhone('carrier', '127.0.0.2');
  const fromMs = Date.now();
  const talks = watchTalks();

  /** One citizen: calls, is joined, talks a second, hangs up. */
  async function citizen(last4: string): Promise<Call> {
    const call = await carrier.call('12345', { from: { user: `03110000${last4}` } });
    await call.untilUp();
    await station.until(`talk of ${last4}`, async () => talks.talking.has(last4) || undefined, 2 * goalMs);
    await sleep(talkMs);
    await call.hangUp();
    return call;
  }

  const done: Call[] = [];
  const answeredByWave: number[] = [];
  let next = 0;
  for (const wave of waves) {
    const end = next + wave.calls;
    await Promise.all(
      Array.from({ length: wave.atOnce }, async (_unused, lane) => {
        await sleep(lane * 200);
        while (next < end) {
          next += 1;
          done.push(await citizen(String(1_000 + next)));
          await sleep(1_200);
        }
      }),
    );
    answeredByWave.push(done.length);
  }
  await talks.stop();
  t.same(answeredByWave, [120, 200], 'nobody is left without an agent');

  const facts = await station.facts();
  const arrived = new Map(
    facts
      .filter(({ type }) => type === 'ContactArrived')
      .map((fact) => [String(fact['sipCallId']), { contactId: fact.id, masked: fact['callerMasked'] }]),
  );
  const joinedAtMs = new Map(
    facts.filter(({ type }) => type === 'AgentConnected').map(({ id, atMs }) => [id, atMs]),
  );
  const offers = offersOf(facts, phones);
  const waits = done.map((call) => {
    const contactId = arrived.get(call.sipCallId)?.contactId ?? '';
    return (joinedAtMs.get(contactId) ?? Infinity) - call.invitedAtMs;
  });
  const inTime = waits.filter((waitMs) => waitMs <= goalMs).length;
  t.equal(inTime, calls, 'the 15-second rate from INVITE is 100 %');
  t.comment(`15-second rate from INVITE: ${inTime} of ${calls}`);
  tell(t, 'INVITE to talk', waits);
  tell(
    t,
    'INVITE to first audio',
    done.map((call) => (call.firstAudioAtMs ?? Infinity) - call.invitedAtMs),
  );
  const free = offers.filter(({ readyAtMs, queuedAtMs }) => readyAtMs < queuedAtMs);
  const invitedAtMs = new Map(
    done.map((call) => [arrived.get(call.sipCallId)?.contactId ?? '', call.invitedAtMs]),
  );
  tell(
    t,
    'INVITE to INVITE at a free agent',
    free.map((offer) => offer.invitedAtMs - (invitedAtMs.get(offer.contactId) ?? 0)),
  );
  const awaited = offers.filter(({ readyAtMs, queuedAtMs }) => readyAtMs >= queuedAtMs);
  tell(
    t,
    'agent ready to INVITE at the agent, a citizen waiting',
    awaited.map((offer) => offer.invitedAtMs - offer.readyAtMs),
  );
  t.ok(free.length > 0 && awaited.length > 0, 'both cases occurred');

  const kpis = await station.until('every record in the database', async () => {
    const { body } = await station.api('GET', `/api/v1/kpis?from=${fromMs}&to=${Date.now() + 1_000}`);
    const { total } = body as {
      total: { counts: Record<string, unknown>; figures: Record<string, unknown> };
    };
    return total.counts['offered'] === calls && total.counts['undecided'] === 0 ? total : undefined;
  });
  t.match(kpis.counts, { offered: calls, answered: calls, answeredInTime: calls, interruptions: 0 });
  t.match(kpis.figures, {
    answerRate: { numerator: calls, denominator: calls },
    within15OfOffered: { numerator: calls, denominator: calls },
    within15OfAnswered: { numerator: calls, denominator: calls },
  });
  await station.until('no channel left', async () => (await station.channels()).length === 0 || undefined);
  t.same(await station.bridges(), []);
  t.same(
    facts.filter(({ type }) => ['RecordingFailed', 'OneWayAudio', 'PromptFailed'].includes(type)),
    [],
    'and nothing went wrong beside',
  );
});
