// @ts-check
// How a failure that was drawn by a seed is told, so that it can be lived again: its seed, the commit, and what to type.

import { execFileSync } from 'node:child_process';

/** The commit of this folder, `unknown` outside a repository. */
export function commitNow() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', timeout: 5_000 }).trim();
  } catch {
    return 'unknown';
  }
}

/**
 * @param {number} seed
 * @param {string} again what lives it again
 */
export function failureLine(seed, again) {
  return `FAILED: seed ${seed}, commit ${commitNow()}; again: ${again}`;
}
