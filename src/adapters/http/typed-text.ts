// Free text that people type into the service: kept in the journal and shown, so a number may not be in it.
import { Type } from 'typebox';
import { holdsNumber } from '../../contact/number-in-text.js';
import { AppError } from '../../errors.js';

/** Text of several lines. */
export function linesOfText(maxLength: number) {
  return Type.String({ pattern: `^(?:\\P{Cc}|\\n){1,${String(maxLength)}}$` });
}

/** The text without blanks around it. @throws TEXT_HOLDS_NUMBER, REQUEST_INVALID for nothing but blanks */
export function typedText(field: string, text: string): string {
  const typed = text.trim();
  if (holdsNumber(typed)) throw new AppError('TEXT_HOLDS_NUMBER', { in: 'body', field });
  if (typed === '')
    throw new AppError('REQUEST_INVALID', { in: 'body', field, zh: '缺少此项', en: 'missing' });
  return typed;
}

/** A question as it may be journaled: whoever typed a number into the wrong field has not told it to the journal. */
export function askedWithoutNumbers(
  query: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, holdsNumber(value) ? '****' : value]),
  );
}
