// @ts-check
// npm run flows -- diff [A] [B]: what changes for callers from one folder to another.

import path from 'node:path';
import { loadCore } from '../prompts/core.mjs';
import { projectDir } from '../run/layout.mjs';
import { UsageError } from './command.mjs';
import { printChanges, printFindings, readTexts } from './site.mjs';

/** @type {import('./command.mjs').Command} */
export const diffCommand = {
  usage: `diff [A] [B]
    从目录 A 到目录 B,来电人会遇到哪些变化;A 默认为随附的 ivr-flows,B 默认为 --dir what changes for callers from folder A (the shipped one) to B (--dir)`,
  args: [0, 2],
  options: [],
  run: diff,
};

/**
 * @param {string} dir
 * @param {import('./command.mjs').Asked} asked
 */
async function diff(dir, { args: [a = path.join(projectDir, 'ivr-flows'), b = dir] }) {
  if (path.resolve(a) === path.resolve(b))
    throw new UsageError('两个目录是同一个,请写另一个目录。', 'Both are one folder: name another.');
  const before = await readVersion(a);
  const after = await readVersion(b);
  if (before === undefined || after === undefined) return 1;
  const { diffSites } = await loadCore('site/diff-sites');
  const changes = diffSites(before, after);
  printChanges(changes);
  console.log(`${changes.length} 处变化。 ${changes.length} changes.`);
  return 0;
}

/** @param {string} dir */
async function readVersion(dir) {
  const { checkSiteTexts } = await loadCore('site/parse-site');
  const files = await readTexts(dir);
  if (files === undefined) return undefined;
  const checked = checkSiteTexts(files, { nowMs: Date.now() });
  if (checked.ok) return { files, read: checked.read };
  console.log(`${dir} 有错误,不能比较。 It has errors and cannot be compared.`);
  await printFindings(checked.findings.filter(({ level }) => level === 'error'));
  return undefined;
}
