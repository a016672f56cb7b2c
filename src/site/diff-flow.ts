// What changes in one flow: where it begins, its nodes, what they say, and where their ways lead.
import { readYaml } from '../contact/yaml-source.js';
import { edgesOf, type FlowEdge } from '../ivr/flow-edges.js';
import type { Flow, FlowNode } from '../ivr/flow.js';
import { isMapping, written } from './file-entries.js';

/** One change. The line is the new file's, or the old one's for what is there no more. */
export interface SiteChange {
  readonly file: string;
  readonly line: number;
  readonly zh: string;
  readonly en: string;
}

/** Every change of a flow. `texts`: its file before and after. */
export function diffFlow(
  file: string,
  before: Flow,
  after: Flow,
  texts: readonly [before: string, after: string],
): readonly SiteChange[] {
  const at = (line: number, zh: string, en: string): SiteChange => ({ file, line, zh, en });
  const gone = [...before.nodes.values()].filter(({ id }) => !after.nodes.has(id));
  const [oldFields, newFields] = texts.map((text) => nodesIn(file, text));
  return [
    ...(before.startId === after.startId
      ? []
      : [
          at(
            1,
            `流程起点由 ${before.startId} 改为 ${after.startId}。`,
            `The flow began at ${before.startId}, begins at ${after.startId}.`,
          ),
        ]),
    ...(before.messageId === after.messageId
      ? []
      : [
          at(
            1,
            `限制期内的留言节点由「${before.messageId ?? ''}」改为「${after.messageId ?? ''}」。`,
            `The message of callers under a limit was "${before.messageId ?? ''}", is "${after.messageId ?? ''}".`,
          ),
        ]),
    ...gone.map(({ id, line }) =>
      at(line, `删除了节点 ${id}(原文件此行)。`, `Node ${id} is gone (line of the old file).`),
    ),
    ...[...after.nodes.values()].flatMap((node) => {
      const old = before.nodes.get(node.id);
      if (old === undefined) return [at(node.line, `新增节点 ${node.id}。`, `Node ${node.id} is new.`)];
      const fields = [oldFields?.[node.id] ?? {}, newFields?.[node.id] ?? {}] as const;
      return [...changedSettings(node, fields), ...changedWays(old, node)].map(({ zh, en }) =>
        at(node.line, zh, en),
      );
    }),
  ];
}

interface Words {
  readonly zh: string;
  readonly en: string;
}

type NodeFields = Readonly<Record<string, unknown>>;

/** The nodes as they are written. */
function nodesIn(file: string, text: string): Readonly<Record<string, NodeFields>> {
  const { value } = readYaml(file, text);
  const nodes = isMapping(value) && isMapping(value['nodes']) ? value['nodes'] : {};
  return Object.fromEntries(
    Object.entries(nodes).filter((pair): pair is [string, NodeFields] => isMapping(pair[1])),
  );
}

/** Fields that name ways: these are told as ways. */
const wayFields = [
  ...['next', 'again', 'person', 'back', 'menu', 'cases', 'branch', 'otherwise'],
  ...['rate', 'reason', 'unhappy'],
  ...['goto', 'onTimeout', 'onNobody', 'onOverload', 'overflow', 'instead', 'back'],
];

const settingWords: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  say: ['播放', 'says'],
  timeout: ['等按键的时间', 'waits for a key'],
  enqueue: ['队列', 'queue'],
  requires: ['另需技能', 'more skills'],
  priority: ['优先级', 'priority'],
  hangup: ['挂机原因', 'reason'],
  lead: ['转接目标', 'led to'],
  voicemail: ['留言最长', 'longest message'],
  collect: ['位数', 'digits'],
  keep: ['留作查询', 'kept for a query'],
  lookUp: ['查询', 'looks up'],
  remember: ['记住的意愿', 'wish to remember'],
};

function changedSettings(
  { id }: FlowNode,
  [before, after]: readonly [NodeFields, NodeFields],
): readonly Words[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys
    .filter((key) => !wayFields.includes(key))
    .flatMap((key) => {
      const [from, to] = [before[key], after[key]].map((value) =>
        value === undefined ? '' : written(value),
      );
      if (from === to) return [];
      const [zh, en] = settingWords[key] ?? [key, key];
      return [
        {
          zh: `节点 ${id} 的${zh}由「${from ?? ''}」改为「${to ?? ''}」。`,
          en: `Node ${id}: ${en} was "${from ?? ''}", is "${to ?? ''}".`,
        },
      ];
    });
}

function changedWays(before: FlowNode, after: FlowNode): readonly Words[] {
  const old = new Map(edgesOf(before).map((edge) => [edge.way, edge]));
  const fresh = new Map(edgesOf(after).map((edge) => [edge.way, edge]));
  const { id } = after;
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((way): readonly Words[] => {
    const [was, is] = [old.get(way), fresh.get(way)];
    if (was === undefined && is !== undefined)
      return [
        {
          zh: `节点 ${id} 新增去向:${wayTo(is, 'zh')}。`,
          en: `Node ${id} has a new way: ${wayTo(is, 'en')}.`,
        },
      ];
    if (was !== undefined && is === undefined)
      return [
        {
          zh: `节点 ${id} 不再有去向:${wayTo(was, 'zh')}。`,
          en: `Node ${id} has lost a way: ${wayTo(was, 'en')}.`,
        },
      ];
    if (was === undefined || is === undefined || (was.to === is.to && was.zh === is.zh)) return [];
    return [
      {
        zh: `节点 ${id} 的去向由 ${wayTo(was, 'zh')} 改为 ${wayTo(is, 'zh')}。`,
        en: `Node ${id}: a way was ${wayTo(was, 'en')}, is ${wayTo(is, 'en')}.`,
      },
    ];
  });
}

/** 「按 1」→ progress */
function wayTo(edge: FlowEdge, language: 'zh' | 'en'): string {
  const to = edge.to ?? (language === 'zh' ? '话务员' : 'an agent');
  return language === 'zh' ? `「${edge.zh}」→ ${to}` : `"${edge.en}" → ${to}`;
}
