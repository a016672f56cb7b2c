// Readings of the records that views show again and again: one query at a time for all of them, none more often than it must.
import type { Log } from '../../engine/ports.js';

/** Runs one reading after the other. */
export type ReadLane = <Value>(read: () => Promise<Value>) => Promise<Value>;

/** A lane of its own. */
export function createReadLane(): ReadLane {
  let last: Promise<unknown> = Promise.resolve();
  return (read) => {
    const next = last.then(read);
    last = next.catch(() => undefined);
    return next;
  };
}

/** A reading, renewed in the background by whoever asks for it. */
export interface KeptReading<Value> {
  /** The last result; undefined before the first. */
  value(): Value | undefined;
  /** The last try failed: the value is an older one. */
  failed(): boolean;
}

/** How a reading is made and kept. */
export interface KeptReadingParts<Value> {
  /** What is read, for the log. */
  readonly name: string;
  /** At most so often. */
  readonly everyMs: number;
  readonly read: () => Promise<Value>;
  readonly lane: ReadLane;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** What failed is tried again so soon, whatever it is. */
const retryMs = 5_000;

/** A reading that begins with the first question for it. */
export function keepReading<Value>(parts: KeptReadingParts<Value>): KeptReading<Value> {
  const { name, everyMs, read, lane, nowMs, log } = parts;
  let value: Value | undefined;
  let begunAtMs: number | undefined;
  let underWay = false;
  let hasFailed = false;

  async function renew(): Promise<void> {
    underWay = true;
    begunAtMs = nowMs();
    try {
      value = await lane(read);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed)
        log.warn({ reading: name, error: String(error) }, 'the records cannot be read for a view');
      hasFailed = true;
    } finally {
      underWay = false;
    }
  }

  return {
    value() {
      // A clock that was set back must not stop the reading.
      const pauseMs = hasFailed ? Math.min(retryMs, everyMs) : everyMs;
      const isDue = begunAtMs === undefined || Math.abs(nowMs() - begunAtMs) >= pauseMs;
      if (isDue && !underWay) void renew();
      return value;
    },
    failed: () => hasFailed,
  };
}
