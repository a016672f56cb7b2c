// Accounts, and the way to what was audited.
import { sql, type Kysely } from 'kysely';

const statements = [
  `create table account (
    name text collate "C" primary key,
    display_name text not null,
    role text,
    password_hash text not null,
    totp_secret text,
    totp_confirmed boolean not null,
    totp_step int8 not null,
    must_change_password boolean not null,
    disabled boolean not null,
    credential int8 not null,
    version int8 not null,
    created_at_ms int8 not null,
    created_by text not null,
    changed_at_ms int8 not null
  )`,
  `comment on column account.totp_secret is 'sealed with secrets/totp-key'`,
  `create index journal_audited on journal (at_ms, id, seq) where stream = 'site' and type = 'Audited'`,
];

/** Makes the table and the index. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
