// The city that a caller picked by key where several share an area code; null in calls that picked none.
import { sql, type Kysely } from 'kysely';

const statements = [`alter table contact_record add column region_picked text`];

/** Adds the column. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
