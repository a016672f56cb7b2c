// Opening what is sealed: one asks and says why, another one agrees in time, and it is used once. Pure.

/** What can be opened of a sealed contact. */
export const openedThings = ['number', 'recording'] as const;
export type OpenedThing = (typeof openedThings)[number];

/** A wish to open, and what became of it. */
export interface Opening {
  readonly openingId: string;
  readonly contactId: string;
  readonly what: OpenedThing;
  /** The recording's; null = the number. */
  readonly file: string | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAtMs: number;
  readonly decidedBy: string | null;
  readonly decidedAtMs: number | null;
  /** Null = nobody has decided yet. */
  readonly agreed: boolean | null;
  readonly usedAtMs: number | null;
  /** Counts the changes. */
  readonly version: number;
}

/** A second person may agree for so long after the request, and what is agreed may be used for so long (ASSUMED). */
export const agreeWithinMs = 30 * 60_000;
export const useWithinMs = 30 * 60_000;
/** One listening: a player asks for the same recording again and again. */
export const listeningMs = 30 * 60_000;

/** How a wish stands: `open` = waits for a second person. */
export type OpeningState = 'open' | 'agreed' | 'refused' | 'used' | 'expired';

export type OpeningRefusal = 'OPENING_OWN' | 'OPENING_OVER' | 'OPENING_NEEDED';
export type OpeningStep =
  { readonly ok: true; readonly opening: Opening } | { readonly ok: false; readonly code: OpeningRefusal };

/** The wishes. Every method @throws DATABASE_UNAVAILABLE. */
export interface OpeningStore {
  add(opening: Opening): Promise<void>;
  find(openingId: string): Promise<Opening | undefined>;
  /** Writes the step over the version it was made from; false where somebody else was first. */
  settle(opening: Opening): Promise<boolean>;
  /** Requested since then, newest first, at most 100. */
  since(sinceMs: number): Promise<readonly Opening[]>;
}

/** How it stands now. */
export function openingState(opening: Opening, nowMs: number): OpeningState {
  const { agreed, usedAtMs, decidedAtMs, requestedAtMs } = opening;
  if (agreed === false) return 'refused';
  if (usedAtMs !== null) return 'used';
  if (agreed === true) return nowMs < (decidedAtMs ?? 0) + useWithinMs ? 'agreed' : 'expired';
  return nowMs < requestedAtMs + agreeWithinMs ? 'open' : 'expired';
}

/** A second person decides; never who asked. */
export function decideOpening(opening: Opening, by: string, agreed: boolean, nowMs: number): OpeningStep {
  if (by === opening.requestedBy) return { ok: false, code: 'OPENING_OWN' };
  if (openingState(opening, nowMs) !== 'open') return { ok: false, code: 'OPENING_OVER' };
  return moved(opening, { agreed, decidedBy: by, decidedAtMs: nowMs });
}

/** Who asked for exactly this uses it, once; a listening begun goes on. */
export function useOpening(
  opening: Opening,
  use: Pick<Opening, 'contactId' | 'what' | 'file'> & { readonly by: string },
  nowMs: number,
): OpeningStep {
  const isHis = opening.requestedBy === use.by && opening.contactId === use.contactId;
  if (!isHis || opening.what !== use.what || opening.file !== use.file)
    return { ok: false, code: 'OPENING_NEEDED' };
  const state = openingState(opening, nowMs);
  if (state === 'agreed') return moved(opening, { usedAtMs: nowMs });
  const isListening =
    state === 'used' && use.what === 'recording' && nowMs < (opening.usedAtMs ?? 0) + listeningMs;
  if (isListening) return { ok: true, opening };
  return { ok: false, code: state === 'open' ? 'OPENING_NEEDED' : 'OPENING_OVER' };
}

function moved(opening: Opening, change: Partial<Opening>): OpeningStep {
  return { ok: true, opening: { ...opening, ...change, version: opening.version + 1 } };
}
