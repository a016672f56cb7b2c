// What an agent's phone shows of a call: entry and region for everybody, the number for who may see it. Pure.
import { confidentialText } from '../contact/confidential.js';
import { withheldNumberText } from '../contact/masking.js';

/** Display name and number of a ringing call. */
export interface PhoneDisplay {
  /** e.g. 「价格举报|0311」: the entry, and the caller's area where it is known. */
  readonly name: string;
  /** The full number, its masked form, or `anonymous`. */
  readonly number: string;
}

/**
 * What to show.
 * @param shortName the entry's, at most 12 characters
 * @param callerMasked as journaled; a fixed line's begins with its area code
 * @param number the full number, only where the agent may see it
 */
export function phoneDisplay(
  shortName: string,
  callerMasked: string,
  number: string | undefined,
): PhoneDisplay {
  const area = /^(0\d{2,3})-/.exec(callerMasked)?.[1];
  const masked = callerMasked === withheldNumberText ? 'anonymous' : callerMasked.replaceAll(' ', '');
  return { name: area === undefined ? shortName : `${shortName}|${area}`, number: number ?? masked };
}

/** A sealed call: the contact's id stands for the citizen, in the phone's list of calls too. */
export function sealedDisplay(contactId: string): PhoneDisplay {
  return { name: confidentialText, number: contactId };
}
