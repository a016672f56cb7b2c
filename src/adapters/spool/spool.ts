// The journal's near end: one synchronous write an entry into append-only segments, synced in groups, kept until carried on.
import { mkdir } from 'node:fs/promises';
import type { Journal, JournalEntry } from '../../engine/ports.js';
import { createSegmentChain } from './segment-chain.js';
import { listSegments, type SegmentFile } from './segment.js';
import { encodeEntry, encodeHead } from './spool-line.js';
import { readBatch, type SpoolBatch, type SpoolMark } from './spool-reader.js';
import {
  lastSeqOf,
  recoverStreams,
  searchSegments,
  streamKey,
  type RecoveredStream,
  type Search,
} from './spool-recovery.js';

/** What goes wrong with the spool; none of it stops a call. `reason` is the system's error code. */
export type SpoolTrouble =
  /** Entries cannot be kept from now on. */
  | { readonly type: 'full'; readonly reason: string }
  /** Entries are kept again; so many were not, of these instants. */
  | { readonly type: 'room'; readonly lostEntries: number; readonly fromMs: number; readonly toMs: number }
  /** Written, but not certain to survive a power cut. */
  | { readonly type: 'syncFailed'; readonly reason: string }
  /** Lines that a crash tore were passed over. */
  | { readonly type: 'damaged'; readonly lines: number };

/** Where and how the spool keeps its segments; every time has a default. */
export interface SpoolOptions {
  readonly dir: string;
  /** Called soon after, never from within `append`. */
  readonly onTrouble: (trouble: SpoolTrouble) => void;
  /** Group fsync; 50 ms. */
  readonly syncEveryMs?: number;
  /** A segment is closed when it has this size, 8 MiB, or this age, 5 min. */
  readonly segmentBytes?: number;
  readonly segmentMs?: number;
  /** Segments stay this long after they were carried; 10 min. */
  readonly keepMs?: number;
  /** At the start, segments last written longer ago are not searched for states: Redis has those; 6 h. */
  readonly recoverMs?: number;
  /**
   * Looked for at the start, however old: a segment stays until its last entry was carried, so whatever a table does not have yet is found,
   * be the database away for days.
   */
  readonly search?: Search;
}

/** What the spool has done and holds. */
export interface SpoolStats {
  readonly segments: number;
  readonly bytes: number;
  readonly appended: number;
  readonly lost: number;
  readonly full: boolean;
  /** The longest `append` so far; above 20 ms the disk holds the engine up. */
  readonly slowestAppendMs: number;
}

/** The spool, open for writing, read by its carrier. */
export interface Spool extends Journal {
  /** Entries after a mark, in order. */
  read(mark: SpoolMark | null): Promise<SpoolBatch>;
  /** Everything before the mark is safe elsewhere: its segments may go when their time is over. */
  carriedUpTo(mark: SpoolMark): void;
  /** Bytes after a mark: the carrier's backlog. */
  bytesAfter(mark: SpoolMark | null): number;
  stats(): SpoolStats;
  /** Syncs and closes; nothing is appended afterwards. */
  close(): Promise<void>;
}

const defaults = {
  syncEveryMs: 50,
  segmentBytes: 8 * 1024 * 1024,
  segmentMs: 5 * 60_000,
  keepMs: 10 * 60_000,
  recoverMs: 6 * 3_600_000,
};

/**
 * Opens the spool of a folder (made if need be) and tells what an earlier run left in it.
 * @throws the file system's error when the folder cannot be made or read
 */
export async function openSpool(
  options: SpoolOptions,
): Promise<{ readonly spool: Spool; readonly recovered: readonly RecoveredStream[] }> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const found = await listSegments(options.dir);
  const recentMs = Date.now() - (options.recoverMs ?? defaults.recoverMs);
  const newest = found.at(-1);
  const recent = found.filter((one) => one === newest || one.modifiedAtMs >= recentMs);
  const recovered = await recoverStreams(options.dir, recent);
  if (options.search !== undefined) await searchSegments(options.dir, found, options.search);
  return { spool: createSpool(options, found, recovered), recovered };
}

function createSpool(
  options: SpoolOptions,
  found: readonly SegmentFile[],
  recovered: readonly RecoveredStream[],
): Spool {
  const { dir } = options;
  const limits = { ...defaults, ...options };
  const tell = (trouble: SpoolTrouble): void => queueMicrotask(() => options.onTrouble(trouble));
  const lastSeqs = new Map(recovered.filter(isLasting).map((one) => [streamKey(one), one.lastSeq]));
  const losses = countLosses(tell);
  const counts = { appended: 0, slowestAppendMs: 0 };
  const chain = createSegmentChain(
    dir,
    found,
    limits,
    () => encodeHead({ lastSeqs: Object.fromEntries(lastSeqs) }),
    (error) => tell({ type: 'syncFailed', reason: reasonOf(error) }),
  );
  const timers = [
    setInterval(chain.sync, limits.syncEveryMs).unref(),
    setInterval(chain.sweep, Math.min(limits.keepMs, 60_000)).unref(),
  ];

  function append(entry: JournalEntry): void {
    const began = performance.now();
    if (isLasting(entry)) lastSeqs.set(streamKey(entry), lastSeqOf(entry));
    try {
      chain.append(encodeEntry(entry));
      counts.appended += 1;
      losses.over();
    } catch (error) {
      losses.add(entry, error);
    }
    counts.slowestAppendMs = Math.max(counts.slowestAppendMs, performance.now() - began);
  }

  return {
    append,
    read: async (mark) => {
      const batch = await readBatch(dir, chain.numbers(), mark);
      if (batch.damagedLines > 0) tell({ type: 'damaged', lines: batch.damagedLines });
      return batch;
    },
    carriedUpTo: ({ segment }) => chain.carriedBefore(segment),
    bytesAfter: (mark) =>
      chain
        .numbers()
        .filter((number) => number >= (mark?.segment ?? 0))
        .reduce((sum, one) => sum + chain.bytesOf(one) - (one === mark?.segment ? mark.offset : 0), 0),
    stats: () => ({
      ...counts,
      lost: losses.count(),
      full: losses.now(),
      segments: chain.numbers().length,
      bytes: chain.numbers().reduce((sum, number) => sum + chain.bytesOf(number), 0),
    }),
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await chain.close();
    },
  };
}

/** Counts what could not be kept: one word when it begins, one when it is over. */
function countLosses(tell: (trouble: SpoolTrouble) => void) {
  let lost = 0;
  let running: { entries: number; readonly fromMs: number; toMs: number } | undefined;
  return {
    add: ({ atMs }: JournalEntry, error: unknown): void => {
      lost += 1;
      if (running === undefined) tell({ type: 'full', reason: reasonOf(error) });
      running = { entries: (running?.entries ?? 0) + 1, fromMs: running?.fromMs ?? atMs, toMs: atMs };
    },
    over: (): void => {
      if (running === undefined) return;
      tell({ type: 'room', lostEntries: running.entries, fromMs: running.fromMs, toMs: running.toMs });
      running = undefined;
    },
    count: () => lost,
    now: () => running !== undefined,
  };
}

/** Contacts end; agents and the site go on counting beyond any segment. */
function isLasting({ stream }: Pick<JournalEntry, 'stream'>): boolean {
  return stream !== 'contact';
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
