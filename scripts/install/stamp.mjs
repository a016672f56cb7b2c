// @ts-check
// Tells whether files changed since a step last ran: one digest over their names and contents, kept beside the step's result.

import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * @param {string} place
 * @param {string} [except]
 * @returns {Promise<readonly string[]>} the files at and below it, in order
 */
async function filesAt(place, except) {
  if (place === except) return [];
  const about = await stat(place).catch(() => undefined);
  if (about === undefined) return [];
  if (!about.isDirectory()) return [place];
  const names = (await readdir(place)).sort();
  return (await Promise.all(names.map((name) => filesAt(path.join(place, name), except)))).flat();
}

/**
 * The digest of all files at and below `places`.
 * @param {readonly string[]} places
 * @param {string} [except] a folder below them that does not count
 */
export async function stampOf(places, except) {
  const hash = createHash('sha256');
  for (const place of places) {
    for (const file of await filesAt(place, except)) {
      hash.update(`${path.relative(place, file)}\0`);
      hash.update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

/** @param {string} file @param {string} stamp */
export async function sameStamp(file, stamp) {
  return (await readFile(file, 'utf8').catch(() => '')) === stamp;
}

/** @param {string} file @param {string} stamp */
export async function writeStamp(file, stamp) {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, stamp);
}
