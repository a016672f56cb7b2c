// @ts-check
// Signals a process together with all its descendants: freezing a database means freezing its back ends too.

import { readFile, readdir } from 'node:fs/promises';

/** Parent of each process. @returns {Promise<ReadonlyMap<number, number>>} */
async function parents() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const rows = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return /** @type {const} */ ([pid, parent]);
    }),
  );
  return new Map(rows);
}

/**
 * The process and all that descend from it, itself first.
 * @param {number} pid
 * @returns {Promise<readonly number[]>}
 */
export async function processTree(pid) {
  const parentOf = await parents();
  const tree = [pid];
  for (const member of tree) {
    for (const [child, parent] of parentOf) if (parent === member) tree.push(child);
  }
  return tree;
}

/**
 * Sends one signal; a process that is gone already is no fault.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function sendSignal(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
