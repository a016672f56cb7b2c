// @ts-check
// Finds the Asterisk to run: the system's when it is new enough, else the one unpacked in YIHAO_CACHE, started through its own loader.

import { access, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../install/command.mjs';

const OLDEST = [22, 10];

/**
 * An Asterisk that can be started with `command ...args -C asterisk.conf`.
 * @typedef {object} AsteriskProgram
 * @property {string} version
 * @property {string} root where it is unpacked; `/` for the system's
 * @property {string} command
 * @property {readonly string[]} args
 * @property {string} modules
 * @property {string} data its rest-api and documentation
 */

/** By Debian architecture: the loader inside the unpacked tree, and the folder of its libraries.
 * @type {Record<string, {loader: string, triplet: string}>} */
const MACHINES = {
  x64: { loader: 'usr/lib64/ld-linux-x86-64.so.2', triplet: 'x86_64-linux-gnu' },
  arm64: { loader: 'usr/lib/ld-linux-aarch64.so.1', triplet: 'aarch64-linux-gnu' },
};

/**
 * Whether a version like `22.10.1~dfsg` is one we run on.
 * @param {string} version
 */
export function isNewEnough(version) {
  const [, major = '0', minor = '0'] = /^(?:\d+:)?(\d+)\.(\d+)/.exec(version) ?? [];
  const [oldMajor = 0, oldMinor = 0] = OLDEST;
  return Number(major) > oldMajor || (Number(major) === oldMajor && Number(minor) >= oldMinor);
}

/**
 * The folder one version is unpacked into.
 * @param {string} cache
 * @param {string} version as Debian writes it
 */
export function packagedDir(cache, version) {
  return path.join(cache, 'asterisk', version.replace(/^\d+:/, '').replace(/[^0-9A-Za-z.]+/g, '-'));
}

/** @param {readonly string[]} candidates */
async function firstThatExists(candidates) {
  for (const candidate of candidates) {
    if (
      await access(candidate).then(
        () => true,
        () => false,
      )
    )
      return candidate;
  }
  return undefined;
}

/**
 * The system's Asterisk, when it is new enough.
 * @returns {Promise<AsteriskProgram | undefined>}
 */
export async function systemAsterisk() {
  const command = await firstThatExists(['/usr/sbin/asterisk', '/usr/local/sbin/asterisk']);
  if (command === undefined) return undefined;
  const version =
    /^Asterisk (\S+)/.exec((await runCommand(command, ['-V'], { deadlineMs: 5000 })).out)?.[1] ?? '';
  const triplet = MACHINES[process.arch]?.triplet ?? '';
  const modules = await firstThatExists([
    `/usr/lib/${triplet}/asterisk/modules`,
    '/usr/lib/asterisk/modules',
  ]);
  const data = await firstThatExists(['/usr/share/asterisk', '/var/lib/asterisk']);
  if (!isNewEnough(version) || modules === undefined || data === undefined) return undefined;
  return { version, root: '/', command, args: [], modules, data };
}

/**
 * @param {string} root
 * @returns {Promise<AsteriskProgram | undefined>}
 */
async function unpackedAt(root) {
  const about = await readFile(path.join(root, 'yihao.json'), 'utf8').catch(() => undefined);
  const machine = MACHINES[process.arch];
  if (about === undefined || machine === undefined) return undefined;
  const { version } = JSON.parse(about);
  const libraries = path.join(root, 'usr/lib', machine.triplet);
  return {
    version,
    root,
    command: path.join(root, machine.loader),
    args: ['--library-path', libraries, path.join(root, 'usr/sbin/asterisk')],
    modules: path.join(libraries, 'asterisk/modules'),
    data: path.join(root, 'usr/share/asterisk'),
  };
}

/**
 * The newest finished Asterisk in YIHAO_CACHE, or the system's.
 * @param {string} cache
 * @returns {Promise<AsteriskProgram | undefined>}
 */
export async function findAsterisk(cache) {
  const system = await systemAsterisk();
  if (system !== undefined) return system;
  const folder = path.join(cache, 'asterisk');
  const names = (await readdir(folder).catch(() => [])).filter(isNewEnough);
  names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  for (const name of names) {
    const program = await unpackedAt(path.join(folder, name));
    if (program !== undefined) return program;
  }
  return undefined;
}
