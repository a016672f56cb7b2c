// One timer for all streams of the process: every 20 ms of real time, without drift, however late a turn of the event loop comes.

/** Length of a packet. */
export const packetMs = 20;

/** After a longer stall the missed packets are left out instead of being sent in a burst, as a real phone would. */
const longestCatchUpTicks = 25;

const listeners = new Set<(ticks: number) => void>();
let timer: NodeJS.Timeout | undefined;
let nextTickAtMs = 0;
let stall = { lengthMs: 0, endedAtMs: 0 };

/** A stall of the event loop is over, but what waited in the sockets meanwhile is still being read. */
const stallEchoMs = 200;

/**
 * Calls `listener` with the number of 20 ms steps since its last call (usually 1). The timer runs while anybody listens.
 * @returns a function that ends it
 */
export function onMediaTick(listener: (ticks: number) => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    nextTickAtMs = performance.now() + packetMs;
    schedule();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
  };
}

/** How much too late packets may seem to arrive just now, because the event loop stood still a moment ago. */
export function recentStallMs(): number {
  return performance.now() - stall.endedAtMs < stallEchoMs ? stall.lengthMs : 0;
}

function schedule(): void {
  timer = setTimeout(tick, Math.max(0, nextTickAtMs - performance.now()));
}

function tick(): void {
  const nowMs = performance.now();
  const due = Math.floor((nowMs - nextTickAtMs) / packetMs) + 1;
  if (due > 2) stall = { lengthMs: due * packetMs, endedAtMs: nowMs };
  if (due > 0) {
    nextTickAtMs += due * packetMs;
    const ticks = Math.min(due, longestCatchUpTicks);
    [...listeners].forEach((listener) => listener(ticks));
  }
  if (timer !== undefined) schedule();
}
