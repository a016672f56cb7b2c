// Routing on real parts, each case with a number, a queue and people of its own, side by side: skills, rings, overflow, the agent of the last call,
// rests after calls that rang out, break places, the note that ends a longer wrap-up, and the expected wait as it is heard.
import t from 'tap';
import type { Call } from '../phones/call.js';
import { startStation, type JournaledFact } from './station.js';

const say = '[{ prompt: greet.main, short: greet.short, mustHear: true }]';
const exits = 'onTimeout: waitedLong, onNobody: nobodyHere, onOverload: tooMany';
const line = (queue: string, more = '') =>
  `  ${queue}: { enqueue: ${queue}, say: ${say}, ${more}${exits} }\n`;
const numbers = {
  taxes: '12315',
  ringed: '12316',
  front: '12318',
  small: '12320',
  lasting: '12328',
  missing: '12329',
  telling: '12333',
} as const;
type Line = keyof typeof numbers;
const lines = Object.keys(numbers) as Line[];

const station = await startStation({
  portBase: 19_760,
  sipPort: 19_780,
  rtpStart: 31_700,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
    ['ring: 8s', 'ring: 3s'],
    ['wrapUp: 60s', 'wrapUp: 20s'],
    ['missedRests: [30s, 2m]', 'missedRests: [2s, 5s]'],
    ['spread: 5m', 'spread: 30m'],
  ],
  files: {
    'skills.yaml': [
      [
        '- { id: general,',
        `${['law', 'line', 'other', 'last', 'miss', 'wait'].map((id) => `- { id: c.${id}, name: ${id} }`).join('\n')}\n- { id: general,`,
      ],
    ],
    'teams.yaml': [['en: Team 1', 'en: Team 1, breaks: { all: 1 }']],
    // One who holds everything never signs in, so that every queue of the files has somebody.
    'agents.yaml': [
      [
        "- {\n    id: '1001',",
        "- { id: '1099', name: 演示, team: west, skills: [general, enterprise, tax, minor, lang.yue, lang.en, c.law: 9, c.line] }\n- {\n    id: '1001',",
      ],
      ['skills: [general, enterprise, tax],', 'skills: [tax: 5],'],
      ['skills: [general, enterprise, lang.en]', 'skills: [tax: 2]'],
      ['skills: [general, lang.yue]', 'skills: [c.law: 3]'],
      ['skills: [general, minor]', 'skills: [c.wait]'],
      ['skills: [general, tax, minor]', 'skills: [c.other]'],
      ['skills: [general, enterprise, lang.yue]', 'skills: [c.last]'],
      ['skills: [general], autoAnswer: true', 'skills: [c.last]'],
      ['skills: [general], autoAnswer: true', 'skills: [c.miss]'],
    ],
    'queues.yaml': [
      [
        '- id: general\n',
        `- { id: taxes, name: 税务, requires: tax >= 3 }
- { id: ringed, name: 法规, requires: c.law >= 9, rings: [{ requires: c.law, after: 5s }] }
- { id: front, name: 前, requires: c.line }
- { id: behind, name: 后, requires: c.other }
- { id: small, name: 小, requires: c.line }
- { id: lasting, name: 熟, requires: c.last, sticky: { days: 7, wait: 5s } }
- { id: missing, name: 未接, requires: c.miss }
- { id: telling, name: 预计, requires: c.wait, tellWait: true }
- id: general\n`,
      ],
    ],
    'prompts/2-waiting.yaml': [['          - [1, 2]\n', '          - [1, 30]\n          - [1, 2]\n']],
    'flows/12345.yaml': [
      [
        '  who:\n    branch:\n',
        [
          ...lines.filter((name) => name !== 'front' && name !== 'small').map((name) => line(name)),
          line('front', 'overflow: { after: 4s, next: behind }, '),
          line('behind'),
          line('small', 'overflow: { placeAbove: 1, next: leaveMessage }, '),
          '  who:\n    branch:\n',
          ...lines.map((name) => `      - { tag: n${numbers[name]}, next: ${name} }\n`),
        ].join(''),
      ],
    ],
  },
});
t.teardown(() => station.close());

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const factsOf = async (id: string, type: string) =>
  (await station.facts(type)).filter((fact) => fact.id === id);
const fieldOf = (fact: JournaledFact | undefined, name: string) =>
  Object(fact?.[name]) as Readonly<Record<string, unknown>>;

interface Citizen {
  readonly id: string;
  readonly call: Call;
}

/** A call to a line, once the service knows of it. */
async function calls(name: Line, last4: string): Promise<Citizen> {
  const came = async () =>
    (await station.facts('ContactArrived')).filter((fact) => fact['dnis'] === numbers[name]);
  const before = (await came()).length;
  const call = await (await station.citizen(last4)).call(numbers[name]);
  return { id: await station.until(`a call to ${name}`, async () => (await came())[before]?.id), call };
}

/** The n-th fact of a type, 0 = the first. */
const untilFact = (id: string, type: string, n = 0, timeoutMs?: number): Promise<JournaledFact> =>
  station.until(`${type} of ${id}`, async () => (await factsOf(id, type))[n], timeoutMs);

/** A case runs beside the others from the start; its test waits for it. */
function beside<Result>(run: () => Promise<Result>): Promise<Result> {
  const running = run();
  running.catch(() => undefined);
  return running;
}

// One after the other: eight log-ins at once are much for a busy machine.
const novice = await station.seat('1002');
await station.seat('1001');
const lawyer = await station.seat('1003');
await station.seat('1004');
await station.seat('1005');
const last = await station.seat('1006');
const alsoLast = await station.seat('1007');
const misser = await station.seat('1008', { onInvite: 'manual' });

const skilled = beside(async () => {
  const { id, call } = await calls('taxes', '0101');
  const connected = await untilFact(id, 'AgentConnected');
  const offers = await factsOf(id, 'OfferMade');
  await call.hangUp();
  return { connected, offers, rangNovice: novice.phone.calls.length };
});

const widened = beside(async () => {
  const { id, call } = await calls('ringed', '0201');
  const queued = await untilFact(id, 'ContactQueued');
  const offered = await untilFact(id, 'OfferMade', 0, 20_000);
  await untilFact(id, 'AgentConnected');
  await call.hangUp();
  return { offered, waitedMs: offered.atMs - queued.atMs };
});

const overflowed = beside(async () => {
  const { id, call } = await calls('front', '0301');
  const connected = await untilFact(id, 'AgentConnected', 0, 20_000);
  const [queued, again] = await factsOf(id, 'ContactQueued');
  const [exited] = await factsOf(id, 'QueueExited');
  const [offered] = await factsOf(id, 'OfferMade');
  await call.hangUp();
  return { id, connected, queued, again, exited, offered, record: (await station.closedRecord(id)).record };
});

const recorded = beside(async () => {
  const first = await calls('small', '0401');
  await untilFact(first.id, 'ContactQueued');
  const { id, call } = await calls('small', '0402');
  await station.hears(call, 'msg.record', { sinceMs: call.invitedAtMs, timeoutMs: 30_000 });
  await pause(station.soundMs('msg.tone') + 4_000);
  await call.sendDigits('#');
  const left = await untilFact(id, 'VoicemailLeft', 0, 15_000);
  await first.call.hangUp();
  const [exited] = await factsOf(id, 'QueueExited');
  return { left, exited, firstLeft: await factsOf(first.id, 'QueueExited') };
});

const sticky = beside(async () => {
  const seats = { '1006': last, '1007': alsoLast };
  const talk = async () => {
    const { id, call } = await calls('lasting', '0501');
    const queued = await untilFact(id, 'ContactQueued');
    const offered = await untilFact(id, 'OfferMade', 0, 15_000);
    const connected = await untilFact(id, 'AgentConnected');
    await pause(500);
    await call.hangUp();
    const agentId = String(connected['agentId']) as keyof typeof seats;
    await seats[agentId].untilState('wrapup');
    const waitedMs = offered.atMs - queued.atMs;
    return { id, agentId, rule: fieldOf(offered, 'decision')['rule'], waitedMs };
  };
  const one = await talk();
  // He is in his wrap-up: he is waited for, and then the other one is rung.
  const two = await talk();
  await seats[one.agentId].untilState('ready', 30_000);
  const asOther = await station.apiAs(two.agentId);
  await asOther('POST', `/api/v1/agents/${two.agentId}/wrap-up/extend`);
  const wrapping = await seats[two.agentId].state();
  await asOther('POST', `/api/v1/contacts/${two.id}/disposition`, { outcome: 'direct' });
  await seats[two.agentId].untilState('ready', 3_000);
  // Both are ready, the first one for longer.
  const three = await talk();
  return { one, two, three, wrapping };
});

const missed = beside(async () => {
  const { id, call } = await calls('missing', '0601');
  // A phone whose ringing is heard of too late is no missed call: it is rung again.
  const rangOut = async () =>
    (await factsOf(id, 'OfferEnded')).filter((fact) => fact['outcome'] === 'rona').length === 3 || undefined;
  await station.until('the third ring in vain', rangOut, 50_000);
  await misser.untilState('missed');
  const own = await station.apiAs('1008');
  await pause(6_000);
  const rests = (await station.facts('AgentActivityChanged'))
    .filter((fact) => fact.id === '1008' && fact['from'] === 'missed')
    .map((fact) => Number(fact['lastedMs']));
  const state = await misser.state();
  const offers = await factsOf(id, 'OfferMade');
  await own('POST', '/api/v1/agents/1008/ready');
  await untilFact(id, 'OfferMade', offers.length);
  const ended = await factsOf(id, 'OfferEnded');
  await call.hangUp();
  return { rests, state, offers, ended };
});

const told = beside(async () => {
  const citizens: Citizen[] = [];
  for (let n = 0; n < 4; n += 1) citizens.push(await calls('telling', `070${String(n)}`));
  const { id, call } = citizens[3]!;
  const wait = await untilFact(id, 'WaitTold', 0, 60_000);
  const slot = `${String(wait['fromMinutes'])}-${String(wait['toMinutes'])}`;
  const phrase = await station.hears(call, 'queue.ewt', {
    sinceMs: wait.atMs - 500,
    slot,
    timeoutMs: 30_000,
  });
  await Promise.all(citizens.map((one) => one.call.hangUp()));
  return { wait, phrase };
});

t.test('skills: the call rings him alone who has the level', async (t) => {
  const { connected, offers, rangNovice } = await skilled;
  t.equal(connected['agentId'], '1001');
  t.same(
    offers.map((offer) => offer['agentId']),
    ['1001'],
  );
  t.equal(rangNovice, 0, 'who has less is not rung at all');
  const groups = fieldOf(offers[0], 'decision')['signedIn'] as { lacks?: string[]; agents: string }[];
  t.match(groups.find(({ lacks }) => lacks?.includes('tax >= 3'))?.agents, /\b1002=r/);
});

t.test('rings: after its time the ring lets others take the call', async (t) => {
  const { offered, waitedMs } = await widened;
  t.match(offered, { agentId: '1003', decision: { ring: 1, openRings: [1] } });
  t.ok(waitedMs >= 5_000 && waitedMs < 7_000, `${String(waitedMs)} ms`);
});

t.test('overflow: rings in the other queue, and his wait counts from the first', async (t) => {
  const { connected, queued, again, exited, offered, record } = await overflowed;
  const because = { by: 'waited' };
  t.match(exited, { queueId: 'front', exit: 'overflow', because });
  t.match(again, { queueId: 'behind', overflowed: { from: 'front', because } });
  const stayedMs = (again?.atMs ?? 0) - (queued?.atMs ?? 0);
  t.ok(stayedMs >= 4_000 && stayedMs < 6_000, `${String(stayedMs)} ms in the first line`);
  t.match(offered, { agentId: '1005', decision: { queueId: 'behind', overflowed: { from: 'front' } } });
  t.equal(connected['queuedMs'], connected.atMs - (queued?.atMs ?? 0));
  t.match(record, { answered: true, queueId: 'behind', queuedWaitMs: connected['queuedMs'] });
});

t.test('overflow: with the line full enough, a message is taken at once', async (t) => {
  const { left, exited, firstLeft } = await recorded;
  t.match(exited, { queueId: 'small', exit: 'overflow', because: { by: 'place', place: 2, above: 1 } });
  t.match(left, { end: 'key' });
  t.same(firstLeft, [], 'who was there before goes on waiting');
});

t.test(
  'the agent of the last call is waited for, then anybody; a longer wrap-up ends with its note',
  async (t) => {
    const { one, two, three, wrapping } = await sticky;
    t.not(two.agentId, one.agentId);
    t.ok(two.waitedMs >= 5_000 && two.waitedMs < 7_000, `waited ${String(two.waitedMs)} ms for him`);
    t.equal(wrapping, 'wrapup');
    t.match(
      three,
      { agentId: two.agentId, rule: 'preferred' },
      'though the other one has been idle for longer',
    );
  },
);

t.test('rests after calls that rang out grow, and the third is over only when he says so', async (t) => {
  const { rests, state, offers, ended } = await missed;
  const [first = 0, second = 0] = rests;
  t.ok(first >= 1_900 && first < 3_500, `${String(first)} ms`);
  t.ok(second >= 4_900 && second < 6_500, `${String(second)} ms`);
  t.equal(rests.length, 2);
  t.equal(state, 'missed', 'he sees it');
  t.equal(offers.length, ended.length, 'the call waits, though nobody else could take it');
});

t.test('break places: who asks second waits in line and goes when the first is back', async (t) => {
  await Promise.all([skilled, widened]);
  await lawyer.act('wrap-up/end');
  const asNovice = await station.apiAs('1002');
  const asLawyer = await station.apiAs('1003');
  const goBreak = { reason: 'rest' };
  t.equal((await asNovice('POST', '/api/v1/agents/1002/break', goBreak)).status, 200);
  await novice.untilState('break');
  t.equal((await asLawyer('POST', '/api/v1/agents/1003/break', goBreak)).status, 200);
  const shown = async () => {
    const { body } = await station.api('GET', '/api/v1/live');
    return (body['agents'] as { agentId: string }[]).find(({ agentId }) => agentId === '1003');
  };
  t.match(await shown(), { state: 'ready', breakWish: { reason: 'rest' } }, 'he takes calls meanwhile');
  t.equal((await asNovice('POST', '/api/v1/agents/1002/ready')).status, 200);
  await lawyer.untilState('break');
  t.match(await shown(), { state: 'break', breakWish: null });
});

t.test('the expected wait is heard where the queue tells it', async (t) => {
  const { wait, phrase } = await told;
  t.ok(Number(wait['fromMinutes']) >= 1 && Number(wait['toMinutes']) <= 30);
  t.ok(phrase.score > 0.8, `likeness ${phrase.score.toFixed(2)}`);
});

t.test('nothing is left', async (t) => {
  await Promise.all([overflowed, recorded, sticky, missed]);
  await station.until(
    'no channel left',
    async () => (await station.channels()).length === 0 || undefined,
    30_000,
  );
  t.same(await station.bridges(), []);
});
