// Matching, place in line and the matcher's model: tables, then properties against a brute-force reference.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { match, type MatchInput, type Proposal } from '../../src/acd/match.js';
import { compareInLine, placeInLine, type WaitingContact } from '../../src/acd/place.js';
import { createQueueModel } from '../../src/acd/queue-model.js';
import type { ReadyAgent } from '../../src/acd/ready-agents.js';
import type { AgentId, ContactId, DeviceId, QueueId, SkillName } from '../../src/contact/ids.js';

const nowMs = 1_000_000;

function waiting(id: string, over: Partial<WaitingContact> = {}): WaitingContact {
  return {
    contactId: id as ContactId,
    version: 1,
    queueId: 'general' as QueueId,
    requires: [],
    priority: 0,
    resumed: false,
    prefer: null,
    queuedAtMs: nowMs - 20_000,
    arrivedAtMs: nowMs - 30_000,
    ...over,
  };
}

function ready(id: string, skills: readonly string[] = [], idleSinceMs = nowMs - 60_000): ReadyAgent {
  return {
    agentId: id as AgentId,
    version: 1,
    deviceId: `d${id}` as DeviceId,
    skills: new Set(skills as SkillName[]),
    idleSinceMs,
  };
}

const needs = (...skills: string[]) => skills as SkillName[];
const pairs = (proposals: readonly Proposal[]) =>
  proposals.map(({ contactId, agentId }) => `${contactId}>${agentId}`);
const run = (contacts: readonly WaitingContact[], agents: readonly ReadyAgent[]) =>
  match({ nowMs, waiting: contacts, ready: agents });

t.test('the order of service: priority, cut off, queued, arrived, id', (t) => {
  const last = waiting('f');
  const inOrder = [
    waiting('z', { priority: 2, queuedAtMs: nowMs }),
    waiting('y', { priority: 1, resumed: true, queuedAtMs: nowMs }),
    waiting('x', { priority: 1 }),
    waiting('w', { resumed: true, queuedAtMs: nowMs }),
    waiting('v', { queuedAtMs: nowMs - 20_001 }),
    waiting('u', { arrivedAtMs: nowMs - 30_001 }),
    waiting('e'),
    last,
  ];
  t.same([...inOrder].reverse().sort(compareInLine), inOrder);
  t.equal(placeInLine(inOrder, last), 8);
  const agents = ['1', '2', '3', '4', '5', '6', '7', '8'].map((id) => ready(id));
  t.same(pairs(run([...inOrder].reverse(), agents)), [
    'z>1',
    'y>2',
    'x>3',
    'w>4',
    'v>5',
    'u>6',
    'e>7',
    'f>8',
  ]);
  t.end();
});

t.test('the longest idle agent who holds every skill is chosen, and the record says why', (t) => {
  const [proposal, ...others] = run(
    [waiting('c', { requires: needs('tax', 'lang.zh'), version: 7 })],
    [
      ready('1', ['tax'], nowMs - 9000),
      ready('2', ['tax', 'lang.zh', 'yb'], nowMs - 5000),
      ready('3', ['lang.zh', 'tax'], nowMs - 8000),
      ready('4', [], nowMs - 1000),
    ],
  );
  t.same(others, []);
  t.same(proposal, {
    contactId: 'c',
    contactVersion: 7,
    agentId: '3',
    agentVersion: 1,
    deviceId: 'd3',
    decision: {
      contactId: 'c',
      agentId: '3',
      queueId: 'general',
      requires: ['tax', 'lang.zh'],
      rule: 'longestIdle',
      waitedMs: 30_000,
      place: 1,
      eligible: [
        { agentId: '3', idleMs: 8000 },
        { agentId: '2', idleMs: 5000 },
      ],
      eligibleCount: 2,
      notEligible: [
        { agentId: '1', lacks: ['lang.zh'] },
        { agentId: '4', lacks: ['tax', 'lang.zh'] },
      ],
    },
  });
  t.end();
});

t.test('a contact that nobody ready can take does not stop the next one', (t) => {
  const contacts = [
    waiting('a', { requires: needs('lang.yue'), queuedAtMs: 1 }),
    waiting('b', { requires: needs('lang.yue'), queuedAtMs: 2 }),
    waiting('c', { queuedAtMs: 3 }),
    waiting('d', { queueId: 'other' as QueueId, queuedAtMs: 4 }),
  ];
  const proposals = run(contacts, [ready('1'), ready('2', ['tax'])]);
  t.same(pairs(proposals), ['c>1', 'd>2']);
  t.same(
    proposals.map(({ decision }) => decision.place),
    [3, 1],
    'the record shows that two of his queue were passed over',
  );
  t.end();
});

t.test('a cut-off contact waits for its agent alone, until that time is over', (t) => {
  const prefer = { agentId: '2' as AgentId, untilMs: nowMs + 1 };
  const cutOff = waiting('a', { prefer, resumed: true });
  const other = waiting('b');
  t.same(pairs(run([cutOff, other], [ready('1'), ready('2', [], nowMs)])), ['a>2', 'b>1']);
  t.equal(run([cutOff], [ready('1'), ready('2', [], nowMs)])[0]?.decision.rule, 'preferred');
  t.same(pairs(run([cutOff, other], [ready('1')])), ['b>1'], 'and does not block others');
  const over = waiting('a', { resumed: true, prefer: { ...prefer, untilMs: nowMs } });
  t.same(pairs(run([over, other], [ready('1'), ready('2', [], nowMs)])), ['a>1', 'b>2']);
  const skilled = { ...cutOff, requires: needs('tax') };
  t.same(run([skilled], [ready('2')]), [], 'his agent, too, needs the skills');
  t.end();
});

t.test('a decision names ten agents and counts all', (t) => {
  const many = Array.from({ length: 25 }, (_, at) =>
    ready(`1${String(at).padStart(2, '0')}`, at < 12 ? ['tax'] : []),
  );
  const decision = run([waiting('a', { requires: needs('tax') })], many)[0]?.decision;
  t.equal(decision?.eligible.length, 10);
  t.equal(decision?.eligibleCount, 12);
  t.equal(decision?.notEligible.length, 10);
  t.end();
});

t.test('the model shows queues and places', (t) => {
  const model = createQueueModel();
  t.same(model.queueView('general' as QueueId), { waiting: 0, longestSinceMs: null });
  model.putContact(waiting('a', { queuedAtMs: 50 }));
  model.putContact(waiting('b', { queuedAtMs: 40, priority: -1 }));
  model.putContact(waiting('c', { queueId: 'other' as QueueId, queuedAtMs: 1 }));
  model.putContact(waiting('a', { queuedAtMs: 60, version: 2 }));
  model.putAgent(ready('1'));
  t.same(model.counts(), { waiting: 3, ready: 1 });
  t.same(model.queueView('general' as QueueId), { waiting: 2, longestSinceMs: 40 });
  t.equal(model.placeOf('a' as ContactId), 1);
  t.equal(model.placeOf('b' as ContactId), 2);
  t.equal(model.placeOf('c' as ContactId), 1, 'places are counted by queue');
  t.equal(model.placeOf('gone' as ContactId), null);
  model.putContact(waiting('d', { prefer: { agentId: '9' as AgentId, untilMs: 0 } }));
  model.dropContact('d' as ContactId);
  t.equal(
    model.propose(nowMs).length,
    1,
    'the end of a preference leaves the others of its requirement in line',
  );
  model.dropContact('a' as ContactId);
  model.dropContact('a' as ContactId);
  model.dropAgent('1' as AgentId);
  t.same(model.counts(), { waiting: 2, ready: 0 });
  t.same(model.propose(nowMs), []);
  t.end();
});

// ---- properties ----

const skillNames = ['tax', 'yb', 'lang.yue', 'law'];
const someSkills = fc.subarray(skillNames) as fc.Arbitrary<SkillName[]>;
const instant = fc.integer({ min: nowMs - 5, max: nowMs });

const arbitraryContact = (id: string): fc.Arbitrary<WaitingContact> =>
  fc.record({
    contactId: fc.constant(id as ContactId),
    version: fc.nat(3),
    queueId: fc.constantFrom('general', 'other') as fc.Arbitrary<QueueId>,
    requires: fc.oneof(fc.constant<SkillName[]>([]), someSkills, fc.constant(needs('tax', 'tax'))),
    priority: fc.nat(2),
    resumed: fc.boolean(),
    prefer: fc.option(
      fc.record({
        agentId: fc.nat(9).map((n) => `a${String(n)}` as AgentId),
        untilMs: fc.integer({ min: nowMs - 1, max: nowMs + 1 }),
      }),
      { freq: 4 },
    ),
    queuedAtMs: instant,
    arrivedAtMs: instant,
  });

const arbitraryAgent = (id: string): fc.Arbitrary<ReadyAgent> =>
  fc.record({
    agentId: fc.constant(id as AgentId),
    version: fc.nat(3),
    deviceId: fc.constant(`d${id}` as DeviceId),
    skills: someSkills.map((skills) => new Set(skills)),
    idleSinceMs: instant,
  });

const arbitraryInput: fc.Arbitrary<MatchInput> = fc
  .tuple(fc.nat(25), fc.nat(14))
  .chain(([contacts, agents]) =>
    fc.record({
      nowMs: fc.constant(nowMs),
      waiting: fc
        .tuple(...Array.from({ length: contacts }, (_, at) => arbitraryContact(`c${String(at)}`)))
        .chain((list) => fc.shuffledSubarray(list, { minLength: list.length })),
      ready: fc
        .tuple(...Array.from({ length: agents }, (_, at) => arbitraryAgent(`a${String(at)}`)))
        .chain((list) => fc.shuffledSubarray(list, { minLength: list.length })),
    }),
  );

const holds = (agent: ReadyAgent, contact: WaitingContact) =>
  contact.requires.every((skill) => agent.skills.has(skill));
const waitsForOne = ({ prefer }: WaitingContact) => prefer !== null && nowMs < prefer.untilMs;

/** The plainest matcher: for each contact in order, look at every agent. */
function reference({ waiting: contacts, ready: agents }: MatchInput): readonly Proposal[] {
  const key = (contact: WaitingContact) => [
    -contact.priority,
    contact.resumed ? 0 : 1,
    contact.queuedAtMs,
    contact.arrivedAtMs,
    contact.contactId,
  ];
  const left = [...contacts].sort((one, other) => lexical(key(one), key(other)));
  let free = [...agents].sort((one, other) =>
    lexical([one.idleSinceMs, one.agentId], [other.idleSinceMs, other.agentId]),
  );
  const proposals: Proposal[] = [];
  for (const contact of [...left]) {
    const eligible = free.filter((agent) => holds(agent, contact));
    const rule = waitsForOne(contact) ? 'preferred' : 'longestIdle';
    const chosen =
      rule === 'preferred'
        ? eligible.find(({ agentId }) => agentId === contact.prefer?.agentId)
        : eligible[0];
    if (chosen === undefined) continue;
    const place = left.filter(({ queueId }) => queueId === contact.queueId).indexOf(contact) + 1;
    proposals.push({
      contactId: contact.contactId,
      contactVersion: contact.version,
      agentId: chosen.agentId,
      agentVersion: chosen.version,
      deviceId: chosen.deviceId,
      decision: {
        contactId: contact.contactId,
        agentId: chosen.agentId,
        queueId: contact.queueId,
        requires: contact.requires,
        rule,
        waitedMs: nowMs - contact.arrivedAtMs,
        place,
        eligible: eligible
          .slice(0, 10)
          .map(({ agentId, idleSinceMs }) => ({ agentId, idleMs: nowMs - idleSinceMs })),
        eligibleCount: eligible.length,
        notEligible: free
          .filter((agent) => !holds(agent, contact))
          .slice(0, 10)
          .map((agent) => ({
            agentId: agent.agentId,
            lacks: [...new Set(contact.requires)].filter((skill) => !agent.skills.has(skill)),
          })),
      },
    });
    free = free.filter((agent) => agent !== chosen);
    left.splice(left.indexOf(contact), 1);
  }
  return proposals;
}

function lexical(one: readonly (string | number)[], other: readonly (string | number)[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  if (at < 0) return 0;
  return (one[at] ?? 0) < (other[at] ?? 0) ? -1 : 1;
}

t.test('every proposal and every word of its record is what brute force says', (t) => {
  fc.assert(
    fc.property(arbitraryInput, (input) => assert.deepEqual(match(input), reference(input))),
    { numRuns: 1500 },
  );
  t.end();
});

t.test(
  'one agent one contact, no skill violated, nobody idle while an earlier contact he could take waits',
  (t) => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        const proposals = match(input);
        const contactOf = new Map(input.waiting.map((contact) => [contact.contactId, contact]));
        const agentOf = new Map(input.ready.map((agent) => [agent.agentId, agent]));
        assert.equal(new Set(proposals.map(({ agentId }) => agentId)).size, proposals.length);
        assert.equal(new Set(proposals.map(({ contactId }) => contactId)).size, proposals.length);
        const served = new Map(proposals.map(({ contactId, agentId }) => [contactId, agentId]));
        const busy = new Set(served.values());
        for (const [contactId, agentId] of served) {
          const [contact, agent] = [contactOf.get(contactId), agentOf.get(agentId)];
          assert.ok(contact && agent && holds(agent, contact));
          if (waitsForOne(contact)) assert.equal(agentId, contact.prefer?.agentId);
          for (const earlier of input.waiting) {
            const passedOver = !served.has(earlier.contactId) && compareInLine(earlier, contact) < 0;
            assert.ok(!passedOver || waitsForOne(earlier) || !holds(agent, earlier));
          }
        }
        for (const contact of input.waiting) {
          if (served.has(contact.contactId) || waitsForOne(contact)) continue;
          assert.ok(!input.ready.some((agent) => !busy.has(agent.agentId) && holds(agent, contact)));
        }
      }),
      { numRuns: 500 },
    );
    t.end();
  },
);

t.test('the order in which contacts and agents are listed means nothing', (t) => {
  fc.assert(
    fc.property(arbitraryInput, (input) => {
      const turned = { ...input, waiting: [...input.waiting].reverse(), ready: [...input.ready].reverse() };
      assert.deepEqual(match(turned), match(input));
    }),
    { numRuns: 300 },
  );
  t.end();
});

type Change =
  | { readonly put: WaitingContact }
  | { readonly putAgent: ReadyAgent }
  | { readonly drop: ContactId }
  | { readonly dropAgent: AgentId }
  | { readonly serve: true };

const arbitraryChange: fc.Arbitrary<Change> = fc.oneof(
  fc.nat(12).chain((n) => arbitraryContact(`c${String(n)}`).map((put) => ({ put }))),
  fc.nat(9).chain((n) => arbitraryAgent(`a${String(n)}`).map((putAgent) => ({ putAgent }))),
  fc.nat(12).map((n) => ({ drop: `c${String(n)}` as ContactId })),
  fc.nat(9).map((n) => ({ dropAgent: `a${String(n)}` as AgentId })),
  fc.constant({ serve: true } as const),
);

t.test('the model kept up change by change equals a match from scratch, places included', (t) => {
  fc.assert(
    fc.property(fc.array(arbitraryChange, { maxLength: 60, size: 'max' }), (changes) => {
      const model = createQueueModel();
      const contacts = new Map<ContactId, WaitingContact>();
      const agents = new Map<AgentId, ReadyAgent>();
      const dropContact = (id: ContactId) => (contacts.delete(id), model.dropContact(id));
      const dropAgent = (id: AgentId) => (agents.delete(id), model.dropAgent(id));
      for (const change of changes) {
        if ('put' in change) {
          contacts.set(change.put.contactId, change.put);
          model.putContact(change.put);
        } else if ('putAgent' in change) {
          agents.set(change.putAgent.agentId, change.putAgent);
          model.putAgent(change.putAgent);
        } else if ('drop' in change) dropContact(change.drop);
        else if ('dropAgent' in change) dropAgent(change.dropAgent);
        else {
          for (const { contactId, agentId } of model.propose(nowMs)) {
            dropContact(contactId);
            dropAgent(agentId);
          }
        }
        const fresh = match({ nowMs, waiting: [...contacts.values()], ready: [...agents.values()] });
        assert.deepEqual(model.propose(nowMs), fresh);
        assert.deepEqual(model.counts(), { waiting: contacts.size, ready: agents.size });
      }
      for (const contact of contacts.values()) {
        const before = [...contacts.values()].filter(
          (other) => other.queueId === contact.queueId && compareInLine(other, contact) < 0,
        );
        assert.equal(model.placeOf(contact.contactId), before.length + 1);
      }
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('1,500 agents and 3,000 waiting: a match from scratch and one event stay quick', (t) => {
  const skillsOf = (n: number) => Array.from({ length: 3 }, (_, at) => `s${String((n * 7 + at * 5) % 20)}`);
  const model = createQueueModel();
  const contacts = Array.from({ length: 3000 }, (_, n) =>
    waiting(`c${String(n)}`, {
      queueId: `q${String(n % 30)}` as QueueId,
      requires: needs(`s${String(n % 20)}`),
      queuedAtMs: nowMs - ((n * 37) % 3000),
    }),
  );
  const agents = Array.from({ length: 1500 }, (_, n) => ready(`a${String(n)}`, skillsOf(n), nowMs - n));
  const startedAtMs = performance.now();
  t.equal(match({ nowMs, waiting: contacts, ready: agents }).length, 1500);
  const scratchMs = performance.now() - startedAtMs;
  for (const contact of contacts) model.putContact(contact);
  const events = agents.slice(0, 500).map((agent) => {
    const atMs = performance.now();
    model.putAgent(agent);
    const [proposal] = model.propose(nowMs);
    assert.ok(proposal);
    model.dropContact(proposal.contactId);
    model.dropAgent(agent.agentId);
    return performance.now() - atMs;
  });
  const eventMs = events.sort((one, other) => one - other)[250] ?? Infinity;
  t.comment(`from scratch ${scratchMs.toFixed(1)} ms, one event ${eventMs.toFixed(3)} ms`);
  t.ok(scratchMs < 1000, 'far from quadratic in both');
  t.ok(eventMs < 5, 'an event does not walk the line');
  t.end();
});
