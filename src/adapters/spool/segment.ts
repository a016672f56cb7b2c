// One file of the spool: appended to by whole lines, synced in groups, never opened for writing again.
import { close, closeSync, fdatasync, fsync, openSync, unlinkSync, writeSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const [syncData, syncFile, closeFile] = [promisify(fdatasync), promisify(fsync), promisify(close)];

/** A segment as it lies on disk. Numbers grow with every segment, also beyond the life of a spool's folder. */
export interface SegmentFile {
  readonly number: number;
  readonly bytes: number;
  readonly modifiedAtMs: number;
}

/** The segment being written. */
export interface OpenSegment {
  readonly number: number;
  readonly openedAtMs: number;
  bytes(): number;
  /** Writes a whole line or nothing. @throws the file system's error, e.g. ENOSPC */
  append(line: Buffer): void;
  sync(): Promise<void>;
  close(): Promise<void>;
}

const namePattern = /^(\d{15})\.jsonl$/;

export function segmentPath(dir: string, number: number): string {
  return path.join(dir, `${String(number).padStart(15, '0')}.jsonl`);
}

/** The segments of a folder, oldest first. */
export async function listSegments(dir: string): Promise<readonly SegmentFile[]> {
  const numbers = (await readdir(dir)).flatMap((name) => namePattern.exec(name)?.[1] ?? []).map(Number);
  return Promise.all(
    numbers
      .sort((one, other) => one - other)
      .map(async (number) => {
        const { size, mtimeMs } = await stat(segmentPath(dir, number));
        return { number, bytes: size, modifiedAtMs: Math.floor(mtimeMs) };
      }),
  );
}

/**
 * Creates a segment and writes its head.
 * @throws the file system's error; nothing is left behind then
 */
export function createSegment(dir: string, number: number, nowMs: number, head: Buffer): OpenSegment {
  const file = segmentPath(dir, number);
  const fd = openSync(file, 'wx', 0o600);
  let size = 0;
  let unsynced = true;
  let nameSynced = false;
  const append = (line: Buffer): void => {
    writeWhole(fd, line, size);
    size += line.length;
    unsynced = true;
  };
  try {
    append(head);
  } catch (error) {
    closeSync(fd);
    unlinkSync(file);
    throw error;
  }
  const sync = async (): Promise<void> => {
    if (!unsynced) return;
    unsynced = false;
    await syncData(fd);
    if (nameSynced) return;
    await syncFolder(dir);
    nameSynced = true;
  };
  return {
    number,
    openedAtMs: nowMs,
    bytes: () => size,
    append,
    sync,
    close: async () => {
      try {
        await sync();
      } finally {
        await closeFile(fd);
      }
    },
  };
}

/** What is left of a line that did not fit has no newline, so nobody reads it; the next line is written over it. */
function writeWhole(fd: number, line: Buffer, position: number): void {
  for (let written = 0; written < line.length;) {
    written += writeSync(fd, line, written, line.length - written, position + written);
  }
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await syncFile(folder.fd);
  } finally {
    await folder.close();
  }
}
