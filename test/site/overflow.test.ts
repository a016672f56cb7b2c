// 溢出 as the check sees it: names, circles, targets nobody can dial, thresholds never reached; and as it is rehearsed and drawn.
import t from 'tap';
import { drawFlow } from '../../src/ivr/draw-flow.js';
import type { FlowId } from '../../src/contact/ids.js';
import { parseSite } from '../../src/site/parse-site.js';
import { runScenarios } from '../../src/site/run-scenarios.js';
import { errorsIn, noonMs, siteOf, smallSite } from './small-site.js';

const queues = `- { id: general, name: 综合, requires: [general], limit: 20, timeout: 2m }
- { id: plain, name: 不录音, recorded: false }
`;
const trunks = `trunks:
  - { id: centre, match: [192.0.2.9], contact: 'sip:192.0.2.9' }
  - { id: deaf, match: [192.0.2.8] }
`;
const exits = 'onTimeout: sorry, onNobody: sorry, onOverload: sorry';

function flow(overflow: string, more = '') {
  return `start: line
message: leave
nodes:
  line:
    enqueue: general
    say: [{ prompt: greet.main, mustHear: true }]
    overflow: ${overflow}
    onTimeout: sorry
    onNobody: sorry
    onOverload: sorry
${more}
  sorry: { hangup: queueTimeout, say: [exit.timeout] }
  leave: { voicemail: 1m, say: [hello], next: sorry, otherwise: line }
`;
}
const texts = (main: string) =>
  smallSite({ 'queues.yaml': queues, 'trunks.yaml': trunks, 'flows/main.yaml': main });
const other = `  other: { enqueue: plain, ${exits} }`;

t.test('what cannot be is refused with its line', async (t) => {
  const errors = (overflow: string, more = other) => errorsIn(texts(flow(overflow, more)));
  t.same(errors('{ placeAbove: 5, next: other }'), []);
  t.same(errors('{ placeAbove: 5, next: away }', ''), ['flows/main.yaml:4 unknownNode']);
  t.same(errors('{ next: other }'), ['flows/main.yaml:7 overflowWithoutCondition']);
  t.same(errors('{ after: 30, next: other }'), ['flows/main.yaml:7 badDuration']);
  t.same(errors('{ placeAbove: 5, next: other }', `  other: { enqueue: nowhere, ${exits} }`), [
    'flows/main.yaml:11 unknownQueue',
  ]);
  const round = `  other: { enqueue: plain, overflow: { after: 30s, next: line }, ${exits} }`;
  t.same(errors('{ placeAbove: 5, next: other }', round), ['flows/main.yaml:4 loop']);
  const lead = (target: string) => `  other: { lead: ${target}, say: [trans.sub], otherwise: sorry }`;
  t.same(errors('{ placeAbove: 5, next: other }', lead("{ trunk: centre, number: '6001' }")), []);
  t.same(errors('{ placeAbove: 5, next: other }', lead("{ trunk: nowhere, number: '6001' }")), [
    'flows/main.yaml:11 unknownTrunk',
  ]);
  t.same(errors('{ placeAbove: 5, next: other }', lead("{ trunk: deaf, number: '6001' }")), [
    'flows/main.yaml:11 trunkNotDialling',
  ]);
  t.same(errors('{ placeAbove: 5, next: other }', lead("{ trunk: centre, number: '110' }")), [
    'flows/main.yaml:11 notDialled',
  ]);
});

t.test('a sub-centre alone is no person: whom nobody answers there must come to a line', async (t) => {
  const led = `start: centre
nodes:
  centre: { lead: { trunk: centre, number: '6001' }, say: [trans.sub], otherwise: sorry }
  sorry: { hangup: queueTimeout, say: [exit.timeout] }
`;
  t.same(errorsIn(texts(led)), ['flows/main.yaml:3 noPerson']);
});

t.test('a threshold that is never reached is a warning', async (t) => {
  const warnings = (overflow: string) => {
    const parsed = parseSite(texts(flow(overflow, other)), { nowMs: noonMs });
    const findings = parsed.ok ? parsed.site.warnings : parsed.findings;
    return findings
      .filter(({ code }) => code === 'overflowNever')
      .map(({ line, en }) => `${String(line)} ${en}`);
  };
  t.match(warnings('{ placeAbove: 20, next: other }'), [/^7 placeAbove 20 .* full with 20/]);
  t.match(warnings('{ after: 2m, next: other }'), [/^7 after .* 120s/]);
  t.same(warnings('{ placeAbove: 19, after: 119s, waitAbove: 3m, next: other }'), []);
});

t.test('it is rehearsed and drawn like every other way', async (t) => {
  const centre = `  other: { lead: { trunk: centre, number: '6001' }, say: [trans.sub], otherwise: plainly }
  plainly: { enqueue: plain, ${exits} }`;
  const site = siteOf(texts(flow('{ placeAbove: 5, waitAbove: 3m, after: 90s, next: other }', centre)));
  const scenario = (...steps: readonly string[]) =>
    runScenarios(site, new Map([['flows/main.test.txt', `场景 溢出\n${steps.join('\n')}\n`]]), noonMs)
      .findings.filter(({ level }) => level === 'error')
      .map(({ line, en }) => `${String(line)} ${en}`);
  t.same(scenario('溢出', '没有接通', '进入队列 plain', '接听'), []);
  t.match(scenario('溢出', '进入队列 plain')[0], /being led to 6001/);
  t.match(
    scenario('溢出', '没有接通', '溢出', '进入队列 plain')[0],
    /cannot happen here/,
    'the other line has no such way',
  );
  const drawn = drawFlow(site.flows.get('main' as FlowId)!, { prompts: site.promptTexts, queues: new Map() });
  t.match(drawn, /data-kind="lead"/);
  t.match(drawn, /溢出:位次超过 5/);
  t.match(drawn, /data-ways="overflow"/);
});
