// A backup made beside a running service is restored into an empty home: the same rows, figures, secrets, and a call's record in the API.

import { execFile } from 'node:child_process';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import t from 'tap';
import { tallyTables, withDatabase } from '../../scripts/backup/database.mjs';
import { holdSpool } from '../../scripts/backup/spool-copy.mjs';
import { buildPrompts } from '../../scripts/install/prompts.mjs';
import { makeSecrets } from '../../scripts/install/secrets.mjs';
import { layoutOf, projectDir } from '../../scripts/run/layout.mjs';
import { databaseUrl, startPostgres } from '../../scripts/run/postgres.mjs';
import { startRedis } from '../../scripts/run/redis.mjs';
import { startService } from '../../scripts/run/service.mjs';
import { openSpool } from '../../src/adapters/spool/spool.js';
import { abandonedCall, answeredCall, entriesOf, tenOClockMs } from '../metrics/contact-facts.js';

const run = promisify(execFile);
const root = await mkdtemp(path.join(tmpdir(), 'yihao-backup-'));
await chmod(root, 0o755); // the database's user walks through
const envOf = (name: string, portBase: number) => ({
  ...process.env,
  YIHAO_HOME: path.join(root, name),
  YIHAO_PORT_BASE: String(portBase),
  YIHAO_LOG_LEVEL: 'warn',
});
const [oldEnv, newEnv] = [envOf('old', 14_720), envOf('new', 14_730)];
const [old, fresh] = [layoutOf(oldEnv), layoutOf(newEnv)];
const folder = path.join(root, 'backups');
const running: { stop(): Promise<void> }[] = [];
t.teardown(async () => {
  for (const one of running) await one.stop();
  await rm(root, { recursive: true, force: true });
});

/** Everything but Asterisk: records need none. Ended with the test, whatever becomes of it. */
async function startAll(layout: typeof old) {
  const start = async (part: typeof startRedis) => {
    const started = await part(layout, { watch: false });
    running.unshift(started);
    return started;
  };
  await buildPrompts(layout);
  await start(startRedis);
  await start(startPostgres);
  return start(startService);
}

/** Runs one of the scripts; tap's loaders are not meant for it. */
async function script(env: NodeJS.ProcessEnv, name: string, ...args: readonly string[]) {
  const command = ['-u', 'NODE_OPTIONS', process.execPath, path.join(projectDir, 'scripts', name), ...args];
  return run('env', command, { env, timeout: 60_000 }).then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    (failed: { code: number; stdout: string; stderr: string }) => ({
      code: failed.code,
      out: failed.stdout + failed.stderr,
    }),
  );
}

async function spooled(layout: typeof old, work: (append: (id: string, missed: boolean) => void) => void) {
  const { spool } = await openSpool({ dir: layout.spool, onTrouble: () => undefined });
  work((id, missed) => {
    for (const entry of entriesOf(id, missed ? abandonedCall() : answeredCall())) spool.append(entry);
  });
  await spool.close();
}

/** An API of that Yihao, as a supervisor. */
async function apiOf(layout: typeof old) {
  const base = `http://127.0.0.1:${String(layout.httpPort)}/api/v1`;
  const pins = JSON.parse(await readFile(path.join(layout.secrets, 'pins.json'), 'utf8')) as Record<
    string,
    string
  >;
  const entered = await fetch(`${base}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: '1001', password: pins['1001'] }),
    signal: AbortSignal.timeout(5000),
  });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  return async (address: string): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(base + address, { headers: { cookie }, signal: AbortSignal.timeout(5000) });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
}

async function tallies(layout: typeof old) {
  return withDatabase(await databaseUrl(layout), tallyTables);
}

/** What the records say of calls: other facts (a start, a gap) go on as time does. */
async function calls(layout: typeof old): Promise<unknown> {
  return withDatabase(await databaseUrl(layout), async (client) => {
    const ask = async (text: string) => (await client.query(text)).rows as unknown[];
    return {
      // Not the epoch: a call read from Asterisk's records after the restore is journaled by each service in an epoch of its own.
      journal: await ask(
        `select stream, id, seq, at_ms, node, type, data from journal where stream = 'contact' order by id, seq`,
      ),
      records: await ask(`select * from contact_record order by contact_id`),
      callers: await ask(`select * from caller order by caller_key`),
    };
  });
}

async function untilCarried(layout: typeof old, id: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { journal } = (await calls(layout).catch(() => ({ journal: [] }))) as { journal: { id: string }[] };
    if (journal.some((row) => row.id === id)) return;
    await sleep(50);
  }
  throw new Error(`${id} did not arrive in the database`);
}

/** The backup files there are, oldest first. */
async function backups(): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.tar')).sort();
  return names.map((name) => path.join(folder, name));
}

t.test('what is spooled while a backup runs is held, also after the service has deleted it', async (t) => {
  const [spool, held] = [path.join(root, 'held-spool'), path.join(root, 'held')];
  await mkdir(spool);
  const file = (n: number) => `${String(n).padStart(15, '0')}.jsonl`;
  await writeFile(path.join(spool, file(1)), 'one\t\n');
  await writeFile(path.join(spool, file(2)), 'two\t\n');
  const holding = await holdSpool(spool, held);
  await rm(path.join(spool, file(1)));
  await writeFile(path.join(spool, file(2)), 'two\t\ntwo again\t\n');
  await writeFile(path.join(spool, file(3)), 'three\t\nhalf a li');
  await holding.end();
  const read = (n: number) => readFile(path.join(held, file(n)), 'utf8');
  t.same([await read(1), await read(2), await read(3)], ['one\t\n', 'two\t\ntwo again\t\n', 'three\t\n']);
});

t.test(
  'backed up while the service runs, then killed with facts not carried, then backed up again',
  async (t) => {
    await makeSecrets(old.secrets);
    await spooled(old, (append) => {
      for (let call = 0; call < 20; call += 1) append(`c${String(call)}`, call % 5 === 0);
    });
    const recording = path.join(old.recordings, '2026/11/23/c-1.wav');
    await mkdir(path.dirname(recording), { recursive: true });
    await writeFile(recording, 'RIFF some sound');
    await utimes(recording, tenOClockMs / 1000, tenOClockMs / 1000);
    await mkdir(old.eventSounds, { recursive: true });
    await writeFile(old.eventPrompts, '[]\n');
    await writeFile(path.join(old.eventSounds, 'e1.wav'), 'RIFF an event');
    const service = await startAll(old);
    await untilCarried(old, 'c19');
    const first = await script(oldEnv, 'backup.mjs', folder, '--recordings');
    t.equal(first.code, 0, first.out);
    t.equal((await backups()).length, 1);
    t.same(await readFile(path.join(folder, 'recordings/2026/11/23/c-1.wav')), await readFile(recording));

    await service.stop();
    await spooled(old, (append) => append('late', false));
    await mkdir(old.cdr, { recursive: true });
    const id = '1795416200.7';
    const cells = [id, id, '1795416200.87', '1795416200.88', '1795416202.39', 'carrier', '031100000123'];
    cells.push(
      '12345',
      '',
      'ANSWERED',
      'away',
      'call-7',
      'PJSIP/carrier-00000000',
      'away',
      'allowed_not_screened',
    );
    await writeFile(path.join(old.cdr, 'calls.csv'), `${cells.map((cell) => `"${cell}"`).join(',')}\n`);
    await sleep(1000); // names of backups are a second apart
    const second = await script(oldEnv, 'backup.mjs', folder, '--recordings', '--keep', '1');
    t.equal(second.code, 0, second.out);
    t.match(second.out, /已有 1 个/);
    const [file = '', ...others] = await backups();
    t.same(others, [], 'the older one made room');
    t.equal((await stat(file)).mode & 0o777, 0o600);
    t.match(second.out, file);
    t.same(await readdir(path.join(old.run)).then((names) => names.includes('backup')), false);
  },
);

t.test('nothing is restored over what is there, nor from a backup that is damaged or too new', async (t) => {
  const [file = ''] = await backups();
  await mkdir(fresh.home);
  await writeFile(path.join(fresh.home, 'something'), '');
  const full = await script(newEnv, 'restore.mjs', file);
  t.equal(full.code, 1);
  t.match(full.out, /不是空目录/);
  t.same(await readdir(fresh.home), ['something']);
  await rm(path.join(fresh.home, 'something'));

  const unpacked = path.join(root, 'unpacked');
  await mkdir(unpacked);
  await run('tar', ['-xf', file, '-C', unpacked]);
  const changed = async (name: string, change: (text: string) => string, words: RegExp) => {
    const place = path.join(unpacked, name);
    const [before, tar] = [await readFile(place), path.join(root, 'changed.tar')];
    await writeFile(place, change(before.toString()));
    await run('tar', ['-cf', tar, '-C', unpacked, ...(await readdir(unpacked))]);
    await writeFile(place, before);
    const refused = await script(newEnv, 'restore.mjs', tar);
    t.equal(refused.code, 1, name);
    t.match(refused.out, words);
    t.same(await readdir(fresh.home), [], 'and nothing is left behind');
  };
  await changed('secrets/admin', (text) => text.replace(/./, 'x'), /secrets\/admin 校验不符/);
  const toFuture = (text: string) => text.replace('"migrations": [', '"migrations": ["9999-future",');
  await changed('manifest.json', toFuture, /9999-future.*update the program first/);
  const otherCount = (text: string) => text.replace(/("contact_record": \{\s*"rows": )\d+/, '$1999999');
  await changed('manifest.json', otherCount, /contact_record 与备份不符/);
  const cut = path.join(root, 'cut.tar');
  await copyFile(file, cut);
  await truncate(cut, 20_000);
  t.match((await script(newEnv, 'restore.mjs', cut)).out, /备份已损坏/);
});

t.test(
  'restored into an empty home and started: rows, figures, secrets and records are the same',
  async (t) => {
    const [file = ''] = await backups();
    const before = await tallies(old);
    const restored = await script(
      newEnv,
      'restore.mjs',
      file,
      '--recordings',
      path.join(folder, 'recordings'),
    );
    t.equal(restored.code, 0, restored.out);
    const postgres = await startPostgres(fresh, { watch: false });
    t.same(await tallies(fresh), before, 'every table has the same rows as where it came from');
    await postgres.stop();
    for (const name of await readdir(old.secrets)) {
      const mark = async (layout: typeof old) => {
        const place = path.join(layout.secrets, name);
        return [await readFile(place, 'utf8'), (await stat(place)).mode & 0o777];
      };
      t.same(await mark(fresh), await mark(old), name);
    }
    t.same(await readFile(path.join(fresh.recordings, '2026/11/23/c-1.wav'), 'utf8'), 'RIFF some sound');
    t.equal(await readFile(fresh.eventPrompts, 'utf8'), '[]\n');
    t.equal(await readFile(path.join(fresh.eventSounds, 'e1.wav'), 'utf8'), 'RIFF an event');
    t.equal(await stat(path.join(fresh.home, 'alive')).then(({ mtimeMs }) => mtimeMs > 0), true);

    const service = await startService(old, { watch: false });
    running.unshift(service);
    await startAll(fresh);
    for (const layout of [old, fresh]) await untilCarried(layout, 'late');
    for (const layout of [old, fresh]) await untilCarried(layout, 'n1-1795416200.7');
    t.same(await calls(fresh), await calls(old), 'and what had not been carried yet is there, too');
    const kpis = '/kpis?by=day&from=2026-11-23&to=2026-11-24';
    const [oldApi, newApi] = [await apiOf(old), await apiOf(fresh)];
    const [oldFigures, newFigures] = [await oldApi(kpis), await newApi(kpis)];
    t.equal(newFigures.status, 200);
    t.match(JSON.stringify(newFigures.body['total']), /"offered":2[0-9]/);
    t.same(newFigures.body['total'], oldFigures.body['total']);
    const refused = await withDatabase(await databaseUrl(fresh), async (client) =>
      Number((await client.query('select count(*) as n from journal_refused')).rows[0].n),
    );
    t.equal(refused, 0, 'no fact after the restore took the number of an older one');
    const record = await newApi('/contacts/late');
    t.match(record, { status: 200, body: { record: { answered: true, agentIds: ['1023'] } } });
  },
);
