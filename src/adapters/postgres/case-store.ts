// Cases that citizens may ask about by themselves, in PostgreSQL; guesses are counted with the row locked.
import { sql } from 'kysely';
import type { CaseStanding } from '../../contact/case-answer.js';
import { tryCode, type CaseStore, type CodeHash } from '../../engine/case-desk.js';
import type { Clock } from '../../engine/ports.js';
import { asked, type Database } from './database.js';
import type { ServiceCaseRow } from './tables.js';

/** @throws DATABASE_UNAVAILABLE from each of its ways */
export function createCaseStore({
  database,
  clock,
  hash,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly hash: CodeHash;
}): CaseStore {
  return {
    async put(rows) {
      // Of a case told twice the last counts; one statement cannot hit a row twice.
      const last = new Map(rows.map((row) => [row.caseNumber, row]));
      if (last.size === 0) return;
      const values = [...last.values()].map(({ caseNumber, codeHash, standing }) => ({
        caseNumber,
        codeHash,
        ...columnsOf(standing),
        wrongCodes: 0,
        wrongSinceMs: null,
      }));
      await asked(
        database
          .insertInto('serviceCase')
          .values(values)
          .onConflict((conflict) =>
            conflict.column('caseNumber').doUpdateSet((row) => ({
              codeHash: row.ref('excluded.codeHash'),
              state: row.ref('excluded.state'),
              department: row.ref('excluded.department'),
              dueMonth: row.ref('excluded.dueMonth'),
              dueDay: row.ref('excluded.dueDay'),
              wrongCodes: sql<number>`case when service_case.code_hash = excluded.code_hash
                then service_case.wrong_codes else 0 end`,
              wrongSinceMs: sql<number | null>`case when service_case.code_hash = excluded.code_hash
                then service_case.wrong_since_ms end`,
            })),
          )
          .execute(),
      );
    },
    find: ({ caseNumber, queryCode }) =>
      asked(
        database.transaction().execute(async (transaction) => {
          const row = await transaction
            .selectFrom('serviceCase')
            .selectAll()
            .where('caseNumber', '=', caseNumber)
            .forUpdate()
            .executeTakeFirst();
          if (row === undefined) return null;
          const known = { ...row, standing: standingOf(row) };
          const { standing, kept } = tryCode(known, hash(caseNumber, queryCode), clock.nowMs());
          if (kept !== known)
            await transaction
              .updateTable('serviceCase')
              .set({ wrongCodes: kept.wrongCodes, wrongSinceMs: kept.wrongSinceMs })
              .where('caseNumber', '=', caseNumber)
              .execute();
          return standing;
        }),
      ),
  };
}

type StandingColumns = Pick<ServiceCaseRow, 'state' | 'department' | 'dueMonth' | 'dueDay'>;

function columnsOf(standing: CaseStanding): StandingColumns {
  if (standing.state === 'done') return { state: 'done', department: '', dueMonth: 0, dueDay: 0 };
  const { state, department, month, day } = standing;
  return { state, department, dueMonth: month, dueDay: day };
}

function standingOf({ state, department, dueMonth, dueDay }: StandingColumns): CaseStanding {
  return state === 'done' ? { state } : { state, department, month: dueMonth, day: dueDay };
}
