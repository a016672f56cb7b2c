import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { ensureSiteSecrets, readSecret } from '../../src/adapters/files/secrets.js';
import {
  checkInThread,
  createSiteHolder,
  readSiteFiles,
  type SiteCheck,
} from '../../src/adapters/files/site-files.js';
import type { Finding } from '../../src/contact/finding.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { checkSiteTexts } from '../../src/site/parse-site.js';
import type { Site } from '../../src/site/site.js';
import { noonMs, smallSite, viewAt } from '../site/small-site.js';

async function writeSite(dir: string, texts = smallSite()): Promise<void> {
  for (const [file, text] of texts) {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
    await writeFile(path.join(dir, file), text);
  }
}

/** Without a thread: starting one takes seconds where TypeScript is compiled on the way. */
const check = async ({ files, options }: SiteCheck) => checkSiteTexts(files, options);

async function heldSite(dir: string, onReload: (site: Site) => void = () => undefined) {
  const made = await createSiteHolder({ dir, nowMs: () => noonMs, check, onReload });
  if (!made.ok) throw new Error(JSON.stringify(made.findings));
  return made.holder;
}

function errorsOf(result: {
  readonly ok: boolean;
  readonly findings?: readonly Finding[];
}): readonly string[] {
  const errors = (result.findings ?? []).filter(({ level }) => level === 'error');
  return errors.map(({ file, line, code }) => `${file}:${String(line)} ${code ?? ''}`);
}

t.test('reads the YAML files of a site and nothing else', async (t) => {
  const dir = t.testdir({ 'notes.txt': '', other: { 'x.yaml': '' } });
  await writeSite(dir);
  t.same(new Map(await readSiteFiles(dir)), smallSite());
  await t.rejects(readSiteFiles(path.join(dir, 'nowhere')), { code: 'CONFIG_INVALID' });
});

t.test('a broken file keeps the running version in force, a mended one replaces it whole', async (t) => {
  const dir = t.testdir();
  await writeSite(dir);
  const reloads: string[] = [];
  const holder = await heldSite(dir, ({ version }) => reloads.push(version));
  const first = holder.current();

  await writeSite(dir, smallSite({ 'queues.yaml': '- { id: general, name: 综合, limit: none }\n' }));
  const broken = await holder.reload();
  t.equal(broken.ok, false);
  t.same(errorsOf(broken), ['queues.yaml:1 notANumber']);
  t.equal(holder.current(), first);
  await writeFile(path.join(dir, 'queues.yaml'), '# \n'.repeat(400_000));
  t.match(await holder.reload(), { ok: false, findings: [{ file: 'queues.yaml', en: 'larger than 1 MB.' }] });

  await writeSite(
    dir,
    smallSite({ 'queues.yaml': '- { id: general, name: 综合, limit: 7 }\n- { id: plain, name: 无 }\n' }),
  );
  const mended = await holder.reload();
  t.match(mended, { ok: true, unchanged: false });
  const second = holder.current();
  t.not(second.version, first.version);
  t.equal(holder.ofVersion(first.version), first, 'contacts under way end on the version they began with');
  t.equal(holder.ofVersion('unknown'), second);
  t.match(await holder.reload(), { ok: true, unchanged: true });
  t.same(reloads, [second.version]);
});

t.test('the menu is switched at run time, and stays switched over a reload', async (t) => {
  const dir = t.testdir();
  await cp(path.resolve(import.meta.dirname, '../../ivr-flows'), dir, { recursive: true });
  const holder = await heldSite(dir);
  const begin = () => holder.current().beginFlow('12345', viewAt());
  const before = begin();
  const [on, again] = await Promise.all([holder.setMenu(true), holder.reload()]);
  t.match(
    [on, again],
    [
      { ok: true, unchanged: false },
      { ok: true, unchanged: true },
    ],
  );
  t.equal(begin().next.type, 'collect');
  const old = holder.ofVersion(before.cursor.siteVersion);
  t.match(old.flowTurn(before.cursor, { type: 'resumed' }, viewAt()).cursor, { flowId: '12345' });
  await holder.setMenu(undefined);
  t.equal(begin().next.type, 'enqueue');
});

t.test('a site that cannot be used at all is refused with its findings', async (t) => {
  const dir = t.testdir();
  await writeSite(dir, smallSite({ 'policies.yaml': null }));
  const made = await createSiteHolder({ dir, nowMs: () => noonMs, check, onReload: () => undefined });
  t.same(errorsOf(made), ['policies.yaml:1 missingFile']);
});

t.test('the checking thread says the same as a check here', async (t) => {
  for (const files of [smallSite(), smallSite({ 'queues.yaml': '[' })]) {
    t.same(
      await checkInThread({ files, options: { nowMs: noonMs } }),
      checkSiteTexts(files, { nowMs: noonMs }),
    );
  }
});

const devices = ['d1', 'd2'] as DeviceId[];
const agents = ['1001', '1002'] as AgentId[];

t.test('passwords and PINs are made once, for the owner’s eyes only', async (t) => {
  const folder = path.join(t.testdir(), 'secrets');
  const first = await ensureSiteSecrets(folder, devices, agents);
  t.match(first.agentPins.get('1001' as AgentId), /^\d{6}$/);
  t.match(first.devicePasswords.get('d1' as DeviceId), /^[\w-]{24}$/);
  t.not(first.devicePasswords.get('d1' as DeviceId), first.devicePasswords.get('d2' as DeviceId));
  t.same(await ensureSiteSecrets(folder, devices, agents), first, 'a second start changes nothing');

  const more = await ensureSiteSecrets(folder, [...devices, 'd3' as DeviceId], agents.slice(1));
  t.equal(more.devicePasswords.get('d1' as DeviceId), first.devicePasswords.get('d1' as DeviceId));
  t.equal(more.devicePasswords.size, 3);
  const back = await ensureSiteSecrets(folder, devices, agents);
  t.same(back, first, 'who comes back finds his PIN');
  for (const name of await readdir(folder)) {
    t.equal((await stat(path.join(folder, name))).mode & 0o777, 0o600, name);
  }
  t.same(await readdir(folder), ['devices.json', 'pins.json']);
});

t.test('a damaged secrets file is named and not overwritten', async (t) => {
  const folder = t.testdir({ 'pins.json': '{ "1001": "314159", ', ari: 'word\n', empty: '\n' });
  await t.rejects(ensureSiteSecrets(folder, devices, agents), {
    code: 'CONFIG_INVALID',
    details: { file: 'pins.json' },
  });
  t.equal(await readFile(path.join(folder, 'pins.json'), 'utf8'), '{ "1001": "314159", ');
  await writeFile(path.join(folder, 'pins.json'), '{ "1001": 314159 }');
  const numeric = await ensureSiteSecrets(folder, devices, agents).catch((error: unknown) => String(error));
  t.notMatch(numeric, /314159/, 'no secret in the message');
  t.equal(await readSecret(folder, 'ari'), 'word');
  await t.rejects(readSecret(folder, 'empty'), { code: 'CONFIG_INVALID' });
  await t.rejects(readSecret(folder, 'missing'), { code: 'CONFIG_INVALID' });
  await chmod(folder, 0o700);
});
