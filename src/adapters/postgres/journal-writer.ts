// Carries the spool into the database, batch by batch and for ever: retries with back-off, resumes at its mark, skips nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { failureCode, isServersWord, migrate, type Database } from './database.js';
import {
  loadMark,
  setAside,
  writeEntries,
  type CarriedEntry,
  type Mark,
  type Refusal,
} from './journal-rows.js';

/** The spool, seen from its carrier. */
export interface JournalSource {
  /** Entries after a mark, in order; `atEnd` with none means there are none yet. */
  read(mark: Mark | null): Promise<{
    readonly entries: readonly CarriedEntry[];
    readonly next: Mark | null;
    readonly atEnd: boolean;
  }>;
  carriedUpTo(mark: Mark): void;
  bytesAfter(mark: Mark | null): number;
}

/** What the carrier has to tell; `reason` is a code, never a value. */
export type WriterNews =
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'back'; readonly awayMs: number }
  /** Facts that were put aside in `journal_refused`. */
  | { readonly type: 'refused'; readonly refusals: readonly Refusal[] };

export interface JournalWriterOptions {
  readonly database: Database;
  readonly source: JournalSource;
  /** Whose spool this is; names its mark. */
  readonly node: string;
  readonly onNews: (news: WriterNews) => void;
  /** Pause when there is nothing to carry, or little: what comes meanwhile goes with it; 200 ms. */
  readonly idleMs?: number;
  /** First and longest pause after a failure; 250 ms and 5 s. */
  readonly retryMinMs?: number;
  readonly retryMaxMs?: number;
}

/** The carrier at work. */
export interface JournalWriter {
  stats(): WriterStats;
  /** Ends after the batch under way; what is left is carried after the next start. */
  stop(): Promise<void>;
}

export interface WriterStats {
  /** The database answered last time. */
  readonly up: boolean;
  readonly carriedEntries: number;
  readonly refused: number;
  readonly failures: number;
  /** Bytes of the spool that still have to be carried. */
  readonly backlogBytes: number;
}

/** The database is asked for a sign of life after this long without work. */
const probeEveryMs = 2_000;
/** Fewer entries are little; with as many the next batch follows at once. A batch costs seven statements, whatever is in it. */
const wholeBatch = 100;

/** Starts carrying; makes or updates the tables first, as soon as the database is there. */
export function startJournalWriter(options: JournalWriterOptions): JournalWriter {
  const { database, source, node, onNews } = options;
  const { idleMs = 200, retryMinMs = 250, retryMaxMs = 5000 } = options;
  const stopping = new AbortController();
  const counts = { carriedEntries: 0, refused: 0, failures: 0 };
  let mark: Mark | null = null;
  let answeredAtMs = 0;
  let lostSinceMs: number | undefined;

  /** Tries until it works; returns undefined only when stopping. */
  async function insist<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    for (let pauseMs = retryMinMs; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, retryMaxMs)) {
      try {
        const result = await attempt();
        noteBack();
        return result;
      } catch (error) {
        noteLost(error);
        await pause(pauseMs);
      }
    }
    return undefined;
  }

  function noteLost(error: unknown): void {
    counts.failures += 1;
    if (lostSinceMs !== undefined) return;
    lostSinceMs = performance.now();
    onNews({ type: 'lost', reason: failureCode(error) });
  }

  function noteBack(): void {
    if (lostSinceMs === undefined) return;
    onNews({ type: 'back', awayMs: Math.round(performance.now() - lostSinceMs) });
    lostSinceMs = undefined;
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  async function run(): Promise<void> {
    await insist(async () => {
      await migrate(database);
      mark = await loadMark(database, node);
    });
    while (!stopping.signal.aborted) {
      const carried = await insist(carryNext);
      if (carried !== undefined && carried < wholeBatch) await pause(idleMs);
    }
  }

  /** Carries one batch; how many entries it had. */
  async function carryNext(): Promise<number> {
    const { entries, next, atEnd } = await source.read(mark);
    if (next === null || (atEnd && entries.length === 0)) {
      // With nothing to carry, too, it is noticed that the database is away.
      if (performance.now() - answeredAtMs >= probeEveryMs) await probe();
      return 0;
    }
    const refusals = await carry(entries, next);
    answeredAtMs = performance.now();
    mark = next;
    source.carriedUpTo(next);
    counts.carriedEntries += entries.length;
    counts.refused += refusals.length;
    if (refusals.length > 0) onNews({ type: 'refused', refusals });
    return entries.length;
  }

  async function probe(): Promise<void> {
    await sql`select 1`.execute(database);
    answeredAtMs = performance.now();
  }

  /** One entry that the database refuses must not hold up all others: halves, down to the one that is put aside. */
  async function carry(entries: readonly CarriedEntry[], next: Mark | null): Promise<readonly Refusal[]> {
    try {
      return await writeEntries(database, entries, node, next);
    } catch (error) {
      const [only, second] = entries;
      if (!isDataError(error) || only === undefined) throw error;
      if (second === undefined) return putAside(only, error, next);
      const middle = Math.ceil(entries.length / 2);
      const first = await carry(entries.slice(0, middle), null);
      return [...first, ...(await carry(entries.slice(middle), next))];
    }
  }

  async function putAside(
    entry: CarriedEntry,
    error: unknown,
    next: Mark | null,
  ): Promise<readonly Refusal[]> {
    const reason = failureCode(error);
    await setAside(database, entry, reason);
    await writeEntries(database, [], node, next);
    return [{ stream: entry.stream, id: entry.id, seq: entry.seq, reason }];
  }

  const running = run();
  return {
    stats: () => ({ ...counts, up: lostSinceMs === undefined, backlogBytes: source.bytesAfter(mark) }),
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** The value itself is at fault (SQLSTATE 22, 23), not the database's state. */
function isDataError(error: unknown): boolean {
  return isServersWord(error) && /^2[23]/.test(error.code ?? '');
}
