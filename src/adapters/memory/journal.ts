// A journal that only remembers: for the simulator and for tests that compare two runs byte for byte.
import type { Journal, JournalEntry } from '../../engine/ports.js';

export interface MemoryJournal extends Journal {
  readonly entries: readonly JournalEntry[];
  /** Every entry as one line of JSON: two runs agree when their texts do. */
  text(): string;
}

export function createMemoryJournal(): MemoryJournal {
  const entries: JournalEntry[] = [];
  return {
    entries,
    append: (entry) => void entries.push(entry),
    text: () => entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
  };
}
