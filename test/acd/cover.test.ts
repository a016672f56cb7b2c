// Cover and what-if against the plainest count there is, which shares no code with ours.
import fc from 'fast-check';
import t from 'tap';
import {
  coverOf,
  isLanguage,
  presenceOf,
  presences,
  type CoverAgent,
  type CoverInput,
  type Presence,
} from '../../src/acd/cover.js';
import { thinkable, whatIf, type WhatIf } from '../../src/acd/what-if.js';
import type { AgentId, QueueId, SkillName } from '../../src/contact/ids.js';

const skills = ['general', 'tax', 'lang.yue'] as SkillName[];

/** A requirement as alternatives of levels that must all be there. */
type Asked = readonly (readonly (readonly [SkillName, number])[])[];
interface PlainRing {
  readonly asked: Asked;
  readonly afterMs: number | null;
  readonly fewerThan: number | null;
  readonly placeAbove: number | null;
}
interface PlainQueue {
  readonly id: string;
  readonly asked: Asked;
  readonly rings: readonly PlainRing[];
  readonly waiting: number;
}

const level = fc.integer({ min: 1, max: 10 });
const asked: fc.Arbitrary<Asked> = fc.array(
  fc.array(fc.tuple(fc.constantFrom(...skills), level), { minLength: 1, maxLength: 2 }),
  { minLength: 1, maxLength: 2 },
);
const orNull = (one: fc.Arbitrary<number>) => fc.option(one, { nil: null });
const plainQueues = fc
  .array(
    fc.record({
      asked,
      rings: fc.array(
        fc.record({
          asked,
          afterMs: orNull(fc.constantFrom(1, 30_000)),
          fewerThan: orNull(fc.integer({ min: 1, max: 4 })),
          placeAbove: orNull(fc.integer({ min: 1, max: 4 })),
        }),
        { maxLength: 3 },
      ),
      waiting: fc.integer({ min: 0, max: 6 }),
    }),
    { maxLength: 3 },
  )
  .map((queues): readonly PlainQueue[] => queues.map((queue, at) => ({ ...queue, id: `q${String(at)}` })));
const agents = fc
  .array(
    fc.tuple(fc.array(fc.option(level), { minLength: 3, maxLength: 3 }), fc.constantFrom(...presences)),
    {
      minLength: 1,
      maxLength: 7,
    },
  )
  .map((rows) =>
    rows.map(([levels, presence], at): CoverAgent => {
      const held = levels.flatMap((one, skill) => (one === null ? [] : [[skills[skill]!, one] as const]));
      return { agentId: String(1001 + at) as AgentId, skills: new Map(held), presence };
    }),
  );
const textOf = (one: Asked): readonly string[] => [
  one
    .map((all) => `(${all.map(([skill, least]) => `${skill} >= ${String(least)}`).join(' and ')})`)
    .join(' or '),
];
const inputOf = (people: readonly CoverAgent[], queues: readonly PlainQueue[]): CoverInput => ({
  skills,
  agents: people,
  queues: queues.map(({ id, asked: own, rings, waiting }) => ({
    queueId: id as QueueId,
    requires: textOf(own),
    rings: rings.map((ring) => ({ ...ring, requires: textOf(ring.asked) })),
    waiting,
  })),
});

const has = (agent: CoverAgent, one: Asked) =>
  one.some((all) => all.every(([skill, least]) => (agent.skills.get(skill) ?? 0) >= least));
const here = ({ presence }: CoverAgent) => !['signedOut', 'never'].includes(presence);
const isReady = ({ presence }: CoverAgent) => presence === 'ready';

/** Counted one by one. */
function plainSkill(skill: SkillName, people: readonly CoverAgent[]) {
  const holders = people.filter((one) => one.skills.has(skill));
  const best = holders.filter(here).map((one) => one.skills.get(skill) ?? 0);
  const byPresence: Record<string, number> = {};
  for (const one of presences) byPresence[one] = 0;
  for (const one of holders) byPresence[one.presence] = (byPresence[one.presence] ?? 0) + 1;
  return {
    ...{ skill, holders: holders.length, signedIn: best.length, byPresence },
    highest: best.length === 0 ? null : best.toSorted((a, b) => b - a)[0],
  };
}

function plainQueue({ id, asked: own, rings, waiting }: PlainQueue, people: readonly CoverAgent[]) {
  const all = [{ asked: own, afterMs: null, fewerThan: null, placeAbove: null }, ...rings];
  const owners = people.filter((one) => here(one) && has(one, own)).length;
  const firstRing = (agent: CoverAgent) => all.findIndex((ring) => has(agent, ring.asked));
  const counted = all.map(({ fewerThan, placeAbove }, ring) => {
    const added = people.filter((one) => here(one) && firstRing(one) === ring);
    const isFew = fewerThan !== null && owners < fewerThan;
    const isLong = placeAbove !== null && waiting > placeAbove;
    return {
      ring,
      open: ring === 0 || isFew || isLong,
      signedIn: added.length,
      ready: added.filter(isReady).length,
    };
  });
  return {
    queueId: id,
    signedIn: people.filter((one) => here(one) && firstRing(one) >= 0).length,
    ready: people.filter((one) => isReady(one) && counted[firstRing(one)]?.open === true).length,
    rings: counted,
  };
}

const wish = fc.record(
  {
    presence: fc.constantFrom(...thinkable),
    skill: fc.record({ name: fc.constantFrom(...skills), level: fc.integer({ min: 0, max: 10 }) }),
  },
  { requiredKeys: [] },
);

function applied(agent: CoverAgent, { presence, skill }: Omit<WhatIf, 'agentId'>): CoverAgent {
  const kept = [...agent.skills].filter(([name]) => name !== skill?.name);
  const levels = skill === undefined ? [...agent.skills] : [...kept, [skill.name, skill.level] as const];
  return {
    ...agent,
    presence: presence ?? agent.presence,
    skills: new Map(levels.filter(([, one]) => one > 0)),
  };
}

t.test('cover is what counting one by one says', async (t) => {
  fc.assert(
    fc.property(agents, plainQueues, (people, queues) => {
      t.same(coverOf(inputOf(people, queues)), {
        skills: skills.map((skill) => plainSkill(skill, people)),
        queues: queues.map((queue) => plainQueue(queue, people)),
      });
    }),
    { numRuns: 300 },
  );
});

t.test(
  'what-if is cover counted anew, before and after, and tells all that differs and nothing else',
  async (t) => {
    fc.assert(
      fc.property(agents, plainQueues, wish, fc.nat(), (people, queues, asked, which) => {
        const at = which % people.length;
        const then = people.map((one, index) => (index === at ? applied(one, asked) : one));
        const told = whatIf(inputOf(people, queues), { agentId: people[at]!.agentId, ...asked });
        const pairs = <One>(before: readonly One[], after: readonly One[]) =>
          before
            .map((one, index) => ({ before: one, after: after[index] }))
            .filter((pair) => JSON.stringify(pair.before) !== JSON.stringify(pair.after));
        const of = (those: readonly CoverAgent[]) => queues.map((queue) => plainQueue(queue, those));
        t.same(
          told.skills,
          pairs(
            skills.map((skill) => plainSkill(skill, people)),
            skills.map((skill) => plainSkill(skill, then)),
          ),
        );
        t.same(
          told.queues,
          pairs(of(people), of(then)).map((pair) => ({
            ...pair,
            nobodyLeft: pair.before.signedIn > 0 && pair.after?.signedIn === 0,
          })),
        );
      }),
      { numRuns: 300 },
    );
  },
);

t.test('by example: the last one of a queue goes, and a ring for nobody opens', (t) => {
  const agent = (id: string, levels: Readonly<Record<string, number>>, presence: Presence = 'ready') => ({
    agentId: id as AgentId,
    skills: new Map(Object.entries(levels) as [SkillName, number][]),
    presence,
  });
  const input: CoverInput = {
    skills,
    agents: [agent('1', { tax: 8 }), agent('2', { general: 5 }), agent('3', { 'lang.yue': 5 }, 'talking')],
    queues: [
      {
        queueId: 'tax' as QueueId,
        requires: ['tax >= 5'],
        rings: [{ requires: ['general'], afterMs: null, fewerThan: 1, placeAbove: null }],
        waiting: 0,
      },
      { queueId: 'dialect' as QueueId, requires: ['lang.yue'], rings: [], waiting: 0 },
    ],
  };
  const queuesIf = (asked: WhatIf) =>
    whatIf(input, asked).queues.map(({ before, after, nobodyLeft }) => [
      after.queueId,
      [before.signedIn, before.ready],
      [after.signedIn, after.ready],
      nobodyLeft,
    ]);
  const [first, , third] = input.agents.map(({ agentId }) => agentId);
  t.same(queuesIf({ agentId: first!, presence: 'signedOut' }), [['tax', [2, 1], [1, 1], false]]);
  t.same(queuesIf({ agentId: third!, presence: 'signedOut' }), [['dialect', [1, 0], [0, 0], true]]);
  t.same(queuesIf({ agentId: third!, skill: { name: 'lang.yue' as SkillName, level: 0 } }), [
    ['dialect', [1, 0], [0, 0], true],
  ]);
  t.same(queuesIf({ agentId: first!, skill: { name: 'lang.yue' as SkillName, level: 3 } }), [
    ['dialect', [1, 0], [2, 1], false],
  ]);
  t.same(whatIf(input, { agentId: first!, presence: 'ready' }), { skills: [], queues: [] });
  t.end();
});

t.test('presence by state, languages by name', (t) => {
  const states = ['ready', 'talking', 'hold', 'break', 'ringing', 'wrapup', 'missed', 'unreachable'] as const;
  t.same(
    [...states.map(presenceOf), presenceOf('busyOwnCall'), presenceOf('offline'), presenceOf(undefined)],
    [
      ...['ready', 'talking', 'talking', 'break', 'otherwise', 'otherwise', 'otherwise', 'otherwise'],
      ...['otherwise', 'signedOut', 'never'],
    ],
  );
  t.same(['lang.yue', 'tax', 'language'].map(isLanguage), [true, false, false]);
  t.end();
});
