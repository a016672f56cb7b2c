// @ts-check
// The machine below: Node, Debian's packages, disk, clock.

import { readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../install/command.mjs';
import { missingPackages } from '../install/debian-packages.mjs';
import { fault, notice, ok } from './finding.mjs';
import { quoted } from './patient.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */

const GB = 1_000_000_000;
const DISK_FLOOR_BYTES = GB;
const DISK_LOW_BYTES = 5 * GB;
/** A clock may be set back by a little; calls and leases bear that. */
const CLOCK_SLACK_MS = 120_000;
const COMMAND_MS = 3000;

/** @returns {Promise<readonly Finding[]>} */
export async function probeNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19))
    return [ok('node', `Node ${process.version}。`, 'Node is new enough.')];
  return [
    fault(
      'node',
      `Node ${process.version} 过旧,需要 20.19 以上。`,
      'Node is too old.',
      'sudo npx --yes n 22',
    ),
  ];
}

/** @returns {Promise<readonly Finding[]>} */
export async function probePackages() {
  const missing = await missingPackages('run');
  if (missing.length === 0) return [ok('packages', '系统软件包齐全。', 'Debian packages are there.')];
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  return [
    fault(
      'packages',
      `缺少系统软件包 ${missing.join('、')}。`,
      'Debian packages are missing.',
      `${sudo}apt-get install --no-install-recommends ${missing.join(' ')}`,
    ),
  ];
}

/** What fills a disk. @param {string} folder */
export function whatFills(folder) {
  return `du -xh --max-depth=2 ${quoted(folder)} | sort -h | tail -n 20`;
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeDisk({ layout, here }) {
  const about = await statfs(layout.home).catch(() => undefined);
  if (about === undefined)
    return [
      fault(
        'home',
        `没有 ${layout.home},尚未安装。`,
        'YIHAO_HOME is not there: nothing is set up.',
        here('scripts/setup --for run'),
      ),
    ];
  const freeBytes = about.bavail * about.bsize;
  const words = `${layout.home} 所在磁盘剩余 ${(freeBytes / GB).toFixed(1)} GB。`;
  if (freeBytes < DISK_FLOOR_BYTES)
    return [fault('disk', words, 'The disk is nearly full.', whatFills(layout.home))];
  if (freeBytes < DISK_LOW_BYTES)
    return [notice('disk', words, 'The disk is filling up.', whatFills(layout.home))];
  return [ok('disk', words, 'There is room on the disk.')];
}

/** The newest instant that this Yihao has left on its disk, epoch ms. @param {Patient} patient */
async function newestTraceMs({ layout }) {
  const sign = await stat(path.join(layout.home, 'alive')).catch(() => undefined);
  const segments = (await readdir(layout.spool).catch(() => [])).map((name) => Number.parseInt(name, 10));
  return Math.max(0, sign?.mtimeMs ?? 0, ...segments.filter((one) => one > 0));
}

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeClock(patient) {
  const aheadMs = (await newestTraceMs(patient)) - Date.now();
  const set = `${process.getuid?.() === 0 ? '' : 'sudo '}timedatectl set-ntp true`;
  if (aheadMs > CLOCK_SLACK_MS) {
    const minutes = Math.round(aheadMs / 60_000);
    const zh = `系统时钟比已有记录慢 ${minutes} 分钟。`;
    return [fault('clock', zh, 'The clock is behind what was already written.', set)];
  }
  const asked = await runCommand('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
    deadlineMs: COMMAND_MS,
  });
  if (asked.code === 0 && asked.out.trim() === 'no')
    return [notice('clock', '系统时钟没有与网络对时。', 'The clock is not synchronised.', set)];
  return [ok('clock', `时钟 ${new Date().toISOString()}。`, 'The clock is sane.')];
}
