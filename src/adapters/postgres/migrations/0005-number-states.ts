// How the number dialled was merged, and its state on the day of the call; null in calls of before this was kept.
import { sql, type Kysely } from 'kysely';

const statements = [
  `alter table contact_record add column number_pattern text, add column number_state text`,
];

/** Adds the columns. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
