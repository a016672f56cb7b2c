// Flows as texts in drafts over the API: checked, tried, kept, published and undone; nothing of anybody's is written over unseen.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { governedTexts, textChanges, withChange } from '../../src/site/draft.js';
import { textIn, withText } from '../../src/site/draft-text.js';
import { everyone } from './office-accounts.js';
import { openOffice, siteOfAllRoles, siteTexts } from './office.js';

type Body = Readonly<Record<string, unknown>>;
const scenarios = await readFile(new URL('../../ivr-flows/flows/12345.test.txt', import.meta.url), 'utf8');
const shipped = siteTexts.get('flows/12345.yaml') ?? '';
const lineOf = (text: string, words: string): number => text.slice(0, text.indexOf(words)).split('\n').length;

async function openDrafts() {
  const office = await openOffice({ site: siteOfAllRoles });
  await office.versions.publisher.look();
  await writeFile(path.join(office.versions.folder.dir, 'flows/12345.test.txt'), scenarios);
  const cookies = await everyone(office.logIn);
  const ask = async (who: keyof typeof cookies, route: string, body?: unknown) =>
    (await office.call(route, { cookie: cookies[who], body })).json<Body>();
  const publish = async (author: string) => {
    const { seen } = await ask('hotlineAdmin', `GET /api/v1/drafts/${author}`);
    return ask('hotlineAdmin', `POST /api/v1/drafts/${author}/publish`, { seen, reason: '试改流程' });
  };
  return { ...office, cookies, ask, publish };
}
const at = '/api/v1/draft/flows/12345';

t.test('a text is tried as it is typed: the check with its lines, the picture, the scenarios', async (t) => {
  const { ask } = await openDrafts();
  t.match(await ask('supervisor', 'GET /api/v1/draft/flows'), {
    writable: true,
    flows: [{ id: '12345', changed: false }, { id: '12345-menu' }, {}, {}],
  });
  const opened = await ask('supervisor', `GET ${at}`);
  t.match(opened, { text: shipped, inForce: shipped, changed: false, conflict: false, scenarios });
  const tried = await ask('supervisor', `POST ${at}/preview`, { text: shipped });
  t.match(tried, { findings: [], svg: /data-node="line"/, scenarios: { findings: [] } });
  const { count } = tried['scenarios'] as { count: number };
  t.equal(count, scenarios.match(/^场景 /gm)?.length);

  const broken = shipped.replace('onTimeout: waitedLong', 'onTimeout: nowhere');
  const line = lineOf(broken, '  line:');
  const told = { file: 'flows/12345.yaml', line, level: 'error', zh: /nowhere/, en: /nowhere/ };
  t.match(await ask('supervisor', `POST ${at}/preview`, { text: broken }), {
    findings: [told],
    svg: null,
    scenarios: null,
  });
  t.match(await ask('supervisor', `PUT ${at}`, { text: broken, seen: opened['seen'] }), {
    code: 'SITE_INVALID',
    details: { findings: [told] },
  });
  t.match(await ask('supervisor', 'POST /api/v1/draft/flows/12345/preview', { text: '[' }), {
    findings: [{ file: 'flows/12345.yaml', line: 1 }],
    svg: null,
  });
  t.match(await ask('supervisor', 'GET /api/v1/publishing'), { drafts: [] }, 'nothing was kept');
});

t.test('a scenario that goes otherwise is told with its line, and keeps nobody from saving', async (t) => {
  const { ask } = await openDrafts();
  const text = shipped.replace('say: [exit.timeout]', 'say: [exit.nobody]');
  t.not(text, shipped);
  const { seen } = await ask('supervisor', `GET ${at}`);
  const kept = await ask('supervisor', `PUT ${at}`, { text, seen });
  const { findings } = kept['scenarios'] as { findings: readonly Body[] };
  const failed = findings.filter(({ level }) => level === 'error');
  t.equal(failed.length, 2);
  t.match(failed[0], { file: 'flows/12345.test.txt', zh: /应听到「exit.timeout」/ });
  const line = Number(failed[0]?.['line']);
  t.match(scenarios.split('\n')[line - 1], /exit\.timeout/);
  t.match(await ask('supervisor', `GET ${at}`), { text, inForce: shipped, changed: true });
});

t.test('drafted by one, published by another, told in words, brought back', async (t) => {
  const { ask, publish, versions, world } = await openDrafts();
  const text = shipped.replace('say: [exit.timeout]', 'say: [exit.nobody]');
  const { seen } = await ask('supervisor', `GET ${at}`);
  await ask('supervisor', `PUT ${at}`, { text, seen });
  t.match(await ask('supervisor', 'GET /api/v1/drafts/1001'), {
    changed: [{ kind: 'file', id: 'flows/12345.yaml', what: 'change', conflict: false }],
    differences: [{ file: 'flows/12345.yaml', zh: /exit\.timeout|exit\.nobody/ }],
    findings: [],
  });
  t.match(await ask('supervisor', 'POST /api/v1/drafts/1001/publish', { seen: 'x' }), { code: 'FORBIDDEN' });
  t.match(await publish('1001'), { version: { number: 2, author: '1001', publisher: 'hotline' } });
  const place = path.join(versions.folder.dir, 'flows/12345.yaml');
  t.equal(await readFile(place, 'utf8'), text);
  t.match(await ask('supervisor', `GET ${at}`), { text, inForce: text, changed: false });
  await ask('hotlineAdmin', 'POST /api/v1/publishing/versions/1/undo', { reason: '改错了' });
  t.match(await ask('hotlineAdmin', `GET ${at}`), { text: shipped, inForce: text, changed: true });
  const undo = await ask('hotlineAdmin', 'GET /api/v1/drafts/hotline');
  await ask('hotlineAdmin', 'POST /api/v1/drafts/hotline/publish', {
    ...{ seen: undo['seen'], emergency: true, reason: '今晚不能等' },
  });
  t.equal(await readFile(place, 'utf8'), shipped);
  const audited = world.journal.flatMap(({ facts }) => facts).filter((fact) => fact.type === 'Audited');
  t.ok(
    audited.some(({ act, by, about }) => act === 'draft.edit' && by === '1001' && about === 'flows 12345'),
  );
});

t.test('of two clerks the second is told; he chooses, and loses no text', async (t) => {
  const { ask, publish } = await openDrafts();
  const [one, two, three] = ['# 甲\n', '# 乙\n', '# 丙\n'].map((mark) => mark + shipped);
  const { seen } = await ask('supervisor', `GET ${at}`);
  await ask('supervisor', `PUT ${at}`, { text: one, seen });
  await ask('hotlineAdmin', `PUT ${at}`, {
    text: two,
    seen: (await ask('hotlineAdmin', `GET ${at}`))['seen'],
  });
  await publish('1001');

  // His draft was written over what is no more.
  t.match(await ask('hotlineAdmin', `PUT ${at}`, { text: two, seen }), {
    code: 'DRAFT_CONFLICT',
    details: { file: 'flows/12345.yaml' },
  });
  t.match(await ask('hotlineAdmin', 'GET /api/v1/drafts/hotline'), { changed: [{ conflict: true }] });
  const standing = await ask('hotlineAdmin', `GET ${at}`);
  t.match(standing, { text: two, inForce: one, conflict: true });
  t.match(await ask('hotlineAdmin', `PUT ${at}`, { text: three, seen: standing['seen'] }), { findings: [] });
  t.match(await ask('hotlineAdmin', `GET ${at}`), { text: three, inForce: one, conflict: false });
  t.match(await ask('hotlineAdmin', 'GET /api/v1/drafts/hotline'), { changed: [{ conflict: false }] });

  // Nor does one write over himself out of another window.
  t.match(await ask('hotlineAdmin', `PUT ${at}`, { text: one, seen: standing['seen'] }), {
    code: 'DRAFT_CONFLICT',
  });
  const now = await ask('hotlineAdmin', `GET ${at}`);
  await ask('hotlineAdmin', `PUT ${at}`, { text: one, seen: now['seen'] });
  t.match(await ask('hotlineAdmin', 'GET /api/v1/drafts/hotline'), { code: 'DRAFT_UNKNOWN' }, 'as in force');
});

t.test('a new flow; a name that is taken; texts that no file can hold', async (t) => {
  const { ask, call, cookies } = await openDrafts();
  const fresh = '/api/v1/draft/flows/夜间';
  t.match(await ask('supervisor', `GET ${fresh}`), { code: 'NOT_FOUND' });
  t.match(await ask('supervisor', `PUT ${fresh}`, { text: shipped, seen: null }), {
    svg: /data-flow="夜间"/,
    findings: [{ level: 'warning', file: 'flows/夜间.yaml', zh: /没有/ }],
  });
  t.match(await ask('supervisor', 'GET /api/v1/draft/flows'), {
    flows: [{}, {}, {}, {}, { id: '夜间', changed: true }],
  });
  t.match(await ask('supervisor', `PUT ${fresh}`, { text: shipped, seen: null }), { code: 'ROW_EXISTS' });
  for (const id of ['..%2Fpolicies', '.hidden', 'a%2Fb'])
    t.match(
      (await call(`GET /api/v1/draft/flows/${id}`, { cookie: cookies.supervisor })).statusCode,
      400,
      id,
    );
  for (const text of ['a: \u0000', 'a: \uD800', '#'.repeat(60_001)])
    t.match(await ask('supervisor', `POST ${at}/preview`, { text }), { code: 'REQUEST_INVALID' });
  const large = `${shipped}#${'长'.repeat(59_990 - shipped.length)}`;
  t.match(
    await ask('supervisor', `POST ${at}/preview`, { text: large }),
    { findings: [] },
    'hanzi to the brim',
  );
  const deep = await ask('supervisor', `POST ${at}/preview`, { text: '['.repeat(50_000) });
  t.match(deep, { findings: [{ file: 'flows/12345.yaml', zh: /嵌套层数过多/ }] }, 'and the service lives');
});

t.test('a row’s 12,000 characters may be hanzi, however they are written', async (t) => {
  const { call, cookies } = await openDrafts();
  const preview = 'POST /api/v1/draft/rows/prompts/greet.main/preview';
  const fields = Object.fromEntries(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((field) => [field, '字'.repeat(1_980)]),
  );
  t.ok(JSON.stringify(fields).length > 11_900);
  const escaped = JSON.stringify({ fields }).replaceAll('字', String.raw`\u5b57`);
  const headers = { 'content-type': 'application/json' };
  const cookie = cookies.supervisor;
  for (const body of [JSON.stringify({ fields }), escaped]) {
    t.ok(Buffer.byteLength(body) > 16_384);
    const answer = await call(preview, { cookie, body, headers });
    t.equal(answer.statusCode, 200, answer.body.slice(0, 200));
  }
  const more = await call(preview, { cookie, body: { fields: { ...fields, g: '字'.repeat(200) } } });
  t.match(more.json(), { code: 'REQUEST_INVALID', details: { field: 'fields' } });
  const notice = '文'.repeat(2_000);
  const route = '/api/v1/draft/rows/calendar/2026';
  const row = {
    fields: { document: notice, ...Object.fromEntries(['a', 'b', 'c'].map((key) => [key, notice])) },
  };
  const notice2026 = async () => {
    const { rows } = (await call('GET /api/v1/draft/rows/calendar', { cookie })).json<{ rows: Body[] }>();
    return rows.find(({ id }) => id === '2026');
  };
  const body = { ...row, seen: (await notice2026())?.['seen'] };
  t.equal((await call(`PUT ${route}`, { cookie, body })).statusCode, 200);
  t.match(await notice2026(), row);
});

t.test('line ends stay as the file has them; what is as in force is no change', async (t) => {
  const files = new Map([['flows/x.yaml', 'a: 1\r\nb: 2\r\n']]);
  const [change] = withText(files, [], 'flows/x.yaml', 'a: 1\nb: 3\n');
  t.match(change, { text: 'a: 1\r\nb: 3\r\n' });
  t.same(withText(files, change ? [change] : [], 'flows/x.yaml', 'a: 1\nb: 2\n'), []);
  const gone = textChanges(governedTexts(files), new Map());
  t.match(textIn(files, gone, 'flows/x.yaml'), { text: null, inForce: 'a: 1\r\nb: 2\r\n', changed: true });
  t.same(withChange(gone, { is: 'text', file: 'flows/x.yaml', before: null, text: 'a: 1\r\nb: 2\r\n' }), []);
  t.ok((await readSiteFiles(new URL('../../ivr-flows/', import.meta.url).pathname)).has('flows/12345.yaml'));
});
