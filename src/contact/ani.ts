// Decides which number a caller has, whatever form the carrier wrote it in: one person, one form, one caller key.

/** Longest number of a service, not a person: 110, 12345, 95533, 116114. They carry no area code. */
const shortNumberDigits = 6;
/** E.164 allows 15 digits; two more leave room for a prefix nobody told us of. */
const longestDigits = 17;
/** `10`, `2x` or three digits from 3 up, without the trunk's 0; 400 and 800 are no areas. */
const domesticFixed = /^(?:10\d{8}|2\d\d{8}|(?!400|800)[3-9]\d{2}\d{7,8})$/;
const mobile = /^1[3-9]\d{9}$/;
/** Seven or eight digits of the site's own area; nothing local begins with 0, 1 or 9. */
const local = /^[2-8]\d{6,7}$/;
/** Hong Kong and Macau written without 00 look like the areas 0852 and 0853: left as they came. */
const ambiguousAbroad = /^85[23]\d{8}$/;

/** Whether a normalised number can be written to. */
export function isMobile(number: string): boolean {
  return mobile.test(number);
}

/**
 * The one form of a caller's number: mobile `13800138000`, fixed line `031186123456`, abroad `+85251234567`,
 * services and anything unknown as their digits; `''` where there is no number ("anonymous", empty, zeros).
 * @param raw as the carrier sent it: `0`+mobile, `+86`, `0086`, `86`, local digits, a SIP or tel URI
 * @param homeAreaCode the site's own area with its 0, e.g. `0311`; put before local numbers
 */
export function normaliseNumber(raw: string, homeAreaCode: string): string {
  const dialled = bareNumber(raw);
  if (dialled === undefined) return '';
  if (dialled.startsWith('+')) return international(dialled.slice(1), homeAreaCode);
  if (dialled.startsWith('00')) return international(dialled.slice(2), homeAreaCode);
  const afterCountryCode = /^86(?=\d{10,12}$)/.test(dialled) ? knownDomestic(dialled.slice(2)) : undefined;
  return afterCountryCode ?? domestic(dialled, homeAreaCode);
}

/** Digits with an optional leading `+`, or undefined where it is no number. */
function bareNumber(raw: string): string | undefined {
  const user = raw
    .trim()
    .replace(/^(?:sips?|tel):/i, '')
    .replace(/[@;].*$/, '');
  const number = user.replace(/[\s().-]/g, '');
  if (!/^\+?\d+$/.test(number) || /^\+?0*$/.test(number)) return undefined;
  return number.length <= longestDigits ? number : undefined;
}

/** After `+` or `00`. */
function international(digits: string, homeAreaCode: string): string {
  if (!digits.startsWith('86')) return digits.length > shortNumberDigits ? `+${digits}` : digits;
  const national = digits.slice(2);
  return knownDomestic(national) ?? domestic(national, homeAreaCode);
}

/** A number inside the country whose shape leaves no doubt, or undefined. */
function knownDomestic(digits: string): string | undefined {
  const withoutTrunkPrefix = digits.replace(/^0/, '');
  if (mobile.test(withoutTrunkPrefix)) return withoutTrunkPrefix;
  return domesticFixed.test(withoutTrunkPrefix) ? `0${withoutTrunkPrefix}` : undefined;
}

function domestic(digits: string, homeAreaCode: string): string {
  if (digits.length <= shortNumberDigits) return digits;
  if (local.test(digits)) return `${homeAreaCode}${digits}`;
  return ambiguousAbroad.test(digits) ? digits : (knownDomestic(digits) ?? digits);
}
