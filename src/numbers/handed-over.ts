// What a sub-centre tells of a call that it hands over to us: its X-Yihao-* headers, read into exactly one meaning, whatever they hold.
import { normaliseNumber } from '../contact/ani.js';
import type { ContactId } from '../contact/ids.js';

/** The headers as the dialplan hands them over; '' = the call has none of that name. */
export interface ToldByCentre {
  readonly contact: string;
  readonly entry: string;
  readonly caller: string;
  readonly heard: string;
  readonly region: string;
}

/** Who calls: his number, its masked form alone, or nobody whom we may know. */
export type ToldCaller =
  | { readonly is: 'number'; readonly number: string }
  | { readonly is: 'masked'; readonly masked: string }
  | { readonly is: 'withheld' };

/** A call that a sub-centre hands over. */
export interface HandedOver {
  /** The contact that it was before, if an id was told that can be one. */
  readonly cameFrom?: ContactId;
  /** The ledger's row it belongs to. */
  readonly entryId: string;
  readonly caller: ToldCaller;
  /** Prompts he has heard to their end. */
  readonly heard: readonly string[];
  /** A place's name or an area code; left out = none that could be one. */
  readonly region?: string;
}

const contactId = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const wholeNumber = /^\+?\d{3,20}$/;
/** The forms that `maskNumber` writes. */
const maskedNumber = /^(?:1[3-9]\d\*{4}\d{4}|(?:0\d{2,3}-)?\*{4}\d{4}|\+\d{1,3} \*{4}(?:\d{4})?)$/;
/** Nothing that could be a person's number. */
const placeName = /^(?:\p{Script=Han}{1,20}|0\d{2,3})$/u;

/**
 * Reads the headers; undefined where there is none: then it is a call as any other. Whatever is broken is as if it were not told, and a caller
 * who is not told, or not in a form we know, has withheld his number.
 */
export function readHandedOver(told: ToldByCentre, areaCode: string): HandedOver | undefined {
  const { contact, entry, caller, heard, region } = told;
  if ([contact, entry, caller, heard, region].every((value) => value === '')) return undefined;
  const place = decoded(region);
  return {
    ...(contactId.test(contact) && { cameFrom: contact as ContactId }),
    entryId: entry,
    caller: readCaller(caller, areaCode),
    heard: heard.split(' ').filter((id) => id !== ''),
    ...(placeName.test(place) && { region: place }),
  };
}

function readCaller(text: string, areaCode: string): ToldCaller {
  if (maskedNumber.test(text)) return { is: 'masked', masked: text };
  const number = wholeNumber.test(text) ? normaliseNumber(text, areaCode) : '';
  return number === '' ? { is: 'withheld' } : { is: 'number', number };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
