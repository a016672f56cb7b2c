// The number ledger: what a dialled number means at this moment.
import type { FlowId, QueueId } from '../contact/ids.js';
import { maskNumber } from '../contact/masking.js';
import { normaliseNumber } from '../contact/ani.js';

/** What a call brings along that can tell which number the citizen dialled. */
export interface DialledCall {
  /** The request's user part, as the carrier sent it. */
  readonly dnis: string;
  /** The number that forwarded the call here, or ''. */
  readonly redirectedFrom: string;
  /** The To header's user part, or ''. */
  readonly toUser: string;
  readonly trunkId: string;
  readonly nowMs: number;
}

/** Where a call belongs. */
export interface Meaning {
  readonly entryId: string;
  readonly kpiLine: string;
  readonly tag: string;
  readonly flowId: FlowId;
  readonly queueId: QueueId;
}

/** One number citizens may dial, and every form in which a carrier may deliver it. */
export interface LedgerRow extends Meaning {
  readonly number: string;
  readonly deliveredAs: readonly string[];
}

/** Rows by every form a carrier may deliver. */
export interface Ledger {
  readonly byDelivered: ReadonlyMap<string, Meaning>;
  /** For every number the ledger does not know. */
  readonly otherwise: Meaning;
}

/** The ledger of these rows. Where two rows claim one form, the earlier row has it; `check` refuses such a file. */
export function buildLedger(rows: readonly LedgerRow[], otherwise: Meaning): Ledger {
  const byDelivered = new Map<string, Meaning>();
  for (const { number, deliveredAs, entryId, kpiLine, tag, flowId, queueId } of rows) {
    for (const form of [number, ...deliveredAs].map(bareNumber)) {
      if (!byDelivered.has(form)) byDelivered.set(form, { entryId, kpiLine, tag, flowId, queueId });
    }
  }
  return { byDelivered, otherwise };
}

/**
 * What this call's number means. A forwarded number goes first: it is the one the citizen dialled, while the request
 * only says where the carrier sent it.
 */
export function meaningOf(ledger: Ledger, call: DialledCall): Meaning {
  for (const dialled of [call.redirectedFrom, call.dnis, call.toUser]) {
    const meaning = ledger.byDelivered.get(bareNumber(dialled));
    if (meaning !== undefined) return meaning;
  }
  return ledger.otherwise;
}

/**
 * A forwarding number as it may be kept: one of the ledger as it came, any other masked, since a citizen's own phone forwards too.
 * @param homeAreaCode the site's own area with its 0
 */
export function keptNumber(ledger: Ledger, forwardedBy: string, homeAreaCode: string): string {
  if (forwardedBy === '' || ledger.byDelivered.has(bareNumber(forwardedBy))) return forwardedBy;
  return maskNumber(normaliseNumber(forwardedBy, homeAreaCode));
}

/** A number without its punctuation and China's country code: `+86-311-12345` and `031112345` are one. */
export function bareNumber(text: string): string {
  const digits = text.replace(/[^\d+]/g, '');
  return digits
    .replace(/^(?:\+86|0086)(?!0)(\d)/, (_, first: string) => (first === '1' ? first : `0${first}`))
    .replace(/^\+/, '00');
}
