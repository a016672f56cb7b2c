import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { readScenarioFiles, readSiteFiles } from '../../src/adapters/files/site-files.js';
import { edgesIn } from '../../src/ivr/flow-edges.js';
import { waysOf } from '../../src/ivr/flow-ways.js';
import { parseScenarios } from '../../src/site/parse-scenarios.js';
import { beginRehearsal, rehearse, type RehearsalAct } from '../../src/site/rehearsal.js';
import { runScenarios, usualMomentMs } from '../../src/site/run-scenarios.js';
import type { Site } from '../../src/site/site.js';
import { noonMs, siteOf, smallSite } from './small-site.js';

const shipped = path.resolve(import.meta.dirname, '../../ivr-flows');
const shippedSite = siteOf(await readSiteFiles(shipped));

t.test('the shipped scenarios hold, and no way of a shipped flow is left out', async (t) => {
  const files = await readScenarioFiles(shipped);
  const flows = (await readdir(path.join(shipped, 'flows'))).filter((name) => name.endsWith('.yaml'));
  t.equal(files.size, flows.length);
  const { scenarios, findings } = runScenarios(shippedSite, files, noonMs);
  t.same(findings, []);
  t.ok(scenarios > 15);
});

t.test('a scenario left out of the shipped ones is missed', async (t) => {
  const text = await readFile(path.join(shipped, 'flows/12345.test.txt'), 'utf8');
  const fewer = text.slice(0, text.indexOf('场景 排队已满'));
  const { findings } = runScenarios(shippedSite, new Map([['flows/12345.test.txt', fewer]]), noonMs);
  t.same(
    findings.map(({ level, file, line, zh }) => `${level} ${file}:${String(line)} ${zh}`),
    [
      'warning flows/12345-menu.yaml:1 流程没有场景。请写 flows/12345-menu.test.txt。',
      'warning flows/12345.yaml:15 节点 line 没有场景走过:排队已满。',
      'warning flows/minors.yaml:1 流程没有场景。请写 flows/minors.test.txt。',
      'warning flows/survey.yaml:1 流程没有场景。请写 flows/survey.test.txt。',
    ],
  );
});

const line = {
  enqueue: 'general',
  say: [{ prompt: 'greet.main', mustHear: true }],
  onTimeout: 'sorry',
  onNobody: 'sorry',
  onOverload: 'sorry',
};
const nodes = {
  night: {
    branch: [
      { hours: '22:00-06:00', next: 'line' },
      { days: ['holiday'], next: 'line' },
      { queue: 'general', waitingAtLeast: 5, next: 'line' },
    ],
    otherwise: 'hello',
  },
  hello: { say: [{ prompt: 'greet.main', mustHear: true }], next: 'code' },
  code: {
    collect: { min: 2, max: 3 },
    say: ['hello'],
    person: 'line',
    next: 'top',
    back: 'hello',
    cases: [{ digits: '77', next: 'line' }],
  },
  top: { menu: { 1: 'line', 2: 'code' }, say: ['menu.main'], person: 'line' },
  line,
  sorry: { hangup: 'queueTimeout', say: ['exit.timeout'] },
};
const site = siteOf(smallSite({ 'flows/main.yaml': JSON.stringify({ start: 'night', nodes }, null, 1) }));

/** What comes of one file of scenarios: `level line zh`. */
function outcome(text: string, on: Site = site): readonly string[] {
  const { findings } = runScenarios(on, new Map([['flows/main.test.txt', text]]), noonMs);
  return findings
    .filter(({ level }) => level === 'error')
    .map(({ file, line: at, zh }) => `${file}:${String(at)} ${zh}`);
}

t.test('what goes otherwise is told with its line and what was heard instead', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    [
      '场景 甲\n听到 greet.main\n听到 greet.main',
      '3 场景「甲」:应听到「greet.main」,实际听到 hello「您好。」。',
    ],
    ['场景 甲\n\n# 注\n按 1\n按 1#\n听到 x', '6 场景「甲」:应听到「x」,实际听到 menu.main「您好。」。'],
    ['场景 甲\n进入队列 general', '2 场景「甲」:应进入队列 general,实际在节点 code 等按键。'],
    ['场景 甲\n静默\n进入队列 plain', '3 场景「甲」:应进入队列 plain,实际在队列 general 等候。'],
    ['场景 甲\n静默,队列超时,挂机 nobody', '2 场景「甲」:应以 nobody 挂机,实际已挂机(queueTimeout)。'],
    ['场景 甲\n静默\n接听\n按 1\n挂机 x', '4 场景「甲」:此时不能「按 1」:已由话务员接听。'],
    ['场景 甲\n接听\n挂机 x', '2 场景「甲」:此时不能「接听」:在节点 code 等按键。'],
    ['场景 甲\n静默,来电人挂机,挂机 x', '2 场景「甲」:应以 x 挂机,实际来电人已挂机。'],
    ['场景 甲\n静默\n按 1\n听到 x', '3 场景「甲」:此时不能「按 1」:在队列 general 等候。'],
    ['场景 甲\n静默,队列超时,听到 exit.timeout,听到 x', '2 场景「甲」:应听到「x」,实际此后没有提示音。'],
    ['场景 甲\n号码 99999\n听到 x', '1 场景「甲」:号码 99999 不用流程 main。请核对 numbers.yaml。'],
  ];
  for (const [text, told] of cases) t.same(outcome(text), [`flows/main.test.txt:${told}`], text);
  t.match(runScenarios(site, new Map([['flows/gone.test.txt', '场景 甲\n听到 x']]), noonMs).findings[0], {
    file: 'flows/gone.test.txt',
    line: 1,
    en: /no flow gone/,
  });
});

t.test('what is written wrong is told with its line, and reading goes on', async (t) => {
  const { scenarios, findings } = parseScenarios(
    'flows/main.test.txt',
    '听到 x\n场景 甲\n按 a\n听到\n跳过\n按 1\n时间 2026-06-10 12:00\nconstructor\n场景 乙\n时间 2026-02-30 12:00\n时间 2026-02-03 24:00\n等候 general\n号码 1a\n无人签入\n听到 x\r\n',
  );
  t.same(
    findings.map(({ line: at, code }) => `${String(at)} ${code ?? ''}`),
    [
      ...[
        '1 noScenario',
        '3 unknownStep',
        '4 unknownStep',
        '5 unknownStep',
        '7 unknownStep',
        '8 unknownStep',
      ],
      ...['10 unknownStep', '11 unknownStep', '12 unknownStep', '13 unknownStep', '14 unknownStep'],
      '2 expectsNothing',
    ],
  );
  t.equal(scenarios.length, 2);
});

t.test('both languages, quotes, several steps a line, time, number and queues', async (t) => {
  const good = [
    '场景:按号码\n听到「您好，通话」,听到 hello;按77#,进入队列 综合,接听',
    'scenario: english\nhear "您好。"\nsilence, queue general, queueTimeout, hear exit.timeout, end queueTimeout',
    '场景 夜间\n时间 2026-06-10 23:30\n号码 12345\n听到 greet.main\n进入队列 general',
    '场景 节假日\n时间 2026-10-01 12:00\n进入队列 general',
    '场景 忙时\n等候 general 5\n无人签入 general\n进入队列 general',
    '场景 不忙\n等候 general 4\n听到 hello\n按 12,按 #\n听到 menu.main\n按 2\n听到 hello\n按 *\n听到 greet.main',
  ];
  for (const text of good) t.same(outcome(text), [], text);
});

t.test('the ways that were gone are known by name, where two lead to the same node, too', async (t) => {
  const gone = (acts: readonly RehearsalAct[], scene = {}): readonly string[] => {
    let call = beginRehearsal(site, 'main', { nowMs: noonMs, dialled: null, queues: {}, ...scene });
    if (typeof call === 'string') throw new Error(call);
    for (const act of acts) {
      const after = rehearse(site, call, act);
      if (after === null) throw new Error(JSON.stringify(act));
      call = after;
    }
    return call.ways.map(({ nodeId, way }) => `${nodeId} ${way}`);
  };
  const keys = (text: string): readonly RehearsalAct[] =>
    [...text].map((key) => (key === '_' ? { do: 'silence' } : { do: 'press', key }));
  const begin = ['night otherwise', 'hello next'];
  t.same(gone(keys('77_')), [...begin, 'code digits 77']);
  t.same(gone(keys('0#')), [...begin, 'code person']);
  t.same(gone(keys('1#1#')), [...begin, 'code person'], 'too short twice');
  t.same(gone(keys('_')), [...begin, 'code person']);
  t.same(gone(keys('*_')), [...begin, 'code back', 'hello next', 'code person']);
  t.same(gone(keys('12_')), [...begin, 'code next']);
  t.same(gone(keys('123')), [...begin, 'code next']);
  t.same(gone(keys('1231')), [...begin, 'code next', 'top 1']);
  t.same(gone(keys('123981')), [...begin, 'code next', 'top 1'], '9 and one wrong key stay');
  t.same(gone(keys('12388')), [...begin, 'code next', 'top person']);
  t.same(gone(keys('123*0')), [...begin, 'code next', 'top person'], 'star without a way back stays');
  t.same(gone([], { nowMs: noonMs + 11 * 3_600_000 }), ['night case 1']);
  t.same(gone([], { nowMs: Date.UTC(2026, 9, 1, 4) }), ['night case 2']);
  t.same(gone([{ do: 'answer' }], { queues: { general: { waiting: 5, signedIn: 1 } } }), [
    'night case 3',
    'line answered',
  ]);
  t.same(gone([...keys('_'), { do: 'exit', exit: 'nobody' }]), [...begin, 'code person', 'line nobody']);
});

t.test('ways have one name each at their node', async (t) => {
  for (const flow of [...site.flows.values(), ...shippedSite.flows.values()]) {
    const names = edgesIn(flow).map(({ from, way }) => `${from} ${way}`);
    t.equal(new Set(names).size, names.length, flow.id);
    for (const node of flow.nodes.values()) for (const to of waysOf(node)) t.ok(flow.nodes.has(to));
  }
});

t.test('the usual moment is a workday morning, whenever one asks', async (t) => {
  t.equal(usualMomentMs(site, noonMs), noonMs - 2 * 3_600_000);
  t.equal(usualMomentMs(site, Date.UTC(2026, 5, 13, 4)), Date.UTC(2026, 5, 15, 2), 'after the weekend');
});

t.test('a number that is only told about meets no flow', async (t) => {
  const on = (day: string) => ({ nowMs: Date.parse(`${day}T02:00:00Z`), dialled: '12300', queues: {} });
  t.equal(beginRehearsal(shippedSite, '12345', on('2027-09-01')), 'notAnswered');
  t.match(beginRehearsal(shippedSite, '12345', on('2027-03-01')), {
    heard: [{ promptId: 'trans.transfer' }],
  });
});
