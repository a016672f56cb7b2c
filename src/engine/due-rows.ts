// Works through rows that are due, a few at a time, for as long as the service runs; what it held when it died is due again by itself.
import type { Clock, Log, Timers } from './ports.js';

/** Rows that somebody owes, each claimed under a lease by the database's clock. */
export interface DueRowsParts<Row> {
  /** What they are, for the log. */
  readonly what: string;
  /** Takes rows that are due: meanwhile nobody else gets them. */
  readonly claim: (limit: number, leaseMs: number) => Promise<readonly Row[]>;
  /** Sees to one; `worth` says whether it may still be begun under this lease, and whether its outcome is still wanted. */
  readonly see: (row: Row, worth: Worth) => Promise<void>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Pause when nothing is due; 1 s. After a fault of the database five times as long. */
  readonly idleMs?: number;
  /** For how long a row is ours; 60 s. */
  readonly leaseMs?: number;
  /** The longest one takes outside; 10 s. With less of the lease left nothing is begun. */
  readonly outsideMs?: number;
}

/** Whether work on a row is still worth doing. */
export interface Worth {
  /** Enough of the lease is left, and nobody has asked to stop. */
  beginning(): boolean;
  /** The service is still there to write it down. */
  ending(): boolean;
}

/** The work under way. */
export interface DueRows {
  /** Settles when what is under way is through, within a second: what the other side still has is due again after its lease. */
  stop(): Promise<void>;
}

/** For the end of what is under way. */
const stopMs = 1_000;
/** Side by side. */
const batch = 5;

export function startDueRows<Row>(parts: DueRowsParts<Row>): DueRows {
  const { what, claim, see, clock, timers, log } = parts;
  const { idleMs = 1_000, leaseMs = 60_000, outsideMs = 10_000 } = parts;
  let stopped = false;
  let ended = false;
  let isAway = false;
  let cancel: () => void = () => undefined;
  let working: Promise<void> = Promise.resolve();

  function wakeAfter(pauseMs: number): void {
    if (stopped) return;
    cancel = timers.at(clock.nowMs() + pauseMs, () => {
      working = work();
    });
  }

  async function work(): Promise<void> {
    try {
      const untilMs = clock.nowMs() + leaseMs - outsideMs;
      const due = await claim(batch, leaseMs);
      const worth = { beginning: () => !stopped && clock.nowMs() <= untilMs, ending: () => !ended };
      await Promise.all(due.map((row) => see(row, worth)));
      isAway = false;
      wakeAfter(due.length === batch ? 0 : idleMs);
    } catch (error) {
      // The rows stay as they are, and their leases end.
      if (!isAway && !stopped)
        log.warn({ error: String(error) }, `${what} wait: their rows cannot be read or written`);
      isAway = true;
      wakeAfter(idleMs * 5);
    }
  }

  wakeAfter(idleMs);
  return {
    stop: async () => {
      stopped = true;
      cancel();
      await Promise.race([
        working,
        new Promise<void>((resolve) => void timers.at(clock.nowMs() + stopMs, resolve)),
      ]);
      ended = true;
    },
  };
}
