// 小休名额: never more on a break than the team has places, nobody waits while one is free, and who asked first goes first.
import fc from 'fast-check';
import t from 'tap';
import { breakReasons, type Agent, type BreakReason } from '../../src/contact/agent.js';
import { newAgent } from '../../src/contact/agent-life.js';
import {
  hasPlace,
  heldPlace,
  takesPlace,
  whoMayGo,
  type BreakPlaces,
} from '../../src/contact/break-places.js';
import type { AgentId } from '../../src/contact/ids.js';

const reason = fc.constantFrom(...breakReasons);
const anyAgent: fc.Arbitrary<(id: AgentId) => Agent> = fc
  .record({
    on: fc.option(reason),
    planned: fc.option(reason),
    wish: fc.option(fc.tuple(reason.filter(takesPlace), fc.nat(50))),
  })
  .map(({ on, planned, wish }) => (id) => ({
    ...newAgent(id, 0),
    activity: on === null ? { is: 'ready' } : { is: 'break', reason: on },
    plan: planned === null ? null : { is: 'break', reason: planned },
    ...(on === null &&
      planned === null &&
      wish !== null && { breakWish: { reason: wish[0], sinceMs: wish[1] } }),
  }));
const team = fc
  .array(anyAgent, { maxLength: 12 })
  .map((all) => all.map((make, at) => make(String(1001 + at) as AgentId)));
const places: fc.Arbitrary<BreakPlaces> = fc.record({
  all: fc.option(fc.integer({ min: 1, max: 6 })),
  byReason: fc
    .uniqueArray(fc.tuple(reason.filter(takesPlace), fc.integer({ min: 1, max: 4 })), {
      selector: ([one]) => one,
    })
    .map((pairs) => new Map(pairs)),
});

const held = (agents: readonly Agent[]): readonly BreakReason[] =>
  agents.flatMap((agent) => heldPlace(agent) ?? []);
const granted = (agents: readonly Agent[], going: readonly AgentId[]): readonly Agent[] =>
  agents.map(({ breakWish, ...agent }) =>
    breakWish !== undefined && going.includes(agent.id)
      ? { ...agent, activity: { is: 'break', reason: breakWish.reason }, plan: null }
      : { ...agent, ...(breakWish && { breakWish }) },
  );

t.test(
  'places are never exceeded, none is left free while somebody waits for it, nobody is passed over',
  async () => {
    fc.assert(
      fc.property(team, places, (agents, limits) => {
        const going = whoMayGo(limits, agents);
        const after = granted(agents, going);
        const count = (all: readonly BreakReason[], of?: BreakReason) =>
          all.filter((one) => of === undefined || one === of).length;
        const within = (most: number | undefined, of?: BreakReason) =>
          count(held(after), of) <= Math.max(most ?? Infinity, count(held(agents), of));
        if (!within(limits.all ?? undefined)) throw new Error('more than all');
        for (const [of, most] of limits.byReason) if (!within(most, of)) throw new Error(`more than ${of}`);
        for (const { breakWish } of after)
          if (breakWish && hasPlace(limits, held(after), breakWish.reason))
            throw new Error('a place is left free');
        const wishes = agents.filter(({ breakWish }) => breakWish !== undefined);
        for (const { id, breakWish: first } of wishes)
          for (const { id: other, breakWish: second } of wishes) {
            const isBefore =
              first && second && first.sinceMs < second.sinceMs && first.reason === second.reason;
            if (isBefore && going.includes(other) && !going.includes(id)) throw new Error('passed over');
          }
      }),
      { numRuns: 1000 },
    );
  },
);

t.test('an urgent leave takes no place and needs none', async (t) => {
  const limits = { all: 1, byReason: new Map() };
  t.ok(hasPlace(limits, ['rest', 'meal'], 'urgent'));
  t.equal(heldPlace({ activity: { is: 'break', reason: 'urgent' }, plan: null }), null);
});
