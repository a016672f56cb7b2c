// What emergency lines and utilities are told of the citizens handed over to them.
import { sql, type Kysely } from 'kysely';

const statements = [
  `create table packet (
    packet_id text primary key,
    contact_id text not null,
    target_id text not null,
    agent_id text not null,
    mode text not null,
    note text not null,
    state text not null,
    their_id text,
    code text,
    number_told boolean not null,
    attempts int4 not null,
    version int8 not null,
    due_at_ms int8 not null,
    ordered_at_ms int8 not null,
    took_ms int8
  )`,
  `comment on column packet.due_at_ms is 'while queued: the next try, or the end of the lease of who is sending it'`,
  `create index packet_due on packet (due_at_ms, ordered_at_ms) where state = 'queued'`,
  `create index packet_contact on packet (contact_id, ordered_at_ms)`,
];

/** Makes the table. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
