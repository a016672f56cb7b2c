// Keeps the wishes to open what is sealed.
import type { OpeningStore } from '../../engine/opening.js';
import { asked, type Database } from './database.js';

const mostRows = 100;

export function createOpeningStore(database: Database): OpeningStore {
  return {
    add: async (opening) => {
      await asked(database.insertInto('opening').values(opening).execute());
    },
    find: (openingId) =>
      asked(database.selectFrom('opening').selectAll().where('openingId', '=', openingId).executeTakeFirst()),
    settle: async (opening) => {
      const { openingId, version } = opening;
      const row = database.updateTable('opening').set(opening).where('openingId', '=', openingId);
      const { numUpdatedRows } = await asked(
        row.where('version', '=', version - 1).executeTakeFirstOrThrow(),
      );
      return numUpdatedRows === 1n;
    },
    since: (sinceMs) =>
      asked(
        database
          .selectFrom('opening')
          .selectAll()
          .where('requestedAtMs', '>=', sinceMs)
          .orderBy('requestedAtMs', 'desc')
          .orderBy('openingId')
          .limit(mostRows)
          .execute(),
      ),
  };
}
