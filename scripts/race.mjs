// @ts-check
// npm run race -- --seed N: four engines on one Redis, with the matcher's lease off and on; engines killed and frozen at random, Redis ended and
// killed. A separate checker judges their histories. Exits 0 only when nothing was doubled, lost or stuck. --judge FOLDER races nothing and judges
// the histories that a race with --folder has left there.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import './load-typescript.mjs';
import { failureLine } from './run/failure-line.mjs';
import { judge, readHistories } from '../test/race/judge.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    offers: { type: 'string', default: '10000' },
    lease: { type: 'string' },
    folder: { type: 'string' },
    judge: { type: 'string' },
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
    'npm run race -- [--seed N] [--offers N] [--lease on|off] [--folder PATH | --judge PATH] [--port-base N]: whole numbers',
  );
  process.exit(2);
}

const { runRace } = await import('../test/race/race.js');
const { startTestRedis } = await import('../test/redis-instance.js');
const folder = values.judge ?? values.folder ?? (await mkdtemp(path.join(tmpdir(), 'yihao-race-')));
let isSound = true;
let committed = 0;
let raced = { seed, offers };

for (const lease of leases) {
  const histories = path.join(folder, lease);
  if (values.judge === undefined) await race(lease, histories);
  const { faults, figures } = judge(noting(readHistories(histories)));
  for (const fault of faults) console.error(`FAULT: ${fault}`);
  console.log(`lease ${lease}: ${JSON.stringify(figures)}`);
  isSound &&= faults.length === 0;
  committed += Number(figures['committed']);
}

if (isSound) {
  console.log(`all holds: ${committed} offers, 0 doubled, 0 lost, 0 stuck; seed ${raced.seed}`);
  if (values.judge === undefined && values.folder === undefined) await rm(folder, { recursive: true });
} else {
  const again = `npm run race -- --seed ${raced.seed} --offers ${raced.offers}`;
  console.log(`histories in ${folder}`);
  console.log(
    failureLine(raced.seed, values.lease === undefined ? again : `${again} --lease ${values.lease}`),
  );
  process.exitCode = 1;
}

/**
 * What was raced is read from the history itself.
 * @param {Iterable<import('../test/race/judge.mjs').Entry>} entries
 */
function* noting(entries) {
  for (const entry of entries) {
    if (entry.what === 'race') raced = { seed: entry.seed, offers: entry.offers * leases.length };
    yield entry;
  }
}

/** @param {'off' | 'on'} lease @param {string} histories */
async function race(lease, histories) {
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
  console.log(`lease ${lease}: ${seconds} s`);
}
