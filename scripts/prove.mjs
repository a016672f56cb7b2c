// @ts-check
// npm run prove -- --seed N: the whole distributor lives long random lives, in calm and in storm by turns, and the matcher's index lives
// beside the plainest distributor there can be. After every step all that is promised is held against it. Exits 0 only when all of it holds.

import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import './load-typescript.mjs';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, steps: { type: 'string', default: '1000000' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const steps = Number(values.steps);
if (!Number.isInteger(seed) || !Number.isInteger(steps) || steps < 1) {
  console.error('npm run prove -- [--seed N] [--steps N]: whole numbers');
  process.exit(2);
}

/** Steps of the whole distributor; then so many of the index alone, by the same seed. */
const STEPS_AT_ONCE = 20_000;
const STEPS_OF_INDEX = 2_000;
/** Enough for all lives of one seed. */
const STEPS_OF_SEED = 40_000;

const { live } = await import('../test/simulation/distributor-steps.js');
const { noTally } = await import('../test/simulation/whole-distributor.js');
const { runDistributor } = await import('../test/acd/distributor-run.js');

const tally = noTally();
let next = seed;
while (tally.steps < steps) {
  const from = next;
  const lived = await live(from, Math.min(STEPS_AT_ONCE, steps - tally.steps), tally);
  if (lived.failure !== undefined) fail(lived.seed, lived.failure);
  try {
    runDistributor(from, STEPS_OF_INDEX);
  } catch (error) {
    fail(from, error instanceof Error ? error.message : String(error));
  }
  next = lived.seed + 1;
  console.log(JSON.stringify(tally));
}
console.log(`all holds: ${tally.steps} steps, seed ${seed}`);

/** @param {number} failed @param {string} why */
function fail(failed, why) {
  console.error(why);
  console.log(
    `FAILED: seed ${failed}, commit ${commit()}; again: npm run prove -- --seed ${failed} --steps ${STEPS_OF_SEED}`,
  );
  process.exit(1);
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', timeout: 5_000 }).trim();
  } catch {
    return 'unknown';
  }
}
