// Empties Asterisk's file of call records, at a start and every 30 s, and hands on each call the service never saw.
import { readFile, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log, MissedCallSeen } from '../../engine/ports.js';
import { readCallRecords } from './cdr-rows.js';

/** What the reader works with. */
export interface CdrReaderParts {
  /** Where Asterisk appends its rows. */
  readonly file: string;
  /** Journals a call; the same call twice is one call. */
  readonly note: (call: MissedCallSeen) => void;
  /** All that was noted will survive: the journal has room, and every number is in its table. */
  readonly isKept: () => boolean;
  readonly log: Log;
  /** Between two looks; 30 s. */
  readonly everyMs?: number;
  /** Asterisk is given this long to end a row under way, and the keepers to keep what was noted; 500 ms. */
  readonly settleMs?: number;
}

/** The reader at work. */
export interface CdrReader {
  /** Ends after the look under way. */
  stop(): Promise<void>;
}

/**
 * Starts reading. The file is renamed (Asterisk opens it by name for each row, and writes the row at once), read, and
 * deleted when all it held is kept. A crash in between leaves the renamed file, which the next look reads again.
 */
export function startCdrReader(parts: CdrReaderParts): CdrReader {
  const { file, log, everyMs = 30_000, settleMs = 500 } = parts;
  const taken = `${file}.taken`;
  const stopping = new AbortController();
  /** What `taken` holds was noted in this very run. */
  let noted = false;

  async function look(): Promise<void> {
    if (!noted) {
      const text = (await textOf(taken)) ?? (await take());
      if (text === undefined || stopping.signal.aborted) return;
      noteAll(text);
      noted = true;
      await pause(settleMs);
    }
    if (!parts.isKept()) return;
    await rm(taken, { force: true });
    noted = false;
  }

  async function take(): Promise<string | undefined> {
    try {
      await rename(file, taken);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    await pause(settleMs);
    return textOf(taken);
  }

  function noteAll(text: string): void {
    const { missed, duty, torn } = readCallRecords(text);
    for (const call of missed) parts.note(call);
    if (missed.length > 0 || duty > 0)
      log.warn({ missed: missed.length, duty }, 'calls that the service did not take');
    if (torn > 0) log.error({ torn }, 'call records that cannot be read');
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) =>
        log.error({ error: String(error) }, 'the call records could not be read or emptied'),
      );
      await pause(noted ? 4 * settleMs : everyMs);
    }
  }

  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
