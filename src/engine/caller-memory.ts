// What is remembered of callers from one call to the next: the wish they stated, and when they called. By their keys alone.
import type { CallerKey, ContactId } from '../contact/ids.js';
import type { Clock, Log, Timers } from './ports.js';

/** A wish as it is kept. It is forgotten after `untilMs`. */
export interface WishRow {
  readonly callerKey: CallerKey;
  readonly wish: string;
  readonly setAtMs: number;
  readonly untilMs: number;
}

/** A call as the records tell of it. */
export interface CallRow {
  readonly contactId: string;
  readonly callerKey: string;
  readonly arrivedAtMs: number;
}

/** Where wishes stay, and where former calls are found. Every method @throws DATABASE_UNAVAILABLE. */
export interface WishStore {
  /** Those that still stand; what is over is taken away. */
  standing(nowMs: number): Promise<readonly WishRow[]>;
  /** Replaces; writing twice is writing once. */
  put(row: WishRow): Promise<void>;
  remove(callerKey: CallerKey): Promise<void>;
  callsSince(sinceMs: number): Promise<readonly CallRow[]>;
}

/** Asked at every arrival, so it answers at once. A caller without a number is nobody. */
export interface CallerMemory {
  wishOf(callerKey: CallerKey, nowMs: number): string | undefined;
  /** Null forgets. */
  keepWish(callerKey: CallerKey, wish: string | null, nowMs: number, keptMs: number): void;
  /** A wish that is used is kept for as long again. */
  renewWish(callerKey: CallerKey, nowMs: number, keptMs: number): void;
  /** Notes the call, and gives how many came before it within that time. */
  called(callerKey: CallerKey, contactId: ContactId, nowMs: number, withinMs: number): number;
}

/** Nobody is remembered. */
export const noCallerMemory: CallerMemory = {
  wishOf: () => undefined,
  keepWish: () => undefined,
  renewWish: () => undefined,
  called: () => 0,
};

export interface CallerMemoryParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly store: WishStore;
  /** How far back calls are read at a start. */
  readonly callsWithinMs: () => number;
}

/** A memory that follows the database. */
export interface KeptCallerMemory extends CallerMemory {
  /** Nothing waits to be written. */
  isWritten(): boolean;
  /** Tries once more to write what is unwritten. */
  stop(): Promise<void>;
}

const retryMs = 5_000;
/** A wish is renewed at most once a day. */
const dayMs = 86_400_000;
/** What is over is cleared away as often. */
const sweepMs = 3_600_000;

/** Reads what was kept, and keeps trying until it could; what is said meanwhile goes before what is read. */
export function createCallerMemory(parts: CallerMemoryParts): KeptCallerMemory {
  const { clock, timers, log, store } = parts;
  const wishes = new Map<CallerKey, WishRow>();
  const calls = new Map<CallerKey, Map<string, number>>();
  const unwritten = new Map<CallerKey, WishRow | null>();
  const forgotten = new Set<CallerKey>();
  let writing: Promise<void> | undefined;
  let isAway = false;
  let isRead = false;
  let stopped = false;
  let cancel: () => void = () => undefined;

  function note(callerKey: CallerKey, contactId: string, atMs: number): void {
    if (callerKey === '') return;
    const own = calls.get(callerKey) ?? new Map<string, number>();
    calls.set(callerKey, own.set(contactId, atMs));
  }

  async function readAll(): Promise<void> {
    const nowMs = clock.nowMs();
    const [kept, former] = [
      await store.standing(nowMs),
      await store.callsSince(nowMs - parts.callsWithinMs()),
    ];
    for (const row of kept)
      if (!wishes.has(row.callerKey) && !forgotten.has(row.callerKey)) wishes.set(row.callerKey, row);
    for (const { callerKey, contactId, arrivedAtMs } of former)
      note(callerKey as CallerKey, contactId, arrivedAtMs);
    isRead = true;
  }

  async function writeAll(): Promise<void> {
    // What is said anew meanwhile is still to be written.
    for (let [next] = unwritten; next !== undefined; [next] = unwritten) {
      const [callerKey, row] = next;
      await (row === null ? store.remove(callerKey) : store.put(row));
      if (unwritten.get(callerKey) === row) unwritten.delete(callerKey);
    }
  }

  /** Never rejects; one at a time. */
  function keepUp(): Promise<void> {
    writing ??= (async () => {
      try {
        if (!isRead) await readAll();
        await writeAll();
        isAway = false;
      } catch (error) {
        if (!isAway) log.warn({ error: String(error) }, 'what callers wish cannot be read or written');
        isAway = true;
      }
    })().finally(() => (writing = undefined));
    return writing;
  }

  function wakeAfter(ms: number): void {
    if (stopped) return;
    cancel = timers.at(clock.nowMs() + ms, () => {
      sweep();
      void keepUp().then(() => wakeAfter(retryMs));
    });
  }

  let sweptAtMs = clock.nowMs();
  function sweep(): void {
    const nowMs = clock.nowMs();
    if (nowMs - sweptAtMs < sweepMs) return;
    sweptAtMs = nowMs;
    for (const [key, { untilMs }] of wishes) if (untilMs <= nowMs) wishes.delete(key);
    const sinceMs = nowMs - parts.callsWithinMs();
    for (const [key, own] of calls) {
      for (const [id, atMs] of own) if (atMs < sinceMs) own.delete(id);
      if (own.size === 0) calls.delete(key);
    }
  }

  function keepWish(callerKey: CallerKey, wish: string | null, nowMs: number, keptMs: number): void {
    if (callerKey === '') return;
    const row = wish === null ? null : { callerKey, wish, setAtMs: nowMs, untilMs: nowMs + keptMs };
    if (row === null) {
      wishes.delete(callerKey);
      forgotten.add(callerKey);
    } else wishes.set(callerKey, row);
    unwritten.set(callerKey, row);
    void keepUp();
  }

  function wishOf(callerKey: CallerKey, nowMs: number): string | undefined {
    const row = wishes.get(callerKey);
    return row !== undefined && nowMs < row.untilMs ? row.wish : undefined;
  }

  void keepUp();
  wakeAfter(retryMs);
  return {
    wishOf,
    keepWish,
    renewWish(callerKey, nowMs, keptMs) {
      const wish = wishOf(callerKey, nowMs);
      const untilMs = wishes.get(callerKey)?.untilMs ?? 0;
      if (wish !== undefined && untilMs < nowMs + keptMs - dayMs) keepWish(callerKey, wish, nowMs, keptMs);
    },
    called(callerKey, contactId, nowMs, withinMs) {
      if (withinMs === 0) return 0;
      const former = [...(calls.get(callerKey) ?? [])];
      note(callerKey, contactId, nowMs);
      return former.filter(([id, atMs]) => id !== contactId && atMs >= nowMs - withinMs).length;
    },
    isWritten: () => unwritten.size === 0,
    async stop() {
      stopped = true;
      cancel();
      await keepUp();
    },
  };
}
