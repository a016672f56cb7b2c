// Finds a telephone number in what somebody typed: free text is kept and shown, a number may be in neither.

/** Abroad, first, since its end may look like a local one; mobiles as 3-4-4, with or without country code; fixed lines with their area; local numbers of 7 or 8 digits that are no date. */
const shapes = [
  /\+\d[\d -]{6,}\d/,
  /(?<!\d)(?:(?:\+|00)?86[ -]?|0)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)/,
  /(?<!\d)\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]?\d{4}(?!\d)/,
  /(?<!\d)(?!20\d\d(?:0[1-9]|1[0-2])[0-3]\d(?!\d))[2-8]\d{2,3}[ -]?\d{4}(?!\d)/,
];

/** The text in which whatever looks like a person's number keeps its last two digits only. */
export function withoutNumbers(text: string): string {
  if (!holdsNumber(text)) return text;
  return shapes.reduce(
    (left, shape) => left.replaceAll(new RegExp(shape, 'g'), (number) => `****${number.slice(-2)}`),
    plainText(text),
  );
}

/**
 * Whether the text holds what looks like a person's number, in half- or full-width digits. Services' numbers (up to 6
 * digits) and matters' numbers (12 or 18) are none.
 */
export function holdsNumber(text: string): boolean {
  const plain = plainText(text);
  return shapes.some((shape) => shape.test(plain));
}

function plainText(text: string): string {
  return text.normalize('NFKC').replaceAll(/[\u2010-\u2015\u2212]/g, '-');
}
