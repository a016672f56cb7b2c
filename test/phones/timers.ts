// A bag of timers that can be emptied in one go, so that a closed phone leaves nothing running; and waiting with a deadline.

/** Timers of one owner. */
export interface TimerBag {
  /** Runs `action` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, action: () => void): () => void;
  /** Cancels all; later calls of `after` do nothing. */
  close(): void;
}

/** Makes an empty bag. */
export function createTimerBag(): TimerBag {
  const live = new Set<NodeJS.Timeout>();
  let closed = false;
  return {
    after(delayMs, action) {
      if (closed) return () => undefined;
      const timer = setTimeout(() => {
        live.delete(timer);
        action();
      }, delayMs);
      live.add(timer);
      return () => {
        live.delete(timer);
        clearTimeout(timer);
      };
    },
    close() {
      closed = true;
      live.forEach((timer) => clearTimeout(timer));
      live.clear();
    },
  };
}

/** Waiting for something did not end well: it says for what, and in which state things were. */
export class WaitError extends Error {
  override readonly name = 'WaitError';
}

/** A state that others wait upon: call `changed()` after each change. */
export interface Condition {
  changed(): void;
  /**
   * Resolves with the first value of `check` that is not undefined, looked at now and after each change.
   * @throws WaitError after `timeoutMs`, or whatever `check` throws (the wished-for state cannot come any more)
   */
  until<T>(what: string, timeoutMs: number, check: () => T | undefined): Promise<T>;
}

/** Makes a condition. `describe` adds the present state to the message of a time-out. */
export function createCondition(describe: () => string): Condition {
  const waiters = new Set<() => void>();
  return {
    changed: () => [...waiters].forEach((look) => look()),
    until: (what, timeoutMs, check) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          waiters.delete(look);
          act();
        };
        const look = (): void => {
          try {
            const value = check();
            if (value !== undefined) settle(() => resolve(value));
          } catch (error) {
            settle(() => reject(error instanceof Error ? error : new Error(String(error))));
          }
        };
        const timer = setTimeout(
          () => settle(() => reject(new WaitError(`no ${what} within ${timeoutMs} ms (${describe()})`))),
          timeoutMs,
        );
        waiters.add(look);
        look();
      }),
  };
}
