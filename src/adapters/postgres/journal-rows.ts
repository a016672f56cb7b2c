// Writes a batch of the spool into the database in one transaction: journal, call records, recordings, gaps and the mark.
import { sql, type Transaction } from 'kysely';
import type { AgentFact } from '../../contact/agent.js';
import type { ContactFact } from '../../contact/contact-signals.js';
import type { CallMissedFact, JournalEntry } from '../../engine/ports.js';
import { confidentialText } from '../../contact/confidential.js';
import {
  foldContact,
  sealedRecord,
  withReached,
  type ContactRecord,
  type SealedLaterFact,
  type Timed,
} from '../../metrics/contact-record.js';
import { missedCallRecord } from '../../metrics/missed-call.js';
import type { ReachedFact } from '../../metrics/reached.js';
import type { Database } from './database.js';
import { writePackets } from './packet-store.js';
import { writeSiteFacts } from './site-fact-rows.js';
import type { JournalRow, Tables } from './tables.js';

/** An entry as it is carried: all but the image. */
export type CarriedEntry = Omit<JournalEntry, 'image'>;

/** A place in the spool, as its reader names it. */
export interface Mark {
  readonly segment: number;
  readonly offset: number;
}

/** Rows that were refused because their name is taken by another fact. */
export type Refusal = Pick<JournalRow, 'stream' | 'id' | 'seq'> & { readonly reason: string };

type Writing = Transaction<Tables>;

/**
 * Writes these entries and, if given, the mark after them. Repeating it changes nothing.
 * @returns facts that could not be taken because `(stream, id, seq)` already names another one
 */
export async function writeEntries(
  database: Database,
  entries: readonly CarriedEntry[],
  node: string,
  mark: Mark | null,
): Promise<readonly Refusal[]> {
  return database.transaction().execute(async (writing) => {
    const refusals = await insertFacts(writing, entries.flatMap(rowsOf));
    const touched = touchedContacts(entries);
    await refoldContacts(writing, touched);
    for (const entry of entries) {
      if (entry.stream === 'site') await writeSiteFacts(writing, entry);
      if (entry.stream === 'contact') await writePackets(writing, entry);
    }
    await hideSealed(writing, touched);
    if (mark !== null) await saveMark(writing, node, mark);
    return refusals;
  });
}

/** One row a fact. */
function rowsOf({ stream, id, seq, atMs, node, epoch, facts }: CarriedEntry): readonly JournalRow[] {
  return facts.map((fact, at) => {
    const { type, ...data } = keptFact(fact);
    return { stream, id, seq: seq + at, atMs, node, epoch, type, data };
  });
}

/** What a short message says is in its row, until it is sent, and nowhere for ever. */
function keptFact(fact: CarriedEntry['facts'][number]): { readonly type: string } {
  if (fact.type !== 'MessageQueued') return fact;
  const { slots: _left, ...kept } = fact;
  return kept;
}

/** What PostgreSQL's jsonb cannot hold (NUL, half a surrogate) becomes U+FFFD. */
export function jsonbText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('\\u') ? text.replace(/\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, '\\ufffd') : text;
}

async function insertFacts(writing: Writing, rows: readonly JournalRow[]): Promise<readonly Refusal[]> {
  if (rows.length === 0) return [];
  const recordset = sql`jsonb_to_recordset(${jsonbText(rows)}::jsonb) as fact
    (stream text, id text, seq int8, "atMs" int8, node text, epoch int8, type text, data jsonb)`;
  const { numAffectedRows } = await sql`
    insert into journal (stream, id, seq, at_ms, node, epoch, type, data)
    select stream, id, seq, "atMs", node, epoch, type, data from ${recordset}
    on conflict do nothing`.execute(writing);
  if (numAffectedRows === BigInt(rows.length)) return [];
  // Carried before, or a number used twice: only the second is a loss, and it is kept aside.
  const { rows: refused } = await sql<Refusal>`
    insert into journal_refused (stream, id, seq, reason, data)
    select fact.stream, fact.id, fact.seq, 'numberTaken', fact.data::text from ${recordset}
    join journal using (stream, id, seq)
    where journal.at_ms <> fact."atMs" or journal.type <> fact.type
    on conflict do nothing
    returning stream, id, seq, reason`.execute(writing);
  return refused;
}

/** Contacts whose record may have changed: by their own facts, or by an agent's or a supervisor's that names them. */
function touchedContacts(entries: readonly CarriedEntry[]): readonly string[] {
  const touched = new Set<string>();
  for (const { stream, id, facts } of entries) {
    if (stream === 'contact') touched.add(id);
    else
      for (const fact of facts)
        if ('contactId' in fact && fact.contactId !== undefined) touched.add(fact.contactId);
  }
  return [...touched];
}

async function refoldContacts(writing: Writing, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  const own = await writing
    .selectFrom('journal')
    .select(['id as contactId', 'seq', 'atMs', 'type', 'data'])
    .where('stream', '=', 'contact')
    .where('id', 'in', contactIds)
    .orderBy('id')
    .orderBy('seq')
    .execute();
  const ofAgents = await writing
    .selectFrom('journal')
    .select([sql<string>`data ->> 'contactId'`.as('contactId'), 'seq', 'atMs', 'type', 'data'])
    .where('stream', '=', 'agent')
    .where(sql<string>`data ->> 'contactId'`, 'in', contactIds)
    .execute();
  const later = await writing
    .selectFrom('journal')
    .select([sql<string>`data ->> 'contactId'`.as('contactId'), 'seq', 'atMs', 'type', 'data'])
    .where('stream', '=', 'site')
    .where('type', 'in', ['ContactReached', 'ContactSealed'])
    .where(sql<string>`data ->> 'contactId'`, 'in', contactIds)
    .execute();
  const ownFacts = byContact<ContactFact | CallMissedFact>(own);
  const laterFacts = byContact<ReachedFact | SealedLaterFact>(later);
  const agentFacts = byContact<AgentFact>(ofAgents);
  const records = contactIds.flatMap((contactId) => {
    const record = recordOf(contactId, ownFacts.get(contactId) ?? [], agentFacts.get(contactId));
    return record === undefined ? [] : [withLater(record, laterFacts.get(contactId) ?? [])];
  });
  await upsertRecords(writing, records);
  await indexRecordings(writing, ownFacts);
}

/** What was said of a contact after it was over. */
function withLater(
  record: ContactRecord,
  facts: readonly Timed<ReachedFact | SealedLaterFact>[],
): ContactRecord {
  const reached = facts.filter((one): one is Timed<ReachedFact> => one.fact.type === 'ContactReached');
  return facts.reduce(
    (sealed, { fact }) => (fact.type === 'ContactSealed' ? sealedRecord(sealed, fact.kind) : sealed),
    withReached(record, reached),
  );
}

/**
 * What was written before a contact was sealed tells its caller no more, and what is still to be sent to him is not. The
 * raw number is in its own table alone, and there encrypted.
 */
async function hideSealed(writing: Writing, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  const sealed = await writing
    .selectFrom('contactRecord')
    .select('contactId')
    .where('contactId', 'in', contactIds)
    .where('sealed', 'is not', null)
    .execute();
  const ids = sealed.map(({ contactId }) => contactId);
  if (ids.length === 0) return;
  // Two statements, each by its own index: the journal is large.
  const own = sql`stream = 'contact' and id = any(${ids})`;
  const ofSite = sql`stream = 'site' and data ->> 'contactId' = any(${ids})`;
  for (const rows of [own, ofSite])
    await sql`
      update journal set data = data || jsonb_build_object('callerMasked', ${confidentialText}::text) ||
        case when data ->> 'redirectedFrom' like '%*%' then '{"redirectedFrom": ""}'::jsonb else '{}' end
      where ${rows} and data ->> 'callerMasked' <> ${confidentialText}`.execute(writing);
  await sql`
    update message set state = 'refused', code = 'confidential', slots = '{}', version = version + 1
    where state = 'queued' and contact_id = any(${ids})`.execute(writing);
  await sql`update caller_limit set caller_masked = ${confidentialText} where contact_id = any(${ids})`.execute(
    writing,
  );
  await sql`update message set caller_masked = ${confidentialText} where contact_id = any(${ids})`.execute(
    writing,
  );
  await sql`
    update message_notice set caller_masked = ${confidentialText}, text = ''
    where message_id in (select message_id from message where contact_id = any(${ids}))`.execute(writing);
}

/** A call the service never saw has one fact, and no other contact has that. */
function recordOf(
  contactId: string,
  facts: readonly Timed<ContactFact | CallMissedFact>[],
  agentFacts: readonly Timed<AgentFact>[] | undefined,
): ContactRecord | undefined {
  const [first] = facts;
  if (first?.fact.type === 'CallMissedByService') return missedCallRecord(contactId, first.fact);
  return foldContact(contactId, facts as readonly Timed<ContactFact>[], agentFacts);
}

interface FactRow {
  readonly contactId: string;
  readonly seq: number;
  readonly atMs: number;
  readonly type: string;
  readonly data: unknown;
}

function byContact<Fact>(rows: readonly FactRow[]): ReadonlyMap<string, readonly Timed<Fact>[]> {
  const facts = new Map<string, Timed<Fact>[]>();
  for (const { contactId, seq, atMs, type, data } of rows) {
    const fact = { type, ...(data as object) } as Fact;
    const known = facts.get(contactId);
    if (known === undefined) facts.set(contactId, [{ seq, atMs, fact }]);
    else known.push({ seq, atMs, fact });
  }
  return facts;
}

async function upsertRecords(writing: Writing, records: readonly ContactRecord[]): Promise<void> {
  const [first] = records;
  if (first === undefined) return;
  const columns = Object.keys(first).filter((name) => name !== 'contactId') as (keyof ContactRecord)[];
  await writing
    .insertInto('contactRecord')
    .values([...records])
    .onConflict((conflict) =>
      conflict
        .column('contactId')
        .doUpdateSet((values) =>
          Object.fromEntries(columns.map((name) => [name, values.ref(`excluded.${name}`)])),
        ),
    )
    .execute();
}

async function indexRecordings(
  writing: Writing,
  facts: ReadonlyMap<string, readonly Timed<ContactFact | CallMissedFact>[]>,
): Promise<void> {
  const rows = [...facts].flatMap(([contactId, list]) =>
    list.flatMap(({ atMs, fact }) =>
      fact.type === 'RecordingStarted' ? [{ file: fact.file, contactId, startedAtMs: atMs }] : [],
    ),
  );
  if (rows.length === 0) return;
  await writing
    .insertInto('recording')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function saveMark(writing: Writing, node: string, { segment, offset }: Mark): Promise<void> {
  const row = { node, segment, byteOffset: offset };
  await writing
    .insertInto('spoolMark')
    .values(row)
    .onConflict((conflict) => conflict.column('node').doUpdateSet(row))
    .execute();
}

/** Where the carrying of this node's spool stopped; null = from its beginning. */
export async function loadMark(database: Database, node: string): Promise<Mark | null> {
  const row = await database
    .selectFrom('spoolMark')
    .select(['segment', 'byteOffset as offset'])
    .where('node', '=', node)
    .executeTakeFirst();
  return row ?? null;
}

/** Puts an entry aside that the database will not take as it is. */
export async function setAside(database: Database, entry: CarriedEntry, reason: string): Promise<void> {
  const { stream, id, seq } = entry;
  await database
    .insertInto('journalRefused')
    .values({ stream, id, seq, reason, data: jsonbText(entry) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
