// The contact that a call handed over by a sub-centre was before, and the way from that one to it.
import { sql, type Kysely } from 'kysely';

const statements = [
  `alter table contact_record add column came_from text`,
  `create index contact_record_came_from on contact_record (came_from) where came_from is not null`,
];

/** Adds the column. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
