// Flows as somebody in a hurry might write them, of every kind of node and condition, and the moments at which calls come into them.
import fc from 'fast-check';
import type { FlowView } from '../../src/contact/flow-turn.js';
import type { FlowId } from '../../src/contact/ids.js';
import type { FlowSurroundings } from '../../src/ivr/check-flow.js';
import { flowDays, noWish } from '../../src/ivr/flow.js';
import { parseFlow, type FlowNames } from '../../src/ivr/parse-flow.js';
import { lookUpPrompts, type FlowWorld } from '../../src/ivr/step.js';
import { noonMs, viewAt } from '../site/small-site.js';

/** A queue for each node that may ask about one: their states are then independent of each other. */
export const askedQueues = ['q0', 'q1', 'q2', 'q3', 'q4'] as const;

const wishes = ['dialect', 'person'] as const;
const names: FlowNames = {
  queues: new Map(['general', 'plain', ...askedQueues].map((id) => [id, { requires: [], priority: 0 }])),
  skills: new Set(),
  departments: new Set(['d']),
  wishes: new Set(wishes),
  prompts: new Map(
    ['notice', 'words', 'menu.noinput', 'menu.badinput', ...lookUpPrompts].map((id) => [
      id,
      [] as readonly string[],
    ]),
  ),
};

/** The rest of the site as the check sees it; a number's own `opening` tells of the recording, which the ledger's check holds. */
export const around: FlowSurroundings = {
  recordedQueues: new Set(['general']),
  notices: new Set(['notice']),
  tags: ['main', 'old'],
};

const nodeIds = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6'] as const;
/** Mostly nodes that are there, now and then one that is not. */
const anyWay = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...nodeIds.slice(0, 5)) },
  { weight: 10, arbitrary: fc.constantFrom('line', 'bye') },
  { weight: 1, arbitrary: fc.constantFrom(...nodeIds.slice(5)) },
);
const toPerson = fc.oneof({ weight: 3, arbitrary: fc.constant('line') }, { weight: 1, arbitrary: anyWay });
const toEnd = fc.oneof({ weight: 3, arbitrary: fc.constant('bye') }, { weight: 1, arbitrary: anyWay });

const notice = { prompt: 'notice', mustHear: true };
const say = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      [notice, 'words'],
      [{ ...notice, short: 'notice' }],
      [{ ...notice, opening: true }],
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom([], ['words'], ['notice'], [{ ...notice, short: 'words' }]) },
);
const lastWords = fc.constantFrom(['words'], ['words'], ['words'], []);
const timeout = fc.constantFrom('1s', '4s', '60s');
const asking = { say, timeout, person: toPerson, bargeIn: fc.boolean() };

const queue = fc.record(
  {
    enqueue: fc.constantFrom('general', 'plain'),
    say,
    instead: toPerson,
    back: toPerson,
    onTimeout: toEnd,
    onNobody: toEnd,
    onOverload: toEnd,
    overflow: fc
      .constantFrom({ placeAbove: 5 }, { waitAbove: '3m' }, { after: '30s' })
      .chain((when) => toEnd.map((next) => ({ ...when, next }))),
  },
  { requiredKeys: ['enqueue', 'say', 'onTimeout', 'onNobody', 'onOverload'] },
);
const ownEntries = fc.array(fc.record({ digits: fc.constantFrom('1', '11', '1', '11', '0'), next: anyWay }), {
  maxLength: 1,
});

const keeping = (keep: fc.Arbitrary<string>, next: fc.Arbitrary<string>) =>
  fc.record({ collect: fc.constant({ min: 1, max: 2 }), keep, cases: ownEntries, next, ...asking });
const lookUp = fc.record({
  lookUp: fc.constant('caseStatus'),
  say,
  next: toPerson,
  again: anyWay,
  person: toPerson,
});
/** A query, seldom with all that it asks by before it; or the collecting of it. */
const query = fc.oneof(keeping(fc.constantFrom('caseNumber', 'queryCode'), anyWay), lookUp);

const hour = fc.integer({ min: 0, max: 23 }).map((value) => String(value).padStart(2, '0'));
const hours = fc.oneof(
  fc.tuple(hour, hour).map(([from, to]) => `${from}:00-${to}:30`),
  fc.constantFrom('00:00-12:30', '12:00-00:30'),
);

/** What a branch may ask, one condition at a time or two. */
const conditions = (askedQueue: string) => [
  fc.record({ days: fc.subarray([...flowDays], { minLength: 1 }) }),
  fc.record({ hours }),
  fc.record({ tag: fc.constantFrom(...around.tags) }),
  fc.record({ asksCity: fc.boolean() }),
  fc.record({ wish: fc.constantFrom(noWish, ...wishes) }),
  fc.record({ repeat: fc.boolean() }),
  fc.record({ queue: fc.constant(askedQueue), staffed: fc.boolean() }),
  fc.record({ queue: fc.constant(askedQueue), waitingAtLeast: fc.constant(5) }),
];
const branch = (askedQueue: string, way: fc.Arbitrary<string> = toPerson) =>
  fc.record({
    branch: fc.array(
      fc
        .tuple(fc.oneof(...conditions(askedQueue)), fc.oneof(...conditions(askedQueue)), fc.nat(2), way)
        .map(([one, other, two, next]) => ({ ...one, ...(two === 0 && other), next })),
      { minLength: 1, maxLength: 3 },
    ),
    otherwise: way,
  });

const anyNode = (askedQueue: string) =>
  fc.oneof(
    fc.record({ say, next: toPerson }),
    fc.record({ menu: fc.record({ '1': anyWay, '2': anyWay }), ...asking, back: anyWay }),
    fc.record({ collect: fc.constant({ min: 2, max: 3 }), cases: ownEntries, next: anyWay, ...asking }),
    branch(askedQueue),
    branch(askedQueue),
    fc.record({ remember: fc.constantFrom(noWish, ...wishes), next: toPerson }),
    fc.record({ voicemail: fc.constant('2m'), say, next: toEnd, otherwise: toPerson }),
    fc.record({ goto: toPerson }),
    fc.record({ lead: fc.constant({ trunk: 'centre', number: '6001' }), say, otherwise: toPerson }),
    query,
    queue,
    fc.record({ hangup: fc.constant('x'), say: lastWords }),
  );

const anyNodes = {
  n0: anyNode('q0'),
  n1: anyNode('q1'),
  n2: anyNode('q2'),
  n3: anyNode('q3'),
  n4: anyNode('q4'),
  line: queue,
  bye: fc.record({ hangup: fc.constant('x'), say: lastWords }),
};
const mostly = (way: string) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(way) }, { weight: 1, arbitrary: anyWay });
/** Both entries and the query in a row, more or less, and something in between: by chance alone they hardly ever come together. */
const queryNodes = {
  ...anyNodes,
  n0: keeping(fc.constant('caseNumber'), mostly('n1')),
  n1: fc.oneof(
    { weight: 4, arbitrary: keeping(fc.constant('queryCode'), fc.constantFrom('n2', 'n3')) },
    { weight: 1, arbitrary: anyNode('q1') },
  ),
  n2: lookUp,
  n3: fc.oneof(
    fc.record({ menu: fc.record({ '1': mostly('n2') }), ...asking }),
    fc.record({ say, next: mostly('n2') }),
    fc.record({ goto: mostly('n2') }),
    anyNode('q3'),
  ),
};
const byWish = (...ways: readonly string[]) =>
  fc.record({
    branch: fc.array(
      fc.record({ wish: fc.constantFrom(noWish, noWish, ...wishes), next: fc.constantFrom(...ways) }),
      { minLength: 1, maxLength: 2 },
    ),
    otherwise: fc.constantFrom(...ways),
  });
/** Likewise a flow that leads some calls to a person and others not, and goes by a wish that it remembers on the way. */
const sortingNodes = {
  ...anyNodes,
  n0: fc.oneof(
    { weight: 2, arbitrary: branch('q0', fc.constantFrom('n1', 'line', 'line', 'bye')) },
    { weight: 1, arbitrary: byWish('n1', 'line', 'line') },
  ),
  n1: fc.record({ remember: fc.constantFrom(noWish, ...wishes), next: mostly('n2') }),
  n2: fc.oneof(
    { weight: 2, arbitrary: byWish('line', 'bye') },
    { weight: 1, arbitrary: fc.record({ say, next: fc.constant('n3') }) },
  ),
  n3: byWish('line', 'bye'),
};

/** An entry's flow; nodes that nothing leads to are left out, for they would only be refused. */
export const anyFlow = fc
  .oneof(
    { weight: 2, arbitrary: fc.record(anyNodes) },
    { weight: 1, arbitrary: fc.record(queryNodes) },
    { weight: 1, arbitrary: fc.record(sortingNodes) },
  )
  .chain((nodes) => fc.boolean().map((takesMessages) => read('any', 'n0', nodes, takesMessages)));

const surveyNode = fc.oneof(
  { weight: 3, arbitrary: rate() },
  { weight: 1, arbitrary: fc.record({ say, next: toEnd }) },
  { weight: 1, arbitrary: branch('q0') },
  { weight: 1, arbitrary: fc.record({ goto: toEnd }) },
  { weight: 1, arbitrary: fc.record({ hangup: fc.constant('x'), say: lastWords }) },
);

function rate() {
  const about = { say, timeout, bargeIn: fc.boolean(), next: toEnd, otherwise: toEnd };
  return fc.oneof(
    fc.record(
      {
        rate: fc.constant({ '1': 'verySatisfied', '2': 'fairlySatisfied', '3': 'dissatisfied' }),
        ...about,
        unhappy: toEnd,
      },
      { requiredKeys: ['rate', 'say', 'timeout', 'bargeIn', 'next', 'otherwise'] },
    ),
    fc.record({ reason: fc.constant({ '1': 'attitude', '2': 'other' }), ...about }),
  );
}

/** The flow after the talk; now and then with a node that has no place there. */
export const anySurvey = fc
  .record({
    n0: surveyNode,
    n1: surveyNode,
    n2: surveyNode,
    line: fc.oneof({ weight: 4, arbitrary: surveyNode }, { weight: 1, arbitrary: queue }),
    bye: fc.record({ hangup: fc.constant('x'), say: lastWords }),
  })
  .map((nodes) => read('survey', 'n0', nodes));

/** `takesMessages`: whoever is under a limit may leave one, where there is a node for it. */
function read(id: string, start: string, nodes: Readonly<Record<string, object>>, takesMessages = false) {
  const all = new Map(Object.entries(nodes));
  const message = takesMessages ? [...all].find(([, node]) => 'voicemail' in node)?.[0] : undefined;
  const reached = new Set<string>();
  for (const open = [start, ...(message === undefined ? [] : [message])]; open.length > 0;) {
    const next = open.pop() ?? '';
    if (reached.has(next) || !all.has(next)) continue;
    reached.add(next);
    const text = JSON.stringify(all.get(next));
    open.push(...[...all.keys()].filter((other) => text.includes(`"${other}"`)));
  }
  const kept = Object.fromEntries([...all].filter(([node]) => reached.has(node)));
  const text = JSON.stringify({ start, ...(message !== undefined && { message }), nodes: kept }, null, 1);
  return parseFlow(id as FlowId, `flows/${id}.yaml`, text, names);
}

/** A call at some minute of some kind of day, by a number with or without words of its own, from somebody with or without a history. */
export const anyWorld = fc
  .record({
    hours: fc.nat(23),
    minutes: fc.nat(59),
    day: fc.constantFrom(...flowDays),
    greeting: fc.constantFrom('full' as const, 'short' as const),
    tag: fc.constantFrom(...around.tags),
    opening: fc.constantFrom(undefined, { id: 'opening' }),
    asksCity: fc.boolean(),
    // The last one is of a site as it was.
    wish: fc.constantFrom(null, ...wishes, 'former'),
    repeat: fc.boolean(),
    handedOver: fc.constantFrom(false, false, true),
    queues: fc.nat(4 ** askedQueues.length - 1),
  })
  .map(({ hours: hh, minutes, day, greeting, queues, ...call }): FlowWorld => {
    const view = viewAt(noonMs + (hh * 60 + minutes) * 60_000, call);
    return { view: { ...view, queues: queuesAs(queues) }, day, greeting, siteVersion: 'v' };
  });

/** Each queue in one of its four states, by two bits. */
export function queuesAs(bits: number): FlowView['queues'] {
  const states = askedQueues.map((id, at) => {
    const bit = (bits >> (2 * at)) & 3;
    return [id, { signedIn: bit & 1, waiting: (bit >> 1) * 10 }] as const;
  });
  return Object.fromEntries(states);
}
