// The event prompts in one small file below YIHAO_HOME: read at the start, replaced whole at each change.
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { eventPromptTimes } from '../../contact/event-prompt.js';
import type { EventPromptBook } from '../../engine/event-prompts.js';

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
    regions: optional(Type.Array(Type.String())),
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
 * A book in this file; none yet is an empty one. A hotline is not kept from starting by a damaged one: it is set aside, never written over.
 * @param onDamaged is told where the damaged file is now
 */
export function createEventPromptBook(file: string, onDamaged: (asideFile: string) => void): EventPromptBook {
  return {
    read() {
      const text = readIfThere(file);
      if (text === undefined) return [];
      const book = parse(text);
      if (Value.Check(bookSchema, book)) return book;
      const aside = freeName(`${file}.damaged`);
      renameSync(file, aside);
      onDamaged(aside);
      return [];
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

/** The first of `stem-1`, `stem-2` ... that is not there. */
function freeName(stem: string): string {
  for (let count = 1; ; count += 1) {
    const name = `${stem}-${String(count)}`;
    if (!existsSync(name)) return name;
  }
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
