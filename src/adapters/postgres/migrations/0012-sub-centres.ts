// Where a call was led, when it was answered there, and how that ended; null in calls that were not led anywhere.
import { sql, type Kysely } from 'kysely';

const statements = [
  `alter table contact_record add column led_to text, add column centre_answered_at_ms bigint, add column centre_outcome text`,
];

/** Adds the columns. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
