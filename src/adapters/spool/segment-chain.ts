// Which segment is written to: opens the next one when the present one is full or old, syncs in groups, drops carried ones.
import { unlink } from 'node:fs/promises';
import { createSegment, segmentPath, type OpenSegment, type SegmentFile } from './segment.js';

/** When a segment is closed, and how long it stays once it was carried. */
export interface ChainLimits {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly keepMs: number;
}

/** All segments of a spool, the last of them open. */
export interface SegmentChain {
  /** Writes a line at the end. @throws the file system's error; the line is not there then */
  append(line: Buffer): void;
  /** Numbers of all segments, oldest first. */
  numbers(): readonly number[];
  bytesOf(number: number): number;
  /** Starts a sync off the thread unless one runs. */
  sync(): void;
  /** Segments before this one are safe elsewhere from now on. */
  carriedBefore(number: number): void;
  /** Deletes what was carried long enough ago. */
  sweep(): void;
  close(): Promise<void>;
}

/**
 * @param head makes the first line of a new segment
 * @param onFault told of a sync or a deletion that failed
 */
export function createSegmentChain(
  dir: string,
  found: readonly SegmentFile[],
  limits: ChainLimits,
  head: () => Buffer,
  onFault: (error: unknown) => void,
): SegmentChain {
  const closed = new Map(found.map(({ number, bytes }) => [number, bytes]));
  const carriedAtMs = new Map<number, number>();
  let current: OpenSegment | undefined;
  let syncing: Promise<unknown> | undefined;
  let closing: Promise<unknown> = Promise.resolve();

  const numbers = (): readonly number[] => [...closed.keys(), ...(current ? [current.number] : [])];

  function isDue(segment: OpenSegment, lineBytes: number, nowMs: number): boolean {
    return (
      segment.bytes() + lineBytes > limits.segmentBytes || nowMs - segment.openedAtMs >= limits.segmentMs
    );
  }

  /** Where no next segment can be made, the present one grows on. */
  function segmentFor(lineBytes: number): OpenSegment {
    const nowMs = Date.now();
    if (current !== undefined && !isDue(current, lineBytes, nowMs)) return current;
    try {
      const opened = createSegment(dir, Math.max(nowMs, (numbers().at(-1) ?? 0) + 1), nowMs, head());
      retire();
      return (current = opened);
    } catch (error) {
      if (current === undefined) throw error;
      return current;
    }
  }

  function retire(): void {
    if (current === undefined) return;
    const old = current;
    current = undefined;
    closed.set(old.number, old.bytes());
    // Not while a sync of it is still under way: its descriptor might be another file's by then.
    closing = Promise.all([closing, syncing]).then(old.close).catch(onFault);
  }

  function sync(): void {
    if (syncing !== undefined || current === undefined) return;
    syncing = current
      .sync()
      .catch(onFault)
      .finally(() => (syncing = undefined));
  }

  return {
    append: (line) => segmentFor(line.length).append(line),
    numbers,
    bytesOf: (number) => (number === current?.number ? current.bytes() : (closed.get(number) ?? 0)),
    sync,
    carriedBefore: (number) => {
      for (const one of closed.keys()) {
        if (one < number && !carriedAtMs.has(one)) carriedAtMs.set(one, Date.now());
      }
    },
    sweep: () => {
      for (const [number, atMs] of carriedAtMs) {
        if (Date.now() - atMs < limits.keepMs) continue;
        carriedAtMs.delete(number);
        closed.delete(number);
        unlink(segmentPath(dir, number)).catch(onFault);
      }
    },
    close: async () => {
      retire();
      await closing;
    },
  };
}
