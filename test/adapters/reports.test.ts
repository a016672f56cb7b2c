// Reports, their files and samples over HTTP: cells that lead to their calls, spreadsheets that hold no formula, an audit.
import { parse } from 'csv-parse/sync';
import t from 'tap';
import type { Report } from '../../src/adapters/http/report.js';
import { csvText } from '../../src/adapters/http/table-file.js';
import type { ContactRecord } from '../../src/metrics/contact-record.js';
import { morningRecords } from './morning-records.js';
import { citizenNumber, openOffice } from './office.js';

const open = () => openOffice({ records: morningRecords });
const period = 'from=2026-11-23&to=2026-11-24';
/** How the page asks for a group's calls: a number in one of its states by both. */
function ownCalls(field: string, group: string): string {
  const [entryId = '', numberState] = group.split(' ');
  if (field !== 'state') return `${field}=${encodeURIComponent(group)}`;
  return numberState === undefined ? `numberState=${group}` : `entryId=${entryId}&numberState=${numberState}`;
}
const isCause = (name: string) => name === 'abandoned' || name.startsWith('missed');

t.test('every cell of every grouping has as many calls as the list behind it', async (t) => {
  const { call, logIn } = await open();
  const { cookie } = await logIn('1001');
  const fields = { none: '', queue: 'queueId', entry: 'entryId', state: 'state', team: 'teamId' };
  for (const by of ['interval', 'hour', 'day', 'week', 'month'])
    for (const [group, field] of Object.entries(fields)) {
      const response = await call(`GET /api/v1/reports?${period}&by=${by}&group=${group}`, { cookie });
      t.equal(response.statusCode, 200);
      const report = response.json<Report>();
      t.match(report.total, { counts: { offered: 59, answered: 39 }, gapMs: 5_000 });
      t.equal(report.total.cells.excluded, 3);
      t.equal(report.formulaVersion, 1);
      for (const { cells } of [report.total, ...report.rows])
        t.equal(
          Object.entries(cells).reduce((all, [name, n]) => (isCause(name) ? all + n : all), 0),
          cells.notAnswered,
          'what was not answered has its causes',
        );
      const sum = report.rows.reduce((all, row) => all + row.cells.offered, 0);
      t.equal(sum, 59, `${by} ${group}`);
      if (by !== 'hour') continue;
      for (const row of [report.total, ...report.totals, ...report.rows])
        for (const [subset, count] of Object.entries(row.cells)) {
          if (count === 0) continue;
          const own = field === '' || row === report.total ? '' : `&${ownCalls(field, row.group)}`;
          const query = `from=${row.fromMs}&to=${row.toMs}&subset=${subset}${own}&limit=200`;
          const list = await call(`GET /api/v1/contacts?${query}`, { cookie });
          t.equal(list.json<{ contacts: unknown[] }>().contacts.length, count, query);
        }
    }
  const states = (await call(`GET /api/v1/reports?${period}&by=week&group=state`, { cookie })).json<Report>();
  const led = states.totals.find(({ group }) => group === '12300 transfer');
  t.match(led, { cells: { offered: 6, answered: 4 } }, 'a line of its own before the change');
  const told = states.totals.find(({ group }) => group === '12300 prompt');
  t.match(told, { cells: { offered: 0, excludedPromptOnly: 2, hungUpInPrompt: 1 } }, 'and after it');
  const kept = states.groups.find(({ id }) => id === '12345 served');
  t.match(kept, { name: /^.+ · .+$/, en: /^12345 · / }, 'a number kept for good has a name, too');
  const teams = (await call(`GET /api/v1/reports?${period}&by=day&group=team`, { cookie })).json<Report>();
  t.same(
    teams.totals.map(({ group }) => group),
    ['east', 'west', '-'],
    'what nobody answered stands apart',
  );
  for (const { figures } of [...teams.totals, ...teams.rows])
    t.match(figures, { answerRate: null, within15OfOffered: null, reached: null, abandonRate: null });
  t.match(teams.totals[0]?.figures, { within15OfAnswered: { text: /%$/ } }, 'all of these were answered');
  t.match(teams.total.figures, { answerRate: { text: '66.1%' } }, 'the whole has its rates');
});

t.test('opening a list is audited with its subset; going on in it is not again', async (t) => {
  const { call, logIn, world } = await open();
  const { cookie } = await logIn('1001');
  const query = `${period}&subset=notWithin15&limit=20`;
  const first = await call(`GET /api/v1/contacts?${query}`, { cookie });
  const { cursor } = first.json<{ cursor: string }>();
  await call(`GET /api/v1/contacts?${query}&cursor=${encodeURIComponent(cursor)}`, { cookie });
  const lists = world.journal.flatMap(({ facts }) =>
    facts.filter((fact) => fact.type === 'Audited' && fact.act === 'contacts.list'),
  );
  t.match(lists, [{ by: '1001', about: 'contacts', details: { subset: 'notWithin15' } }]);
  t.equal(lists.length, 1);
});

t.test('periods too long or with too many rows are refused in plain words', async (t) => {
  const { call, logIn } = await open();
  const { cookie } = await logIn('1001');
  for (const query of [
    'by=interval&from=2026-11-01&to=2026-11-09',
    'by=hour&from=2026-01-01&to=2026-11-01',
    'by=year',
    'from=2026-11-24&to=2026-11-23',
    'group=nobody',
    'format=pdf',
  ])
    t.match(
      (await call(`GET /api/v1/reports?${query}`, { cookie })).json(),
      { code: 'REQUEST_INVALID' },
      query,
    );
  const long = (await call('GET /api/v1/reports?by=hour&from=2026-01-01&to=2026-11-01', { cookie })).json();
  t.match(long, {
    details: { zh: '时段不超过 31 天,请缩短,或改按日、按月统计' },
  });
  const agent = (await logIn('1002')).cookie;
  t.match((await call('GET /api/v1/reports', { cookie: agent })).json(), { code: 'FORBIDDEN' });
  t.match((await call('GET /api/v1/contacts?format=csv', { cookie: agent })).json(), { code: 'FORBIDDEN' });
});

t.test(
  'CSV and XLSX: BOM, CRLF, headings in Chinese, no formula, whole numbers; the audit names who took them',
  async (t) => {
    const { call, logIn, world } = await open();
    const { cookie } = await logIn('hotline');
    const csv = await call(`GET /api/v1/reports?${period}&by=hour&group=queue&format=csv`, { cookie });
    t.match(csv.headers['content-disposition'], /filename="report-hour-2026-11-23-2026-11-23\.csv"/);
    t.ok(csv.body.startsWith('\ufeff时段起,时段止,分组,呼入总量'), csv.body.slice(0, 40));
    t.notMatch(csv.body.replaceAll('\r\n', ''), /[\r\n]/);
    const rows = parse(csv.body, { bom: true, columns: true, record_delimiter: '\r\n' }) as Record<
      string,
      string
    >[];
    t.match(rows.at(-1), { 呼入总量: '59', 人工接通量: '39', 接通率: '66.1%', 公式版本: '1' });
    const english = await call(`GET /api/v1/reports?${period}&format=csv&lang=en`, { cookie });
    t.match(english.body, /^\ufeffFrom,To,Offered/);

    const list = await call(`GET /api/v1/contacts?${period}&format=csv`, { cookie });
    const calls = parse(list.body, { bom: true, columns: true, record_delimiter: '\r\n' }) as Record<
      string,
      string
    >[];
    t.equal(calls.length, 62);
    const odd = calls.find(({ 来电编号 }) => 来电编号 === 'contact-01');
    t.match(odd, { 区县: "'=1+1", 工单号: '="251123100001251123"', 来电号码: '0311-****0001' });

    for (const address of [`reports?${period}&format=xlsx`, `contacts?${period}&format=xlsx`]) {
      const xlsx = await call(`GET /api/v1/${address}`, { cookie });
      t.equal(xlsx.statusCode, 200, address);
      t.equal(xlsx.rawPayload.subarray(0, 2).toString(), 'PK');
      t.ok(xlsx.rawPayload.length > 2_000);
    }
    const audited = world.journal.flatMap(({ facts }) =>
      facts.filter((fact) => fact.type === 'Audited' && fact.act !== 'session.login'),
    );
    t.match(audited, [
      {
        by: 'hotline',
        act: 'export',
        about: 'reports',
        details: { format: 'csv', by: 'hour', group: 'queue' },
      },
      { act: 'export', about: 'reports' },
      { act: 'export', about: 'contacts', details: { rows: 62 } },
      { details: { format: 'xlsx' } },
      { details: { format: 'xlsx', rows: 62 } },
    ]);
    t.notOk([csv.body, list.body].some((text) => text.includes(citizenNumber)));
    t.same(['+86', '-1', '@x', '0311', 'a=b', ''].map(csvText), ["'+86", "'-1", "'@x", '="0311"', 'a=b', '']);
  },
);

t.test('a sample: the seed draws the same calls again, all of them answered, and is audited', async (t) => {
  const { call, logIn, world } = await open();
  const { cookie } = await logIn('1001');
  const draw = async (more: object) =>
    call('POST /api/v1/samples', { cookie, body: { n: 5, from: '2026-11-23', to: '2026-11-24', ...more } });
  interface Drawn {
    readonly seed: string;
    readonly outOf: number;
    readonly contacts: readonly ContactRecord[];
  }
  const first = (await draw({})).json<Drawn>();
  t.equal(first.contacts.length, 5);
  t.equal(first.outOf, 39);
  t.ok(first.contacts.every(({ answered }) => answered));
  t.same((await draw({ seed: first.seed })).json(), first);
  t.notSame((await draw({ seed: 'another' })).json<Drawn>().contacts, first.contacts);
  const west = (await draw({ teamId: 'west', n: 200 })).json<Drawn>();
  t.ok(west.contacts.length > 10 && west.contacts.every(({ agentIds }) => agentIds[0] === '1006'));
  t.match((await draw({ agentId: '1001', queueId: 'general', n: 1 })).json(), { contacts: [{}] });
  for (const wrong of [{ n: 0 }, { n: 201 }, { seed: 'a b' }, { to: '2026-11-22' }, { colour: 'red' }])
    t.equal((await draw(wrong)).statusCode, 400, JSON.stringify(wrong));
  const audited = world.journal.flatMap(({ facts }) =>
    facts.filter((fact) => fact.type === 'Audited' && fact.act !== 'session.login'),
  );
  t.match(audited[0], { by: '1001', act: 'sample', details: { n: 5, outOf: 39, seed: first.seed } });
  const agent = (await logIn('1002')).cookie;
  const refused = await call('POST /api/v1/samples', { cookie: agent, body: {} });
  t.match(refused.json(), { code: 'FORBIDDEN' });
});
