// One armed timer per stream: the earliest deadline its state carries.
import { earliestDeadline, type Deadlines } from '../contact/deadlines.js';
import type { Timers } from './ports.js';

/** Follows a state's deadlines. */
export interface AlarmClock<Timer extends string> {
  /** Arms the earliest of these, in place of what was armed before. */
  follow(deadlines: Deadlines<Timer>): void;
  stop(): void;
}

/** An alarm clock that calls `ring` with the name of the deadline that came due. */
export function createAlarmClock<Timer extends string>(
  timers: Timers,
  ring: (timer: Timer) => void,
): AlarmClock<Timer> {
  let armed: { timer: Timer; atMs: number; cancel: () => void } | undefined;

  function stop(): void {
    armed?.cancel();
    armed = undefined;
  }

  return {
    follow(deadlines) {
      const due = earliestDeadline(deadlines);
      if (armed !== undefined && due?.timer === armed.timer && due.atMs === armed.atMs) return;
      stop();
      if (due === undefined) return;
      const cancel = timers.at(due.atMs, () => {
        armed = undefined;
        ring(due.timer);
      });
      armed = { ...due, cancel };
    },
    stop,
  };
}
