// Reads what supervisors work with: citizens not reached yet, broadcasts, hand-over notes. Every query has a deadline.
import { sql, type RawBuilder, type SelectQueryBuilder } from 'kysely';
import type { Broadcast, HandoverNote, Receipt } from '../../engine/shift-notes.js';
import type { ReachedMark } from '../../metrics/reached.js';
import type { UnreachedCaller, UnreachedCount } from '../../metrics/unreached.js';
import { asked, type Database } from './database.js';
import type { Tables } from './tables.js';

/** Which rows, newest first. */
export interface NoteQuery {
  /** Not older; everything. */
  readonly sinceMs?: number;
  /** From the page before. */
  readonly cursor?: string;
  /** 1 to 200; 50. */
  readonly limit?: number;
}

/** The same of callers; `sinceMs` is of the arrival. */
export interface UnreachedQuery extends NoteQuery {
  readonly sinceMs: number;
}

/** One page; `cursor` is null on the last. */
export type RowPage<Row> =
  | { readonly ok: true; readonly rows: readonly Row[]; readonly cursor: string | null }
  | { readonly ok: false; readonly code: 'CURSOR_INVALID' };

/** Every method @throws DATABASE_UNAVAILABLE. */
export interface ShiftStore {
  /** As metrics/unreached.ts decides it, latest miss first. */
  unreached(query: UnreachedQuery): Promise<RowPage<UnreachedCaller>>;
  unreachedCount(sinceMs: number): Promise<UnreachedCount>;
  /** The contacts of the same caller that wait to be reached, this one among them. */
  unreachedOf(contactId: string, sinceMs: number): Promise<readonly string[]>;
  reachedMark(contactId: string): Promise<ReachedMark | undefined>;
  broadcasts(query: NoteQuery): Promise<RowPage<Broadcast>>;
  handovers(query: NoteQuery): Promise<RowPage<HandoverNote>>;
}

const pageLimit = { default: 50, most: 200 };

export function createShiftStore(database: Database): ShiftStore {
  return {
    unreached: (query) =>
      paged(
        query,
        ({ after, limit }) => {
          const rows = sql<UnreachedCaller>`
          with ${openCalls(query.sinceMs)}, ${openCallers}
          select contact_id, caller_masked, entry_id, queue_id, reason, first_missed_at_ms,
            last_missed_at_ms, tries, coalesce(wait_ms, 0) as wait_ms
          from open_caller
          ${after === null ? sql`` : sql`where (last_missed_at_ms, contact_id) < (${after.atMs}, ${after.id})`}
          order by last_missed_at_ms desc, contact_id desc
          limit ${limit}`;
          return rows.execute(database).then((result) => result.rows);
        },
        ({ lastMissedAtMs, contactId }) => ({ atMs: lastMissedAtMs, id: contactId }),
      ),
    unreachedCount: async (sinceMs) => {
      const query = sql<UnreachedCount>`
        with ${openCalls(sinceMs)}
        select count(distinct caller) as count, max(ended_at_ms) as latest_at_ms from open_call`;
      const { rows } = await asked(query.execute(database));
      return rows[0] ?? { count: 0, latestAtMs: null };
    },
    unreachedOf: async (contactId, sinceMs) => {
      const query = sql<{ contactId: string }>`
        with ${openCalls(sinceMs)}
        select contact_id from open_call
        where caller = (select caller from open_call where contact_id = ${contactId})
        order by ended_at_ms desc`;
      const { rows } = await asked(query.execute(database));
      return rows.map((row) => row.contactId);
    },
    reachedMark: (contactId) =>
      asked(
        database
          .selectFrom('contactReached')
          .selectAll()
          .where('contactId', '=', contactId)
          .executeTakeFirst(),
      ),
    broadcasts: (query) =>
      paged(
        query,
        async ({ after, limit }) => {
          const rows = await page(
            database.selectFrom('broadcast').selectAll(),
            query,
            after,
            limit,
          ).execute();
          const read = await receipts(database, rows);
          return rows.map(({ noteId, atMs, sentBy, text, urgent, sentTo }) => ({
            ...{ id: noteId, atMs, by: sentBy, text, urgent, to: sentTo },
            readBy: read.get(noteId) ?? [],
          }));
        },
        noteItself,
      ),
    handovers: (query) =>
      paged(
        query,
        async ({ after, limit }) => {
          const rows = await page(database.selectFrom('handover').selectAll(), query, after, limit).execute();
          const read = await receipts(database, rows);
          return rows.map(({ noteId, atMs, sentBy, text, figures }) => ({
            ...{ id: noteId, atMs, by: sentBy, text, figures },
            readBy: read.get(noteId) ?? [],
          }));
        },
        noteItself,
      ),
  };
}

/**
 * Contacts whose citizen has not been reached. `since`: after a talk that broke off any later talk counts; after a call
 * that nobody took, one on another phone meanwhile counts, too. The index by callers leaves out who has no key, and PostgreSQL takes it only
 * where that is said once more.
 */
function openCalls(sinceMs: number): RawBuilder<unknown> {
  return sql`open_call as (
    select one.contact_id, one.caller_masked, one.entry_id, one.queue_id, one.ended_at_ms, one.wait_ms,
      case when one.voicemail_ms is not null and not one.answered then 'voicemail'
        when one.cut_off then 'cutOff' else one.missed_cause end as reason,
      case when one.caller_key = '' then one.contact_id else one.caller_key end as caller
    from contact_record one
    where one.arrived_at_ms >= ${sinceMs} and one.ended_at_ms is not null
      and ((one.voicemail_ms is not null and not one.answered)
        or (one.excluded is null and one.sealed is null
          and (one.cut_off or (one.missed and one.missed_cause <> 'flowEnd'))))
      and not exists (select 1 from contact_reached mark where mark.contact_id = one.contact_id)
      and (one.caller_key = '' or not exists (
        select 1 from contact_record other
        where other.caller_key = one.caller_key and other.caller_key <> '' and other.contact_id <> one.contact_id
          and other.answered_at_ms > case when one.cut_off then one.ended_at_ms else one.arrived_at_ms end))
      and (one.caller_key = '' or not exists (
        select 1 from contact_record other join contact_reached mark using (contact_id)
        where other.caller_key = one.caller_key and other.caller_key <> '' and mark.at_ms >= one.ended_at_ms)))`;
}

/** The latest of each caller's, with how many there are. */
const openCallers = sql`open_caller as (
  select distinct on (caller) contact_id, caller_masked, entry_id, queue_id, reason, wait_ms,
    ended_at_ms as last_missed_at_ms,
    min(ended_at_ms) over (partition by caller) as first_missed_at_ms,
    count(*) over (partition by caller) as tries
  from open_call
  order by caller, ended_at_ms desc, contact_id desc)`;

interface Place {
  readonly atMs: number;
  readonly id: string;
}

const encodeCursor = ({ atMs, id }: Place): string =>
  Buffer.from(`${String(atMs)} ${id}`).toString('base64url');

function decodeCursor(text: string): Place | undefined {
  const match = /^(\d{1,15}) (.{1,100})$/.exec(Buffer.from(text, 'base64url').toString());
  return match ? { atMs: Number(match[1]), id: match[2] ?? '' } : undefined;
}

/** Reads one row more than asked for: it tells whether there is another page. */
async function paged<Row>(
  { cursor, limit: wanted }: NoteQuery,
  read: (page: { readonly after: Place | null; readonly limit: number }) => Promise<readonly Row[]>,
  placeOf: (row: Row) => Place,
): Promise<RowPage<Row>> {
  const after = cursor === undefined ? null : decodeCursor(cursor);
  if (after === undefined) return { ok: false, code: 'CURSOR_INVALID' };
  const limit = Math.min(Math.max(1, wanted ?? pageLimit.default), pageLimit.most);
  const found = await asked(read({ after, limit: limit + 1 }));
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return {
    ok: true,
    rows,
    cursor: found.length > limit && last !== undefined ? encodeCursor(placeOf(last)) : null,
  };
}

function page<Table extends 'broadcast' | 'handover', Row>(
  rows: SelectQueryBuilder<Tables, Table, Row>,
  { sinceMs = 0 }: NoteQuery,
  after: Place | null,
  limit: number,
): SelectQueryBuilder<Tables, Table, Row> {
  const wanted = rows
    .where(sql<boolean>`at_ms >= ${sinceMs}`)
    .orderBy(sql`at_ms`, 'desc')
    .orderBy(sql`note_id`, 'desc')
    .limit(limit);
  return after === null
    ? wanted
    : wanted.where(sql<boolean>`(at_ms, note_id) < (${after.atMs}, ${after.id})`);
}

const noteItself = (note: Place): Place => note;

async function receipts(
  database: Database,
  notes: readonly { readonly noteId: string }[],
): Promise<ReadonlyMap<string, readonly Receipt[]>> {
  const read = new Map<string, Receipt[]>();
  if (notes.length === 0) return read;
  const rows = await database
    .selectFrom('noteRead')
    .selectAll()
    .where(
      'noteId',
      'in',
      notes.map(({ noteId }) => noteId),
    )
    .orderBy('atMs')
    .orderBy('readBy')
    .execute();
  for (const { noteId, readBy, atMs } of rows)
    read.set(noteId, [...(read.get(noteId) ?? []), { by: readBy, atMs }]);
  return read;
}
