// Calls the service never saw: each becomes one fact in a contact stream of its own, so that no citizen drops out of the figures.
import { confidentialText } from '../contact/confidential.js';
import type { SealKind } from '../contact/contact.js';
import type { NodeId } from '../contact/ids.js';
import type { CallerNumbers, Journal, MissedCallSeen, Sites } from './ports.js';
import type { Standings } from './standings.js';

/** What the facts are made with. */
export interface MissedCallsParts {
  readonly node: NodeId;
  readonly sites: Sites;
  readonly callers: CallerNumbers;
  readonly standings: Standings;
  readonly journal: Journal;
  readonly epoch: () => number;
}

/** Journals one call; the same call twice gives the same fact, stream, number and instant. */
export function journalMissedCall(parts: MissedCallsParts, seen: MissedCallSeen): void {
  const { node, sites, callers, journal } = parts;
  const { channelId, ani, aniShown, trunkId, dnis, redirectedFrom, sipCallId } = seen;
  const { arrivedAtMs, endedAtMs, reason } = seen;
  const site = sites.current();
  const meaning = site.meaningOf({ ...seen, toUser: '', nowMs: arrivedAtMs });
  const { entryId, kpiLine, tag, pattern, state } = meaning;
  const caller = callers.remember(ani, aniShown);
  const sealed: SealKind | undefined =
    meaning.sealed ?? (parts.standings.isConfidential(caller.callerKey) ? 'confidential' : undefined);
  const forwarder = site.keptNumber(redirectedFrom);
  journal.append({
    stream: 'contact',
    // Asterisk's own id of the channel; another node may use the same one.
    id: `${node}-${channelId}`,
    seq: 0,
    atMs: endedAtMs,
    node,
    epoch: parts.epoch(),
    facts: [
      {
        type: 'CallMissedByService',
        node,
        sipCallId,
        trunkId,
        dnis: site.keptNumber(dnis),
        redirectedFrom: sealed !== undefined && forwarder.includes('*') ? '' : forwarder,
        ...caller,
        ...(sealed !== undefined && { callerMasked: confidentialText, sealed }),
        entryId,
        kpiLine,
        tag,
        siteVersion: site.version,
        numberPattern: pattern,
        numberState: state,
        arrivedAtMs,
        endedAtMs,
        reason,
      },
    ],
    image: null,
  });
  // The call is over; the number stays until the table has it.
  callers.forget(caller.callerKey);
}
