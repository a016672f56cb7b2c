// Who may put what in force: versions one after the other, a second person for each, or one in an emergency whom another looks after.

/** A version of what citizens hear, as it came into force. */
export interface PublishedVersion {
  /** 1, 2, 3, … */
  readonly number: number;
  /** Of every governed file's text. */
  readonly hash: string;
  readonly atMs: number;
  /**
   * `found`: read from files that somebody had changed by hand, or that were there at the first start; `publish`: a draft;
   * `undo`: a draft that brought an earlier version back.
   */
  readonly how: 'found' | 'publish' | 'undo';
  /** null = nobody known: files changed by hand. */
  readonly author: string | null;
  readonly publisher: string | null;
  readonly reason: string;
  /** The version brought back; else null. */
  readonly undoOf: number | null;
  /** One person alone: to be reviewed. */
  readonly emergency: boolean;
  readonly review: VersionReview | null;
}

/** A second person's look at what one alone had put in force. */
export interface VersionReview {
  readonly by: string;
  readonly atMs: number;
  readonly note: string;
}

/** What somebody asks for who publishes a draft. */
export interface PublishAct {
  readonly by: string;
  readonly author: string;
  readonly emergency: boolean;
  readonly reason: string;
  readonly undoOf: number | null;
  /** Of the governed texts as they will be. */
  readonly hash: string;
  readonly atMs: number;
}

export type PublishRefusal = 'OWN_DRAFT' | 'REASON_NEEDED' | 'NOTHING_CHANGED';

/** The version that a publication makes, or why there is none. Whoever publishes his own draft needs `emergency`; nobody else is one. */
export function publish(
  history: readonly PublishedVersion[],
  { by, author, emergency, reason, undoOf, hash, atMs }: PublishAct,
):
  | { readonly ok: true; readonly version: PublishedVersion }
  | { readonly ok: false; readonly code: PublishRefusal } {
  const isAlone = by === author;
  if (isAlone && !emergency) return { ok: false, code: 'OWN_DRAFT' };
  if (reason.trim() === '') return { ok: false, code: 'REASON_NEEDED' };
  if (history.at(-1)?.hash === hash) return { ok: false, code: 'NOTHING_CHANGED' };
  const how = undoOf === null ? 'publish' : 'undo';
  const number = nextNumber(history);
  return {
    ok: true,
    version: {
      ...{ number, hash, atMs, how, author, publisher: by, reason: reason.trim(), undoOf },
      ...{ emergency: isAlone, review: null },
    },
  };
}

/** The version that files bring about which nobody published; undefined where they are those of the newest version. */
export function found(
  history: readonly PublishedVersion[],
  hash: string,
  atMs: number,
): PublishedVersion | undefined {
  if (history.at(-1)?.hash === hash) return undefined;
  return {
    ...{ number: nextNumber(history), hash, atMs, how: 'found', author: null, publisher: null },
    ...{ reason: '', undoOf: null, emergency: false, review: null },
  };
}

const nextNumber = (history: readonly PublishedVersion[]): number => (history.at(-1)?.number ?? 0) + 1;

/** Versions that one person alone put in force and nobody else has looked at. */
export function awaitingReview(history: readonly PublishedVersion[]): readonly PublishedVersion[] {
  return history.filter(({ emergency, review }) => emergency && review === null);
}

export type ReviewRefusal = 'VERSION_UNKNOWN' | 'NOTHING_TO_REVIEW' | 'OWN_DRAFT';

/** The version with its review, or why not: nobody reviews himself. */
export function review(
  history: readonly PublishedVersion[],
  number: number,
  look: VersionReview,
):
  | { readonly ok: true; readonly version: PublishedVersion }
  | { readonly ok: false; readonly code: ReviewRefusal } {
  const version = history.find((one) => one.number === number);
  if (version === undefined) return { ok: false, code: 'VERSION_UNKNOWN' };
  if (!awaitingReview([version]).length) return { ok: false, code: 'NOTHING_TO_REVIEW' };
  if (look.by === version.publisher || look.by === version.author) return { ok: false, code: 'OWN_DRAFT' };
  return { ok: true, version: { ...version, review: look } };
}
