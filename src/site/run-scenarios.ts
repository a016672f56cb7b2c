// Runs the scenarios beside the flows: each against the site's own interpreter, up to the first step that goes otherwise.
import { addDays, dayKeyAt, dayStartMs } from '../contact/civil-time.js';
import type { Finding } from '../contact/finding.js';
import type { DecidedWay } from '../contact/flow-turn.js';
import { edgesOf } from '../ivr/flow-edges.js';
import { noWish, type Flow } from '../ivr/flow.js';
import { dayKind } from './calendar.js';
import { parseScenarios, type Expectation, type Scenario, type ScenarioStep } from './parse-scenarios.js';
import { beginRehearsal, rehearse, type NoRehearsal, type Rehearsal } from './rehearsal.js';
import type { Site } from './site.js';

/** How the scenarios of a site went. */
export interface ScenarioResults {
  readonly scenarios: number;
  /** Errors where a call goes otherwise, warnings where no scenario goes. */
  readonly findings: readonly Finding[];
}

/**
 * Runs every scenario. Never throws: what is written wrong is a finding like what goes wrong.
 * @param files texts by path below `ivr-flows/`, e.g. `flows/12345.test.txt`
 */
export function runScenarios(site: Site, files: ReadonlyMap<string, string>, nowMs: number): ScenarioResults {
  const usualMs = usualMomentMs(site, nowMs);
  const runs = [...files].map(([file, text]) => {
    const { scenarios, findings } = parseScenarios(file, text);
    const flowId = file.replace(/^flows\//, '').replace(/\.test\.txt$/, '');
    const calls = scenarios.map((scenario) => runScenario(site, file, flowId, scenario, usualMs));
    return {
      flowId,
      count: scenarios.length,
      findings: [...findings, ...calls.flatMap((call) => call.findings)],
      ways: calls.flatMap((call) => call.ways),
    };
  });
  const gaps = [...site.flows.values()].flatMap((flow) => {
    const run = runs.find(({ flowId }) => flowId === flow.id);
    return run === undefined ? [noScenarios(flow)] : untried(flow, run.ways);
  });
  return {
    scenarios: runs.reduce((sum, { count }) => sum + count, 0),
    findings: [...runs.flatMap(({ findings }) => findings), ...gaps],
  };
}

/** Ten in the morning of the first ordinary workday from today on: no scenario turns with the day it is run on. */
export function usualMomentMs(site: Pick<Site, 'calendar'>, nowMs: number): number {
  let day = dayKeyAt(nowMs);
  for (let tried = 0; tried < 30 && dayKind(site.calendar, day) !== 'workday'; tried += 1)
    day = addDays(day, 1);
  return dayStartMs(day) + 10 * 3_600_000;
}

interface ScenarioRun {
  readonly findings: readonly Finding[];
  readonly ways: readonly DecidedWay[];
}

function runScenario(
  site: Site,
  file: string,
  flowId: string,
  { line, name, atMs, dialled, queues, wish, repeat, limited, steps }: Scenario,
  usualMs: number,
): ScenarioRun {
  const fails = (at: number, words: Words): Finding => ({
    ...{ level: 'error', file, line: at, code: 'goesOtherwise' },
    zh: `场景「${name}」:${words.zh}`,
    en: `Scenario "${name}": ${words.en}`,
  });
  const scene = { nowMs: atMs ?? usualMs, dialled, queues, wish, repeat, limited };
  const begun = beginRehearsal(site, flowId, scene);
  if (typeof begun === 'string') return { findings: [fails(line, noCall(begun, flowId, dialled))], ways: [] };
  let call: Rehearsal = begun;
  let unmatched = begun.heard;
  for (const step of steps) {
    if ('expect' in step.does) {
      const missed = missing(site, call, unmatched, step.does);
      if (missed !== null) return { findings: [fails(step.line, missed)], ways: call.ways };
      if (step.does.expect === 'heard')
        unmatched = unmatched.slice(indexOfHeard(unmatched, step.does.words) + 1);
    } else {
      const after = acted(site, call, step.does);
      if (after === null) return { findings: [fails(step.line, impossible(step, call))], ways: call.ways };
      call = after;
      unmatched = call.heard;
    }
  }
  return { findings: [], ways: call.ways };
}

/** Several keys are pressed one after the other; what is heard between them counts as heard. */
function acted(
  site: Site,
  call: Rehearsal,
  acts: Exclude<ScenarioStep['does'], Expectation>,
): Rehearsal | null {
  let now: Rehearsal = { ...call, heard: [] };
  for (const act of acts) {
    const after = rehearse(site, now, act);
    if (after === null) return null;
    now = { ...after, heard: [...now.heard, ...after.heard] };
  }
  return now;
}

/** A prompt's id, or words of its text. */
function indexOfHeard(heard: Rehearsal['heard'], words: string): number {
  return heard.findIndex(({ promptId, text }) => promptId === words || text.includes(words));
}

interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What is so instead; null if all is as expected. */
function missing(
  site: Site,
  call: Rehearsal,
  unmatched: Rehearsal['heard'],
  expectation: Expectation,
): Words | null {
  const { place } = call;
  switch (expectation.expect) {
    case 'heard': {
      if (indexOfHeard(unmatched, expectation.words) >= 0) return null;
      const heard = unmatched.map(({ promptId, text }) => `${promptId}「${text}」`);
      return {
        zh: `应听到「${expectation.words}」,实际${heard.length === 0 ? '此后没有提示音' : `听到 ${heard.join('、')}`}。`,
        en: `${expectation.words} should be heard, but ${heard.length === 0 ? 'nothing more is' : `this is: ${heard.join(', ')}`}.`,
      };
    }
    case 'queue': {
      const queue = [...site.queues.values()].find(({ id, name }) =>
        [id, name].includes(expectation.queue as typeof id),
      );
      if (place.at === 'queue' && place.queueId === queue?.id) return null;
      return instead(`应进入队列 ${expectation.queue}`, `should be in queue ${expectation.queue}`, call);
    }
    case 'wish': {
      const wish = call.view.wish ?? noWish;
      if (wish === expectation.wish) return null;
      return {
        zh: `应记住 ${expectation.wish},实际为 ${wish}。`,
        en: `${expectation.wish} should be remembered, but ${wish} is.`,
      };
    }
    case 'hungUp':
      if (place.at === 'hungUp' && place.reason === expectation.reason) return null;
      return instead(`应以 ${expectation.reason} 挂机`, `should end with ${expectation.reason}`, call);
  }
}

function instead(zh: string, en: string, call: Rehearsal): Words {
  const where = placeWords(call);
  return { zh: `${zh},实际${where.zh}。`, en: `${en}, but ${where.en}.` };
}

function impossible({ text }: ScenarioStep, call: Rehearsal): Words {
  const where = placeWords(call);
  return {
    zh: `此时不能「${text}」:${where.zh}。`,
    en: `"${text}" cannot happen here: ${where.en}.`,
  };
}

/** Where a call is, in words. */
export function placeWords({ place, cursor }: Pick<Rehearsal, 'place' | 'cursor'>): Words {
  switch (place.at) {
    case 'keys':
      return { zh: `在节点 ${cursor.nodeId} 等按键`, en: `it waits for a key at node ${cursor.nodeId}` };
    case 'voicemail':
      return { zh: `在节点 ${cursor.nodeId} 留言`, en: `it records a message at node ${cursor.nodeId}` };
    case 'lookUp':
      return { zh: '正在查询', en: 'it is being looked up' };
    case 'queue':
      return { zh: `在队列 ${place.queueId} 等候`, en: `it waits in queue ${place.queueId}` };
    case 'led':
      return { zh: `正在转接分中心 ${place.number}`, en: `it is being led to ${place.number}` };
    case 'answered':
      return place.queueId === null
        ? { zh: '已由分中心接听', en: 'it has been answered at the sub-centre' }
        : { zh: '已由话务员接听', en: 'an agent has taken it' };
    case 'hungUp':
      return place.reason === null
        ? { zh: '来电人已挂机', en: 'the caller has hung up' }
        : { zh: `已挂机(${place.reason})`, en: `it has ended (${place.reason})` };
  }
}

/** Why there is no call to try. */
export function noCall(why: NoRehearsal, flowId: string, dialled: string | null): Words {
  const number = dialled ?? '';
  switch (why) {
    case 'unknownFlow':
      return {
        zh: `没有流程 ${flowId}。请核对文件名。`,
        en: `there is no flow ${flowId}: check the file's name.`,
      };
    case 'unknownNumber':
      return {
        zh: `号码 ${number} 不用流程 ${flowId}。请核对 numbers.yaml。`,
        en: `number ${number} does not lead into flow ${flowId}: check numbers.yaml.`,
      };
    case 'notAnswered':
      return {
        zh: `号码 ${number} 当日只播提示、不接听,不经过流程。请换一个日期或号码。`,
        en: `number ${number} is not answered on that day and meets no flow: take another day or number.`,
      };
  }
}

function noScenarios(flow: Flow): Finding {
  return {
    ...{ level: 'warning', file: `flows/${flow.id}.yaml`, line: 1, code: 'noScenarios' },
    zh: `流程没有场景。请写 flows/${flow.id}.test.txt。`,
    en: `The flow has no scenarios: write flows/${flow.id}.test.txt.`,
  };
}

/** A warning for every node with ways that no scenario goes. */
function untried(flow: Flow, ways: readonly DecidedWay[]): readonly Finding[] {
  const gone = new Set(ways.map(({ nodeId, way }) => `${nodeId} ${way}`));
  return [...flow.nodes.values()].flatMap((node): readonly Finding[] => {
    const left = edgesOf(node).filter(({ way }) => !gone.has(`${node.id} ${way}`));
    if (left.length === 0) return [];
    return [
      {
        ...{ level: 'warning', file: `flows/${flow.id}.yaml`, line: node.line, code: 'untried' },
        zh: `节点 ${node.id} 没有场景走过:${left.map(({ zh }) => zh).join('、')}。`,
        en: `No scenario goes from node ${node.id} by: ${left.map(({ en }) => en).join('; ')}.`,
      },
    ];
  });
}
