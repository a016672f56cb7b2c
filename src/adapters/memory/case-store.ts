// Cases in this process' own memory: for the simulator and for tests.
import { tryCode, type CaseStore, type CodeHash, type KeptCase } from '../../engine/case-desk.js';
import type { Clock } from '../../engine/ports.js';

/** A store with no cases. */
export function createMemoryCases({ clock, hash }: { clock: Clock; hash: CodeHash }): CaseStore {
  const cases = new Map<string, KeptCase>();
  return {
    async put(rows) {
      for (const row of rows) {
        const known = cases.get(row.caseNumber);
        const guesses =
          known?.codeHash === row.codeHash
            ? { wrongCodes: known.wrongCodes, wrongSinceMs: known.wrongSinceMs }
            : { wrongCodes: 0, wrongSinceMs: null };
        cases.set(row.caseNumber, { ...row, ...guesses });
      }
    },
    async find({ caseNumber, queryCode }) {
      const known = cases.get(caseNumber);
      if (known === undefined) return null;
      const { standing, kept } = tryCode(known, hash(caseNumber, queryCode), clock.nowMs());
      cases.set(caseNumber, kept);
      return standing;
    },
  };
}
