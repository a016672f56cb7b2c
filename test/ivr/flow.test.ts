import fc from 'fast-check';
import t from 'tap';
import type { CaseAnswer } from '../../src/contact/case-answer.js';
import type { FlowCursor, FlowInput, FlowTurn } from '../../src/contact/flow-turn.js';
import { keysAtMost, loneZeroMs, lookUpPrompts } from '../../src/ivr/step.js';
import type { Site } from '../../src/site/site.js';
import { errorsIn, noonMs, siteOf, smallSite, viewAt } from '../site/small-site.js';

const sorry = { hangup: 'queueTimeout', say: ['exit.timeout'] };
const notice = { prompt: 'greet.main', mustHear: true };
const queueing = { onTimeout: 'sorry', onNobody: 'sorry', onOverload: 'sorry' };
const line = { enqueue: 'general', ...queueing };
const hourMs = 3_600_000;

/** The small site with this as its flow. JSON is YAML. */
const withNodes = (start: string, nodes: object): ReadonlyMap<string, string> =>
  smallSite({ 'flows/main.yaml': JSON.stringify({ start, nodes }, null, 1) });

const nodesAt = (start: string, nodes: object): Site => siteOf(withNodes(start, nodes));

/** Feeds keys and other inputs to a flow: `_` is silence, `>` the end of what is said. */
function play(site: Site, inputs: string, view = viewAt()): FlowTurn {
  const inputOf = (sign: string): FlowInput =>
    sign === '_' ? { type: 'silence' } : sign === '>' ? { type: 'spoken' } : { type: 'digit', digit: sign };
  return [...inputs].reduce(
    (turn, sign) => site.flowTurn(turn.cursor, inputOf(sign), view),
    site.beginFlow('12345', view),
  );
}

const said = (turn: FlowTurn): readonly string[] => turn.say.map(({ prompt }) => prompt.id);

const codes = (nodes: object, start = 'line'): readonly string[] =>
  errorsIn(withNodes(start, nodes)).map((error) => error.split(' ')[1] ?? '');

t.test('a first node that queues says the greeting and queues in one turn', async (t) => {
  const turn = play(siteOf(smallSite()), '');
  t.same(turn.say, [{ prompt: { id: 'greet.main' }, mustHear: true }]);
  const request = { queueId: 'general', requires: ['general'], priority: 0 };
  t.same(turn.next, { type: 'enqueue', request, takesMessage: true });
  const opening = { id: 'trans.transfer', slots: { name: '12358' } };
  t.same(said(play(siteOf(smallSite()), '', viewAt(noonMs, { opening }))), ['greet.main'], 'not marked');
  const marked = nodesAt('line', { line: { ...line, say: [{ ...notice, opening: true }] }, sorry });
  t.same(said(play(marked, '')), ['greet.main']);
  t.same(play(marked, '', viewAt(noonMs, { opening })).say, [{ prompt: opening, mustHear: true }]);
  const short = siteOf(smallSite({ 'policies.yaml': "mainEntry: '12345'\ngreeting: short\n" }));
  t.same(said(play(short, '')), ['greet.short']);
});

t.test('every way out of a queue is spoken and keeps its reason', async (t) => {
  const site = siteOf(smallSite());
  for (const exit of ['timeout', 'nobody', 'overload'] as const) {
    const turn = site.flowTurn(
      site.beginFlow('12345', viewAt()).cursor,
      { type: 'queueExit', exit },
      viewAt(),
    );
    t.same(said(turn), ['exit.timeout']);
    t.same(turn.next, { type: 'hangUp', reason: 'queueTimeout' });
  }
});

const menuNodes = {
  top: { menu: { 1: 'deep', 2: 'talk' }, say: [notice, 'menu.main'], person: 'line', timeout: '4s' },
  deep: { menu: { 1: 'line' }, say: ['hello'], person: 'line', back: 'top', bargeIn: false },
  talk: { say: ['hello'], next: 'line' },
  line,
  sorry,
};

t.test('a menu: keys, 0, 9, star, wrong keys and silence', async (t) => {
  const site = nodesAt('top', menuNodes);
  t.same(play(site, '').next, { type: 'collect', timeoutMs: 4000, bargeIn: true });
  const nodeAfter = (keys: string): string => play(site, keys).cursor.nodeId;
  const cases: readonly (readonly [string, string, string])[] = [
    ['1', 'deep', 'its key'],
    ['11', 'line', 'a key of the menu below'],
    ['0', 'line', '0 is a person'],
    ['10', 'line', '0 is a person below, too'],
    ['1*', 'top', 'star goes back'],
    ['9', 'top', '9 says it again'],
    ['7', 'top', 'one wrong key stays'],
    ['71', 'deep', 'a right key after a wrong one counts'],
    ['77', 'line', 'the second wrong key leads to a person'],
    ['7#', 'line', '# is a wrong key in a menu'],
    ['_', 'line', 'silence leads to a person'],
    ['7_', 'line', 'silence after a wrong key, too'],
    ['2', 'talk', 'what is said is said to its end'],
    ['2>', 'line', 'and then goes on'],
  ];
  for (const [keys, nodeId, words] of cases) t.equal(nodeAfter(keys), nodeId, `${keys}: ${words}`);
  t.same(said(play(site, '7')), ['menu.badinput']);
  t.same(said(play(site, '_')), ['menu.noinput']);
  t.same(said(play(site, '9')), ['greet.main', 'menu.main']);
  t.same(said(play(site, '77')), [], 'no more words between the caller and a person');
  t.same(play(site, '1').next, { type: 'collect', timeoutMs: 4000, bargeIn: false });
  t.equal(nodeAfter('9'.repeat(keysAtMost)), 'top');
  t.equal(nodeAfter('9'.repeat(keysAtMost + 1)), 'line', 'nobody circles for ever');
});

t.test('a call that a sub-centre hands over is asked nothing, and hears what must be heard', async (t) => {
  const unasked = viewAt(noonMs, { handedOver: true });
  const site = nodesAt('top', menuNodes);
  const turn = play(site, '', unasked);
  t.match(turn.next, { type: 'enqueue', request: { queueId: 'general' } });
  t.same(
    turn.say,
    [{ prompt: { id: 'greet.main' }, mustHear: true }],
    'the notice of the menu it does not hear',
  );
  t.same(turn.decided, [{ nodeId: 'top', way: 'person' }]);
  const long = nodesAt('hear', {
    hear: { say: ['hello', notice], next: 'which' },
    which: { branch: [{ hours: '00:00-24:00', next: 'top' }], otherwise: 'line' },
    ...menuNodes,
    line: { ...line, say: ['hello'] },
  });
  t.same(said(play(long, '', unasked)), ['greet.main', 'greet.main', 'hello']);
  t.same(said(play(long, '')), ['hello', 'greet.main'], 'others are asked as ever');
  const exit = site.flowTurn(turn.cursor, { type: 'queueExit', exit: 'timeout' }, unasked);
  t.same(said(exit), ['exit.timeout'], 'afterwards it is a call as any other');
  const keeping = withNodes('keep', {
    keep: { remember: 'dialect', next: 'hear' },
    hear: { say: [notice], next: 'by' },
    by: { branch: [{ wish: 'dialect', next: 'line' }], otherwise: 'sorry' },
    line: { ...line, say: ['hello'] },
    sorry,
  });
  const policies = "site: small\nmainEntry: '12345'\ncallers: { wishes: [dialect] }\n";
  const wishing = siteOf(new Map([...keeping, ['policies.yaml', policies]]));
  t.match(
    play(wishing, '', unasked),
    { next: { type: 'enqueue' }, wish: 'dialect' },
    'what it passes counts',
  );
});

t.test('digits collected one by one', async (t) => {
  const site = nodesAt('code', {
    code: {
      collect: { min: 3, max: 5 },
      cases: [{ digits: '0311', next: 'other' }],
      say: [notice],
      next: 'line',
      person: 'line2',
    },
    line,
    line2: line,
    other: line,
    sorry,
  });
  const cases: readonly (readonly [string, string, string])[] = [
    ['03', 'code', 'not yet complete'],
    ['12345', 'line', 'the full count ends it'],
    ['123#', 'line', '# ends it'],
    ['123_', 'line', 'silence ends it'],
    ['0311#', 'other', 'an entry with a way of its own'],
    ['0#', 'line2', 'a lone 0 asks for a person'],
    ['0_', 'line2', 'by silence, too'],
    ['12#', 'code', 'too short is a wrong key'],
    ['12#12#', 'line2', 'the second time a person helps'],
    ['_', 'line2', 'silence leads to a person'],
    ['12*', 'code', 'star begins again'],
  ];
  for (const [keys, nodeId, words] of cases)
    t.equal(play(site, keys).cursor.nodeId, nodeId, `${keys}: ${words}`);
  t.equal(play(site, '12*').cursor.digits, '');
  t.same(play(site, '1').say, [], 'the first digit stops what is being said');
});

const department = '市城管局';
const queryNodes = {
  number: { collect: { min: 3, max: 9 }, keep: 'caseNumber', say: [notice], next: 'code', person: 'line' },
  code: { collect: { min: 2, max: 9 }, keep: 'queryCode', next: 'look', person: 'line', back: 'number' },
  look: { lookUp: 'caseStatus', next: 'told', again: 'number', person: 'line' },
  told: { menu: { 1: 'number' }, person: 'line' },
  line,
  sorry,
};
const querySite = (nodes: object = queryNodes): ReadonlyMap<string, string> =>
  new Map([
    ...withNodes('number', nodes),
    [
      'prompts/prog.yaml',
      `prompts:
${lookUpPrompts
  .filter((id) => id.startsWith('prog.') && id !== 'prog.state')
  .map((id) => `  - { id: ${id}, text: 您好。, when: 测试 }`)
  .join('\n')}
  - { id: prog.state, text: '由{d}办理。', slots: { d: { words: { ${department}: ${department} } } }, when: 测试 }`,
    ],
  ]);

t.test('a query: entries are kept as far as it and no further; every answer leads on', async (t) => {
  const site = siteOf(querySite());
  const asked = play(site, '12345#678#');
  t.same(asked.next, { type: 'lookUpCase' });
  t.same(asked.cursor.kept, { caseNumber: '12345', queryCode: '678' });
  const answered = (from: FlowTurn, answer: CaseAnswer): FlowTurn =>
    site.flowTurn(from.cursor, { type: 'caseAnswer', answer }, viewAt());
  const due = { m: 12, n: 1 };
  const handling = (by: string) => answered(asked, { state: 'handling', department: by, month: 12, day: 1 });
  t.same(handling(department).say[0]?.prompt, { id: 'prog.state', slots: { d: department, ...due } });
  t.same(handling('某镇').say[0]?.prompt, { id: 'prog.due', slots: due }, 'one without a sound is left out');
  for (const turn of [handling(department), answered(asked, { state: 'done' })]) {
    t.equal(turn.cursor.nodeId, 'told');
    t.notOk('kept' in turn.cursor, 'forgotten once it is told');
  }
  t.match(answered(asked, { state: 'failed' }), {
    cursor: { nodeId: 'line' },
    say: [{ prompt: { id: 'prog.away' } }],
  });
  let turn = asked;
  for (const nodeId of ['number', 'number', 'line']) {
    turn = answered(turn, { state: 'none' });
    t.equal(turn.cursor.nodeId, nodeId);
    t.notOk('kept' in turn.cursor);
    t.equal(said(turn)[0], nodeId === 'line' ? 'menu.noinput' : 'prog.none', 'the same words each time');
    const typed = [...'12345#678#'];
    if (nodeId === 'number')
      turn = typed.reduce((at, digit) => site.flowTurn(at.cursor, { type: 'digit', digit }, viewAt()), turn);
  }
  t.match(play(site, '12').next, { type: 'collect', secret: true });
  t.match(play(site, '0').next, { timeoutMs: loneZeroMs }, 'a lone 0 is not waited with for long');
  t.equal(play(site, '0_').cursor.nodeId, 'line');
  t.equal(play(site, '12345#*').cursor.nodeId, 'number', 'star goes back');
  const resumed = site.flowTurn(play(site, '12345#6').cursor, { type: 'resumed' }, viewAt());
  t.match(resumed.cursor, { nodeId: 'code', digits: '', kept: { caseNumber: '12345' } });
  t.match(site.flowTurn(asked.cursor, { type: 'resumed' }, viewAt()), { next: { type: 'lookUpCase' } });
});

t.test('a query without what it asks by is refused', async (t) => {
  const codesOf = (nodes: object) => errorsIn(querySite(nodes)).map((error) => error.split(' ')[1]);
  t.same(codesOf(queryNodes), []);
  t.same(codesOf({ ...queryNodes, code: { ...queryNodes.code, keep: undefined } }), ['notKept']);
  const told = { ...queryNodes.told, menu: { 1: 'look' } };
  t.same(codesOf({ ...queryNodes, told }), ['notKept', 'notKept'], 'told, it is forgotten');
  const aside = { say: [notice], next: 'look' };
  const word = { ...queryNodes.code, next: 'aside' };
  t.same(codesOf({ ...queryNodes, code: word, aside }), [], 'kept while something is said');
  const asked = { menu: { 1: 'look' }, say: [notice], person: 'line' };
  t.same(
    codesOf({ ...queryNodes, code: { ...queryNodes.code, next: 'asked' }, asked }),
    ['notKept', 'notKept'],
    'forgotten over a menu',
  );
  const special = { ...queryNodes.code, cases: [{ digits: '999', next: 'look' }] };
  t.same(codesOf({ ...queryNodes, code: special }), ['notKept'], 'an entry with a way of its own is no code');
  t.same(codesOf({ ...queryNodes, code: { ...queryNodes.code, person: 'look' } }), ['notKept'], 'silence');
  t.same(codesOf({ ...queryNodes, look: { ...queryNodes.look, again: 'look' } }), [
    'loop',
    'notKept',
    'notKept',
  ]);
});

t.test('a branch: hours over midnight, days with moved workdays, tags and queues', async (t) => {
  const nodes = {
    split: {
      branch: [
        { tag: ['price', 'tax'], next: 'tagged' },
        { queue: 'general', waitingAtLeast: 10, next: 'busy' },
        { queue: 'plain', staffed: false, next: 'empty' },
        { days: ['workday'], hours: '22:00-06:00', next: 'night' },
        { days: ['holiday'], next: 'holiday' },
        { days: 'weekend', next: 'weekend' },
      ],
      otherwise: 'day',
    },
    ...Object.fromEntries(
      ['tagged', 'busy', 'empty', 'night', 'holiday', 'weekend', 'day'].map((id) => [
        id,
        { ...line, say: [notice] },
      ]),
    ),
    sorry,
  };
  const notices = `notices:\n  - year: 2026\n    document: 测试\n    off:
      - { name: 全部, from: '2025-12-31', to: '2026-05-05' }\n      - { name: 端午, from: '2026-06-19', to: '2026-06-19' }
      - { name: 中秋国庆, from: '2026-09-25', to: '2026-10-07' }\n    work: ['2026-10-10']\n`;
  const site = siteOf(new Map([...withNodes('split', nodes), ['calendar.yaml', notices]]));
  const at = (nowMs: number, changed = {}): string =>
    site.beginFlow('12345', viewAt(nowMs, changed)).cursor.nodeId;
  const day = (year: number, month: number, date: number, hour: number): number =>
    Date.UTC(year, month - 1, date, hour - 8);
  t.equal(at(noonMs), 'day');
  t.equal(at(noonMs + 10 * hourMs), 'night', '22:00 belongs to the night');
  t.equal(at(noonMs + 18 * hourMs), 'day', '06:00 no longer does');
  t.equal(at(day(2026, 6, 13, 12)), 'weekend');
  t.equal(at(day(2026, 10, 1, 12)), 'holiday');
  t.equal(at(day(2026, 10, 10, 12)), 'day', 'a Saturday that the notice makes a workday');
  t.equal(at(noonMs, { tag: 'price' }), 'tagged');
  const queues = (general: number, plain: number) => ({
    queues: { general: { waiting: general, signedIn: 1 }, plain: { waiting: 0, signedIn: plain } },
  });
  t.equal(at(noonMs, queues(10, 1)), 'busy');
  t.equal(at(noonMs, queues(9, 0)), 'empty');
  t.equal(at(noonMs, queues(9, 1)), 'day');
});

t.test('after a fault the step is said again behind an apology', async (t) => {
  const site = nodesAt('top', menuNodes);
  const { cursor } = play(site, '17');
  const turn = site.flowTurn(cursor, { type: 'resumed' }, viewAt());
  t.same(said(turn), ['menu.resume', 'hello']);
  t.match(turn.cursor, { nodeId: 'deep', tries: 0 });
});

t.test('a cursor that no site knows begins again instead of failing', async (t) => {
  const site = siteOf(smallSite());
  const begun = site.beginFlow('12345', viewAt());
  const lost: FlowCursor[] = [
    { ...begun.cursor, nodeId: 'gone' },
    { ...begun.cursor, flowId: 'gone' as FlowCursor['flowId'], nodeId: 'line' },
  ];
  for (const cursor of lost)
    t.same(site.flowTurn(cursor, { type: 'resumed' }, viewAt()).cursor.nodeId, 'line');
  const odd = site.flowTurn(
    { ...begun.cursor, nodeId: 'sorry' },
    { type: 'queueExit', exit: 'timeout' },
    viewAt(),
  );
  t.equal(odd.cursor.nodeId, 'line', 'a way out of a queue that is none');
  t.same(site.beginFlow('no such entry', viewAt()), begun);
});

t.test('check refuses what could leave a caller alone', async (t) => {
  const cases: readonly (readonly [string, object, string?])[] = [
    ['unknownNode', { line: { ...line, say: [notice], onTimeout: 'nowhere' }, sorry }],
    ['unknownNode', { line: { ...line, say: [notice] }, sorry }, 'begin'],
    ['unreachable', { line: { ...line, say: [notice] }, orphan: sorry, sorry }],
    [
      'loop',
      {
        line: { ...line, say: [notice], onTimeout: 'a' },
        a: { say: ['hello'], next: 'b' },
        b: { goto: 'a' },
        sorry,
      },
    ],
    [
      'loop',
      { line: { ...line, say: [notice], onTimeout: 'again' }, again: { ...line, onNobody: 'line' }, sorry },
    ],
    ['silentEnd', { line: { ...line, say: [notice] }, sorry: { hangup: 'x' } }],
    ['noNotice', { line, sorry }],
    ['noNotice', { line: { ...line, say: ['greet.main'] }, sorry }],
    ['noNotice', { line: { ...line, say: [{ prompt: 'hello', mustHear: true }] }, sorry }],
    ['noNotice', { line: { ...line, say: [{ ...notice, short: 'hello' }] }, sorry }],
    ['noPerson', { line: sorry }],
    ['unknownPrompt', { line: { ...line, say: [notice, 'no.such'] }, sorry }],
    ['missingSlot', { line: { ...line, say: [notice, 'greet.entry'] }, sorry }],
    ['unknownQueue', { line: { ...line, enqueue: 'nowhere', say: [notice] }, sorry }],
    ['unknownSkill', { line: { ...line, requires: ['golf'], say: [notice] }, sorry }],
    ['nobodyHolds', { line: { ...line, requires: ['tax'], say: [notice] }, sorry }],
    [
      'missing',
      { line: { enqueue: 'general', onTimeout: 'sorry', onNobody: 'sorry', say: [notice] }, sorry },
    ],
    ['reservedKey', { line: { menu: { 9: 'q' }, person: 'q', say: [notice] }, q: line, sorry }],
    [
      'reservedKey',
      {
        line: {
          ...{ collect: { min: 1, max: 2 }, cases: [{ digits: '0', next: 'sorry' }] },
          ...{ person: 'q', next: 'q', say: [notice] },
        },
        q: line,
        sorry,
      },
    ],
    [
      'badDuration',
      { line: { menu: { 1: 'q' }, person: 'q', say: [notice], timeout: '0s' }, q: line, sorry },
    ],
    ['unknownKey', { line: { ...line, say: [notice], whenBusy: 'sorry' }, sorry }],
    ['unknownKind', { line: { ...line, say: [notice] }, sorry: {} }],
  ];
  for (const [code, nodes, start] of cases) {
    t.ok(
      codes(nodes, start).includes(code),
      `${code}: ${JSON.stringify(nodes)} gave ${codes(nodes, start).join(' ')}`,
    );
  }
  t.same(
    codes({ line: { ...line, enqueue: 'plain' }, sorry }),
    [],
    'a queue that is not recorded needs no notice',
  );
});

t.test('check finds the minutes at which nobody would answer, whichever key leads there', async (t) => {
  const closing = (way: object, otherwise = 'line') => ({
    open: { branch: [{ ...way, next: 'sorry' }], otherwise },
    line: { ...line, say: [notice] },
    sorry,
  });
  const lossesIn = (texts: ReadonlyMap<string, string>): number =>
    errorsIn(texts).filter((error) => error.endsWith('noPerson')).length;
  t.equal(lossesIn(withNodes('open', closing({ hours: '22:00-06:00' }))), 1);
  t.equal(lossesIn(withNodes('open', closing({ days: ['holiday'] }))), 1);
  t.equal(lossesIn(withNodes('open', closing({ tag: ['12345'] }))), 1, 'the tag of an entry that leads here');
  t.equal(lossesIn(withNodes('open', closing({ tag: ['other'] }))), 0);
  t.equal(
    lossesIn(withNodes('open', closing({ queue: 'general', staffed: false }))),
    0,
    'a queue may be empty',
  );
  const hidden = {
    ...closing({ hours: '12:00-12:01' }),
    top: { menu: { 1: 'deep' }, say: [notice], person: 'line' },
    deep: { menu: { 1: 'line' }, say: ['hello'], person: 'open' },
  };
  t.equal(lossesIn(withNodes('top', hidden)), 1, 'one minute a day, behind a key');
});

/** The small site with the survey on and these as its nodes. */
const withSurvey = (nodes: object): ReadonlyMap<string, string> =>
  smallSite({
    'policies.yaml': "mainEntry: '12345'\nsurvey: { enabled: true }\n",
    'flows/survey.yaml': JSON.stringify({ start: 'ask', nodes }, null, 1),
  });

const over = { hangup: 'surveyed', say: ['hello'] };
const ask = { rate: { 1: 'satisfied', 5: 'dissatisfied' }, say: ['hello'], next: 'over', otherwise: 'over' };

t.test('check refuses a survey that could keep a citizen or lead back to a person', async (t) => {
  const why = { reason: { 1: 'attitude' }, say: ['hello'], next: 'over', otherwise: 'over' };
  t.same(errorsIn(withSurvey({ ask: { ...ask, unhappy: 'why' }, why, over })), []);
  const cases: readonly (readonly [string, object])[] = [
    ['loop', { ask: { ...ask, unhappy: 'ask' }, over }],
    ['loop', { ask: { ...ask, next: 'why' }, why: { ...why, otherwise: 'ask' }, over }],
    ['notInSurvey', { ask: { ...ask, next: 'line' }, line, over, sorry }],
    ['notInSurvey', { ask: { ...ask, next: 'menu' }, menu: { menu: { 1: 'over' }, person: 'over' }, over }],
    ['reservedKey', { ask: { ...ask, rate: { 9: 'satisfied' } }, over }],
    ['unknownAnswer', { ask: { ...ask, rate: { 1: 'attitude' } }, over }],
    ['unknownAnswer', { ask: { ...ask, unhappy: 'why' }, why: { ...why, reason: { 1: 'satisfied' } }, over }],
    ['noAnswers', { ask: { ...ask, rate: {} }, over }],
    ['missing', { ask: { rate: ask.rate, say: ['hello'], next: 'over' }, over }],
    ['unknownKey', { ask: { ...ask, unhappy: 'why' }, why: { ...why, unhappy: 'over' }, over }],
    ['silentEnd', { ask, over: { hangup: 'surveyed' } }],
  ];
  for (const [code, nodes] of cases) {
    const found = errorsIn(withSurvey(nodes)).map((error) => error.split(' ')[1]);
    t.ok(found.includes(code), `${code}: ${JSON.stringify(nodes)} gave ${found.join(' ')}`);
  }
  const outside = { line: { ...line, say: [notice], onTimeout: 'ask' }, ask, over, sorry };
  t.ok(codes(outside).includes('rateOutside'), codes(outside).join(' '));
});

/** Flows that check passes: automatic ways lead forward only and end in a queue; keys lead anywhere. */
const flows = fc
  .array(
    fc.record({
      kind: fc.nat(5),
      ways: fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
      hour: fc.nat(23),
    }),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((seeds) => {
    const id = (index: number): string => (index >= seeds.length ? 'line' : `n${String(index)}`);
    const nodes = seeds.map(({ kind, ways, hour }, index) => {
      const onward = (way = 0): string => id(index + 1 + (way % (seeds.length - index)));
      const [a, b, c, d, e, f] = ways.map((way) => id(way % (seeds.length + 1)));
      const ask = { say: [notice, 'hello'], person: onward(ways[0]), bargeIn: hour % 2 === 0 };
      const range = `${String(hour).padStart(2, '0')}:00-${String((hour * 7) % 24).padStart(2, '0')}:30`;
      const kinds: readonly object[] = [
        { say: [notice], next: onward(ways[0]) },
        { menu: { 1: a, 2: b, 5: c }, ...ask, back: d },
        { collect: { min: 2, max: 4 }, cases: [{ digits: '11', next: e }], next: f, ...ask },
        {
          branch: [
            { days: ['workday'], hours: range, next: onward(ways[1]) },
            { queue: 'general', waitingAtLeast: 1 + hour, next: onward(ways[2]) },
          ],
          otherwise: onward(ways[3]),
        },
        {
          enqueue: 'general',
          say: [notice],
          onTimeout: onward(ways[1]),
          onNobody: onward(ways[2]),
          onOverload: 'sorry',
        },
        { voicemail: '2m', say: [notice], next: onward(ways[1]), otherwise: onward(ways[2]) },
      ];
      return [id(index), kinds[kind] ?? {}] as const;
    });
    const all = new Map<string, object>([
      ['first', { say: [notice], next: id(0) }],
      ...nodes,
      ['line', { ...line, say: [notice] }],
      ['sorry', sorry],
    ]);
    return Object.fromEntries([...all].filter(([node]) => node === 'first' || isReached(all, node)));
  });

function isReached(all: ReadonlyMap<string, object>, wanted: string): boolean {
  const open = ['first'];
  const seen = new Set<string>();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const text = JSON.stringify(all.get(node));
    open.push(...[...all.keys()].filter((other) => text.includes(`"${other}"`)));
  }
  return seen.has(wanted);
}

const inputSeeds = fc.array(fc.nat(15), { minLength: 150, maxLength: 150 });

/** The next input a world could bring at this turn; null when the contact is over. */
function inputFor(turn: FlowTurn, seed: number, resumes: number): FlowInput | null {
  if (seed === 15 && resumes > 0) return { type: 'resumed' };
  switch (turn.next.type) {
    case 'spoken':
      return { type: 'spoken' };
    case 'collect':
      return seed > 11 ? { type: 'silence' } : { type: 'digit', digit: '0123456789*#'[seed] ?? '0' };
    case 'lookUpCase':
      return { type: 'caseAnswer', answer: { state: 'none' } };
    case 'enqueue':
      return { type: 'queueExit', exit: (['timeout', 'nobody', 'overload'] as const)[seed % 3] ?? 'timeout' };
    case 'lead':
      return { type: 'leadFailed' };
    case 'voicemail':
      return { type: seed % 2 === 0 ? 'voicemailLeft' : 'voicemailMissing' };
    case 'hangUp':
      return null;
  }
}

t.test('what check passes always ends: at a person or with words, whatever is pressed', async () => {
  fc.assert(
    fc.property(flows, inputSeeds, fc.nat(23), (nodes, seeds, hour) => {
      const site = nodesAt('first', nodes);
      const view = viewAt(noonMs + hour * hourMs, { queues: { general: { waiting: hour, signedIn: 0 } } });
      let turn = site.beginFlow('12345', view);
      let resumes = 5;
      for (const seed of seeds) {
        if (turn.next.type === 'collect' && !(turn.next.timeoutMs > 0 && turn.next.timeoutMs <= 60_000))
          return false;
        const input = inputFor(turn, seed, resumes);
        if (input === null) return turn.say.length > 0;
        if (input.type === 'resumed') resumes -= 1;
        turn = site.flowTurn(turn.cursor, input, view);
      }
      return false;
    }),
    { numRuns: 150 },
  );
});

t.test('what check passes brings a caller who does nothing to a person at every hour', async () => {
  fc.assert(
    fc.property(flows, fc.integer({ min: 0, max: 366 * 24 * 60 }), (nodes, minute) => {
      const site = nodesAt('first', nodes);
      const view = viewAt(noonMs + minute * 60_000);
      let turn = site.beginFlow('12345', view);
      for (let steps = 0; steps < 20 && turn.next.type !== 'enqueue'; steps += 1) {
        const nothing = inputFor(turn, 15, 0);
        if (nothing === null) break;
        turn = site.flowTurn(turn.cursor, nothing, view);
      }
      return turn.next.type === 'enqueue';
    }),
    { numRuns: 150 },
  );
});

t.test('a call that does not tell its city may be asked for it; silence means the first', async (t) => {
  const nodes = {
    which: { branch: [{ asksCity: true, next: 'ask' }], otherwise: 'line' },
    ask: { menu: { '1': 'line', '2': 'line' }, say: [notice, 'menu.main'], person: 'line' },
    line: { ...line, say: [notice] },
    sorry,
  };
  const site = nodesAt('which', nodes);
  t.equal(play(site, '').next.type, 'enqueue');
  t.equal(play(site, '', viewAt(noonMs, { asksCity: true })).next.type, 'collect');
  t.equal(play(site, '_', viewAt(noonMs, { asksCity: true })).next.type, 'enqueue');
  t.same(codes({ ...nodes, ask: { hangup: 'no', say: ['exit.timeout'] } }, 'which'), ['noPerson']);
});

t.test(
  'whoever is under a limit may leave a message out of any line, and is in line again if he does not',
  async (t) => {
    const leave = { voicemail: '1m', say: ['hello'], next: 'bye', otherwise: 'line' };
    const bye = { hangup: 'voicemail', say: ['hello'] };
    const withMessage = (message: string, nodes: object) =>
      smallSite({ 'flows/main.yaml': JSON.stringify({ start: 'line', message, nodes }, null, 1) });
    const greeted = { ...line, say: [notice] };
    const good = { line: greeted, leave, bye, sorry };
    const site = siteOf(withMessage('leave', good));
    t.match(play(site, '').next, { type: 'enqueue', takesMessage: true });
    t.match(play(site, '1'), { cursor: { nodeId: 'leave' }, next: { type: 'voicemail' } });
    t.equal(play(site, '2').cursor.nodeId, 'line', 'other keys mean nothing');
    t.equal(
      play(nodesAt('line', { line: greeted, sorry }), '1').cursor.nodeId,
      'line',
      'nor this one without a message',
    );
    t.equal(
      play(nodesAt('line', { line: { ...greeted, back: 'other' }, other: line, sorry }), '*').cursor.nodeId,
      'other',
    );

    const found = (message: string, nodes: object) =>
      errorsIn(withMessage(message, nodes)).map((error) => error.split(' ')[1]);
    t.same(found('leave', good), []);
    t.same(found('sorry', { line: greeted, sorry }), ['noVoicemail']);
    t.same(found('nowhere', { line: greeted, sorry }), ['noVoicemail']);
    t.same(
      found('leave', { ...good, leave: { ...leave, otherwise: 'bye' } }),
      ['noPerson'],
      'nothing said, and put out',
    );
    const unheard = {
      ...good,
      line: { ...line, enqueue: 'plain' },
      leave: { ...leave, otherwise: 'recorded' },
    };
    t.same(
      found('leave', { ...unheard, recorded: line }),
      ['noNotice'],
      'by way of the message to a recorded queue',
    );
  },
);

t.test(
  'wishes and repeat calls: named ones alone, remembered where a key says so, and always to a person',
  async (t) => {
    const policies = "mainEntry: '12345'\ncallers: { wishes: [dialect] }\n";
    const greeted = { ...line, say: [notice] };
    const withWishes = (nodes: object) =>
      new Map([...withNodes('who', { sorry, ...nodes }), ['policies.yaml', policies] as const]);
    const menu = { menu: { '1': 'keep' }, say: [notice], person: 'line' };
    const who = {
      branch: [
        { wish: 'dialect', next: 'rare' },
        { repeat: true, next: 'line' },
      ],
      otherwise: 'menu',
    };
    const rare = { ...greeted, instead: 'forget' };
    const good = {
      who,
      menu,
      rare,
      line: greeted,
      keep: { remember: 'dialect', next: 'who' },
      forget: { remember: 'none', next: 'line' },
    };
    t.same(errorsIn(withWishes(good)), []);
    const site = siteOf(withWishes(good));
    const nodeOf = (turn: FlowTurn) => turn.cursor.nodeId;
    t.equal(nodeOf(play(site, '')), 'menu');
    t.equal(nodeOf(play(site, '', viewAt(noonMs, { wish: 'dialect' }))), 'rare');
    t.equal(nodeOf(play(site, '', viewAt(noonMs, { repeat: true }))), 'line');
    const kept = play(site, '1');
    t.match(kept, { wish: 'dialect', cursor: { nodeId: 'rare' }, next: { keys: ['0'] } }, 'it holds at once');
    const gone = play(site, '0', viewAt(noonMs, { wish: 'dialect' }));
    t.match(gone, { wish: null, cursor: { nodeId: 'line' } });
    t.equal(nodeOf(play(site, '5', viewAt(noonMs, { wish: 'dialect' }))), 'rare', 'other keys mean nothing');

    const wrong = (change: object) =>
      errorsIn(withWishes({ ...good, ...change })).map((error) => error.split(' ')[1]);
    t.same(wrong({ keep: { remember: 'vip', next: 'who' } }), ['unknownWish']);
    t.same(
      wrong({
        who: {
          ...who,
          branch: [
            { wish: 'vip', next: 'rare' },
            { repeat: true, next: 'line' },
          ],
        },
      }),
      ['unknownWish'],
    );
    const lost = (condition: object) =>
      wrong({
        who: {
          ...who,
          branch: [
            { wish: 'dialect', next: 'rare' },
            { ...condition, next: 'sorry' },
          ],
        },
      });
    t.same(lost({ repeat: true }), ['noPerson'], 'a repeat call that reaches nobody');
    t.same(lost({ wish: 'none' }), ['noPerson']);
    const ends = (branch: object) => ({ branch: [branch], otherwise: 'sorry' });
    t.same(
      wrong({ who: ends({ wish: ['none', 'dialect'], next: 'menu' }) }),
      ['noPerson', 'unreachable', 'unreachable'],
      'a wish that this flow does not name',
    );
    t.same(
      wrong({ keep: { remember: 'dialect', next: 'next' }, next: ends({ wish: 'none', next: 'line' }) }),
      [],
      'behind a key it is his choice',
    );
    t.same(
      wrong({
        who: { branch: [{ wish: 'none', next: 'keep' }], otherwise: 'menu' },
        keep: { remember: 'dialect', next: 'next' },
        next: { ...ends({ wish: 'none', next: 'rare' }) },
      }),
      ['noPerson'],
      'a wish remembered on the way holds at once',
    );
    t.same(wrong({ rare: { ...rare, instead: 'sorry' } }), ['noPerson', 'unreachable'], '0 out of a queue');
  },
);
