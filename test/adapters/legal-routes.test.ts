// 不予受理: the file's rows and their findings; the act over HTTP: said to both, noted, sent to a mobile, counted by kind.
import { readFileSync } from 'node:fs';
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import { parseSite } from '../../src/site/parse-site.js';
import { routePrompts, scopeKinds } from '../../src/site/legal-route.js';
import { openOffice, plainSite, siteTexts, startMs } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();
const shipped = readFileSync(new URL('../../ivr-flows/legal-routes.yaml', import.meta.url), 'utf8');

function findingsWith(from: string, to: string): readonly string[] {
  if (!shipped.includes(from)) throw new Error(from);
  const files = new Map([...siteTexts, ['legal-routes.yaml', shipped.replace(from, to)]]);
  const parsed = parseSite(files, { nowMs: startMs });
  const findings = parsed.ok ? parsed.site.warnings : parsed.findings;
  return findings
    .filter(({ file }) => file === 'legal-routes.yaml')
    .map(({ level, line, code }) => `${level} ${String(line)} ${String(code)}`);
}

t.test(
  'the shipped rows: every kind, each with its basis; what is amiss is told with its line',
  async (t) => {
    const routes = [...plainSite.legalRoutes.values()];
    t.same(
      routes.map(({ kind }) => kind),
      scopeKinds,
    );
    t.ok(routes.every(({ basis }) => basis !== ''));
    for (const route of routes) {
      const [area] = route.cities.keys();
      const ids = routePrompts(route, area).map(({ id }) => id);
      t.equal(ids[0], 'scope.lead');
      t.equal(ids.at(-1), 'scope.end', 'it ends with the word that the talk goes on');
      t.ok(ids.every((id) => plainSite.promptTexts.has(id)));
      t.equal(ids.filter((id) => id === route.prompt).length, route.kind === 'region' ? 2 : 1);
    }
    const first = shipped.split('\n').findIndex((line) => line.includes('kind: court')) + 1;
    const row = (more: number) => String(first + more);
    t.same(findingsWith('kind: court', 'kind: war'), [`error ${row(0)} notAllowed`], 'an unknown kind');
    t.same(findingsWith('kind: arbitration', 'kind: court'), [`error ${row(7)} duplicate`]);
    t.same(
      findingsWith("number: '12368'", "number: '12399'"),
      [`warning ${row(4)} notListed`, `error ${row(4)} notSpoken`],
      'nobody knows it, and the prompt says another',
    );
    t.same(
      findingsWith("number: '12368'", "number: '12358'"),
      [`error ${row(4)} notSpoken`],
      'in the ledger',
    );
    t.same(
      findingsWith("number: '12368'", "number: '12388'"),
      [`error ${row(4)} notSpoken`],
      'another body’s',
    );
    t.ok(findingsWith("number: '12368'", "number: '0311-1234567'").includes(`error ${row(4)} badNumber`));
    t.same(findingsWith('prompt: scope.court', 'prompt: scope.none'), [`error ${row(3)} unknownPrompt`]);
    t.same(findingsWith('message: sms.scope\n', 'message: sms.none\n'), [`error ${row(5)} unknownMessage`]);
  },
);

t.test('the agent picks the reason: said to both, noted, sent; he may do so again', async (t) => {
  const { call, logIn, talk, world } = await openOffice();
  const id = await talk();
  const [own, other, hotline] = await Promise.all(
    ['1001', '1002', 'hotline'].map(async (name) => (await logIn(name)).cookie),
  );
  const scope = async (body: unknown, cookie = own) =>
    json(await call(`POST /api/v1/contacts/${id}/scope`, { cookie: cookie ?? '', body }));
  const listed = json(await call('GET /api/v1/legal-routes', { cookie: own ?? '' }))['routes'] as {
    kind: string;
  }[];
  t.same(
    listed.map(({ kind }) => kind),
    scopeKinds,
  );

  t.equal((await scope({ kind: 'court' }, other))['code'], 'CONTACT_NOT_YOURS');
  t.equal((await scope({ kind: 'court' }, hotline))['code'], 'FORBIDDEN');
  t.equal((await scope({ kind: 'war' }))['code'], 'REQUEST_INVALID');
  t.match(await scope({ kind: 'region' }), { code: 'REQUEST_INVALID', details: { field: 'areaCode' } });
  t.equal((await scope({ kind: 'court', areaCode: '0310' }))['code'], 'REQUEST_INVALID');
  t.match(await scope({ kind: 'court' }), { contact: { stage: 'talking' }, message: 'sent' });
  t.match(await scope({ kind: 'region', areaCode: '0310' }), { message: 'sent' });
  await world.runUntil(world.clock.nowMs() + 1_000);
  const facts = world.journal.flatMap((entry) => entry.facts);
  t.match(
    facts.filter(({ type }) => type === 'RouteGiven'),
    [
      { agentId: '1001', kind: 'court', areaCode: null },
      { kind: 'region', areaCode: '0310' },
    ],
  );
  t.match(
    facts.filter(({ type }) => type === 'MessageQueued'),
    [
      { templateId: 'sms.scope' },
      { templateId: 'sms.scope.region', slots: { city: '邯郸市', area: '0310' } },
    ],
  );
  t.match(
    facts.findLast(({ type }) => type === 'DispositionSet'),
    { outcome: 'scope' },
  );

  t.match(
    await scope({ kind: 'secret' }),
    { contact: { recording: 'paused' }, message: null },
    'not recorded',
  );
  await call(`POST /api/v1/contacts/${id}/hold`, { cookie: own ?? '', body: { on: true } });
  t.equal((await scope({ kind: 'court' }))['code'], 'CONTACT_HELD');

  const report = json(await call('GET /api/v1/reports?group=scope&by=day', { cookie: hotline ?? '' }));
  t.match(
    (report['totals'] as { group: string }[]).map(({ group }) => group),
    ['secret'],
  );
  const found = json(await call('GET /api/v1/contacts?scopeKind=secret', { cookie: hotline ?? '' }));
  t.match(found['contacts'], [{ contactId: id, scopeKind: 'secret', outcome: 'scope' }]);
  t.same(json(await call('GET /api/v1/contacts?scopeKind=court', { cookie: hotline ?? '' }))['contacts'], []);
});
