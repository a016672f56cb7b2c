// @ts-check
// Compiles src/ into dist/ and the pages of src/web into dist/web; a failed build leaves the last good one in place.

import { cp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './install/command.mjs';
import { SetupFailure } from './install/failure.mjs';
import { sameStamp, stampOf, writeStamp } from './install/stamp.mjs';
import { projectDir } from './run/layout.mjs';

const SOURCES = ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const WEB = path.join('src', 'web');
const WEB_SOURCES = [WEB, 'vite.config.mts', 'package-lock.json'];
/** Beside the pages, not among them: their folder is served as it is. */
const WEB_STAMP = '.stamp-web';

/**
 * @param {string} project
 * @param {string} module its program below node_modules
 * @param {readonly string[]} args
 */
async function runTool(project, module, args) {
  const file = path.join(project, 'node_modules', module);
  const done = await runCommand(process.execPath, [file, ...args], { cwd: project, deadlineMs: 180_000 });
  if (done.code !== 0) throw new SetupFailure(`编译失败:\n${done.out}${done.err}`, 'The build failed.');
}

/**
 * @param {string} project
 * @param {string} target
 */
async function compile(project, target) {
  await runTool(project, 'typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', target]);
  const web = path.join(project, WEB);
  const isOther = (/** @type {string} */ file) => file !== web && !/\.(ts|mts)$/.test(file);
  await cp(path.join(project, 'src'), target, { recursive: true, filter: isOther });
}

/**
 * Makes a folder anew beside its old self, and puts it in its place when it is whole.
 * @param {string} project
 * @param {string} target
 * @param {(part: string) => Promise<void>} make
 */
async function replace(project, target, make) {
  const part = path.join(project, 'node_modules', `.yihao-build-${process.pid}`);
  try {
    await make(part);
    await rm(target, { recursive: true, force: true });
    await rename(part, target);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** @param {string} project */
function serviceStamp(project) {
  return stampOf(
    SOURCES.map((name) => path.join(project, name)),
    path.join(project, WEB),
  );
}

/** @param {string} project */
function pagesStamp(project) {
  return stampOf(WEB_SOURCES.map((name) => path.join(project, name)));
}

/**
 * Whether what was built is what the sources say now; builds nothing.
 * @param {string} project
 * @returns {Promise<{service: boolean, pages: boolean}>}
 */
export async function builtInStep(project) {
  const dist = path.join(project, 'dist');
  return {
    service: await sameStamp(path.join(dist, '.stamp'), await serviceStamp(project)),
    pages: await sameStamp(path.join(dist, WEB_STAMP), await pagesStamp(project)),
  };
}

/** @param {string} project @param {string} dist @returns {Promise<boolean>} whether it was built */
async function buildService(project, dist) {
  const stamp = await serviceStamp(project);
  if (await sameStamp(path.join(dist, '.stamp'), stamp)) return false;
  await replace(project, dist, async (part) => {
    await compile(project, part);
    // The pages have their own stamp and stay.
    for (const kept of ['web', WEB_STAMP]) {
      await cp(path.join(dist, kept), path.join(part, kept), { recursive: true }).catch(() => undefined);
    }
    await writeStamp(path.join(part, '.stamp'), stamp);
  });
  return true;
}

/** @param {string} project @param {string} dist @returns {Promise<boolean>} whether they were built */
async function buildPages(project, dist) {
  const stamp = await pagesStamp(project);
  const stampFile = path.join(dist, WEB_STAMP);
  if (await sameStamp(stampFile, stamp)) return false;
  await replace(project, path.join(dist, 'web'), (part) =>
    runTool(project, 'vite/bin/vite.js', ['build', '--config', 'vite.config.mts', '--outDir', part]),
  );
  await writeStamp(stampFile, stamp);
  return true;
}

/**
 * Builds what changed since the last build: the service, the pages.
 * @param {string} project
 * @returns {Promise<boolean>} whether anything was built
 * @throws {SetupFailure} with the compiler's words
 */
export async function build(project) {
  const dist = path.join(project, 'dist');
  const service = await buildService(project, dist);
  const pages = await buildPages(project, dist);
  return service || pages;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log((await build(projectDir)) ? '已编译 built' : '无改动 nothing changed');
  } catch (error) {
    console.error(error instanceof SetupFailure ? error.message : error);
    process.exitCode = 1;
  }
}
