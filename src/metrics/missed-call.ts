// The record of a call the service never saw: offered, not answered, missed.
import { emptyRecord, type ContactRecord } from './contact-record.js';

/** What Asterisk's own records tell of such a call; the fact `CallMissedByService` has this shape. */
export interface MissedCall {
  /** Names the call once and for ever, so that it is never counted twice. */
  readonly callKey: string;
  readonly arrivedAtMs: number;
  readonly endedAtMs: number;
  readonly dnis: string;
  readonly trunkId: string;
  readonly callerKey: string;
  readonly callerMasked: string;
  /** `away` = 系统未受理, `full` = 线路满. */
  readonly reason: 'away' | 'full';
}

/** Its call record; `callKey` stands in for the contact id it never got. */
export function missedCallRecord(call: MissedCall, node: string): ContactRecord {
  return {
    ...emptyRecord(call.callKey, call.arrivedAtMs),
    node,
    dnis: call.dnis,
    trunkId: call.trunkId,
    callerKey: call.callerKey,
    callerMasked: call.callerMasked,
    endedAtMs: call.endedAtMs,
    waitMs: Math.max(0, call.endedAtMs - call.arrivedAtMs),
    endReason: call.reason,
    missed: true,
    missedCause: call.reason,
    inGap: call.reason === 'away',
  };
}
