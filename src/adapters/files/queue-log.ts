// Keeps a file in Asterisk's queue_log format in step with the journal: follows the spool, writes each line once, loses none.
import { mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyQueueLogState, linesOf, type LoggedEntry, type QueueLogState } from './queue-log-lines.js';

/** A place in the spool. */
interface Mark {
  readonly segment: number;
  readonly offset: number;
}

/** The spool, seen from here. */
export interface QueueLogSource {
  read(mark: Mark | null): Promise<{
    readonly entries: readonly LoggedEntry[];
    readonly next: Mark | null;
    readonly atEnd: boolean;
  }>;
  carriedUpTo(mark: Mark): void;
}

export interface QueueLogOptions {
  readonly file: string;
  readonly source: QueueLogSource;
  /** A code of the system, once when it begins; the lines wait in the spool meanwhile. */
  readonly onTrouble: (reason: string) => void;
  /** Pause when there is nothing to write, and after a failure; 1 s. */
  readonly everyMs?: number;
  /** Moved aside to `.1` above this; 50 MB. */
  readonly mostBytes?: number;
}

/** The writing at work. */
export interface QueueLog {
  /** Ends after the batch under way. */
  stop(): Promise<void>;
}

/** What was written for certain: what the file holds beyond `bytes` was written, but not yet vouched for. */
interface Saved {
  readonly mark: Mark | null;
  readonly state: QueueLogState;
  readonly inode: number;
  readonly bytes: number;
}

/**
 * Starts writing. Each batch goes file, sync, mark: after a crash between the two the file is cut back to what the mark
 * vouches for and the same lines are made again from the same facts. Nobody waits for it.
 */
export function startQueueLog({
  file,
  source,
  onTrouble,
  everyMs = 1_000,
  mostBytes = 50_000_000,
}: QueueLogOptions): QueueLog {
  const stopping = new AbortController();
  const markFile = `${file}.mark`;
  let troubled = false;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await follow();
      } catch (error) {
        if (!troubled) onTrouble(codeOf(error));
        troubled = true;
        await pause();
      }
    }
  }

  async function follow(): Promise<void> {
    let saved = await begin();
    let log = await openLog(file, saved);
    try {
      while (!stopping.signal.aborted) {
        const { entries, next, atEnd } = await source.read(saved.mark);
        if (next === null || (atEnd && entries.length === 0)) await pause();
        else {
          saved = await write(log, saved, entries, next);
          source.carriedUpTo(next);
          troubled = false;
        }
        if (saved.bytes < mostBytes) continue;
        await log.close();
        saved = await rotate(saved);
        log = await openLog(file, saved);
      }
    } finally {
      await log.close();
    }
  }

  /** With the mark lost nobody knows which lines are there: they are put aside, and a new file begins. */
  async function begin(): Promise<Saved> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const found = await readSaved(markFile);
    if (found !== undefined) return found;
    await rename(file, `${file}.1`).catch(ignoreMissing);
    return { mark: null, state: emptyQueueLogState(), inode: 0, bytes: 0 };
  }

  async function write(
    log: FileHandle,
    { state, bytes }: Saved,
    entries: readonly LoggedEntry[],
    next: Mark,
  ): Promise<Saved> {
    const following = structuredClone(state);
    const lines = Buffer.from(entries.map((entry) => linesOf(following, entry)).join(''));
    if (lines.length > 0) {
      await log.appendFile(lines);
      await log.datasync();
    }
    const { ino: inode } = await log.stat();
    const saved = { mark: next, state: following, inode, bytes: bytes + lines.length };
    await save(saved);
    return saved;
  }

  async function save(saved: Saved): Promise<void> {
    const part = `${markFile}.part`;
    await writeFile(part, JSON.stringify(saved), { mode: 0o600, flush: true });
    await rename(part, markFile);
  }

  /** The mark names the new file before it has a line: a crash in between finds it empty. */
  async function rotate(saved: Saved): Promise<Saved> {
    await rm(`${file}.1`, { force: true });
    await rename(file, `${file}.1`);
    await writeFile(file, '', { mode: 0o600 });
    const fresh = { ...saved, inode: (await stat(file)).ino, bytes: 0 };
    await save(fresh);
    return fresh;
  }

  async function pause(): Promise<void> {
    await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** The file, cut back to what is vouched for. Another file than the marked one is somebody's rotation: it is only added to. */
async function openLog(file: string, { inode, bytes }: Saved): Promise<FileHandle> {
  const log = await open(file, 'a', 0o600);
  try {
    const found = await log.stat();
    if (found.ino === inode && found.size > bytes) await log.truncate(bytes);
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function readSaved(markFile: string): Promise<Saved | undefined> {
  const text = await readFile(markFile, 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Saved;
  } catch {
    return undefined;
  }
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
