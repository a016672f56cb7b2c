// @ts-check
// Makes the secrets of one YIHAO_HOME once: one value a file, readable by the owner alone; what exists is never changed.

import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Who uses which: `ari`, `ami`, `redis`, `postgres` are passwords of parts; `caller-key` turns a caller's number into its key;
 * `session` signs cookies; `totp-key` seals the secrets of one-time codes; `kiosk` lets a screen watch the wall;
 * `sms-gateway` signs what passes between the service and the gateway of short messages; `admin`, `security`,
 * `audit` and `hotline` are the first passwords of the accounts of these names. */
export const SECRETS = [
  'ari',
  'ami',
  'redis',
  'postgres',
  'caller-key',
  'session',
  'totp-key',
  'kiosk',
  'sms-gateway',
  'admin',
  'security',
  'audit',
  'hotline',
];

/**
 * Makes those secrets that are missing.
 * @param {string} folder YIHAO_HOME/secrets
 * @returns {Promise<readonly string[]>} the names of the new ones
 */
export async function makeSecrets(folder) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const made = [];
  for (const name of SECRETS) {
    try {
      await writeFile(path.join(folder, name), `${randomBytes(32).toString('hex')}\n`, {
        flag: 'wx',
        mode: 0o600,
      });
      made.push(name);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
  }
  return made;
}
