// Reads a flow's file: every node checked by itself. How the nodes hang together is check-flow's business.
import { keptEntries } from '../contact/case-answer.js';
import { parseMinuteOfDay } from '../contact/civil-time.js';
import { fieldsAt, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import type { QueueRequest } from '../contact/flow-turn.js';
import type { FlowId, QueueId } from '../contact/ids.js';
import { readLeadTarget } from '../contact/lead-target-field.js';
import { requirementField } from '../contact/requirement-field.js';
import { allOf, clausesOf, requirementOf, skillsNamed } from '../contact/requirement.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import { surveyGrades, surveyReasons, type SurveyAnswer } from '../contact/survey.js';
import { readYaml } from '../contact/yaml-source.js';
import { flowDays, noWish } from './flow.js';
import { lookUpPrompts } from './step.js';
import type {
  BranchCase,
  Flow,
  FlowNode,
  FlowPart,
  MinuteRange,
  NodeOverflow,
  QueueCondition,
} from './flow.js';

/** What a flow may name: the rest of the site, as far as it is known. */
export interface FlowNames {
  /** Queues with what they ask of an agent. */
  readonly queues: ReadonlyMap<string, { readonly requires: readonly string[]; readonly priority: number }>;
  readonly skills: ReadonlySet<string>;
  /** Prompts with the names of their slots. */
  readonly prompts: ReadonlyMap<string, readonly string[]>;
  /** Departments that `prog.state` can say. */
  readonly departments: ReadonlySet<string>;
  /** What callers may wish for their next calls. */
  readonly wishes: ReadonlySet<string>;
}

/** A flow as far as it could be read; with findings of level error it must not be run. */
export interface ReadFlow {
  readonly file: string;
  readonly flow: Flow;
  readonly findings: readonly Finding[];
}

/** How long a flow may wait for a key. */
export const keyWaitMs = { min: 1000, max: 60_000, usual: 4000 } as const;

/** How long a message may be. */
export const voicemailMs = { min: 10_000, max: 600_000 } as const;

/** Reads one flow. Never throws. */
export function parseFlow(id: FlowId, file: string, text: string, names: FlowNames): ReadFlow {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  const nodes = new Map<string, FlowNode>();
  if (findings.length > 0) return { file, flow: { id, startId: '', messageId: null, nodes }, findings };
  const top = fieldsAt(source, [], findings);
  top.refuseOthers(['start', 'message', 'nodes']);
  const startId = top.id('start');
  const messageId = top.has('message') ? top.id('message') : null;
  const section = top.section('nodes');
  for (const nodeId of section.keys()) nodes.set(nodeId, readNode(nodeId, section.section(nodeId), names));
  if (nodes.size === 0)
    top.wrong([], 'emptyFlow', {
      zh: '流程没有节点。请写 nodes: 一节。',
      en: 'The flow has no nodes: write a section nodes:.',
    });
  if (messageId !== null && messageId !== '' && nodes.get(messageId)?.kind !== 'voicemail')
    top.wrong(['message'], 'noVoicemail', noVoicemail(messageId));
  return { file, flow: { id, startId, messageId, nodes }, findings };
}

const askingKeys = ['say', 'timeout', 'bargeIn', 'person', 'back', 'noInput', 'badInput'];
const knownKeys = {
  menu: ['menu', ...askingKeys],
  collect: ['collect', 'keep', 'cases', 'next', ...askingKeys],
  lookUp: ['lookUp', 'say', 'next', 'again', 'person'],
  rate: ['rate', 'say', 'timeout', 'bargeIn', 'next', 'unhappy', 'otherwise'],
  reason: ['reason', 'say', 'timeout', 'bargeIn', 'next', 'otherwise'],
  branch: ['branch', 'otherwise'],
  enqueue: [
    'enqueue',
    'say',
    'requires',
    'priority',
    'instead',
    'back',
    'onTimeout',
    'onNobody',
    'onOverload',
    'overflow',
  ],
  lead: ['lead', 'say', 'otherwise'],
  voicemail: ['voicemail', 'say', 'next', 'otherwise'],
  remember: ['remember', 'next'],
  goto: ['goto'],
  hangup: ['hangup', 'say'],
  say: ['say', 'next'],
} as const;
const kinds = [
  ...(['menu', 'collect', 'lookUp', 'rate', 'reason', 'branch'] as const),
  ...(['enqueue', 'lead', 'voicemail', 'remember', 'goto', 'hangup', 'say'] as const),
];

function readNode(id: string, fields: Fields, names: FlowNames): FlowNode {
  const kind = kinds.find((candidate) => fields.has(candidate));
  const base = { id, line: fields.line };
  if (kind === undefined) {
    fields.wrong([], 'unknownKind', unknownKind);
    return { ...base, kind: 'goto', next: id };
  }
  fields.refuseOthers(knownKeys[kind]);
  switch (kind) {
    case 'menu':
      return { ...base, kind, ...readAsking(fields, names), keys: readKeys(fields) };
    case 'collect':
      return { ...base, kind, ...readAsking(fields, names), ...readCollect(fields) };
    case 'rate':
    case 'reason':
      return { ...base, kind: 'rate', ...readRate(fields, kind, names) };
    case 'lookUp':
      return { ...base, kind, ...readLookUp(fields, names) };
    case 'branch':
      return {
        ...base,
        kind,
        cases: fields.rows('branch').map((row) => readCase(row, names)),
        otherwise: fields.id('otherwise'),
      };
    case 'enqueue':
      return {
        ...base,
        kind,
        say: readParts(fields, names),
        request: readRequest(fields, names),
        exits: readExits(fields),
        overflow: readOverflow(fields),
        instead: fields.has('instead') ? fields.id('instead') : null,
        back: fields.has('back') ? fields.id('back') : null,
      };
    case 'lead':
      return {
        ...base,
        kind,
        say: readParts(fields, names),
        target: readLeadTarget(fields.section('lead')),
        otherwise: fields.id('otherwise'),
      };
    case 'voicemail':
      return {
        ...base,
        kind,
        say: readParts(fields, names),
        longestMs: fields.durationMs('voicemail', voicemailMs),
        next: fields.id('next'),
        otherwise: fields.id('otherwise'),
      };
    case 'remember': {
      const wish = readWish(fields, 'remember', fields.id('remember'), names);
      return { ...base, kind, wish: wish === noWish ? null : wish, next: fields.id('next') };
    }
    case 'goto':
      return { ...base, kind, next: fields.id('goto') };
    case 'hangup':
      return { ...base, kind, say: readParts(fields, names), reason: fields.id('hangup') };
    case 'say':
      return { ...base, kind, say: readParts(fields, names), next: fields.id('next') };
  }
}

function readAsking(fields: Fields, names: FlowNames) {
  return {
    say: readParts(fields, names),
    timeoutMs: fields.durationMs('timeout', keyWaitMs, keyWaitMs.usual),
    bargeIn: fields.flag('bargeIn', true),
    person: fields.id('person'),
    back: fields.has('back') ? fields.id('back') : null,
    noInput: readPrompt(fields, 'noInput', 'menu.noinput', names),
    badInput: readPrompt(fields, 'badInput', 'menu.badinput', names),
  };
}

function readKeys(fields: Fields): ReadonlyMap<string, string> {
  const keys = fields.idMap('menu');
  for (const key of keys.keys())
    if (!/^[1-8]$/.test(key)) fields.wrong(['menu', key], 'reservedKey', reservedKey(key));
  return keys;
}

/** A question of the survey: `rate` asks for the grade, `reason` why. */
function readRate(fields: Fields, kind: 'rate' | 'reason', names: FlowNames) {
  return {
    say: readParts(fields, names),
    timeoutMs: fields.durationMs('timeout', keyWaitMs, keyWaitMs.usual),
    bargeIn: fields.flag('bargeIn', true),
    answers: readAnswers(fields, kind),
    next: fields.id('next'),
    unhappy: fields.has('unhappy') ? fields.id('unhappy') : null,
    otherwise: fields.id('otherwise'),
  };
}

function readAnswers(fields: Fields, kind: 'rate' | 'reason'): ReadonlyMap<string, SurveyAnswer> {
  const answers = new Map<string, SurveyAnswer>();
  for (const [key, word] of fields.idMap(kind)) {
    if (!/^[1-8]$/.test(key)) fields.wrong([kind, key], 'reservedKey', reservedKey(key));
    const answer = answerOf(kind, word);
    if (answer === undefined) fields.wrong([kind, key], 'unknownAnswer', unknownAnswer(kind, word));
    else answers.set(key, answer);
  }
  if (answers.size === 0) fields.wrong([kind], 'noAnswers', noAnswers(kind));
  return answers;
}

function answerOf(kind: 'rate' | 'reason', word: string): SurveyAnswer | undefined {
  if (kind === 'reason') {
    const reason = surveyReasons.find((known) => known === word);
    return reason && { is: 'reason', reason };
  }
  const name = gradeNames.find((known) => known === word);
  return name && { is: 'grade', grade: surveyGrades[name] };
}

function readCollect(fields: Fields) {
  const entry = fields.section('collect');
  entry.refuseOthers(['min', 'max']);
  const minDigits = entry.whole('min', { min: 1, max: 20 }, 1);
  return {
    minDigits,
    maxDigits: entry.whole('max', { min: minDigits, max: 20 }),
    keep: fields.has('keep') ? fields.oneOf('keep', keptEntries, 'caseNumber') : null,
    cases: new Map(fields.rows('cases').map((row) => [readDigits(row), row.id('next')] as const)),
    next: fields.id('next'),
  };
}

function readLookUp(fields: Fields, names: FlowNames) {
  fields.oneOf('lookUp', ['caseStatus'], 'caseStatus');
  for (const id of lookUpPrompts)
    if (!names.prompts.has(id))
      fields.wrong(['lookUp'], 'unknownPrompt', unknownName('提示音', 'prompt', id, 'prompts/'));
  return {
    say: readParts(fields, names),
    next: fields.id('next'),
    again: fields.id('again'),
    person: fields.id('person'),
    departments: names.departments,
  };
}

function readDigits(row: Fields): string {
  row.refuseOthers(['digits', 'next']);
  const digits = row.id('digits');
  if (digits !== '' && !/^\d{1,20}$/.test(digits))
    row.wrong(['digits'], 'badDigits', {
      zh: 'digits 只能是数字,写在引号里。',
      en: 'digits must be figures, quoted.',
    });
  if (digits === '0') row.wrong(['digits'], 'reservedKey', loneZero);
  return digits;
}

const loneZero = {
  zh: '单独的 0 处处是人工,不能另有去向。请删除这一行,或改写 digits。',
  en: 'A lone 0 is a person everywhere and leads nowhere else: delete this row, or change its digits.',
};

function readCase(row: Fields, names: FlowNames): BranchCase {
  row.refuseOthers([
    'days',
    'hours',
    'tag',
    'queue',
    'waitingAtLeast',
    'staffed',
    'asksCity',
    'wish',
    'repeat',
    'next',
  ]);
  return {
    line: row.line,
    days: row.has('days') ? readDays(row) : null,
    hours: row.has('hours') ? readHours(row) : null,
    tags: row.has('tag') ? row.ids('tag') : null,
    queue: readQueueCondition(row, names),
    asksCity: row.has('asksCity') ? row.flag('asksCity') : null,
    wishes: row.has('wish') ? row.ids('wish').map((wish) => readWish(row, 'wish', wish, names)) : null,
    repeat: row.has('repeat') ? row.flag('repeat') : null,
    next: row.id('next'),
  };
}

function readWish(fields: Fields, key: string, wish: string, names: FlowNames): string {
  if (wish !== '' && wish !== noWish && !names.wishes.has(wish))
    fields.wrong([key], 'unknownWish', unknownName('意愿', 'wish', wish, 'policies.yaml 的 callers.wishes'));
  return wish;
}

function readDays(row: Fields): BranchCase['days'] {
  const days = row.ids('days');
  const known = flowDays.filter((day) => days.includes(day));
  if (known.length < days.length || known.length === 0)
    row.wrong(['days'], 'badDays', {
      zh: `days 只能写 ${flowDays.join('、')}(工作日、周末、节假日)。`,
      en: `days may hold ${flowDays.join(', ')}.`,
    });
  return known;
}

function readHours(row: Fields): MinuteRange {
  const [from, to, ...rest] = row.text('hours').split('-').map(parseMinuteOfDay);
  if (from !== undefined && to !== undefined && from < 1440 && rest.length === 0) return { from, to };
  row.wrong(['hours'], 'badHours', {
    zh: 'hours 须写成 "08:00-18:00";跨零点写 "22:00-06:00"。',
    en: 'hours must read "08:00-18:00"; over midnight "22:00-06:00".',
  });
  return { from: 0, to: 1440 };
}

function readQueueCondition(row: Fields, names: FlowNames): QueueCondition | null {
  const asks = row.has('waitingAtLeast') || row.has('staffed');
  if (!row.has('queue') && !asks) return null;
  if (!asks)
    row.wrong(['queue'], 'emptyCondition', {
      zh: '写了 queue,还须写 waitingAtLeast 或 staffed。',
      en: 'With queue goes waitingAtLeast or staffed.',
    });
  return {
    queueId: readQueueId(row, 'queue', names),
    waitingAtLeast: row.has('waitingAtLeast') ? row.whole('waitingAtLeast', { min: 1, max: 100_000 }) : null,
    staffed: row.has('staffed') ? row.flag('staffed') : null,
  };
}

function readRequest(fields: Fields, names: FlowNames): QueueRequest {
  const queueId = readQueueId(fields, 'enqueue', names);
  const queue = names.queues.get(queueId) ?? { requires: [], priority: 0 };
  const also = requirementField(fields, 'requires');
  for (const skill of skillsNamed(also))
    if (!names.skills.has(skill))
      fields.wrong(['requires'], 'unknownSkill', unknownName('技能', 'skill', skill, 'skills.yaml'));
  return {
    queueId,
    requires: clausesOf(allOf([requirementOf(queue.requires), also])),
    ...(fields.has('requires') && { also: clausesOf(also) }),
    priority: fields.whole('priority', { min: 0, max: 100 }, queue.priority),
  };
}

function readQueueId(fields: Fields, key: string, names: FlowNames): QueueId {
  const id = fields.id(key);
  if (id !== '' && !names.queues.has(id))
    fields.wrong([key], 'unknownQueue', unknownName('队列', 'queue', id, 'queues.yaml'));
  return id as QueueId;
}

function readExits(fields: Fields) {
  return {
    timeout: fields.id('onTimeout'),
    nobody: fields.id('onNobody'),
    overload: fields.id('onOverload'),
  };
}

/** What a line's overflow may be given. */
export const overflowBounds = {
  placeAbove: { min: 1, max: 100_000 },
  waitAboveMs: { min: 10_000, max: 2 * 3_600_000 },
  afterMs: { min: 1000, max: 2 * 3_600_000 },
} as const;

/** Which of its thresholds can never be reached is seen when the queues are known. */
function readOverflow(fields: Fields): NodeOverflow | null {
  if (!fields.has('overflow')) return null;
  const rule = fields.section('overflow');
  rule.refuseOthers(['placeAbove', 'waitAbove', 'after', 'next']);
  const { placeAbove, waitAboveMs, afterMs } = overflowBounds;
  const overflow: NodeOverflow = {
    line: rule.line,
    placeAbove: rule.has('placeAbove') ? rule.whole('placeAbove', placeAbove) : null,
    waitAboveMs: rule.has('waitAbove') ? rule.durationMs('waitAbove', waitAboveMs) : null,
    afterMs: rule.has('after') ? rule.durationMs('after', afterMs) : null,
    next: rule.id('next'),
  };
  if (overflow.placeAbove === null && overflow.waitAboveMs === null && overflow.afterMs === null)
    rule.wrong([], 'overflowWithoutCondition', overflowWithoutCondition);
  return overflow;
}

const overflowWithoutCondition = {
  zh: 'overflow 没有写何时溢出。请写 placeAbove: 10、waitAbove: 3m、after: 60s 之一。',
  en: 'overflow does not say when: write one of placeAbove: 10, waitAbove: 3m, after: 60s.',
};

function readParts(fields: Fields, names: FlowNames): readonly FlowPart[] {
  return fields.items('say').map((item, index) => {
    if (typeof item === 'string') {
      checkPrompt(fields, ['say', index], { id: item }, names);
      return { prompt: { id: item }, short: null, mustHear: false, opening: false };
    }
    return readPart(fields.item('say', index), names);
  });
}

function readPart(row: Fields, names: FlowNames): FlowPart {
  row.refuseOthers(['prompt', 'short', 'mustHear', 'opening', 'slots']);
  const slots = Object.fromEntries(row.idMap('slots'));
  const withSlots = (prompt: PromptRef): PromptRef => (row.has('slots') ? { ...prompt, slots } : prompt);
  const part: FlowPart = {
    prompt: withSlots({ id: row.id('prompt') }),
    short: row.has('short') ? withSlots({ id: row.id('short') }) : null,
    mustHear: row.flag('mustHear', false),
    opening: row.flag('opening', false),
  };
  if (part.prompt.id !== '') checkPrompt(row, ['prompt'], part.prompt, names);
  if (part.short !== null && part.short.id !== '') checkPrompt(row, ['short'], part.short, names);
  return part;
}

function readPrompt(fields: Fields, key: string, usual: string, names: FlowNames): PromptRef {
  const prompt = { id: fields.id(key, usual) };
  checkPrompt(fields, [key], prompt, names);
  return prompt;
}

function checkPrompt(
  fields: Fields,
  at: readonly (string | number)[],
  prompt: PromptRef,
  names: FlowNames,
): void {
  const slots = names.prompts.get(prompt.id);
  if (slots === undefined)
    fields.wrong(at, 'unknownPrompt', unknownName('提示音', 'prompt', prompt.id, 'prompts/'));
  const missing = (slots ?? []).filter((slot) => prompt.slots?.[slot] === undefined);
  if (missing.length > 0) fields.wrong(at, 'missingSlot', missingSlot(prompt.id, missing));
}

/** Words for a name that no file defines. */
export function unknownName(zhKind: string, enKind: string, name: string, file: string) {
  return {
    zh: `没有名为 ${name} 的${zhKind}。请核对名称,或在 ${file} 中添加。`,
    en: `There is no ${enKind} ${name}: check the name or add it in ${file}.`,
  };
}

const unknownKind = {
  zh: `节点类型不明。请写 ${kinds.join('、')} 之一。`,
  en: `The node's kind is not told: write one of ${kinds.join(', ')}.`,
};

const noVoicemail = (id: string) => ({
  zh: `message 须写一个留言(voicemail)节点,${id} 不是。`,
  en: `message names a voicemail node, which ${id} is not.`,
});

const gradeNames = Object.keys(surveyGrades) as readonly (keyof typeof surveyGrades)[];

const unknownAnswer = (kind: 'rate' | 'reason', word: string) => {
  const known = kind === 'rate' ? gradeNames : surveyReasons;
  return {
    zh: `没有名为 ${word} 的回答。请写 ${known.join('、')} 之一。`,
    en: `There is no answer ${word}: write one of ${known.join(', ')}.`,
  };
};

const noAnswers = (kind: 'rate' | 'reason') => ({
  zh: `${kind} 没有可按的键。请写明每个键的回答。`,
  en: `${kind} has no key: say what each key answers.`,
});

const reservedKey = (key: string) => ({
  zh: `按键 ${key} 不能分配:菜单可用 1 至 8;0 为人工,9 为重听,* 为返回,# 为结束,处处相同。`,
  en: `Key ${key} cannot be assigned: menus have 1 to 8; 0 is a person, 9 again, * back and # done, everywhere.`,
});

const missingSlot = (id: string, slots: readonly string[]) => ({
  zh: `提示音 ${id} 需要填入 ${slots.join('、')}。请在 slots 中写明。`,
  en: `Prompt ${id} needs ${slots.join(', ')}: give them in slots.`,
});
