// 小休名额 on real phones, two agents of a team with one place: the second hears his number, works on and goes when the first is back;
// 9 leaves urgently all the same; a supervisor's order needs no place, and is audited.
import t, { type Test } from 'tap';
import type { Call } from '../phones/call.js';
import { startStation, type JournaledFact, type Seat } from './station.js';

const station = await startStation({
  portBase: 17_300,
  sipPort: 17_320,
  rtpStart: 26_400,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
  files: { 'teams.yaml': [['en: Team 1', 'en: Team 1, breaks: { all: 1 }']] },
});
t.teardown(() => station.close());

const first = await station.seat('1002');
const second = await station.seat('1003', { onInvite: 'manual' });

interface Shown {
  readonly agentId: string;
  readonly state: string;
  readonly reason: string | null;
  readonly breakWish: { readonly reason: string; readonly sinceMs: number } | null;
}

async function shown({ agentId }: Seat): Promise<Shown | undefined> {
  const { body } = await station.api('GET', '/api/v1/live');
  return (body['agents'] as Shown[]).find((one) => one.agentId === agentId);
}

const factsOf = async ({ agentId }: Seat, type: string): Promise<readonly JournaledFact[]> =>
  (await station.facts(type)).filter((fact) => fact.stream === 'agent' && fact.id === agentId);

/** Dials a code and hears its words. */
async function dials(t: Test, { phone }: Seat, code: string, promptId: string, slot?: string): Promise<Call> {
  const call = await phone.call(code);
  await call.untilUp();
  const sinceMs = call.answeredAtMs ?? 0;
  const match = await station.hears(call, promptId, { sinceMs, ...(slot !== undefined && { slot }) });
  t.ok(match.score >= 0.8, `${code}: ${promptId}`);
  return call;
}

const untilQueued = (seat: Seat) =>
  station.until(`${seat.agentId} waits for a place`, async () =>
    (await shown(seat))?.breakWish === null ? undefined : true,
  );

t.test(
  'who asks second hears his number, takes calls meanwhile, and goes when the first is back',
  async (t) => {
    await dials(t, first, '*231', 'a.break', 'rest');
    await first.untilState('break');
    const asked = await dials(t, second, '*232', 'a.break.queue', '1');
    t.equal((await asked.untilEnded()).by, 'remote', 'nothing pressed, it is over');
    await untilQueued(second);
    t.match(await shown(second), { state: 'ready', breakWish: { reason: 'meal' } });

    const citizen = await (await station.citizen('0801')).call('12345');
    const offered = await second.phone.incoming();
    await offered.answer();
    await second.untilState('talking');
    await dials(t, first, '*22', 'a.ready');
    t.match(await shown(second), { state: 'talking', breakWish: null }, 'the place is his');
    t.equal((await factsOf(second, 'AgentPlanned')).length, 1, 'when the call is over');
    await dials(t, first, '*231', 'a.break.queue', '1');
    await citizen.hangUp();
    await second.untilState('wrapup');
    t.match(
      await shown(first),
      { state: 'ready', breakWish: { reason: 'rest' } },
      'from then on it is taken',
    );
    await dials(t, second, '*24', 'a.ready');
    await second.untilState('break');
    t.match(await shown(second), { reason: 'meal' });

    await dials(t, second, '*22', 'a.ready');
    await first.untilState('break');
    t.match(await shown(first), { reason: 'rest', breakWish: null });
  },
);

t.test('9 leaves urgently though no place is left', async (t) => {
  const asked = await dials(t, second, '*231', 'a.break.queue', '1');
  await asked.sendDigits('9');
  await second.untilState('break');
  t.match(await shown(second), { reason: 'urgent' });
  t.match(await shown(first), { state: 'break' });
  await dials(t, second, '*22', 'a.ready');
});

t.test("a supervisor's order needs no place, and says who and why", async (t) => {
  await dials(t, second, '*233', 'a.break.queue', '1');
  await untilQueued(second);
  const asSupervisor = await station.apiAs('1001');
  const order = { reason: 'training', note: '培训已开始' };
  t.match(await asSupervisor('POST', '/api/v1/agents/1003/break', { reason: 'training' }), {
    status: 400,
    body: { code: 'REASON_NEEDED' },
  });
  t.equal((await asSupervisor('POST', '/api/v1/agents/1003/break', order)).status, 200);
  await second.untilState('break');
  t.match(await shown(second), { reason: 'training', breakWish: null });
  t.match(await shown(first), { state: 'break' }, 'two are on a break now');
  t.match((await factsOf(second, 'AgentForced')).at(-1), {
    act: 'GoBreak',
    by: '1001',
    reason: '培训已开始',
  });
  const audited = await station.until('the order in the audit', async () =>
    (await station.facts('Audited')).find((fact) => fact['about'] === '1003' && fact['by'] === '1001'),
  );
  t.match(audited, { act: 'agent.act', by: '1001', details: { act: 'GoBreak', reason: '培训已开始' } });

  t.equal((await asSupervisor('POST', '/api/v1/agents/1002/ready', { reason: '来电很多' })).status, 200);
  await first.untilState('ready');
  await dials(t, first, '*231', 'a.break.queue', '1');
  t.match(await shown(first), { state: 'ready' }, 'the place that was ordered counts, too');
});
