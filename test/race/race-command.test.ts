// `npm run race` as somebody types it: 0 when nothing was doubled, lost or stuck, 1 for a history that says otherwise.
import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { commitNow } from '../../scripts/run/failure-line.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const folder = await mkdtemp(path.join(tmpdir(), 'yihao-race-command-'));
t.teardown(() => rm(folder, { recursive: true }));
const PORTS = { base: 17_340 };

function race(...options: readonly string[]) {
  return new Promise<{ code: unknown; lastLine: string; stderr: string }>((resolve) => {
    const all = ['run', '--silent', 'race', '--', ...options];
    execFile('npm', all, { cwd: root, timeout: 150_000 }, (error, stdout, stderr) =>
      resolve({
        code: error === null ? 0 : error.code,
        lastLine: stdout.trim().split('\n').at(-1) ?? '',
        stderr,
      }),
    );
  });
}

t.test('a race: 0, and the last line says offers and seed', async (t) => {
  const options = ['--seed', '41', '--offers', '400', '--lease', 'off', '--folder', folder];
  const { code, lastLine, stderr } = await race(...options, '--port-base', String(PORTS.base));
  t.equal(code, 0, stderr);
  const said = /^all holds: (\d+) offers, 0 doubled, 0 lost, 0 stuck; seed 41$/.exec(lastLine);
  t.ok(Number(said?.[1]) >= 400, lastLine);
});

t.test('its history judged again: 0; damaged: 1, with seed, commit and what races it again', async (t) => {
  const judged = await race('--judge', folder, '--lease', 'off');
  t.equal(judged.code, 0, judged.stderr);
  t.match(judged.lastLine, /seed 41$/, 'the seed is the history’s own');

  const file = path.join(folder, 'off', 'exchange.jsonl');
  const lines = (await readFile(file, 'utf8')).split('\n');
  const rang = lines.find((line) => line.includes('"what":"rang"')) ?? '';
  const twice = { ...(JSON.parse(rang) as object), offer: 'o-damaged', agent: 'a-damaged' };
  await writeFile(
    file,
    lines.flatMap((line) => (line === rang ? [line, JSON.stringify(twice)] : [line])).join('\n'),
  );
  const damaged = await race('--judge', folder, '--lease', 'off');
  t.equal(damaged.code, 1);
  t.match(damaged.stderr, /FAULT: .*has two agents/);
  t.equal(
    damaged.lastLine,
    `FAILED: seed 41, commit ${commitNow()}; again: npm run race -- --seed 41 --offers 400 --lease off`,
  );
  await appendFile(file, 'not a line\n');
  t.not((await race('--judge', folder, '--lease', 'off')).code, 0, 'what cannot be read holds nothing');
});

t.test('what cannot be read is refused, and nothing is raced', async (t) => {
  for (const wrong of [
    ['--seed', 'x'],
    ['--offers', '1'],
    ['--lease', 'maybe'],
  ] as const) {
    const { code, stderr } = await race(...wrong);
    t.equal(code, 2, wrong.join(' '));
    t.match(stderr, /--seed N/);
  }
});
