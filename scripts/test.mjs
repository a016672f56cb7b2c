// @ts-check
// npm test: sets up what tests need, then the check, then every test that listens: two files at a time, a few alone.

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setUp, wordsOf } from './install/main.mjs';
import { check, PURE_TESTS } from './check.mjs';
import { layoutOf } from './run/layout.mjs';
import { runFiles, sumOf, testFiles } from './tap-suite.mjs';

/** Most of a listening file's time is waiting for sounds, timers and deadlines: one takes a sixth of two cores. */
const LANES = 2;

/** These need the machine for themselves, and why. */
const ALONE = new Map([
  ['test/telephony/two-hundred.test.ts', 'answer times under a load that fills both cores'],
  ['test/telephony/service-killed.test.ts', 'that no fifth of a second of a talk is lost'],
  ['test/telephony/viewers.test.ts', 'latencies and the delay of the event loop'],
  ['test/telephony/fuzz.test.ts', 'keeps both cores so busy that a neighbour’s half seconds would not hold'],
  ['test/phones/phones.test.ts', 'the share of a core that our phones take, and the pace of their sound'],
]);

/** Begun first, the longest first, so that none is left running by itself at the end. The others follow by name. */
const LONGEST = [
  'telephony/progress-query',
  'telephony/sub-centre',
  'telephony/entries',
  'telephony/queueing',
  'telephony/database-killed',
  'telephony/event-prompts',
  'telephony/zero-menu',
  'telephony/phone-death',
  'telephony/feature-codes',
  'telephony/numbers',
  'machine/dialplan',
  'telephony/publishing',
  'telephony/redis-killed',
  'browser/pages',
  'telephony/nuisance',
  'telephony/menu',
  'telephony/confidential',
  'telephony/offers',
  'machine/start',
  'telephony/privacy',
  'machine/demo',
  'prompts/speech',
  'telephony/lines-full',
].map((name) => path.join('test', `${name}.test.ts`));

/** Test folders that are not pure. @param {string} project */
async function listeningFolders(project) {
  const entries = await readdir(path.join(project, 'test'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join('test', name));
  return folders.filter((folder) => !PURE_TESTS.includes(folder));
}

/** @param {string} project */
async function runListening(project) {
  const files = await testFiles(project, await listeningFolders(project));
  const together = new Set([...LONGEST, ...files].filter((file) => files.includes(file) && !ALONE.has(file)));
  const alone = files.filter((file) => ALONE.has(file));
  return sumOf([await runFiles(project, [...together], LANES), await runFiles(project, alone, 1)]);
}

try {
  const layout = layoutOf(process.env);
  await setUp(layout, 'test', console.log);
  const checked = await check(layout.project);
  const { passed, failed } = sumOf([checked, await runListening(layout.project)]);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} catch (error) {
  console.error(wordsOf(error));
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
