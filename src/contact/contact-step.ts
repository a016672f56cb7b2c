// One step of a contact being built: state, facts and effects so far, and the few ways to add to them.
import type {
  Contact,
  ContactPolicy,
  ContactTimer,
  LeadTarget,
  Place,
  SealKind,
  Stage,
  Talk,
  Told,
  Voice,
} from './contact.js';
import type { ContactEffect, ContactFact, ContactRefusal } from './contact-signals.js';
import { withoutTimers } from './deadlines.js';
import type { EventPrompt } from './event-prompt.js';
import type { FlowCursor, FlowInput, FlowTurn, QueueRequest } from './flow-turn.js';
import type { AgentId, QueueId } from './ids.js';
import type { OfferOutcome } from './offer.js';
import type { PromptRef } from './prompt-ref.js';
import type { SeatKind } from './seat.js';
import type { ComesFree, StickyRule } from './sticky-agent.js';

/** The result of one signal: `refused` is told to the person who asked and changes nothing. */
export interface ContactStep {
  readonly contact: Contact;
  readonly facts: readonly ContactFact[];
  readonly effects: readonly ContactEffect[];
  readonly refused?: ContactRefusal;
}

/** A queue as the step needs to know it, at this moment. */
export interface QueueCondition {
  readonly waiting: number;
  /** Agents signed in who may take its calls, by its requirement or one of its rings, ready or not. */
  readonly signedIn: number;
  readonly limit: number;
  /** Longest wait. */
  readonly timeoutMs: number;
  /** With nobody signed in who could take it, exit after this. */
  readonly nobodyMs: number;
  /** Whoever enters it is sealed as this. */
  readonly seals?: SealKind;
  /** The agent of a caller's last talk is waited for. */
  readonly sticky?: StickyRule;
}

/** Everything a step may know beside the contact: time, policy, and the other rooms' pure functions. */
export interface ContactContext {
  readonly nowMs: number;
  readonly policy: ContactPolicy;
  readonly beginFlow: () => FlowTurn;
  /** The first turn of the survey. */
  readonly beginSurvey: () => FlowTurn;
  readonly flow: (cursor: FlowCursor, input: FlowInput) => FlowTurn;
  readonly queue: (queueId: QueueId) => QueueCondition;
  /** The turn of whoever is next to stand in line, in any queue of the site. */
  readonly nextTurn: number;
  /** The place in line at a seat; undefined where the site has no such seat. */
  readonly seat: (seat: SeatKind) => QueueRequest | undefined;
  /** This agent could take that seat's calls himself. */
  readonly holdsSeat: (agentId: AgentId, seat: SeatKind) => boolean;
  readonly comesFree: ComesFree;
  /** How another city's 12345 is reached; undefined where the site does not say. */
  readonly city: (areaCode: string) => LeadTarget | undefined;
  /** This agent is free, or has nothing to do but this contact's wrap-up. */
  readonly takesBack: (agentId: AgentId) => boolean;
  /** What a waiting citizen is told now, and when to look again. */
  readonly treatment: (told: Told) => {
    readonly say: readonly PromptRef[];
    readonly told: Told;
    readonly nextAtMs: number;
  };
  /** The number in line that a contact would have at this place: 1 = next of its queue. */
  readonly placeIn: (place: Place) => number;
  /**
   * How long a contact that comes to this place will probably wait; undefined where that is not known, or somebody is free. Where nothing is
   * decided by it, it is foretold to be measured alone: of a large hotline for one call in so many.
   */
  readonly expectedWait: (
    place: Place,
    need: { readonly decides: boolean },
  ) => { readonly lowMs: number; readonly highMs: number } | undefined;
  /** The event prompts that are live and for this caller, the oldest first. */
  readonly events: () => readonly Pick<EventPrompt, 'id' | 'when'>[];
  readonly offerOutcome: (end: {
    readonly causeCode: number;
    readonly elapsedMs: number;
    readonly ringMs: number;
    readonly ringing: boolean;
  }) => OfferOutcome;
  /** Told to the agent before the joining: under the greeting at no cost; after it only where the joining may wait. */
  readonly whisper: { readonly prompt: PromptRef; readonly mayDelay: boolean };
}

/** A step that has changed nothing yet. */
export const still = (contact: Contact): ContactStep => ({ contact, facts: [], effects: [] });

/** The step, refused: a person's wish that does not fit the moment. */
export const refuse = (contact: Contact, refused: ContactRefusal): ContactStep => ({
  ...still(contact),
  refused,
});

/** Adds facts; each takes one sequence number. */
export function record(step: ContactStep, ...facts: readonly ContactFact[]): ContactStep {
  const contact = { ...step.contact, version: step.contact.version + facts.length };
  return { ...step, contact, facts: [...step.facts, ...facts] };
}

/** Adds effects, to be run in this order. */
export const ask = (step: ContactStep, ...effects: readonly ContactEffect[]): ContactStep => ({
  ...step,
  effects: [...step.effects, ...effects],
});

/** Changes parts of the state. */
export const patch = (step: ContactStep, change: Partial<Contact>): ContactStep => ({
  ...step,
  contact: { ...step.contact, ...change },
});

/** Changes the stage. */
export const moveTo = (step: ContactStep, stage: Stage): ContactStep => patch(step, { stage });

/** Changes parts of the talk, if there is one. */
export function withTalk(step: ContactStep, change: Partial<Talk>): ContactStep {
  const { stage } = step.contact;
  return stage.at === 'talking' ? moveTo(step, { ...stage, talk: { ...stage.talk, ...change } }) : step;
}

/** Changes parts of the voice. */
export const voiced = (step: ContactStep, change: Partial<Voice>): ContactStep =>
  patch(step, { voice: { ...step.contact.voice, ...change } });

/** Arms a timer, replacing one of the same name. */
export const arm = (step: ContactStep, timer: ContactTimer, atMs: number): ContactStep =>
  patch(step, { deadlines: { ...step.contact.deadlines, [timer]: atMs } });

/** Disarms timers. */
export const disarm = (step: ContactStep, ...timers: readonly ContactTimer[]): ContactStep =>
  patch(step, { deadlines: withoutTimers(step.contact.deadlines, ...timers) });
