import fc from 'fast-check';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { AgentId, QueueId } from '../../src/contact/ids.js';
import { servicePrompts } from '../../src/site/check-site.js';
import { contentHash } from '../../src/site/content-hash.js';
import { parseSite } from '../../src/site/parse-site.js';
import { addDays, dayStartMs } from '../../src/contact/civil-time.js';
import { parsePrompts } from '../../src/ivr/prompt-text.js';
import { errorsIn, noonMs, siteOf, smallSite, viewAt } from './small-site.js';

const shippedDir = path.resolve(import.meta.dirname, '../../ivr-flows');
const call = { dnis: '12345', redirectedFrom: '', toUser: '', ani: '', trunkId: 'carrier', nowMs: noonMs };

t.test('the shipped site passes its own check without a word', async (t) => {
  const parsed = parseSite(await readSiteFiles(shippedDir), { nowMs: noonMs });
  t.ok(parsed.ok);
  if (!parsed.ok) return;
  t.same(parsed.site.warnings, []);
  t.match(parsed.site.meaningOf(call), { entryId: '12345', flowId: '12345', queueId: 'general' });
  t.equal(parsed.site.agents.size, 8);
  t.equal(parsed.site.devices.size, 8);
  const turn = parsed.site.beginFlow('12345', viewAt());
  t.equal(turn.next.type, 'enqueue', 'no menu: in line from the first second');
  t.same(
    turn.say.map(({ prompt, mustHear }) => [prompt.id, mustHear]),
    [['greet.main', true]],
  );
});

t.test(
  'every number of the shipped ledger has a meaning, and its words, on every day of three years',
  async (t) => {
    const site = siteOf(await readSiteFiles(shippedDir));
    const prompts = new Set(
      [...(await readSiteFiles(shippedDir))]
        .filter(([file]) => file.startsWith('prompts/'))
        .flatMap(([file, text]) => parsePrompts(file, text).prompts.map(({ id }) => id)),
    );
    const seen = new Set<string>();
    for (let day = '2026-01-01'; day <= '2028-12-31'; day = addDays(day, 1)) {
      for (const { row } of site.numbers) {
        const { words, state, entryId } = site.meaningOf({
          ...call,
          dnis: row.number,
          nowMs: dayStartMs(day),
        });
        for (const prompt of [words.opening, words.farewell, words.announcement])
          if (prompt !== undefined && !prompts.has(prompt.id)) t.fail(`${row.number} ${day} ${prompt.id}`);
        if (!site.entries.has(entryId)) t.fail(`${row.number} ${day} ${entryId}`);
        seen.add(state);
      }
    }
    t.same([...seen].toSorted(), ['prompt', 'returned', 'served', 'transfer', 'vacant']);
    t.match(site.meaningOf({ ...call, dnis: '031112356' }), { entryId: '12356-2025', state: 'returned' });
  },
);

t.test('the menu variant is one switch, and another version of the site', async (t) => {
  const files = await readSiteFiles(shippedDir);
  const plain = siteOf(files);
  const menu = siteOf(files, true);
  t.not(menu.version, plain.version);
  const begun = menu.beginFlow('12345', viewAt());
  t.match(begun, { cursor: { flowId: '12345-menu', siteVersion: menu.version }, next: { type: 'collect' } });
  const after = (digit: string) => menu.flowTurn(begun.cursor, { type: 'digit', digit }, viewAt());
  t.match(after('2').next, {
    type: 'enqueue',
    request: { queueId: 'enterprise', requires: ['general', 'enterprise'] },
  });
  t.match(after('0').next, { type: 'enqueue', request: { queueId: 'general' } });
  const nobody = viewAt(noonMs, { queues: { enterprise: { waiting: 0, signedIn: 0 } } });
  const instead = menu.flowTurn(begun.cursor, { type: 'digit', digit: '2' }, nobody);
  t.match(instead.next, { request: { queueId: 'general' } }, 'nobody for enterprises: everybody’s queue');
  t.equal(siteOf(files, false).version, plain.version);
});

t.test('a version is the texts and nothing else', async (t) => {
  const texts = smallSite();
  const shuffled = new Map([...texts].reverse());
  t.equal(siteOf(shuffled).version, siteOf(texts).version);
  t.not(siteOf(smallSite({ 'lexicon.yaml': '重新: chong2 xin1\n# \n' })).version, siteOf(texts).version);
  t.not(contentHash(['ab', 'c']), contentHash(['a', 'bc']));
});

t.test('check knows every prompt that the service plays by itself', async (t) => {
  const rooms = ['contact', 'acd', 'engine'].map((room) =>
    path.resolve(import.meta.dirname, '../../src', room),
  );
  const sources = (await Promise.all(rooms.map(sourcesIn))).flat();
  // An id with a dot is known by its family, one without by where it stands.
  const played = sources.flatMap((text) => [
    ...text.matchAll(/'((?:queue|agent|menu|a)(?:\.[a-z]+)+)'/g),
    ...text.matchAll(/{ id: '([a-z.]+)' }/g),
  ]);
  t.ok(played.length > 20, 'the sources were read');
  t.ok(
    played.some(([, id]) => id === 'bye'),
    'the goodbye is played',
  );
  const forgotten = played
    .map((match) => match[1] ?? '')
    .filter((id) => !servicePrompts.some((known) => known === id));
  t.same(forgotten, []);
});

async function sourcesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
}

t.test('tables carry their defaults', async (t) => {
  const site = siteOf(smallSite());
  t.match(site.queues.get('general' as QueueId), {
    en: '综合',
    queueTimeoutMs: 600_000,
    nobodyMs: 60_000,
    limit: 200,
    priority: 0,
    recorded: true,
  });
  t.match(site.agents.get('1001' as AgentId), { role: 'agent', seesNumber: false, autoAnswer: false });
  t.match(site.contactPolicy, { ringMs: 8000, progressMs: 2000, resumePreferMs: 10_000, record: true });
  t.match(site.agentPolicy, { wrapUpMs: 60_000, restMs: 10_000, leaseMarginMs: 5000 });
  t.same(site.metricsPolicy, { shortAbandonMs: 0, answerGoalMs: 15_000 });
});

const trunks = `trunks:
  - { id: centre, contact: 'sip:192.0.2.10:5060' }
  - { id: inward }
`;

t.test('check names the file and the line of every mistake', async (t) => {
  const agent = "- { id: '1001', name: 演示, team: east, skills: [general] }\n";
  const number = "- { number: '12345', name: 热线, flow: main, queue: general }\n";
  const rowOf = (states: string, more = '') =>
    `- { number: '12358', ${more}name: 价格, pattern: whole, approval: 文, flow: main, queue: general, states: [${states}] }\n`;
  const dated = (states: string) => `${number}${rowOf(states)}`;
  const again = (states: string) => rowOf(states, "id: '12358-2', ");
  const ledTo = (target: string, pattern = 'subCentre') =>
    `${number}- { number: '12333', name: 人社, pattern: ${pattern}, approval: 文, flow: main, queue: general, target: ${target} }\n`;
  const cases: readonly (readonly [string, string, string])[] = [
    ['agents.yaml', agent.replace("'1001'", '1001'), 'agents.yaml:1 unquoted'],
    ['agents.yaml', `${agent}${agent}`, 'agents.yaml:2 duplicate'],
    ['agents.yaml', `${agent}\n${agent.replace('1001', 'anna')}`, 'agents.yaml:3 badAgentId'],
    ['agents.yaml', agent.replace('east', 'south'), 'agents.yaml:1 unknownTeam'],
    ['agents.yaml', agent.replace('general', 'general, golf'), 'agents.yaml:1 unknownSkill'],
    ['agents.yaml', agent.replace('[general]', '[]'), 'queues.yaml:1 nobodyHolds'],
    ['agents.yaml', agent.replace('}', ', skils: [] }'), 'agents.yaml:1 unknownKey'],
    ['agents.yaml', '1001: 演示\n', 'agents.yaml:1 notAList'],
    ['agents.yaml', '- 1001\n', 'agents.yaml:1 notAMapping'],
    ['devices.yaml', '\n- { id: D1, name: 座席 }\n', 'devices.yaml:2 badDeviceId'],
    ['queues.yaml', '- { id: general, name: 综合, timeout: 10 }\n', 'queues.yaml:1 badDuration'],
    ['queues.yaml', '- { id: general, name: 综合, timeout: 10d }\n', 'queues.yaml:1 badDuration'],
    ['queues.yaml', '- { id: general, name: 综合, limit: 0 }\n', 'queues.yaml:1 notANumber'],
    ['queues.yaml', '- { id: general, name: 综合, recorded: yes }\n', 'queues.yaml:1 notAFlag'],
    ['queues.yaml', '- { id: general, name: 综合, requires: [golf] }\n', 'queues.yaml:1 unknownSkill'],
    [
      'numbers.yaml',
      `${number}${number.replace("'12345'", "'12358'").replace('}', ", delivered_as: ['+8612345'] }")}`,
      'numbers.yaml:2 duplicate',
    ],
    ['numbers.yaml', number.replace("'12345'", '012345'), 'numbers.yaml:1 unquoted'],
    ['numbers.yaml', number.replace('}', ', delivered_as: [031112345] }'), 'numbers.yaml:1 unquoted'],
    ['numbers.yaml', number.replace("'12345'", 'abc'), 'numbers.yaml:1 badNumber'],
    ['numbers.yaml', number.replace('main', 'none'), 'numbers.yaml:1 unknownFlow'],
    ['numbers.yaml', number.replace('}', ', menuFlow: none }'), 'numbers.yaml:1 unknownFlow'],
    ['numbers.yaml', number.replace('general', 'none'), 'numbers.yaml:1 unknownQueue'],
    [
      'numbers.yaml',
      number.replace('}', ', shortName: 一二三四五六七八九十一二三 }'),
      'numbers.yaml:1 tooLong',
    ],
    [
      'numbers.yaml',
      `${dated('{ state: transfer, until: "2026-06-30" }')}${again('{ state: returned, from: "2026-06-30" }')}`,
      'numbers.yaml:3 duplicate',
    ],
    ['numbers.yaml', dated('{ state: dual, from: "2026-02-30" }'), 'numbers.yaml:2 badDay'],
    [
      'numbers.yaml',
      dated('{ state: dual, from: "2026-03-01", until: "2026-02-01" }'),
      'numbers.yaml:2 reversed',
    ],
    [
      'numbers.yaml',
      dated('{ state: dual, until: "2026-03-01" }, { state: prompt, from: "2026-04-01" }'),
      'numbers.yaml:2 gap',
    ],
    [
      'numbers.yaml',
      dated('{ state: dual, until: "2026-05-01" }, { state: prompt, from: "2026-04-01" }'),
      'numbers.yaml:2 overlap',
    ],
    ['numbers.yaml', dated('{ state: dual }, { state: prompt }'), 'numbers.yaml:2 noDate'],
    ['numbers.yaml', dated('{ state: closed }'), 'numbers.yaml:2 notAllowed'],
    ['numbers.yaml', `${dated('')}`.replace('queue', 'opening: hello, queue'), 'numbers.yaml:1 noNotice'],
    [
      'numbers.yaml',
      `${dated('')}`.replace('queue', 'opening: nothing, queue'),
      'numbers.yaml:1 unknownPrompt',
    ],
    ['numbers.yaml', ledTo('{ trunk: none, number: "6001" }'), 'numbers.yaml:2 unknownTrunk'],
    ['numbers.yaml', ledTo('{ trunk: inward, number: "6001" }'), 'numbers.yaml:2 trunkNotDialling'],
    ['numbers.yaml', ledTo('{ trunk: centre, number: 6001 }'), 'numbers.yaml:2 unquoted'],
    ['numbers.yaml', ledTo('{ trunk: centre, number: "110" }'), 'numbers.yaml:2 notDialled'],
    ['numbers.yaml', ledTo('{ trunk: centre, number: "0016001" }'), 'numbers.yaml:2 notDialled'],
    ['numbers.yaml', ledTo('{ trunk: centre, number: "16812345" }'), 'numbers.yaml:2 notDialled'],
    ['numbers.yaml', ledTo('{ trunk: centre, number: "6001", shows: true }'), 'numbers.yaml:2 unknownKey'],
    ['numbers.yaml', ledTo('{ trunk: centre, number: "6001" }', 'whole'), 'numbers.yaml:2 notAllowed'],
    ['trunks.yaml', 'trunks:\n  - { id: one, city: 定州市 }\n', 'trunks.yaml:2 unknownCity'],
    ['trunks.yaml', 'trunks:\n  - { id: one, subCentre: yes }\n', 'trunks.yaml:2 notAFlag'],
    ['regions.yaml', "- { areaCode: '0312', cities: [保定市] }\n", 'regions.yaml:1 badCities'],
    ['regions.yaml', "- { areaCode: '312', cities: [保定市, 定州市] }\n", 'regions.yaml:1 badAreaCode'],
    ['trunks.yaml', 'trunks:\n  - { id: one, dialledFrom: [from] }\n', 'trunks.yaml:2 notAllowed'],
    ['trunks.yaml', 'trunks:\n  - { id: one, dialledFrom: [to, to] }\n', 'trunks.yaml:2 notAllowed'],
    ['policies.yaml', "site: small\nmainEntry: '12346'\n", 'policies.yaml:2 unknownEntry'],
    ['policies.yaml', "mainEntry: '12345'\ngreeting: long\n", 'policies.yaml:2 notAllowed'],
    ['policies.yaml', "mainEntry: '12345'\ncontact:\n  ring: 8\n", 'policies.yaml:3 badDuration'],
    ['policies.yaml', "mainEntry: '12345'\nsite: 保定\n", 'policies.yaml:2 badSiteName'],
    ['policies.yaml', "mainEntry: '12345'\nsurvey: { enabled: true }\n", 'policies.yaml:1 unknownFlow'],
    [
      'policies.yaml',
      "mainEntry: '12345'\nsurvey:\n  exempt: { outcomes: [rude] }\n",
      'policies.yaml:3 unknownDisposition',
    ],
    ['policies.yaml', "mainEntry: '12345'\nsurvey:\n  limit: 5s\n", 'policies.yaml:3 badDuration'],
    ['numbers.yaml', number.replace('main', 'survey'), 'numbers.yaml:1 surveyAsEntry'],
    [
      'skills.yaml',
      '- { id: general, name: 综合 }\n- { id: general, name: 综合 }\n',
      'skills.yaml:2 duplicate',
    ],
    ['prompts/all.yaml', 'prompts: []\n', 'flows/main.yaml:6 unknownPrompt'],
    ['flows/main.yaml', 'start: line\nnodes: {}\n', 'flows/main.yaml:1 emptyFlow'],
    ['flows/main.yaml', 'start: [\n', 'flows/main.yaml:2 notYaml'],
  ];
  for (const [file, text, expected] of cases) {
    const errors = errorsIn(smallSite({ 'trunks.yaml': trunks, [file]: text }));
    t.ok(errors.includes(expected), `${expected} in ${errors.join(', ')}`);
  }
});

t.test(
  'a number whose calls are led to a sub-centre passes the check, its first words telling of the recording',
  (t) => {
    const numbers = `- { number: '12345', name: 热线, flow: main, queue: general }
- { number: '12333', name: 人社, pattern: subCentre, approval: 文, flow: main, queue: general, target: { trunk: centre, number: '6001' } }
`;
    const site = siteOf(smallSite({ 'trunks.yaml': trunks, 'numbers.yaml': numbers }));
    t.same(site.numbers[1]?.row.target, { trunkId: 'centre', number: '6001', showsCaller: false });
    const prompts = smallSite()
      .get('prompts/all.yaml')
      ?.replace(/(id: trans.sub, text: )[^}]*}/, '$1您好。, when: 测试 }');
    const silent = smallSite({
      'trunks.yaml': trunks,
      'numbers.yaml': numbers,
      'prompts/all.yaml': prompts ?? '',
    });
    t.same(errorsIn(silent), ['numbers.yaml:2 noNotice']);
    t.end();
  },
);

t.test('one file that cannot be read is one finding, not its fifty effects', async (t) => {
  t.same(errorsIn(smallSite({ 'queues.yaml': null })), ['queues.yaml:1 missingFile']);
  t.same(errorsIn(smallSite({ 'agents.yaml': '- { id: "1001"\n' })), ['agents.yaml:2 notYaml']);
  t.equal(errorsIn(new Map()).filter((error) => !error.endsWith('missingFile')).length, 0);
});

t.test('a flow nobody uses and a missing calendar year are warnings: the site runs', async (t) => {
  const spare = smallSite().get('flows/main.yaml') ?? '';
  const site = siteOf(smallSite({ 'flows/spare.yaml': spare }));
  t.match(site.warnings, [{ file: 'calendar.yaml' }, { file: 'flows/spare.yaml', code: 'unusedFlow' }]);
});

/** What people and editors do to files, and what attackers might. */
const slips = [
  '"',
  "'",
  '[',
  '{',
  '}',
  ':',
  '- ',
  '\t',
  '&a ',
  '*a',
  '!!js/function x',
  '0123',
  'null',
  '~',
  '\u0000',
  '__proto__: { x: 1 }',
  'constructor',
  '<<: *a',
  '---\n',
  '%YAML 9',
  '1e999',
  '-1',
  '99999999999999999999s',
  '\uFEFF',
  '?',
  '| \n',
];
const damaged = fc
  .record({
    file: fc.nat(1000),
    at: fc.nat(100_000),
    cut: fc.nat(30),
    slip: fc.nat(slips.length),
    line: fc.boolean(),
  })
  .map(({ file, at, cut, slip, line }) => {
    const texts = smallSite();
    const [name, text] = [...texts][file % texts.size] ?? ['', ''];
    const from = line ? text.indexOf('\n', at % text.length) + 1 : at % text.length;
    return smallSite({ [name]: text.slice(0, from) + (slips[slip] ?? '') + text.slice(from + cut) });
  });
const strange = fc
  .tuple(fc.nat(1000), fc.oneof(fc.json({ maxDepth: 4 }), fc.string({ unit: 'binary' })))
  .map(([file, text]) => smallSite({ [[...smallSite().keys()][file % smallSite().size] ?? '']: text }));

t.test('1,000 damaged and strange files give findings, never an exception', async (t) => {
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof({ arbitrary: damaged, weight: 3 }, { arbitrary: strange, weight: 1 }), (texts) => {
      const parsed = parseSite(texts, { nowMs: noonMs });
      if (parsed.ok)
        return parsed.site.beginFlow('12345', viewAt()).cursor.siteVersion === parsed.site.version;
      refused += 1;
      const told = parsed.findings.every(
        ({ file, line, zh, en }) => file !== '' && line >= 1 && zh !== '' && en !== '',
      );
      return told && parsed.findings.some(({ level }) => level === 'error');
    }),
    { numRuns: 1000 },
  );
  t.ok(refused > 500, `${String(refused)} of 1,000 were refused`);
});

t.test(
  'a number whose state ends within its days of notice is told of by the check, with its line',
  async (t) => {
    const files = await readSiteFiles(shippedDir);
    const at = (day: string) => {
      const parsed = parseSite(files, { nowMs: dayStartMs(day) });
      return parsed.ok ? parsed.site.warnings.filter(({ code }) => code === 'numberEnding') : [];
    };
    t.same(at('2027-06-16'), []);
    const line = files
      .get('numbers.yaml')
      ?.split('\n')
      .findIndex((text) => text.startsWith("- number: '12358'"));
    t.match(
      at('2027-06-17').find(({ zh }) => zh.includes('12358')),
      {
        ...{ level: 'warning', file: 'numbers.yaml', line: (line ?? 0) + 1 },
        zh: /12358 的提示并转接期即将结束,自 2027-07-01 起进入仅提示期,不再有人接听/,
        en: /serves its callers no more from 2027-07-01 on \(prompt\)/,
      },
    );
    t.match(
      at('2027-12-18').find(({ zh }) => zh.includes('12358')),
      { line: (line ?? 0) + 1, zh: /仅提示期即将结束,自 2028-01-01 起进入已停用,来电人听到的说法随之改变/ },
    );
  },
);

t.test('against the ledger in force: a number renamed under its old document is told of', async (t) => {
  const files = await readSiteFiles(shippedDir);
  const inForce = siteOf(files).numbers;
  const text = files.get('numbers.yaml')?.replace('name: 12358价格举报热线', 'name: 12358物价热线') ?? '';
  const parsed = parseSite(new Map([...files, ['numbers.yaml', text]]), { nowMs: noonMs, inForce });
  const line = text.split('\n').findIndex((one) => one.startsWith("- number: '12358'")) + 1;
  t.match(parsed.ok && parsed.site.warnings, [{ code: 'noApproval', line, zh: /12358 更名/ }]);
  t.same(parseSite(files, { nowMs: noonMs, inForce }).ok, true);
  t.same(siteOf(files).warnings, []);
});

t.test('what callers press for a city agrees with the data', async (t) => {
  const files = await readSiteFiles(shippedDir);
  const text = files.get('regions.yaml')?.replace('[石家庄市, 辛集市]', '[辛集市, 石家庄市]') ?? '';
  const line = text.split('\n').findIndex((one) => one.includes("'0311'")) + 1;
  const site = siteOf(new Map([...files, ['regions.yaml', text]]));
  t.match(site.warnings, [
    { file: 'regions.yaml', line, code: 'citiesDiffer' },
    { file: 'regions.yaml', line, code: 'citiesDiffer' },
  ]);
  t.equal(site.meaningOf(call).asksCity, true);
  t.equal(siteOf(smallSite()).meaningOf(call).asksCity, false);
});

t.test('a seat is one queue, and one of the known seats', async (t) => {
  const files = await readSiteFiles(shippedDir);
  const queues = files.get('queues.yaml') ?? '';
  const changed = (from: string, to: string) =>
    errorsIn(new Map([...files, ['queues.yaml', queues.replace(from, to)] as const]));
  const twice = changed('seat: dialect', 'seat: minor');
  t.equal(twice.length, 1);
  t.match(twice[0], /seatTwice/);
  t.match(changed('seat: minor', 'seat: vip'), [/notAllowed/]);
});
