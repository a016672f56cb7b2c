// What a client of /ws may say: which topic it wants to watch, and where it stopped.
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { topics } from './access.js';
import { oneOf } from './views.js';

/** The longest message taken. */
export const askBytes = 4_096;

const liveAsk = Type.Object(
  {
    watch: oneOf(topics),
    resume: Type.Optional(
      Type.Object(
        {
          view: Type.String({ maxLength: 100 }),
          stream: Type.String({ maxLength: 100 }),
          seq: Type.Integer({ minimum: 0 }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type LiveAsk = Static<typeof liveAsk>;

/** Reads a message; undefined for whatever is none of ours. */
export function readAsk(text: string): LiveAsk | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return Value.Check(liveAsk, message) ? (message as LiveAsk) : undefined;
  } catch {
    return undefined;
  }
}
