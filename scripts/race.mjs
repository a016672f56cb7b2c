// @ts-check
// npm run race -- --seed N: four engines on one Redis, with the matcher's lease off and on; engines killed and frozen at random, Redis ended and
// killed. A separate checker judges their histories. Exits 0 only when nothing was doubled, lost or stuck.

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import './load-typescript.mjs';
import { judge, readHistories } from '../test/race/judge.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    offers: { type: 'string', default: '10000' },
    lease: { type: 'string' },
    folder: { type: 'string' },
    'port-base': { type: 'string', default: '14480' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const offers = Number(values.offers);
const portBase = Number(values['port-base']);
const leases = /** @type {readonly ('off' | 'on')[]} */ (
  values.lease === undefined ? ['off', 'on'] : [values.lease]
);
if (
  ![seed, offers, portBase].every(Number.isInteger) ||
  offers < 2 ||
  !leases.every((one) => one === 'on' || one === 'off')
) {
  console.error(
    'npm run race -- [--seed N] [--offers N] [--lease on|off] [--folder PATH] [--port-base N]: whole numbers',
  );
  process.exit(2);
}

const { runRace } = await import('../test/race/race.js');
const { startTestRedis } = await import('../test/redis-instance.js');
const folder = values.folder ?? (await mkdtemp(path.join(tmpdir(), 'yihao-race-')));
let isSound = true;

for (const lease of leases) {
  const histories = path.join(folder, lease);
  await mkdir(folder, { recursive: true });
  await rm(histories, { recursive: true, force: true });
  const redis = await startTestRedis(portBase);
  const startedMs = performance.now();
  try {
    const report = (/** @type {string} */ words) => console.log(`lease ${lease}: ${words}`);
    await runRace({
      seed,
      offers: Math.ceil(offers / leases.length),
      lease,
      folder: histories,
      redis,
      report,
    });
  } finally {
    await redis.remove();
  }
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const { faults, figures } = judge(readHistories(histories));
  for (const fault of faults) console.error(`FAULT: ${fault}`);
  console.log(`lease ${lease}, ${seconds} s: ${JSON.stringify(figures)}`);
  isSound &&= faults.length === 0;
}

if (isSound) {
  console.log(`all holds: 0 doubled, 0 lost, 0 stuck; seed ${seed}`);
  if (values.folder === undefined) await rm(folder, { recursive: true });
} else {
  console.log(`FAILED: seed ${seed}, commit ${commit()}; histories in ${folder}`);
  process.exitCode = 1;
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', timeout: 5_000 }).trim();
  } catch {
    return 'unknown';
  }
}
