// A short name for a set of texts: equal texts give equal names, in pure code.

/**
 * 53 bits as 14 hexadecimal figures. Tells versions of a site apart; it is no protection against forgery.
 * Two interleaved multiplicative hashes after cyrb53 (bryc, public domain).
 */
export function contentHash(texts: readonly string[]): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const text of texts) {
    // The length parts one text from the next: ['ab', 'c'] is not ['a', 'bc'].
    for (const sign of `${String(text.length)}:${text}`) {
      const code = sign.codePointAt(0) ?? 0;
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  const value = 4294967296 * (2097151 & low) + (high >>> 0);
  return value.toString(16).padStart(14, '0');
}
