// @ts-check
// Reads a folder as a site, or tells what keeps it from being one.

import { loadCore } from '../prompts/core.mjs';

/**
 * Prints findings, each with its place first.
 * @param {readonly import('../../src/contact/finding.js').Finding[]} findings
 */
export async function printFindings(findings) {
  const { formatFinding } = await loadCore('contact/finding');
  for (const finding of findings) {
    const mark = finding.level === 'error' ? '错误 error' : '提醒 warning';
    console.log(`${formatFinding(finding, 'zh')} [${mark}]\n    ${finding.en}`);
  }
}

/**
 * The site of a folder; undefined, with its errors printed, where it is none.
 * @param {string} dir
 */
export async function readSite(dir) {
  const { readSiteFiles } = await loadCore('adapters/files/site-files');
  const { parseSite } = await loadCore('site/parse-site');
  const parsed = parseSite(await readSiteFiles(dir), { nowMs: Date.now() });
  if (parsed.ok) return parsed.site;
  await printFindings(parsed.findings.filter(({ level }) => level === 'error'));
  return undefined;
}
