// The service's clock as seen from here. The PC's own clock may be wrong, so it is never asked.

/** Frames that count: a minute of beats. Older ones are forgotten, so that a corrected server clock is followed. */
const keptFrames = 12;

/** Tells the service's time. */
export interface ServerClock {
  /** A frame stamped `atMs` has just arrived. */
  heard(atMs: number): void;
  nowMs(): number;
}

/**
 * A clock over a monotonic one. Of the last offsets the largest is nearest the truth: its frame was the least late.
 * @param steadyMs the browser's `performance.now`
 */
export function createServerClock(steadyMs: () => number, firstGuessMs: number): ServerClock {
  const guess = firstGuessMs - steadyMs();
  let offsets: number[] = [];
  return {
    heard(atMs) {
      offsets = [...offsets, atMs - steadyMs()].slice(-keptFrames);
    },
    nowMs: () => steadyMs() + (offsets.length === 0 ? guess : Math.max(...offsets)),
  };
}
