// Tells what callers wish for their next calls, as the journal's carrier has written it down, and of their former ones.
import type { WishStore } from '../../engine/caller-memory.js';
import { outboundTag } from '../../metrics/contact-record.js';
import { asked, type Database } from './database.js';

export function createWishStore(database: Database): WishStore {
  return {
    standing: async (nowMs) => {
      await asked(database.deleteFrom('callerWish').where('untilMs', '<=', nowMs).execute());
      return asked(database.selectFrom('callerWish').selectAll().execute());
    },
    callsSince: (sinceMs) =>
      asked(
        database
          .selectFrom('contactRecord')
          .select(['contactId', 'callerKey', 'arrivedAtMs'])
          .where('arrivedAtMs', '>=', sinceMs)
          .where('callerKey', '!=', '')
          // What we called is no call of his.
          .where('tag', '!=', outboundTag)
          .execute(),
      ),
  };
}
