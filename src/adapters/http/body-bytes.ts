// How many bytes a request may have whose text is counted in characters.

/** The words around it. */
const envelopeBytes = 2_048;

/**
 * Room for so many characters (UTF-16 units) of JSON, whoever writes it: hanzi are three bytes each, and six where a program sends them as `\u4e00`.
 */
export function bodyBytesFor(characters: number): number {
  return 6 * characters + envelopeBytes;
}
