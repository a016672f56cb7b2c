// Rows edited in the text of a site's file: what was asked for is there afterwards, all else as it was, byte for byte.
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { editRows, type RowEdit, type RowFields } from '../../src/site/edit-rows.js';
import { editSiteTexts, type SiteRowEdit } from '../../src/site/edit-site.js';
import { planAgentImport } from '../../src/site/import-agents.js';
import { parseAgents, parseDevices, parseNamedRows, parseTeams } from '../../src/site/parse-rows.js';
import { referencesTo } from '../../src/site/site-rows.js';
import { endingDays, teamStanding } from '../../src/site/team-end.js';
import { addDays } from '../../src/contact/civil-time.js';
import { errorsIn, noonMs, siteOf, smallSite } from './small-site.js';

const top = { path: [], key: 'id' };

function edited(
  text: string,
  edits: readonly RowEdit[],
  place: Parameters<typeof editRows>[1] = top,
): string {
  const result = editRows(text, place, edits);
  if (!result.ok) throw new Error(`${result.reason} at ${String(result.offset)}`);
  return result.text;
}

const messy = `# Of the whole file
- id: a # of a
  name: 'A' # of its name
# before b
- { id: b, name: "B", skills: [ x,y ] } # behind b

# before c
-   id: c
    # within c
    name: |
      two
      lines
    # at the end of c

- { id: d,
    # within d
    name: D, }
# the end
`;

t.test('one row changes, with its own comments and quotes; the others do not', async (t) => {
  t.equal(
    edited(messy, [{ id: 'a', fields: { name: 'New', en: '1001' } }]),
    messy.replace("name: 'A' # of its name\n", "name: 'New' # of its name\n  en: '1001'\n"),
  );
  t.equal(
    edited(messy, [{ id: 'b', fields: { name: '新名', skills: ['x', 'z.1'] } }]),
    messy.replace('{ id: b, name: "B", skills: [ x,y ] }', '{ id: b, name: "新名", skills: [x, z.1] }'),
  );
  t.equal(
    edited(messy, [{ id: 'b', fields: { name: 'B', skills: ['x', 'y'] } }]),
    messy,
    'no change, no edit',
  );
  t.equal(
    edited(messy, [{ id: 'c', fields: null }]),
    messy.replace(/-   id: c[^]*?lines\n/, ''),
    'comments around a row that goes stay',
  );
  t.match(edited(messy, [{ id: 'd', fields: { name: 'E' } }]), /# within d/);
  t.equal(
    edited(messy, [{ id: 'e', fields: { id: 'e', name: '是: "x" #', gone: undefined } }]),
    messy.replace('# the end\n', `- { id: e, name: '是: "x" #' }\n# the end\n`),
  );
  t.equal(edited('', [{ id: 'e', fields: { id: 'e' } }]), '- { id: e }\n');
  t.equal(edited('# 空\n[]\n', [{ id: 'e', fields: { id: 'e' } }]), '# 空\n- { id: e }\n');
  t.equal(edited('# 空', [{ id: 'e', fields: { id: 'e' } }]), '# 空\n- { id: e }\n');
  t.equal(edited('- id: a', [{ id: 'a', fields: { id: 'a', n: 1 } }]), '- id: a\n  n: 1');
});

t.test('what is written in an unusual way is left to a hand, and says where', async (t) => {
  for (const [text, reason] of [
    ['- [', 'notYaml'],
    ['[{ id: a }]', 'byHand'],
    ['- &x { id: a, name: 1 }', 'byHand'],
    ['- { id: a, list: &l [1] }\n- { id: b, list: *l }', 'byHand'],
    ['- # first\n  id: a\n', 'byHand'],
    ['a: 1', 'byHand'],
  ] as const)
    t.match(editRows(text, top, [{ id: 'a', fields: { name: 'x' } }]), { ok: false, reason }, text);
  t.match(editRows('- id: a', top, [{ id: 'z', fields: null }]), { ok: false, reason: 'unknownRow' });
});

const word = fc.stringMatching(/^[a-zA-Z0-9汉字 '"#:,[\]{}&*!|>%@`?-]{1,12}$/);
const value = fc.oneof(
  word,
  fc.boolean(),
  fc.integer({ min: -9, max: 99_999 }),
  fc.array(word, { minLength: 1, maxLength: 3 }),
);
const fieldName = fc.constantFrom('name', 'team', 'skills', 'flag', 'en');
const fields = fc.dictionary(fieldName, value, { minKeys: 1, maxKeys: 4 });
const style = fc.record({
  isFlow: fc.boolean(),
  above: fc.constantFrom('', '# above\n', '\n', '\n# 上\n'),
  behind: fc.constantFrom('', ' # behind'),
});
const row = fc.record({ fields, style });

interface WrittenRow {
  readonly fields: RowFields;
  readonly style: { readonly isFlow: boolean; readonly above: string; readonly behind: string };
}

/** A row as somebody may have written it. */
function written(id: string, { fields: given, style: { isFlow, above, behind } }: WrittenRow): string {
  const pairs = Object.entries({ id, ...given }).map(([key, one]) => `${key}: ${JSON.stringify(one)}`);
  const body = isFlow
    ? `- { ${pairs.join(', ')} }${behind}\n`
    : `- ${pairs.map((pair, at) => (at === pairs.length - 1 ? pair + behind : pair)).join('\n  ')}\n`;
  return above + body;
}

t.test(
  'any edit of any file: read again it is what was asked, and the other rows are where they were',
  async (t) => {
    const edit = fc.oneof({ weight: 4, arbitrary: fields }, { weight: 1, arbitrary: fc.constant(null) });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 5 }),
        fc.dictionary(fc.nat({ max: 7 }).map(String), edit, { minKeys: 1, maxKeys: 3 }),
        (rows, wanted) => {
          const pieces = rows.map((one, at) => written(String(at), one));
          const text = pieces.join('');
          const edits = Object.entries(wanted)
            .filter(([id, given]) => given !== null || Number(id) < rows.length)
            .map(([id, given]): RowEdit => ({ id, fields: given && { id, ...given } }));
          const after = edited(text, edits);
          const before = parse(text) as RowFields[];
          const untouched = before.filter(({ id }) => !edits.some((one) => one.id === id));
          const expected = [
            ...before.flatMap((one) => {
              const own = edits.find(({ id }) => id === one['id']);
              return own === undefined ? [one] : own.fields === null ? [] : [{ ...one, ...own.fields }];
            }),
            ...edits.flatMap((one) =>
              Number(one.id) < rows.length || one.fields === null ? [] : [one.fields],
            ),
          ];
          t.same(parse(after) ?? [], expected);
          for (const { id } of untouched) {
            const body = pieces[Number(id)]?.replace(/^(?:\n|#.*\n)*/, '') ?? '';
            if (!after.includes(body)) t.fail(`${body} is not in ${after}`);
          }
          t.equal(
            edited(
              after,
              edits.filter(({ fields: given }) => given !== null),
            ),
            after,
            'the same again changes nothing',
          );
        },
      ),
      { numRuns: 300 },
    );
  },
);

t.test("the office's own files keep every other line", async (t) => {
  const agents = readFileSync('ivr-flows/agents.yaml', 'utf8');
  const lines = edited(agents, [{ id: '1004', fields: { name: '演示四四', skills: ['general', 'tax'] } }]);
  t.equal(
    lines,
    agents.replace(
      "- { id: '1004', name: 演示四, team: east, skills: [general, minor] }",
      "- { id: '1004', name: 演示四四, team: east, skills: [general, tax] }",
    ),
  );
  const calendar = readFileSync('ivr-flows/calendar.yaml', 'utf8');
  const notice = {
    document: '国办发明电〔2026〕9号',
    off: [{ name: '元旦', from: '2027-01-01', to: '2027-01-03' }],
    work: ['2027-02-06'],
  };
  const place = { path: ['notices'], key: 'year' };
  const added = edited(calendar, [{ id: '2027', fields: { year: 2027, ...notice } }], place);
  t.equal(
    added,
    `${calendar}  - year: 2027
    document: 国办发明电〔2026〕9号
    off:
      - { name: 元旦, from: '2027-01-01', to: '2027-01-03' }
    work: ['2027-02-06']
`,
  );
  t.equal(edited(added, [{ id: '2027', fields: null }], place), calendar);
  const spaced = { ...place, spaced: true };
  t.equal(
    edited(calendar, [{ id: '2027', fields: { year: 2027, work: ['2027-02-06'] } }], spaced),
    `${calendar}\n  - year: 2027\n    work: ['2027-02-06']\n`,
  );
  t.match(
    edited('notices: []\n', [{ id: '2027', fields: { year: 2027, document: 'x' } }], place),
    /^notices:\n {2}- year: 2027\n/,
  );
});

t.test('a site with edits is checked whole: all of them or findings with their lines', async (t) => {
  const options = { nowMs: noonMs };
  const agent = (id: string, more: RowFields = {}): SiteRowEdit => ({
    table: 'agents',
    id,
    fields: { id, name: '新', team: 'lent', skills: ['general'], ...more },
  });
  const team: SiteRowEdit = {
    table: 'teams',
    id: 'lent',
    fields: { id: 'lent', name: '借调', until: '2026-06-30' },
  };
  t.match(editSiteTexts(smallSite(), [agent('2001')], options), {
    ok: false,
    findings: [{ file: 'agents.yaml', line: 2, code: 'unknownTeam' }],
  });
  const both = editSiteTexts(smallSite(), [agent('2001', { device: 'd1001' }), team], options);
  if (!both.ok) throw new Error(JSON.stringify(both.findings));
  t.same([...both.changed.keys()], ['teams.yaml', 'agents.yaml'], 'what is referred to is written first');
  const site = siteOf(new Map([...smallSite(), ...both.changed]));
  t.equal(site.version, both.version);
  t.equal(site.teams.get('lent')?.until, '2026-06-30');
  t.equal([...site.agents.values()].find(({ id }) => id === '2001')?.deviceId, 'd1001');
  t.same(referencesTo(site, 'teams', 'lent'), ['agents 2001']);
  t.same(referencesTo(site, 'devices', 'd1001'), ['agents 2001']);
  t.same(referencesTo(site, 'skills', 'general'), ['agents 1001', 'agents 2001', 'queues general']);
  for (const [file, text, code] of [
    [
      'agents.yaml',
      "- { id: '1001', name: 演示, team: east, skills: [general], device: d9 }\n",
      'unknownDevice',
    ],
    ['teams.yaml', '- { id: east, name: 一班, until: 2026-02-30 }\n', 'badDay'],
  ] as const) {
    t.same(errorsIn(smallSite({ [file]: text })), [`${file}:1 ${code}`]);
  }
});

const known = {
  agents: parseAgents(
    'agents.yaml',
    "- { id: '1001', name: 甲, team: east, skills: [general], seesNumber: true }\n",
  ),
  teams: parseTeams(
    'teams.yaml',
    "- { id: east, name: 一班 }\n- { id: lent, name: 借调一组, until: '2026-12-31' }\n",
  ),
  skills: parseNamedRows('skills.yaml', '- { id: general, name: 综合 }\n- { id: tax, name: 税务 }\n'),
  devices: parseDevices('devices.yaml', '- { id: d1001, name: 座席01 }\n'),
};

t.test('a table of people becomes edits, or a verdict at each row', async (t) => {
  const headings = ['工号', '姓名', '班组', '到期日', '技能', '话机', '角色'];
  const good = planAgentImport(
    [
      headings,
      ['="2001"', '乙', '借调二组', '2026/12/1', '综合、税务', '自动', ''],
      ['2002', '丙', '借调二组', '', 'general', 'd1001', '班长'],
      ['1001', '甲', '一班', '', '综合', '', ''],
      ['', '', '', '', '', '', ''],
    ],
    known,
  );
  if ('fault' in good) throw new Error(good.fault.en);
  t.same(
    good.rows.map(({ row: at, agentId, verdict }) => [at, agentId, verdict]),
    [
      [2, '2001', 'new'],
      [3, '2002', 'new'],
      [4, '1001', 'same'],
    ],
  );
  t.same(
    good.edits.map(({ table, id }) => `${table} ${id}`),
    ['teams 借调二组', 'devices d2001', 'agents 2001', 'agents 2002'],
  );
  t.match(good.edits[2]?.fields, { team: '借调二组', skills: ['general', 'tax'], device: 'd2001' });

  const bad = planAgentImport(
    [
      headings,
      ['20', '乙', '一班', '', '综合', '', ''],
      ['2001', '', '一班', '', '综合', '', ''],
      ['2002', '丙', '三班', '', '综合', '', ''],
      ['2003', '丙', '一班', '2026-02-30', '综合', '', ''],
      ['2004', '丙', '借调一组', '2027-01-01', '综合', '', ''],
      ['2005', '丙', '一班', '', '歌舞', '', ''],
      ['2006', '丙', '一班', '', '综合', 'D 1', ''],
      ['2007', '丙', '一班', '', '综合', '', '局长'],
      ['2007', '丙', '一班', '', '综合', '', ''],
      ['2008', '丙', '一班', '', '', '', ''],
      ['2009', '丙', '一班', '', '综合', '', ''],
    ],
    known,
  );
  if ('fault' in bad) throw new Error(bad.fault.en);
  t.same(
    bad.rows.map(({ column }) => column),
    ['id', 'name', 'team', 'until', 'until', 'skills', 'device', 'role', 'id', 'skills', null],
  );
  t.same(bad.edits, [], 'all or nothing');
  for (const [table, words] of [
    [[['工号', '姓名', '班组']], /技能/],
    [[['工号', '姓名', '班组', '技能', '星座']], /星座/],
    [[['工号', '姓名', '班组', '技能', '工号']], /工号/],
    [[['Agent', 'name', 'TEAM', 'skills', 'Sees_Number']], /没有一行/],
    [[], /表头/],
  ] as const)
    t.match(planAgentImport(table, known), { fault: { zh: words } });
});

t.test("a team's last day is a working one; a week before it is told", async (t) => {
  t.equal(teamStanding(undefined, '2026-11-26'), 'lasting');
  const day = fc.integer({ min: 0, max: 3_000 }).map((days) => addDays('2025-01-01', days));
  fc.assert(
    fc.property(day, fc.integer({ min: -40, max: 40 }), (until, after) => {
      const expected = after > 0 ? 'ended' : after >= -endingDays ? 'ending' : 'lasting';
      t.equal(teamStanding(until, addDays(until, after)), expected);
    }),
  );
});
