// Does what a feature code asks, and chooses the few words the agent hears in return.
import { shownState, type Agent, type AgentSignal } from '../contact/agent.js';
import type { ContactSignal } from '../contact/contact-signals.js';
import type { AgentId, ContactId, DeviceId } from '../contact/ids.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import type { SeatKind } from '../contact/seat.js';
import type { ActRefusal } from './act-refusal.js';
import type { CallOutAnswer } from './call-out.js';
import type { HandOverWish } from './expert-desk.js';
import type { FeatureAct } from './feature-codes.js';
import { breakQueued } from './feature-dialogue.js';
import type { Clock, Sites } from './ports.js';

/** What acts need of the engine. */
export interface FeatureActsParts {
  readonly clock: Clock;
  readonly sites: Sites;
  readonly agentById: (id: AgentId) => Agent | undefined;
  readonly isReachable: (deviceId: DeviceId) => boolean;
  /** 1 = next of his team to take a break; null when he waits for none. */
  readonly breakPlaceOf: (id: AgentId) => number | null;
  readonly actOnAgent: (agentId: AgentId, signal: AgentSignal) => ActRefusal | undefined;
  /** 外呼 of a number; null = 回拨 of whom he talked with last. His phone rings once the call it is ordered by is over. */
  readonly callOut: (agentId: AgentId, number: string | null) => CallOutAnswer;
  readonly actOnContact: (contactId: ContactId, signal: ContactSignal) => ActRefusal | undefined;
  readonly consult: (contactId: ContactId, agentId: AgentId, expertId: string) => ActRefusal | undefined;
  /** To an emergency line or a utility. */
  readonly handOver: (wish: HandOverWish) => ActRefusal | undefined;
}

/** Who acts: the agent signed in at the phone, if any. */
export interface FeatureActor {
  readonly agentId: AgentId | undefined;
  readonly deviceId: DeviceId;
}

/** Does the act and gives the answer to be spoken to the agent alone; null = he hears what he asked for. */
export type DoFeatureAct = (actor: FeatureActor, act: FeatureAct) => PromptRef | null;

/** 您没有此权限. */
const nobodyHere: PromptRef = { id: 'a.deny' };
const noContact: PromptRef = { id: 'a.nocall' };
const failed: PromptRef = { id: 'a.fail' };
/** The largest place its prompt can say. */
const placeSpokenMax = 20;

/** The acts over the engine's two doors. */
export function createFeatureActs(parts: FeatureActsParts): DoFeatureAct {
  const { clock, sites, agentById, isReachable, breakPlaceOf, actOnAgent, actOnContact, consult } = parts;

  return ({ agentId, deviceId }, act) => {
    if (act.do === 'signIn') return signIn(act.agentId, deviceId);
    const agent = agentId === undefined ? undefined : agentById(agentId);
    if (agent === undefined || agent.activity.is === 'offline') return nobodyHere;
    switch (act.do) {
      case 'signOut':
        return told(agent, { type: 'SignOut', by: 'phone' }, () =>
          isOffline(agent.id) ? 'a.logout' : 'a.logout.wait',
        );
      case 'ready':
        return told(agent, { type: 'GoReady', by: 'phone' }, () =>
          isOffline(agent.id) ? 'a.logout' : 'a.ready',
        );
      case 'break':
        return goBreak(agent, act.reason);
      case 'endWrapUp':
        return told(agent, { type: 'EndWrapUp', by: 'phone' }, () =>
          isOffline(agent.id) ? 'a.logout' : 'a.wrapend',
        );
      case 'extendWrapUp':
        return extendWrapUp(agent);
      case 'disposition':
        return dispose(agent, act.outcome);
      case 'help':
        return callHelp(agent);
      case 'confidential':
        return sealContact(agent);
      case 'silent':
        return askSilentCaller(agent);
      case 'seat':
        return seekSeat(agent, act.seat);
      case 'city':
        return seekCity(agent, act.areaCode);
      case 'callBack':
        return callOut(agent, null);
      case 'call':
        return callOut(agent, act.number);
      case 'consult':
        return inTalk(agent, (contactId) => consult(contactId, agent.id, act.expertId));
      case 'target':
        return handOverTo(agent, act);
      case 'conference':
        return inTalk(agent, (contactId) => onConsult(contactId, 'ConferConsult', agent.id));
      case 'handOver':
        return inTalk(agent, (contactId) => onConsult(contactId, 'HandOver', agent.id));
      case 'consultBack':
        return inTalk(agent, (contactId) => onConsult(contactId, 'EndConsult', agent.id));
      case 'state':
        return stateOf(agent);
      case 'echo':
        return failed;
    }
  };

  function signIn(agentId: AgentId, deviceId: DeviceId): PromptRef {
    const signal: AgentSignal = {
      type: 'SignIn',
      deviceId,
      reachable: isReachable(deviceId),
      by: 'phone',
    };
    const refusal = actOnAgent(agentId, signal);
    if (refusal === undefined) return { id: 'a.login' };
    // Trying again helps with everything but a team that has gone home.
    return refusal === 'TEAM_ENDED' ? nobodyHere : { id: 'a.fail' };
  }

  function told(agent: Agent, signal: AgentSignal, confirmation: () => string): PromptRef {
    const refusal = actOnAgent(agent.id, signal);
    return refusal === undefined ? { id: confirmation() } : refusedWords(agent, signal);
  }

  /** A wish to leave while talking takes effect after the wrap-up, and so the same key may sign out. */
  function isOffline(agentId: AgentId): boolean {
    return agentById(agentId)?.activity.is === 'offline';
  }

  function goBreak(agent: Agent, reason: Extract<FeatureAct, { do: 'break' }>['reason']): PromptRef {
    if (reason === null) return failed;
    const refusal = actOnAgent(agent.id, { type: 'GoBreak', reason, by: 'phone' });
    if (refusal !== undefined) return failed;
    const place = breakPlaceOf(agent.id);
    return place === null
      ? { id: 'a.break', slots: { r: reason } }
      : { id: breakQueued, slots: { n: Math.min(place, placeSpokenMax) } };
  }

  function extendWrapUp(agent: Agent): PromptRef {
    const signal: AgentSignal = { type: 'ExtendWrapUp', by: 'phone' };
    if (actOnAgent(agent.id, signal) !== undefined) return refusedWords(agent, signal);
    return { id: 'a.wrapmore', slots: { s: sites.current().agentPolicy.wrapUpExtendMs / 1000 } };
  }

  function dispose(agent: Agent, outcome: string): PromptRef {
    const { activity } = agent;
    if (activity.is !== 'talking' && activity.is !== 'wrapup') return noContact;
    const signal: ContactSignal = { type: 'SetDisposition', agentId: agent.id, disposition: { outcome } };
    const refusal = actOnContact(activity.contactId, signal);
    if (refusal === undefined) return { id: 'a.disp' };
    return refusal === 'CONTACT_UNKNOWN' ? noContact : failed;
  }

  function callHelp({ id: agentId, activity }: Agent): PromptRef {
    if (activity.is !== 'talking') return noContact;
    const refusal = actOnContact(activity.contactId, { type: 'CallHelp', agentId, on: true });
    return { id: refusal === undefined ? 'a.help' : 'a.fail' };
  }

  /** In the talk or after it: a citizen may ask at the very end. */
  function sealContact({ id: agentId, activity }: Agent): PromptRef {
    if (activity.is !== 'talking' && activity.is !== 'wrapup') return noContact;
    const wish: ContactSignal = { type: 'Seal', kind: 'confidential', by: agentId, agentId };
    return { id: actOnContact(activity.contactId, wish) === undefined ? 'a.conf' : 'a.fail' };
  }

  function askSilentCaller({ id: agentId, activity }: Agent): PromptRef {
    if (activity.is !== 'talking') return noContact;
    const refusal = actOnContact(activity.contactId, { type: 'AskSilentCaller', agentId });
    return refusal === undefined ? { id: 'a.silent' } : failed;
  }

  function seekSeat({ id: agentId, activity }: Agent, seat: SeatKind): PromptRef {
    if (activity.is !== 'talking') return noContact;
    const refusal = actOnContact(activity.contactId, { type: 'SeekSeat', agentId, seat });
    return refusal === undefined ? { id: 'a.seat' } : failed;
  }

  function seekCity({ id: agentId, activity }: Agent, areaCode: string): PromptRef {
    if (activity.is !== 'talking') return noContact;
    const refusal = actOnContact(activity.contactId, { type: 'SeekCity', agentId, areaCode });
    return refusal === undefined ? { id: 'a.city' } : failed;
  }

  function callOut({ id }: Agent, number: string | null): PromptRef {
    const answer = parts.callOut(id, number);
    if (answer.ok) return { id: 'a.out.call' };
    if (answer.code === 'CONTACT_UNKNOWN') return noContact;
    const isDenied = answer.code === 'DIAL_REFUSED' || answer.code === 'CALLER_CONFIDENTIAL';
    return isDenied ? { id: 'a.out.deny' } : failed;
  }

  /** Nothing is said where it is done: his leg moves to another bridge, and what he hears there tells it. */
  function inTalk(
    { activity }: Agent,
    doIt: (contactId: ContactId) => ActRefusal | undefined,
  ): PromptRef | null {
    if (activity.is !== 'talking') return noContact;
    return doIt(activity.contactId) === undefined ? null : failed;
  }

  /** Seconds count, and the citizen hears it: nothing is said to the agent where it is done. */
  function handOverTo(agent: Agent, { key, mode }: Extract<FeatureAct, { do: 'target' }>): PromptRef | null {
    const target = [...sites.current().targets.values()].find((one) => one.key === key);
    if (target === undefined) return failed;
    const whose = { agentId: agent.id, targetId: target.id, mode, note: '' };
    return inTalk(agent, (contactId) => parts.handOver({ contactId, ...whose }));
  }

  function onConsult(
    contactId: ContactId,
    type: 'ConferConsult' | 'HandOver' | 'EndConsult',
    agentId: AgentId,
  ): ActRefusal | undefined {
    return actOnContact(contactId, { type, agentId });
  }

  function stateOf(agent: Agent): PromptRef {
    const minutes = Math.floor((clock.nowMs() - agent.sinceMs) / 60_000);
    return { id: 'a.state', slots: { state: shownState(agent), t: Math.max(1, minutes) } };
  }
}

/** Wrap-up's keys outside a contact: there is none. Everything else refused is a wrong moment. */
function refusedWords({ activity }: Agent, { type }: AgentSignal): PromptRef {
  const wantsWrapUp = type === 'EndWrapUp' || type === 'ExtendWrapUp';
  const hasContact = 'contactId' in activity;
  return wantsWrapUp && !hasContact ? noContact : failed;
}
