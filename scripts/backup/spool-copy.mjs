// @ts-check
// Holds on to the spool's segments while a backup runs: the service deletes what it carried, and a backup must have each fact in the dump or here.

import { copyFile, link, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const SEGMENT = /^\d{15}\.jsonl$/;
/** The service keeps a carried segment ten minutes. */
const LOOK_EVERY_MS = 60_000;

/** @param {unknown} error @param {string} code */
function isCode(error, code) {
  return /** @type {NodeJS.ErrnoException} */ (error).code === code;
}

/** Hard links cost nothing and hold what is deleted; another disk gets a copy. @param {string} from @param {string} to */
async function hold(from, to) {
  try {
    await link(from, to);
  } catch (error) {
    if (isCode(error, 'EEXIST') || isCode(error, 'ENOENT')) return;
    await copyFile(from, to);
  }
}

/**
 * Links every segment there is now and, until `end`, each new one. `end` links the last ones, and cuts the one still being written after
 * its last whole line.
 * @param {string} spool
 * @param {string} folder made here
 * @returns {Promise<{end: () => Promise<void>}>}
 */
export async function holdSpool(spool, folder) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pass = async () => {
    const names = await readdir(spool).catch((error) => {
      if (isCode(error, 'ENOENT')) return []; // never started yet
      throw error;
    });
    const segments = names.filter((one) => SEGMENT.test(one)).sort();
    for (const name of segments) await hold(path.join(spool, name), path.join(folder, name));
    return segments.at(-1);
  };
  await pass();
  /** @type {unknown} */
  let fault;
  const timer = setInterval(() => void pass().catch((error) => (fault ??= error)), LOOK_EVERY_MS);
  return {
    end: async () => {
      clearInterval(timer);
      const newest = await pass();
      if (fault !== undefined) throw fault;
      if (newest !== undefined) await settle(path.join(spool, newest), path.join(folder, newest));
    },
  };
}

/** @param {string} from @param {string} to */
async function settle(from, to) {
  const bytes = await readFile(from).catch(() => readFile(to));
  await rm(to, { force: true });
  await writeFile(to, bytes.subarray(0, bytes.lastIndexOf(10) + 1), { mode: 0o600 });
}
