// The one table that holds raw numbers: written once a caller, read by roles that may see a number; a sealed caller's is encrypted.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { CallerKey } from '../../contact/ids.js';
import { asked, type Database } from './database.js';

/** Callers' numbers at rest. Every method @throws DATABASE_UNAVAILABLE. */
export interface CallerTable {
  /** Idempotent. */
  write(callerKey: CallerKey, number: string): Promise<void>;
  read(callerKey: CallerKey): Promise<string | undefined>;
  /** Encrypts the numbers of callers who have a sealed contact, or are set confidential; gives how many were not yet. */
  sealNumbers(): Promise<number>;
}

const mark = 'sealed:';
const [ivBytes, tagBytes] = [12, 16];
/** Encrypted at one go. */
const batch = 200;

/** @param secret secrets/caller-key: without it neither a key of a caller can be made nor a sealed number be opened */
export function createCallerTable(database: Database, secret: string): CallerTable {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'yihao sealed numbers', 32));

  /** Bound to its row: moved to another one it does not open. */
  function sealed(callerKey: string, number: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(callerKey));
    const text = Buffer.concat([cipher.update(number, 'utf8'), cipher.final()]);
    return mark + Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
  }

  function opened(callerKey: string, number: string): string {
    if (!number.startsWith(mark)) return number;
    const bytes = Buffer.from(number.slice(mark.length), 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(callerKey)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString();
  }

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
      const number = (await asked(query.executeTakeFirst()))?.number;
      return number === undefined ? undefined : opened(callerKey, number);
    },
    sealNumbers: async () => {
      const plain = sql<{ callerKey: string; number: string }>`
        select caller_key, number from caller
        where number not like ${`${mark}%`} and caller_key in (
          select caller_key from contact_record where sealed is not null
          union select caller_key from stop_list where kind = 'confidential')
        limit ${batch}`;
      const { rows } = await asked(plain.execute(database));
      for (const { callerKey, number } of rows) {
        const kept = { number: sealed(callerKey, number) };
        const row = database.updateTable('caller').set(kept).where('callerKey', '=', callerKey);
        await asked(row.where('number', '=', number).execute());
      }
      return rows.length;
    },
  };
}
