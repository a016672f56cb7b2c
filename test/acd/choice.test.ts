// Agents of many queues: a choice says who of the free takes a call, never which call is served; queues share one order of turns.
import fc from 'fast-check';
import t from 'tap';
import { choiceOf } from '../../src/acd/choice.js';
import type { AgentOnDuty } from '../../src/acd/on-duty.js';
import type { WaitingContact } from '../../src/acd/place.js';
import { createQueueModel, match } from '../../src/acd/queue-model.js';
import { whyNoCalls } from '../../src/acd/why-no-calls.js';
import type { AgentId, ContactId, DeviceId, QueueId } from '../../src/contact/ids.js';
import { strategies } from '../../src/contact/offer.js';

const [general, tax, other] = ['general', 'tax', 'other'] as QueueId[] as [QueueId, QueueId, QueueId];

function agent(id: string, prefers?: readonly QueueId[], over: Partial<AgentOnDuty> = {}): AgentOnDuty {
  return {
    agentId: id as AgentId,
    version: 1,
    deviceId: `d${id}` as DeviceId,
    skills: new Map(),
    ready: true,
    idleSinceMs: 0,
    standing: { state: 'ready', breakReason: null, sinceMs: 0 },
    busy: [],
    ...(prefers && { prefers }),
    ...over,
  };
}
function call(id: string, queueId: QueueId, turn: number): WaitingContact {
  return {
    ...{ contactId: id as ContactId, version: 1, queueId, requires: [], also: [], priority: 0 },
    ...{ resumed: false, prefer: null, turn, queuedAtMs: turn, arrivedAtMs: turn },
  };
}
const routed = (queues: readonly (readonly [QueueId, object])[] = []) => ({
  queues: new Map(queues.map(([id, over]) => [id, { strategy: 'longestIdle' as const, rings: [], ...over }])),
  choices: true,
  placesPerPriority: 20,
});

t.test('a list names its queues in order, and all others after them', async (t) => {
  t.equal(choiceOf(undefined, general), 1);
  t.equal(choiceOf([], general), 1);
  t.equal(choiceOf([tax, general], tax), 1);
  t.equal(choiceOf([tax, general], general), 2);
  t.equal(choiceOf([tax, general], other), 3);
});

t.test('of the free in one ring he goes first whose choice it is; the record says so', async (t) => {
  const agents = [
    agent('1', [tax], { idleSinceMs: 0 }),
    agent('2', undefined, { idleSinceMs: 5 }),
    agent('3', [general], { idleSinceMs: 9 }),
  ];
  const chosen = (queueId: QueueId) =>
    match({ nowMs: 10, routing: routed(), waiting: [call('c', queueId, 1)], agents });
  t.match(chosen(general)[0]?.decision.eligible, [
    { agentId: '2', choice: 1 },
    { agentId: '3', choice: 1, why: 'idle' },
    { agentId: '1', choice: 2, why: 'choice' },
  ]);
  t.equal(chosen(tax)[0]?.agentId, '1');
  const both = match({
    nowMs: 10,
    routing: routed(),
    waiting: [call('a', tax, 1), call('b', general, 2), call('c', general, 3)],
    agents,
  });
  t.same(
    both.map(({ contactId, agentId }) => `${contactId}>${agentId}`),
    ['a>1', 'b>2', 'c>3'],
  );
  const standing = whyNoCalls(
    agents[0]!,
    [
      {
        queueId: general,
        requires: [],
        routing: { strategy: 'longestIdle', rings: [] },
        waiting: 1,
        longestWaitMs: 0,
      },
    ],
    agents,
    10,
  );
  t.match(standing, [{ reason: 'othersFirst', before: 2 }]);
});

t.test('an inner ring is before any choice, and nobody’s choice leaves a call waiting', async (t) => {
  const rings = [{ requires: [], afterMs: 0, fewerThan: null, placeAbove: null }];
  const inner = agent('1', [tax], { skills: new Map([['g' as never, 5]]) });
  const outer = agent('2', [general]);
  const waiting = [{ ...call('c', general, 1), requires: ['g'] }];
  const routing = routed([[general, { rings }]]);
  t.equal(match({ nowMs: 10, routing, waiting, agents: [inner, outer] })[0]?.agentId, '1');
  t.equal(
    match({ nowMs: 10, routing: routed(), waiting: [call('c', general, 1)], agents: [agent('1', [tax])] })
      .length,
    1,
  );
});

t.test(
  'fair sharing: whoever prefers what, busy agents of two queues serve them in proportion to their arrivals',
  async () => {
    const anyChoice = fc
      .subarray([general, tax], { minLength: 0 })
      .chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));
    fc.assert(
      fc.property(
        fc.array(anyChoice, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(3), { minLength: 60, maxLength: 200 }),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom(...strategies),
        (choices, chances, share, strategy) => {
          const routing = routed([
            [general, { strategy }],
            [tax, { strategy }],
          ]);
          const model = createQueueModel(routing);
          choices.forEach((prefers, n) => model.putAgent(agent(String(n), prefers, { ready: false }), 0));
          const came: QueueId[] = [];
          const served: QueueId[] = [];
          let version = 1;
          // They come faster than they are served, so both queues always wait.
          for (const [at, chance] of chances.entries()) {
            for (let n = 0; n < 3; n += 1) {
              const queueId = (chance + n) % 4 < share ? tax : general;
              came.push(queueId);
              model.putContact(call(String(came.length), queueId, came.length), at);
            }
            const free = chance % choices.length;
            version += 1;
            model.putAgent(agent(String(free), choices[free], { version, idleSinceMs: at }), at);
            for (const { contactId, decision } of model.propose(at)) {
              served.push(decision.queueId);
              model.dropContact(contactId);
              model.putAgent(agent(String(free), choices[free], { version, ready: false }), at);
            }
          }
          // Not only the same shares: the very order in which they came, so that neither starves.
          return served.length === chances.length && served.every((queueId, n) => queueId === came[n]);
        },
      ),
    );
  },
);
