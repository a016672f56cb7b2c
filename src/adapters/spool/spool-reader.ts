// Reads the spool in order and in small bites for whoever carries it on; a mark says how far.
import { open } from 'node:fs/promises';
import { segmentPath } from './segment.js';
import { decodeLines, type SpooledEntry } from './spool-line.js';

/** A place in the spool: everything before it has been read. */
export interface SpoolMark {
  readonly segment: number;
  readonly offset: number;
}

/** What comes after a mark. An empty batch that is `atEnd` means there is nothing yet. */
export interface SpoolBatch {
  readonly entries: readonly SpooledEntry[];
  readonly next: SpoolMark | null;
  readonly atEnd: boolean;
  /** Lines that a crash tore; they are passed over. */
  readonly damagedLines: number;
}

/** Bytes taken at a time: parsed in about 3 ms, so that the engine's thread is never held up. */
const biteBytes = 128 * 1024;

/**
 * The next entries after `mark` (null = from the oldest).
 * @param segments numbers of all segments, oldest first; the last one may still grow
 */
export async function readBatch(
  dir: string,
  segments: readonly number[],
  mark: SpoolMark | null,
): Promise<SpoolBatch> {
  let place = placeOf(segments, mark);
  for (let bytes = biteBytes; place !== null;) {
    const chunk = await readChunk(segmentPath(dir, place.segment), place.offset, bytes);
    const { lines, bytes: consumed } = decodeLines(chunk);
    if (consumed > 0) {
      const next: SpoolMark = { segment: place.segment, offset: place.offset + consumed };
      const entries = lines.flatMap((line) => (line.is === 'entry' ? [line.entry] : []));
      const damagedLines = lines.filter(({ is }) => is === 'damaged').length;
      return { entries, next, atEnd: false, damagedLines };
    }
    if (chunk.length === bytes) {
      bytes *= 2;
      continue;
    }
    const following = segments.find((number) => number > (place?.segment ?? 0));
    if (following === undefined) break;
    // What is left in a closed segment is the line that a crash tore.
    if (chunk.length > 0) {
      return { entries: [], next: { segment: following, offset: 0 }, atEnd: false, damagedLines: 1 };
    }
    place = { segment: following, offset: 0 };
  }
  return { entries: [], next: place, atEnd: true, damagedLines: 0 };
}

/** A mark of another spool (newer than all there is) says nothing: everything is read again. */
function placeOf(segments: readonly number[], mark: SpoolMark | null): SpoolMark | null {
  const [oldest] = segments;
  if (oldest === undefined) return null;
  if (mark === null) return { segment: oldest, offset: 0 };
  if (segments.includes(mark.segment)) return mark;
  return { segment: segments.find((number) => number > mark.segment) ?? oldest, offset: 0 };
}

async function readChunk(file: string, offset: number, bytes: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(bytes), 0, bytes, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
