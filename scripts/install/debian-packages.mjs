// @ts-check
// Makes sure Debian's packages are there: installs them as root, else names them in one line for an administrator. Never calls sudo.

import { access, rm, writeFile } from 'node:fs/promises';
import { runCommand } from './command.mjs';
import { SetupFailure } from './failure.mjs';

/** @typedef {import('./main.mjs').Purpose} Purpose */

const ALWAYS = ['redis-server', 'postgresql', 'espeak-ng', 'sox', 'ffmpeg', 'debian-archive-keyring'];
const FOR_TESTS = ['sip-tester', 'baresip-core', 'chromium', 'fonts-noto-cjk'];

/** The units Debian would start on its own ports at the next boot; we run private ones. */
const UNITS = new Map([
  ['redis-server', 'redis-server.service'],
  ['postgresql', 'postgresql.service'],
]);
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * @param {Purpose} purpose
 * @returns {Promise<readonly string[]>} the packages that are missing for it
 * @throws {SetupFailure} this is no Debian
 */
export function missingPackages(purpose) {
  return missingOf(packagesFor(purpose));
}

/** @param {Purpose} purpose */
function packagesFor(purpose) {
  return purpose === 'run' ? ALWAYS : [...ALWAYS, ...FOR_TESTS];
}

/**
 * @param {readonly string[]} packages
 * @returns {Promise<readonly string[]>} those not installed
 */
async function missingOf(packages) {
  const asked = await runCommand('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages]);
  if (asked.code === 127) {
    throw new SetupFailure(
      '本机没有 apt/dpkg,请在 Debian 12 以上系统安装,或使用 Dockerfile。',
      'There is no apt or dpkg here: use Debian 12 or newer, or the Dockerfile.',
    );
  }
  const installed = new Set(asked.out.split('\n').filter((line) => line.endsWith(' installed')));
  return packages.filter((name) => !installed.has(`${name} installed`));
}

/**
 * Runs `work` while Debian's packages may not start their services.
 * @param {() => Promise<void>} work
 */
async function withServicesHeldBack(work) {
  const present = await access(POLICY).then(
    () => true,
    () => false,
  );
  if (!present) await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    if (!present) await rm(POLICY, { force: true });
  }
}

/** @param {readonly string[]} packages */
async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const install = () =>
    runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  let done = await install();
  if (done.code !== 0) {
    await runCommand('apt-get', ['update', '-qq'], { env }); // the index may be missing or old
    done = await install();
  }
  if (done.code === 0) return;
  const line = done.err.split('\n').find((text) => text.startsWith('E:')) ?? done.err.trim();
  throw new SetupFailure(
    `系统软件包安装失败:${line}。请检查网络与磁盘后重试。`,
    `Debian's packages could not be installed: check network and disk, then run set-up again.`,
  );
}

/** @param {readonly string[]} packages */
async function keepFromBooting(packages) {
  const units = packages.flatMap((name) => UNITS.get(name) ?? []);
  if (units.length > 0) await runCommand('systemctl', ['disable', ...units], { deadlineMs: 20_000 });
}

/**
 * Installs what is missing for `purpose`.
 * @param {Purpose} purpose
 * @param {(words: string) => void} say
 * @returns {Promise<boolean>} whether anything was installed
 * @throws {SetupFailure} not root: with the one line to run
 */
export async function installDebianPackages(purpose, say) {
  const missing = await missingPackages(purpose);
  if (missing.length === 0) return false;
  if (process.getuid?.() !== 0) {
    throw new SetupFailure(
      `缺少系统软件包,请先执行:sudo apt-get update && sudo apt-get install --no-install-recommends ${missing.join(' ')}`,
      `— Debian packages are missing: run that line, then set-up again.`,
    );
  }
  say(`正在安装 installing: ${missing.join(' ')}`);
  await withServicesHeldBack(() => aptInstall(missing));
  await keepFromBooting(missing);
  return true;
}
