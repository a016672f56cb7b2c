// @ts-check
// npm run check: types, lint, format, import rule and the pure tests; no server is needed.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './install/command.mjs';
import { projectDir } from './run/layout.mjs';
import { runTogether, sumOf, testFiles } from './tap-suite.mjs';

/** @typedef {import('./tap-suite.mjs').Tally} Tally */

/** Folders whose tests listen on nothing and may run side by side. */
export const PURE_TESTS = [
  'contact',
  'ivr',
  'acd',
  'numbers',
  'metrics',
  'workforce',
  'site',
  'engine',
  'simulation',
  'house',
  'web',
].map((room) => path.join('test', room));

const CACHE = 'node_modules/.cache/yihao';

/** @type {readonly (readonly [name: string, program: string, ...args: string[]])[]} */
const STATIC = [
  [
    'types',
    'typescript/bin/tsc',
    '-p',
    'tsconfig.json',
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    `${CACHE}/types`,
  ],
  ['pages', 'vue-tsc/bin/vue-tsc.js', '-p', 'src/web/tsconfig.json', '--noEmit'],
  ['lint', 'oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '-f', 'unix'],
  [
    'format',
    'prettier/bin/prettier.cjs',
    '--check',
    '--log-level',
    'warn',
    '--cache',
    '--cache-location',
    `${CACHE}/format`,
    '.',
  ],
  [
    'imports',
    'dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    'src',
    'test',
  ],
];

/**
 * @param {string} project
 * @param {(typeof STATIC)[number]} check
 * @returns {Promise<Tally>}
 */
async function runStatic(project, [name, program, ...args]) {
  const startedMs = performance.now();
  const file = path.join(project, 'node_modules', program);
  const done = await runCommand(process.execPath, [file, ...args], { cwd: project, deadlineMs: 120_000 });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${done.code === 0 ? 'ok' : 'not ok'} - ${name} (${seconds} s)`);
  if (done.code !== 0) console.log(`${done.out}${done.err}`.trim());
  return { passed: done.code === 0 ? 1 : 0, failed: done.code === 0 ? 0 : 1 };
}

/**
 * Runs everything that needs no server.
 * @param {string} project
 * @returns {Promise<Tally>}
 */
export async function check(project) {
  const [types, ...others] = STATIC;
  // The compiler takes as long as the others together: two cores, two lanes.
  const lane = async () => {
    const tallies = [];
    for (const one of others) tallies.push(await runStatic(project, one));
    return sumOf(tallies);
  };
  const tallies = await Promise.all([...(types === undefined ? [] : [runStatic(project, types)]), lane()]);
  return sumOf([...tallies, await runTogether(project, await testFiles(project, PURE_TESTS), 2)]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed } = await check(projectDir);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
