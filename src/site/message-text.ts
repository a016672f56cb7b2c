// Fills the slots of a short message: every one of them, no other, and never with a person's number.
import { holdsNumber } from '../contact/number-in-text.js';
import type { MessageTemplate } from './site.js';

const valueForm = /^[^\p{Cc}{}【】]{1,40}$/u;

/**
 * The text as the citizen reads it, signature first.
 * @returns undefined where a slot is missing, unknown, or holds what may stand in no message
 */
export function messageText(
  { text, slots: wanted }: MessageTemplate,
  slots: Readonly<Record<string, string>>,
): string | undefined {
  const given = Object.entries(slots);
  const isGood = ([name, value]: readonly [string, string]) =>
    wanted.includes(name) && valueForm.test(value) && !holdsNumber(value);
  if (given.length !== wanted.length || !given.every(isGood)) return undefined;
  return given.reduce((whole, [name, value]) => whole.replaceAll(`{${name}}`, () => value), text);
}
