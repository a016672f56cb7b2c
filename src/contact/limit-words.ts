// What a caller under a limit hears of it.
import type { CallLimit } from './contact.js';
import type { PromptRef } from './prompt-ref.js';

/** The key that leads out of the line to a message. */
export const messageKey = '1';

const dayMs = 86_400_000;
/** With the way to a message, and where the flow has none. */
const ids = { message: 'limited', wait: 'limited.wait' } as const;

/** How many days are left, the day that has begun counted, and the ways that are open. */
export function limitWords({ untilMs }: CallLimit, takesMessage: boolean, nowMs: number): PromptRef {
  const n = Math.min(30, Math.max(1, Math.ceil((untilMs - nowMs) / dayMs)));
  return { id: takesMessage ? ids.message : ids.wait, slots: { n } };
}

/** It is these words. */
export function areLimitWords({ id }: PromptRef): boolean {
  return id === ids.message || id === ids.wait;
}
