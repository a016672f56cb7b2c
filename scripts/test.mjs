// @ts-check
// npm test: sets up what tests need, then the check, then every test that listens: those that wait, those that reckon, and a few alone.

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setUp, wordsOf } from './install/main.mjs';
import { check, PURE_TESTS } from './check.mjs';
import { layoutOf } from './run/layout.mjs';
import { runFiles, sumOf, testFiles } from './tap-suite.mjs';

/** Files at a time: one that waits for sounds, timers and deadlines takes a sixth of two cores, a fourth of slow ones; one that reckons takes what it gets. */
const LANES = { waiting: 3, reckoning: 3 };

/** These need the machine for themselves, and why. */
const ALONE = new Map([
  ['test/telephony/two-hundred.test.ts', 'answer times under a load that fills both cores'],
  ['test/telephony/service-killed.test.ts', 'that no fifth of a second of a talk is lost'],
  ['test/telephony/viewers.test.ts', 'latencies and the delay of the event loop'],
  ['test/telephony/fuzz.test.ts', 'keeps both cores so busy that a neighbour’s half seconds would not hold'],
  ['test/bench/side-by-side.test.ts', 'loads the machine as far as it goes'],
  ['test/race/race.test.ts', 'four engines and their Redis keep both cores busy'],
  ['test/race/race-command.test.ts', 'the same'],
  ['test/phones/phones.test.ts', 'the share of a core that our phones take, and the pace of their sound'],
]);

/** Files that mostly wait, the longest first, so that none is left running by itself at the end. Beside files that reckon they would lose sound. */
const WAITING = [
  'telephony/number-states',
  'telephony/sub-centre',
  'telephony/numbers',
  'telephony/progress-query',
  'telephony/routing',
  'telephony/other-city',
  'telephony/entries',
  'telephony/hand-over-killed',
  'telephony/outbound',
  'telephony/hand-over',
  'telephony/hand-over-three',
  'telephony/consult-missed',
  'telephony/consult',
  'telephony/consult-killed',
  'telephony/progress-query-killed',
  'telephony/led-numbers',
  'telephony/entries-killed',
  'telephony/merged-seats',
  'telephony/queueing',
  'telephony/silent-caller',
  'telephony/voicemail',
  'telephony/menu',
  'telephony/database-killed',
  'telephony/survey',
  'telephony/consult-hang-up',
  'telephony/event-prompts',
  'telephony/zero-menu',
  'telephony/sub-centre-killed',
  'telephony/break-places',
  'telephony/handed-back',
  'telephony/phone-death',
  'machine/dialplan',
  'telephony/redis-killed',
  'telephony/nuisance',
  'telephony/publishing',
  'telephony/feature-codes',
  'telephony/confidential',
  'telephony/offers',
  'machine/start',
  'telephony/privacy',
  'machine/demo',
  'telephony/lines-full',
  'telephony/legal-route',
  'telephony/messages',
  'telephony/entry-whisper',
  'telephony/asterisk-killed',
  'telephony/baresip',
  'telephony/supervision',
  'telephony/borrowed-people',
  'telephony/removed-phone',
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
  const waiting = WAITING.filter((file) => files.includes(file));
  const reckoning = files.filter((file) => !WAITING.includes(file) && !ALONE.has(file));
  const alone = files.filter((file) => ALONE.has(file));
  return sumOf([
    await runFiles(project, waiting, LANES.waiting),
    await runFiles(project, reckoning, LANES.reckoning),
    await runFiles(project, alone, 1),
  ]);
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
