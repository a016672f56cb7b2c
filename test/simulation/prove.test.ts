// `npm run prove` as somebody types it: 0 only when all holds, and a failure that can be lived again.
import { execFile } from 'node:child_process';
import path from 'node:path';
import t from 'tap';
import { commitNow } from '../../scripts/run/failure-line.mjs';

const folder = path.resolve(import.meta.dirname, '../..');

interface Ended {
  readonly code: number | string | undefined;
  readonly lastLine: string;
  readonly stderr: string;
}

/** Runs a command line of `npm run`. */
function run(line: string): Promise<Ended> {
  const [, , ...rest] = line.split(' ');
  return new Promise((resolve) => {
    const options = { cwd: folder, timeout: 120_000, maxBuffer: 1 << 26 };
    execFile('npm', ['run', '--silent', ...rest], options, (error, stdout, stderr) =>
      resolve({
        code: error === null ? 0 : (error.code ?? undefined),
        lastLine: stdout.trim().split('\n').at(-1) ?? '',
        stderr,
      }),
    );
  });
}

/** The shortest life, without the times and places of this run. */
const shortest = (stderr: string) => /Counterexample: (.*)/.exec(stderr)?.[1];

t.test('all holds: 0, and the last line says steps and seed', async (t) => {
  const { code, lastLine, stderr } = await run('npm run prove -- --seed 20 --steps 2000');
  t.equal(code, 0, stderr);
  t.match(lastLine, /^all holds: \d{4,} steps, seed 20$/);
  t.ok(Number(/(\d+) steps/.exec(lastLine)?.[1]) >= 2_000);
});

for (const weather of ['calm', 'storm'] as const) {
  t.test(
    `${weather}: of a broken history it says seed and commit, exits 1, and fails again by the line it prints`,
    async (t) => {
      const first = await run(`npm run prove -- --seed 30 --steps 4000 --weather ${weather} --unheard-end 1`);
      t.equal(first.code, 1);
      t.match(first.stderr, /arrived is not ended and under way/);
      const said = /^FAILED: seed (\d+), commit (\S+); again: (npm run prove -- .*)$/.exec(first.lastLine);
      t.ok(said, first.lastLine);
      const [, seed = '', commit = '', again = ''] = said ?? [];
      t.equal(commit, commitNow());
      t.match(again, `--seed ${seed} `);
      const second = await run(again);
      t.equal(second.code, 1);
      t.equal(second.lastLine, first.lastLine);
      t.ok(shortest(first.stderr), 'the shortest life is told');
      t.equal(shortest(second.stderr), shortest(first.stderr), 'and is the same');
    },
  );
}

t.test('what cannot be read is refused, and nothing is proved', async (t) => {
  for (const wrong of ['--steps 0', '--weather fog']) {
    const { code, stderr } = await run(`npm run prove -- ${wrong}`);
    t.equal(code, 2, wrong);
    t.match(stderr, /--seed N/);
  }
});
