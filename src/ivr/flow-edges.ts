// The ways of a flow by name: what happens at a node, and where it leads. What is drawn, rehearsed and compared goes by these.
import { satisfiedFrom, surveyGrades, type SurveyAnswer, type SurveyReason } from '../contact/survey.js';
import type { OverflowRule } from '../contact/overflow.js';
import { flowDays } from './flow.js';
import type { BranchCase, Flow, FlowDay, FlowNode, RateNode } from './flow.js';

/** One way from a node. */
export interface FlowEdge {
  readonly from: string;
  /** Its name, one of a kind at its node: a key `1`, `person`, `back`, `next`, `case 1`, `otherwise`, `digits 0311`, a queue's exit, `answered`. */
  readonly way: string;
  /** Null: to a person, who is the goal. */
  readonly to: string | null;
  /** What a person reads on it. */
  readonly zh: string;
  readonly en: string;
}

/** Every way of a node, in the order of its file. */
export function edgesOf(node: FlowNode): readonly FlowEdge[] {
  const edge = (way: string, to: string | null, zh: string, en: string): FlowEdge => ({
    from: node.id,
    way,
    to,
    zh,
    en,
  });
  switch (node.kind) {
    case 'say':
    case 'remember':
    case 'goto':
      return [edge('next', node.next, '接着', 'then')];
    case 'menu':
      return [
        ...[...node.keys].map(([key, to]) => edge(key, to, `按 ${key}`, `key ${key}`)),
        ...askingEdges(node, edge),
      ];
    case 'collect':
      return [
        ...[...node.cases].map(([digits, to]) =>
          edge(`digits ${digits}`, to, `按 ${digits}`, `keys ${digits}`),
        ),
        edge('next', node.next, '其他号码', 'other digits'),
        ...askingEdges(node, edge),
      ];
    case 'rate':
      return [
        ...[...node.answers].map(([key, answer]) =>
          edge(
            key,
            nextAfter(node, answer),
            `按 ${key} ${answerZh[wordOf(answer)]}`,
            `key ${key} ${wordOf(answer)}`,
          ),
        ),
        edge('otherwise', node.otherwise, '按 *、不按键', 'key *, silence'),
      ];
    case 'lookUp':
      return [
        edge('next', node.next, '查到', 'found'),
        edge('again', node.again, '没有查到', 'not found'),
        edge('person', node.person, '查不了或三次没有查到', 'failed, or not found three times'),
      ];
    case 'branch':
      return [
        ...node.cases.map((branch, index) =>
          edge(`case ${String(index + 1)}`, branch.next, ...wordsOfCase(branch)),
        ),
        edge('otherwise', node.otherwise, '其他情况', 'otherwise'),
      ];
    case 'enqueue':
      return [
        edge('answered', null, '话务员接听', 'answered'),
        edge('timeout', node.exits.timeout, '等候超时', 'timeout'),
        edge('nobody', node.exits.nobody, '无人签入', 'nobody'),
        edge('overload', node.exits.overload, '排队已满', 'overload'),
        ...(node.overflow === null
          ? []
          : [edge('overflow', node.overflow.next, ...overflowWords(node.overflow))]),
        ...(node.instead === null
          ? []
          : [edge('instead', node.instead, '等候中按 0', 'key 0 while waiting')]),
        ...(node.back === null ? [] : [edge('back', node.back, '等候中按 *', 'key * while waiting')]),
      ];
    case 'lead':
      return [
        edge('answered', null, '分中心接听', 'answered there'),
        edge('otherwise', node.otherwise, '没有接通', 'not answered there'),
      ];
    case 'voicemail':
      return [
        edge('left', node.next, '已留言', 'left'),
        edge('otherwise', node.otherwise, '没有留言', 'nothing left'),
      ];
    case 'hangup':
      return [];
  }
}

/** 溢出 and its thresholds. */
function overflowWords({
  placeAbove,
  waitAboveMs,
  afterMs,
}: OverflowRule): readonly [zh: string, en: string] {
  const zh = [
    placeAbove === null ? '' : `位次超过 ${String(placeAbove)}`,
    waitAboveMs === null ? '' : `预计超过 ${durationZh(waitAboveMs)}`,
    afterMs === null ? '' : `已等 ${durationZh(afterMs)}`,
  ].filter((word) => word !== '');
  const en = [
    placeAbove === null ? '' : `place above ${String(placeAbove)}`,
    waitAboveMs === null ? '' : `expected wait above ${String(waitAboveMs / 1000)} s`,
    afterMs === null ? '' : `waited ${String(afterMs / 1000)} s`,
  ].filter((word) => word !== '');
  return [`溢出:${zh.join('、')}`, `overflow: ${en.join(', ')}`];
}

function durationZh(ms: number): string {
  return ms % 60_000 === 0 ? `${String(ms / 60_000)} 分钟` : `${String(ms / 1000)} 秒`;
}

/** Where an answer of the survey leads. */
export function nextAfter({ next, unhappy }: RateNode, answer: SurveyAnswer): string {
  const isUnhappy = answer.is === 'grade' && answer.grade < satisfiedFrom;
  return isUnhappy && unhappy !== null ? unhappy : next;
}

type AnswerWord = keyof typeof surveyGrades | SurveyReason;

const answerZh: Readonly<Record<AnswerWord, string>> = {
  ...{ verySatisfied: '非常满意', satisfied: '满意', fairlySatisfied: '基本满意' },
  ...{ dissatisfied: '不满意', veryDissatisfied: '非常不满意' },
  ...{ attitude: '态度', unclear: '答复不清', waiting: '等候过久', other: '其他' },
};

const gradeWords = new Map(Object.entries(surveyGrades).map(([word, grade]) => [grade, word as AnswerWord]));

/** The word of an answer, as flows name it. */
function wordOf(answer: SurveyAnswer): AnswerWord {
  return answer.is === 'reason' ? answer.reason : (gradeWords.get(answer.grade) ?? 'other');
}

/** Every way of a flow. */
export function edgesIn(flow: Flow): readonly FlowEdge[] {
  return [...flow.nodes.values()].flatMap(edgesOf);
}

function askingEdges(
  { person, back }: { readonly person: string; readonly back: string | null },
  edge: (way: string, to: string, zh: string, en: string) => FlowEdge,
): readonly FlowEdge[] {
  return [
    edge('person', person, '0、不按键', '0, silence'),
    ...(back === null ? [] : [edge('back', back, '按 *', 'key *')]),
  ];
}

const dayWords: Readonly<Record<FlowDay, Words>> = {
  workday: ['工作日', 'workday'],
  weekend: ['周末', 'weekend'],
  holiday: ['节假日', 'holiday'],
};

type Words = readonly [zh: string, en: string];
type Condition = Exclude<keyof BranchCase, 'line' | 'next'>;

/** Each condition in a few words, in the order in which they are read. */
const conditionWords: {
  readonly [Kind in Condition]: (value: NonNullable<BranchCase[Kind]>) => Words;
} = {
  days: (days) => {
    const named = flowDays.filter((day) => days.includes(day)).map((day) => dayWords[day]);
    return [named.map(([zh]) => zh).join('、'), named.map(([, en]) => en).join(', ')];
  },
  hours: ({ from, to }) => [`${clock(from)}-${clock(to)}`, `${clock(from)}-${clock(to)}`],
  tags: (tags) => [`标签 ${tags.join('、')}`, `tag ${tags.join(', ')}`],
  asksCity: (asks) => (asks ? ['须问属地', 'city to be asked'] : ['属地已明', 'city known']),
  wishes: (wishes) => [`意愿 ${wishes.join('、')}`, `wish ${wishes.join(', ')}`],
  repeat: (repeat) => (repeat ? ['重复来电', 'repeat call'] : ['非重复来电', 'no repeat call']),
  queue: ({ queueId, waitingAtLeast, staffed }) => {
    const least = waitingAtLeast === null ? [] : [String(waitingAtLeast)];
    return [
      [
        ...least.map((many) => `${queueId} 等候至少 ${many} 人`),
        ...(staffed === null ? [] : [`${queueId} ${staffed ? '有人' : '无人'}签入`]),
      ].join(' '),
      [
        ...least.map((many) => `${queueId} ≥ ${many} waiting`),
        ...(staffed === null ? [] : [`${queueId} ${staffed ? 'staffed' : 'unstaffed'}`]),
      ].join(' '),
    ];
  },
};
const conditions = Object.keys(conditionWords) as readonly Condition[];

/** The conditions of a branch's way in a few words. */
function wordsOfCase(branch: BranchCase): Words {
  const words = conditions.flatMap((kind) => wordsOfCondition(branch, kind));
  const joined = (language: 0 | 1): string => words.map((both) => both[language]).join(' ');
  return [joined(0) || '总是', joined(1) || 'always'];
}

function wordsOfCondition<Kind extends Condition>(branch: BranchCase, kind: Kind): readonly Words[] {
  const value = branch[kind];
  return value === null ? [] : [conditionWords[kind](value)];
}

/** `22:00` of a minute of the day. */
export function clock(minuteOfDay: number): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${pad(Math.floor(minuteOfDay / 60))}:${pad(minuteOfDay % 60)}`;
}
