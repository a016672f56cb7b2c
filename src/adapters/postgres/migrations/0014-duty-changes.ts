// Duty of experts taken, given up and swapped.
import { sql, type Kysely } from 'kysely';

const statements = [
  `create table duty_change (
    change_id text primary key,
    from_ms int8 not null,
    to_ms int8 not null,
    given_up_by text,
    taken_by text,
    proposed_by text not null,
    proposed_at_ms int8 not null,
    decided_by text,
    decided_at_ms int8,
    agreed boolean,
    version int4 not null
  )`,
  `create index duty_change_to on duty_change (to_ms)`,
];

/** Makes the table. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
