// How a caller's number may be shown where the full number may not.

/** Shown when the network gave no number. */
export const withheldNumberText = '未显示号码';

/** Longest number that is a service, not a person: 110, 12345, 95533, 116114. */
const shortNumberDigits = 6;

/**
 * The masked form of a normalised number:
 * mobile `138****8000`, fixed line `0311-****3456`, abroad `+852 ****4567`; numbers of services (up to 6 digits) as they are.
 * Anything that is no number becomes {@link withheldNumberText}; a number of unknown shape keeps its last four digits only.
 * @param number digits, with `+` and country code for abroad; empty or undefined when withheld
 */
export function maskNumber(number: string | undefined): string {
  const domestic = (number ?? '').replace(/^(?:\+86|0086)(?=\d)/, '');
  if (/^\+\d{4,15}$/.test(domestic)) return maskAbroad(domestic.slice(1));
  if (!/^\d+$/.test(domestic)) return withheldNumberText;
  if (domestic.length <= shortNumberDigits) return domestic;
  if (/^1[3-9]\d{9}$/.test(domestic)) return `${domestic.slice(0, 3)}****${domestic.slice(-4)}`;
  return `${areaCodeOf(domestic)}****${domestic.slice(-4)}`;
}

/** The area code with its dash, or nothing where none is written. Only 010 and 02x have three digits; +86 drops the leading 0. */
function areaCodeOf(domestic: string): string {
  const match = /^(0(?:10|2\d|[3-9]\d{2}))\d{7,8}$/.exec(domestic);
  return match ? `${match[1] ?? ''}-` : '';
}

function maskAbroad(digits: string): string {
  const countryCode = digits.slice(0, countryCodeLength(digits));
  const rest = digits.length - countryCode.length;
  return rest > 4 ? `+${countryCode} ****${digits.slice(-4)}` : `+${countryCode} ****`;
}

/** ITU-T E.164: zones 1 and 7 have one digit; these have two; all others three. */
const twoDigitCountryCodes = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

function countryCodeLength(digits: string): number {
  if (/^[17]/.test(digits)) return 1;
  return twoDigitCountryCodes.test(digits) ? 2 : 3;
}
