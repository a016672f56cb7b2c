// @ts-check
// Gets an Asterisk >= 22.10: the system's, or Debian forky's packages, checked as apt checks them and unpacked into YIHAO_CACHE.

import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findAsterisk, packagedDir, systemAsterisk } from '../run/asterisk-program.mjs';
import { runCommand } from './command.mjs';
import { SetupFailure } from './failure.mjs';
import { takeLock } from './lock-file.mjs';
import { PrivateApt } from './private-apt.mjs';

/** Where the tested set is recorded. */
export const LOCK_FILE = fileURLToPath(new URL('./asterisk.lock.json', import.meta.url));
const PACKAGES = ['asterisk', 'asterisk-modules'];
const UNPACKED_AT_ONCE = 2;

/**
 * The set of packages this version of Yihao was tested on.
 * @typedef {object} AsteriskLock
 * @property {string} architecture
 * @property {string} version of the package `asterisk`
 * @property {Record<string, {version: string, sha256: string}>} packages
 */

/** @returns {Promise<AsteriskLock>} */
export async function readAsteriskLock() {
  return JSON.parse(await readFile(LOCK_FILE, 'utf8'));
}

/**
 * @param {string} file
 * @returns {Promise<string>}
 */
async function sha256Of(file) {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

/**
 * Name, version and digest of each downloaded package.
 * @param {string} folder
 * @returns {Promise<AsteriskLock['packages']>}
 */
async function describePackages(folder) {
  /** @type {AsteriskLock['packages']} */
  const packages = {};
  for (const name of (await readdir(folder)).filter((entry) => entry.endsWith('.deb')).sort()) {
    const [pkg = '', version = ''] = name.split('_');
    packages[pkg] = { version: decodeURIComponent(version), sha256: await sha256Of(path.join(folder, name)) };
  }
  return packages;
}

/**
 * The packages whose digests are not those of the tested set.
 * @param {AsteriskLock['packages']} found
 * @param {AsteriskLock['packages']} tested
 */
export function untestedPackages(found, tested) {
  return Object.keys(found).filter((name) => found[name]?.sha256 !== tested[name]?.sha256);
}

/**
 * @param {string} folder
 * @param {string} target
 */
async function unpackAll(folder, target) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  const next = async () => {
    for (let name = files.pop(); name !== undefined; name = files.pop()) {
      const done = await runCommand('dpkg', ['-x', path.join(folder, name), target]);
      if (done.code !== 0) throw unpackFailure(name, done.err);
    }
  };
  await Promise.all(Array.from({ length: UNPACKED_AT_ONCE }, next));
}

/**
 * @param {string} name
 * @param {string} words
 */
function unpackFailure(name, words) {
  const full = /no space left/i.test(words);
  return full
    ? new SetupFailure(
        '磁盘已满,请至少腾出 500 MB 后重试。',
        'The disk is full: free at least 500 MB and run set-up again.',
      )
    : new SetupFailure(
        `安装包 ${name} 解包失败:${words.trim()}。请删除该文件后重试。`,
        `Package ${name} cannot be unpacked: delete it and run set-up again.`,
      );
}

/**
 * Downloads and unpacks Debian's Asterisk beside the project; the finished folder appears in one rename.
 * @param {string} cache
 * @param {(words: string) => void} say
 */
async function fetchPackaged(cache, say) {
  const lock = await readAsteriskLock();
  const apt = new PrivateApt(path.join(cache, 'apt'));
  await apt.update();
  const folder = await apt.download(PACKAGES);
  const packages = await describePackages(folder);
  const version = packages['asterisk']?.version ?? '';
  const untested = apt.architecture === lock.architecture ? untestedPackages(packages, lock.packages) : ['*'];
  if (untested.length > 0) {
    say(
      `注意:Debian 的 Asterisk ${version} 与测试过的 ${lock.version} 有 ${untested.length} 个包不同,仍可使用。`,
    );
    say(
      `Note: ${untested.length} packages of Debian's Asterisk ${version} differ from the tested set (${lock.version}); used all the same.`,
    );
  }
  const part = path.join(cache, 'asterisk', `part-${process.pid}`);
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  await unpackAll(folder, part);
  const about = { version, architecture: apt.architecture, tested: untested.length === 0, packages };
  await writeFile(path.join(part, 'yihao.json'), JSON.stringify(about, null, 2));
  await rename(part, packagedDir(cache, version));
}

/**
 * Makes sure there is an Asterisk to run. Quick when there is one already.
 * @param {string} cache YIHAO_CACHE
 * @param {(words: string) => void} say
 * @returns {Promise<string>} its version
 */
export async function installAsterisk(cache, say) {
  const present = (await systemAsterisk()) ?? (await findAsterisk(cache));
  if (present !== undefined) return present.version;
  const lock = await takeLock(path.join(cache, 'lock'), 600_000);
  if (!lock.ok) {
    throw new SetupFailure(
      `另一个安装程序(进程 ${lock.holderPid})仍在使用 ${cache},请等它结束。`,
      `Another set-up (process ${lock.holderPid}) still uses ${cache}: wait for it to end.`,
    );
  }
  try {
    if ((await findAsterisk(cache)) === undefined) await fetchPackaged(cache, say);
  } finally {
    await lock.release();
  }
  const program = await findAsterisk(cache);
  if (program === undefined) {
    throw new SetupFailure(
      'Asterisk 已下载但无法运行。',
      'Asterisk was downloaded but does not run on this machine.',
    );
  }
  return program.version;
}
