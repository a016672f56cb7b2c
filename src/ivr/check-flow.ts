// How a flow's nodes hang together: nothing unreachable, nothing without an end, always a person, no recording unannounced.
import { keptEntries, type KeptEntry } from '../contact/case-answer.js';
import type { Finding } from '../contact/finding.js';
import { clock, edgesOf } from './flow-edges.js';
import { everyWayOf, findLoop, reachedFrom, silentWays, waysOf } from './flow-ways.js';
import type { Flow, FlowDay, FlowNode, FlowPart } from './flow.js';
import { flowDays, keepsEntries, noWish, surveyFlowId } from './flow.js';
import { mayHold, reachesPerson, wishing, type Situation } from './person-search.js';

/** What a flow is checked against. */
export interface FlowSurroundings {
  readonly recordedQueues: ReadonlySet<string>;
  /** Prompts that say that the call is recorded. */
  readonly notices: ReadonlySet<string>;
  /** Tags with which calls come into this flow. */
  readonly tags: readonly string[];
}

/** Everything wrong with a flow as a whole. Names of nodes that are not there are found first, and alone. */
export function checkFlow(file: string, flow: Flow, around: FlowSurroundings): readonly Finding[] {
  const problem = (line: number, code: string, zh: string, en: string): Finding => ({
    level: 'error',
    file,
    line,
    code,
    zh,
    en,
  });
  const missing = missingNodes(flow, problem);
  // A way left out altogether has been told by the reader already.
  if (missing.length > 0) return missing.filter(({ names }) => names !== '').map(({ finding }) => finding);
  const common = [...unreachableNodes(flow, problem), ...silentEnds(flow, problem)];
  if (flow.id === surveyFlowId)
    return [...common, ...loops(flow, waysOf, problem), ...misplaced(flow, surveyKinds, problem)];
  return [
    ...common,
    ...loops(flow, silentWays, problem),
    ...misplaced(flow, entryKinds, problem),
    ...withoutPerson(flow, around.tags, problem),
    ...unannounced(flow, around, problem),
    ...notKept(flow, problem),
  ];
}

type Problem = (line: number, code: string, zh: string, en: string) => Finding;

function missingNodes(flow: Flow, problem: Problem): readonly { names: string; finding: Finding }[] {
  const unknown = (line: number, id: string) => ({
    names: id,
    finding: problem(
      line,
      'unknownNode',
      `没有名为 ${id} 的节点。请核对 nodes: 中的名称。`,
      `There is no node ${id}: check the names under nodes:.`,
    ),
  });
  const start = flow.nodes.has(flow.startId) ? [] : [unknown(1, flow.startId)];
  const ways = [...flow.nodes.values()].flatMap((node) =>
    waysOf(node)
      .filter((id) => !flow.nodes.has(id))
      .map((id) => unknown(node.line, id)),
  );
  return [...start, ...ways];
}

function unreachableNodes(flow: Flow, problem: Problem): readonly Finding[] {
  const reached = reachedFrom(flow, flow.startId, (node) => everyWayOf(flow, node));
  return [...flow.nodes.values()]
    .filter((node) => !reached.has(node.id))
    .map((node) =>
      problem(
        node.line,
        'unreachable',
        `没有路径通向节点 ${node.id}。请接上或删除。`,
        `No path leads to node ${node.id}: connect or delete it.`,
      ),
    );
}

const entryKinds: readonly FlowNode['kind'][] = [
  'say',
  'menu',
  'collect',
  'lookUp',
  'branch',
  'enqueue',
  'lead',
  'voicemail',
  'remember',
  'goto',
  'hangup',
];
/** After the talk nothing leads to a person any more, and every question is asked once. */
const surveyKinds: readonly FlowNode['kind'][] = ['say', 'rate', 'branch', 'goto', 'hangup'];

function misplaced(flow: Flow, fitting: readonly FlowNode['kind'][], problem: Problem): readonly Finding[] {
  return [...flow.nodes.values()]
    .filter(({ kind }) => !fitting.includes(kind))
    .map(({ id, kind, line }) =>
      kind === 'rate'
        ? problem(
            line,
            'rateOutside',
            `节点 ${id} 是评价,评价只写在 flows/survey.yaml 中。请移到该文件。`,
            `Node ${id} asks for a rating, which flows/survey.yaml alone may: move it there.`,
          )
        : problem(
            line,
            'notInSurvey',
            `评价流程中不能有 ${kind}(节点 ${id}):通话已经结束。可用 say、rate、reason、branch、goto、hangup。`,
            `The survey may hold no ${kind} (node ${id}), for the talk is over: say, rate, reason, branch, goto and hangup.`,
          ),
    );
}

/** A survey may have no circle at all: then it ends after so many questions, whatever is pressed. */
function loops(
  flow: Flow,
  ways: (node: FlowNode) => readonly string[],
  problem: Problem,
): readonly Finding[] {
  const loop = findLoop(flow, ways);
  const first = loop[0] === undefined ? undefined : flow.nodes.get(loop[0]);
  if (first === undefined) return [];
  const round = [...loop, first.id].join(' → ');
  return [
    problem(
      first.line,
      'loop',
      ways === waysOf
        ? `评价会在 ${round} 之间反复。每个问题只问一次,请给其中一处另外的去向。`
        : `来电人不按键时会一直在 ${round} 之间循环。请给其中一处另外的去向。`,
      ways === waysOf
        ? `The survey goes round: ${round}. Each question is asked once: lead one of them elsewhere.`
        : `A caller who presses nothing goes round for ever: ${round}. Lead one of them elsewhere.`,
    ),
  ];
}

function silentEnds(flow: Flow, problem: Problem): readonly Finding[] {
  return [...flow.nodes.values()]
    .filter((node) => node.kind === 'hangup' && node.say.length === 0)
    .map((node) =>
      problem(
        node.line,
        'silentEnd',
        '挂机前没有提示音。请在 say 中说明原因和去处。',
        'Hangs up without a word: say why, and where to turn.',
      ),
    );
}

/** Queries to which some path leads without what they ask by. */
function notKept(flow: Flow, problem: Problem): readonly Finding[] {
  const kept = entriesKept(flow);
  return keptEntries.flatMap((name) =>
    [...flow.nodes.values()]
      .filter(({ id, kind }) => kind === 'lookUp' && kept.get(id)?.some((entries) => !entries.includes(name)))
      .map((node) =>
        problem(
          node.line,
          'notKept',
          `有路径到达查询节点 ${node.id} 时没有 ${name}:未经 keep: ${name} 的 collect,或其后经过菜单、排队等节点而已忘记。请在查询之前收集。`,
          `A path leads to the query ${node.id} without its ${name}: past no collect that has keep: ${name}, or over a menu, a queue or the like, where it is forgotten. Collect it before the query.`,
        ),
      ),
  );
}

/** The entries with which callers may come to each node. */
function entriesKept(flow: Flow): ReadonlyMap<string, readonly (readonly KeptEntry[])[]> {
  const found = new Map<string, readonly (readonly KeptEntry[])[]>();
  const open: (readonly [id: string, brought: readonly KeptEntry[]])[] = [[flow.startId, []]];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const [id, brought] = at;
    const node = flow.nodes.get(id);
    if (node === undefined) continue;
    const kept = keepsEntries(node) ? brought : [];
    const before = found.get(id) ?? [];
    if (before.some((entries) => entries.join() === kept.join())) continue;
    found.set(id, [...before, kept]);
    for (const { way, to } of edgesOf(node)) if (to !== null) open.push([to, keptAfter(node, way, kept)]);
    if (node.kind === 'enqueue' && flow.messageId !== null) open.push([flow.messageId, []]);
  }
  return found;
}

/** An entry with a way of its own, or given up, is not kept; a query's answer ends it. */
function keptAfter(node: FlowNode, way: string, kept: readonly KeptEntry[]): readonly KeptEntry[] {
  if (node.kind === 'lookUp') return [];
  const collected = node.kind === 'collect' && way === 'next' ? node.keep : null;
  return keptEntries.filter((name) => kept.includes(name) || name === collected);
}

/** What a root fails at: when, and at which line it is lost. */
interface Loss {
  readonly line: number;
  readonly day: FlowDay;
  readonly from: number;
  readonly to: number;
}

/**
 * Moments at which a caller who presses nothing would reach no person, from the start or from any menu. Minutes between
 * two bounds of the flow's own hours are alike, so one of each stretch stands for all.
 */
function withoutPerson(flow: Flow, tags: readonly string[], problem: Problem): readonly Finding[] {
  const losses = rootsOf(flow).flatMap((root) => lossesOf(flow, root, tags));
  const lines = [...new Set(losses.map(({ line }) => line))];
  return lines.map((line) => {
    const here = losses.filter((loss) => loss.line === line);
    const [zh, en] = whenWords(here);
    return problem(
      line,
      'noPerson',
      `${zh}此分支没有通向人工的出口。12345 须 24 小时人工服务。`,
      `${en}this branch never reaches a person; 12345 must be staffed 24 h.`,
    );
  });
}

/** Where a caller may be left to silence: the start, what menus do without a key, where keys lead out of a line, and the message nobody spoke under a limit. */
function rootsOf(flow: Flow): readonly string[] {
  const persons = [...flow.nodes.values()].flatMap((node) => {
    if (node.kind === 'enqueue') return [node.instead, node.back].filter((id) => id !== null);
    return node.kind === 'menu' || node.kind === 'collect' || node.kind === 'lookUp' ? node.person : [];
  });
  const message = flow.messageId === null ? undefined : flow.nodes.get(flow.messageId);
  const backInLine = message?.kind === 'voicemail' ? [message.otherwise] : [];
  return [...new Set([flow.startId, ...persons, ...backInLine])];
}

function lossesOf(flow: Flow, root: string, tags: readonly string[]): readonly Loss[] {
  const bounds = minuteBounds(flow);
  const wishes = wishesIn(flow);
  return flowDays.flatMap((day) =>
    bounds.flatMap((from, index) => {
      const to = bounds[index + 1] ?? 1440;
      const calls = (tags.length > 0 ? tags : ['']).flatMap((tag) =>
        [false, true].flatMap((asksCity) =>
          wishes.flatMap((wish) =>
            [false, true].map((repeat) => ({ day, minuteOfDay: from, tag, asksCity, wish, repeat })),
          ),
        ),
      );
      const lost = calls.find((situation) => !reachesPerson(flow, root, situation));
      return lost === undefined ? [] : [{ line: lineOfLoss(flow, root, lost), day, from, to }];
    }),
  );
}

/** A wish that no branch names: of another flow, or of a site as it was when the caller stated it. */
const otherWish = '';

/** What callers may wish as far as it makes a difference here. */
function wishesIn(flow: Flow): readonly string[] {
  const named = [...flow.nodes.values()].flatMap((node) =>
    node.kind === 'branch' ? node.cases.flatMap(({ wishes }) => wishes ?? []) : [],
  );
  return [...new Set([noWish, otherWish, ...named])];
}

function minuteBounds(flow: Flow): readonly number[] {
  const bounds = [...flow.nodes.values()].flatMap((node) =>
    node.kind === 'branch'
      ? node.cases.flatMap(({ hours }) => (hours === null ? [] : [hours.from, hours.to]))
      : [],
  );
  return [...new Set([0, ...bounds])].filter((minute) => minute < 1440).sort((a, b) => a - b);
}

/** The line to show: the first branch's way that is taken at this moment, or the root itself. */
function lineOfLoss(flow: Flow, root: string, situation: Situation): number {
  const seen = new Set<string>();
  let here = situation;
  for (let node = flow.nodes.get(root); node !== undefined && !seen.has(node.id);) {
    seen.add(node.id);
    here = wishing(node, here);
    if (node.kind === 'branch') return node.cases.find((branch) => mayHold(branch, here))?.line ?? node.line;
    node = flow.nodes.get(silentWays(node)[0] ?? '');
  }
  return flow.nodes.get(root)?.line ?? 1;
}

const dayWords: Readonly<Record<FlowDay, readonly [zh: string, en: string]>> = {
  workday: ['工作日', 'on workdays'],
  weekend: ['周末', 'at weekends'],
  holiday: ['节假日', 'on holidays'],
};

function whenWords(losses: readonly Loss[]): readonly [zh: string, en: string] {
  const days = flowDays.filter((day) => losses.some((loss) => loss.day === day));
  const hours = joinedRanges(losses);
  const everyDay = days.length === flowDays.length;
  const zhDays = everyDay ? '' : days.map((day) => dayWords[day][0]).join('、');
  const enDays = everyDay ? '' : `${days.map((day) => dayWords[day][1]).join(', ')} `;
  if (hours === '') return [zhDays === '' ? '' : `${zhDays}全天`, enDays];
  return [`${zhDays}(${hours})`, `${enDays}(${hours}) `];
}

/** `22:00-06:00`; `''` for the whole day. */
function joinedRanges(losses: readonly Loss[]): string {
  const lost = (minute: number): boolean => losses.some(({ from, to }) => minute >= from && minute < to);
  const edges = [...new Set(losses.flatMap(({ from, to }) => [from, to % 1440]))].sort((a, b) => a - b);
  const before = (minute: number): boolean => lost((minute + 1439) % 1440);
  const starts = edges.filter((minute) => lost(minute) && !before(minute));
  const ends = edges.filter((minute) => !lost(minute) && before(minute));
  return starts
    .map((start) => `${clock(start)}-${clock(ends.find((end) => end > start) ?? ends[0] ?? 0)}`)
    .join('、');
}

/** Recorded queues that some path reaches before a notice nobody can skip has been said. */
function unannounced(flow: Flow, around: FlowSurroundings, problem: Problem): readonly Finding[] {
  const says = (node: FlowNode): boolean =>
    'say' in node && node.say.some((part) => isNotice(part, around.notices));
  const unheard = reachedFrom(flow, flow.startId, (node) => (says(node) ? [] : everyWayOf(flow, node)));
  return [...flow.nodes.values()]
    .filter((node) => unheard.has(node.id) && !says(node))
    .filter((node) => node.kind === 'enqueue' && around.recordedQueues.has(node.request.queueId))
    .map((node) =>
      problem(
        node.line,
        'noNotice',
        '此队列的通话会录音,但之前没有录音告知。请在 say 中加一句带 mustHear: true 的录音告知。',
        'Calls of this queue are recorded, but no notice was said before: add one with mustHear: true.',
      ),
    );
}

function isNotice(part: FlowPart, notices: ReadonlySet<string>): boolean {
  return part.mustHear && notices.has(part.prompt.id) && (part.short === null || notices.has(part.short.id));
}
