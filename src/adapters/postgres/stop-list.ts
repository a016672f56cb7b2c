// The list 「不回拨、不发短信」: who is not to be called or written to. A row is ended, never deleted.
import type { StopList } from '../../engine/messages.js';
import { asked, type Database } from './database.js';

const mostRows = 500;

export function createStopList(database: Database): StopList {
  const standing = (nowMs: number) =>
    database
      .selectFrom('stopList')
      .where('sinceMs', '<=', nowMs)
      .where((row) => row.or([row('untilMs', 'is', null), row('untilMs', '>', nowMs)]));
  return {
    add: async (row) => {
      await asked(
        database
          .insertInto('stopList')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    },
    end: async (stopId, atMs) => {
      const { numUpdatedRows } = await asked(
        database
          .updateTable('stopList')
          .set({ untilMs: atMs })
          .where('stopId', '=', stopId)
          .where((row) => row.or([row('untilMs', 'is', null), row('untilMs', '>', atMs)]))
          .executeTakeFirstOrThrow(),
      );
      return numUpdatedRows > 0n;
    },
    standing: (nowMs) =>
      asked(
        standing(nowMs).selectAll().orderBy('sinceMs', 'desc').orderBy('stopId').limit(mostRows).execute(),
      ),
    confidential: async (nowMs) => {
      const rows = standing(nowMs).select('callerKey').distinct().where('kind', '=', 'confidential');
      return (await asked(rows.execute())).map(({ callerKey }) => callerKey);
    },
    kindFor: async (callerKey, nowMs) => {
      // 'confidential' sorts first.
      const rows = standing(nowMs).select('kind').where('callerKey', '=', callerKey).orderBy('kind').limit(1);
      return (await asked(rows.executeTakeFirst()))?.kind;
    },
  };
}
