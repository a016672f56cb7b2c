// @ts-check
// npm run prove -- --seed N: the whole distributor lives long random lives, in calm and in storm by turns, and the matcher's index lives
// beside the plainest distributor there can be. After every step all that is promised is held against it. Exits 0 only when all of it holds.
// --weather lives in one weather alone, as the suite does. --unheard-end N keeps the N-th end of a call in each life from those who judge: a
// broken history, so that it can be seen that they notice.

import { parseArgs } from 'node:util';
import './load-typescript.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string', default: '1000000' },
    weather: { type: 'string' },
    'unheard-end': { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const steps = Number(values.steps);
const unheardEnd = values['unheard-end'] === undefined ? undefined : Number(values['unheard-end']);
const only = /** @type {'calm' | 'storm' | undefined} */ (values.weather);
const isWhole = [seed, steps, unheardEnd ?? 1].every(Number.isInteger) && steps > 0;
if (!isWhole || (only !== undefined && only !== 'calm' && only !== 'storm')) {
  console.error(
    'npm run prove -- [--seed N] [--steps N] [--weather calm|storm] [--unheard-end N]: whole numbers',
  );
  process.exit(2);
}

/** Steps of the whole distributor; then so many of the index alone, by the same seed. */
const STEPS_AT_ONCE = 20_000;
const STEPS_OF_INDEX = 2_000;

const { live } = await import('../test/simulation/distributor-steps.js');
const { noTally } = await import('../test/simulation/whole-distributor.js');
const { runDistributor } = await import('../test/acd/distributor-run.js');

const tally = noTally();
let next = seed;
while (tally.steps < steps) {
  const from = next;
  const lived = await live(from, Math.min(STEPS_AT_ONCE, steps - tally.steps), tally, {
    ...(only && { only }),
    ...(unheardEnd !== undefined && { unheardEnd }),
  });
  if (lived.failure !== undefined) fail(lived.failure);
  try {
    runDistributor(from, STEPS_OF_INDEX);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  next = lived.seed + 1;
  console.log(JSON.stringify(tally));
}
console.log(`all holds: ${tally.steps} steps, seed ${seed}`);

/** @param {string} failure its last line says how to live it again */
function fail(failure) {
  const lines = failure.split('\n');
  const last = lines.pop();
  console.error(lines.join('\n'));
  console.log(last);
  process.exit(1);
}
