// @ts-check
// Runs test files, each in a process of its own, shows each file's outcome as it comes and every failure in full, and counts assertions.

import { spawn } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** @typedef {{passed: number, failed: number}} Tally */

/** What one file may take, as `.taprc` has it. */
const FILE_SECONDS = 240;

/**
 * All test files below some folders.
 * @param {string} project
 * @param {readonly string[]} folders relative to the project
 */
export async function testFiles(project, folders) {
  const files = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(path.join(project, folder), { recursive: true }).catch(() => []);
      return names.filter((name) => name.endsWith('.test.ts')).map((name) => path.join(folder, name));
    }),
  );
  return files.flat().sort();
}

/**
 * The closing counts of tap's own line, like `# { total: 154, pass: 153, fail: 1 }`.
 * @param {string} output
 * @returns {Tally | undefined}
 */
function tallyOf(output) {
  const line = /^# \{ total:.*$/m.exec(output)?.[0];
  if (line === undefined) return undefined;
  const count = (/** @type {string} */ name) => Number(new RegExp(`${name}: (\\d+)`).exec(line)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail') };
}

/**
 * Runs `files` in as many processes as there are `lanes`, all files of a lane in one: a process of its own costs a file a second, most
 * pure files take less. For files that listen on nothing and end what they began.
 * @param {string} project
 * @param {readonly string[]} files
 * @param {number} lanes
 * @returns {Promise<Tally>}
 */
export async function runTogether(project, files, lanes) {
  const folder = path.join('.tap', 'lanes');
  await rm(path.join(project, folder), { recursive: true, force: true });
  await mkdir(path.join(project, folder), { recursive: true });
  const laneFiles = Array.from({ length: lanes }, (_, lane) => path.join(folder, `lane-${lane + 1}.test.ts`));
  for (const [lane, file] of laneFiles.entries()) {
    const imports = files
      .filter((_, at) => at % lanes === lane)
      .map((name) => `import '${path.relative(folder, name).replace(/\.ts$/, '.js')}';\n`);
    await writeFile(path.join(project, file), imports.join(''));
  }
  return runFiles(project, laneFiles, lanes);
}

/**
 * Runs `files` in this order, at most `lanes` at a time.
 * @param {string} project
 * @param {readonly string[]} files
 * @param {number} lanes
 * @returns {Promise<Tally>}
 */
export async function runFiles(project, files, lanes) {
  const waiting = files.values();
  /** @type {Tally[]} */
  const tallies = [];
  const lane = async () => {
    for (const file of waiting) tallies.push(await runFile(project, file));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return sumOf(tallies);
}

/**
 * tap's test files print TAP when they are run as programs. `tap run` is not used: beside another one it hands files out in pairs, and it gives
 * every process below a test its loaders.
 * @param {string} project
 * @param {string} file
 * @returns {Promise<Tally>} at least one failure when the file fails, counts nothing or is not over in time
 */
async function runFile(project, file) {
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', '--import', './scripts/load-typescript.mjs', file],
    {
      cwd: project,
      env: { ...process.env, TAP_TIMEOUT: String(FILE_SECONDS) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  // tap itself ends a file that takes too long, and says where it stood; this is for one whose thread stands still.
  const late = setTimeout(() => child.kill('SIGKILL'), (FILE_SECONDS + 15) * 1000);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const [code, output] = await Promise.all([ended, text(child.stdout)]);
  clearTimeout(late);
  const { passed, failed } = tallyOf(output) ?? { passed: 0, failed: 1 };
  const isOk = code === 0 && failed === 0;
  for (const line of isOk ? commentsOf(output) : [output]) console.log(line);
  console.log(`${isOk ? 'ok' : 'not ok'} - ${file} (${secondsSince(startedMs)} s, ${passed} passed)`);
  return { passed, failed: isOk ? 0 : Math.max(failed, 1) };
}

/** The figures that tests report. @param {string} output */
function commentsOf(output) {
  return output.split('\n').filter((line) => /^ +# (?!Subtest: |time=)/.test(line));
}

/** @param {number} startedMs */
function secondsSince(startedMs) {
  return ((performance.now() - startedMs) / 1000).toFixed(1);
}

/** @param {readonly Tally[]} tallies @returns {Tally} */
export function sumOf(tallies) {
  return tallies.reduce(
    (sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }),
    {
      passed: 0,
      failed: 0,
    },
  );
}
