// 外呼: takes an agent's order to call somebody, and says how it is dialled. The number itself is known here alone, and only until it is.
import { teamStanding } from '../site/team-end.js';
import type { ActedBy } from '../contact/agent.js';
import { normaliseNumber } from '../contact/ani.js';
import type { CallPurpose } from '../contact/call-purpose.js';
import { dayKeyAt } from '../contact/civil-time.js';
import { sealedArrival } from '../contact/confidential.js';
import type { Arrival, Contact, SealKind } from '../contact/contact.js';
import type { DialNumber, DialRefusal } from '../contact/dial-out.js';
import type { AgentId, CallerKey, ChannelId, ContactId, DeviceId, NodeId, OfferId } from '../contact/ids.js';
import { AppError } from '../errors.js';
import { outboundTag } from '../metrics/contact-record.js';
import type { ActRefusal } from './act-refusal.js';
import type { Agents } from './agents.js';
import type { Contacts } from './contacts.js';
import type { CallerNumbers, Clock, DialOrder, Ids, Sites } from './ports.js';
import type { Standings } from './standings.js';

/** What an agent wants to be called. */
export interface CallOutWish {
  readonly agentId: AgentId;
  readonly by: Extract<ActedBy, 'agent' | 'phone'>;
  readonly purpose: CallPurpose;
  /** As it was typed, or as the table of numbers has it. */
  readonly number: string;
  /** The contact it is about, and how that one is sealed. */
  readonly about?: ContactId;
  readonly sealed?: SealKind | null;
  /** A confidential caller said that he wants to be called. */
  readonly citizenAgreed?: boolean;
}

/** What came of it. */
export type CallOutAnswer =
  | { readonly ok: true; readonly contactId: ContactId }
  | {
      readonly ok: false;
      readonly code: ActRefusal | 'CALL_OUT_OFF' | 'CALL_OUT_BUSY' | 'CALLER_CONFIDENTIAL' | 'DIAL_REFUSED';
      readonly because?: DialRefusal;
    };

/** What calling out needs of the engine. */
export interface CallOutParts {
  readonly node: NodeId;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sites: Sites;
  readonly callers: CallerNumbers;
  readonly standings: Standings;
  readonly agents: Agents;
  readonly contacts: Contacts;
  readonly bootId: () => string;
}

/** Agents' own calls. */
export interface CallOuts {
  /** Reserves the agent and begins to ring his phone, or says why not. Call it from the run queue only, or from outside a step. */
  order(wish: CallOutWish): CallOutAnswer;
  /** By feature code: a number, or null = whom he talked with last. */
  orderByPhone(agentId: AgentId, number: string | null): CallOutAnswer;
  /** How the number is rung. @throws DIAL_REFUSED */
  dialOrder(contact: Contact, ringMs: number): DialOrder;
  /** The phone that a call was ordered by is free now. */
  phoneFree(deviceId: DeviceId): void;
  /** The number of this contact is not needed any more. */
  forget(contactId: ContactId): void;
}

/** Nobody is being called yet. */
export function createCallOuts(parts: CallOutParts): CallOuts {
  const { clock, ids, sites, callers, standings, agents, contacts } = parts;
  /** Lost with the process, and the calls with them: what is not joined does not outlive it. */
  const numbers = new Map<ContactId, string>();

  function order(wish: CallOutWish): CallOutAnswer {
    const { agentId, by, purpose, about } = wish;
    const site = sites.current();
    const refused = refusalOf(wish);
    if (refused !== undefined) return { ok: false, code: refused };
    const { callOut } = site;
    const { deviceId } = agents.get(agentId) ?? {};
    if (callOut === null) return { ok: false, code: 'CALL_OUT_OFF' };
    const number = normaliseNumber(wish.number, site.areaCode);
    const dialled = site.mayDial(number === '' ? wish.number : number);
    if (!dialled.ok) return { ok: false, code: 'DIAL_REFUSED', because: dialled.because };
    if (deviceId === null || deviceId === undefined) return { ok: false, code: 'AGENT_NOT_SIGNED_IN' };
    const caller = callers.remember(dialled.number, true);
    const sealed = sealOf(wish, caller.callerKey);
    const busy = purpose === 'callBack' && isCalling(caller.callerKey);
    const unasked = sealed !== undefined && wish.citizenAgreed !== true;
    const contactId = ids.next() as ContactId;
    const offerId = ids.next() as OfferId;
    const { agentRingMs, ringMs } = callOut;
    const code = unasked
      ? 'CALLER_CONFIDENTIAL'
      : busy
        ? 'CALL_OUT_BUSY'
        : agents.step(agentId, { type: 'CallOut', offerId, contactId, leaseMs: leaseOf(), by });
    if (code !== undefined) {
      callers.forget(caller.callerKey);
      return { ok: false, code };
    }
    numbers.set(contactId, dialled.number);
    const fromPhone = by === 'phone';
    const out = { agentId, deviceId, offerId, purpose, fromPhone, agentRingMs, ringMs };
    const arrival: Arrival = {
      ...{ node: parts.node, bootId: parts.bootId(), channelId: `${contactId}.out` as ChannelId },
      ...{ sipCallId: '', trunkId: callOut.trunkId, dnis: callOut.shown[purpose], redirectedFrom: '' },
      ...caller,
      ...{ callerShown: true, entryId: site.mainEntryId, kpiLine: outboundTag, tag: outboundTag },
      ...{ arrivedAtMs: clock.nowMs(), siteVersion: site.version },
      ...(sealed !== undefined && { sealed: { kind: sealed, by: agentId } }),
      out: { ...out, ...(about !== undefined && { about }) },
    };
    contacts.arrive(contactId, sealed === undefined ? arrival : sealedArrival(arrival));
    return { ok: true, contactId };
  }

  function orderByPhone(agentId: AgentId, number: string | null): CallOutAnswer {
    if (number !== null) return order({ agentId, by: 'phone', purpose: 'other', number });
    const last = lastOf(agentId);
    if (last === undefined) return { ok: false, code: 'CONTACT_UNKNOWN' };
    return order({
      ...{ agentId, by: 'phone', purpose: 'callBack', about: last.arrival.out?.about ?? last.id },
      ...{ number: callers.numberOf(last.arrival.callerKey) ?? '', sealed: last.sealed ?? null },
    });
  }

  /** The contact he had last, as long as it lives. */
  function lastOf(agentId: AgentId): Contact | undefined {
    const own = contacts
      .all()
      .filter(({ stage, lastAgentId }) => stage.at === 'ended' && lastAgentId === agentId);
    return own.sort((one, other) => other.arrival.arrivedAtMs - one.arrival.arrivedAtMs)[0];
  }

  /** His team may have gone home. */
  function refusalOf({ agentId }: CallOutWish): ActRefusal | undefined {
    const site = sites.current();
    const profile = site.agents.get(agentId);
    if (profile === undefined) return 'AGENT_UNKNOWN';
    const until = site.teams.get(profile.teamId)?.until;
    return teamStanding(until, dayKeyAt(clock.nowMs())) === 'ended' ? 'TEAM_ENDED' : undefined;
  }

  function sealOf({ sealed }: CallOutWish, callerKey: CallerKey): SealKind | undefined {
    return sealed ?? (standings.isConfidential(callerKey) ? 'confidential' : undefined);
  }

  function isCalling(callerKey: CallerKey): boolean {
    return contacts
      .all()
      .some(({ arrival, stage }) => stage.at !== 'ended' && arrival.callerKey === callerKey);
  }

  /** Everything before the joining, however long each of it takes. */
  function leaseOf(): number {
    const { callOut, contactPolicy } = sites.current();
    const { playMs, joinMs } = contactPolicy;
    return phoneFreeMs + (callOut?.agentRingMs ?? 0) + (callOut?.ringMs ?? 0) + playMs + joinMs;
  }

  return {
    order,
    orderByPhone,
    dialOrder({ id, arrival }, ringMs) {
      const dialled = sites.current().mayDial(numbers.get(id) ?? '');
      numbers.delete(id);
      if (!dialled.ok) throw new AppError('DIAL_REFUSED', { because: dialled.because });
      return orderOf(id, arrival, dialled.number, ringMs);
    },
    phoneFree(deviceId) {
      for (const { id, stage } of contacts.all())
        if (stage.at === 'calling' && stage.call.deviceId === deviceId && stage.call.phase === 'phone')
          contacts.step(id, { type: 'PhoneFree' });
    },
    forget: (contactId) => void numbers.delete(contactId),
  };
}

/** As contact-call-out has it, with a margin. */
const phoneFreeMs = 10_000;

function orderOf(
  contactId: ContactId,
  { channelId, trunkId, dnis }: Arrival,
  number: DialNumber,
  ringMs: number,
): DialOrder {
  return { contactId, channelId, trunkId, number, ringMs, callerNumber: dnis };
}
