// The match loop: whenever somebody waits and somebody is ready, propose, commit in the store, and tell both.
import type { QueueModel } from '../acd/queue-model.js';
import type { AgentId, ContactId, OfferId } from '../contact/ids.js';
import type { Proposal } from '../acd/match.js';
import type { Clock, CommitResult, Ids, LiveStore, Timers } from './ports.js';
import type { RunQueue } from './run-queue.js';

/** What the match loop needs. */
export interface MatcherParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: Ids;
  readonly store: Pick<LiveStore, 'isUp' | 'commitOffers' | 'releaseOffer'>;
  readonly model: QueueModel;
  readonly runQueue: RunQueue;
  /** How long a reservation lives without word from us. */
  readonly leaseMs: () => number;
  /** Still as proposed, here in the engine: between proposing and committing somebody may have moved. */
  readonly stillTrue: (proposal: Proposal) => boolean;
  readonly deliver: (offerId: OfferId, proposal: Proposal) => void;
  /** The store holds other versions than we do: save these two again. */
  readonly saveAgain: (contactId: ContactId, agentId: AgentId) => void;
}

/** The one matcher of the site. */
export interface Matcher {
  /** Something changed: look for pairs soon, at the end of the present work. */
  poke(): void;
  /** Without a trustworthy store nobody is offered. */
  setAllowed(allowed: boolean): void;
  isIdle(): boolean;
}

/** After a refused pair the next look waits this long, so that a stubborn disagreement does not spin. */
const refusedPauseMs = 100;

/** A matcher, not allowed to match until told. */
export function createMatcher(parts: MatcherParts): Matcher {
  const { clock, store, model, runQueue } = parts;
  let allowed = false;
  let wanted = false;
  let committing = false;
  let pausing = false;
  let wakesAtMs: number | null = null;
  let cancelWake: (() => void) | undefined;

  function look(): void {
    wanted = false;
    if (!allowed || committing || !store.isUp()) return;
    const proposals = model.propose(clock.nowMs());
    if (proposals.length > 0) void commit(proposals);
    else wakeLater();
  }

  /** Time alone may bring about a pair: a ring opens, somebody waited long enough for his former agent. */
  function wakeLater(): void {
    const atMs = model.nextChangeAtMs();
    if (atMs === wakesAtMs) return;
    cancelWake?.();
    wakesAtMs = atMs;
    cancelWake =
      atMs === null
        ? undefined
        : parts.timers.at(atMs, () => {
            [wakesAtMs, cancelWake] = [null, undefined];
            poke();
          });
  }

  async function commit(proposals: readonly Proposal[]): Promise<void> {
    committing = true;
    const offers = proposals.map((proposal) => ({ proposal, offerId: parts.ids.next() as OfferId }));
    const commits = offers.map(({ proposal, offerId }) => ({
      offerId,
      contactId: proposal.contactId,
      contactVersion: proposal.contactVersion,
      agentId: proposal.agentId,
      agentVersion: proposal.agentVersion,
      leaseMs: parts.leaseMs(),
    }));
    const results: readonly CommitResult[] = await store.commitOffers(commits).catch(() => []);
    committing = false;
    runQueue.post(() => {
      const outcomes = offers.map(({ proposal, offerId }, i) =>
        settle(proposal, offerId, results[i] ?? 'storeAway'),
      );
      if (outcomes.every((delivered) => delivered)) poke();
      else lookAgainSoon();
    });
  }

  /** One look at a time: whatever pokes meanwhile would else leave one more behind each time it is refused. */
  function lookAgainSoon(): void {
    if (pausing) return;
    pausing = true;
    parts.timers.at(clock.nowMs() + refusedPauseMs, () => {
      pausing = false;
      poke();
    });
  }

  function settle(proposal: Proposal, offerId: OfferId, result: CommitResult): boolean {
    if (result === 'committed') {
      if (parts.stillTrue(proposal)) {
        parts.deliver(offerId, proposal);
        return true;
      }
      store.releaseOffer(offerId, proposal.agentId);
      return true;
    }
    if (result !== 'storeAway' && result !== 'agentReserved' && result !== 'contactReserved')
      parts.saveAgain(proposal.contactId, proposal.agentId);
    return false;
  }

  function poke(): void {
    if (wanted) return;
    wanted = true;
    runQueue.post(look);
  }

  return {
    poke,
    setAllowed(next) {
      allowed = next;
      if (allowed) poke();
    },
    isIdle: () => !committing && !wanted,
  };
}
