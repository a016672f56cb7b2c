// The tables of the records database as TypeScript sees them; columns are the same names in snake_case.
import type { CaseStanding } from '../../contact/case-answer.js';
import type { Account } from '../../engine/account.js';
import type { LimitRow } from '../../engine/call-limit.js';
import type { WishRow } from '../../engine/caller-memory.js';
import type { DutyChangeRow } from '../../engine/duty-change.js';
import type { Opening } from '../../engine/opening.js';
import type { Message, StopRow } from '../../engine/messages.js';
import type { Packet } from '../../engine/packets.js';
import type { ShiftFigures } from '../../engine/shift-notes.js';
import type { ContactRecord } from '../../metrics/contact-record.js';
import type { ReachedMark } from '../../metrics/reached.js';

/** One fact. `(stream, id, seq)` is its name for ever. */
export interface JournalRow {
  readonly stream: string;
  readonly id: string;
  readonly seq: number;
  readonly atMs: number;
  readonly node: string;
  readonly epoch: number;
  readonly type: string;
  readonly data: unknown;
}

/** The only table that holds raw numbers. */
interface CallerRow {
  readonly callerKey: string;
  readonly number: string;
}

interface RecordingRow {
  readonly file: string;
  readonly contactId: string;
  readonly startedAtMs: number;
}

interface DataGapRow {
  readonly siteId: string;
  readonly seq: number;
  readonly part: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** How far the spool of a node has been carried. */
interface SpoolMarkRow {
  readonly node: string;
  readonly segment: number;
  readonly byteOffset: number;
}

/** Facts that the journal would not take: nothing is thrown away, and nothing stops the carrying. */
interface JournalRefusedRow {
  readonly stream: string;
  readonly id: string;
  readonly seq: number;
  readonly reason: string;
  readonly data: string;
}

interface NoteRow {
  readonly noteId: string;
  readonly atMs: number;
  readonly sentBy: string;
  readonly text: string;
}

interface BroadcastRow extends NoteRow {
  readonly urgent: boolean;
  readonly sentTo: readonly string[];
}

interface HandoverRow extends NoteRow {
  readonly figures: ShiftFigures;
}

/** Who has read a broadcast or a hand-over note. */
interface NoteReadRow {
  readonly noteId: string;
  readonly readBy: string;
  readonly atMs: number;
}

/** What a gateway told: a delivery report or a citizen's reply, each once. */
interface MessageNoticeRow {
  readonly noticeId: string;
  readonly kind: 'report' | 'reply';
  readonly messageId: string | null;
  readonly callerKey: string;
  readonly callerMasked: string;
  readonly code: string | null;
  readonly text: string;
  readonly atMs: number;
}

/** A case that may be asked about; `dueMonth` 0 = closed. */
export interface ServiceCaseRow {
  readonly caseNumber: string;
  readonly codeHash: string;
  readonly state: CaseStanding['state'];
  readonly department: string;
  readonly dueMonth: number;
  readonly dueDay: number;
  readonly wrongCodes: number;
  readonly wrongSinceMs: number | null;
}

export interface Tables {
  readonly journal: JournalRow;
  readonly journalRefused: JournalRefusedRow;
  readonly contactRecord: ContactRecord;
  readonly caller: CallerRow;
  readonly recording: RecordingRow;
  readonly dataGap: DataGapRow;
  readonly spoolMark: SpoolMarkRow;
  readonly account: Account;
  readonly contactReached: ReachedMark;
  readonly broadcast: BroadcastRow;
  readonly handover: HandoverRow;
  readonly noteRead: NoteReadRow;
  readonly message: Message;
  readonly messageNotice: MessageNoticeRow;
  readonly packet: Packet;
  readonly stopList: StopRow;
  readonly opening: Opening;
  readonly callerLimit: LimitRow;
  readonly serviceCase: ServiceCaseRow;
  readonly callerWish: WishRow;
  readonly dutyChange: DutyChangeRow;
}
