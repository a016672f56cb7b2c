// What a message says of the other party and of the reason for an end.
import type { Party } from './call.js';
import {
  headerOf,
  headersOf,
  parseNameAddress,
  parseReason,
  parseSipUri,
  splitOutside,
  type SipMessage,
} from './sip-message.js';

/** The party of a From, To or P-Asserted-Identity value. @throws SipParseError */
export function partyOf(value: string): Party {
  const { displayName, uri } = parseNameAddress(value);
  return { displayName, number: parseSipUri(uri).user, uri };
}

/** The party the network vouches for, if it names one. */
export function assertedParty(message: SipMessage): Party | undefined {
  const value = headerOf(message, 'P-Asserted-Identity');
  return value === undefined ? undefined : partyOf(value);
}

/** The Q.850 cause where there is one, else whatever Reason says. */
export function reasonOf(message: SipMessage): { readonly cause?: number; readonly text?: string } {
  const reasons = headersOf(message, 'Reason')
    .flatMap((line) => splitOutside(line, ','))
    .map(parseReason);
  const q850 = reasons.find((reason) => reason.protocol.toUpperCase() === 'Q.850');
  const text = (q850 ?? reasons[0])?.text;
  return { ...(q850?.cause !== undefined && { cause: q850.cause }), ...(text !== undefined && { text }) };
}
