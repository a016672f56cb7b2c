// scripts/setup: quick when all is there, and one clear sentence when something stands in its way.

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { untestedPackages } from '../../scripts/install/asterisk.mjs';
import { takeLock } from '../../scripts/install/lock-file.mjs';
import { inStep } from '../../scripts/install/node-modules.mjs';
import { fillTemplate } from '../../scripts/run/asterisk-config.mjs';
import { isNewEnough } from '../../scripts/run/asterisk-program.mjs';
import { layoutOf, projectDir } from '../../scripts/run/layout.mjs';
import { readTrunkPlan } from '../../scripts/run/trunks.mjs';

const run = promisify(execFile);
const root = await mkdtemp(path.join(tmpdir(), 'yihao-set-up-'));
await chmod(root, 0o755);
t.teardown(() => rm(root, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs scripts/setup in a home of its own; the rest of the environment is this machine's. */
async function setUp(purpose: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const own = { YIHAO_HOME: path.join(root, 'home'), YIHAO_PORT_BASE: '14345', YIHAO_SIP_PORT: '15062' };
  const options = { env: { ...process.env, ...own, ...env }, timeout: 120_000 };
  // tap's loaders come through NODE_OPTIONS and are not meant for set-up.
  const args = ['-u', 'NODE_OPTIONS', path.join(projectDir, 'scripts/setup'), '--for', purpose];
  return run('env', args, options).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (failed: { code: number; stdout: string; stderr: string }) => ({
      code: failed.code,
      out: failed.stdout,
      err: failed.stderr,
    }),
  );
}

/** One sentence in Chinese, then one in English, and no stack. */
function isClear(words: string): boolean {
  return (
    /[\u4e00-\u9fff].*[。!?] .*[A-Za-z]/s.test(words) &&
    !/^\s+at /m.test(words) &&
    words.trim().split('\n').length === 1
  );
}

t.test('set-up is quick the second time, and changes no secret', { timeout: 150_000 }, async (t) => {
  const first = await setUp('run');
  t.equal(first.code, 0, first.err);
  const secrets = path.join(root, 'home/secrets');
  const names = (await readdir(secrets)).toSorted();
  const passwords = ['admin', 'audit', 'hotline', 'security'];
  const keys = ['caller-key', 'kiosk', 'session', 'sms-gateway', 'totp-key'];
  t.same(names, [...passwords, ...keys, 'ami', 'ari', 'postgres', 'redis'].toSorted());
  t.equal((await stat(secrets)).mode & 0o777, 0o700);
  const values = await Promise.all(names.map((name) => readFile(path.join(secrets, name), 'utf8')));
  t.equal(new Set(values).size, names.length, 'no two are equal');
  for (const name of names) t.equal((await stat(path.join(secrets, name))).mode & 0o777, 0o600, name);
  const startedMs = performance.now();
  const second = await setUp('run');
  t.equal(second.code, 0, second.err);
  t.ok(performance.now() - startedMs < 15_000, `${Math.round(performance.now() - startedMs)} ms`);
  t.same(await Promise.all(names.map((name) => readFile(path.join(secrets, name), 'utf8'))), values);
});

t.test('a port that is taken is named, with the setting that moves it', async (t) => {
  const server = net.createServer().listen(14347, '127.0.0.1');
  t.teardown(() => server.close());
  const { code, err } = await setUp('run');
  t.equal(code, 1);
  t.ok(isClear(err), err);
  t.match(err, /14347.*YIHAO_PORT_BASE/);
});

t.test('a second run on one home waits for nobody and says who is at work', async (t) => {
  const lock = await takeLock(path.join(root, 'home/run/setup.lock'));
  t.ok(lock.ok);
  const { code, err } = await setUp('test');
  t.equal(code, 1);
  t.ok(isClear(err), err);
  t.match(err, String(process.pid));
  if (lock.ok) await lock.release();
  const again = await takeLock(path.join(root, 'home/run/setup.lock'));
  t.ok(again.ok, 'a lock that was given back can be taken');
  if (again.ok) await again.release();
});

/** A folder with a program of that name, and every tool a shell script needs. */
async function pathWith(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(path.join(root, 'path-'));
  for (const tool of ['bash', 'env', 'dirname', 'sh', 'flock', 'cat']) {
    await symlink((await run('which', [tool])).stdout.trim(), path.join(folder, tool));
  }
  await writeFile(path.join(folder, name), text, { mode: 0o755 });
  return folder;
}

t.test('a Node that is too old, or none, is told from the right one', async (t) => {
  const old = await setUp('run', { PATH: await pathWith('node', '#!/bin/sh\necho v20.18.3\n') });
  t.equal(old.code, 1);
  t.ok(isClear(old.err), old.err);
  t.match(old.err, /v20\.18\.3.*20\.19/s);
  const none = await setUp('run', { PATH: await pathWith('other', '') });
  t.equal(none.code, 1);
  t.ok(isClear(none.err), none.err);
});

t.test('a machine without apt is sent to the Dockerfile', async (t) => {
  const { code, err } = await setUp('test', {
    PATH: await pathWith('node', `#!/bin/sh\nexec ${process.execPath} "$@"\n`),
  });
  t.equal(code, 1);
  t.ok(isClear(err), err);
  t.match(err, /Dockerfile/);
});

t.test('who is not root gets the one line to run, and sudo is never called', async (t) => {
  const folder = await pathWith('dpkg-query', '#!/bin/sh\necho "sox installed"\nexit 1\n');
  await symlink(process.execPath, path.join(folder, 'node'));
  await writeFile(path.join(folder, 'sudo'), `#!/bin/sh\necho called > ${root}/sudo-was-called\n`, {
    mode: 0o755,
  });
  // Whoever runs this test may be root: a Node that says it is not stands in.
  const preload = path.join(root, 'not-root.cjs');
  await writeFile(preload, 'process.getuid = () => 1000;\n');
  await rm(path.join(folder, 'node'));
  await writeFile(
    path.join(folder, 'node'),
    `#!/bin/sh\nexec ${process.execPath} --require ${preload} "$@"\n`,
    { mode: 0o755 },
  );
  const { code, err } = await setUp('test', { PATH: folder, YIHAO_HOME: path.join(root, 'other') });
  t.equal(code, 1);
  t.match(
    err,
    /sudo apt-get install --no-install-recommends redis-server postgresql espeak-ng ffmpeg debian-archive-keyring sip-tester baresip-core chromium fonts-noto-cjk/,
  );
  await t.rejects(stat(path.join(root, 'sudo-was-called')));
});

t.test('a wrong purpose and a wrong port are refused in words', async (t) => {
  t.match((await setUp('fun')).err, /demo\|test\|run/);
  const { code, err } = await setUp('run', { YIHAO_SIP_PORT: '70000' });
  t.equal(code, 1);
  t.ok(isClear(err), err);
});

t.test(
  'trunks that cannot be written into Asterisk’s configuration are refused, naming the field',
  async (t) => {
    const flows = path.join(root, 'flows');
    await mkdir(flows);
    const trunk = "id: a, kind: address, addresses: ['192.0.2.1'], maxLines: 3";
    const plan = (rows: string, more = '') => `maxCalls: 3\ntrunks: [${rows}]\n${more}`;
    const cases: readonly (readonly [string, RegExp])[] = [
      [plan('{ id: "a\\nb", kind: address }'), /trunks\..*id/s],
      [plan(`{ ${trunk.replace('192.0.2.1', '192.0.2.1\\npermit=0.0.0.0/0')} }`), /addresses/],
      [plan(`{ ${trunk}, didFrom: header }`), /didFrom/],
      [plan(`{ ${trunk} }, { ${trunk} }`), /trunks/],
      [plan(`{ ${trunk} }`, 'dutyPhones: [{ trunk: a, number: "13900000000" }]'), /dutyPhones/],
      ['trunks: [', /YAML/],
    ];
    for (const [trunksYaml, expected] of cases) {
      await writeFile(path.join(flows, 'trunks.yaml'), trunksYaml);
      await t.rejects(readTrunkPlan(flows), { name: 'SettingError', message: expected }, trunksYaml);
    }
    t.throws(() => fillTemplate('x.conf', 'port = {{prot}}', { port: 1 }), { message: /prot/ });
  },
);

t.test('what set-up decides by comparing', async (t) => {
  t.ok(isNewEnough('1:22.10.1+dfsg') && isNewEnough('22.11.0') && isNewEnough('23.1'));
  t.notOk(isNewEnough('22.9.4') || isNewEnough('20.19.0') || isNewEnough('part-123') || isNewEnough(''));
  const lock = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  };
  t.ok(inStep(lock, { 'node_modules/a': { version: '1.0.0' } }));
  t.notOk(inStep(lock, { 'node_modules/a': { version: '1.0.1' } }));
  t.notOk(inStep(lock, { 'node_modules/a': { version: '1.0.0' }, 'node_modules/c': { version: '1.0.0' } }));
  const tested = { asterisk: { version: '1', sha256: 'aa' } };
  t.same(untestedPackages({ asterisk: { version: '1', sha256: 'aa' } }, tested), []);
  t.same(
    untestedPackages(
      { asterisk: { version: '1', sha256: 'ab' }, libc6: { version: '2', sha256: 'cc' } },
      tested,
    ),
    ['asterisk', 'libc6'],
  );
  const layout = layoutOf({ YIHAO_HOME: '/srv/yihao', YIHAO_PORT_BASE: '20000' });
  t.same(
    [layout.httpPort, layout.ariPort, layout.amiPort, layout.redisPort, layout.postgresPort],
    [20000, 20001, 20002, 20003, 20004],
  );
  t.equal(layout.secrets, '/srv/yihao/secrets');
});
