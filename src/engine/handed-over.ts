// A call that a sub-centre hands over, tied to the contact it was before, as long as that is at hand: whose it is, and whether he is to be known.
import type { Contact, Seal } from '../contact/contact.js';
import type { CallerKey } from '../contact/ids.js';
import { withheldNumberText } from '../contact/masking.js';
import type { HandOverMeaning } from '../numbers/ledger.js';
import type { CallerNumbers } from './ports.js';

/** Who calls, as an arrival keeps it. */
export interface ArrivedCaller {
  readonly callerKey: CallerKey;
  readonly callerMasked: string;
  readonly callerShown: boolean;
}

/** What came by SIP alone. */
export function callerSeen(callers: CallerNumbers, ani: string, aniShown: boolean): ArrivedCaller {
  return { ...callers.remember(ani, aniShown), callerShown: aniShown && ani !== '' };
}

/**
 * The caller a sub-centre tells. A masked number is a person's whom we know only if it is that of the contact it was before; else nobody finds
 * his other calls by it.
 * @param earlier that contact, where it is at hand
 */
export function callerToldOf(
  callers: CallerNumbers,
  { caller }: Pick<HandOverMeaning, 'caller'>,
  earlier: Contact | undefined,
): ArrivedCaller {
  switch (caller.is) {
    case 'withheld':
      return { callerKey: '' as CallerKey, callerMasked: withheldNumberText, callerShown: false };
    case 'number':
      return { ...callers.remember(caller.number, true), callerShown: true };
    case 'masked': {
      const isSame = earlier?.arrival.callerMasked === caller.masked;
      const number = isSame ? callers.numberOf(earlier.arrival.callerKey) : undefined;
      if (number !== undefined) return { ...callers.remember(number, true), callerShown: true };
      return { callerKey: '' as CallerKey, callerMasked: caller.masked, callerShown: true };
    }
  }
}

/** Who was not to be known before is not to be known now. */
export function sealOfEarlier(earlier: Contact | undefined): Seal | undefined {
  return earlier?.sealed === undefined ? undefined : { kind: earlier.sealed, by: 'earlier' };
}
