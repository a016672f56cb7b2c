// What was set about callers beforehand, at hand when a call arrives: read from the database now and then, kept as last read.
import type { CallLimit } from '../contact/contact.js';
import type { CallerKey } from '../contact/ids.js';
import type { Clock, Log, Timers } from './ports.js';
import { repeatReading, type RepeatedReading } from './repeated-reading.js';

/** Callers by what was set about them. */
export interface Standings {
  /** 保密, by the list of those who are not to be called or written to. */
  isConfidential(callerKey: CallerKey): boolean;
  /** A limit of his number, while it stands. */
  limitOf(callerKey: CallerKey, nowMs: number): CallLimit | undefined;
}

/** What the database knows of them. */
export interface StandingRows {
  readonly confidential: ReadonlySet<CallerKey>;
  readonly limits: ReadonlyMap<CallerKey, CallLimit>;
}

/** Nothing was set about anybody. */
export const noStandings: Standings = { isConfidential: () => false, limitOf: () => undefined };

export interface StandingsParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** @throws DATABASE_UNAVAILABLE */
  readonly read: (nowMs: number) => Promise<StandingRows>;
  /** New rows are there: calls under way may have to follow. */
  readonly onRead: () => void;
  /** Time between two readings; 10 s. */
  readonly everyMs?: number;
}

/** Standings that follow the database. */
export type KeptStandings = Standings & RepeatedReading;

/** Nothing is known before the first reading: a call that arrives earlier is caught up with after it. */
export function keepStandings({ clock, read, everyMs = 10_000, ...parts }: StandingsParts): KeptStandings {
  let rows: StandingRows = { confidential: new Set(), limits: new Map() };
  const reading = repeatReading({
    ...parts,
    ...{ clock, everyMs, awayWords: 'what is set about callers cannot be read' },
    async read() {
      rows = await read(clock.nowMs());
    },
  });
  return {
    ...reading,
    isConfidential: (callerKey) => rows.confidential.has(callerKey),
    // Over by itself, also while the database is away.
    limitOf: (callerKey, nowMs) => {
      const limit = rows.limits.get(callerKey);
      return limit !== undefined && nowMs < limit.untilMs ? limit : undefined;
    },
  };
}
