// Counts what became of the demo's calls, and leaves the counts in a file: whoever prints them reads it, and people who start again go on from it.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Counts since the demo's start. `calls` is the sum of the others. */
export interface Counts {
  calls: number;
  answered: number;
  abandoned: number;
  /** Cut off or turned away before anybody answered. */
  lost: number;
  /** Up, or on their way, and not answered yet. */
  waiting: number;
  talking: number;
  /** Epoch ms; 0 = nobody was answered yet. */
  firstAnsweredAtMs: number;
}

const nothing: Counts = {
  calls: 0,
  answered: 0,
  abandoned: 0,
  lost: 0,
  waiting: 0,
  talking: 0,
  firstAnsweredAtMs: 0,
};

/** The counts of an earlier process of the same demo; who waited then has been cut off. */
export function countsFrom(file: string): Counts {
  try {
    const last = { ...nothing, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Counts>) };
    return { ...last, lost: last.lost + last.waiting, waiting: 0, talking: 0 };
  } catch {
    return { ...nothing };
  }
}

/** Writes them whole: a reader never sees half a file. */
export function writeCounts(file: string, counts: Counts): void {
  writeFileSync(`${file}.part`, JSON.stringify(counts), { mode: 0o600 });
  renameSync(`${file}.part`, file);
}
