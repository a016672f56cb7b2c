// Keeps one connection up for ever: run it, and when it has ended wait a jittered, growing while and run it again.

import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait between two connections: doubled at each failure from `backoffMinMs` up to `backoffMaxMs`. */
export interface BackoffLimits {
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
}

/** The wait in ms after `failures` failures in a row: half of it fixed, half by `chance` (0..1), lest clients return in step. */
export function backoffMs(
  failures: number,
  { backoffMinMs, backoffMaxMs }: BackoffLimits,
  chance: number,
): number {
  return Math.min(backoffMaxMs, backoffMinMs * 2 ** failures) * (0.5 + chance / 2);
}

/**
 * Runs `session` again and again until `signal` aborts. `session` resolves when its connection has ended: `true` if it
 * had worked, which resets the wait. It never rejects, and ends promptly when `signal` aborts.
 */
export async function reconnectForEver(
  session: (signal: AbortSignal) => Promise<boolean>,
  limits: BackoffLimits,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    failures = (await session(signal)) ? 0 : failures + 1;
    await pause(backoffMs(failures, limits, Math.random()), signal);
  }
}

/** Waits, or returns at once when `signal` aborts. */
async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
