// What every store of cases must do, whatever it is made of: run on memory and on a real PostgreSQL.
import fc from 'fast-check';
import type { Test } from 'tap';
import { createCodeHash } from '../../src/adapters/system/code-hash.js';
import { guessesAtMost, guessWindowMs, type CaseRow, type CaseStore } from '../../src/engine/case-desk.js';

/** The hash of these stores. */
export const codeHash = createCodeHash('of the tests');

const handling = { state: 'handling', department: '市城管局', month: 12, day: 1 } as const;
const rowOf = (caseNumber: string, queryCode: string, standing: CaseRow['standing'] = handling): CaseRow => ({
  caseNumber,
  codeHash: codeHash(caseNumber, queryCode),
  standing,
});

/** An empty store and its clock. */
export interface OpenCases {
  readonly store: CaseStore;
  readonly clock: { ms: number };
}

export function caseStoreSuite(t: Test, name: string, open: () => Promise<OpenCases>): void {
  const ask = (store: CaseStore, caseNumber: string, queryCode: string) =>
    store.find({ caseNumber, queryCode });

  t.test(`${name}: number and code together tell the standing, anything else nothing`, async (t) => {
    const { store } = await open();
    await store.put([rowOf('250912108115', '824136'), rowOf('250912108116', '000001', { state: 'done' })]);
    t.strictSame(await ask(store, '250912108115', '824136'), handling);
    t.strictSame(await ask(store, '250912108116', '000001'), { state: 'done' });
    for (const [number, code] of [
      ['250912108115', '000001'],
      ['250912108116', '824136'],
      ['999999999999', '824136'],
      ['250912108115', ''],
      ["' or 1=1 --", "' or 1=1 --"],
    ] as const)
      t.equal(await ask(store, number, code), null, `${number} ${code}`);
    await store.put([]);
    await store.put([
      rowOf('250912108115', '824136', { state: 'done' }),
      rowOf('250912108115', '824136', { ...handling, day: 2 }),
    ]);
    t.strictSame(await ask(store, '250912108115', '824136'), { ...handling, day: 2 }, 'the last counts');
  });

  t.test(`${name}: a case guessed at too often tells nobody, until the window is over`, async (t) => {
    const { store, clock } = await open();
    await store.put([rowOf('1000001', '824136'), rowOf('1000002', '824136')]);
    for (let n = 0; n < guessesAtMost; n += 1) {
      t.strictSame(await ask(store, '1000001', '824136'), handling, 'still open');
      t.equal(await ask(store, '1000001', String(n).padStart(6, '0')), null);
      clock.ms += 1_000;
    }
    t.equal(await ask(store, '1000001', '824136'), null, 'the right one, too late');
    t.strictSame(await ask(store, '1000002', '824136'), handling, 'another case is open');
    await store.put([rowOf('1000001', '824136', { state: 'done' })]);
    t.equal(await ask(store, '1000001', '824136'), null, 'told again with the same code it stays shut');
    await store.put([rowOf('1000001', '111111')]);
    t.strictSame(await ask(store, '1000001', '111111'), handling, 'a new code begins anew');
    for (let n = 0; n < guessesAtMost; n += 1) await ask(store, '1000001', '5');
    clock.ms += guessWindowMs - 1;
    t.equal(await ask(store, '1000001', '111111'), null);
    clock.ms += 1;
    t.strictSame(await ask(store, '1000001', '111111'), handling);
  });

  t.test(`${name}: guesses at the same time are all counted`, async (t) => {
    const { store } = await open();
    await store.put([rowOf('1000001', '824136')]);
    await Promise.all(Array.from({ length: guessesAtMost }, () => ask(store, '1000001', '1')));
    t.equal(await ask(store, '1000001', '824136'), null);
  });

  t.test(`${name}: whatever is asked, in no window are more guesses heard than allowed`, async () => {
    const tries = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: guessWindowMs / 3 })), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(tries, async (all) => {
        const { store, clock } = await open();
        await store.put([rowOf('1000001', '824136')]);
        let wrong: number[] = [];
        let sinceMs: number | null = null;
        for (const [isRight, waitMs] of all) {
          clock.ms += waitMs;
          if (sinceMs !== null && clock.ms >= sinceMs + guessWindowMs) [wrong, sinceMs] = [[], null];
          const shut = wrong.length >= guessesAtMost;
          const told = await ask(store, '1000001', isRight ? '824136' : '1');
          if ((told !== null) !== (isRight && !shut)) throw new Error(JSON.stringify({ told, wrong }));
          if (isRight || shut) continue;
          sinceMs ??= clock.ms;
          wrong.push(clock.ms);
        }
      }),
      { numRuns: 15 },
    );
  });
}
