// The distributor: order of service, strategies, rings and records by example; then whole lives against the plain one.
import assert from 'node:assert/strict';
import t from 'tap';
import type { AgentOnDuty } from '../../src/acd/on-duty.js';
import { orderOfService, overtakenAtMost, type WaitingContact } from '../../src/acd/place.js';
import type { Proposal } from '../../src/acd/match.js';
import { createQueueModel, match, type Routing } from '../../src/acd/queue-model.js';
import { previewRings, type QueueRouting, type Ring } from '../../src/acd/rings.js';
import type { AgentId, ContactId, DeviceId, QueueId, SkillName } from '../../src/contact/ids.js';
import { runDistributor } from './distributor-run.js';

const nowMs = 1_000_000;

function waiting(id: string, over: Partial<WaitingContact> = {}): WaitingContact {
  return {
    contactId: id as ContactId,
    version: 1,
    queueId: 'general' as QueueId,
    requires: [],
    also: [],
    priority: 0,
    resumed: false,
    prefer: null,
    turn: 1,
    queuedAtMs: nowMs - 20_000,
    arrivedAtMs: nowMs - 30_000,
    ...over,
  };
}

const levels = (skills: Readonly<Record<string, number>>) =>
  new Map(Object.entries(skills) as [SkillName, number][]);

function ready(
  id: string,
  skills: Readonly<Record<string, number>> = {},
  over: Partial<AgentOnDuty> = {},
): AgentOnDuty {
  return {
    agentId: id as AgentId,
    version: 1,
    deviceId: `d${id}` as DeviceId,
    skills: levels(skills),
    ready: true,
    idleSinceMs: nowMs - 60_000,
    standing: {
      state: over.ready === false ? 'wrapup' : 'ready',
      breakReason: null,
      sinceMs: nowMs - 70_000,
    },
    busy: [],
    ...over,
  };
}

const ring = (requires: readonly string[], over: Partial<Ring>): Ring => ({
  requires,
  afterMs: null,
  fewerThan: null,
  placeAbove: null,
  ...over,
});

const routed = (over: Partial<QueueRouting> = {}, placesPerPriority = 3): Routing => ({
  queues: new Map([['general' as QueueId, { strategy: 'longestIdle', rings: [], ...over }]]),
  placesPerPriority,
});
const pairs = (proposals: readonly Proposal[]) =>
  proposals.map(({ contactId, agentId }) => `${contactId}>${agentId}`);
const run = (
  contacts: readonly WaitingContact[],
  agents: readonly AgentOnDuty[],
  routing: Routing = routed(),
) => match({ nowMs, routing, waiting: contacts, agents });

t.test('the order of service: cut off, then turns, a step of priority being worth some of them', (t) => {
  const inOrder = [
    waiting('z', { resumed: true, turn: 90 }),
    waiting('y', { turn: 10, priority: 3 }),
    waiting('x', { turn: 2 }),
    waiting('w', { turn: 5, priority: 1 }),
    waiting('v', { turn: 3 }),
    waiting('u', { turn: 4 }),
    waiting('a', { turn: 4, queuedAtMs: nowMs }),
    waiting('b', { turn: 4, queuedAtMs: nowMs }),
  ];
  t.same([...inOrder].reverse().sort(orderOfService(3)), inOrder);
  const agents = ['1', '2', '3', '4', '5', '6', '7', '8'].map((id) => ready(id));
  t.same(pairs(run([...inOrder].reverse(), agents)), [
    'z>1',
    'y>2',
    'x>3',
    'w>4',
    'v>5',
    'u>6',
    'a>7',
    'b>8',
  ]);
  t.end();
});

t.test('the bound is reached and not passed, however many of higher priority come', (t) => {
  const routing = routed({}, 4);
  const model = createQueueModel(routing);
  model.putContact(waiting('old', { turn: 1 }), nowMs);
  let overtaken = 0;
  for (let turn = 2; ; turn += 1) {
    model.putContact(waiting(`c${String(turn)}`, { turn, priority: 2 }), nowMs);
    model.putAgent(ready('1'), nowMs);
    const [{ contactId } = { contactId: '' }] = model.propose(nowMs);
    if (contactId === 'old') break;
    model.dropContact(contactId as ContactId);
    overtaken += 1;
    assert.ok(overtaken < 100);
  }
  t.equal(overtaken, overtakenAtMost(0, 2, 4));
  t.equal(overtakenAtMost(2, 2, 4), 0, 'nobody overtakes the highest');
  t.end();
});

t.test(
  'the record: who might have taken it and why he was not chosen, who might not and what he lacks',
  (t) => {
    const [proposal, ...others] = run(
      [waiting('c', { requires: ['tax >= 3', 'lang.zh or lang.yue >= 5'], version: 7 })],
      [
        ready('1', { tax: 3, 'lang.yue': 4 }),
        ready('2', { tax: 5, 'lang.zh': 1 }, { idleSinceMs: nowMs - 5_000 }),
        ready('3', { tax: 3, 'lang.yue': 5 }, { idleSinceMs: nowMs - 9_000, version: 4 }),
        ready('4', { tax: 9, 'lang.zh': 9 }, { ready: false }),
        ready('5', { 'lang.zh': 9 }, { idleSinceMs: nowMs - 1_000 }),
      ],
    );
    const score = { ring: 0, choice: 1, busyMs: 0 };
    t.same(others, []);
    t.same(proposal, {
      contactId: 'c',
      contactVersion: 7,
      agentId: '3',
      agentVersion: 4,
      deviceId: 'd3',
      decision: {
        contactId: 'c',
        agentId: '3',
        queueId: 'general',
        requires: ['tax >= 3', 'lang.zh or lang.yue >= 5'],
        rule: 'longestIdle',
        ring: 0,
        openRings: [],
        waitedMs: 30_000,
        place: 1,
        eligible: [
          { agentId: '3', fit: 8, total: 8, idleMs: 9_000, ...score },
          { agentId: '2', fit: 6, total: 6, idleMs: 5_000, ...score, why: 'idle' },
        ],
        eligibleCount: 2,
        signedInCount: 3,
        signedIn: [
          { lacks: ['lang.zh or lang.yue >= 5'], agents: `1=r${(nowMs - 60_000).toString(36)}` },
          { lacks: ['tax >= 3'], agents: `5=r${(nowMs - 1_000).toString(36)}` },
          {
            ring: 0,
            agents: [
              `3=r${(nowMs - 9_000).toString(36)}`,
              `2=r${(nowMs - 5_000).toString(36)}`,
              `4=w${(nowMs - 70_000).toString(36)}`,
            ].join(' '),
          },
        ],
      },
    });
    t.end();
  },
);

t.test('each strategy has its own first choice', (t) => {
  const hour = 3_600_000;
  const agents = [
    ready('1', { tax: 5 }, { idleSinceMs: 1, busy: [{ endsMs: nowMs, busyMs: 50 }] }),
    ready('2', { tax: 9, law: 9 }, { busy: [{ endsMs: nowMs, busyMs: 20 }] }),
    ready('3', { tax: 3 }, { busy: [{ endsMs: nowMs, busyMs: 30 }] }),
    ready('4', { tax: 4, law: 1 }, { busy: [{ endsMs: nowMs - hour, busyMs: 999 }] }),
  ];
  const call = [waiting('c', { requires: ['tax >= 3'] })];
  const chosen = (strategy: QueueRouting['strategy']) => {
    const [proposal] = run(call, agents, routed({ strategy }));
    return [proposal?.agentId, ...(proposal?.decision.eligible ?? []).map(({ why }) => why ?? 'chosen')];
  };
  t.same(chosen('longestIdle'), ['1', 'chosen', 'idle', 'idle', 'idle']);
  t.same(chosen('bestSkill'), ['2', 'chosen', 'fit', 'fit', 'fit']);
  t.same(chosen('leastSkilled'), ['3', 'chosen', 'total', 'total', 'total']);
  t.same(chosen('leastBusy'), ['4', 'chosen', 'busy', 'busy', 'busy']);
  t.end();
});

t.test('rings open by time, by cover and by place; the inner agent is preferred', (t) => {
  const call = (over: Partial<WaitingContact> = {}) => waiting('c', { requires: ['tax >= 5'], ...over });
  const novice = ready('1', { tax: 1 });
  const expert = ready('2', { tax: 8 }, { idleSinceMs: nowMs });
  const byTime = routed({ rings: [ring(['tax'], { afterMs: 30_000 })] });
  t.same(pairs(run([call()], [novice], byTime)), [], '20 s are not 30');
  const model = createQueueModel(byTime);
  model.putContact(call(), nowMs);
  model.putAgent(novice, nowMs);
  t.same(model.propose(nowMs), []);
  t.equal(model.nextChangeAtMs(), nowMs + 10_000, 'the model says when to look again');
  t.same(pairs(model.propose(nowMs + 9_999)), []);
  t.same(pairs(model.propose(nowMs + 10_000)), ['c>1']);
  t.equal(model.nextChangeAtMs(), null);
  const late = call({ queuedAtMs: nowMs - 30_000 });
  t.same(pairs(run([late], [novice, expert], byTime)), ['c>2'], 'though he is idle for no time');

  const byCover = routed({ rings: [ring(['tax'], { fewerThan: 1 })] });
  t.same(pairs(run([call()], [novice], byCover)), ['c>1']);
  t.same(
    pairs(run([call()], [novice, { ...expert, ready: false }], byCover)),
    [],
    'he is at least signed in',
  );

  const byPlace = routed({ rings: [ring([], { placeAbove: 1 })] });
  t.same(pairs(run([call()], [novice], byPlace)), []);
  t.same(pairs(run([call(), waiting('d', { requires: ['tax >= 5'], turn: 2 })], [novice], byPlace)), ['c>1']);

  const yue = call({ requires: ['tax >= 5', 'lang.yue'], also: ['lang.yue'], queuedAtMs: 0 });
  t.same(pairs(run([yue], [novice], byTime)), [], 'what the flow asks besides is never given up');
  t.same(pairs(run([yue], [ready('3', { tax: 1, 'lang.yue': 1 })], byTime)), ['c>3']);
  t.end();
});

t.test('a preview says whom each ring adds', (t) => {
  const person = (id: string, tax: number, signedIn: boolean) => ({
    agentId: id as AgentId,
    skills: levels({ tax }),
    signedIn,
    ready: signedIn && id !== '2',
  });
  const people = [person('1', 8, true), person('2', 3, true), person('3', 3, false), person('4', 1, true)];
  const rings = [ring(['tax >= 3'], { afterMs: 30_000 }), ring(['tax'], { fewerThan: 2 })];
  const preview = (waitedMs: number) =>
    previewRings(['tax >= 5'], rings, people, { waitedMs, waiting: 0 }).map(
      ({ ring: n, requires, open, adds, ready: free, addsEver }) =>
        [n, requires, open, adds, free, addsEver] as const,
    );
  t.same(preview(0), [
    [0, ['tax >= 5'], true, ['1'], ['1'], ['1']],
    [1, ['tax >= 3'], false, ['2'], [], ['2', '3']],
    [2, ['tax'], true, ['4'], ['4'], ['4']],
  ]);
  t.equal(preview(30_000)[1]?.[2], true, 'a call that has waited has more rings open');
  const [own, byTime] = previewRings(['tax >= 5'], rings, people, { waitedMs: 0, waiting: 0 });
  t.match(own, { afterMs: null, fewerThan: null, placeAbove: null });
  t.match(byTime, { afterMs: 30_000, fewerThan: null, placeAbove: null });
  t.end();
});

t.test('who waits for one agent gets him alone until that time is over', (t) => {
  const prefer = { agentId: '9' as AgentId, untilMs: nowMs + 10 };
  const contacts = [waiting('a', { prefer }), waiting('b', { turn: 2 })];
  t.same(pairs(run(contacts, [ready('1')])), ['b>1']);
  const both = run(contacts, [ready('1'), ready('9')]);
  t.same(pairs(both), ['a>9', 'b>1']);
  t.equal(both[0]?.decision.rule, 'preferred');
  t.equal(both[0]?.decision.eligible[0]?.why, 'preferred');
  const model = createQueueModel(routed());
  for (const contact of contacts) model.putContact(contact, nowMs);
  model.putAgent(ready('1'), nowMs);
  t.same(pairs(model.propose(nowMs + 10)), ['a>1']);
  t.end();
});

t.test('places and counts by queue; a drop of nothing is nothing', (t) => {
  const model = createQueueModel(routed());
  model.putContact(waiting('a', { queuedAtMs: 50 }), nowMs);
  model.putContact(waiting('b', { turn: 2, queuedAtMs: 40 }), nowMs);
  model.putContact(waiting('c', { queueId: 'other' as QueueId }), nowMs);
  model.putAgent(ready('1', { tax: 1 }), nowMs);
  model.putAgent(ready('2', {}, { ready: false }), nowMs);
  t.same(model.counts(), { waiting: 3, signedIn: 2, ready: 1 });
  t.same(model.queueView('general' as QueueId), { waiting: 2, longestSinceMs: 40 });
  t.equal(model.placeOf('b' as ContactId), 2);
  t.equal(model.placeOf('c' as ContactId), 1);
  t.equal(model.placeOf('gone' as ContactId), null);
  t.equal(model.cover('general' as QueueId, ['tax']), 1);
  model.dropContact('a' as ContactId);
  model.dropContact('a' as ContactId);
  model.dropAgent('1' as AgentId);
  model.dropAgent('1' as AgentId);
  t.same(model.counts(), { waiting: 2, signedIn: 1, ready: 0 });
  t.equal(model.cover('general' as QueueId, ['tax']), 0);
  t.end();
});

t.test(
  'whole lives: every pair and record is what the plain distributor says, and every promise holds',
  (t) => {
    let byRing = 0;
    let overtaken = 0;
    for (const seed of [11, 12, 13, 14]) {
      const tally = runDistributor(seed, 2_000);
      byRing += tally.byRing;
      overtaken = Math.max(overtaken, tally.overtaken);
    }
    t.ok(byRing > 200, 'rings were used');
    t.ok(overtaken > 1, 'calls were overtaken');
    t.end();
  },
);

t.test(
  'an event costs about as much among 50,000 waiting and 10,000 agents as among a tenth of them',
  (t) => {
    const [small, large] = [eventMs(1_000, 5_000), eventMs(10_000, 50_000)];
    t.comment(`one event: ${small.toFixed(3)} ms among 5,000 waiting, ${large.toFixed(3)} ms among 50,000`);
    t.ok(large < 5, 'far below what anybody hears');
    t.ok(large < 4 * small + 0.5, 'far from growing with the number');
    t.end();
  },
);

/** Median of: an agent is ready, gets a call, and both are gone; a new call comes. 20 skills, 30 queues, three rings. */
function eventMs(agents: number, contacts: number): number {
  const skill = (n: number) => `s${String(n % 20)}`;
  const queueOf = (n: number) => `q${String(n % 30)}` as QueueId;
  const rings = (n: number) => [
    ring([`${skill(n)} >= 3`], { afterMs: 30_000 }),
    ring([skill(n)], { placeAbove: 100 }),
    ring([skill(n + 1)], { fewerThan: 3 }),
  ];
  const queues = Array.from({ length: 30 }, (_, n): [QueueId, QueueRouting] => [
    queueOf(n),
    { strategy: 'leastSkilled', rings: rings(n) },
  ]);
  const model = createQueueModel({ queues: new Map(queues), placesPerPriority: 20 });
  const call = (n: number) =>
    waiting(`c${String(n)}`, {
      queueId: queueOf(n),
      requires: [`${skill(n % 30)} >= 5`],
      turn: n,
      priority: n % 3,
      queuedAtMs: nowMs - ((n * 37) % 60_000),
    });
  for (let n = 0; n < contacts; n += 1) model.putContact(call(n), nowMs);
  const person = (n: number) =>
    ready(`a${String(n)}`, { [skill(n * 7)]: 1 + (n % 10), [skill(n * 7 + 5)]: 1 + ((n * 3) % 10) });
  for (let n = 0; n < agents; n += 1) model.putAgent({ ...person(n), ready: false }, nowMs);
  const times = Array.from({ length: 400 }, (_, n) => {
    const agent = person((n * 31) % agents);
    const startedAtMs = performance.now();
    model.putAgent(agent, nowMs);
    const [proposal] = model.propose(nowMs);
    if (proposal !== undefined) model.dropContact(proposal.contactId);
    model.putAgent({ ...agent, ready: false }, nowMs);
    model.putContact(call(contacts + n), nowMs);
    return performance.now() - startedAtMs;
  });
  return times.sort((one, other) => one - other)[200] ?? Infinity;
}
