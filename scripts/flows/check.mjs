// @ts-check
// npm run flows -- check: reads and checks everything a hotline's office edits; exit 1 on any error.

import { loadCore } from '../prompts/core.mjs';
import { printFindings } from './site.mjs';

/** @type {import('./command.mjs').Command} */
export const checkCommand = {
  usage: `check
    检查流程、号码、队列、话务员、节假日、提示音和策略 check flows, numbers, queues, agents, holidays, prompts and policies`,
  args: [0, 0],
  options: [],
  run: check,
};

/** @param {string} dir */
async function check(dir) {
  const { readSiteFiles } = await loadCore('adapters/files/site-files');
  const { checkSiteTexts } = await loadCore('site/parse-site');
  const files = await readSiteFiles(dir);
  const checked = checkSiteTexts(files, { nowMs: Date.now() });
  const findings = checked.ok ? checked.warnings : checked.findings;
  await printFindings(findings);
  const errors = findings.filter(({ level }) => level === 'error').length;
  const counts = [files.size, errors, findings.length - errors].map(String);
  console.log(
    `${counts[0]} 个文件,${counts[1]} 处错误,${counts[2]} 处提醒。 ${counts.join(' / ')} files / errors / warnings.`,
  );
  return errors === 0 ? 0 : 1;
}
