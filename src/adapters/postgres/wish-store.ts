// Keeps what callers wish for their next calls, and tells of their former ones.
import type { WishStore } from '../../engine/caller-memory.js';
import { asked, type Database } from './database.js';

export function createWishStore(database: Database): WishStore {
  return {
    standing: async (nowMs) => {
      await asked(database.deleteFrom('callerWish').where('untilMs', '<=', nowMs).execute());
      return asked(database.selectFrom('callerWish').selectAll().execute());
    },
    put: async (row) => {
      const { callerKey: _key, ...change } = row;
      await asked(
        database
          .insertInto('callerWish')
          .values(row)
          .onConflict((conflict) => conflict.column('callerKey').doUpdateSet(change))
          .execute(),
      );
    },
    remove: async (callerKey) => {
      await asked(database.deleteFrom('callerWish').where('callerKey', '=', callerKey).execute());
    },
    callsSince: (sinceMs) =>
      asked(
        database
          .selectFrom('contactRecord')
          .select(['contactId', 'callerKey', 'arrivedAtMs'])
          .where('arrivedAtMs', '>=', sinceMs)
          .where('callerKey', '!=', '')
          .execute(),
      ),
  };
}
