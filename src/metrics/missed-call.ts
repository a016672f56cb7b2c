// The record of a call the service never saw: offered, not answered, missed.
import type { SealKind } from '../contact/contact.js';
import { emptyRecord, judgedRecord, type ContactRecord } from './contact-record.js';

/** What Asterisk's own records tell of such a call; the fact `CallMissedByService` has this shape. */
export interface MissedCall extends Pick<
  ContactRecord,
  | 'node'
  | 'sipCallId'
  | 'trunkId'
  | 'dnis'
  | 'redirectedFrom'
  | 'callerKey'
  | 'callerMasked'
  | 'entryId'
  | 'kpiLine'
  | 'tag'
  | 'siteVersion'
  | 'arrivedAtMs'
> {
  readonly endedAtMs: number;
  readonly numberPattern?: string;
  readonly numberState?: string;
  readonly sealed?: SealKind;
  /** `away` = 系统未受理, `full` = 线路满. */
  readonly reason: 'away' | 'full';
}

/** Its call record; `callKey` stands in for the contact id it never got. */
export function missedCallRecord(callKey: string, { reason, ...call }: MissedCall): ContactRecord {
  return judgedRecord({
    ...emptyRecord(callKey, call.arrivedAtMs),
    node: call.node,
    sipCallId: call.sipCallId,
    trunkId: call.trunkId,
    dnis: call.dnis,
    redirectedFrom: call.redirectedFrom,
    callerKey: call.callerKey,
    callerMasked: call.callerMasked,
    entryId: call.entryId,
    kpiLine: call.kpiLine,
    tag: call.tag,
    siteVersion: call.siteVersion,
    numberPattern: call.numberPattern ?? null,
    numberState: call.numberState ?? null,
    sealed: call.sealed ?? null,
    endedAtMs: call.endedAtMs,
    waitMs: Math.max(0, call.endedAtMs - call.arrivedAtMs),
    endReason: reason,
    missedCause: reason,
    inGap: reason === 'away',
  });
}
