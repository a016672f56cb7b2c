// The flow interpreter: one input in, one turn out. Pure: the time and the world come along as arguments.
import type { CaseAnswer } from '../contact/case-answer.js';
import { civilTimeAt } from '../contact/civil-time.js';
import type {
  DecidedWay,
  FlowCursor,
  FlowInput,
  FlowNext,
  FlowTurn,
  FlowView,
  QueueExit,
  SpokenPart,
} from '../contact/flow-turn.js';
import { messageKey } from '../contact/limit-words.js';
import type { OverflowRule } from '../contact/overflow.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import { nextAfter } from './flow-edges.js';
import { isInRange, keepsEntries, noWish } from './flow.js';
import type {
  BranchCase,
  BranchNode,
  CollectNode,
  EnqueueNode,
  Flow,
  FlowDay,
  FlowNode,
  FlowPart,
  LookUpNode,
  MenuNode,
  NodeOverflow,
  QueueCondition,
  RateNode,
} from './flow.js';

/** What a step may know beside the flow itself. */
export interface FlowWorld {
  readonly view: FlowView;
  readonly day: FlowDay;
  readonly greeting: 'full' | 'short';
  readonly siteVersion: string;
}

/** Said first to a caller whose menu was interrupted by a fault of ours. */
export const resumePrompt = { id: 'menu.resume' } as const;

/** The tone after which a caller speaks. */
export const tonePrompt = { id: 'msg.tone' } as const;

/** After so many keys the next key leads to a person, whatever it is: no caller circles in menus for ever. */
export const keysAtMost = 100;

/** After so many queries that found nothing a person helps. */
export const missesAtMost = 3;

/** A lone 0 asks for a person; whether it stays alone is waited for no longer than this. */
export const loneZeroMs = 2_500;

/** A flow's first turn. */
export function beginFlow(flow: Flow, world: FlowWorld): FlowTurn {
  if (world.view.handedOver === true) return enterUnasked(flow, world);
  return enter(flow, flow.startId, world, { said: [], keys: 0 });
}

/**
 * A person has listened to the call already: it goes where silence would lead it and is asked nothing on the way. Of what would be said there it
 * hears only what must be heard.
 */
function enterUnasked(flow: Flow, world: FlowWorld): FlowTurn {
  let nodeId = flow.startId;
  let wish: string | null | undefined;
  const owed: SpokenPart[] = [];
  const passed: DecidedWay[] = [];
  for (let left = flow.nodes.size; left > 0; left -= 1) {
    const { node, decided, wish: remembered } = settle(flow, nodeId, withWish(world, wish));
    const on = unaskedWay(node);
    if (on === undefined) break;
    if (remembered !== undefined) wish = remembered;
    owed.push(...node.say.map((part) => spoken(part, world)).filter(({ mustHear }) => mustHear));
    passed.push(...decided, { nodeId: node.id, way: on.way });
    nodeId = on.next;
  }
  const turn = enter(flow, nodeId, withWish(world, wish), { said: owed, keys: 0 });
  return { ...(wish !== undefined && { wish }), ...turn, decided: [...passed, ...(turn.decided ?? [])] };
}

function unaskedWay(node: SettledNode): { readonly way: string; readonly next: string } | undefined {
  if (node.kind === 'say') return { way: 'next', next: node.next };
  return node.kind === 'menu' || node.kind === 'collect' ? { way: 'person', next: node.person } : undefined;
}

/**
 * The turn that follows an input. An input that does not fit its node leaves the contact where it is; a node that this
 * flow does not have begins the flow again.
 */
export function step(flow: Flow, cursor: FlowCursor, input: FlowInput, world: FlowWorld): FlowTurn {
  const node = flow.nodes.get(cursor.nodeId);
  if (node === undefined || input.type === 'begin') return beginFlow(flow, world);
  const so = soFar(cursor);
  switch (input.type) {
    case 'spoken':
      return node.kind === 'say' ? enter(flow, node.next, world, so) : stay(flow, node, cursor, []);
    case 'digit':
      return digit(flow, node, cursor, input.digit, world);
    case 'silence':
      return silence(flow, node, cursor, world);
    case 'resumed':
      return enter(flow, node.id, world, { ...so, said: [{ prompt: resumePrompt, mustHear: false }] });
    case 'voicemailLeft':
    case 'voicemailMissing':
      if (node.kind !== 'voicemail') return stay(flow, node, cursor, []);
      return enter(flow, input.type === 'voicemailLeft' ? node.next : node.otherwise, world, so);
    case 'queueExit':
      return node.kind === 'enqueue'
        ? enter(flow, exitOf(node, input.exit), world, so)
        : beginFlow(flow, world);
    case 'leadFailed':
      return node.kind === 'lead' ? enter(flow, node.otherwise, world, so) : beginFlow(flow, world);
    case 'caseAnswer':
      return node.kind === 'lookUp'
        ? answered(flow, node, cursor, input.answer, world)
        : stay(flow, node, cursor, []);
  }
}

/** A rule that a newer version of the flow gave up leads where whoever waited too long goes. */
function exitOf({ exits, overflow }: EnqueueNode, exit: QueueExit): string {
  return exit === 'overflow' ? (overflow?.next ?? exits.timeout) : exits[exit];
}

/** What a turn has gathered before it comes to a node. */
interface SoFar {
  readonly said: readonly SpokenPart[];
  readonly keys: number;
  readonly kept?: FlowCursor['kept'];
  readonly misses?: number | undefined;
}

const soFar = ({ keys, kept, misses }: FlowCursor, said: readonly SpokenPart[] = []): SoFar => ({
  said,
  keys,
  kept,
  misses,
});

/** Comes to a node: passes through those that only decide, until one speaks, asks, queues or ends. */
function enter(flow: Flow, nodeId: string, world: FlowWorld, so: SoFar): FlowTurn {
  const { node, decided, wish } = settle(flow, nodeId, world);
  const cursor: FlowCursor = {
    flowId: flow.id,
    siteVersion: world.siteVersion,
    nodeId: node.id,
    tries: 0,
    digits: '',
    keys: so.keys,
    ...(keepsEntries(node) && so.kept !== undefined && { kept: so.kept }),
    ...(so.misses !== undefined && { misses: so.misses }),
  };
  return {
    ...stay(flow, node, cursor, [
      ...so.said,
      ...node.say.map((part) => spoken(part, world)),
      ...(node.kind === 'voicemail' ? [{ prompt: tonePrompt, mustHear: false }] : []),
    ]),
    decided,
    ...(wish !== undefined && { wish }),
  };
}

type SettledNode = Exclude<FlowNode, { readonly kind: 'branch' | 'goto' | 'remember' }>;

interface Settled {
  readonly node: SettledNode;
  readonly decided: readonly DecidedWay[];
  readonly wish: string | null | undefined;
}

/**
 * Follows branches and gotos.
 * @throws RangeError if they go round: such a flow is refused when it is read
 */
function settle(flow: Flow, nodeId: string, world: FlowWorld): Settled {
  const decided: DecidedWay[] = [];
  let wish: string | null | undefined;
  let node = nodeOf(flow, nodeId);
  while (node.kind === 'branch' || node.kind === 'goto' || node.kind === 'remember') {
    if (decided.length > flow.nodes.size) throw new RangeError(`flow ${flow.id} goes round at ${node.id}`);
    if (node.kind === 'remember') ({ wish } = node);
    const { way, next } =
      node.kind === 'branch' ? chooseBranch(node, withWish(world, wish)) : { way: 'next', next: node.next };
    decided.push({ nodeId: node.id, way });
    node = nodeOf(flow, next);
  }
  return { node, decided, wish };
}

/** A wish holds from the moment it is stated. */
function withWish(world: FlowWorld, wish: string | null | undefined): FlowWorld {
  return wish === undefined ? world : { ...world, view: { ...world.view, wish } };
}

function nodeOf(flow: Flow, nodeId: string): FlowNode {
  const node = flow.nodes.get(nodeId);
  if (node === undefined) throw new RangeError(`flow ${flow.id} has no node ${nodeId}`);
  return node;
}

function spoken(part: FlowPart, { greeting, view }: FlowWorld): SpokenPart {
  const usual = greeting === 'short' && part.short !== null ? part.short : part.prompt;
  const prompt = part.opening ? (view.opening ?? usual) : usual;
  return { prompt, mustHear: part.mustHear };
}

/** The turn of being at a node: what it waits for. */
function stay(flow: Flow, node: FlowNode, cursor: FlowCursor, say: readonly SpokenPart[]): FlowTurn {
  switch (node.kind) {
    case 'menu':
    case 'rate':
      return {
        cursor,
        say,
        next: { type: 'collect', timeoutMs: node.timeoutMs, bargeIn: node.bargeIn },
      };
    case 'voicemail':
      return { cursor, say, next: { type: 'voicemail', longestMs: node.longestMs } };
    case 'collect':
      return {
        cursor,
        say,
        next: {
          type: 'collect',
          timeoutMs: cursor.digits === '0' ? Math.min(loneZeroMs, node.timeoutMs) : node.timeoutMs,
          bargeIn: node.bargeIn,
          ...(node.keep !== null && { secret: true }),
        },
      };
    case 'lookUp':
      return { cursor, say, next: { type: 'lookUpCase' } };
    case 'enqueue':
      return {
        cursor,
        say,
        next: {
          type: 'enqueue',
          request: node.request,
          ...waitingKeys(flow, node),
          ...(node.overflow !== null && { overflow: ruleOf(node.overflow) }),
        },
      };
    case 'lead':
      return { cursor, say, next: { type: 'lead', target: node.target } };
    case 'hangup':
      return { cursor, say, next: { type: 'hangUp', reason: node.reason } };
    case 'say':
    case 'branch':
    case 'remember':
    case 'goto':
      return { cursor, say, next: { type: 'spoken' } };
  }
}

function ruleOf({ placeAbove, waitAboveMs, afterMs }: NodeOverflow): OverflowRule {
  return { placeAbove, waitAboveMs, afterMs };
}

/** What the contact has to know of the keys that {@link wayWhileWaiting} heeds. */
function waitingKeys(
  { messageId }: Flow,
  node: EnqueueNode,
): Pick<Extract<FlowNext, { type: 'enqueue' }>, 'keys' | 'takesMessage'> {
  const keys = waitingWays(node).map(([key]) => key);
  return { ...(keys.length > 0 && { keys }), ...(messageId !== null && { takesMessage: true }) };
}

/** Where a key leads while he waits; null: nowhere. The way to a message is for those whom the contact lets go it. */
function wayWhileWaiting(flow: Flow, node: EnqueueNode, key: string): string | null {
  const own = waitingWays(node).find(([one]) => one === key);
  return own?.[1] ?? (key === messageKey ? flow.messageId : null);
}

function waitingWays({ instead, back }: EnqueueNode): readonly (readonly [key: string, to: string])[] {
  return [
    ...(instead === null ? [] : [['0', instead] as const]),
    ...(back === null ? [] : [['*', back] as const]),
  ];
}

/** The way a branch takes now. */
function chooseBranch(node: BranchNode, world: FlowWorld): { readonly way: string; readonly next: string } {
  const { minuteOfDay } = civilTimeAt(world.view.nowMs);
  const index = node.cases.findIndex((branch) => holds(branch, world, minuteOfDay));
  const taken = node.cases[index];
  return taken === undefined
    ? { way: 'otherwise', next: node.otherwise }
    : { way: `case ${String(index + 1)}`, next: taken.next };
}

function holds(branch: BranchCase, world: FlowWorld, minuteOfDay: number): boolean {
  return (
    (branch.days === null || branch.days.includes(world.day)) &&
    (branch.hours === null || isInRange(branch.hours, minuteOfDay)) &&
    (branch.tags === null || branch.tags.includes(world.view.tag)) &&
    (branch.asksCity === null || branch.asksCity === (world.view.asksCity ?? false)) &&
    (branch.wishes === null || branch.wishes.includes(world.view.wish ?? noWish)) &&
    (branch.repeat === null || branch.repeat === (world.view.repeat ?? false)) &&
    (branch.queue === null || queueHolds(branch.queue, world.view))
  );
}

/** A queue the view does not tell of counts as empty and staffed: the way to a person stays open. */
function queueHolds(condition: QueueCondition, view: FlowView): boolean {
  const { waiting, signedIn } = view.queues[condition.queueId] ?? { waiting: 0, signedIn: 1 };
  return (
    (condition.waitingAtLeast === null || waiting >= condition.waitingAtLeast) &&
    (condition.staffed === null || condition.staffed === signedIn > 0)
  );
}

function digit(flow: Flow, node: FlowNode, cursor: FlowCursor, key: string, world: FlowWorld): FlowTurn {
  if (node.kind === 'rate') return rateKey(flow, node, cursor, key, world);
  if (node.kind === 'enqueue') {
    const next = wayWhileWaiting(flow, node, key);
    const so = soFar({ ...cursor, keys: cursor.keys + 1 });
    return next === null ? stay(flow, node, cursor, []) : enter(flow, next, world, so);
  }
  if (node.kind !== 'menu' && node.kind !== 'collect') return stay(flow, node, cursor, []);
  const pressed: FlowCursor = { ...cursor, keys: cursor.keys + 1 };
  const so = soFar(pressed);
  if (pressed.keys > keysAtMost) return enter(flow, node.person, world, so);
  if (key === '*') return enter(flow, node.back ?? node.id, world, so);
  return node.kind === 'menu'
    ? menuKey(flow, node, pressed, key, world)
    : collectKey(flow, node, pressed, key, world);
}

function menuKey(flow: Flow, node: MenuNode, cursor: FlowCursor, key: string, world: FlowWorld): FlowTurn {
  const so = soFar(cursor);
  if (key === '9') return enter(flow, node.id, world, so);
  const next = key === '0' ? node.person : node.keys.get(key);
  if (next === undefined) return wrongKey(flow, node, cursor, world);
  const region = regionOf(node, key, world);
  return { ...enter(flow, next, world, so), ...(region !== undefined && { region }) };
}

/** The question for the city where several share an area code; its keys are theirs, in their order. */
export const cityPrompt = { id: 'region.choose' } as const;

/** Whether a flow may ask its callers for their city. */
export function asksForCity({ nodes }: Pick<Flow, 'nodes'>): boolean {
  return [...nodes.values()].some((node) => node.kind === 'menu' && saysCities(node));
}

const saysCities = ({ say }: MenuNode): boolean => say.some(({ prompt }) => prompt.id === cityPrompt.id);

function regionOf(node: MenuNode, key: string, { view }: FlowWorld): string | undefined {
  return saysCities(node) ? view.cities?.[Number(key) - 1] : undefined;
}

function collectKey(
  flow: Flow,
  node: CollectNode,
  cursor: FlowCursor,
  key: string,
  world: FlowWorld,
): FlowTurn {
  if (key === '#') return collected(flow, node, cursor, world);
  if (!/^\d$/.test(key)) return wrongKey(flow, node, cursor, world);
  const longer: FlowCursor = { ...cursor, digits: cursor.digits + key };
  return longer.digits.length >= node.maxDigits
    ? collected(flow, node, longer, world)
    : stay(flow, node, longer, []);
}

/** The entry is over: a lone 0 is the wish for a person, too short an entry is a wrong key. */
function collected(flow: Flow, node: CollectNode, cursor: FlowCursor, world: FlowWorld): FlowTurn {
  const so = soFar(cursor);
  const own = node.cases.get(cursor.digits);
  if (own !== undefined) return enter(flow, own, world, so);
  if (cursor.digits === '0') return enter(flow, node.person, world, so);
  if (cursor.digits.length < node.minDigits) return wrongKey(flow, node, cursor, world);
  const kept = node.keep === null ? so.kept : { ...so.kept, [node.keep]: cursor.digits };
  return enter(flow, node.next, world, { ...so, kept });
}

/** What was found is told; what was not is asked for anew, with the same words whatever was wrong, and the third time a person helps. */
function answered(
  flow: Flow,
  node: LookUpNode,
  cursor: FlowCursor,
  answer: CaseAnswer,
  world: FlowWorld,
): FlowTurn {
  const { keys, misses = 0 } = cursor;
  const goOn = (nodeId: string, prompt: PromptRef, missed = misses): FlowTurn =>
    enter(flow, nodeId, world, { said: [{ prompt, mustHear: false }], keys, misses: missed });
  switch (answer.state) {
    case 'handling':
      return goOn(node.next, standingWords(answer, node.departments));
    case 'done':
      return goOn(node.next, { id: 'prog.done' });
    case 'none':
      return misses + 1 < missesAtMost
        ? goOn(node.again, { id: 'prog.none' }, misses + 1)
        : goOn(node.person, { id: 'menu.noinput' }, misses + 1);
    case 'failed':
      return goOn(node.person, { id: 'prog.away' });
  }
}

/** A department that nobody has spoken is left out. */
function standingWords(
  { department, month, day }: Extract<CaseAnswer, { state: 'handling' }>,
  departments: ReadonlySet<string>,
): PromptRef {
  const due = { m: month, n: day };
  return departments.has(department)
    ? { id: 'prog.state', slots: { d: department, ...due } }
    : { id: 'prog.due', slots: due };
}

/** Every prompt a query may say. */
export const lookUpPrompts = [
  'prog.state',
  'prog.due',
  'prog.done',
  'prog.none',
  'prog.away',
  'menu.noinput',
] as const;

/** Once is a slip; the second time a person helps. */
function wrongKey(flow: Flow, node: MenuNode | CollectNode, cursor: FlowCursor, world: FlowWorld): FlowTurn {
  if (cursor.tries > 0) return enter(flow, node.person, world, soFar(cursor));
  return stay(flow, node, { ...cursor, tries: 1, digits: '' }, [{ prompt: node.badInput, mustHear: false }]);
}

function silence(flow: Flow, node: FlowNode, cursor: FlowCursor, world: FlowWorld): FlowTurn {
  if (node.kind === 'rate') return askAgain(flow, node, cursor, world);
  if (node.kind !== 'menu' && node.kind !== 'collect') return stay(flow, node, cursor, []);
  if (node.kind === 'collect' && cursor.digits !== '') return collected(flow, node, cursor, world);
  return enter(flow, node.person, world, soFar(cursor, [{ prompt: node.noInput, mustHear: false }]));
}

/** A key in the survey: an answer, the wish to be let go, or none. */
function rateKey(flow: Flow, node: RateNode, cursor: FlowCursor, key: string, world: FlowWorld): FlowTurn {
  const so: SoFar = { said: [], keys: cursor.keys + 1 };
  if (key === '*') return enter(flow, node.otherwise, world, so);
  const answer = node.answers.get(key);
  if (answer === undefined) return askAgain(flow, node, { ...cursor, keys: so.keys }, world);
  return { ...enter(flow, nextAfter(node, answer), world, so), answer };
}

/** Once the question is said again; then he is let go. */
function askAgain(flow: Flow, node: RateNode, cursor: FlowCursor, world: FlowWorld): FlowTurn {
  if (cursor.tries > 0) return enter(flow, node.otherwise, world, { said: [], keys: cursor.keys });
  const question = node.say.map((part) => spoken(part, world));
  return stay(flow, node, { ...cursor, tries: 1 }, question);
}
