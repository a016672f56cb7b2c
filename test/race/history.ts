// What one process of a race did and saw, a line each, written before the deed: a killed process leaves all of it behind.
import { openSync, writeSync } from 'node:fs';
import type { LiveStore } from '../../src/engine/ports.js';

/** The history of one process. */
export interface History {
  note(what: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** Appends to `file`. Instants: `ms` of the machine's monotonic clock, the same for all processes; `wallMs` of its calendar. */
export function openHistory(file: string): History {
  const fd = openSync(file, 'a');
  return {
    note(what, facts = {}) {
      const ms = Number(process.hrtime.bigint()) / 1e6;
      writeSync(fd, `${JSON.stringify({ ms, wallMs: Date.now(), what, ...facts })}\n`);
    },
  };
}

/** Of a store, what a matcher needs; all that is asked of it and answered is noted. */
export type CommittingStore = Pick<LiveStore, 'isUp' | 'commitOffers' | 'releaseOffer'>;

/** Notes each write-back of this store before it begins: it lets go of reservations. */
export function notingWriteBacks<Store extends Pick<LiveStore, 'writeBack'>>(
  store: Store,
  history: History,
): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (name === 'writeBack') history.note('writesBack');
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}

/** The same store, with a history. */
export function recorded(store: CommittingStore, history: History): CommittingStore {
  return {
    isUp: () => store.isUp(),
    async commitOffers(commits) {
      const offers = commits.map(
        ({ offerId, contactId, contactVersion, agentId, agentVersion, leaseMs }) => ({
          ...{ offer: offerId, contact: contactId, contactVersion },
          ...{ agent: agentId, agentVersion, leaseMs },
        }),
      );
      history.note('offered', { offers });
      const results = await store.commitOffers(commits);
      history.note('answer', {
        results: results.map((result, at) => ({ offer: commits[at]?.offerId, result })),
      });
      return results;
    },
    releaseOffer(offerId, agentId) {
      history.note('released', { offer: offerId });
      store.releaseOffer(offerId, agentId);
    },
  };
}
