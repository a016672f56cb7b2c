// What a caller wishes for his next calls: a language, or a person without any menu.
import { patch, record, type ContactStep } from './contact-step.js';

/** Remembers it from now on, in this call too; said twice it is said once. */
export function keepWish(step: ContactStep, wish: string | null, by: string): ContactStep {
  const { contact } = step;
  const now = contact.wish === undefined ? (contact.arrival.wish ?? null) : contact.wish;
  return wish === now ? step : record(patch(step, { wish }), { type: 'WishKept', wish, by });
}
