// @ts-check
// Brings node_modules in step with package-lock.json, and does nothing when it is.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command.mjs';
import { SetupFailure } from './failure.mjs';

/** @typedef {Record<string, {version?: string, optional?: boolean, link?: boolean}>} LockedPackages */

/** @param {string} file @returns {Promise<LockedPackages>} */
async function lockedPackages(file) {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  return JSON.parse(text).packages ?? {};
}

/**
 * Whether what is installed is what the lock wants; optional packages may be absent (they are for other machines).
 * @param {LockedPackages} wanted
 * @param {LockedPackages} installed npm's own record in node_modules
 */
export function inStep(wanted, installed) {
  const present = Object.entries(wanted).every(([name, { version, optional }]) => {
    const found = installed[name];
    return name === '' || found?.version === version || (found === undefined && optional === true);
  });
  return present && Object.keys(installed).every((name) => name in wanted);
}

/** @param {string} words */
function failureOf(words) {
  if (/ENOSPC/.test(words)) {
    return new SetupFailure(
      '磁盘已满,请腾出至少 500 MB 后重试。',
      'The disk is full: free at least 500 MB and run set-up again.',
    );
  }
  const line =
    words.split('\n').find((text) => text.startsWith('npm error')) ?? words.trim().split('\n').at(-1) ?? '';
  return new SetupFailure(
    `npm ci 失败(${line})。请检查网络或 npm 镜像(npm config set registry …)后重试。`,
    'npm ci failed: check the network or the npm registry in use, then run set-up again.',
  );
}

/**
 * Whether node_modules is what package-lock.json wants.
 * @param {string} project
 */
export async function modulesInStep(project) {
  const wanted = await lockedPackages(path.join(project, 'package-lock.json'));
  const installed = await lockedPackages(path.join(project, 'node_modules/.package-lock.json'));
  return inStep(wanted, installed);
}

/**
 * @param {string} project
 * @returns {Promise<boolean>} whether anything was installed
 */
export async function installNodeModules(project) {
  if (await modulesInStep(project)) return false;
  const done = await runCommand('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: project,
  });
  if (done.code !== 0) throw failureOf(done.err);
  return true;
}
