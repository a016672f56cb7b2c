// Whether a number may be dialled: the one place that decides, for flows, agents and phones alike. Pure.
//
// Nothing is dialled that no rule allows, so a number nobody thought of costs nothing. What is never dialled (emergency lines, premium
// services, access codes, other countries) no file can allow; emergency lines are dialled for a citizen who is handed over to them, and else
// by nobody.

declare const allowed: unique symbol;

/** A number that may be dialled now: {@link mayDial} and {@link mayHandOver} alone make it, and telephony dials nothing else over a trunk. */
export type DialNumber = string & { readonly [allowed]: true };

/** Numbers that begin so and have so many digits in all. */
export interface DialRange {
  readonly prefix: string;
  readonly minDigits: number;
  readonly maxDigits: number;
}

/** What a site lets be dialled. */
export interface DialRules {
  /** Every mobile of the country. */
  readonly mobiles: boolean;
  /** Area codes whose fixed lines may be dialled; also whose 12xxx, written after the code. */
  readonly areas: readonly string[];
  /** The site's own: a fixed line written without one is there. */
  readonly homeArea: string;
  readonly ranges: readonly DialRange[];
  /** Prefixes that are not, whatever else allows them. */
  readonly refused: readonly string[];
  /** The site's own numbers: a call to them would come back to us. */
  readonly own: ReadonlySet<string>;
  /** Numbers of emergency lines and utilities, each in full. */
  readonly targets: ReadonlySet<string>;
}

/** Why a number is not dialled. */
export type DialRefusal = 'notANumber' | 'emergency' | 'foreign' | 'premium' | 'own' | 'refused' | 'unknown';

/** The verdict on a number. */
export type DialVerdict =
  { readonly ok: true; readonly number: DialNumber } | { readonly ok: false; readonly because: DialRefusal };

const figures = /^\d{3,16}$/;
const emergency = /^(?:110|119|120|122|12110)$/;
const mobile = /^0?1[3-9]\d{9}$/;
/** Only 010 and 02x have three digits. */
const area = /^(0(?:10|2\d|[3-9]\d{2}))(?=\d)/;
/** Nothing local begins with 0, 1 or 9. */
const fixedLine = /^[2-8]\d{6,7}$/;
/** Behind a switchboard, a sub-centre's; no public network knows such numbers. */
const extension = /^[2-8]\d{2,5}$/;
/** 声讯 (160, 168; the other 16x where they are no mobiles), 118 information, 179 access codes that dial on. */
const premium = /^(?:16(?:[013489]\d{2,}|[2567]\d{2,7})|118\d{2,}|179\d{2,})$/;
/** 96xxx: a province's or a company's own tariff. Only a range that names the beginning of one allows it. */
const tariffed = /^96\d{3,}$/;

/**
 * Whether this number may be dialled by these rules.
 * @param number digits as the trunk would dial them; whatever else stands in it makes it no number
 */
export function mayDial(rules: DialRules, number: string): DialVerdict {
  const because = neverDialled(number) ?? refusedBy(rules, number);
  return because === null ? { ok: true, number: number as DialNumber } : { ok: false, because };
}

/**
 * Whether this number of an emergency line or a utility may be dialled for a citizen who is handed over to it. Its own row is the allowance:
 * nothing that only begins like it, and no premium, foreign or own number.
 */
export function mayHandOver(rules: DialRules, number: string): DialVerdict {
  const because = neverHandedOver(rules, number) ?? (rules.targets.has(number) ? null : 'unknown');
  return because === null ? { ok: true, number: number as DialNumber } : { ok: false, because };
}

/** Why no row can let a target's number be dialled. */
export function neverHandedOver(
  { own, refused }: Pick<DialRules, 'own' | 'refused'>,
  number: string,
): DialRefusal | null {
  const never = neverDialled(number);
  if (never !== null && never !== 'emergency') return never;
  if (own.has(number)) return 'own';
  return refused.some((prefix) => formsOf(number).some((form) => form.startsWith(prefix))) ? 'refused' : null;
}

/** Why no rule can allow this number; null = the site's rules decide. */
export function neverDialled(number: string): DialRefusal | null {
  if (number.startsWith('+') || number.startsWith('00')) return 'foreign';
  if (!figures.test(number)) return 'notANumber';
  for (const form of formsOf(number)) {
    if (emergency.test(form)) return 'emergency';
    if (premium.test(form)) return 'premium';
  }
  return null;
}

/** The number, and what follows its area code: a premium number is one wherever it is dialled from. */
function formsOf(number: string): readonly string[] {
  const code = area.exec(number)?.[1];
  return code === undefined ? [number] : [number, number.slice(code.length)];
}

function refusedBy(rules: DialRules, number: string): DialRefusal | null {
  if (rules.own.has(number)) return 'own';
  const forms = formsOf(number);
  if (rules.refused.some((prefix) => forms.some((form) => form.startsWith(prefix)))) return 'refused';
  if (isInRange(rules, number)) return null;
  if (forms.some((form) => tariffed.test(form))) return 'premium';
  if (mobile.test(number)) return rules.mobiles ? null : 'unknown';
  if (extension.test(number)) return null;
  if (fixedLine.test(number)) return rules.areas.includes(rules.homeArea) ? null : 'unknown';
  const code = area.exec(number)?.[1];
  if (code === undefined || !rules.areas.includes(code)) return 'unknown';
  const local = number.slice(code.length);
  return fixedLine.test(local) || isPublicService(rules, local) ? null : 'unknown';
}

/** 96xxx needs a range that says more than 96. */
function isInRange({ ranges }: DialRules, number: string): boolean {
  return ranges.some(({ prefix, minDigits, maxDigits }) => {
    const fits = number.startsWith(prefix) && number.length >= minDigits && number.length <= maxDigits;
    return fits && (!tariffed.test(number) || prefix.length > 2);
  });
}

/** Another city's 12345 and its like, dialled by area code. */
function isPublicService(rules: DialRules, local: string): boolean {
  return /^12\d{3}$/.test(local) && isInRange(rules, local);
}
