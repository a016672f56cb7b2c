// npm run demo: a stranger types it and watches a hotline live; it leaves nothing running, and a wrong option is refused in words.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import t, { type Test } from 'tap';
import { layoutOf, projectDir } from '../../scripts/run/layout.mjs';
import { portsOf, requireFree } from '../../scripts/run/ports.mjs';
import { processesOf, untilGone } from './processes-of-home.js';

const home = await mkdtemp(path.join(tmpdir(), 'yihao-demo-'));
const env = {
  ...process.env,
  YIHAO_PORT_BASE: '19300',
  YIHAO_SIP_PORT: '19310',
  YIHAO_RTP_START: '25400',
  YIHAO_RTP_END: '25799',
  YIHAO_HOME: home,
};
const layout = layoutOf(env);
t.teardown(() => rm(home, { recursive: true, force: true }));

interface Started {
  readonly npm: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

function start(...options: readonly string[]): Started {
  const npm = spawn('env', ['-u', 'NODE_OPTIONS', 'npm', 'run', 'demo', '--', ...options], {
    cwd: projectDir,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { npm, output: () => output, ended: new Promise((resolve) => npm.once('close', resolve)) };
}

/** Waits until the demo has printed this. */
async function says({ npm, output }: Started, words: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = words.exec(output());
    if (found) return found;
    if (npm.exitCode !== null || performance.now() > endMs)
      throw new Error(`not said: ${String(words)}\n${output()}`);
    await sleep(100);
  }
}

async function pidOf(part: string): Promise<number> {
  return Number(await readFile(path.join(layout.run, `${part}.pid`), 'utf8').catch(() => ''));
}

/** Looks at the board as the room's screen would, and leaves a picture of it. */
async function pictureOfWall(t: Test, { output }: Started, folder: string): Promise<void> {
  const [, address = ''] = /Kiosk: (\S+)/.exec(output()) ?? [];
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    await page.goto(address);
    await page.locator('[data-agent][data-state="talking"]').first().waitFor({ timeout: 30_000 });
    t.equal(await page.locator('[data-agent]').count(), 3, 'the board shows every agent at work');
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, 'wall-demo.png'), animations: 'disabled' });
  } finally {
    await browser.close();
  }
}

t.test('an option that cannot be used: exit 2, and what to write instead', { timeout: 30_000 }, async (t) => {
  const { ended, output } = start('--agents', 'many');
  t.equal(await ended, 2);
  t.match(output(), /--agents 应为 1 到 60 的整数,例如 --agents 8。 --agents takes a whole number/);
  t.same(await processesOf(home), []);
});

t.test(
  'a hotline comes up, calls are answered, its people come back, and SIGINT ends it all',
  { timeout: 120_000 },
  async (t) => {
    const flowsBefore = await readFile(path.join(projectDir, 'ivr-flows/policies.yaml'), 'utf8');
    const demo = start('--agents', '3', '--calls-per-minute', '30', '--seed', '7');
    await says(demo, /^Wallboard: /m, 90_000);
    t.match(demo.output().match(/^.*https?:\/\/.*$/m)?.[0], /^Wallboard: http:\/\/127\.0\.0\.1:19300\/$/);
    const page = await fetch('http://127.0.0.1:19300/', { signal: AbortSignal.timeout(5000) });
    t.ok(page.ok, 'and the page is there');

    const [, seconds] = await says(demo, /first answered demo call (\S+) s after start/, 45_000);
    t.comment(`first answered demo call ${seconds} s after start`);
    t.match(demo.output(), /工号 1001 {2}密码 PIN \d{6}/, 'it says how to log in');

    const people = await pidOf('people');
    process.kill(people, 'SIGKILL');
    await says(demo, /people 已重启 started again/, 10_000);
    t.not(await pidOf('people'), people, 'the people come back after a kill');
    const [, calls, answered] = await says(demo, /来电 calls (\d+) · 接通 answered (\d+)/, 20_000);
    t.ok(Number(calls) >= 1 && Number(answered) >= 1, 'the day goes on where it was');

    await pictureOfWall(t, demo, path.join(projectDir, '.pictures'));

    const told = demo.output() + (await readFile(path.join(layout.log, 'people.log'), 'utf8'));
    t.notMatch(told, /0311\D?0000/, 'no number is told');
    t.equal(await readFile(path.join(projectDir, 'ivr-flows/policies.yaml'), 'utf8'), flowsBefore);

    demo.npm.kill('SIGINT');
    const goneMs = await untilGone(home);
    t.ok(goneMs < 5000, `SIGINT to npm ends all in ${Math.round(goneMs)} ms`);
    await demo.ended;
    await t.resolves(requireFree(Object.values(portsOf(layout)).flat()), 'every port is free again');
  },
);

t.test(
  'the demo itself killed: people and parts end within 5 s all the same',
  { timeout: 60_000 },
  async (t) => {
    const demo = start('--agents', '2', '--minutes', '5');
    await says(demo, /Ctrl-C/, 40_000);
    while (!((await pidOf('people')) > 0)) await sleep(100);
    process.kill(Number(await readFile(path.join(layout.run, 'start.lock'), 'utf8')), 'SIGKILL');
    const goneMs = await untilGone(home);
    t.ok(goneMs < 5000, `${Math.round(goneMs)} ms`);
    await demo.ended;
  },
);
