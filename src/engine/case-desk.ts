// Cases that citizens may ask about by themselves: what is kept of one, and how often it may be guessed at.
import type { CaseStanding } from '../contact/case-answer.js';
import type { CaseStatus } from './ports.js';

/** A case as the order system tells it. */
export interface CaseRow {
  readonly caseNumber: string;
  /** A keyed hash of number and query code. */
  readonly codeHash: string;
  readonly standing: CaseStanding;
}

/** A case with the guesses at its code. */
export interface KeptCase extends CaseRow {
  readonly wrongCodes: number;
  /** When the first of them came; null = there are none that count. */
  readonly wrongSinceMs: number | null;
}

/** Where cases are kept. */
export interface CaseStore extends CaseStatus {
  /** Adds or replaces; the same rows twice are one. A case whose code stays the same keeps its guesses. */
  put(rows: readonly CaseRow[]): Promise<void>;
}

/** The keyed hash of a query code: the table alone gives no code away, short as codes are. */
export type CodeHash = (caseNumber: string, queryCode: string) => string;

/** So many wrong codes within the window, and the case tells nobody anything until its end; ASSUMED. */
export const guessesAtMost = 5;
export const guessWindowMs = 3_600_000;

/** One try with a code: what the caller learns, and the guesses counted anew. */
export function tryCode(
  kept: KeptCase,
  codeHash: string,
  nowMs: number,
): { readonly standing: CaseStanding | null; readonly kept: KeptCase } {
  const isOver = kept.wrongSinceMs !== null && nowMs >= kept.wrongSinceMs + guessWindowMs;
  const counted = isOver ? { ...kept, wrongCodes: 0, wrongSinceMs: null } : kept;
  if (counted.wrongCodes >= guessesAtMost) return { standing: null, kept: counted };
  if (codeHash === counted.codeHash) return { standing: counted.standing, kept: counted };
  const wrongSinceMs = counted.wrongSinceMs ?? nowMs;
  return { standing: null, kept: { ...counted, wrongCodes: counted.wrongCodes + 1, wrongSinceMs } };
}
