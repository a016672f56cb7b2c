// Does what a feature code asks, and chooses the few words the agent hears in return.
import { shownState, type Agent, type AgentSignal } from '../contact/agent.js';
import type { ContactSignal } from '../contact/contact-signals.js';
import type { AgentId, ContactId, DeviceId } from '../contact/ids.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import type { SeatKind } from '../contact/seat.js';
import type { ActRefusal } from './act-refusal.js';
import type { FeatureAct } from './feature-codes.js';
import type { Clock, Sites } from './ports.js';

/** What acts need of the engine. */
export interface FeatureActsParts {
  readonly clock: Clock;
  readonly sites: Sites;
  readonly agentById: (id: AgentId) => Agent | undefined;
  readonly isReachable: (deviceId: DeviceId) => boolean;
  readonly actOnAgent: (agentId: AgentId, signal: AgentSignal) => ActRefusal | undefined;
  readonly actOnContact: (contactId: ContactId, signal: ContactSignal) => ActRefusal | undefined;
}

/** Who acts: the agent signed in at the phone, if any. */
export interface FeatureActor {
  readonly agentId: AgentId | undefined;
  readonly deviceId: DeviceId;
}

/** Does the act and gives the answer to be spoken to the agent alone. */
export type DoFeatureAct = (actor: FeatureActor, act: FeatureAct) => PromptRef;

/** 您没有此权限. */
const nobodyHere: PromptRef = { id: 'a.deny' };
const noContact: PromptRef = { id: 'a.nocall' };
const failed: PromptRef = { id: 'a.fail' };

/** The acts over the engine's two doors. */
export function createFeatureActs(parts: FeatureActsParts): DoFeatureAct {
  const { clock, sites, agentById, isReachable, actOnAgent, actOnContact } = parts;

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
    return refusal === undefined ? { id: 'a.break', slots: { r: reason } } : failed;
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

  function stateOf(agent: Agent): PromptRef {
    const minutes = Math.floor((clock.nowMs() - agent.sinceMs) / 60_000);
    return { id: 'a.state', slots: { state: shownState(agent), t: Math.max(1, minutes) } };
  }
}

/** Wrap-up's keys outside a contact: there is none. Everything else refused is a wrong moment. */
function refusedWords({ activity }: Agent, { type }: AgentSignal): PromptRef {
  const wantsWrapUp = type === 'EndWrapUp' || type === 'ExtendWrapUp';
  const hasContact = activity.is === 'wrapup' || activity.is === 'talking' || activity.is === 'ringing';
  return wantsWrapUp && !hasContact ? noContact : failed;
}
