// Limits of a caller's number: proposed by one who leads, in force when another one agrees, over by themselves. Pure.
import type { CallLimit, LimitLevel } from '../contact/contact.js';
import type { CallerKey } from '../contact/ids.js';

/** A limit as it is kept. It goes by the caller's key: never by an area or the beginning of a number. */
export interface LimitRow {
  readonly limitId: string;
  readonly callerKey: CallerKey;
  readonly callerMasked: string;
  readonly level: LimitLevel;
  readonly reason: string;
  /** The call that it goes back to, if it was proposed from one. */
  readonly contactId: string | null;
  readonly proposedBy: string;
  readonly proposedAtMs: number;
  readonly untilMs: number;
  readonly decidedBy: string | null;
  readonly decidedAtMs: number | null;
  /** Null = nobody has decided yet. */
  readonly agreed: boolean | null;
  /** Looked at again since, and left as it is. */
  readonly reviewedBy: string | null;
  readonly reviewedAtMs: number | null;
  readonly liftedBy: string | null;
  readonly liftedAtMs: number | null;
  /** Counts the changes. */
  readonly version: number;
}

/** Longest, in days (ASSUMED). */
export const mostLimitDays = 30;
/** A limit in force is looked at again after so long (ASSUMED). */
export const reviewEveryMs = 7 * 86_400_000;

export type LimitState = 'proposed' | 'inForce' | 'refused' | 'lifted' | 'expired';
export type LimitRefusal = 'LIMIT_OWN' | 'LIMIT_OVER';
export type LimitStep =
  { readonly ok: true; readonly limit: LimitRow } | { readonly ok: false; readonly code: LimitRefusal };

/** The limits. Every method @throws DATABASE_UNAVAILABLE. */
export interface LimitStore {
  add(limit: LimitRow): Promise<void>;
  find(limitId: string): Promise<LimitRow | undefined>;
  /** Writes the step over the version it was made from; false where somebody else was first. */
  settle(limit: LimitRow): Promise<boolean>;
  /** Those that may still be in force, and those proposed since then; newest first, at most 200. */
  list(nowMs: number, sinceMs: number): Promise<readonly LimitRow[]>;
  /** By caller: the strictest in force. */
  inForce(nowMs: number): Promise<ReadonlyMap<CallerKey, CallLimit>>;
}

/** How it stands now. */
export function limitState(limit: LimitRow, nowMs: number): LimitState {
  if (limit.liftedAtMs !== null) return 'lifted';
  if (limit.agreed === false) return 'refused';
  if (nowMs >= limit.untilMs) return 'expired';
  return limit.agreed === true ? 'inForce' : 'proposed';
}

/** Somebody has to look at it again. */
export function isReviewDue(limit: LimitRow, nowMs: number): boolean {
  if (limitState(limit, nowMs) !== 'inForce') return false;
  return nowMs >= (limit.reviewedAtMs ?? limit.decidedAtMs ?? 0) + reviewEveryMs;
}

/** A second person decides; never who proposed it. */
export function decideLimit(limit: LimitRow, by: string, agreed: boolean, nowMs: number): LimitStep {
  if (by === limit.proposedBy) return { ok: false, code: 'LIMIT_OWN' };
  if (limitState(limit, nowMs) !== 'proposed') return { ok: false, code: 'LIMIT_OVER' };
  return moved(limit, { agreed, decidedBy: by, decidedAtMs: nowMs });
}

/** Looked at again, and left; again by somebody else than who proposed it. */
export function reviewLimit(limit: LimitRow, by: string, nowMs: number): LimitStep {
  if (by === limit.proposedBy) return { ok: false, code: 'LIMIT_OWN' };
  if (limitState(limit, nowMs) !== 'inForce') return { ok: false, code: 'LIMIT_OVER' };
  return moved(limit, { reviewedBy: by, reviewedAtMs: nowMs });
}

/** Anybody who leads may take it back at any moment. */
export function liftLimit(limit: LimitRow, by: string, nowMs: number): LimitStep {
  const state = limitState(limit, nowMs);
  if (state !== 'inForce' && state !== 'proposed') return { ok: false, code: 'LIMIT_OVER' };
  return moved(limit, { liftedBy: by, liftedAtMs: nowMs });
}

function moved(limit: LimitRow, change: Partial<LimitRow>): LimitStep {
  return { ok: true, limit: { ...limit, ...change, version: limit.version + 1 } };
}
