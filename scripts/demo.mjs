// @ts-check
// npm run demo: sets up what is missing, runs a whole hotline as npm start does, and lets simulated people use it, until it is ended.

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyFlows } from './demo/flows.mjs';
import { OptionError, readOptions, usage } from './demo/options.mjs';
import { SetupFailure } from './install/failure.mjs';
import { takeLock } from './install/lock-file.mjs';
import { setUp, wordsOf } from './install/main.mjs';
import { layoutOf } from './run/layout.mjs';
import { onEnd } from './run/lifetime.mjs';

/** @typedef {import('./run/layout.mjs').Layout} Layout */
/** @typedef {import('./demo/options.mjs').DemoOptions} DemoOptions */
/** @typedef {import('./demo/tally.js').Counts} Counts */

const LOOK_MS = 250;
const STATUS_MS = 15_000;
const TIDY_MS = 60_000;

/** The copy of the flows is made anew: not while a hotline lives on it.
 * @param {Layout} layout */
async function requireAlone({ home, run: runDir }) {
  const lock = await takeLock(path.join(runDir, 'start.lock'));
  if (lock.ok) return lock.release();
  throw new SetupFailure(
    `${home} 已有一个实例在运行(进程 ${lock.holderPid})。请先停止它,或换一个 YIHAO_HOME。`,
    `One already runs in ${home} (process ${lock.holderPid}): stop it or set another YIHAO_HOME.`,
  );
}

/**
 * Prints how the day goes, for ever: when the first call was answered, then a calm line now and then.
 * @param {() => Promise<Counts | undefined>} look
 */
async function report(look) {
  const { firstAnswerLine, statusLine } = await import('./demo/words.mjs');
  let answered = false;
  let lineAtMs = performance.now() + STATUS_MS;
  for (;;) {
    await sleep(LOOK_MS);
    const counts = await look();
    if (counts === undefined) continue;
    if (!answered && counts.firstAnsweredAtMs > 0) {
      answered = true;
      console.log(firstAnswerLine(counts.firstAnsweredAtMs - performance.timeOrigin));
    }
    if (performance.now() < lineAtMs) continue;
    lineAtMs += STATUS_MS;
    console.log(statusLine(counts, performance.now()));
  }
}

/** @param {DemoOptions} options */
async function run(options) {
  const shipped = layoutOf(process.env);
  await requireAlone(shipped);
  const flows = await copyFlows(shipped, options.agents);
  const layout = layoutOf({ ...process.env, YIHAO_FLOWS: flows });
  await setUp(layout, 'demo', console.log);
  // Only now are the modules there that these import.
  const { Supervisor } = await import('./run/supervisor.mjs');
  const { readCounts, startPeople } = await import('./demo/people-part.mjs');
  const { greeting } = await import('./demo/words.mjs');
  const { removeOldRecordings } = await import('./demo/recordings.mjs');
  const supervisor = new Supervisor(layout, console.log);
  /** @type {import('./run/part.mjs').Part[]} */
  const people = [];
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    await Promise.all(people.map((part) => part.stop()));
    await supervisor.stop();
    process.exit(0);
  };
  onEnd(end);
  await supervisor.start();
  if (ending) return;
  console.log(await greeting(layout, options));
  people.push(await startPeople(layout, options, console.log));
  if (ending) return;
  setInterval(() => void removeOldRecordings(layout.recordings, performance.timeOrigin), TIDY_MS);
  if (options.minutes !== undefined) setTimeout(() => void end(), options.minutes * 60_000);
  await report(() => readCounts(layout));
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === undefined) console.log(usage);
  else await run(options);
} catch (error) {
  if (error instanceof OptionError) {
    console.error(error.message);
    process.exit(2);
  }
  console.error(wordsOf(error));
  process.exit(1);
}
