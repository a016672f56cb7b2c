// npm start: everything comes up, says how to use it, comes back when it dies, and leaves nothing running however it is ended.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { layoutOf, projectDir } from '../../scripts/run/layout.mjs';
import { processesOf, untilGone } from './processes-of-home.js';

const home = await mkdtemp(path.join(tmpdir(), 'yihao-start-'));
const ports = {
  YIHAO_PORT_BASE: '14350',
  YIHAO_SIP_PORT: '15064',
  YIHAO_RTP_START: '16600',
  YIHAO_RTP_END: '16699',
};
const env = { ...process.env, ...ports, YIHAO_HOME: home };
const layout = layoutOf(env);
const parts = ['asterisk', 'postgres', 'redis', 'service'];
t.teardown(() => rm(home, { recursive: true, force: true }));

interface Started {
  readonly npm: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

/** Runs `npm start` and waits for its last line. */
async function start(): Promise<Started> {
  const npm = spawn('env', ['-u', 'NODE_OPTIONS', 'npm', 'start'], {
    cwd: projectDir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => npm.once('close', resolve));
  for (let tries = 0; tries < 900 && npm.exitCode === null && !output.includes('Ctrl-C'); tries += 1)
    await sleep(100);
  if (!output.includes('Wallboard')) throw new Error(`npm start did not come up:\n${output}`);
  return { npm, output: () => output, ended };
}

/** The pid each part has now. */
async function pids(): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const part of parts) {
    const text = await readFile(path.join(layout.run, `${part}.pid`), 'utf8').catch(() => '');
    if (text !== '') found.set(part, Number(text));
  }
  return found;
}

t.test(
  'npm start says how to register, how to sign in and where the wallboard is',
  { timeout: 240_000 },
  async (t) => {
    const { npm, output, ended } = await start();
    t.match(output(), /^Wallboard: http:\/\/127\.0\.0\.1:14350\/$/m);
    t.match(output(), /127\.0\.0\.1:15064/);
    t.match(output(), /\*20/);
    const wallboard = await fetch('http://127.0.0.1:14350/', { signal: AbortSignal.timeout(5000) });
    t.ok(wallboard.ok, 'and the page is there');
    const before = await pids();
    t.same([...before.keys()].toSorted(), parts);

    const second = spawn('env', ['-u', 'NODE_OPTIONS', 'npm', 'start'], {
      cwd: projectDir,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let refused = '';
    second.stderr.on('data', (chunk: Buffer) => (refused += chunk.toString()));
    t.equal(await new Promise((resolve) => second.once('close', resolve)), 1);
    t.match(refused, /YIHAO_HOME/, 'a second one on the same home is refused in words');

    for (const [part, pid] of before) {
      process.kill(pid, 'SIGKILL');
      for (let tries = 0; tries < 100 && ((await pids()).get(part) ?? pid) === pid; tries += 1)
        await sleep(100);
      t.not((await pids()).get(part) ?? pid, pid, `${part} comes back after a kill`);
    }
    npm.kill('SIGTERM');
    const goneMs = await untilGone(home);
    t.ok(goneMs < 5000, `SIGTERM to npm ends all in ${Math.round(goneMs)} ms`);
    await ended;
    t.same(await pids(), new Map(), 'no pid file is left');
  },
);

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  t.test(`${signal} to npm's pid ends every child within 5 s`, { timeout: 120_000 }, async (t) => {
    const { npm, ended } = await start();
    t.ok((await processesOf(home)).length > parts.length);
    npm.kill(signal);
    const goneMs = await untilGone(home);
    t.ok(goneMs < 5000, `${Math.round(goneMs)} ms`);
    await ended;
  });
}

t.test(
  'the supervisor itself killed: its children end within 5 s all the same',
  { timeout: 120_000 },
  async (t) => {
    const { ended } = await start();
    const text = await readFile(path.join(layout.run, 'start.lock'), 'utf8');
    process.kill(Number(text), 'SIGKILL');
    const goneMs = await untilGone(home);
    t.ok(goneMs < 5000, `${Math.round(goneMs)} ms`);
    await ended;
  },
);
