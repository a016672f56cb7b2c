// @ts-check
// npm run flows -- check: reads and checks everything a hotline's office edits; exit 1 on any error.

import { loadCore } from '../prompts/core.mjs';
import { printFindings, readTexts, versionInForce } from './site.mjs';

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
  const { checkSiteTexts } = await loadCore('site/parse-site');
  const files = await readTexts(dir);
  if (files === undefined) return 1;
  const before = await versionInForce();
  const { readRecordingNames } = await loadCore('adapters/files/site-files');
  const recordings = await readRecordingNames(dir);
  const checked = checkSiteTexts(files, { nowMs: Date.now(), inForce: before?.numbers ?? [], recordings });
  const findings = checked.ok ? checked.warnings : checked.findings;
  await printFindings(findings);
  const errors = findings.filter(({ level }) => level === 'error').length;
  if (before !== undefined)
    console.log(
      `号码新增、更名、恢复启用,是与第 ${before.number} 版相比。 What is new, renamed or revived in the ledger is so against version ${before.number}.`,
    );
  const counts = [files.size, errors, findings.length - errors].map(String);
  console.log(
    `${counts[0]} 个文件,${counts[1]} 处错误,${counts[2]} 处提醒。 ${counts.join(' / ')} files / errors / warnings.`,
  );
  return errors === 0 ? 0 : 1;
}
