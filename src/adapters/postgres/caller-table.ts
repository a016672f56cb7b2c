// The one table that holds raw numbers: written once a caller, read by roles that may see a number.
import type { CallerKey } from '../../contact/ids.js';
import { asked, type Database } from './database.js';

/** Callers' numbers at rest. Both methods @throws DATABASE_UNAVAILABLE. */
export interface CallerTable {
  /** Idempotent. */
  write(callerKey: CallerKey, number: string): Promise<void>;
  read(callerKey: CallerKey): Promise<string | undefined>;
}

export function createCallerTable(database: Database): CallerTable {
  return {
    write: async (callerKey, number) => {
      await asked(
        database
          .insertInto('caller')
          .values({ callerKey, number })
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    },
    read: async (callerKey) => {
      const query = database.selectFrom('caller').select('number').where('callerKey', '=', callerKey);
      return (await asked(query.executeTakeFirst()))?.number;
    },
  };
}
