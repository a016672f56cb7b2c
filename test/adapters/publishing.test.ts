// Publishing on real files: old or new and never half, by two people, killed in the middle or not; and who may do what over the API.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { publishDraft, settle, type VersionedFolder } from '../../src/adapters/files/publish-draft.js';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { beginSwitch, placeFiles } from '../../src/adapters/files/switch-files.js';
import { routeAccess, type Role } from '../../src/adapters/http/access.js';
import { governedHash, governedTexts, textChanges } from '../../src/site/draft.js';
import { judgeDraft } from '../../src/site/judge-draft.js';
import { publish } from '../../src/site/publishing.js';
import { noonMs } from '../site/small-site.js';
import { everyone } from './office-accounts.js';
import { citizenNumber, openOffice, siteOfAllRoles } from './office.js';
import { folderIn, layDown, renamedEverywhere } from './versioned-folder.js';

async function wanted(folder: VersionedFolder, texts: ReadonlyMap<string, string>) {
  const files = await readSiteFiles(folder.dir);
  const changes = textChanges(governedTexts(files), texts);
  return { files, judged: judgeDraft({ files, changes, options: { nowMs: noonMs } }) };
}
const byTwo = { author: 'clerk', by: 'second', emergency: false, reason: '试发布', undoOf: null };

t.test(
  'a version is whole for whoever reads, from the step that decides, and finished by whoever comes next',
  async (t) => {
    const folder = layDown(t.testdir());
    const [first] = await settle(folder);
    t.match(first, { number: 1, how: 'found', publisher: null });
    const next = renamedEverywhere('新');
    const { files, judged } = await wanted(folder, next);
    const decision = publish(await folder.store.history(), { ...byTwo, hash: judged.hash, atMs: 1 });
    if (!decision.ok) throw new Error(decision.code);
    const decided = await beginSwitch(folder.dir, decision.version, judged.changed, files);
    t.equal(governedHash(await readSiteFiles(folder.dir)), judged.hash, 'new before any file has moved');
    await placeFiles(folder.dir, { ...decided, files: decided.files.slice(0, 2) });
    t.equal(governedHash(await readSiteFiles(folder.dir)), judged.hash, 'new with two of them moved');
    const later = folderIn(path.dirname(folder.dir));
    const [, second, third] = await settle(later);
    t.match([second, third], [{ number: 2, publisher: 'second', hash: judged.hash }, undefined]);
    t.same(governedTexts(await readSiteFiles(folder.dir)), next);
    t.same(await later.store.texts(2), next);
    t.match(await readFile(path.join(folder.dir, 'queues.yaml'), 'utf8'), /^# 新/);

    await t.rejects(
      publishDraft(folder, { ...byTwo, files, judged }),
      { code: 'SITE_CHANGED' },
      'over what is no more',
    );
    const again = await wanted(folder, next);
    await t.rejects(publishDraft(folder, { ...byTwo, ...again }), { code: 'NOTHING_CHANGED' });
  },
);

t.test('what a hand has changed after a crash stays, and is a version of its own', async (t) => {
  const folder = layDown(t.testdir());
  await settle(folder);
  const { files, judged } = await wanted(folder, renamedEverywhere('新'));
  const decision = publish(await folder.store.history(), { ...byTwo, hash: judged.hash, atMs: 1 });
  if (!decision.ok) throw new Error(decision.code);
  await beginSwitch(folder.dir, decision.version, judged.changed, files);
  const place = path.join(folder.dir, 'lexicon.yaml');
  await writeFile(place, '重新: chong2 xin1\n长安: chang2 an1\n');
  const history = await settle(folder);
  t.match(history.slice(1), [
    { number: 2, hash: judged.hash, how: 'publish' },
    { number: 3, how: 'found' },
  ]);
  t.match(await readFile(place, 'utf8'), /长安/);
  t.match(await readFile(path.join(folder.dir, 'numbers.yaml'), 'utf8'), /^# 新/);
});

t.test('a process killed at any moment leaves old or new, for readers at that moment, too', async (t) => {
  const home = t.testdir();
  const folder = layDown(home);
  await settle(folder);
  const isWhole = async () => {
    const texts = governedTexts(await readSiteFiles(folder.dir));
    const marks = ['numbers.yaml', 'prompts/all.yaml', 'lexicon.yaml', 'flows/main.yaml', 'queues.yaml'].map(
      (file) => /^# (.*)\n/.exec(texts.get(file) ?? '')?.[1] ?? '',
    );
    return new Set(marks).size === 1;
  };
  const rounds = Number(process.env['YIHAO_TEST_KILLS'] ?? 8);
  let [looks, published] = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const script = path.join(import.meta.dirname, 'publish-again.ts');
    const loader = path.resolve(import.meta.dirname, '../../scripts/load-typescript.mjs');
    const child = spawn(process.execPath, ['--import', loader, script, home], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = once(child, 'exit');
    child.stdout.on('data', (dots: Buffer) => (published += dots.length));
    await once(child.stdout, 'data');
    // Up to 200 ms into the publications after the first.
    const untilMs = Date.now() + ((round * 67) % 201);
    do {
      t.ok(await isWhole(), 'seen while it publishes');
      looks += 1;
    } while (Date.now() < untilMs);
    child.kill('SIGKILL');
    await gone;
    t.ok(await isWhole(), 'after the kill');
    await rm(folder.lockFile, { force: true });
    const history = await settle(folderIn(home));
    t.equal(history.at(-1)?.hash, governedHash(await readSiteFiles(folder.dir)));
    t.same(
      history.map(({ number }) => number),
      history.map((_, at) => at + 1),
    );
  }
  t.ok(published > rounds, `${String(published)} publications, ${String(looks)} looks`);
});

t.test('a dead process’ lock is taken over', async (t) => {
  const folder = layDown(t.testdir());
  await mkdir(path.dirname(folder.lockFile), { recursive: true });
  await writeFile(folder.lockFile, '999999999');
  t.equal((await settle(folder)).length, 1);
});

type Body = Readonly<Record<string, unknown>>;

async function openPublishing() {
  const office = await openOffice({ site: siteOfAllRoles });
  await office.versions.publisher.look();
  const cookies = await everyone(office.logIn);
  const ask = async (who: keyof typeof cookies, route: string, body?: unknown) =>
    (await office.call(route, { cookie: cookies[who], body })).json<Body>();
  return { ...office, cookies, ask };
}

const ledgerRow = {
  ...{
    number: '12399',
    name: '12399示例热线',
    shortName: '示例',
    pattern: 'whole',
    approval: '示例〔2026〕1号',
  },
  ...{ flow: '12345', queue: 'general', whisper: false, delivered_as: ['031112399'] },
  states: [{ state: 'prompt', until: '2027-12-31' }, { state: 'vacant' }],
};

/** A row as the pages have it. */
async function rowOf(
  ask: Awaited<ReturnType<typeof openPublishing>>['ask'],
  who: Parameters<typeof ask>[0],
  table: string,
  id: string,
): Promise<{ readonly fields: Body; readonly seen: string }> {
  const { rows } = await ask(who, `GET /api/v1/draft/rows/${table}`);
  const row = (rows as { id: string; fields: Body; seen: string }[]).find((one) => one.id === id);
  if (row === undefined) throw new Error(`${table} ${id}`);
  return row;
}

t.test(
  'a clerk drafts, another publishes, what callers hear is another; undo is the same way back',
  async (t) => {
    const { ask, versions, world } = await openPublishing();
    const row = 'draft/rows/numbers/12399';
    t.match(await ask('supervisor', `POST /api/v1/${row}/preview`, { fields: ledgerRow, on: '2027-02-01' }), {
      findings: [],
      hearing: { answered: false, heard: [{ text: /^12399示例热线已停止使用/ }, {}] },
    });
    t.match(
      await ask('supervisor', `PUT /api/v1/${row}`, { fields: { ...ledgerRow, queue: 'x' }, seen: null }),
      {
        code: 'SITE_INVALID',
        details: { findings: [{ field: 'queue' }] },
      },
    );
    t.match(
      await ask('supervisor', `PUT /api/v1/${row}`, { fields: { ...ledgerRow, former: '某局' }, seen: null }),
      {
        findings: [],
      },
    );
    const rowNow = async () => (await rowOf(ask, 'supervisor', 'numbers', '12399')).fields;
    const seenNow = async () => (await rowOf(ask, 'supervisor', 'numbers', '12399')).seen;
    await ask('supervisor', `PUT /api/v1/${row}`, { fields: { name: '甲' }, seen: await seenNow() });
    t.same(await rowNow(), { ...ledgerRow, former: '某局', name: '甲' }, 'what is not named stays');
    const fields = { name: ledgerRow.name, former: null };
    await ask('supervisor', `PUT /api/v1/${row}`, { fields, seen: await seenNow() });
    t.same(await rowNow(), ledgerRow, 'what is null goes');
    await ask('supervisor', 'PUT /api/v1/draft/reason', { reason: '12399 并入' });
    t.match(await ask('hotlineAdmin', 'GET /api/v1/numbers/12399/meaning?on=2027-02-01'), {
      entryId: '12345',
    });

    const draft = await ask('hotlineAdmin', 'GET /api/v1/drafts/1001');
    t.match(draft, {
      author: '1001',
      reason: '12399 并入',
      changed: [{ kind: 'numbers', id: '12399', what: 'add', conflict: false }],
      differences: [{ zh: /^新增号码 12399:/ }],
      findings: [],
    });
    const { seen } = draft;
    t.match(await ask('hotlineAdmin', 'POST /api/v1/drafts/1001/publish', { seen: 'other' }), {
      code: 'SITE_CHANGED',
    });
    t.match(await ask('hotlineAdmin', 'POST /api/v1/drafts/1001/publish', { seen }), {
      version: { number: 2, how: 'publish', author: '1001', publisher: 'hotline', emergency: false },
      sounds: true,
    });
    t.same(versions.sounds, [
      `prepare ${String((await readSiteFiles(versions.folder.dir)).size)}`,
      'install',
    ]);
    t.match(await ask('hotlineAdmin', 'GET /api/v1/numbers/12399/meaning?on=2027-02-01'), {
      entryId: '12399',
      heard: [{ text: /已停止使用/ }, {}],
    });
    t.equal((await ask('hotlineAdmin', 'GET /api/v1/drafts/1001'))['code'], 'DRAFT_UNKNOWN');
    t.match(await ask('supervisor', 'GET /api/v1/publishing/versions/2'), {
      differences: [{ zh: /^新增号码 12399:/ }],
    });

    t.match(await ask('hotlineAdmin', 'POST /api/v1/publishing/versions/1/undo', { reason: '并入推迟' }), {
      undoOf: 1,
    });
    const undo = await ask('hotlineAdmin', 'GET /api/v1/drafts/hotline');
    t.match(undo['differences'], [{ zh: /^删除了号码 12399/ }]);
    t.match(await ask('hotlineAdmin', 'POST /api/v1/drafts/hotline/publish', { seen: undo['seen'] }), {
      code: 'OWN_DRAFT',
    });
    const emergency = { seen: undo['seen'], emergency: true };
    t.match(await ask('hotlineAdmin', 'POST /api/v1/drafts/hotline/publish', emergency), {
      code: 'REASON_NEEDED',
    });
    t.match(
      await ask('hotlineAdmin', 'POST /api/v1/drafts/hotline/publish', {
        ...emergency,
        reason: '今晚不能等',
      }),
      { version: { number: 3, how: 'undo', undoOf: 1, emergency: true, review: null } },
    );
    t.match(await ask('hotlineAdmin', 'GET /api/v1/numbers/12399/meaning?on=2027-02-01'), {
      entryId: '12345',
    });
    const [one, three] = (await versions.folder.store.history()).filter(({ number }) => number !== 2);
    t.equal(three?.hash, one?.hash);

    t.match(await ask('supervisor', 'GET /api/v1/publishing'), {
      awaiting: [3],
      me: '1001',
      filesDiffer: false,
    });
    const alarms = () => world.engine.condition().alarms.map(({ alarm, about }) => `${alarm} ${about}`);
    t.ok(alarms().includes('publishUnreviewed 3'));
    const look = 'POST /api/v1/publishing/versions/3/review';
    t.match(await ask('hotlineAdmin', look, { note: '' }), { code: 'OWN_DRAFT' });
    t.same(
      world.journal
        .flatMap(({ facts }) => facts)
        .flatMap((fact) =>
          fact.type === 'Audited' && /^(?:site|draft)/.test(fact.act)
            ? [[fact.act, fact.by, fact.about]]
            : [],
        ),
      [
        ...Array.from({ length: 3 }, () => ['draft.edit', '1001', 'numbers 12399']),
        ['site.publish', 'hotline', 'version 2'],
        ['draft.undo', 'hotline', 'version 1'],
        ['site.publish', 'hotline', 'version 3'],
      ],
    );
  },
);

t.test('a second administrator reviews what the first did alone; the alarm ends', async (t) => {
  const { ask, logIn, call, world } = await openPublishing();
  await ask('hotlineAdmin', 'PUT /api/v1/draft/rows/lexicon/长安', {
    ...{ fields: { value: 'chang2 an1' }, seen: null },
  });
  const { seen } = await ask('hotlineAdmin', 'GET /api/v1/drafts/hotline');
  await ask('hotlineAdmin', 'POST /api/v1/drafts/hotline/publish', {
    seen,
    emergency: true,
    reason: '读错了',
  });
  const cookie = (await logIn('deputy')).cookie;
  const reviewed = await call('POST /api/v1/publishing/versions/2/review', {
    cookie,
    body: { note: '已核' },
  });
  t.match(reviewed.json(), { number: 2, review: { by: 'deputy', note: '已核' } });
  t.same(
    world.engine.condition().alarms.filter(({ alarm }) => alarm === 'publishUnreviewed'),
    [],
  );
  t.match(await ask('hotlineAdmin', 'POST /api/v1/publishing/versions/1/review', { note: '' }), {
    code: 'NOTHING_TO_REVIEW',
  });
});

t.test(
  'a file changed by hand is noticed, never overwritten; after a reload the draft goes on over it',
  async (t) => {
    const { ask, versions } = await openPublishing();
    await ask('supervisor', 'PUT /api/v1/draft/rows/numbers/12399', {
      ...{ fields: ledgerRow, seen: null },
    });
    const place = path.join(versions.folder.dir, 'numbers.yaml');
    const text = await readFile(place, 'utf8');
    await writeFile(place, text.replace('12300电信申诉热线', '12300电信热线'));
    await versions.publisher.look();
    t.match(await ask('supervisor', 'GET /api/v1/publishing'), { filesDiffer: true });
    t.match(await ask('hotlineAdmin', 'GET /api/v1/drafts/1001'), { code: 'SITE_CHANGED' });
    versions.reload(await readSiteFiles(versions.folder.dir));
    await versions.publisher.look();
    t.match(await ask('supervisor', 'GET /api/v1/publishing'), {
      filesDiffer: false,
      versions: [{ number: 2, how: 'found' }, { number: 1 }],
    });
    const { seen } = await ask('hotlineAdmin', 'GET /api/v1/drafts/1001');
    t.match(await ask('hotlineAdmin', 'POST /api/v1/drafts/1001/publish', { seen, reason: '并入' }), {
      version: { number: 3 },
    });
    t.match(await readFile(place, 'utf8'), /12300电信热线[^]*12399示例热线/);
  },
);

t.test('what the host’s terminal has published comes into force by itself, and is audited', async (t) => {
  const { ask, versions, world } = await openPublishing();
  const files = await readSiteFiles(versions.folder.dir);
  const lexicon = `${files.get('lexicon.yaml') ?? ''}长安: chang2 an1\n`;
  const texts = new Map(governedTexts(files)).set('lexicon.yaml', lexicon);
  const judged = judgeDraft({
    files,
    changes: textChanges(governedTexts(files), texts),
    options: { nowMs: noonMs },
  });
  const act = { author: 'os:root', by: 'os:root', emergency: true, reason: '读错', undoOf: null };
  await publishDraft(folderIn(path.dirname(versions.folder.dir)), { ...act, judged, files });
  await versions.publisher.look();
  t.match(await ask('supervisor', 'GET /api/v1/publishing'), { filesDiffer: false, awaiting: [2] });
  const audited = world.journal.flatMap(({ facts }) => facts).filter((fact) => fact.type === 'Audited');
  t.match(audited.at(-1), { act: 'site.publish', by: 'os:root', role: 'host', about: 'version 2' });
});

t.test('a flow is drawn with the calls at its nodes, and those that came by', async (t) => {
  const { ask, world } = await openPublishing();
  t.match(await ask('supervisor', 'GET /api/v1/flows'), {
    flows: [
      { id: '12345', entries: /./ },
      { id: '12345-menu', entries: [] },
    ],
  });
  const picture = async () => String((await ask('supervisor', 'GET /api/v1/flows/12345/picture'))['svg']);
  t.match(await picture(), /data-node="line"(?:(?!<g class="node).)*在此 0 · 今日 0/s);
  for (const patienceMs of [3_000, null]) {
    world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs });
    await world.runUntil(world.clock.nowMs() + 1_000);
  }
  t.match(await picture(), /data-node="line"(?:(?!<g class="node).)*在此 2 · 今日 2/s);
  await world.runUntil(world.clock.nowMs() + 2_000);
  t.match(await picture(), /data-node="line"(?:(?!<g class="node).)*在此 1 · 今日 2/s);
  t.notMatch(await picture(), /<style/, 'the pages’ policy lets no style in');
  t.equal((await ask('supervisor', 'GET /api/v1/flows/nowhere/picture'))['code'], 'NOT_FOUND');
});

t.test('every role at every route of drafts and versions', async (t) => {
  const { call, cookies } = await openPublishing();
  const routes = Object.entries(routeAccess).filter(([name]) =>
    /\/api\/v1\/(?:publishing|drafts?|flows)\b/.test(name),
  );
  t.ok(routes.length > 10);
  const bodies: Readonly<Record<string, Body>> = {
    'PUT /api/v1/draft/reason': { reason: '为何' },
    'PUT /api/v1/draft/rows/:table/:id': { fields: {}, seen: null },
  };
  for (const [name, allowed] of routes) {
    const url = name
      .replace(':table', 'numbers')
      .replace(':id', '12399')
      .replace(':number', '1')
      .replace(':author', 'x')
      .replace(':at', '0');
    for (const [who, cookie] of Object.entries(cookies)) {
      const body = name.startsWith('GET') || name.startsWith('DELETE') ? undefined : (bodies[name] ?? {});
      const { statusCode } = await call(url, { cookie, body });
      const may = (allowed as readonly Role[]).includes(who as Role);
      const expected = may ? 'let in' : who === 'nobody' ? 401 : 403;
      t.equal(
        may && statusCode !== 401 && statusCode !== 403 ? 'let in' : statusCode,
        expected,
        `${who} ${name}`,
      );
    }
  }
});
