// Watches how long the thread keeps others waiting: calls are decided on it, so a long stall is an alarm.
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A longer wait than this, once in an interval, is too slow. */
const slowMs = 200;
const lookEveryMs = 5_000;
const resolutionMs = 20;

/** Tells at every look, each 5 s, whether the loop was held up since the last one; the result ends the watch. */
export function watchEventLoop(
  onLook: (slow: boolean, longestMs: number) => void,
  everyMs = lookEveryMs,
): () => void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const timer = setInterval(() => {
    // A histogram of the time between two ticks, in ns: the tick's own time is no delay.
    const longestMs = Math.max(0, Math.round(delays.max / 1e6 - resolutionMs));
    delays.reset();
    onLook(longestMs > slowMs, longestMs);
  }, everyMs).unref();
  return () => {
    clearInterval(timer);
    delays.disable();
  };
}
