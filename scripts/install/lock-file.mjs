// @ts-check
// A lock the kernel holds for this process through flock(1): it is free again the moment its holder is gone, however it went.

import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const REFUSED = 75;

/**
 * Takes the lock, waiting up to `waitMs` for its holder. `release` frees it; so does the end of this process.
 * @param {string} file
 * @param {number} [waitMs]
 * @returns {Promise<{ok: true, release: () => Promise<void>} | {ok: false, holderPid: number}>}
 */
export async function takeLock(file, waitMs = 0) {
  await mkdir(path.dirname(file), { recursive: true });
  const wait = waitMs > 0 ? ['-w', String(waitMs / 1000)] : ['-n'];
  // `cat` holds the lock until its standard input closes, which the kernel does for us if we die.
  const holder = spawn('flock', [...wait, '-E', String(REFUSED), file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true, // Ctrl-C is ours to handle: the lock stays until we are done
  });
  const ended = new Promise((resolve) => holder.once('exit', resolve));
  const held = new Promise((resolve) => holder.stdout.once('data', () => resolve(true)));
  const ok = await Promise.race([held, ended.then(() => false)]);
  if (!ok) return { ok: false, holderPid: Number(await readFile(file, 'utf8').catch(() => '')) || 0 };
  await writeFile(file, `${process.pid}\n`);
  holder.unref(); // the lock must not keep us alive
  /** @type {import('node:net').Socket} */ (holder.stdout).unref();
  const release = async () => {
    holder.ref();
    holder.stdin.end();
    await ended;
  };
  return { ok: true, release };
}
