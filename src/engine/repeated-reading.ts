// A reading of the database that is made anew again and again: what was read last stands while the database is away.
import type { Clock, Log, Timers } from './ports.js';

export interface RepeatedReadingParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Reads and keeps what it read. @throws DATABASE_UNAVAILABLE */
  readonly read: () => Promise<void>;
  /** Something was read. Not told after `stop`. */
  readonly onRead: () => void;
  /** For the log, once each time the database goes away. */
  readonly awayWords: string;
  /** From the end of one reading to the next. */
  readonly everyMs: number;
}

export interface RepeatedReading {
  /** Reads now. Never rejects. */
  refresh(): Promise<void>;
  stop(): void;
}

/** After a start. */
const firstMs = 1_000;

/** Begins it. */
export function repeatReading(parts: RepeatedReadingParts): RepeatedReading {
  const { clock, timers, log, read, onRead, awayWords, everyMs } = parts;
  let isAway = false;
  let stopped = false;
  let cancel: () => void = () => undefined;

  async function refresh(): Promise<void> {
    try {
      await read();
      isAway = false;
      if (!stopped) onRead();
    } catch (error) {
      if (!isAway) log.warn({ error: String(error) }, awayWords);
      isAway = true;
    }
  }

  function wakeAfter(ms: number): void {
    if (stopped) return;
    cancel = timers.at(clock.nowMs() + ms, () => void refresh().then(() => wakeAfter(everyMs)));
  }

  wakeAfter(firstMs);
  return {
    refresh,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
