// The number ledger: what a dialled number means at this moment. Total: every call has exactly one meaning.
import { dayKeyAt, type DayKey } from '../contact/civil-time.js';
import type { CallWords, HandOver, SealKind } from '../contact/contact.js';
import type { ContactId, FlowId, QueueId } from '../contact/ids.js';
import { maskNumber } from '../contact/masking.js';
import { normaliseNumber } from '../contact/ani.js';
import { callWords } from './call-words.js';
import { readHandedOver, type HandedOver, type ToldByCentre, type ToldCaller } from './handed-over.js';
import { asksCity, citiesOf, type AreaTable } from './shared-areas.js';
import { isAnnounced, stateOn, type LedgerRow, type NumberPattern, type NumberState } from './ledger-row.js';

/** What a call brings along that can tell which number the citizen dialled. */
export interface DialledCall {
  /** The request's user part, as the carrier sent it. */
  readonly dnis: string;
  /** The number that forwarded the call here, or ''. */
  readonly redirectedFrom: string;
  /** The To header's user part, or ''. */
  readonly toUser: string;
  /** The caller's number, or ''. */
  readonly ani: string;
  readonly trunkId: string;
  /** What its X-Yihao-* headers tell; believed on a sub-centre's trunk alone. */
  readonly told?: ToldByCentre | undefined;
  readonly nowMs: number;
}

/**
 * Where a call can tell the number dialled: `redirecting` the number that forwarded it (Diversion, History-Info), `requestUri` the request,
 * `to` the To header. In the order in which a trunk that says nothing is believed (ASSUMED of every carrier): a forwarded number is the one
 * the citizen dialled, while the request only says where the carrier sent it.
 */
export const dialledPlaces = ['redirecting', 'requestUri', 'to'] as const;
export type DialledPlace = (typeof dialledPlaces)[number];

/** Where a call belongs. */
export interface Meaning {
  readonly entryId: string;
  readonly kpiLine: string;
  readonly tag: string;
  readonly flowId: FlowId;
  readonly queueId: QueueId;
  readonly pattern: NumberPattern;
  readonly state: NumberState;
  readonly words: CallWords;
  /** Neither the call nor its number tells its city, and cities share its area code. */
  readonly asksCity: boolean;
  /** The cities that share its area code, in the order of their keys. */
  readonly cities: readonly string[];
  /** Its callers are confidential; null = not. */
  readonly sealed: SealKind | null;
  /** A sub-centre hands it over; left out = it is a call as any other. */
  readonly handedOver?: HandOverMeaning;
}

/** What a hand-over means beside the entry it belongs to. */
export interface HandOverMeaning extends HandOver {
  readonly cameFrom?: ContactId;
  /** Instead of the number that SIP shows, which is the sub-centre's own or ours. */
  readonly caller: ToldCaller;
}

/** Rows by every form a carrier may deliver. */
export interface Ledger {
  readonly byDelivered: ReadonlyMap<string, readonly LedgerRow[]>;
  readonly byId: ReadonlyMap<string, LedgerRow>;
  /** For every number the ledger does not know, and for every day that a row says nothing of. */
  readonly otherwise: LedgerRow;
  /** The KPI line of those: apart from the line of the row that takes them. */
  readonly otherKpiLine: string;
  readonly areas: AreaTable;
  /** By trunk; a trunk that is not here has {@link dialledPlaces}. */
  readonly dialledFrom: ReadonlyMap<string, readonly DialledPlace[]>;
  /** Trunks of sub-centres: their X-Yihao-* headers are believed. */
  readonly subCentres: ReadonlySet<string>;
  /** Prompts that tell of the recording. */
  readonly notices: ReadonlySet<string>;
}

/** Calls that were only told what to dial stand outside the denominator: the tag by which the figures know them. */
const announcedTag = 'promptOnly';

/** The ledger of these rows. Where two rows claim one form on one day, the earlier row has it; `check` refuses such a file. */
export function buildLedger(rows: readonly LedgerRow[], rest: Omit<Ledger, 'byDelivered' | 'byId'>): Ledger {
  const byDelivered = new Map<string, readonly LedgerRow[]>();
  for (const row of rows) {
    for (const form of new Set([row.number, ...row.deliveredAs].map(bareNumber)))
      byDelivered.set(form, [...(byDelivered.get(form) ?? []), row]);
  }
  return { byDelivered, byId: new Map(rows.map((row) => [row.id, row])), ...rest };
}

/** What this call means: handed over by a sub-centre, or else what its number means on the site's civil day. */
export function meaningOf(ledger: Ledger, call: DialledCall): Meaning {
  const isTold = call.told !== undefined && ledger.subCentres.has(call.trunkId);
  const handedOver = isTold ? readHandedOver(call.told, ledger.areas.areaCode) : undefined;
  return handedOver === undefined
    ? meaningAmong(ledger, call, dialledRows(ledger, call))
    : handedOverMeaning(ledger, call, handedOver);
}

/** A row in the state it has on the day. */
interface RowToday {
  readonly row: LedgerRow;
  readonly state: NumberState;
}

/** By the first of these rows; by none, the main entry's, on a KPI line of its own. */
function meaningAmong(ledger: Ledger, call: DialledCall, [found]: readonly RowToday[]): Meaning {
  if (found !== undefined) return meaningIn(found.row, found.state, call, ledger.areas);
  return { ...meaningIn(ledger.otherwise, 'served', call, ledger.areas), kpiLine: ledger.otherKpiLine };
}

/** The rows that the call's places tell of, in the order in which they are believed. */
function dialledRows(ledger: Ledger, call: DialledCall): readonly RowToday[] {
  const day = dayKeyAt(call.nowMs);
  const places = ledger.dialledFrom.get(call.trunkId) ?? dialledPlaces;
  return places.flatMap((place) => rowOn(ledger, numberAt(call, place), day) ?? []);
}

/**
 * The entry named, or else the number dialled, as long as it is served: a citizen who is handed over is told of no other number to dial, and led
 * back to no sub-centre.
 */
function handedOverMeaning(ledger: Ledger, call: DialledCall, told: HandedOver): Meaning {
  const served = [
    ...namedRows(ledger, told.entryId, dayKeyAt(call.nowMs)),
    ...dialledRows(ledger, call),
  ].filter(({ state }) => !isAnnounced(state));
  const meaning = meaningAmong(ledger, call, served);
  const { lead: _never, ...words } = meaning.words;
  const { cameFrom, caller, heard, region } = told;
  return {
    ...meaning,
    words,
    asksCity: false,
    handedOver: {
      ...(cameFrom !== undefined && { cameFrom }),
      caller,
      noticeHeard: heard.some((id) => ledger.notices.has(id)),
      ...(region !== undefined && { region }),
    },
  };
}

function namedRows({ byId }: Ledger, entryId: string, day: DayKey): readonly RowToday[] {
  const row = byId.get(entryId);
  const state = row && stateOn(row, day);
  return row === undefined || state === undefined ? [] : [{ row, state }];
}

function numberAt(call: DialledCall, place: DialledPlace): string {
  switch (place) {
    case 'redirecting':
      return call.redirectedFrom;
    case 'requestUri':
      return call.dnis;
    case 'to':
      return call.toUser;
  }
}

/** The row and state of a number on a day, if any. */
export function rowOn(
  { byDelivered }: Pick<Ledger, 'byDelivered'>,
  dialled: string,
  day: DayKey,
): RowToday | undefined {
  for (const row of byDelivered.get(bareNumber(dialled)) ?? []) {
    const state = stateOn(row, day);
    if (state !== undefined) return { row, state };
  }
  return undefined;
}

function meaningIn(row: LedgerRow, state: NumberState, call: DialledCall, areas: AreaTable): Meaning {
  const { id, kpiLine, flowId, queueId, pattern, region, sealed } = row;
  const tag = isAnnounced(state) ? announcedTag : row.tag;
  return {
    ...{ entryId: id, kpiLine, tag, flowId, queueId, pattern, state, sealed },
    words: callWords(row, state, call.ani, areas.areaCode),
    asksCity: region === '' && asksCity(areas, call),
    cities: citiesOf(areas, call),
  };
}

/** A number dialled, or one that forwarded, as it may be kept: one of the ledger as it came, any other masked, since a citizen's own phone forwards too. */
export function keptNumber(
  { byDelivered, areas }: Pick<Ledger, 'byDelivered' | 'areas'>,
  number: string,
): string {
  if (number === '' || byDelivered.has(bareNumber(number))) return number;
  return maskNumber(normaliseNumber(number, areas.areaCode));
}

/** A number without its punctuation and China's country code: `+86-311-12345` and `031112345` are one. */
export function bareNumber(text: string): string {
  const digits = text.replace(/[^\d+]/g, '');
  return digits
    .replace(/^(?:\+86|0086)(?!0)(\d)/, (_, first: string) => (first === '1' ? first : `0${first}`))
    .replace(/^\+/, '00');
}
