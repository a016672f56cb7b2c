// The keyed hash of query codes.
import { createHmac } from 'node:crypto';
import type { CodeHash } from '../../engine/case-desk.js';

/** @param secret the site's; a key of this purpose alone is made of it */
export function createCodeHash(secret: string): CodeHash {
  const key = createHmac('sha256', secret).update('query codes').digest();
  return (caseNumber, queryCode) =>
    createHmac('sha256', key).update(`${caseNumber} ${queryCode}`).digest('base64url');
}
