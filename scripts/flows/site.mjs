// @ts-check
// Reads a folder as a site, or tells what keeps it from being one; and what was in force before.

import { loadCore } from '../prompts/core.mjs';
import { layoutOf } from '../run/layout.mjs';

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
 * Prints what changes for callers, each with its place first.
 * @param {readonly import('../../src/site/diff-flow.js').SiteChange[]} changes
 */
export function printChanges(changes) {
  for (const { file, line, zh, en } of changes) console.log(`${file}:${line}: ${zh}\n    ${en}`);
}

/**
 * The texts of a folder; undefined, with the finding printed, where one of its files cannot be read.
 * @param {string} dir
 */
export async function readTexts(dir) {
  const { readSiteFiles, refusalOf } = await loadCore('adapters/files/site-files');
  const files = await readSiteFiles(dir).catch(refusalOf);
  if (!('ok' in files)) return files;
  await printFindings(files.findings);
  return undefined;
}

/**
 * The site of a folder; undefined, with its errors printed, where it is none.
 * @param {string} dir
 */
export async function readSite(dir) {
  const { parseSite } = await loadCore('site/parse-site');
  const files = await readTexts(dir);
  if (files === undefined) return undefined;
  const parsed = parseSite(files, { nowMs: Date.now() });
  if (parsed.ok) return parsed.site;
  await printFindings(parsed.findings.filter(({ level }) => level === 'error'));
  return undefined;
}

/**
 * The ledger's rows of some texts.
 * @param {ReadonlyMap<string, string>} texts
 */
export async function numbersIn(texts) {
  const { parseNumbers } = await loadCore('site/parse-numbers');
  const text = texts.get('numbers.yaml');
  return text === undefined ? [] : parseNumbers('numbers.yaml', text, false).rows;
}

/** The version put in force last, by what is kept under YIHAO_HOME; undefined where nothing has been in force. Writes nothing. */
export async function versionInForce() {
  const { createVersionStore } = await loadCore('adapters/files/version-store');
  const { siteVersions: versionsDir, siteDrafts: draftsDir } = layoutOf(process.env);
  const store = createVersionStore({ versionsDir, draftsDir });
  const newest = (await store.history()).at(-1);
  const texts = newest === undefined ? undefined : await store.texts(newest.number);
  return newest === undefined || texts === undefined
    ? undefined
    : { number: newest.number, numbers: await numbersIn(texts) };
}
