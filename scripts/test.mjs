// @ts-check
// npm test: sets up what tests need, then the check, then every test that listens, one file at a time.

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setUp, wordsOf } from './install/main.mjs';
import { check, PURE_TESTS } from './check.mjs';
import { layoutOf } from './run/layout.mjs';
import { runTap, sumOf, testFiles } from './tap-suite.mjs';

/** Test folders that are not pure. @param {string} project */
async function listeningFolders(project) {
  const entries = await readdir(path.join(project, 'test'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join('test', name));
  return folders.filter((folder) => !PURE_TESTS.includes(folder));
}

try {
  const layout = layoutOf(process.env);
  await setUp(layout, 'test', console.log);
  const checked = await check(layout.project);
  const files = await testFiles(layout.project, await listeningFolders(layout.project));
  const { passed, failed } = sumOf([checked, await runTap(layout.project, files, 1)]);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} catch (error) {
  console.error(wordsOf(error));
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
