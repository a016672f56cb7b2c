// The doctor on real parts: each thing is broken, the doctor names it and one command, the command is run, and it is whole again.

import { execFile, spawn } from 'node:child_process';
import {
  appendFile,
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import t, { type Test } from 'tap';
import { examine } from '../../scripts/doctor/examine.mjs';
import { layoutOf, projectDir } from '../../scripts/run/layout.mjs';
import { databaseUrl } from '../../scripts/run/postgres.mjs';
import { untilGone } from './processes-of-home.js';

const run = promisify(execFile);
const home = await mkdtemp(path.join(tmpdir(), 'yihao-doctor-'));
const flows = path.join(home, 'flows');
const env: NodeJS.ProcessEnv = {
  ...process.env,
  YIHAO_HOME: home,
  YIHAO_FLOWS: flows,
  YIHAO_PORT_BASE: '14740',
  YIHAO_SIP_PORT: '15068',
  YIHAO_RTP_START: '27400',
  YIHAO_RTP_END: '27499',
  YIHAO_RECORDING_FLOOR_MB: '64',
  EDITOR: path.join(home, 'editor'),
  INIT_CWD: projectDir,
};
const layout = layoutOf(env);
type Finding = Awaited<ReturnType<typeof examine>>[number];

let supervisor: ReturnType<typeof spawn> | undefined;
t.teardown(async () => {
  supervisor?.kill('SIGTERM');
  await untilGone(home);
  await rm(home, { recursive: true, force: true });
});

/** What a mended thing was called, and how it is broken. */
interface Case {
  readonly name: string;
  readonly id: string;
  readonly state?: Finding['state'];
  readonly zh: RegExp;
  readonly mend: RegExp;
  readonly hurt: () => Promise<(() => Promise<void> | void) | void>;
  readonly env?: NodeJS.ProcessEnv;
  /** What the same command mends besides, by id. */
  readonly also?: Readonly<Record<string, RegExp>>;
  /** The command starts everything, or is a look only. */
  readonly mendsNothing?: boolean;
}

async function findings(only?: string, more: NodeJS.ProcessEnv = {}): Promise<readonly Finding[]> {
  const startedMs = performance.now();
  const found = await examine(layout, { ...env, ...more }, only);
  if (performance.now() - startedMs > 15_000) throw new Error('the doctor took more than 15 s');
  return found.filter(({ state }) => state !== 'ok');
}

/** The probe that gives a finding. */
const probeOf = (id: string) => (id.startsWith('port.') ? 'ports' : id.split('.')[0]);

/** Runs a command as whoever copied it would. tap's loaders are not meant for it. */
function type(command: string): Promise<unknown> {
  return run('env', ['-u', 'NODE_OPTIONS', 'bash', '-c', command], { cwd: projectDir, env, timeout: 60_000 });
}

/** Looks until a finding has gone; what starts again takes a moment. */
async function untilMended(id: string): Promise<Finding | undefined> {
  for (let tries = 0; ; tries += 1) {
    const found = (await findings(probeOf(id))).find((one) => one.id === id);
    if (found === undefined || tries > 80) return found;
    await sleep(150);
  }
}

async function examineCase(t: Test, one: Case): Promise<void> {
  const heal = await one.hurt();
  const seen = await findings(probeOf(one.id), one.env);
  const found = seen.find(({ id }) => id === one.id);
  t.equal(found?.state, one.state ?? 'fault');
  t.match(found?.zh, one.zh);
  t.match(found?.en, /[a-z]/);
  t.match(found?.mend, one.mend);
  t.same(
    seen.filter(({ state }) => state === 'fault').map(({ id }) => id),
    found?.state === 'fault' ? [one.id] : [],
    'and nothing else is blamed there',
  );
  for (const [id, zh] of Object.entries(one.also ?? {}))
    t.match((await findings(probeOf(id))).find((other) => other.id === id)?.zh, zh);
  if (one.mendsNothing !== true) await type(found?.mend ?? 'false');
  await heal?.();
  for (const id of [one.id, ...Object.keys(one.also ?? {})])
    t.equal(await untilMended(id), undefined, `${id} is mended by: ${found?.mend ?? ''}`);
}

const secret = (name: string) => path.join(layout.secrets, name);
const segment = path.join(layout.spool, '000000000000001.jsonl');
const queues = path.join(flows, 'queues.yaml');

const whileDown: readonly Case[] = [
  {
    name: 'a secret that others may read',
    id: 'secrets.mode',
    zh: /他人可读:admin/,
    mend: /^chmod -R u=rwX,go= /,
    hurt: () => chmod(secret('admin'), 0o644),
  },
  {
    name: 'a secret that is gone, and an empty one',
    id: 'secrets.missing',
    zh: /缺少密钥 session、kiosk/,
    mend: /^rm \S+kiosk && .*scripts\/setup --for run$/,
    async hurt() {
      await rm(secret('session'));
      await writeFile(secret('kiosk'), '');
    },
  },
  {
    name: 'a gateway of short messages that does not answer',
    id: 'messages',
    zh: /短信网关没有应答/,
    mend: /^curl .* http:\/\/127\.0\.0\.1:9\/sms$/,
    env: { YIHAO_SMS_URL: 'http://127.0.0.1:9/sms' },
    mendsNothing: true,
    hurt: async () => undefined,
  },
  {
    name: 'a prompt that is gone',
    id: 'prompts',
    zh: /缺少提示音 1 个/,
    mend: /npm run prompts -- build$/,
    async hurt() {
      const [name = ''] = (await readdir(path.join(layout.sounds, 'yihao'))).sort();
      await rm(path.join(layout.sounds, 'yihao', name));
    },
  },
  {
    name: 'a flow file with an error',
    id: 'site',
    zh: /queues\.yaml:\d+ /,
    mend: /^\$\{EDITOR:-vi\} \+\d+ \S+queues\.yaml$/,
    async hurt() {
      const text = await readFile(queues, 'utf8');
      const [one, two, ...rest] = text.split('\n');
      await writeFile(`${queues}.good`, text);
      await writeFile(queues, [one, two, 'queues: [', ...rest].join('\n'));
      // An editor that knows what to do.
      await writeFile(path.join(home, 'editor'), `#!/bin/sh\nmv "$2.good" "$2"\n`, { mode: 0o755 });
    },
  },
  {
    name: 'a segment of the spool that cannot be read',
    id: 'spool.unreadable',
    zh: /000000000000001\.jsonl/,
    mend: /chmod -R u=rwX,go= /,
    async hurt() {
      await mkdir(layout.spool, { recursive: true });
      await writeFile(segment, '{"lastSeqs":{}}\t\n', { mode: 0o000 });
      await chmod(segment, 0);
    },
  },
  {
    name: 'a torn line in the spool',
    id: 'spool.damaged',
    state: 'notice',
    zh: /1 行损坏/,
    mend: /npm run backup$/,
    mendsNothing: true, // it wants the database
    async hurt() {
      await appendFile(segment, 'half a li\n');
      return () => rm(segment);
    },
  },
  {
    name: 'a disk below the floor of recordings',
    id: 'recordings.disk',
    zh: /低于录音下限 900000000 MB/,
    mend: /^du -xh .*sort -h/,
    env: { YIHAO_RECORDING_FLOOR_MB: '900000000' },
    hurt: () => Promise.resolve(),
  },
  {
    name: 'a port that another program holds',
    id: 'port.14743.tcp',
    zh: /redis 的端口 127\.0\.0\.1:14743\(tcp\)被node.*占用/,
    mend: /YIHAO_PORT_BASE=14840 npm start$/,
    mendsNothing: true,
    async hurt() {
      const server = net.createServer();
      await new Promise<void>((resolve) => void server.listen(14_743, '127.0.0.1', resolve));
      return () => void server.close();
    },
  },
  {
    name: 'a clock behind what was written',
    id: 'clock',
    zh: /慢 60 分钟/,
    mend: /timedatectl set-ntp true$/,
    mendsNothing: true, // it would change this machine
    async hurt() {
      const file = path.join(home, 'alive');
      const laterS = Date.now() / 1000 + 3600;
      await writeFile(file, '');
      await utimes(file, laterS, laterS);
      return () => rm(file);
    },
  },
];

async function redisCommand(...words: readonly [string, ...string[]]): Promise<void> {
  const password = (await readFile(secret('redis'), 'utf8')).trim();
  const client = new Redis({ host: '127.0.0.1', port: layout.redisPort, password });
  await client.call(...words);
  client.disconnect();
}

async function dropTables(): Promise<void> {
  const client = new pg.Client({ connectionString: await databaseUrl(layout) });
  await client.connect();
  await client.query('drop schema public cascade; create schema public');
  await client.end();
}

/** As MixMonitor leaves a file when it is killed: sound, and a header that tells of none. */
async function leaveRecordingOpen(): Promise<void> {
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '/');
  const file = path.join(layout.recordings, day, 'torn.wav');
  const wave = Buffer.alloc(44 + 320);
  wave.write('RIFF', 0);
  wave.write('WAVEfmt ', 8);
  wave.write('data', 36);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, wave);
  await utimes(file, Date.now() / 1000 - 60, Date.now() / 1000 - 60);
}

async function pidOf(part: string): Promise<number> {
  return Number(await readFile(path.join(layout.run, `${part}.pid`), 'utf8'));
}

/** A process of many threads stands still a moment after the signal. */
async function freeze(part: string): Promise<void> {
  const pid = await pidOf(part);
  process.kill(pid, 'SIGSTOP');
  for (let tries = 0; tries < 100; tries += 1) {
    if (/^State:\s+T/m.test(await readFile(`/proc/${String(pid)}/status`, 'utf8'))) return;
    await sleep(20);
  }
}

const frozen = (part: string): Case => ({
  name: `${part} frozen`,
  id: `running.${part}`,
  zh: /被暂停/,
  mend: /^kill -CONT \d+$/,
  hurt: () => freeze(part),
});

const whileUp: readonly Case[] = [
  {
    name: 'Redis throwing data away when it is full',
    id: 'redis.eviction',
    zh: /allkeys-lru/,
    mend: /^kill \d+$/,
    hurt: () => redisCommand('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'),
  },
  {
    name: 'Redis not writing to disk',
    id: 'redis.persistence',
    zh: /没有开启 AOF/,
    mend: /^kill \d+$/,
    hurt: () => redisCommand('CONFIG', 'SET', 'appendonly', 'no'),
  },
  {
    name: 'what a start of the service mends: tables that are missing, a recording left open, flows not in force',
    id: 'database.migrations',
    zh: /不是最新/,
    mend: /^kill \d+$/,
    also: { 'recordings.torn': /1 个录音未正常收尾/, 'site.old': /运行的还是旧版/ },
    async hurt() {
      await dropTables();
      await leaveRecordingOpen();
      await appendFile(queues, '\n# changed\n');
    },
  },
  frozen('asterisk'),
  frozen('postgres'),
  frozen('service'),
  frozen('redis'),
];

t.before(async () => {
  await cp(path.join(projectDir, 'ivr-flows'), flows, { recursive: true });
});

t.test('before anything is set up it says so, and what to type', { timeout: 120_000 }, async (t) => {
  const found = await findings();
  t.match(found.find(({ id }) => id === 'secrets.missing')?.mend, /scripts\/setup --for run$/);
  t.match(found.find(({ id }) => id === 'prompts')?.mend, /npm run prompts -- build$/);
  await type(found.find(({ id }) => id === 'secrets.missing')?.mend ?? 'false');
  const faults = (await findings()).filter(({ state }) => state === 'fault');
  t.same(
    faults.map(({ id }) => id),
    ['running'],
    'set up, only the start is missing',
  );
});

t.test('while nothing runs', { timeout: 180_000 }, async (t) => {
  for (const one of whileDown) await t.test(one.name, (t) => examineCase(t, one));
});

t.test('while it runs, started by the command the doctor named', { timeout: 240_000 }, async (t) => {
  const start = (await findings()).find(({ id }) => id === 'running');
  t.match(start?.mend, /npm start$/);
  supervisor = spawn(
    'env',
    ['-u', 'NODE_OPTIONS', 'bash', '-c', `exec ${start?.mend?.replace(/^.*npm/, 'npm') ?? ''}`],
    {
      cwd: projectDir,
      env,
      stdio: 'ignore',
    },
  );
  t.equal(await untilMended('running'), undefined);
  for (let tries = 0; tries < 100 && (await findings()).some(({ state }) => state === 'fault'); tries += 1)
    await sleep(250);
  const command = ['-u', 'NODE_OPTIONS', process.execPath, path.join(projectDir, 'scripts/doctor.mjs')];
  const { stdout } = await run('env', [...command, '--json'], { env, cwd: projectDir });
  t.match(JSON.parse(stdout), { ok: true, faults: 0 }, 'all is well: exit 0');
  for (const one of whileUp) await t.test(one.name, (t) => examineCase(t, one));
});

t.test(
  'half dead: with everything frozen or gone it still answers, in time',
  { timeout: 60_000 },
  async (t) => {
    for (const part of ['service', 'redis', 'postgres', 'asterisk']) await freeze(part);
    const found = await findings();
    for (const part of ['service', 'redis', 'postgres', 'asterisk'])
      t.match(found.find(({ id }) => id === `running.${part}`)?.mend, /^kill -CONT/, part);
    for (const part of ['service', 'redis', 'postgres', 'asterisk'])
      process.kill(await pidOf(part), 'SIGCONT');
    const lock = Number(await readFile(path.join(layout.run, 'start.lock'), 'utf8'));
    process.kill(lock, 'SIGKILL');
    await untilGone(home);
    const command = ['-u', 'NODE_OPTIONS', process.execPath, path.join(projectDir, 'scripts/doctor.mjs')];
    const ended = await run('env', command, { env, cwd: projectDir }).then(
      () => ({ code: 0, stdout: '' }),
      (failed: { code: number; stdout: string }) => failed,
    );
    t.equal(ended.code, 1);
    t.match(ended.stdout, /✗ 故障 FAULT {3}没有运行。 It does not run\.\n {4}.*npm start\n/);
  },
);
