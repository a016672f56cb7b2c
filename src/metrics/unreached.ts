// Which citizens have not been reached yet: cut off, lost or given up, and nobody has talked with them since. Pure.
import type { ContactRecord, MissedCause } from './contact-record.js';
import type { ReachedMark } from './reached.js';

/** Why he has to be reached; `cutOff` = his last talk broke off, `voicemail` = he left a message. A flow that ended by itself was a service, not a miss. */
export type UnreachedReason = Exclude<MissedCause, 'flowEnd'> | 'cutOff' | 'voicemail';

/** A caller who waits to be reached, without his key: the contact stands for him. */
export interface UnreachedCaller {
  /** His latest miss. */
  readonly contactId: string;
  readonly callerMasked: string;
  readonly entryId: string;
  readonly queueId: string | null;
  readonly reason: UnreachedReason;
  readonly firstMissedAtMs: number;
  readonly lastMissedAtMs: number;
  /** Calls of his that came to nothing since anybody talked with him. */
  readonly tries: number;
  /** He waited so long in the latest one. */
  readonly waitMs: number;
}

/** How many there are, and when the latest was missed: changes whenever the list does. */
export interface UnreachedCount {
  readonly count: number;
  readonly latestAtMs: number | null;
}

/** Why this contact's citizen has to be reached, or null where he has not. */
export function unreachedReason(record: ContactRecord): UnreachedReason | null {
  if (record.endedAtMs === null) return null;
  // Whoever was asked to leave a message is called back, whatever his call counts as: he has asked for it.
  if (record.voicemailMs !== null && !record.answered) return 'voicemail';
  // Nobody follows a confidential caller unless he asks for it.
  if (record.excluded !== null || record.sealed !== null) return null;
  if (record.cutOff) return 'cutOff';
  return record.missed && record.missedCause !== 'flowEnd' ? record.missedCause : null;
}

/**
 * The callers of these contacts who have not been reached, latest miss first. Callers without a number stand apart.
 * The database answers the same question by itself; a test holds both to the same rows.
 */
export function unreachedCallers(
  records: readonly ContactRecord[],
  marks: readonly ReachedMark[],
): readonly UnreachedCaller[] {
  const callers = new Map<string, (ContactRecord & { readonly reason: UnreachedReason })[]>();
  for (const record of records) {
    const reason = unreachedReason(record);
    if (reason === null || hasTalkedSince(record, records) || isMarked(record, records, marks)) continue;
    const caller = record.callerKey === '' ? record.contactId : record.callerKey;
    callers.set(caller, [...(callers.get(caller) ?? []), { ...record, reason }]);
  }
  return [...callers.values()].map(rowOf).sort(latestFirst);
}

/** Since a talk broke off; else since he called: he may have got through on another phone meanwhile. */
function hasTalkedSince(record: ContactRecord, records: readonly ContactRecord[]): boolean {
  const sinceMs = record.cutOff ? endOf(record) : record.arrivedAtMs;
  return records.some(
    ({ callerKey, contactId, answeredAtMs }) =>
      isSameCaller(callerKey, record) && contactId !== record.contactId && (answeredAtMs ?? 0) > sinceMs,
  );
}

/** Marked itself, or its caller was, later. */
function isMarked(
  record: ContactRecord,
  records: readonly ContactRecord[],
  marks: readonly ReachedMark[],
): boolean {
  return marks.some(({ contactId, atMs }) => {
    if (contactId === record.contactId) return true;
    const marked = records.find((one) => one.contactId === contactId);
    return marked !== undefined && isSameCaller(marked.callerKey, record) && atMs >= endOf(record);
  });
}

const isSameCaller = (callerKey: string, record: ContactRecord): boolean =>
  callerKey !== '' && callerKey === record.callerKey;
const endOf = ({ endedAtMs }: ContactRecord): number => endedAtMs ?? 0;

function rowOf(tries: readonly (ContactRecord & { readonly reason: UnreachedReason })[]): UnreachedCaller {
  const [latest] = tries.toSorted(
    (one, other) => endOf(other) - endOf(one) || (one.contactId < other.contactId ? 1 : -1),
  );
  if (latest === undefined) throw new Error('a caller without a call');
  const { contactId, callerMasked, entryId, queueId, reason, waitMs } = latest;
  return {
    contactId,
    callerMasked,
    entryId,
    queueId,
    reason,
    firstMissedAtMs: Math.min(...tries.map(endOf)),
    lastMissedAtMs: endOf(latest),
    tries: tries.length,
    waitMs: waitMs ?? 0,
  };
}

function latestFirst(one: UnreachedCaller, other: UnreachedCaller): number {
  return other.lastMissedAtMs - one.lastMissedAtMs || (one.contactId < other.contactId ? 1 : -1);
}
