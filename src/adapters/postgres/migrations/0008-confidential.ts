// 保密: which contacts are sealed, and who opened what of them with whose consent; 不予受理: which legal route a citizen was told of; 骚扰: limits of callers' numbers.
import { sql, type Kysely } from 'kysely';

const statements = [
  `alter table contact_record add column sealed text, add column scope_kind text`,
  `create index contact_record_sealed on contact_record (caller_key) where sealed is not null`,
  `comment on column caller.number is 'encrypted (sealed:…) once a contact of this caller is sealed'`,
  `update stop_list set caller_masked = '保密来电' where kind = 'confidential'`,
  `create table opening (
    opening_id text primary key,
    contact_id text not null,
    what text not null,
    file text,
    reason text not null,
    requested_by text not null,
    requested_at_ms int8 not null,
    decided_by text,
    decided_at_ms int8,
    agreed boolean,
    used_at_ms int8,
    version int8 not null
  )`,
  `create index opening_requested on opening (requested_at_ms)`,
  `create table caller_limit (
    limit_id text primary key,
    caller_key text not null,
    caller_masked text not null,
    level text not null,
    reason text not null,
    contact_id text,
    proposed_by text not null,
    proposed_at_ms int8 not null,
    until_ms int8 not null,
    decided_by text,
    decided_at_ms int8,
    agreed boolean,
    reviewed_by text,
    reviewed_at_ms int8,
    lifted_by text,
    lifted_at_ms int8,
    version int8 not null
  )`,
  `create index caller_limit_until on caller_limit (until_ms)`,
];

/** Makes the column and the table. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
