// The site of the distributor's model: a few numbers whose calls ask and overflow by the seed's dice, in queues that a seed routes,
// for agents who prefer some of them.
import {
  chanceOf,
  highestPriority,
  oneOf,
  queueIds,
  randomAtom,
  randomChoices,
  randomClauses,
  randomRouting,
  type Chance,
} from '../acd/distributor-run.js';
import type { FlowTurn, QueueRequest } from '../../src/contact/flow-turn.js';
import type { AgentId, DeviceId, QueueId, SkillName } from '../../src/contact/ids.js';
import type { OverflowRule } from '../../src/contact/overflow.js';
import type { Queue, Site } from '../../src/site/site.js';
import { siteOf, smallSite } from '../site/small-site.js';

/** Numbers that are called. */
export const entryIds = ['12345', '12301', '12302', '12303', '12304', '12305'] as const;
/** Everybody who may come. */
export const agentIds = Array.from({ length: 9 }, (_, n) => `100${String(n)}` as AgentId);
/** Where he sits. */
export const deviceOf = (agentId: AgentId): DeviceId => `d${agentId}` as DeviceId;
/** The seed has these levels. */
const skills = ['tax', 'law', 'yb', 'lang.yue'] as const;
const queueTimeoutMs = 180_000;
const nobodyMs = 45_000;

/** Whoever overflows from a line comes to the next; from the last nobody does. */
export const lineNodes = ['line', 'second', 'third'] as const;

/** What a call asks for at one node of its flow, and when it leaves there for the next. */
export interface LineAsked {
  readonly request: QueueRequest;
  readonly overflow: OverflowRule | undefined;
}

/** A site that tells what its flow asks: of each number, by node. */
export interface ModelSite extends Site {
  readonly asked: ReadonlyMap<string, ReadonlyMap<string, LineAsked>>;
}

const exits = `onTimeout: sorry
    onNobody: sorry
    onOverload: sorry`;
// The interpreter leads from line to line; what each asks, and when it is left, is drawn.
const flow = `start: line
nodes:
  line:
    enqueue: general
    say: [{ prompt: greet.main, mustHear: true }]
    overflow: { placeAbove: 1, next: second }
    ${exits}
  second:
    enqueue: tax
    overflow: { placeAbove: 1, next: third }
    ${exits}
  third:
    enqueue: other
    ${exits}
  sorry:
    hangup: queueTimeout
    say: [exit.timeout]
`;

const base = siteOf(
  smallSite({
    'flows/main.yaml': flow,
    'queues.yaml': queueIds.map((id) => `- { id: ${id}, name: 测试, recorded: false }\n`).join(''),
    'agents.yaml': agentIds
      .map((id) => `- { id: '${id}', name: 演示, team: east, skills: [general] }\n`)
      .join(''),
    'devices.yaml': agentIds.map((id) => `- { id: ${deviceOf(id)}, name: 座席 }\n`).join(''),
    'numbers.yaml': entryIds
      .map((id) => `- { number: '${id}', name: 热线, flow: main, queue: general }\n`)
      .join(''),
  }),
);

/** One configuration by one seed: routing, levels, choices, and what the calls of each number ask at each node. */
export function modelSite(seed: number, placesPerPriority: number): ModelSite {
  const chance = chanceOf(seed);
  const routing = randomRouting(chance);
  const queues = [...base.queues.values()].map((queue): [QueueId, Queue] => {
    const { strategy, rings } = routing.queues.get(queue.id) ?? { strategy: 'longestIdle', rings: [] };
    const lined = rings.map((ring) => ({ ...ring, line: 1 }));
    return [queue.id, { ...queue, strategy, rings: lined, limit: 12, queueTimeoutMs, nobodyMs }];
  });
  const asked = new Map(entryIds.map((entryId) => [entryId as string, randomLines(chance)]));
  const preferring = chance(3) > 0 ? agentIds : [];
  const choices = preferring.flatMap((agentId) => {
    const prefers = randomChoices(chance);
    return prefers.length > 0 ? [[agentId, prefers] as const] : [];
  });
  const levels = agentIds.map((agentId) => {
    const his = skills.flatMap((skill) =>
      chance(2) === 0 ? [[skill as string as SkillName, 1 + chance(10)] as const] : [],
    );
    return [agentId, new Map(his)] as const;
  });
  /** Whoever asks for a place asks for that of his number and node. */
  const asking = (entryId: string | undefined, turn: FlowTurn): FlowTurn => {
    const line = asked.get(entryId ?? '')?.get(turn.cursor.nodeId);
    if (turn.next.type !== 'enqueue' || line === undefined) return turn;
    const { overflow: _written, ...next } = turn.next;
    return {
      ...turn,
      next: { ...next, request: line.request, ...(line.overflow && { overflow: line.overflow }) },
    };
  };
  return {
    ...base,
    asked,
    choices: new Map(choices),
    version: `seed-${String(seed)}`,
    queues: new Map(queues),
    skillLevels: new Map(levels),
    routing: { ...base.routing, placesPerPriority },
    contactPolicy: {
      ...base.contactPolicy,
      ...{ record: false, announceAgent: false, ringMs: 3_000 },
      survey: { ...base.contactPolicy.survey, enabled: false },
    },
    agentPolicy: { ...base.agentPolicy, leaseMarginMs: 1_000, wrapUpMs: 2_000 },
    beginFlow: (entryId, view) => asking(entryId, base.beginFlow(entryId, view)),
    flowTurn: (cursor, input, view) => asking(view.dnis, base.flowTurn(cursor, input, view)),
  };
}

/** Of one number. Priority may change with the line. */
function randomLines(chance: Chance): ReadonlyMap<string, LineAsked> {
  const usual = chance(2) === 0 ? chance(highestPriority + 1) : 0;
  const lines = lineNodes.map((nodeId): [string, LineAsked] => {
    const also = chance(4) === 0 ? [randomAtom(chance)] : [];
    const requires = [...new Set([...randomClauses(chance), ...also])];
    const queueId = (oneOf(chance, queueIds) ?? 'general') as QueueId;
    const priority = chance(4) === 0 ? chance(highestPriority + 1) : usual;
    const request = { queueId, requires, also, priority };
    return [nodeId, { request, overflow: nodeId === 'third' ? undefined : randomOverflow(chance) }];
  });
  return new Map(lines);
}

/** By one threshold or by several; of some lines nobody overflows. */
function randomOverflow(chance: Chance): OverflowRule | undefined {
  const rule: OverflowRule = {
    placeAbove: chance(2) === 0 ? 1 + chance(4) : null,
    waitAboveMs: chance(3) === 0 ? 2_000 * (1 + chance(15)) : null,
    afterMs: chance(2) === 0 ? 1_000 * (1 + chance(25)) : null,
  };
  return Object.values(rule).every((threshold) => threshold === null) ? undefined : rule;
}
