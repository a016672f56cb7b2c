// Accounts in this process' own memory: for the simulator's office and for tests; keeps what the database would.
import type { Account, AccountStore } from '../../engine/account.js';

/** A store with no accounts. */
export function createMemoryAccounts(): AccountStore {
  const kept = new Map<string, Account>();
  const sorted = () => [...kept.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  return {
    list: async () => sorted(),
    find: async (name) => kept.get(name),
    async add(account) {
      if (kept.has(account.name)) return false;
      kept.set(account.name, account);
      return true;
    },
    async change(name, nowMs, act) {
      const account = kept.get(name);
      if (account === undefined) return { ok: false, code: 'ACCOUNT_UNKNOWN' };
      const decision = act(account, sorted());
      if (!decision.ok) return decision;
      const next = { ...decision.account, version: account.version + 1, changedAtMs: nowMs };
      kept.set(name, next);
      return { ok: true, account: next };
    },
  };
}
