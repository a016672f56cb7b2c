// @ts-check
// Copies recordings beside a backup, new ones only: they are too many for an archive a day, and never change once they are finished.

import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, stat, utimes } from 'node:fs/promises';
import path from 'node:path';

/** A file written to within this is still being recorded; the next backup takes it. */
const STILL_OPEN_MS = 10_000;

/**
 * The recordings of a folder, with size and time.
 * @param {string} folder
 */
export async function listRecordings(folder) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const found = [];
  for (const name of names.filter((one) => one.endsWith('.wav')).sort()) {
    const about = await stat(path.join(folder, name)).catch(() => undefined);
    if (about?.isFile()) found.push({ name, bytes: about.size, modifiedAtMs: about.mtimeMs });
  }
  return found;
}

/**
 * Copies what `to` has not got, or has otherwise; takes nothing away there.
 * @param {string} from
 * @param {string} to
 * @returns {Promise<{copied: number, kept: number}>}
 */
export async function copyRecordings(from, to) {
  const counts = { copied: 0, kept: 0 };
  for (const { name, bytes, modifiedAtMs } of await listRecordings(from)) {
    if (Date.now() - modifiedAtMs < STILL_OPEN_MS) continue;
    const [source, target] = [path.join(from, name), path.join(to, name)];
    const there = await stat(target).catch(() => undefined);
    if (there?.size === bytes && Math.abs(there.mtimeMs - modifiedAtMs) < 1000) {
      counts.kept += 1;
      continue;
    }
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(source, `${target}.part`, constants.COPYFILE_FICLONE);
    await utimes(`${target}.part`, modifiedAtMs / 1000, modifiedAtMs / 1000);
    await rename(`${target}.part`, target);
    counts.copied += 1;
  }
  return counts;
}
