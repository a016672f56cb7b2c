// The clock of SIP over UDP: how long to wait for an answer, and when to say a thing again (RFC 3261 §17, table 4).
import type { TimerBag } from './timers.js';

/** The estimate of a round trip. */
export const t1Ms = 500;
/** The longest interval between two copies. */
export const t2Ms = 4_000;
/** How long a message may linger in the network. */
export const t4Ms = 5_000;
/** How long a transaction lives: timers B, F, H. */
export const transactionLifeMs = 64 * t1Ms;

/** Acts now (unless told not to) and again after `firstMs`, doubling up to `maxMs`; the returned function stops it. */
export function repeatEvery(
  timers: TimerBag,
  firstMs: number,
  maxMs: number,
  act: () => void,
  now = true,
): () => void {
  let cancel = (): void => undefined;
  const schedule = (delayMs: number): void => {
    cancel = timers.after(delayMs, () => {
      act();
      schedule(Math.min(delayMs * 2, maxMs));
    });
  };
  schedule(firstMs);
  if (now) act();
  return () => cancel();
}
