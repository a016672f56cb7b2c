// What the pages need of the records: a narrow door, so that they can be served from any store.
import type { ConsultFact } from '../../metrics/consults.js';
import type { ContactRecord } from '../../metrics/contact-record.js';
import type { DataGap } from '../../metrics/data-gaps.js';
import type { Interval } from '../../metrics/intervals.js';
import type { Subset } from '../../metrics/subset.js';
import type { CountedRecord } from '../../metrics/tally.js';
import type { CountedArrival } from '../../metrics/worst-window.js';
import type { ShiftReader } from './shift-reader.js';

/** What a report counts of a record, and where it puts it. */
export interface ReportedRecord extends CountedRecord {
  /** The queue it stood in last; null = never in one. */
  readonly queueId: string | null;
  readonly entryId: string;
  /** The agent of its first talk; null = nobody answered. */
  readonly answeredBy: string | null;
  /** The legal route the citizen was told of; null = none. */
  readonly scopeKind: string | null;
  /** The state of the number dialled on that day; null in records of before this was kept. */
  readonly numberState: string | null;
  /** The city he picked by key; null = none. */
  readonly regionPicked: string | null;
}

/** Who answered: one of these, somebody else, or nobody. */
export type AnsweredBy =
  { readonly among: readonly string[] } | { readonly notAmong: readonly string[] } | 'nobody';

/** Which contacts to list, newest first; a field left out does not narrow. */
export interface ContactFilter {
  readonly fromMs?: number;
  readonly toMs?: number;
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
  readonly cursor?: string;
  readonly limit?: number;
}

/** One page; `cursor` leads to the next, null on the last. */
export type ContactPage =
  | {
      readonly ok: true;
      readonly page: { readonly contacts: readonly ContactRecord[]; readonly cursor: string | null };
    }
  | { readonly ok: false; readonly code: 'CURSOR_INVALID' };

/** A journaled fact. */
export interface JournaledFact {
  readonly stream: string;
  readonly id: string;
  readonly seq: number;
  readonly atMs: number;
  readonly type: string;
  readonly data: unknown;
}

/** Calls drawn at random, and out of how many. */
export interface DrawnContacts {
  readonly contacts: readonly ContactRecord[];
  readonly outOf: number;
}

/** Reads call records. Every method @throws DATABASE_UNAVAILABLE. */
export interface RecordReader extends ShiftReader {
  contacts(filter: ContactFilter): Promise<ContactPage>;
  contact(
    contactId: string,
  ): Promise<{ readonly record: ContactRecord; readonly journal: readonly JournaledFact[] } | undefined>;
  /**
   * Draws at most `count` of the contacts a filter leaves: those with the smallest MD5 of seed + contact id. The same seed and
   * the same contacts give the same draw, on any store.
   */
  draw(filter: ContactFilter, count: number, seed: string): Promise<DrawnContacts>;
  /** In order of arrival, in chunks, so that the thread stays free in between. */
  countedRecords(interval: Interval, kpiLine?: string): AsyncIterable<readonly ReportedRecord[]>;
  countedArrivals(interval: Interval, kpiLine?: string): AsyncIterable<readonly CountedArrival[]>;
  /** Offers since then that this agent's phone rang out for (RONA). */
  offersUnanswered(agentId: string, sinceMs: number): Promise<number>;
  /** Facts of consults of experts, in order. */
  consultFacts(interval: Interval): Promise<readonly { readonly atMs: number; readonly fact: ConsultFact }[]>;
  dataGaps(interval: Interval): Promise<readonly DataGap[]>;
  /** Null while there is no contact on record. */
  firstArrivalMs(): Promise<number | null>;
}
