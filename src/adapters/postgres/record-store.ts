// Reads records for pages and reports: one contact, pages of contacts, rows to count, data gaps. Every query has a deadline.
import { sql, type SelectQueryBuilder } from 'kysely';
import { consultFactTypes, type ConsultFact } from '../../metrics/consults.js';
import type { ContactRecord } from '../../metrics/contact-record.js';
import type { DataGap } from '../../metrics/data-gaps.js';
import type { Interval } from '../../metrics/intervals.js';
import type { Subset } from '../../metrics/subset.js';
import type { CountedRecord } from '../../metrics/tally.js';
import type { CountedArrival } from '../../metrics/worst-window.js';
import { asked, type Database } from './database.js';
import { answeredByCondition, subsetCondition, type AnsweredBy } from './subset-condition.js';
import { createShiftStore, type ShiftStore } from './shift-store.js';
import type { JournalRow, Tables } from './tables.js';

/** Which contacts to list, newest first; a field left out does not narrow. */
export interface ContactQuery extends Partial<Interval> {
  readonly agentId?: string;
  readonly kpiLine?: string;
  readonly callerKey?: string;
  /** Handed over by a sub-centre that told this contact. */
  readonly cameFrom?: string;
  readonly answered?: boolean;
  readonly missed?: boolean;
  /** The calls behind one count of a report. */
  readonly subset?: Subset;
  /** null = never in a queue. */
  readonly queueId?: string | null;
  readonly entryId?: string;
  readonly answeredBy?: AnsweredBy;
  /** null = told of no legal route. */
  readonly scopeKind?: string | null;
  /** null = of before this was kept. */
  readonly numberState?: string | null;
  /** null = picked none. */
  readonly regionPicked?: string | null;
  readonly category?: string;
  readonly outcome?: string;
  readonly tag?: string;
  readonly missedCause?: string;
  /** Talked at least so long. */
  readonly minTalkMs?: number;
  /** The last talk was cut off. */
  readonly cutOff?: boolean;
  /** From the page before. */
  readonly cursor?: string;
  /** 1 to 200; 50. */
  readonly limit?: number;
}

/** One page; `cursor` is null on the last. */
export interface ContactPage {
  readonly contacts: readonly ContactRecord[];
  readonly cursor: string | null;
}

export type ContactPageResult =
  { readonly ok: true; readonly page: ContactPage } | { readonly ok: false; readonly code: 'CURSOR_INVALID' };

/** A contact's record and all that was journaled of it, facts of agents and site that name it included, in order of time. */
export interface ContactWithJournal {
  readonly record: ContactRecord;
  readonly journal: readonly JournalRow[];
}

/** What a report counts of a record, and where it puts it. */
export interface ReportedRecord extends CountedRecord {
  readonly queueId: string | null;
  readonly entryId: string;
  readonly answeredBy: string | null;
  readonly scopeKind: string | null;
  readonly numberState: string | null;
  readonly regionPicked: string | null;
}

/** Calls drawn at random, and out of how many. */
export interface DrawnContacts {
  readonly contacts: readonly ContactRecord[];
  readonly outOf: number;
}

/** Every method @throws DATABASE_UNAVAILABLE. */
export interface RecordStore extends ShiftStore {
  contacts(query: ContactQuery): Promise<ContactPageResult>;
  contact(contactId: string): Promise<ContactWithJournal | undefined>;
  /** At most `count` of the contacts a query leaves: those with the smallest MD5 of seed + contact id. */
  draw(query: ContactQuery, count: number, seed: string): Promise<DrawnContacts>;
  /** What is counted of contacts that arrived in the interval, in order of arrival, in chunks; `kpiLine` narrows. */
  countedRecords(interval: Interval, kpiLine?: string): AsyncGenerator<readonly ReportedRecord[]>;
  /** The same for the worst window: contacts inside the denominator and decided. */
  countedArrivals(interval: Interval, kpiLine?: string): AsyncGenerator<readonly CountedArrival[]>;
  /** Offers since then that this agent's phone rang out for (RONA). */
  offersUnanswered(agentId: string, sinceMs: number): Promise<number>;
  /** Facts of consults of experts, in order. */
  consultFacts(interval: Interval): Promise<readonly { readonly atMs: number; readonly fact: ConsultFact }[]>;
  /** Gaps that touch the interval. */
  dataGaps(interval: Interval): Promise<readonly DataGap[]>;
  /** Arrival of the first contact on record, or null: no window before it is whole. */
  firstArrivalMs(): Promise<number | null>;
  /** The last number of each agent's and site's stream: for a start without spool and Redis. */
  lastSeqs(): Promise<readonly { readonly stream: string; readonly id: string; readonly lastSeq: number }[]>;
}

const pageLimit = { default: 50, most: 200 };
/** Rows a chunk: turned into objects and counted within 10 ms even on a busy machine, so that the thread stays free in between. */
const chunkRows = 250;
/** More than one agent's facts of a day: how far back in his stream is looked, however old it is. */
const mostFactsOfDay = 5_000;

export function createRecordStore(database: Database): RecordStore {
  return {
    ...createShiftStore(database),
    contacts: (query) => listContacts(database, query),
    contact: (contactId) => asked(contactWithJournal(database, contactId)),
    draw: (query, count, seed) => asked(drawContacts(database, query, count, seed)),
    countedRecords: (interval, kpiLine) =>
      chunks(database, interval, kpiLine, countedColumns, (query) =>
        query.select(sql<string | null>`agent_ids[1]`.as('answeredBy')),
      ) as AsyncGenerator<readonly ReportedRecord[]>,
    countedArrivals: (interval, kpiLine) =>
      chunks(database, interval, kpiLine, ['answered'], (query) =>
        query
          .where('excluded', 'is', null)
          .where((where) => where.or([where('answered', '=', true), where('endedAtMs', 'is not', null)])),
      ),
    offersUnanswered: (agentId, sinceMs) => asked(offersUnanswered(database, agentId, sinceMs)),
    consultFacts: (interval) => asked(consultFacts(database, interval)),
    dataGaps: ({ fromMs, toMs }) =>
      asked(
        database
          .selectFrom('dataGap')
          .select(['part', 'fromMs', 'toMs'])
          .where('toMs', '>', fromMs)
          .where('fromMs', '<', toMs)
          .orderBy('fromMs')
          .execute(),
      ),
    firstArrivalMs: async () => {
      const query = database
        .selectFrom('contactRecord')
        .select((select) => select.fn.min('arrivedAtMs').as('firstMs'));
      return (await asked(query.executeTakeFirst()))?.firstMs ?? null;
    },
    lastSeqs: () =>
      asked(
        database
          .selectFrom('journal')
          .select((select) => ['stream', 'id', select.fn.max('seq').as('lastSeq')])
          .where('stream', 'in', ['agent', 'site'])
          .groupBy(['stream', 'id'])
          .execute(),
      ),
  };
}

async function offersUnanswered(database: Database, agentId: string, sinceMs: number): Promise<number> {
  const latest = database
    .selectFrom('journal')
    .select(['atMs', 'type', 'data'])
    .where('stream', '=', 'agent')
    .where('id', '=', agentId)
    .orderBy('seq', 'desc')
    .limit(mostFactsOfDay);
  const { count } = await database
    .selectFrom(latest.as('latest'))
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('atMs', '>=', sinceMs)
    .where('type', '=', 'AgentActivityChanged')
    .where(sql<string>`data ->> 'outcome'`, '=', 'rona')
    .executeTakeFirstOrThrow();
  return Number(count);
}

async function consultFacts(
  database: Database,
  { fromMs, toMs }: Interval,
): Promise<readonly { readonly atMs: number; readonly fact: ConsultFact }[]> {
  const rows = await database
    .selectFrom('journal')
    .select(['atMs', 'type', 'data'])
    .where('type', 'in', consultFactTypes)
    .where('atMs', '>=', fromMs)
    .where('atMs', '<', toMs)
    .orderBy('atMs')
    .orderBy('seq')
    .execute();
  return rows.map(({ atMs, type, data }) => ({ atMs, fact: { ...(data as object), type } as ConsultFact }));
}

interface Cursor {
  readonly arrivedAtMs: number;
  readonly contactId: string;
}

function encodeCursor({ arrivedAtMs, contactId }: Cursor): string {
  return Buffer.from(`${String(arrivedAtMs)} ${contactId}`).toString('base64url');
}

function decodeCursor(text: string): Cursor | undefined {
  const match = /^(\d{1,15}) (.{1,100})$/.exec(Buffer.from(text, 'base64url').toString());
  return match ? { arrivedAtMs: Number(match[1]), contactId: match[2] ?? '' } : undefined;
}

async function listContacts(database: Database, query: ContactQuery): Promise<ContactPageResult> {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  if (after === undefined) return { ok: false, code: 'CURSOR_INVALID' };
  const limit = Math.min(Math.max(1, query.limit ?? pageLimit.default), pageLimit.most);
  let rows = narrowed(database.selectFrom('contactRecord'), query)
    .selectAll()
    .orderBy('arrivedAtMs', 'desc')
    .orderBy('contactId', 'desc')
    .limit(limit + 1);
  if (after !== null)
    rows = rows.where(sql<boolean>`(arrived_at_ms, contact_id) < (${after.arrivedAtMs}, ${after.contactId})`);
  const found = await asked(rows.execute());
  const contacts = found.slice(0, limit);
  const last = contacts.at(-1);
  const cursor = found.length > limit && last !== undefined ? encodeCursor(last) : null;
  return { ok: true, page: { contacts, cursor } };
}

type Records<Columns> = SelectQueryBuilder<Tables, 'contactRecord', Columns>;

function narrowed<Columns>(
  records: Records<Columns>,
  query: Omit<ContactQuery, 'cursor' | 'limit'>,
): Records<Columns> {
  let rows = records;
  if (query.fromMs !== undefined) rows = rows.where('arrivedAtMs', '>=', query.fromMs);
  if (query.toMs !== undefined) rows = rows.where('arrivedAtMs', '<', query.toMs);
  if (query.kpiLine !== undefined) rows = rows.where('kpiLine', '=', query.kpiLine);
  // Nobody finds a confidential call by its number, nor from another call of the same caller.
  if (query.callerKey !== undefined)
    rows = rows.where('callerKey', '=', query.callerKey).where('sealed', 'is', null);
  if (query.answered !== undefined) rows = rows.where('answered', '=', query.answered);
  if (query.missed !== undefined) rows = rows.where('missed', '=', query.missed);
  if (query.minTalkMs !== undefined) rows = rows.where('talkMs', '>=', query.minTalkMs);
  if (query.cutOff !== undefined) rows = rows.where('cutOff', '=', query.cutOff);
  for (const name of ['entryId', 'category', 'outcome', 'tag', 'missedCause', 'cameFrom'] as const)
    if (query[name] !== undefined) rows = rows.where(sql<boolean>`${sql.ref(name)} = ${query[name]}`);
  if (query.agentId !== undefined) rows = rows.where(sql<boolean>`${query.agentId} = any(agent_ids)`);
  if (query.subset !== undefined) rows = rows.where(subsetCondition(query.subset));
  for (const name of ['scopeKind', 'queueId', 'numberState', 'regionPicked'] as const) {
    const wanted = query[name];
    if (wanted === undefined) continue;
    rows = rows.where(
      wanted === null ? sql<boolean>`${sql.ref(name)} is null` : sql<boolean>`${sql.ref(name)} = ${wanted}`,
    );
  }
  if (query.answeredBy !== undefined) rows = rows.where(answeredByCondition(query.answeredBy));
  return rows;
}

async function drawContacts(
  database: Database,
  query: ContactQuery,
  count: number,
  seed: string,
): Promise<DrawnContacts> {
  const eligible = narrowed(database.selectFrom('contactRecord'), query);
  const contacts = await eligible
    .selectAll()
    .orderBy(sql`md5(${seed} || contact_id) collate "C"`)
    .orderBy('contactId')
    .limit(count)
    .execute();
  const counted = await eligible
    .select((select) => select.fn.countAll<number>().as('outOf'))
    .executeTakeFirstOrThrow();
  return { contacts, outOf: counted.outOf };
}

async function contactWithJournal(
  database: Database,
  contactId: string,
): Promise<ContactWithJournal | undefined> {
  const record = await database
    .selectFrom('contactRecord')
    .selectAll()
    .where('contactId', '=', contactId)
    .executeTakeFirst();
  if (record === undefined) return undefined;
  const own = await database
    .selectFrom('journal')
    .selectAll()
    .where('stream', '=', 'contact')
    .where('id', '=', contactId)
    .orderBy('seq')
    .execute();
  const ofAgents = await database
    .selectFrom('journal')
    .selectAll()
    .where('stream', '=', 'agent')
    .where(sql<string>`data ->> 'contactId'`, '=', contactId)
    .orderBy('atMs')
    .orderBy('seq')
    .execute();
  const ofSite = await database
    .selectFrom('journal')
    .selectAll()
    .where('stream', '=', 'site')
    .where(sql<string>`data ->> 'contactId'`, '=', contactId)
    .orderBy('seq')
    .execute();
  // Sorting is stable: inside a stream the order of its numbers stays.
  return { record, journal: [...own, ...ofAgents, ...ofSite].sort((one, other) => one.atMs - other.atMs) };
}

const countedColumns = [
  'endedAtMs',
  'answered',
  'waitMs',
  'queuedWaitMs',
  'talkMs',
  'holdMs',
  'wrapUpMs',
  'abandonedDuring',
  'afterEvent',
  'missedCause',
  'excluded',
  'interruptions',
  'calledBackAtMs',
  'surveyOffered',
  'grade',
  'surveyExempt',
  'queueId',
  'entryId',
  'scopeKind',
  'numberState',
  'regionPicked',
  'endedBy',
] as const satisfies readonly (keyof ContactRecord & keyof ReportedRecord)[];

/** Pages through an interval by its index, a statement a chunk, so that no deadline covers a whole year. */
async function* chunks<Column extends keyof ContactRecord>(
  database: Database,
  interval: Interval,
  kpiLine: string | undefined,
  columns: readonly Column[],
  also: (query: Records<Cursor>) => Records<Cursor> = (query) => query,
): AsyncGenerator<readonly Pick<ContactRecord, Column | 'arrivedAtMs'>[]> {
  let after: Cursor = { arrivedAtMs: interval.fromMs, contactId: '' };
  for (;;) {
    const query = also(database.selectFrom('contactRecord').select(['arrivedAtMs', 'contactId']))
      .select(columns)
      .where('arrivedAtMs', '<', interval.toMs)
      .where(sql<boolean>`(arrived_at_ms, contact_id) > (${after.arrivedAtMs}, ${after.contactId})`)
      .orderBy('arrivedAtMs')
      .orderBy('contactId')
      .limit(chunkRows);
    const rows = (await asked(
      (kpiLine === undefined ? query : query.where('kpiLine', '=', kpiLine)).execute(),
    )) as unknown as readonly (Pick<ContactRecord, Column | 'arrivedAtMs'> & Cursor)[];
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < chunkRows) return;
    after = last;
  }
}
