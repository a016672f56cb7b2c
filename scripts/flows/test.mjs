// @ts-check
// npm run flows -- test: runs the scenarios beside the flows; exit 1 if a call goes otherwise.

import { loadCore } from '../prompts/core.mjs';
import { printFindings, readSite } from './site.mjs';

/** @type {import('./command.mjs').Command} */
export const testCommand = {
  usage: `test
    按 flows/*.test.txt 的场景走一遍,并指出没有走过的去向 run the scenarios, and name the ways none of them goes`,
  args: [0, 0],
  options: [],
  run: test,
};

/** @param {string} dir */
async function test(dir) {
  const site = await readSite(dir);
  if (site === undefined) return 1;
  const { readScenarioFiles } = await loadCore('adapters/files/site-files');
  const { runScenarios } = await loadCore('site/run-scenarios');
  const { scenarios, findings } = runScenarios(site, await readScenarioFiles(dir), Date.now());
  await printFindings(findings);
  const errors = findings.filter(({ level }) => level === 'error').length;
  const counts = [scenarios, errors, findings.length - errors].map(String);
  console.log(
    `${counts[0]} 个场景,${counts[1]} 处不符,${counts[2]} 处没有走过。 ${counts.join(' / ')} scenarios / errors / untried.`,
  );
  return errors === 0 ? 0 : 1;
}
