// Time that moves only when told: the same Clock and Timers ports, on a heap of wake-ups.
import type { Clock, Timers } from '../engine/ports.js';

/** A clock for the simulator. */
export interface VirtualClock extends Clock, Timers {
  /** The next wake-up's instant, or undefined when nothing is armed. */
  nextAtMs(): number | undefined;
  /** Moves to the next wake-up not after `untilMs` and runs it; false when there is none (the clock is then at `untilMs`). */
  advance(untilMs: number): boolean;
}

interface WakeUp {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
  cancelled: boolean;
}

/** A clock that stands at `startMs`. Wake-ups of one instant run in the order they were armed. */
export function createVirtualClock(startMs: number): VirtualClock {
  let nowMs = startMs;
  let armed = 0;
  const heap: WakeUp[] = [];

  const before = (a: WakeUp, b: WakeUp) => (a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs);

  function push(item: WakeUp): void {
    let child = heap.push(item) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!swapIfBefore(child, parent)) return;
      child = parent;
    }
  }

  function pop(): WakeUp | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    heap[0] = last;
    for (let parent = 0; ;) {
      const left = 2 * parent + 1;
      const [l, r] = [heap[left], heap[left + 1]];
      if (l === undefined) return top;
      const child = r !== undefined && before(r, l) ? left + 1 : left;
      if (!swapIfBefore(child, parent)) return top;
      parent = child;
    }
  }

  function swapIfBefore(child: number, parent: number): boolean {
    const [c, p] = [heap[child], heap[parent]];
    if (c === undefined || p === undefined || !before(c, p)) return false;
    heap[child] = p;
    heap[parent] = c;
    return true;
  }

  function dropCancelled(): void {
    while (heap[0]?.cancelled) pop();
  }

  return {
    nowMs: () => nowMs,
    at(atMs, wake) {
      const item: WakeUp = { atMs: Math.max(atMs, nowMs), order: armed, wake, cancelled: false };
      armed += 1;
      push(item);
      return () => {
        item.cancelled = true;
      };
    },
    nextAtMs() {
      dropCancelled();
      return heap[0]?.atMs;
    },
    advance(untilMs) {
      dropCancelled();
      const next = heap[0];
      if (next === undefined || next.atMs > untilMs) {
        nowMs = Math.max(nowMs, untilMs);
        return false;
      }
      pop();
      nowMs = next.atMs;
      next.wake();
      return true;
    },
  };
}
