// Any flow that check passes leads every caller decently to an end: flows are made at random, and the check itself is broken to see that this test would notice.
import fc from 'fast-check';
import t from 'tap';
import type { CaseAnswer } from '../../src/contact/case-answer.js';
import { messageKey } from '../../src/contact/limit-words.js';
import type { FlowInput, FlowTurn } from '../../src/contact/flow-turn.js';
import { checkFlow } from '../../src/ivr/check-flow.js';
import type { Flow, FlowNode } from '../../src/ivr/flow.js';
import { keyWaitMs, voicemailMs } from '../../src/ivr/parse-flow.js';
import { beginFlow, keysAtMost, step, type FlowWorld } from '../../src/ivr/step.js';
import { anyFlow, anySurvey, anyWorld, around, askedQueues, queuesAs } from './any-flow.js';

/** What may be found in a flow; `missing` stands for every field that the reader itself refuses. */
type Check = (flow: Flow) => readonly (string | undefined)[];

const fullCheck: Check = (flow) => checkFlow('flows/any.yaml', flow, around).map(({ code }) => code);
const checkWithout =
  (broken: string): Check =>
  (flow) =>
    fullCheck(flow).filter((code) => code !== broken);

const answers: readonly CaseAnswer[] = [
  { state: 'none' },
  { state: 'done' },
  { state: 'handling', department: 'd', month: 2, day: 29 },
  { state: 'failed' },
];
const keys = '0123456789*#';
/** Whoever does nothing more. */
const nothing = 15;
/** Each is a key, silence (from 12 on) or one of a queue's ends. */
const anyInput = fc.oneof(fc.nat(nothing), fc.constantFrom(keys.indexOf('1'), keys.indexOf('#')));
const anyInputs = fc.array(anyInput, { minLength: 1, maxLength: 130 });
/** Somebody who enters a figure wherever he is asked, and means it. */
const enters = Array.from({ length: 8 }, (_, at) => keys.indexOf(at % 2 === 0 ? '1' : '#'));
const anyCaller = fc.oneof(
  { weight: 3, arbitrary: anyInputs },
  { weight: 1, arbitrary: fc.constant(enters) },
);
/** To make a flow costs more than to walk it. */
const anyCalls = fc.array(fc.tuple(anyWorld, anyCaller), { minLength: 4, maxLength: 4 });

function inputAt(turn: FlowTurn, seed: number): FlowInput | null {
  switch (turn.next.type) {
    case 'spoken':
      return { type: 'spoken' };
    case 'collect':
      return seed >= keys.length ? { type: 'silence' } : { type: 'digit', digit: keys[seed] ?? '0' };
    case 'lookUpCase':
      return { type: 'caseAnswer', answer: answers[seed % answers.length] ?? { state: 'failed' } };
    case 'enqueue': {
      const key = [...(turn.next.keys ?? []), ...(turn.next.takesMessage === true ? [messageKey] : [])][
        seed % 4
      ];
      if (key !== undefined && seed < 4) return { type: 'digit', digit: key };
      const exits = ['timeout', 'nobody', 'overload', 'overflow'] as const;
      const count = turn.next.overflow === undefined ? 3 : 4;
      return { type: 'queueExit', exit: exits[seed % count] ?? 'nobody' };
    }
    case 'lead':
      return { type: 'leadFailed' };
    case 'voicemail':
      return { type: seed % 2 === 0 ? 'voicemailLeft' : 'voicemailMissing' };
    case 'hangUp':
      return null;
  }
}

/** The world after a turn: a wish holds for the rest of the call. */
function after(world: FlowWorld, { wish }: FlowTurn): FlowWorld {
  return wish === undefined ? world : { ...world, view: { ...world.view, wish } };
}

/** How often each kind of node was come to, and each kind of condition decided, in flows that the check passes. */
const visits = new Map<string, number>();
function visited(flow: Flow, turn: FlowTurn): void {
  const nodes = [...(turn.decided ?? []).map(({ nodeId }) => nodeId), turn.cursor.nodeId];
  for (const kind of nodes.flatMap((id) => kindsOf(flow.nodes.get(id))))
    visits.set(kind, (visits.get(kind) ?? 0) + 1);
}

function kindsOf(node: FlowNode | undefined): readonly string[] {
  if (node === undefined) return [];
  if (node.kind === 'enqueue')
    return [
      'enqueue',
      ...(node.instead === null ? [] : ['instead']),
      ...(node.back === null ? [] : ['back']),
      ...(node.overflow === null ? [] : ['overflow']),
    ];
  if (node.kind !== 'branch') return [node.kind];
  const asked = node.cases.flatMap(({ days, hours, tags, queue, asksCity, wishes, repeat }) =>
    Object.entries({ days, hours, tags, asksCity, wishes, repeat, ...queue }).flatMap(([name, value]) =>
      value === null ? [] : [name],
    ),
  );
  return ['branch', ...asked];
}

/** What is wrong with a walk; null if it is as it should be. */
function walk(flow: Flow, begun: FlowWorld, seeds: readonly number[]): string | null {
  const stepsAtMost = (keysAtMost + 2) * (flow.nodes.size + 2);
  let turn = beginFlow(flow, begun);
  let world = after(begun, turn);
  let noticed = false;
  let sinceKey = 0;
  for (let at = 0; at < stepsAtMost; at += 1) {
    visited(flow, turn);
    noticed ||= turn.say.some(({ prompt, mustHear }) => mustHear && prompt.id !== 'words');
    const wrong = wrongAt(flow, turn, world, noticed);
    if (wrong !== null) return `${wrong} at ${turn.cursor.nodeId}`;
    const input = inputAt(turn, seeds[at] ?? nothing);
    if (input === null) return endsWithWords(flow, turn) ? null : 'ends without a word';
    sinceKey = input.type === 'digit' ? 0 : sinceKey + 1;
    if (sinceKey > flow.nodes.size) return `goes round without a key at ${turn.cursor.nodeId}`;
    turn = step(flow, turn.cursor, input, world);
    world = after(world, turn);
  }
  return 'has no end';
}

function wrongAt(flow: Flow, turn: FlowTurn, world: FlowWorld, noticed: boolean): string | null {
  const { next, cursor } = turn;
  if (next.type === 'enqueue' && next.request.queueId === 'general' && !noticed)
    return 'recorded without notice';
  if (next.type === 'collect' && !(next.timeoutMs >= keyWaitMs.min && next.timeoutMs <= keyWaitMs.max))
    return 'waits without bound';
  if (next.type === 'voicemail' && !(next.longestMs >= voicemailMs.min && next.longestMs <= voicemailMs.max))
    return 'records without bound';
  if (next.type === 'lookUpCase' && Object.keys(cursor.kept ?? {}).length < 2) return 'asks by nothing';
  return wantsPerson(turn).every((input) => reachesPerson(flow, turn, input, world)) &&
    comesBackFromMessage(flow, turn, world)
    ? null
    : 'reaches no person';
}

/** Inputs by which a caller at this turn asks for a person, or leaves it to us: silence, 0, what cannot be looked up, and keys in a line. */
function wantsPerson({ next, cursor }: FlowTurn): readonly FlowInput[] {
  if (next.type === 'collect' && cursor.digits === '')
    return [{ type: 'silence' }, { type: 'digit', digit: '0' }];
  if (next.type === 'lookUpCase') return [{ type: 'caseAnswer', answer: { state: 'failed' } }];
  return next.type === 'enqueue' ? (next.keys ?? []).map((digit) => ({ type: 'digit', digit })) : [];
}

/** Under a limit he may have been led to leave a message; whoever says nothing after the tone comes back to a person. */
function comesBackFromMessage(flow: Flow, turn: FlowTurn, world: FlowWorld): boolean {
  if (turn.next.type !== 'enqueue' || turn.next.takesMessage !== true) return true;
  const asked = step(flow, turn.cursor, { type: 'digit', digit: messageKey }, world);
  return (
    asked.next.type === 'voicemail' &&
    reachesPerson(flow, asked, { type: 'voicemailMissing' }, after(world, asked))
  );
}

function endsWithWords(flow: Flow, { cursor }: FlowTurn): boolean {
  const node = flow.nodes.get(cursor.nodeId);
  return node !== undefined && 'say' in node && node.say.length > 0;
}

/** Check leaves the queues' states open, so it is enough that there are some in which he comes to a queue. */
const queueStates = Array.from({ length: 4 ** askedQueues.length }, (_, bits) => bits);

/** Whoever does this, and then nothing, comes to a queue, at this minute of this kind of day. */
function reachesPerson(flow: Flow, turn: FlowTurn, input: FlowInput, world: FlowWorld): boolean {
  return queueStates.some((bits) => {
    const here: FlowWorld = { ...world, view: { ...world.view, queues: queuesAs(bits) } };
    const moved = step(flow, turn.cursor, input, here);
    return comesToQueue(flow, moved, after(here, moved), flow.nodes.size);
  });
}

/** From this turn on, pressing nothing; whether something is said after a tone or not. */
function comesToQueue(flow: Flow, turn: FlowTurn, here: FlowWorld, stepsLeft: number): boolean {
  if (turn.next.type === 'enqueue') return true;
  if (turn.next.type === 'hangUp' || stepsLeft < 0) return false;
  const goesOn = (input: FlowInput) => {
    const moved = step(flow, turn.cursor, input, here);
    return comesToQueue(flow, moved, after(here, moved), stepsLeft - 1);
  };
  if (turn.next.type === 'voicemail')
    return goesOn({ type: 'voicemailLeft' }) && goesOn({ type: 'voicemailMissing' });
  return goesOn(inputAt(turn, nothing) ?? { type: 'spoken' });
}

let passed = 0;

/** The property itself, of the check as it is or of a broken one. A fault of the interpreter is a fault of the flow it was let into. */
const decent = (check: Check) =>
  fc.property(anyFlow, anyCalls, ({ flow, findings }, calls) => {
    if (findings.length > 0 || check(flow).length > 0) return true;
    passed += 1;
    for (const [world, seeds] of calls) {
      const wrong =
        walk(flow, world, seeds) ??
        (reachesPerson(flow, beginFlow(flow, world), { type: 'begin' }, world) ? null : 'reaches no person');
      if (wrong !== null) throw new Error(wrong);
    }
    return true;
  });

/** A survey asks no question three times, leads to nobody, and is over after a key or a silence for each time it asks. */
const shortSurvey = (check: Check) =>
  fc.property(anySurvey, anyWorld, anyInputs, ({ flow, findings }, world, seeds) => {
    if (findings.length > 0 || check(flow).length > 0) return true;
    passed += 1;
    let turn = beginFlow(flow, world);
    for (let at = 0; at <= 2 * flow.nodes.size; at += 1) {
      visited(flow, turn);
      if (turn.next.type !== 'collect' && turn.next.type !== 'spoken' && turn.next.type !== 'hangUp')
        throw new Error(`${turn.next.type} after the talk`);
      const input = inputAt(turn, seeds[at] ?? nothing);
      if (input === null) return endsWithWords(flow, turn);
      turn = step(flow, turn.cursor, input, world);
    }
    throw new Error('has no end');
  });

t.test(
  'any flow that check passes: no dead end, no circle without a key, every wait bounded, a person',
  async (t) => {
    passed = 0;
    visits.clear();
    fc.assert(decent(fullCheck), { numRuns: 4000 });
    t.ok(passed > 400, `${String(passed)} of 4000 flows pass the check`);
    const nodes = [
      'say',
      'menu',
      'collect',
      'lookUp',
      'branch',
      'enqueue',
      'overflow',
      'lead',
      'voicemail',
      'remember',
      'goto',
    ];
    const asked = ['days', 'hours', 'tags', 'asksCity', 'wishes', 'repeat', 'staffed', 'waitingAtLeast'];
    for (const kind of [...nodes, 'hangup', 'instead', 'back', ...asked])
      t.ok((visits.get(kind) ?? 0) >= 5, `${kind} come to ${String(visits.get(kind) ?? 0)} times`);
  },
);

t.test('any survey that check passes asks nothing three times and ends with a word', async (t) => {
  passed = 0;
  visits.clear();
  fc.assert(shortSurvey(fullCheck), { numRuns: 2000 });
  t.ok(passed > 200, `${String(passed)} of 2000 surveys pass the check`);
  for (const kind of ['rate', 'say', 'branch', 'goto', 'hangup'])
    t.ok((visits.get(kind) ?? 0) >= 5, `${kind} come to ${String(visits.get(kind) ?? 0)} times`);
});

t.test('with any part of the check broken, a flow is found that leaves a caller alone', async (t) => {
  for (const broken of ['unknownNode', 'loop', 'silentEnd', 'noPerson', 'noNotice', 'notKept']) {
    const found = fc.check(decent(checkWithout(broken)), { numRuns: 20_000, seed: 12345 });
    t.ok(found.failed, `${broken}: found after ${String(found.numRuns)} flows`);
  }
  for (const broken of ['unknownNode', 'loop', 'silentEnd', 'notInSurvey']) {
    const found = fc.check(shortSurvey(checkWithout(broken)), { numRuns: 20_000, seed: 12345 });
    t.ok(found.failed, `survey, ${broken}: found after ${String(found.numRuns)} flows`);
  }
});
