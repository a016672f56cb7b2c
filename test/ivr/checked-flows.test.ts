// Any flow that check passes leads every caller decently to an end: flows are made at random, and the check itself is broken to see that this test would notice.
import fc from 'fast-check';
import t from 'tap';
import type { CaseAnswer } from '../../src/contact/case-answer.js';
import type { FlowInput, FlowTurn, FlowView } from '../../src/contact/flow-turn.js';
import type { FlowId } from '../../src/contact/ids.js';
import { checkFlow } from '../../src/ivr/check-flow.js';
import type { Flow, FlowDay } from '../../src/ivr/flow.js';
import { keyWaitMs, parseFlow, type FlowNames } from '../../src/ivr/parse-flow.js';
import { beginFlow, keysAtMost, lookUpPrompts, step, type FlowWorld } from '../../src/ivr/step.js';
import { noonMs, viewAt } from '../site/small-site.js';

/** A queue for each node that may ask about one: their states are then independent of each other. */
const askedQueues = ['q0', 'q1', 'q2', 'q3', 'q4'] as const;
const names: FlowNames = {
  queues: new Map(['general', 'plain', ...askedQueues].map((id) => [id, { requires: [], priority: 0 }])),
  skills: new Set(),
  departments: new Set(['d']),
  wishes: new Set(['dialect']),
  prompts: new Map(
    ['notice', 'words', 'menu.noinput', 'menu.badinput', ...lookUpPrompts].map((id) => [
      id,
      [] as readonly string[],
    ]),
  ),
};
const around = { recordedQueues: new Set(['general']), notices: new Set(['notice']), tags: ['main'] };

/** What may be found in a flow; `missing` stands for every field that the reader itself refuses. */
type Check = (flow: Flow) => readonly (string | undefined)[];

const fullCheck: Check = (flow) => checkFlow('flows/any.yaml', flow, around).map(({ code }) => code);
const checkWithout =
  (broken: string): Check =>
  (flow) =>
    fullCheck(flow).filter((code) => code !== broken);

const nodeIds = ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6'] as const;
/** Mostly nodes that are there, now and then one that is not. */
const anyWay = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...nodeIds.slice(0, 5)) },
  { weight: 10, arbitrary: fc.constantFrom('line', 'bye') },
  { weight: 1, arbitrary: fc.constantFrom(...nodeIds.slice(5)) },
);
const toPerson = fc.oneof({ weight: 3, arbitrary: fc.constant('line') }, { weight: 1, arbitrary: anyWay });
const toEnd = fc.oneof({ weight: 3, arbitrary: fc.constant('bye') }, { weight: 1, arbitrary: anyWay });
const say = fc.oneof(
  { weight: 4, arbitrary: fc.constant([{ prompt: 'notice', mustHear: true }, 'words']) },
  { weight: 1, arbitrary: fc.constantFrom([], ['words'], ['notice']) },
);
const hour = fc.integer({ min: 0, max: 23 }).map((value) => String(value).padStart(2, '0'));
const timeout = fc.constantFrom('1s', '4s', '60s');
const asking = { say, timeout, person: toPerson, bargeIn: fc.boolean() };
const queue = fc.record({
  enqueue: fc.constantFrom('general', 'plain'),
  say,
  onTimeout: toEnd,
  onNobody: toEnd,
  onOverload: toEnd,
});

/** A query, seldom with all that it asks by before it; or the collecting of it. */
const query = () =>
  fc.oneof(
    fc.record({
      collect: fc.constant({ min: 1, max: 2 }),
      keep: fc.constantFrom('caseNumber', 'queryCode'),
      next: anyWay,
      ...asking,
    }),
    fc.record({ lookUp: fc.constant('caseStatus'), next: anyWay, again: anyWay, person: toPerson }),
  );

const anyNode = (askedQueue: string) =>
  fc.oneof(
    fc.record({ say, next: toPerson }),
    fc.record({ menu: fc.record({ '1': anyWay, '2': anyWay }), ...asking, back: anyWay }),
    fc.record({
      collect: fc.constant({ min: 2, max: 3 }),
      cases: fc.tuple(fc.record({ digits: fc.constant('11'), next: anyWay })),
      next: anyWay,
      ...asking,
    }),
    fc.record({
      branch: fc.tuple(
        fc.record({
          days: fc.constantFrom(['workday'], ['weekend', 'holiday']),
          hours: fc.tuple(hour, hour).map(([from, to]) => `${from}:00-${to}:30`),
          next: toPerson,
        }),
        fc.record({ queue: fc.constant(askedQueue), staffed: fc.constant(false), next: toPerson }),
      ),
      otherwise: toPerson,
    }),
    fc.record({ voicemail: fc.constant('2m'), say, next: toEnd, otherwise: toPerson }),
    fc.record({ goto: toPerson }),
    query(),
    queue,
    fc.record({ hangup: fc.constant('x'), say: fc.constantFrom(['words'], ['words'], []) }),
  );

/** Flows as somebody in a hurry might write them; nodes that nothing leads to are left out, for they would only be refused. */
const anyFlow = fc
  .record({
    n0: anyNode('q0'),
    n1: anyNode('q1'),
    n2: anyNode('q2'),
    n3: anyNode('q3'),
    n4: anyNode('q4'),
    line: queue,
    bye: fc.record({ hangup: fc.constant('x'), say: fc.constantFrom(['words'], ['words'], ['words'], []) }),
  })
  .map((nodes) => {
    const all = new Map<string, object>(Object.entries(nodes));
    const reached = new Set<string>();
    for (const open = ['n0']; open.length > 0;) {
      const id = open.pop() ?? '';
      if (reached.has(id) || !all.has(id)) continue;
      reached.add(id);
      const text = JSON.stringify(all.get(id));
      open.push(...[...all.keys()].filter((other) => text.includes(`"${other}"`)));
    }
    const kept = Object.fromEntries([...all].filter(([id]) => reached.has(id)));
    return parseFlow(
      'any' as FlowId,
      'flows/any.yaml',
      JSON.stringify({ start: 'n0', nodes: kept }, null, 1),
      names,
    );
  });

const anyWorld = fc
  .record({
    hours: fc.nat(23),
    minutes: fc.nat(59),
    day: fc.constantFrom<FlowDay>('workday', 'weekend', 'holiday'),
    staffed: fc.nat(2 ** askedQueues.length - 1),
  })
  .map(({ hours, minutes, day, staffed }): FlowWorld => {
    const nowMs = noonMs + (hours * 60 + minutes) * 60_000;
    return { view: viewWith(nowMs, staffed), day, greeting: 'full', siteVersion: 'v' };
  });

/** A view in which the queues are staffed whose bit is set. */
function viewWith(nowMs: number, staffed: number): FlowView {
  const states = askedQueues.map((id, bit) => [id, { waiting: 0, signedIn: (staffed >> bit) & 1 }] as const);
  return viewAt(nowMs, { queues: Object.fromEntries(states) });
}

const answers: readonly CaseAnswer[] = [
  { state: 'none' },
  { state: 'done' },
  { state: 'handling', department: 'd', month: 2, day: 29 },
  { state: 'failed' },
];
const keys = '0123456789*#';
/** Each is a key, silence (from 12 on) or one of a queue's ends. */
const anyInputs = fc.array(fc.nat(15), { minLength: 1, maxLength: 130 });

function inputAt(turn: FlowTurn, seed: number): FlowInput | null {
  switch (turn.next.type) {
    case 'spoken':
      return { type: 'spoken' };
    case 'collect':
      return seed >= keys.length ? { type: 'silence' } : { type: 'digit', digit: keys[seed] ?? '0' };
    case 'lookUpCase':
      return { type: 'caseAnswer', answer: answers[seed % answers.length] ?? { state: 'failed' } };
    case 'enqueue':
      return { type: 'queueExit', exit: (['timeout', 'nobody', 'overload'] as const)[seed % 3] ?? 'nobody' };
    case 'voicemail':
      return { type: seed % 2 === 0 ? 'voicemailLeft' : 'voicemailMissing' };
    case 'hangUp':
      return null;
  }
}

/** What is wrong with a walk; null if it is as it should be. */
function walk(flow: Flow, world: FlowWorld, seeds: readonly number[]): string | null {
  const stepsAtMost = (keysAtMost + 2) * (flow.nodes.size + 2);
  let turn = beginFlow(flow, world);
  let noticed = false;
  let sinceKey = 0;
  for (let at = 0; at < stepsAtMost; at += 1) {
    const node = flow.nodes.get(turn.cursor.nodeId);
    noticed ||= turn.say.some(({ prompt, mustHear }) => mustHear && prompt.id === 'notice');
    if (turn.next.type === 'enqueue' && turn.next.request.queueId === 'general' && !noticed)
      return `recorded without notice at ${turn.cursor.nodeId}`;
    if (
      turn.next.type === 'collect' &&
      !(turn.next.timeoutMs >= keyWaitMs.min && turn.next.timeoutMs <= keyWaitMs.max)
    )
      return `waits without bound at ${turn.cursor.nodeId}`;
    if (turn.next.type === 'lookUpCase' && Object.keys(turn.cursor.kept ?? {}).length < 2)
      return `asks by nothing at ${turn.cursor.nodeId}`;
    // Once what was chosen at random is used up, the caller does nothing more.
    const input = inputAt(turn, seeds[at] ?? 15);
    if (input === null)
      return node !== undefined && 'say' in node && node.say.length > 0 ? null : 'ends without a word';
    sinceKey = input.type === 'digit' ? 0 : sinceKey + 1;
    if (sinceKey > flow.nodes.size) return `goes round without a key at ${turn.cursor.nodeId}`;
    turn = step(flow, turn.cursor, input, world);
  }
  return 'has no end';
}

/**
 * Whoever does nothing comes to a queue, at this minute of this kind of day. Check leaves the queues' states open, so it is enough that
 * there are some in which he does.
 */
function reachesPerson(flow: Flow, world: FlowWorld): boolean {
  const states = Array.from({ length: 2 ** askedQueues.length }, (_, staffed) => staffed);
  return states.some((staffed) => {
    const here: FlowWorld = { ...world, view: viewWith(world.view.nowMs, staffed) };
    return comesToQueue(flow, beginFlow(flow, here), here, flow.nodes.size);
  });
}

/** From this turn on, pressing nothing; whether something is said after a tone or not. */
function comesToQueue(flow: Flow, turn: FlowTurn, here: FlowWorld, stepsLeft: number): boolean {
  if (turn.next.type === 'enqueue') return true;
  if (turn.next.type === 'hangUp' || stepsLeft < 0) return false;
  const after = (input: FlowInput) =>
    comesToQueue(flow, step(flow, turn.cursor, input, here), here, stepsLeft - 1);
  if (turn.next.type === 'voicemail')
    return after({ type: 'voicemailLeft' }) && after({ type: 'voicemailMissing' });
  return after(inputAt(turn, 15) ?? { type: 'spoken' });
}

let passed = 0;

/** The property itself, of the check as it is or of a broken one. A fault of the interpreter is a fault of the flow it was let into. */
const decent = (check: Check) =>
  fc.property(anyFlow, anyWorld, anyInputs, ({ flow, findings }, world, seeds) => {
    if (findings.length > 0 || check(flow).length > 0) return true;
    passed += 1;
    const wrong = walk(flow, world, seeds) ?? (reachesPerson(flow, world) ? null : 'reaches no person');
    if (wrong !== null) throw new Error(wrong);
    return true;
  });

t.test(
  'any flow that check passes: no dead end, no circle without a key, every wait bounded, a person',
  async (t) => {
    passed = 0;
    fc.assert(decent(fullCheck), { numRuns: 1500 });
    t.ok(passed > 150, `${String(passed)} of 1500 flows pass the check`);
  },
);

t.test('with any part of the check broken, a flow is found that leaves a caller alone', async (t) => {
  for (const broken of ['unknownNode', 'loop', 'silentEnd', 'noPerson', 'noNotice', 'notKept']) {
    const found = fc.check(decent(checkWithout(broken)), { numRuns: 20_000, seed: 12345 });
    t.ok(found.failed, `${broken}: found after ${String(found.numRuns)} flows`);
  }
});
