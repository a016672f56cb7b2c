// @ts-check
// npm run bench:acd -- --json FILE: from an event to a committed offer on a real Redis, at three sizes of a hotline; the best of three rounds.

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import './load-typescript.mjs';
import { commitNow } from './run/failure-line.mjs';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seed: { type: 'string', default: '1' },
    events: { type: 'string', default: '2000' },
    'port-base': { type: 'string', default: '14490' },
    sizes: { type: 'string', default: '150x300,1500x3000,10000x50000' },
    rounds: { type: 'string', default: '3' },
  },
});
const [seed, events, portBase, rounds] = [values.seed, values.events, values['port-base'], values.rounds].map(
  Number,
);
const figures = values.sizes.split(',').map((size) => size.split('x').map(Number));
const isPair = (/** @type {number[]} */ pair) => pair.length === 2 && pair.every((one) => one > 0);
const isWhole = [seed, events, portBase, rounds, ...figures.flat()].every(Number.isInteger);
if (!isWhole || !figures.every(isPair) || Number(events) < 1 || Number(rounds) < 1) {
  const options = '[--json FILE] [--seed N] [--events N] [--port-base N] [--sizes 150x300,…] [--rounds N]';
  console.error(`npm run bench:acd -- ${options}: whole numbers; a size is agents x waiting`);
  process.exit(2);
}
const SIZES = figures.map(([agents = 0, waiting = 0]) => ({ agents, waiting }));

const { benchOffers } = await import('../test/acd/offer-bench.js');
const { chanceOf } = await import('../test/acd/distributor-run.js');
const { startTestRedis } = await import('../test/redis-instance.js');

const redis = await startTestRedis(Number(portBase));
const sizes = [];
let pingP99Ms = 0;
try {
  for (const size of SIZES) {
    const results = [];
    for (let round = 0; round < Number(rounds); round += 1)
      results.push(await benchOffers(redis, size, Number(events), chanceOf(Number(seed) + round)));
    const [best] = results.sort((one, other) => one.p99Ms - other.p99Ms);
    if (best === undefined) continue;
    const { pingP99Ms: ping, ...measured } = best;
    pingP99Ms = Math.max(pingP99Ms, ping);
    sizes.push(measured);
    console.log(`${JSON.stringify(measured)}, PING p99 beside it ${ping} ms`);
  }
} finally {
  await redis.remove();
}
const report = { sizes, pingP99Ms, seed, commit: commitNow() };
console.log(JSON.stringify(report));
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
