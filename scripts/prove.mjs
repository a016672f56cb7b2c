// @ts-check
// npm run prove -- --seed N: the distributor lives a long random life, held after every step against the plainest one there
// can be and against what is promised of it. Exits 0 only when all of it holds.

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

/** A configuration lives for so many steps; then another one begins, with the next seed. */
const stepsOfLife = 10_000;
const { runDistributor } = await import('../test/acd/distributor-run.js');

let done = 0;
let life = seed;
while (done < steps) {
  const count = Math.min(stepsOfLife, steps - done);
  try {
    const { pairs, served, byRing, overtaken, overtakenBound } = runDistributor(life, count);
    done += count;
    const bound = `overtaken ${overtaken} times at most, bound ${overtakenBound}`;
    console.log(`${done}: ${pairs} pairs, ${byRing} by a ring, ${served} served; ${bound}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.log(
      `FAILED: seed ${life}, commit ${commit()}; again: npm run prove -- --seed ${life} --steps ${count}`,
    );
    process.exit(1);
  }
  life += 1;
}
console.log(`all holds: ${steps} steps, seed ${seed}`);

function commit() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', timeout: 5_000 }).trim();
  } catch {
    return 'unknown';
  }
}
