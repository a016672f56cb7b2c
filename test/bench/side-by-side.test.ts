// The bench runs from its start to its end on real parts, tells figures of the shape it promises, and leaves nothing behind.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { projectDir } from '../../scripts/run/layout.mjs';

const folder = await mkdtemp(join(tmpdir(), 'yihao-bench-test-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number | string;
  readonly out: string;
  readonly err: string;
}

function bench(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...process.env, TMPDIR: folder, NODE_OPTIONS: '' };
    const options = { cwd: projectDir, env, timeout: 200_000 };
    execFile(process.execPath, ['scripts/bench.mjs', ...args], options, (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    );
  });
}

t.test('an option that cannot be used is refused with what may be written', async (t) => {
  for (const args of [['--rounds', '0'], ['--rounds', 'many'], ['--port-base', '99999'], ['--fast']]) {
    const { code, err } = await bench(...args);
    t.equal(code, 2, args.join(' '));
    t.match(err, /npm run bench -- /, args.join(' '));
  }
});

t.test('a quick run tells everything side by side', async (t) => {
  const file = join(folder, 'figures.json');
  const { code, out, err } = await bench(
    ...['--quick', '--json', file, '--port-base', '18220', '--rtp-start', '12400'],
  );
  t.equal(code, 0, `${out}${err}`);
  const figures = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const both = { p50: Number, p99: Number };
  const three = { yihao: both, appQueue: both, bareAri: both };
  t.match(figures, {
    rounds: 1,
    gapMs: three,
    inviteToAgentMs: three,
    cpuMsPerCall: {
      yihao: { asterisk: Number, engine: Number, redis: Number, postgres: Number, total: Number },
      appQueue: { total: Number },
      bareAri: { total: Number },
    },
    maxCps: { yihao: Number, appQueue: Number },
    commit: /^[0-9a-f]{40}$|^unknown$/,
  });
  t.same(Object.keys(figures), ['rounds', 'gapMs', 'inviteToAgentMs', 'cpuMsPerCall', 'maxCps', 'commit']);
});
