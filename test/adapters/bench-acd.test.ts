// npm run bench:acd at tiny sizes: it measures, writes what docs/performance.md says, and leaves nothing running.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

const portBase = 14_920;
const run = promisify(execFile);
const bench = (...options: readonly string[]) =>
  run(process.execPath, ['scripts/bench-acd.mjs', ...options], { timeout: 120_000 });

t.test('its JSON has each size, with the figures of its best round', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-bench-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const json = join(folder, 'bench.json');
  const small = ['--sizes', '4x40,8x80', '--events', '10', '--rounds', '1', '--seed', '7'];
  await bench(...small, '--json', json, '--port-base', String(portBase));
  const report: unknown = JSON.parse(await readFile(json, 'utf8'));
  const size = (agents: number, waiting: number) => ({
    ...{ agents, waiting, events: 10 },
    ...{ p50Ms: Number, p99Ms: Number, cpuUsPerEvent: Number },
  });
  t.match(report, { sizes: [size(4, 40), size(8, 80)], pingP99Ms: Number, seed: 7, commit: String });
  const { sizes } = report as {
    readonly sizes: readonly { readonly p50Ms: number; readonly p99Ms: number }[];
  };
  t.equal(sizes.length, 2);
  t.ok(sizes.every(({ p50Ms, p99Ms }) => p50Ms > 0 && p50Ms <= p99Ms));
});

t.test('what is no size is refused before anything is started', async (t) => {
  await t.rejects(bench('--sizes', '4'), { code: 2 });
  await t.rejects(bench('--sizes', '4x0'), { code: 2 });
});
