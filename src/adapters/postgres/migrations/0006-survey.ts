// The survey after the talk: what was asked and answered, and what stands outside it.
import { sql, type Kysely } from 'kysely';

const statements = [
  `alter table contact_record
    add column survey_offered boolean not null default false,
    add column grade int2,
    add column unhappy_reason text,
    add column survey_exempt boolean not null default false`,
];

/** Adds the columns. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
