// @ts-check
// Compiles src/ into dist/ and copies what is not TypeScript; a failed build leaves the last good one in place.

import { cp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './install/command.mjs';
import { SetupFailure } from './install/failure.mjs';
import { sameStamp, stampOf, writeStamp } from './install/stamp.mjs';
import { projectDir } from './run/layout.mjs';

const SOURCES = ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/**
 * @param {string} project
 * @param {string} target
 */
async function compile(project, target) {
  const tsc = path.join(project, 'node_modules/typescript/bin/tsc');
  const done = await runCommand(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', target], {
    cwd: project,
  });
  if (done.code !== 0) throw new SetupFailure(`编译失败:\n${done.out}${done.err}`, 'The build failed.');
  const isOther = (/** @type {string} */ file) => !/\.(ts|mts)$/.test(file);
  await cp(path.join(project, 'src'), target, { recursive: true, filter: isOther });
}

/**
 * Builds when the sources changed since the last build.
 * @param {string} project
 * @returns {Promise<boolean>} whether it was built
 * @throws {SetupFailure} with the compiler's words
 */
export async function build(project) {
  const dist = path.join(project, 'dist');
  const stampFile = path.join(dist, '.stamp');
  const stamp = await stampOf(SOURCES.map((name) => path.join(project, name)));
  if (await sameStamp(stampFile, stamp)) return false;
  const part = path.join(project, 'node_modules', `.yihao-build-${process.pid}`);
  try {
    await compile(project, part);
    await writeStamp(path.join(part, '.stamp'), stamp);
    await rm(dist, { recursive: true, force: true });
    await rename(part, dist);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log((await build(projectDir)) ? '已编译 built' : '无改动 nothing changed');
  } catch (error) {
    console.error(error instanceof SetupFailure ? error.message : error);
    process.exitCode = 1;
  }
}
