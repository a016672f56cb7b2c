// @ts-check
// Runs test files through tap, shows each file's outcome as it comes and every failure in full, and counts assertions.

import { spawn } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** @typedef {{passed: number, failed: number}} Tally */

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
 * @param {string} line
 * @returns {Tally | undefined}
 */
export function tallyOf(line) {
  if (!line.startsWith('# { total:')) return undefined;
  const count = (/** @type {string} */ name) => Number(new RegExp(`${name}: (\\d+)`).exec(line)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail') };
}

/**
 * Runs `files` in as many processes as there are `lanes`, all files of a lane in one: a process of its own costs a file two seconds, most
 * pure files take less. For files that listen on nothing and end what they began.
 * @param {string} project
 * @param {readonly string[]} files
 * @param {number} lanes
 * @returns {Promise<Tally>} at least one failure when tap itself fails
 */
export async function runTapTogether(project, files, lanes) {
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
  return runTap(project, laneFiles, lanes);
}

/**
 * Runs `files`, `jobs` at a time.
 * @param {string} project
 * @param {readonly string[]} files
 * @param {number} jobs
 * @returns {Promise<Tally>} at least one failure when tap itself fails
 */
export async function runTap(project, files, jobs) {
  if (files.length === 0) return { passed: 0, failed: 0 };
  const tap = path.join(project, 'node_modules/.bin/tap');
  const options = ['--disable-coverage', '--allow-empty-coverage', `--jobs=${jobs}`, '--reporter=tap'];
  const child = spawn(tap, ['run', ...options, ...files], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  /** @type {Tally | undefined} */
  let tally;
  /** @type {string[]} */
  let block = [];
  for await (const line of createInterface({ input: child.stdout })) {
    block.push(line);
    tally = tallyOf(line) ?? tally;
    if (!/^(not )?ok /.test(line)) continue;
    console.log(line.startsWith('ok') ? line : block.join('\n'));
    block = [];
  }
  const code = await ended;
  if (tally === undefined) console.log(block.join('\n'));
  const { passed, failed } = tally ?? { passed: 0, failed: 1 };
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
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
