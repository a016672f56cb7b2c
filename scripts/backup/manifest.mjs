// @ts-check
// What a backup says of itself: versions, counts, and the SHA-256 of each file in it; checked before anything is restored.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { SetupFailure } from '../install/failure.mjs';

/**
 * @typedef {object} Manifest
 * @property {1} format
 * @property {number} madeAtMs epoch ms
 * @property {string} version of the program
 * @property {string} site
 * @property {string} node
 * @property {string} siteVersion of the flows, '' where they could not be read
 * @property {readonly string[]} migrations the database has had
 * @property {import('./database.mjs').Tallies} tables
 * @property {{readonly files: number, readonly bytes: number}} recordings what there was; they lie outside of the archive
 * @property {Readonly<Record<string, FileMark>>} files by path in the archive
 */
/** @typedef {{readonly bytes: number, readonly sha256: string}} FileMark */

export const MANIFEST = 'manifest.json';
const FOLDERS = ['secrets', 'spool', 'cdr', 'flows', 'prompt-recordings', 'site-versions', 'site-drafts'];
const PLACES = new RegExp(`^(?:database\\.dump|alive|(?:${FOLDERS.join('|')})/[^\\0]+)$`);

/** @param {string} file */
export async function sha256Of(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * Every file below a folder with its size and digest, the manifest itself left out.
 * @param {string} folder
 * @returns {Promise<Record<string, FileMark>>}
 * @throws {SetupFailure} something there is neither file nor folder
 */
export async function marksOf(folder) {
  /** @type {Record<string, FileMark>} */
  const marks = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const file = path.join(folder, name);
    const about = await lstat(file);
    if (about.isDirectory() || name === MANIFEST) continue;
    if (!about.isFile()) throw damaged(`${name} 不是普通文件`, `${name} is no plain file`);
    marks[name] = { bytes: about.size, sha256: await sha256Of(file) };
  }
  return marks;
}

/**
 * Reads the manifest of an unpacked backup and holds every file to it.
 * @param {string} folder
 * @returns {Promise<Manifest>}
 * @throws {SetupFailure} it is damaged, incomplete, or of a newer kind
 */
export async function verifiedManifest(folder) {
  const manifest = parse(await readFile(path.join(folder, MANIFEST), 'utf8').catch(() => ''));
  const found = await marksOf(folder);
  for (const [name, mark] of Object.entries(manifest.files)) {
    if (!PLACES.test(name)) throw damaged(`多出文件 ${name}`, `${name} does not belong in it`);
    if (found[name] === undefined) throw damaged(`缺少文件 ${name}`, `${name} is missing`);
    if (found[name].sha256 !== mark.sha256) throw damaged(`${name} 校验不符`, `${name} is not what it was`);
  }
  const other = Object.keys(found).find((name) => manifest.files[name] === undefined);
  if (other !== undefined) throw damaged(`多出文件 ${other}`, `${other} does not belong in it`);
  return manifest;
}

/** @param {string} text @returns {Manifest} */
function parse(text) {
  let manifest;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw damaged('没有清单', 'it has no manifest');
  }
  if (manifest?.format !== 1) {
    throw new SetupFailure(
      '备份的格式比本程序新,请用做备份的那一版程序恢复。',
      'The backup is of a newer kind than this program: restore it with the version that made it.',
    );
  }
  return manifest;
}

/** @param {string} zh @param {string} en */
function damaged(zh, en) {
  return new SetupFailure(`备份已损坏:${zh}。`, `The backup is damaged: ${en}.`);
}
