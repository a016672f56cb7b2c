// What supervisors work with: citizens not reached yet and what was done about them, broadcasts and hand-over notes with their receipts.
import { sql, type Kysely } from 'kysely';

const statements = [
  `alter table contact_record add column cut_off boolean not null default false`,
  `create index contact_record_open on contact_record (arrived_at_ms) where missed or cut_off`,
  `create index journal_site_contact on journal ((data ->> 'contactId')) where stream = 'site'`,
  `create table contact_reached (
    contact_id text primary key,
    at_ms int8 not null,
    how text not null,
    by text not null,
    note text not null
  )`,
  `create table broadcast (
    note_id text primary key,
    at_ms int8 not null,
    sent_by text not null,
    text text not null,
    urgent boolean not null,
    sent_to text[] not null
  )`,
  `create index broadcast_at on broadcast (at_ms, note_id)`,
  `create table handover (
    note_id text primary key,
    at_ms int8 not null,
    sent_by text not null,
    text text not null,
    figures jsonb not null
  )`,
  `create index handover_at on handover (at_ms, note_id)`,
  `create table note_read (note_id text, read_by text, at_ms int8 not null, primary key (note_id, read_by))`,
];

/** Makes the tables. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
