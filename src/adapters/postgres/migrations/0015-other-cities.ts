// Which city's 12345 an agent led the citizen to, when it was answered there, and how that ended; null in calls that were led to none.
import { sql, type Kysely } from 'kysely';

const statements = [
  `alter table contact_record add column city_led_to text, add column city_answered_at_ms bigint, add column city_outcome text`,
];

/** Adds the columns. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
