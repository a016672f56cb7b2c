// 听取提示后挂机: the event prompt after which a caller gave up; 留言: how long he spoke.
import { sql, type Kysely } from 'kysely';

/** Adds the columns. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql
    .raw('alter table contact_record add column after_event text, add column voicemail_ms int8')
    .execute(database);
}
