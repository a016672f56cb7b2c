// What callers wish for their next calls, by their keys.
import { sql, type Kysely } from 'kysely';

const statements = [
  `create table caller_wish (
    caller_key text primary key,
    wish text not null,
    set_at_ms int8 not null,
    until_ms int8 not null
  )`,
  `create index caller_wish_until on caller_wish (until_ms)`,
];

/** Makes the table. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
