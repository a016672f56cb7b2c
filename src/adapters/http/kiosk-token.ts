// Whether a screen's token is the right one.
import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in constant time; the digests make the lengths equal. */
export function isKioskToken(given: string, right: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(right));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
