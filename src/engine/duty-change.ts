// 值班变更: duty taken, given up and swapped since the roster was written. A swap stands when the colleague agrees. Pure.
import type { DutyChange, DutyView } from '../workforce/duty.js';
import { dutyOf } from '../workforce/duty.js';
import { without, type Span } from '../workforce/spans.js';

/** A change as it is kept. */
export interface DutyChangeRow extends Span {
  readonly changeId: string;
  /** Who is no longer on duty by it; null = nobody. */
  readonly givenUpBy: string | null;
  /** Who is by it; null = nobody. */
  readonly takenBy: string | null;
  readonly proposedBy: string;
  readonly proposedAtMs: number;
  readonly decidedBy: string | null;
  readonly decidedAtMs: number | null;
  /** Null = the colleague has not said yet. */
  readonly agreed: boolean | null;
  /** Counts the changes. */
  readonly version: number;
}

/** What somebody wants. */
export interface DutyWish extends Span {
  readonly givenUpBy: string | null;
  readonly takenBy: string | null;
}

/** Who wants or decides it: an expert for himself, or one who leads for anybody. */
export interface DutyActor {
  readonly name: string;
  /** The expert he is. */
  readonly expertId: string | null;
  readonly leads: boolean;
}

export type DutyRefusal = 'DUTY_HOURS' | 'DUTY_NOT_ON' | 'DUTY_NOT_OWN' | 'DUTY_OVER' | 'EXPERT_UNKNOWN';
export type DutyStep =
  { readonly ok: true; readonly row: DutyChangeRow } | { readonly ok: false; readonly code: DutyRefusal };
export type DutyChangeState = 'proposed' | 'inForce' | 'refused' | 'expired';

/** Where they are kept. Every method @throws DATABASE_UNAVAILABLE. */
export interface DutyStore {
  add(row: DutyChangeRow): Promise<void>;
  find(changeId: string): Promise<DutyChangeRow | undefined>;
  /** Writes the step over the version it was made from; false where somebody else was first. */
  settle(row: DutyChangeRow): Promise<boolean>;
  /** Those that end after this, in the order in which they came into force; those not decided last. */
  list(endingAfterMs: number): Promise<readonly DutyChangeRow[]>;
}

/** So far ahead, in days (ASSUMED). */
export const mostDaysAhead = 92;
/** A change covers so much at most (ASSUMED). */
export const longestDutyMs = 7 * 86_400_000;

/** How it stands now. */
export function dutyChangeState({ agreed, toMs }: DutyChangeRow, nowMs: number): DutyChangeState {
  if (agreed === true) return 'inForce';
  if (agreed === false) return 'refused';
  return nowMs >= toMs ? 'expired' : 'proposed';
}

/** Those in force, as the roster takes them. */
export function changesInForce(rows: readonly DutyChangeRow[]): readonly DutyChange[] {
  return rows
    .filter(({ agreed }) => agreed === true)
    .map(({ fromMs, toMs, givenUpBy, takenBy }) => ({
      ...{ fromMs, toMs },
      ...(givenUpBy !== null && { givenUpBy }),
      ...(takenBy !== null && { takenBy }),
    }));
}

/** What was asked, by what is known. */
export interface DutyAsked {
  readonly changeId: string;
  readonly wish: DutyWish;
  readonly by: DutyActor;
  readonly view: DutyView;
  readonly isKnown: (expertId: string) => boolean;
  readonly nowMs: number;
}

/**
 * Taking and giving up stand at once, and so does what one who leads sets; between two experts the other one has to agree.
 * Only duty that one has can be given up.
 */
export function proposeDuty({ changeId, wish, by, view, isKnown, nowMs }: DutyAsked): DutyStep {
  const { fromMs, toMs, givenUpBy, takenBy } = wish;
  const concerned = [givenUpBy, takenBy].filter((id) => id !== null);
  if (!areHours(wish, nowMs)) return { ok: false, code: 'DUTY_HOURS' };
  if (concerned.length === 0 || givenUpBy === takenBy || !concerned.every(isKnown))
    return { ok: false, code: 'EXPERT_UNKNOWN' };
  if (!by.leads && !concerned.some((id) => id === by.expertId)) return { ok: false, code: 'DUTY_NOT_OWN' };
  if (givenUpBy !== null && without([wish], dutyOf(view, givenUpBy, wish)).length > 0)
    return { ok: false, code: 'DUTY_NOT_ON' };
  const stands = by.leads || concerned.length === 1;
  const decision = stands
    ? { decidedBy: by.name, decidedAtMs: nowMs, agreed: true }
    : { decidedBy: null, decidedAtMs: null, agreed: null };
  const row = { changeId, fromMs, toMs, givenUpBy, takenBy, proposedBy: by.name, proposedAtMs: nowMs };
  return { ok: true, row: { ...row, ...decision, version: 0 } };
}

/** The colleague, or one who leads, says yes or no; never who proposed it. What is given up must still be one's own. */
export function decideDuty(
  row: DutyChangeRow,
  by: DutyActor,
  agreed: boolean,
  { view, nowMs }: Pick<DutyAsked, 'view' | 'nowMs'>,
): DutyStep {
  const isConcerned = by.expertId !== null && [row.givenUpBy, row.takenBy].includes(by.expertId);
  if (by.name === row.proposedBy || !(by.leads || isConcerned)) return { ok: false, code: 'DUTY_NOT_OWN' };
  if (dutyChangeState(row, nowMs) !== 'proposed') return { ok: false, code: 'DUTY_OVER' };
  if (agreed && row.givenUpBy !== null && without([row], dutyOf(view, row.givenUpBy, row)).length > 0)
    return { ok: false, code: 'DUTY_NOT_ON' };
  return {
    ok: true,
    row: { ...row, agreed, decidedBy: by.name, decidedAtMs: nowMs, version: row.version + 1 },
  };
}

function areHours({ fromMs, toMs }: Span, nowMs: number): boolean {
  return (
    fromMs < toMs &&
    toMs > nowMs &&
    toMs - fromMs <= longestDutyMs &&
    toMs <= nowMs + mostDaysAhead * 86_400_000
  );
}
