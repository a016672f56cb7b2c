// What an agent is at any moment: activity, phone, deadlines; and the signals and facts of his life.
import type { Deadlines } from './deadlines.js';
import type { AgentId, ChannelId, ContactId, DeviceId, OfferId } from './ids.js';
import type { OfferOutcome } from './offer.js';

/** Reasons of a break (language: `break.*`). `urgent` is never refused. */
export const breakReasons = [
  'rest',
  'meal',
  'training',
  'meeting',
  'coaching',
  'system',
  'urgent',
  'other',
] as const;
export type BreakReason = (typeof breakReasons)[number];

/** What the agent himself is doing. The phone's condition is beside it, not in it. */
export type Activity =
  | { readonly is: 'offline' }
  | { readonly is: 'ready' }
  /** The phone was busy with a call of its own: not offered anything for a moment. */
  | { readonly is: 'resting' }
  | { readonly is: 'ringing'; readonly offerId: OfferId; readonly contactId: ContactId }
  /** 外呼: calls somebody, and is not joined yet. */
  | { readonly is: 'outbound'; readonly offerId: OfferId; readonly contactId: ContactId }
  | {
      readonly is: 'talking';
      readonly contactId: ContactId;
      readonly legId: ChannelId;
      readonly held: boolean;
      /** 外呼: he called; left out = he was called. */
      readonly outbound?: true;
    }
  | { readonly is: 'wrapup'; readonly contactId: ContactId; readonly extensions: number }
  | { readonly is: 'break'; readonly reason: BreakReason }
  /** 未应答示忙: set by the system after RONA; the first in a row end by themselves ({@link AgentPolicy.missedRestsMs}). */
  | { readonly is: 'missed' };

export type ActivityName = Activity['is'];

/** A wish that waits for the end of the present contact. */
export type AgentPlan = { readonly is: 'signOut' } | { readonly is: 'break'; readonly reason: BreakReason };

/** What another one may order an agent to do: 强制示闲, 强制示忙, 强制签出, 结束话后, 延长话后. */
export const forcedActs = ['GoReady', 'GoBreak', 'SignOut', 'EndWrapUp', 'ExtendWrapUp'] as const;
export type ForcedAct = (typeof forcedActs)[number];

/** Who ordered it (a 工号 or an account's name), and why, in his own words. */
export interface Order {
  readonly by: string;
  readonly reason: string;
}

/** An act on this agent that another one ordered. */
export interface Forced extends Order {
  readonly act: ForcedAct;
  readonly atMs: number;
}

/** The timers an agent's state can carry. */
export type AgentTimer = 'lease' | 'wrapUp' | 'rest' | 'breakOver' | 'longTalk' | 'forgotten';

/** An agent's live state. Plain data: one JSON value in Redis and in the spool. */
export interface Agent {
  readonly id: AgentId;
  /** Facts so far: the next fact has this as its sequence number. Grows whenever offerability may change. */
  readonly version: number;
  readonly activity: Activity;
  readonly sinceMs: number;
  readonly deviceId: DeviceId | null;
  /** The phone answers to Asterisk. */
  readonly reachable: boolean;
  /** The phone's channels that are no offers or talks of ours. */
  readonly ownCalls: readonly ChannelId[];
  /** End of the last contact (or sign-in): the basis of "longest idle". */
  readonly idleSinceMs: number;
  /** What somebody else did with him, until he acts himself: he sees who and why. */
  readonly forced: Forced | null;
  /** What he asked for while ringing or talking: done when the contact is over (urgent leave: before the wrap-up). */
  readonly plan: AgentPlan | null;
  /** Calls in a row that rang out at him, since his last talk or his last deed; left out = none. */
  readonly missedInRow?: number;
  /** He wants a break and his team's places for it are taken; left out = he waits for none. */
  readonly breakWish?: BreakWish;
  readonly deadlines: Deadlines<AgentTimer>;
}

/** 小休排队: waits for a place on a break. He goes on taking calls meanwhile. */
export interface BreakWish {
  readonly reason: BreakReason;
  readonly sinceMs: number;
}

/** The state a board shows (language: `state.*`): the phone's trouble goes before what the agent meant to do. */
export type ShownAgentState =
  | 'offline'
  | 'ready'
  | 'ringing'
  | 'outbound'
  | 'talking'
  | 'hold'
  | 'wrapup'
  | 'break'
  | 'missed'
  | 'unreachable'
  | 'busyOwnCall';

/** The one state to show for this agent. */
export function shownState(agent: Agent): ShownAgentState {
  const { activity } = agent;
  if (activity.is === 'offline') return 'offline';
  if (activity.is === 'talking' && activity.held) return 'hold';
  if (activity.is === 'talking') return activity.outbound ? 'outbound' : 'talking';
  if (!agent.reachable) return 'unreachable';
  if (activity.is === 'resting') return 'busyOwnCall';
  if (activity.is === 'ready' && agent.ownCalls.length > 0) return 'busyOwnCall';
  return activity.is;
}

/** Somebody is on his line, or will be: what he wishes for comes after it. */
export function isServing({ is }: Activity): boolean {
  return is === 'ringing' || is === 'outbound' || is === 'talking';
}

/** May be offered a contact now. */
export function isOfferable(agent: Agent): boolean {
  return (
    agent.activity.is === 'ready' && agent.reachable && agent.ownCalls.length === 0 && agent.deviceId !== null
  );
}

/** Can be given this contact back at once: he is free, or has nothing to do but its wrap-up. */
export function takesBack(agent: Agent, contactId: ContactId): boolean {
  const { activity, reachable, ownCalls } = agent;
  if (activity.is !== 'wrapup') return isOfferable(agent);
  return activity.contactId === contactId && reachable && ownCalls.length === 0;
}

/** What reaches an agent's mailbox. */
export type AgentSignal =
  | {
      readonly type: 'SignIn';
      readonly deviceId: DeviceId;
      readonly reachable: boolean;
      readonly by: ActedBy;
    }
  | { readonly type: 'SignOut'; readonly by: ActedBy; readonly order?: Order }
  | { readonly type: 'GoReady'; readonly by: ActedBy; readonly order?: Order }
  | {
      readonly type: 'GoBreak';
      readonly reason: BreakReason;
      readonly by: ActedBy;
      readonly order?: Order;
    }
  /** The note of this contact was saved. */
  | { readonly type: 'NoteSaved'; readonly contactId: ContactId; readonly by: ActedBy }
  /** A break for which there is no place now. */
  | { readonly type: 'WishBreak'; readonly reason: BreakReason; readonly by: ActedBy }
  /** The place he waited for is his: now, or when his contact is over. */
  | { readonly type: 'GrantBreak' }
  | { readonly type: 'EndWrapUp'; readonly by: ActedBy; readonly order?: Order }
  /** An order extends it beyond what the agent may himself. */
  | { readonly type: 'ExtendWrapUp'; readonly by: ActedBy; readonly order?: Order }
  /** 外呼: he calls somebody; `leaseMs` bounds it until he is joined or let go. */
  | {
      readonly type: 'CallOut';
      readonly offerId: OfferId;
      readonly contactId: ContactId;
      readonly leaseMs: number;
      readonly by: ActedBy;
    }
  | {
      readonly type: 'OfferMade';
      readonly offerId: OfferId;
      readonly contactId: ContactId;
      readonly ringMs: number;
    }
  /** He picked up and waits for the citizen's notice to end: the lease is renewed. */
  | { readonly type: 'OfferHeld'; readonly offerId: OfferId; readonly leaseMs: number }
  | { readonly type: 'OfferClosed'; readonly offerId: OfferId; readonly outcome: OfferOutcome }
  | {
      readonly type: 'Connected';
      readonly offerId: OfferId;
      readonly contactId: ContactId;
      readonly legId: ChannelId;
    }
  | { readonly type: 'Held'; readonly contactId: ContactId; readonly held: boolean }
  /**
   * The talk is over; `interrupted` = the phone was lost and the citizen still waits. `backWithinMs`: he is led elsewhere, and may be back
   * within so long.
   */
  | {
      readonly type: 'Released';
      readonly contactId: ContactId;
      readonly interrupted: boolean;
      readonly backWithinMs?: number;
    }
  /** Led elsewhere, he was not served there: his agent's wrap-up is over, so that the two can be joined again. */
  | { readonly type: 'CameBack'; readonly contactId: ContactId }
  | { readonly type: 'PhoneReachable'; readonly deviceId: DeviceId; readonly reachable: boolean }
  | { readonly type: 'OwnCall'; readonly channelId: ChannelId; readonly up: boolean }
  | { readonly type: 'OwnCallsSeen'; readonly channelIds: readonly ChannelId[] }
  | { readonly type: 'TimerFired'; readonly timer: AgentTimer };

/** Who asked: the agent by API or feature code, a supervisor, or the system. */
export type ActedBy = 'agent' | 'phone' | 'supervisor' | 'system';

/** What is journaled of an agent. */
export type AgentFact =
  | { readonly type: 'AgentSignedIn'; readonly deviceId: DeviceId; readonly by: ActedBy }
  | {
      readonly type: 'AgentSignedOut';
      readonly by: ActedBy;
      readonly from: ActivityName;
      /** Milliseconds spent in `from`. */
      readonly lastedMs: number;
      /** The contact whose wrap-up this sign-out ended. */
      readonly contactId?: ContactId;
    }
  /** Somebody else's order; the facts after it say what came of it. */
  | ({ readonly type: 'AgentForced'; readonly act: ForcedAct } & Order)
  | { readonly type: 'AgentPlanned'; readonly plan: AgentPlan; readonly by: ActedBy }
  /** He waits for a place on a break; null = no longer. */
  | { readonly type: 'AgentBreakWished'; readonly reason: BreakReason | null; readonly by: ActedBy }
  | {
      readonly type: 'AgentActivityChanged';
      readonly from: ActivityName;
      readonly to: ActivityName;
      /** Milliseconds spent in `from`. */
      readonly lastedMs: number;
      readonly by: ActedBy;
      readonly reason?: BreakReason;
      readonly contactId?: ContactId;
      readonly offerId?: OfferId;
      readonly outcome?: OfferOutcome;
      /** To a talk that he began by calling. */
      readonly outbound?: true;
    }
  | { readonly type: 'AgentHeldContact'; readonly contactId: ContactId; readonly held: boolean }
  | { readonly type: 'AgentWrapUpExtended'; readonly untilMs: number }
  | { readonly type: 'AgentPhoneReachable'; readonly deviceId: DeviceId; readonly reachable: boolean }
  | { readonly type: 'AgentOwnCall'; readonly busy: boolean }
  | { readonly type: 'AgentBreakOverdue'; readonly reason: BreakReason }
  | { readonly type: 'AgentLeaseExpired'; readonly activity: ActivityName };

/** Why a person's wish was refused; `errors.ts` has the words. */
export type AgentRefusal =
  'AGENT_WRONG_STATE' | 'AGENT_NOT_SIGNED_IN' | 'WRAP_UP_EXTENDED_ALREADY' | 'BREAK_PLACES_TAKEN';

/** `extended`: a wrap-up that he asked to be longer. */
export const noteEnds = ['never', 'extended', 'always'] as const;
export type NoteEnds = (typeof noteEnds)[number];

/** The site's times for agents, all in ms. */
export interface AgentPolicy {
  /** Wrap-up ends by itself after this; ASSUMED 60 s. */
  readonly wrapUpMs: number;
  /** One extension adds this; ASSUMED 30 s. */
  readonly wrapUpExtendMs: number;
  /** Extensions granted a contact; ASSUMED 1. */
  readonly wrapUpExtensions: number;
  /** Which wrap-ups saving the contact's note ends; ASSUMED those that were extended. */
  readonly noteEndsWrapUp: NoteEnds;
  /** No offers after 486 for this long; 10 s. */
  readonly restMs: number;
  /**
   * No offers after a call that rang out, the first in a row, the second ...; from the next on until he says that he is ready
   * himself. ASSUMED 30 s, 2 min.
   */
  readonly missedRestsMs: readonly number[];
  /** A break longer than this is told to the supervisor; ASSUMED 30 min. */
  readonly breakMs: number;
  /** Beyond ring time plus this an unheard-of offer lets the agent go; 5 s. */
  readonly leaseMarginMs: number;
  /** A talk longer than this is checked against Asterisk; 4 h, as the call's absolute time-out. */
  readonly talkMs: number;
  /** Signed in without a deed for this long = forgotten, signed out; ASSUMED 14 h. */
  readonly forgottenMs: number;
}
