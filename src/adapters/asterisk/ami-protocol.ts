// Writes AMI actions and reads AMI messages: pure text in, text out, so that no value can ever become a second action.

import { AppError } from '../../errors.js';

/** One message of Asterisk. A key that came several times holds its values joined by line feeds. */
export type AmiMessage = Readonly<Record<string, string | undefined>>;

/** The keys and values of an action, in order; an `undefined` is left out. */
export type AmiFields = Readonly<Record<string, string | undefined>>;

const LINE_END = '\r\n';

/** What would end a line or a message early, in any of its spellings. */
// oxlint-disable-next-line no-control-regex -- the very characters to be refused
const UNSAFE = /[\r\n\0]/;

/**
 * An action as it goes over the wire.
 * @throws AppError UNSAFE_VALUE `{key}` where a key or a value holds CR, LF or NUL, or a key a colon
 */
export function encodeAction(action: string, fields: AmiFields): string {
  const lines = Object.entries({ Action: action, ...fields }).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (UNSAFE.test(key) || key.includes(':') || UNSAFE.test(value))
      throw new AppError('UNSAFE_VALUE', { key });
    return [`${key}: ${value}`];
  });
  return [...lines, LINE_END].join(LINE_END);
}

/** What was read, and the begun message that waits for its rest. */
export interface AmiReading {
  readonly messages: readonly AmiMessage[];
  readonly rest: string;
}

/** Reads `chunk` after the `rest` of the last reading; a new connection begins with an empty rest. */
export function readMessages(rest: string, chunk: string): AmiReading {
  const blocks = (rest + chunk).split(LINE_END + LINE_END);
  const last = blocks.pop() ?? '';
  return { messages: blocks.map(parseMessage), rest: last };
}

/** Lines without a colon are left out: the greeting of the connection is one. */
function parseMessage(block: string): AmiMessage {
  const message: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const line of block.split(LINE_END)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const key = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    message[key] = key in message ? `${message[key]}\n${value}` : value;
  }
  return message;
}
