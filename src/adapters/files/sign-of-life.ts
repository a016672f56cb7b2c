// Keeps a file's time fresh while the service lives, so that the next start knows since when there was nobody.
import { closeSync, futimesSync, openSync, statSync } from 'node:fs';

const signEveryMs = 5_000;

/** The last sign of life that an earlier run left in this file, epoch ms; null where there is none. */
export function lastSignOfLife(file: string): number | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? null : Math.round(found.mtimeMs);
}

/** Gives a sign now and every 5 s; `onTrouble` hears of each that could not be given. The result ends it. */
export function giveSignsOfLife(
  file: string,
  nowMs: () => number,
  onTrouble: (error: unknown) => void,
): () => void {
  function sign(): void {
    try {
      const open = openSync(file, 'a', 0o600);
      futimesSync(open, nowMs() / 1000, nowMs() / 1000);
      closeSync(open);
    } catch (error) {
      onTrouble(error);
    }
  }
  sign();
  const timer = setInterval(sign, signEveryMs).unref();
  return () => clearInterval(timer);
}
