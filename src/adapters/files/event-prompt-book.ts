// The event prompts in one small file below YIHAO_HOME: read at the start, replaced whole at each change.
import { readFileSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { eventPromptTimes } from '../../contact/event-prompt.js';
import type { EventPromptBook } from '../../engine/event-prompts.js';
import { AppError } from '../../errors.js';

const optional = Type.Optional;
const bookSchema = Type.Array(
  Type.Object({
    id: Type.String(),
    text: Type.String(),
    heard: Type.String(),
    pinyin: Type.String(),
    durationMs: Type.Integer(),
    when: Type.Union(eventPromptTimes.map((time) => Type.Literal(time))),
    entryIds: Type.Array(Type.String()),
    areaCodes: Type.Array(Type.String()),
    untilMs: Type.Integer(),
    state: Type.Union([Type.Literal('draft'), Type.Literal('live'), Type.Literal('ended')]),
    draftedBy: Type.String(),
    draftedAtMs: Type.Integer(),
    confirmedBy: optional(Type.String()),
    liveAtMs: optional(Type.Integer()),
    endedBy: optional(Type.Union([Type.String(), Type.Null()])),
    endedAtMs: optional(Type.Integer()),
  }),
);

/**
 * A book in this file; none yet is an empty one.
 * @throws AppError CONFIG_INVALID from `read` if the file is damaged: it is never written over unread
 */
export function createEventPromptBook(file: string): EventPromptBook {
  return {
    read() {
      const text = readIfThere(file);
      if (text === undefined) return [];
      const book = parse(text);
      if (Value.Check(bookSchema, book)) return book;
      throw new AppError('CONFIG_INVALID', { file, reason: 'the list of event prompts is damaged' });
    },
    async write(all) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const handle = await open(`${file}.new`, 'w', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(all, null, 1)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(`${file}.new`, file);
    },
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
