// Reads the scenarios beside a flow: a line a step, in words a clerk can write. docs/flows.md shows the form.
import { epochMsOf, parseDayKey, parseMinuteOfDay } from '../contact/civil-time.js';
import type { Finding } from '../contact/finding.js';
import type { FlowView } from '../contact/flow-turn.js';
import type { RehearsalAct } from './rehearsal.js';

/** What should be so after the acts before it. */
export type Expectation =
  | { readonly expect: 'heard'; readonly words: string }
  | { readonly expect: 'queue'; readonly queue: string }
  | { readonly expect: 'hungUp'; readonly reason: string }
  | { readonly expect: 'wish'; readonly wish: string };

/** One line's one step. */
export interface ScenarioStep {
  readonly line: number;
  /** As it was written. */
  readonly text: string;
  readonly does: readonly RehearsalAct[] | Expectation;
}

/** One call as it should go. */
export interface Scenario {
  readonly line: number;
  readonly name: string;
  /** Null: the usual moment. */
  readonly atMs: number | null;
  readonly dialled: string | null;
  readonly queues: FlowView['queues'];
  /** What the caller wished when he called before. */
  readonly wish: string | null;
  readonly repeat: boolean;
  /** He is under a limit, and told so. */
  readonly limited: boolean;
  readonly steps: readonly ScenarioStep[];
}

type Queues = Record<string, { waiting: number; signedIn: number }>;
type Draft = { -readonly [Key in keyof Scenario]: Scenario[Key] } & {
  queues: Queues;
  steps: ScenarioStep[];
};

/** A word of the form: what it does with the rest of its step; undefined if the rest does not fit. */
type Setting = (draft: Draft, rest: string) => true | undefined;
type Word = (rest: string) => ScenarioStep['does'] | undefined;

const settings: Readonly<Record<string, Setting>> = {
  时间: setTime,
  time: setTime,
  号码: setNumber,
  number: setNumber,
  无人签入: setUnstaffed,
  unstaffed: setUnstaffed,
  等候: setWaiting,
  waiting: setWaiting,
  上次意愿: setWish,
  wish: setWish,
  重复来电: setRepeat,
  repeat: setRepeat,
  限制期内: setLimited,
  limited: setLimited,
};

const alone =
  (act: RehearsalAct): Word =>
  (rest) =>
    rest === '' ? [act] : undefined;
const press: Word = (rest) =>
  /^[\d*#]{1,20}$/.test(rest) ? [...rest].map((key) => ({ do: 'press', key })) : undefined;
const silence = alone({ do: 'silence' });
const timeout = alone({ do: 'exit', exit: 'timeout' });
const nobody = alone({ do: 'exit', exit: 'nobody' });
const overload = alone({ do: 'exit', exit: 'overload' });
const overflow = alone({ do: 'exit', exit: 'overflow' });
const notConnected = alone({ do: 'leadFails' });
const handling: Word = (rest) => {
  const [, department, month, day] = /^(\S+)\s+(\d{1,2})-(\d{1,2})$/.exec(rest) ?? [];
  return department === undefined
    ? undefined
    : [
        {
          do: 'lookUp',
          answer: { state: 'handling', department, month: Number(month), day: Number(day) },
        },
      ];
};
const done = alone({ do: 'lookUp', answer: { state: 'done' } });
const notFound = alone({ do: 'lookUp', answer: { state: 'none' } });
const noLookUp = alone({ do: 'lookUp', answer: { state: 'failed' } });
const answer = alone({ do: 'answer' });
const hangUp = alone({ do: 'hangUp' });
const leave = alone({ do: 'leaveVoicemail' });
const hear: Word = (rest) => (rest === '' ? undefined : { expect: 'heard', words: rest });
const queue: Word = (rest) => (rest === '' ? undefined : { expect: 'queue', queue: rest });
const end: Word = (rest) => (rest === '' ? undefined : { expect: 'hungUp', reason: rest });

const kept: Word = (rest) => (/^\S+$/.test(rest) ? { expect: 'wish', wish: rest } : undefined);

const words: Readonly<Record<string, Word>> = {
  ...{ 按: press, press },
  ...{ 静默: silence, 超时: silence, silence },
  ...{ 队列超时: timeout, queueTimeout: timeout },
  ...{ 无人: nobody, nobody },
  ...{ 排队已满: overload, overload },
  ...{ 溢出: overflow, overflow },
  ...{ 没有接通: notConnected, notConnected },
  ...{ 在办: handling, handling },
  ...{ 已办结: done, done },
  ...{ 没有查到: notFound, notFound },
  ...{ 无法查询: noLookUp, noLookUp },
  ...{ 接听: answer, answer },
  ...{ 来电人挂机: hangUp, hangUp },
  ...{ 留言: leave, leave },
  ...{ 听到: hear, hear },
  ...{ 进入队列: queue, queue },
  ...{ 挂机: end, end },
  ...{ 记住: kept, remembered: kept },
};

/** Reads one file. Never throws: a line that means nothing becomes a finding, and reading goes on. */
export function parseScenarios(
  file: string,
  text: string,
): { readonly scenarios: readonly Scenario[]; readonly findings: readonly Finding[] } {
  const scenarios: Draft[] = [];
  const findings: Finding[] = [];
  const wrong = (line: number, code: string, said: { zh: string; en: string }): void => {
    findings.push({ level: 'error', file, line, code, ...said });
  };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const written = raw.replace(/^\uFEFF/, '').trim();
    if (written === '' || written.startsWith('#')) continue;
    const [, name] = /^(?:场景|scenario)(?:\s*[:：]\s*|\s+)(.+)$/.exec(written) ?? [];
    const draft = scenarios.at(-1);
    if (name !== undefined)
      scenarios.push({
        line,
        name,
        atMs: null,
        dialled: null,
        queues: {},
        wish: null,
        repeat: false,
        limited: false,
        steps: [],
      });
    else if (draft === undefined) wrong(line, 'noScenario', noScenario);
    else
      for (const step of stepsIn(written))
        if (!takeStep(draft, line, step)) wrong(line, 'unknownStep', unknownStep(step));
  }
  for (const { line, name, steps } of scenarios)
    if (steps.every(({ does }) => !('expect' in does))) wrong(line, 'expectsNothing', expectsNothing(name));
  return { scenarios, findings };
}

/** The steps of a line: parted by commas that are not within quotes. */
function stepsIn(line: string): readonly string[] {
  const parts = line.match(/(?:「[^」]*」|“[^”]*”|"[^"]*"|[^,，;；])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function takeStep(draft: Draft, line: number, text: string): boolean {
  const [, word = '', rest = ''] = /^(\p{Script=Han}+|[A-Za-z]+)\s*(.*)$/u.exec(text) ?? [];
  const bare = rest.replace(/^(?:「(.*)」|“(.*)”|"(.*)")$/, '$1$2$3').trim();
  const set = Object.hasOwn(settings, word) ? settings[word] : undefined;
  // What a call finds is settled before it comes.
  if (set !== undefined) return draft.steps.length === 0 && set(draft, bare) === true;
  const does = Object.hasOwn(words, word) ? words[word]?.(bare) : undefined;
  if (does !== undefined) draft.steps.push({ line, text, does });
  return does !== undefined;
}

function setTime(draft: Draft, rest: string): true | undefined {
  const [day = '', time = '', ...more] = rest.split(/\s+/);
  const date = parseDayKey(day);
  const minute = parseMinuteOfDay(time);
  if (date === undefined || minute === undefined || minute >= 1440 || more.length > 0) return undefined;
  draft.atMs = epochMsOf(date, minute * 60_000);
  return true;
}

function setNumber(draft: Draft, rest: string): true | undefined {
  if (!/^\d{3,20}$/.test(rest)) return undefined;
  draft.dialled = rest;
  return true;
}

function setUnstaffed(draft: Draft, rest: string): true | undefined {
  if (rest === '' || /\s/.test(rest)) return undefined;
  draft.queues[rest] = { waiting: draft.queues[rest]?.waiting ?? 0, signedIn: 0 };
  return true;
}

function setWish(draft: Draft, rest: string): true | undefined {
  if (rest === '' || /\s/.test(rest)) return undefined;
  draft.wish = rest;
  return true;
}

function setRepeat(draft: Draft, rest: string): true | undefined {
  if (rest !== '') return undefined;
  draft.repeat = true;
  return true;
}

function setLimited(draft: Draft, rest: string): true | undefined {
  if (rest !== '') return undefined;
  draft.limited = true;
  return true;
}

function setWaiting(draft: Draft, rest: string): true | undefined {
  const [, id, count] = /^(\S+)\s+(\d{1,6})$/.exec(rest) ?? [];
  if (id === undefined) return undefined;
  draft.queues[id] = { waiting: Number(count), signedIn: draft.queues[id]?.signedIn ?? 1 };
  return true;
}

const noScenario = {
  zh: '步骤之前须有一行「场景 名称」。',
  en: 'A line "scenario NAME" comes before its steps.',
};

const unknownStep = (step: string) => ({
  zh: `看不懂「${step}」。步骤可写:${chinese(words).join('、')};最前面还可写:${chinese(settings).join('、')}(docs/flows.md)。`,
  en: `"${step}" is no step: write ${latin(words).join(', ')}, or first of all ${latin(settings).join(', ')} (docs/flows.md).`,
});

const expectsNothing = (name: string) => ({
  zh: `场景「${name}」没有写应当如何。请加上「听到」「进入队列」或「挂机」。`,
  en: `Scenario ${name} expects nothing: add hear, queue or end.`,
});

const isLatin = (word: string): boolean => /^[A-Za-z]/.test(word);
const chinese = (table: object): readonly string[] => Object.keys(table).filter((word) => !isLatin(word));
const latin = (table: object): readonly string[] => Object.keys(table).filter(isLatin);
