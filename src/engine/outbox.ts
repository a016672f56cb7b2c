// Effects of one contact or feature call, run in order, each awaited before the next; a hang-up goes before all that still wait.
import type { ContactEffect } from '../contact/contact-signals.js';

/** Runs effects one at a time. */
export interface Outbox<Effect = ContactEffect> {
  add(effects: readonly Effect[]): void;
  /** Forgets what has not begun. */
  empty(): void;
  isIdle(): boolean;
}

/** An outbox over a runner whose promise always settles (each port has its deadline); a rejection is the runner's to tell. */
export function createOutbox<Effect = ContactEffect>(run: (effect: Effect) => Promise<void>): Outbox<Effect> {
  let waiting: Effect[] = [];
  let running = false;

  async function drain(): Promise<void> {
    running = true;
    for (let effect = waiting.shift(); effect !== undefined; effect = waiting.shift()) await run(effect);
    running = false;
  }

  return {
    add(effects) {
      waiting.push(...effects);
      if (!running && waiting.length > 0) void drain();
    },
    empty() {
      waiting = [];
    },
    isIdle: () => !running,
  };
}
