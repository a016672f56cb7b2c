// Keeps accounts in the database. Acts are decided inside a transaction that holds every account: two at once see each other.
import type { Account, AccountStore } from '../../engine/account.js';
import { asked, type Database } from './database.js';

/** The accounts of this database. */
export function createAccountStore(database: Database): AccountStore {
  return {
    list: () => asked(database.selectFrom('account').selectAll().orderBy('name').execute()),
    find: (name) =>
      asked(database.selectFrom('account').selectAll().where('name', '=', name).executeTakeFirst()),
    add: async (account) => {
      const { numInsertedOrUpdatedRows } = await asked(
        database
          .insertInto('account')
          .values(account)
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow(),
      );
      return numInsertedOrUpdatedRows === 1n;
    },
    change: (name, nowMs, act) =>
      asked(
        database.transaction().execute(async (changing) => {
          // Locked in one order, and read again after the wait for another's act.
          const all = await changing.selectFrom('account').selectAll().orderBy('name').forUpdate().execute();
          const account = all.find((one) => one.name === name);
          if (account === undefined) return { ok: false, code: 'ACCOUNT_UNKNOWN' };
          const decision = act(account, all);
          if (!decision.ok) return decision;
          const next: Account = { ...decision.account, version: account.version + 1, changedAtMs: nowMs };
          await changing.updateTable('account').set(next).where('name', '=', name).execute();
          return { ok: true, account: next };
        }),
      ),
  };
}
