// The ways of a flow by name: what happens at a node, and where it leads. What is drawn, rehearsed and compared goes by these.
import { satisfiedFrom, surveyGrades, type SurveyAnswer, type SurveyReason } from '../contact/survey.js';
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
          edge(`case ${String(index + 1)}`, branch.next, ...conditionWords(branch)),
        ),
        edge('otherwise', node.otherwise, '其他情况', 'otherwise'),
      ];
    case 'enqueue':
      return [
        edge('answered', null, '话务员接听', 'answered'),
        edge('timeout', node.exits.timeout, '等候超时', 'timeout'),
        edge('nobody', node.exits.nobody, '无人签入', 'nobody'),
        edge('overload', node.exits.overload, '排队已满', 'overload'),
        ...(node.instead === null
          ? []
          : [edge('instead', node.instead, '等候中按 0', 'key 0 while waiting')]),
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

const dayWords: Readonly<Record<FlowDay, readonly [zh: string, en: string]>> = {
  workday: ['工作日', 'workday'],
  weekend: ['周末', 'weekend'],
  holiday: ['节假日', 'holiday'],
};

/** The conditions of a branch's way in a few words. */
function conditionWords({
  days,
  hours,
  tags,
  queue,
  wishes,
  repeat,
}: BranchCase): readonly [zh: string, en: string] {
  const range = hours === null ? '' : `${clock(hours.from)}-${clock(hours.to)}`;
  const named = flowDays.filter((day) => days?.includes(day));
  const least = queue?.waitingAtLeast ?? null;
  const staffed = queue?.staffed ?? null;
  const zh = [
    named.map((day) => dayWords[day][0]).join('、'),
    range,
    tags === null ? '' : `标签 ${tags.join('、')}`,
    wishes === null ? '' : `意愿 ${wishes.join('、')}`,
    repeat === null ? '' : repeat ? '重复来电' : '非重复来电',
    least === null ? '' : `${queue?.queueId ?? ''} 等候至少 ${String(least)} 人`,
    staffed === null ? '' : `${queue?.queueId ?? ''} ${staffed ? '有人' : '无人'}签入`,
  ];
  const en = [
    named.map((day) => dayWords[day][1]).join(', '),
    range,
    tags === null ? '' : `tag ${tags.join(', ')}`,
    wishes === null ? '' : `wish ${wishes.join(', ')}`,
    repeat === null ? '' : repeat ? 'repeat call' : 'no repeat call',
    least === null ? '' : `${queue?.queueId ?? ''} ≥ ${String(least)} waiting`,
    staffed === null ? '' : `${queue?.queueId ?? ''} ${staffed ? 'staffed' : 'unstaffed'}`,
  ];
  const joined = (words: readonly string[]): string => words.filter((word) => word !== '').join(' ');
  return [joined(zh) || '总是', joined(en) || 'always'];
}

/** `22:00` of a minute of the day. */
export function clock(minuteOfDay: number): string {
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${pad(Math.floor(minuteOfDay / 60))}:${pad(minuteOfDay % 60)}`;
}
