// @ts-check
// Keeps a demo that runs for days from filling the disk: its recordings go after half an hour. Those of before its start are not touched.

import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const KEPT_MS = 30 * 60_000;

/**
 * Removes recordings made since `startedAtMs` and older than half an hour.
 * @param {string} folder
 * @param {number} startedAtMs
 */
export async function removeOldRecordings(folder, startedAtMs) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  for (const name of names.filter((one) => one.endsWith('.wav'))) {
    const file = path.join(folder, name);
    const madeAtMs = (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;
    if (madeAtMs > startedAtMs && Date.now() - madeAtMs > KEPT_MS) await rm(file, { force: true });
  }
}
