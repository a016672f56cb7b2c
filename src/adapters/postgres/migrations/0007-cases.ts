// Cases that citizens may ask about by themselves.
import { sql, type Kysely } from 'kysely';

const statements = [
  `create table service_case (
    case_number text primary key,
    code_hash text not null,
    state text not null,
    department text not null,
    due_month int2 not null,
    due_day int2 not null,
    wrong_codes int4 not null,
    wrong_since_ms int8
  )`,
  `comment on column service_case.code_hash is 'keyed hash of number and query code'`,
  `comment on column service_case.due_month is '0 = closed'`,
];

/** Makes the table. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
