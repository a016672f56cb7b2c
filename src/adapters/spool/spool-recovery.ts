// Reads what a spool holds at a start: the last state and the last sequence number of every stream, and whatever else is looked for.
import { readFile } from 'node:fs/promises';
import type { JournalEntry } from '../../engine/ports.js';
import { segmentPath, type SegmentFile } from './segment.js';
import { decodeLines, type SegmentHead, type SpooledEntry } from './spool-line.js';

/** A stream's end as the spool knows it. */
export interface RecoveredStream {
  readonly stream: JournalEntry['stream'];
  readonly id: string;
  /** The next fact must have a larger one: a number used twice is not carried. */
  readonly lastSeq: number;
  /** `null` where the segment with the image is gone, and for the site. */
  readonly atMs: number | null;
  readonly image: JournalEntry['image'];
}

/** The name of a stream in a segment's head. */
export function streamKey({ stream, id }: Pick<JournalEntry, 'stream' | 'id'>): string {
  return `${stream} ${id}`;
}

/** The last sequence number an entry uses. */
export function lastSeqOf({ seq, facts }: SpooledEntry): number {
  return seq + facts.length - 1;
}

interface Found {
  readonly entry: SpooledEntry | null;
  readonly imageText: string;
  readonly lastSeq: number;
}

/** Every stream of these segments (oldest first). Lines torn by a crash are passed over. */
export async function recoverStreams(
  dir: string,
  segments: readonly SegmentFile[],
): Promise<readonly RecoveredStream[]> {
  const found = new Map<string, Found>();
  for (const { number } of segments) {
    const { lines } = decodeLines(await readFile(segmentPath(dir, number)));
    for (const line of lines) {
      if (line.is === 'head') takeHead(found, line.head);
      if (line.is === 'entry') takeEntry(found, line.entry, line.imageText);
    }
  }
  return [...found].map(([key, last]) => asStream(key, last));
}

/** Something to be found in a spool. */
export interface Search {
  /** Stands in the lines that matter, as JSON writes it. */
  readonly text: string;
  /** Told of every entry of the segments that hold the text, oldest first. */
  readonly found: (entry: SpooledEntry) => void;
}

/** Only segments that hold the text are taken apart: after days without a database there are gigabytes of others. */
export async function searchSegments(
  dir: string,
  segments: readonly SegmentFile[],
  { text, found }: Search,
): Promise<void> {
  for (const { number } of segments) {
    const bytes = await readFile(segmentPath(dir, number));
    if (!bytes.includes(text)) continue;
    for (const line of decodeLines(bytes).lines) if (line.is === 'entry') found(line.entry);
  }
}

function takeHead(found: Map<string, Found>, { lastSeqs }: SegmentHead): void {
  for (const [key, lastSeq] of Object.entries(lastSeqs)) {
    if (!found.has(key)) found.set(key, { entry: null, imageText: '', lastSeq });
  }
}

function takeEntry(found: Map<string, Found>, entry: SpooledEntry, imageText: string): void {
  const key = streamKey(entry);
  const lastSeq = Math.max(lastSeqOf(entry), found.get(key)?.lastSeq ?? -1);
  found.set(key, { entry, imageText, lastSeq });
}

function asStream(key: string, { entry, imageText, lastSeq }: Found): RecoveredStream {
  const [stream, ...id] = key.split(' ');
  return {
    stream: stream as JournalEntry['stream'],
    id: id.join(' '),
    lastSeq,
    atMs: entry?.atMs ?? null,
    image: imageOf(imageText),
  };
}

function imageOf(text: string): JournalEntry['image'] {
  if (text === '') return null;
  try {
    return JSON.parse(text) as JournalEntry['image'];
  } catch {
    return null;
  }
}
