// Keeps the limits of callers' numbers.
import type { LimitStore } from '../../engine/call-limit.js';
import { asked, type Database } from './database.js';

const mostRows = 200;

export function createLimitStore(database: Database): LimitStore {
  return {
    add: async (limit) => {
      await asked(database.insertInto('callerLimit').values(limit).execute());
    },
    find: (limitId) =>
      asked(database.selectFrom('callerLimit').selectAll().where('limitId', '=', limitId).executeTakeFirst()),
    settle: async (limit) => {
      const { limitId, version } = limit;
      const row = database.updateTable('callerLimit').set(limit).where('limitId', '=', limitId);
      const { numUpdatedRows } = await asked(
        row.where('version', '=', version - 1).executeTakeFirstOrThrow(),
      );
      return numUpdatedRows === 1n;
    },
    list: (nowMs, sinceMs) =>
      asked(
        database
          .selectFrom('callerLimit')
          .selectAll()
          .where((row) => row.or([row('untilMs', '>', nowMs), row('proposedAtMs', '>=', sinceMs)]))
          .orderBy('proposedAtMs', 'desc')
          .orderBy('limitId')
          .limit(mostRows)
          .execute(),
      ),
    inForce: async (nowMs) => {
      const rows = await asked(
        database
          .selectFrom('callerLimit')
          .select(['callerKey', 'level', 'untilMs'])
          .where('agreed', '=', true)
          .where('liftedAtMs', 'is', null)
          .where('untilMs', '>', nowMs)
          // 'told' sorts after 'last': of two the stricter one stands, and of equals the longer.
          .orderBy('level')
          .orderBy('untilMs')
          .execute(),
      );
      return new Map(rows.map(({ callerKey, level, untilMs }) => [callerKey, { level, untilMs }]));
    },
  };
}
