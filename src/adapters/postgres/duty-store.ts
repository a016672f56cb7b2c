// Keeps the changes of duty.
import type { DutyStore } from '../../engine/duty-change.js';
import { asked, type Database } from './database.js';

export function createDutyStore(database: Database): DutyStore {
  return {
    add: async (row) => {
      await asked(database.insertInto('dutyChange').values(row).execute());
    },
    find: (changeId) =>
      asked(
        database.selectFrom('dutyChange').selectAll().where('changeId', '=', changeId).executeTakeFirst(),
      ),
    settle: async (row) => {
      const update = database.updateTable('dutyChange').set(row).where('changeId', '=', row.changeId);
      const { numUpdatedRows } = await asked(
        update.where('version', '=', row.version - 1).executeTakeFirstOrThrow(),
      );
      return numUpdatedRows === 1n;
    },
    list: (endingAfterMs) =>
      asked(
        database
          .selectFrom('dutyChange')
          .selectAll()
          .where('toMs', '>', endingAfterMs)
          .orderBy('decidedAtMs')
          .orderBy('changeId')
          .execute(),
      ),
  };
}
