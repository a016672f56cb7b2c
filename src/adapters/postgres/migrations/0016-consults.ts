// The day's consults of experts are read from the journal by their instants.
import { sql, type Kysely } from 'kysely';

const statements = [
  `create index journal_consult on journal (at_ms)
    where type in ('ConsultSought', 'ExpertAnswered', 'ConsultEnded', 'ExpertReleased')`,
];

/** Adds the index. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
