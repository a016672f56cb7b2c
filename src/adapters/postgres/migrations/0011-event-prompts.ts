// 听取提示后挂机: the event prompt after which a caller gave up.
import { sql, type Kysely } from 'kysely';

/** Adds the column. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table contact_record add column after_event text').execute(database);
}
