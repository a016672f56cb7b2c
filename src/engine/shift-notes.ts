// What people of a shift tell each other through the service: broadcasts (喊话) and hand-over notes, with who has read them.

/** Somebody has read it. */
export interface Receipt {
  /** 工号 or account. */
  readonly by: string;
  readonly atMs: number;
}

interface Note {
  readonly id: string;
  readonly atMs: number;
  readonly by: string;
  readonly text: string;
  readonly readBy: readonly Receipt[];
}

/** A line to every agent. */
export interface Broadcast extends Note {
  readonly urgent: boolean;
  /** Who was signed in when it was sent. */
  readonly to: readonly string[];
}

/** The shift in figures, as it stood when the note was written; null = the records could not be read then. */
export interface ShiftFigures {
  /** Since the last note, at most 12 h. */
  readonly sinceMs: number;
  readonly offered: number | null;
  readonly answered: number | null;
  readonly longestWaitMs: number | null;
  readonly unreached: number | null;
  readonly waiting: number;
  readonly signedIn: number;
  readonly alarms: readonly { readonly alarm: string; readonly about: string }[];
}

/** What one shift's leader leaves to the next. */
export interface HandoverNote extends Note {
  readonly figures: ShiftFigures;
}

/** What is journaled of both, in the site's stream. */
export type NoteFact =
  | {
      readonly type: 'BroadcastSent';
      readonly noteId: string;
      readonly by: string;
      readonly text: string;
      readonly urgent: boolean;
      readonly to: readonly string[];
    }
  | { readonly type: 'BroadcastRead'; readonly noteId: string; readonly by: string }
  | {
      readonly type: 'HandoverWritten';
      readonly noteId: string;
      readonly by: string;
      readonly text: string;
      readonly figures: ShiftFigures;
    }
  | { readonly type: 'HandoverRead'; readonly noteId: string; readonly by: string };

/** Two readings of the same notes as one, newest first: neither may know everything yet. */
export function mergeNotes<Kind extends Note>(one: readonly Kind[], other: readonly Kind[]): readonly Kind[] {
  const merged = new Map(one.map((note) => [note.id, note]));
  for (const note of other) {
    const known = merged.get(note.id);
    merged.set(note.id, known === undefined ? note : { ...known, readBy: mergeReceipts(known, note) });
  }
  return [...merged.values()].sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? 1 : -1));
}

/**
 * A page of the records with what is known of its notes besides. What was written a moment ago is not in the records yet:
 * it is newer than all that are, since facts are carried in order, and stands on the first page alone.
 */
export function withFresh<Kind extends Note>(
  rows: readonly Kind[],
  fresh: readonly Kind[],
  isFirstPage: boolean,
): readonly Kind[] {
  const ids = new Set(rows.map(({ id }) => id));
  const newestMs = rows[0]?.atMs ?? 0;
  const isNew = ({ atMs }: Kind): boolean => isFirstPage && atMs >= newestMs;
  return mergeNotes(
    rows,
    fresh.filter((note) => ids.has(note.id) || isNew(note)),
  );
}

/** Each reader once, at his first reading. */
function mergeReceipts(one: Note, other: Note): readonly Receipt[] {
  const first = new Map<string, Receipt>();
  for (const receipt of [...one.readBy, ...other.readBy]) {
    const known = first.get(receipt.by);
    if (known === undefined || receipt.atMs < known.atMs) first.set(receipt.by, receipt);
  }
  return [...first.values()].sort((a, b) => a.atMs - b.atMs || (a.by < b.by ? -1 : 1));
}
