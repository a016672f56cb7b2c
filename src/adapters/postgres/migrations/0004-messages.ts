// Short messages and what came back of them; callers who are not to be called or written to.
import { sql, type Kysely } from 'kysely';

const statements = [
  `create table message (
    message_id text primary key,
    template_id text not null,
    slots jsonb not null,
    caller_key text not null,
    caller_masked text not null,
    contact_id text,
    sent_by text not null,
    state text not null,
    code text,
    attempts int4 not null,
    version int8 not null,
    due_at_ms int8 not null,
    queued_at_ms int8 not null
  )`,
  `comment on column message.slots is 'emptied once nobody has to send it any more'`,
  `comment on column message.due_at_ms is 'while queued: the next try, or the end of the lease of who is sending it'`,
  `create index message_due on message (due_at_ms, queued_at_ms) where state = 'queued'`,
  `create index message_contact on message (contact_id, queued_at_ms)`,
  `create index message_caller on message (caller_key, queued_at_ms)`,
  `create table message_notice (
    notice_id text primary key,
    kind text not null,
    message_id text,
    caller_key text not null,
    caller_masked text not null,
    code text,
    text text not null,
    at_ms int8 not null
  )`,
  `create index message_notice_message on message_notice (message_id, at_ms)`,
  `create table stop_list (
    stop_id text primary key,
    caller_key text not null,
    caller_masked text not null,
    kind text not null,
    reason text not null,
    since_ms int8 not null,
    until_ms int8,
    entered_by text not null
  )`,
  `create index stop_list_caller on stop_list (caller_key, since_ms)`,
];

/** Makes the tables. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
