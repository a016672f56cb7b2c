// What is remembered of callers from one call to the next: the wish they stated, and when they called. By their keys alone.
import type { CallerKey, ContactId } from '../contact/ids.js';
import type { CallerWishFact } from './caller-wish.js';
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

/** Where wishes stand, and where former calls are found. Every method @throws DATABASE_UNAVAILABLE. */
export interface WishStore {
  /** Those that still stand; what is over is taken away. */
  standing(nowMs: number): Promise<readonly WishRow[]>;
  callsSince(sinceMs: number): Promise<readonly CallRow[]>;
}

/** Asked at every arrival, so it answers at once. A caller without a number is nobody. */
export interface CallerMemory {
  wishOf(callerKey: CallerKey, nowMs: number): string | undefined;
  /** What was journaled. */
  keepWish(fact: Omit<CallerWishFact, 'type'>): void;
  /** A wish that is used is kept for as long again; written down at most once a day. */
  isRenewalDue(callerKey: CallerKey, nowMs: number, keptMs: number): boolean;
  /** Notes the call, and gives how many came before it within that time. */
  called(callerKey: CallerKey, contactId: ContactId, nowMs: number, withinMs: number): number;
}

/** Nobody is remembered. */
export const noCallerMemory: CallerMemory = {
  wishOf: () => undefined,
  keepWish: () => undefined,
  isRenewalDue: () => false,
  called: () => 0,
};

export interface CallerMemoryParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly store: WishStore;
  /** All that the spool still holds, however old, oldest first: it may not be in the table yet, nor when the table is read. */
  readonly journaled: readonly CallerWishFact[];
  /** How far back calls are read at a start. */
  readonly callsWithinMs: () => number;
}

/** A memory that has read what was kept, or still tries to. */
export interface KeptCallerMemory extends CallerMemory {
  stop(): void;
}

const retryMs = 5_000;
/** A wish is renewed at most once a day. */
const dayMs = 86_400_000;
/** What is over is cleared away as often. */
const sweepMs = 3_600_000;

/** Reads what was kept, and keeps trying until it could; what was journaled goes before what is read. */
export function createCallerMemory(parts: CallerMemoryParts): KeptCallerMemory {
  const { clock, timers, log, store } = parts;
  const wishes = new Map<CallerKey, Pick<WishRow, 'wish' | 'untilMs'>>();
  const calls = new Map<CallerKey, Map<string, number>>();
  const forgotten = new Set<CallerKey>();
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
    forgotten.clear();
  }

  /** Never rejects. */
  async function read(): Promise<void> {
    try {
      if (!isRead) await readAll();
    } catch (error) {
      if (!isAway) log.warn({ error: String(error) }, 'what callers wish cannot be read');
      isAway = true;
    }
  }

  function wakeAfter(ms: number): void {
    if (stopped) return;
    cancel = timers.at(clock.nowMs() + ms, () => {
      sweep();
      void read().then(() => wakeAfter(retryMs));
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

  function keepWish({ callerKey, wish, untilMs }: Omit<CallerWishFact, 'type'>): void {
    if (wish !== null) return void wishes.set(callerKey, { wish, untilMs });
    wishes.delete(callerKey);
    if (!isRead) forgotten.add(callerKey);
  }

  function wishOf(callerKey: CallerKey, nowMs: number): string | undefined {
    const row = wishes.get(callerKey);
    return row !== undefined && nowMs < row.untilMs ? row.wish : undefined;
  }

  for (const fact of parts.journaled) keepWish(fact);
  void read();
  wakeAfter(retryMs);
  return {
    wishOf,
    keepWish,
    isRenewalDue(callerKey, nowMs, keptMs) {
      const untilMs = wishes.get(callerKey)?.untilMs ?? 0;
      return wishOf(callerKey, nowMs) !== undefined && untilMs < nowMs + keptMs - dayMs;
    },
    called(callerKey, contactId, nowMs, withinMs) {
      if (withinMs === 0) return 0;
      const former = [...(calls.get(callerKey) ?? [])];
      note(callerKey, contactId, nowMs);
      return former.filter(([id, atMs]) => id !== contactId && atMs >= nowMs - withinMs).length;
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
