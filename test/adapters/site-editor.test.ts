// The editor on real files: what was seen is compared, what was there is kept, what cannot be is refused whole.
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { createSecretBook } from '../../src/adapters/files/secret-book.js';
import { createSiteEditor, workInThread } from '../../src/adapters/files/site-editor.js';
import { createSiteTurn } from '../../src/adapters/files/site-turn.js';
import { createSiteHolder, type SiteCheck } from '../../src/adapters/files/site-files.js';
import { doSiteWork, type SiteWork } from '../../src/adapters/files/site-work.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { rowSeen } from '../../src/site/row-seen.js';
import { fieldsOf } from '../../src/site/site-rows.js';
import { checkSiteTexts } from '../../src/site/parse-site.js';
import { noonMs, smallSite } from '../site/small-site.js';

async function openEditor(t: Test, work: (work: SiteWork) => ReturnType<typeof workInThread>) {
  const dir = t.testdir({ flows: {}, history: {} });
  for (const [file, text] of smallSite()) {
    await mkdir(path.dirname(path.join(dir, 'flows', file)), { recursive: true });
    await writeFile(path.join(dir, 'flows', file), text);
  }
  const check = async ({ files, options }: SiteCheck) => checkSiteTexts(files, options);
  let told = 0;
  const onReload = async () => void (told += 1);
  const made = await createSiteHolder({ dir: path.join(dir, 'flows'), nowMs: () => noonMs, check, onReload });
  if (!made.ok) throw new Error(JSON.stringify(made.findings));
  const sites = made.holder;
  const historyDir = path.join(dir, 'history');
  const editor = createSiteEditor({
    dir: path.join(dir, 'flows'),
    historyDir,
    sites,
    nowMs: () => noonMs,
    inTurn: createSiteTurn(),
    work,
  });
  const file = (name: string) => path.join(dir, 'flows', name);
  const seenNow = () => rowSeen(fieldsOf(sites.current(), 'teams', 'east'));
  return { editor, sites, historyDir, file, seenNow, told: () => told };
}

const peopleTable = new TextEncoder().encode(
  '工号,姓名,班组,到期日,技能,话机\n2001,借调,借调组,2026-06-30,综合,自动\n',
);
const here = async (work: SiteWork) => doSiteWork(work);
const renamed = (name: string) => ({ table: 'teams', id: 'east', fields: { id: 'east', name } }) as const;

t.test('an edit is in force when it settles; the text before it is kept', async (t) => {
  const { editor, sites, historyDir, file, seenNow, told } = await openEditor(t, here);
  await chmod(file('teams.yaml'), 0o640);
  const seenVersion = sites.current().version;
  const seen = seenNow();
  const before = await readFile(file('teams.yaml'), 'utf8');
  const [first, second] = await Promise.allSettled([
    editor.edit({ row: renamed('早班'), seen }),
    editor.edit({ row: renamed('晚班'), seen }),
  ]);
  t.match(first, { status: 'fulfilled', value: { ok: true } });
  t.match(second, { status: 'rejected', reason: { code: 'ROW_CHANGED' } }, 'the other administrator is told');
  t.equal(sites.current().teams.get('east')?.name, '早班');
  t.equal(told(), 1);
  t.equal((await stat(file('teams.yaml'))).mode & 0o777, 0o640);
  const [kept = ''] = await readdir(historyDir);
  t.match(kept, new RegExp(`^20260610120000-${seenVersion}$`));
  t.equal(await readFile(path.join(historyDir, kept, 'teams.yaml'), 'utf8'), before);

  const dry = await editor.edit({
    seenVersion: sites.current().version,
    table: peopleTable,
    dryRun: true,
  });
  t.match([dry.ok, sites.current().teams.get('east')?.name], [true, '早班']);
  const wrong = await editor.edit({
    row: { table: 'teams', id: 'east', fields: null },
    seen: seenNow(),
  });
  t.match(wrong, { ok: false, findings: [{ file: 'agents.yaml', line: 1, code: 'unknownTeam' }] });
  t.match(await readFile(file('teams.yaml'), 'utf8'), /早班/);

  await writeFile(file('teams.yaml'), `${await readFile(file('teams.yaml'), 'utf8')}# by hand\n`);
  await t.rejects(editor.edit({ row: renamed('夜班'), seen: seenNow() }), {
    code: 'SITE_CHANGED',
  });
  await sites.reload();
  await editor.edit({ row: renamed('夜班'), seen: seenNow() });
  t.match(await readFile(file('teams.yaml'), 'utf8'), /夜班[^]*# by hand\n$/);
  t.notOk((await readdir(path.dirname(file('x')))).some((name) => name.endsWith('.new')));
});

t.test('a folder that cannot be written to is told as such, and nothing changes', async (t) => {
  const { editor, sites, file, seenNow } = await openEditor(t, here);
  t.equal(await editor.isWritable(), true);
  // Whoever runs the tests may be root: a folder in the way stops him, too.
  await mkdir(`${file('teams.yaml')}.new`);
  const { version } = sites.current();
  await t.rejects(editor.edit({ row: renamed('夜班'), seen: seenNow() }), { code: 'SITE_READ_ONLY' });
  t.equal(sites.current().version, version);
});

t.test('the thread does the same work', async (t) => {
  const { editor, sites } = await openEditor(t, workInThread);
  const done = await editor.edit({
    ...{ seenVersion: sites.current().version, table: peopleTable, dryRun: false },
  });
  t.match(done, { ok: true, rows: [{ row: 2, verdict: 'new' }] });
  t.ok(sites.current().devices.has('d2001' as DeviceId));
});

t.test(
  'a new PIN is written before it is told, is never a guessable one, and others keep theirs',
  async (t) => {
    const folder = path.join(t.testdir(), 'secrets');
    const book = createSecretBook(folder);
    const ids = ['1001', '1002'] as AgentId[];
    await book.complete(['d1' as DeviceId], ids);
    const [old, other] = ids.map((id) => book.pinOf(id));
    const pins = await Promise.all(Array.from({ length: 30 }, () => book.newPin('1001' as AgentId)));
    for (const pin of pins) t.match(pin, /^(?!.*1001)(?!(\d{1,3})\1+$)\d{6}$/);
    t.not(pins[0], old);
    t.equal(book.pinOf('1001' as AgentId), pins.at(-1));
    t.equal(book.pinOf('1002' as AgentId), other);
    const kept = createSecretBook(folder);
    await kept.complete(['d1' as DeviceId], ids);
    t.equal(kept.pinOf('1001' as AgentId), pins.at(-1));
    t.equal(kept.passwordOf('d1' as DeviceId), book.passwordOf('d1' as DeviceId));
  },
);
