// The form of one line of the spool: an entry as JSON, a tab, the state's image as JSON. JSON writes neither tab nor newline
// raw, so a line can be cut without reading it and the carrier never parses an image.
import type { JournalEntry } from '../../engine/ports.js';

/** An entry as it is carried on: all but the image. */
export type SpooledEntry = Omit<JournalEntry, 'image'>;

/** First line of every segment: the last sequence number of each lasting stream, which older segments took with them. */
export interface SegmentHead {
  readonly lastSeqs: Readonly<Record<string, number>>;
}

/** One decoded line. `damaged` = torn by a power cut or a full disk. */
export type SpoolLine =
  | { readonly is: 'entry'; readonly entry: SpooledEntry; readonly imageText: string }
  | { readonly is: 'head'; readonly head: SegmentHead }
  | { readonly is: 'damaged' };

const newline = 10;
const tab = 9;

export function encodeEntry({ image, ...entry }: JournalEntry): Buffer {
  return Buffer.from(`${JSON.stringify(entry)}\t${image === null ? '' : JSON.stringify(image)}\n`);
}

export function encodeHead(head: SegmentHead): Buffer {
  return Buffer.from(`${JSON.stringify(head)}\t\n`);
}

/** The whole lines of a chunk, and how many bytes they take: what follows the last newline is not consumed. */
export function decodeLines(chunk: Buffer): { readonly lines: readonly SpoolLine[]; readonly bytes: number } {
  const lines: SpoolLine[] = [];
  let start = 0;
  for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
    lines.push(decodeLine(chunk.subarray(start, end)));
    start = end + 1;
  }
  return { lines, bytes: start };
}

function decodeLine(line: Buffer): SpoolLine {
  const cut = line.indexOf(tab);
  if (cut < 0) return { is: 'damaged' };
  const parsed = parseJson(line.toString('utf8', 0, cut));
  if (isHead(parsed)) return { is: 'head', head: parsed };
  if (!isEntry(parsed)) return { is: 'damaged' };
  return { is: 'entry', entry: parsed, imageText: line.toString('utf8', cut + 1) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is SegmentHead {
  return typeof value === 'object' && value !== null && 'lastSeqs' in value;
}

function isEntry(value: unknown): value is SpooledEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { stream, id, seq, facts } = value as Partial<SpooledEntry>;
  return (
    typeof stream === 'string' && typeof id === 'string' && Number.isInteger(seq) && Array.isArray(facts)
  );
}
