// The engine's one line of work: decisions run one after another, in the order they came, and never await.

/** Runs posted work in order; work posted by work comes after what already waits. */
export interface RunQueue {
  post(work: () => void): void;
}

/** A queue that drains at once. A fault in one piece of work is told and does not stop the next. */
export function createRunQueue(onFault: (error: unknown) => void): RunQueue {
  const waiting: (() => void)[] = [];
  let draining = false;

  function drain(): void {
    draining = true;
    for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) {
      try {
        work();
      } catch (error) {
        onFault(error);
      }
    }
    draining = false;
  }

  return {
    post(work) {
      waiting.push(work);
      if (!draining) drain();
    },
  };
}
