// Whether a caller who presses nothing comes to a person, at one moment, with some state of the queues.
import { silentWays } from './flow-ways.js';
import { isInRange, noWish, type BranchCase, type Flow, type FlowDay, type FlowNode } from './flow.js';

/** A moment as branches see it; the queues are left open. */
export interface Situation {
  readonly day: FlowDay;
  readonly minuteOfDay: number;
  readonly tag: string;
  readonly asksCity: boolean;
  readonly wish: string;
  readonly repeat: boolean;
}

/** A queue as a way takes it to be: `least` to `below` wait there, somebody is signed in or nobody; null = not asked yet. */
interface QueueAssumed {
  readonly least: number;
  readonly below: number;
  readonly staffed: boolean | null;
}
type Assumed = ReadonlyMap<string, QueueAssumed>;

/** A search for a person; what failed once is not tried again. */
interface Search {
  readonly flow: Flow;
  readonly failed: Set<string>;
}

/** With some state of the queues that is the same at all branches; but whether a caller speaks after a tone or not, he must come to a person. */
export function reachesPerson(flow: Flow, root: string, situation: Situation): boolean {
  const at = { id: root, situation, assumed: new Map(), passed: new Set<string>() };
  return comesToPerson({ flow, failed: new Set() }, at, null);
}

interface Position {
  readonly id: string;
  readonly situation: Situation;
  readonly assumed: Assumed;
  /** Nodes since the root: who comes back to one without a key goes round. */
  readonly passed: ReadonlySet<string>;
}

/** `also`: a second way that must lead to a person with the queues as they were taken to be on this one. */
function comesToPerson(
  search: Search,
  position: Position,
  also: ((assumed: Assumed) => boolean) | null,
): boolean {
  const { id, assumed } = position;
  const node = search.flow.nodes.get(id);
  if (node === undefined) return false;
  if (node.kind === 'enqueue') return also === null || also(assumed);
  const situation = wishing(node, position.situation);
  const place = `${id} ${situation.wish}`;
  if (position.passed.has(place)) return false;
  const key = `${place} ${JSON.stringify([...assumed])}`;
  if (also === null && search.failed.has(key)) return false;
  const passed = new Set([...position.passed, place]);
  const leads = (way: Way, then: typeof also): boolean =>
    comesToPerson(search, { id: way.to, situation, assumed: way.assumed, passed }, then);
  const [left, missing] = silentWays(node).map((to) => ({ to, assumed }));
  const reaches =
    node.kind === 'voicemail' && left !== undefined && missing !== undefined
      ? leads(left, (then) => leads({ to: missing.to, assumed: then }, also))
      : waysNow(node, situation, assumed).some((way) => leads(way, also));
  if (!reaches && also === null) search.failed.add(key);
  return reaches;
}

/** A wish holds from the node on that remembers it. */
export function wishing(node: FlowNode, situation: Situation): Situation {
  return node.kind === 'remember' ? { ...situation, wish: node.wish ?? noWish } : situation;
}

/** A way from a node, and what the queues are like if it is taken. */
interface Way {
  readonly to: string;
  readonly assumed: Assumed;
}

function waysNow(node: FlowNode, situation: Situation, assumed: Assumed): readonly Way[] {
  return node.kind === 'branch'
    ? waysFrom(node.cases, node.otherwise, situation, assumed)
    : silentWays(node).map((to) => ({ to, assumed }));
}

/** The first case that holds is taken: each later one only if the queues are not as the earlier ones ask. */
function waysFrom(
  [first, ...later]: readonly BranchCase[],
  otherwise: string,
  situation: Situation,
  assumed: Assumed,
): readonly Way[] {
  if (first === undefined) return [{ to: otherwise, assumed }];
  const goOn = (then: Assumed) => waysFrom(later, otherwise, situation, then);
  if (!mayHold(first, situation)) return goOn(assumed);
  if (first.queue === null) return [{ to: first.next, assumed }];
  const { queueId, waitingAtLeast, staffed } = first.queue;
  const holds = narrowed(assumed, queueId, { least: waitingAtLeast ?? 0, staffed });
  const fewer = waitingAtLeast === null ? null : narrowed(assumed, queueId, { below: waitingAtLeast });
  const others = staffed === null ? null : narrowed(assumed, queueId, { staffed: !staffed });
  return [
    ...(holds === null ? [] : [{ to: first.next, assumed: holds }]),
    ...[fewer, others].flatMap((then) => (then === null ? [] : goOn(then))),
  ];
}

/** What is assumed of a queue besides; null where the two do not go together. */
function narrowed(assumed: Assumed, queueId: string, more: Partial<QueueAssumed>): Assumed | null {
  const known = assumed.get(queueId) ?? { least: 0, below: Infinity, staffed: null };
  const least = Math.max(known.least, more.least ?? 0);
  const below = Math.min(known.below, more.below ?? Infinity);
  const asked = more.staffed ?? null;
  if (least >= below || (asked !== null && known.staffed !== null && asked !== known.staffed)) return null;
  return new Map([...assumed, [queueId, { least, below, staffed: asked ?? known.staffed }]]);
}

/** Whether a branch's case fits the moment, whatever its queue is like. */
export function mayHold(
  branch: BranchCase,
  { day, minuteOfDay, tag, asksCity, wish, repeat }: Situation,
): boolean {
  return (
    (branch.days === null || branch.days.includes(day)) &&
    (branch.hours === null || isInRange(branch.hours, minuteOfDay)) &&
    (branch.tags === null || branch.tags.includes(tag)) &&
    (branch.asksCity === null || branch.asksCity === asksCity) &&
    (branch.wishes === null || branch.wishes.includes(wish)) &&
    (branch.repeat === null || branch.repeat === repeat)
  );
}
