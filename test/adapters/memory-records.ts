// Records in memory as the pages' reader gives them: the same filters and the same draw as the database's.
import { createHash } from 'node:crypto';
import type { ContactFilter, DrawnContacts, ReportedRecord } from '../../src/adapters/http/record-reader.js';
import type { ContactRecord } from '../../src/metrics/contact-record.js';
import { isInSubset } from '../../src/metrics/subset.js';

/** Whether a record passes a filter; cursor and limit apart. */
export function isWanted(record: ContactRecord, filter: ContactFilter): boolean {
  const { fromMs = 0, toMs = Infinity, agentId, kpiLine, callerKey, answered, missed } = filter;
  const { subset, queueId, entryId, numberState, answeredBy, minTalkMs = 0 } = filter;
  const exact = ['category', 'outcome', 'tag', 'missedCause', 'cutOff', 'cameFrom'] as const;
  return (
    record.arrivedAtMs >= fromMs &&
    record.arrivedAtMs < toMs &&
    (agentId === undefined || record.agentIds.includes(agentId)) &&
    (kpiLine === undefined || record.kpiLine === kpiLine) &&
    (callerKey === undefined || (record.callerKey === callerKey && record.sealed === null)) &&
    (answered === undefined || record.answered === answered) &&
    (missed === undefined || record.missed === missed) &&
    record.talkMs >= minTalkMs &&
    exact.every((name) => filter[name] === undefined || record[name] === filter[name]) &&
    (subset === undefined || isInSubset(record, subset)) &&
    (queueId === undefined || record.queueId === queueId) &&
    (filter.scopeKind === undefined || record.scopeKind === filter.scopeKind) &&
    (entryId === undefined || record.entryId === entryId) &&
    (numberState === undefined || record.numberState === numberState) &&
    (answeredBy === undefined || isAnsweredBy(record.agentIds[0], answeredBy))
  );
}

function isAnsweredBy(first: string | undefined, who: NonNullable<ContactFilter['answeredBy']>): boolean {
  if (who === 'nobody') return first === undefined;
  if (first === undefined) return false;
  return 'among' in who ? who.among.includes(first) : !who.notAmong.includes(first);
}

/** A draw, as RecordReader promises it. */
export function drawFrom(eligible: readonly ContactRecord[], count: number, seed: string): DrawnContacts {
  const mark = ({ contactId }: ContactRecord) =>
    createHash('md5')
      .update(seed + contactId)
      .digest('hex');
  const inOrder = eligible
    .map((record) => [mark(record), record] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { contacts: inOrder.slice(0, count).map(([, record]) => record), outOf: eligible.length };
}

/** What a report counts of a record. */
export function reported(record: ContactRecord): ReportedRecord {
  return { ...record, answeredBy: record.agentIds[0] ?? null };
}
