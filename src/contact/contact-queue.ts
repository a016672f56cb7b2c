// A contact in line: what it is told, the offers it gets, and how each offer ends.
import type { Contact, Offer, Told } from './contact.js';
import type { ContactSignal } from './contact-signals.js';
import { leaveQueue, overflow } from './contact-flow.js';
import { tellLimit } from './contact-limit.js';
import {
  arm,
  ask,
  disarm,
  moveTo,
  patch,
  record,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import { hush, music, mustStillHear, say, untoldEvents } from './contact-voice.js';
import { eventPromptRef } from './event-prompt.js';
import type { QueueExit } from './flow-turn.js';
import type { AgentId, BridgeId, ChannelId, OfferId, PlayId } from './ids.js';
import type { OfferOutcome } from './offer.js';
import { backFromSeat } from './seat-return.js';

type Signal<Type extends ContactSignal['type']> = Extract<ContactSignal, { type: Type }>;

/** The leg of an offer: its channel's id is the offer's. */
export const legOf = (offerId: OfferId): ChannelId => offerId as string as ChannelId;
/** The bridge of an offer: likewise. */
export const bridgeOf = (offerId: OfferId): BridgeId => offerId as string as BridgeId;

/** The offer in hand, if it is this one. */
export function offerOf(contact: Contact, offerId: OfferId): Offer | null {
  const { stage } = contact;
  return stage.at === 'offered' && stage.offer.offerId === offerId ? stage.offer : null;
}

/** Whoever comes in line hears nothing for so long: with an agent free and his phone picking up by itself they are joined by then. ASSUMED */
const lookMs = 300;

/** Just come in line: the matcher's first look, and a phone that picks up by itself, come before anything is begun. */
function hasJustCome({ contact: { place } }: ContactStep, { nowMs }: ContactContext): boolean {
  return place !== null && nowMs < place.queuedAtMs + lookMs;
}

function lookFirst(step: ContactStep): ContactStep {
  const { place, deadlines } = step.contact;
  if (place === null || deadlines.treatment !== undefined) return step;
  return arm(step, 'treatment', place.queuedAtMs + lookMs);
}

/** Quiet while a phone rings for him: what a limit means if he has not heard it, else music. */
export function treatRinging(step: ContactStep, context: ContactContext): ContactStep {
  if (hasJustCome(step, context)) return lookFirst(step);
  const told = tellLimit(step, context);
  return told === step ? music(step, true) : told;
}

/** Quiet in the line: an event prompt not told yet, what a limit means, the next announcement if it is due, else music. */
export function treat(step: ContactStep, context: ContactContext): ContactStep {
  if (hasJustCome(step, context)) return lookFirst(step);
  const { place, deadlines } = step.contact;
  const [event] = untoldEvents(step, context);
  if (event !== undefined) return say(step, [{ prompt: eventPromptRef(event.id), mustHear: false }], context);
  const told = tellLimit(step, context);
  if (told !== step) return told;
  if (place === null || deadlines.treatment !== undefined) return music(step, true);
  const turn = context.treatment(place.told);
  const treated = arm(patch(step, { place: { ...place, told: turn.told } }), 'treatment', turn.nextAtMs);
  if (turn.say.length === 0) return music(treated, true);
  return say(
    recordTold(treated, place.told, turn.told),
    turn.say.map((prompt) => ({ prompt, mustHear: false })),
    context,
  );
}

function recordTold(step: ContactStep, before: Told, { place, wait }: Told): ContactStep {
  const placed = place !== null && place !== before.place ? record(step, { type: 'PlaceTold', place }) : step;
  return wait !== undefined && wait !== before.wait ? record(placed, { type: 'WaitTold', ...wait }) : placed;
}

/** Waited too long; not while a phone rings for him. */
export function queueTimedOut(step: ContactStep, context: ContactContext): ContactStep {
  if (step.contact.stage.at === 'waiting') return leave(step, 'timeout', context);
  return arm(step, 'queueTimeout', context.nowMs + context.policy.ringMs);
}

/** Stood in this line for so long: to where the flow leads then; not while a phone rings for him. */
export function waitedForOverflow(step: ContactStep, context: ContactContext): ContactStep {
  const { place, stage } = step.contact;
  if (place === null) return step;
  if (stage.at !== 'waiting') return arm(step, 'overflow', context.nowMs + context.policy.ringMs);
  return overflow(step, { by: 'waited', waitedMs: context.nowMs - place.queuedAtMs }, context);
}

/** Nobody who could take the call is signed in: says so after a while; else looks again later. */
export function nobodyThere(step: ContactStep, context: ContactContext): ContactStep {
  const { place, stage } = step.contact;
  if (place === null) return step;
  const queue = context.queue(place.request.queueId);
  if (queue.signedIn === 0 && stage.at === 'waiting') return leave(step, 'nobody', context);
  return arm(step, 'nobody', context.nowMs + queue.nobodyMs);
}

/** By the flow's way out, or back to the queue from which he was sent to a seat. */
function leave(
  step: ContactStep,
  exit: Exclude<QueueExit, 'overflow'>,
  context: ContactContext,
): ContactStep {
  return step.contact.place?.from === undefined
    ? leaveQueue(step, exit, context)
    : backFromSeat(step, exit, context);
}

/** The pair is reserved: rings the agent's phone. A contact that left meanwhile lets the agent go. */
export function offerMade(
  step: ContactStep,
  signal: Signal<'OfferMade'>,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  const { offerId, agentId, deviceId } = signal;
  if (stage.at !== 'waiting') {
    return ask(step, {
      do: 'tellAgent',
      agentId,
      signal: { type: 'OfferClosed', offerId, outcome: 'callerGone' },
    });
  }
  const { nowMs, policy } = context;
  const offer: Offer = {
    offerId,
    agentId,
    deviceId,
    offeredAtMs: nowMs,
    ringMs: policy.ringMs,
    ringing: false,
    answeredAtMs: null,
    whispering: null,
    joining: false,
  };
  const offered = record(moveTo(step, { at: 'offered', cursor: stage.cursor, offer }), signal);
  const ringing = ask(offered, { do: 'ring', offerId, agentId, deviceId, ringMs: policy.ringMs });
  return arm(arm(ringing, 'progress', nowMs + policy.progressMs), 'rona', nowMs + policy.ringMs);
}

/** The phone rings. */
export function legRinging(step: ContactStep, offerId: OfferId): ContactStep {
  const offer = offerOf(step.contact, offerId);
  return offer === null ? step : disarm(withOffer(step, { ...offer, ringing: true }), 'progress');
}

/** The agent picked up: whatever is not the notice is cut; the joining follows when the notice is over. */
export function legAnswered(step: ContactStep, offerId: OfferId, context: ContactContext): ContactStep {
  const offer = offerOf(step.contact, offerId);
  if (offer === null || offer.answeredAtMs !== null) return step;
  const { nowMs } = context;
  const answered = record(withOffer(disarm(step, 'rona', 'progress'), { ...offer, answeredAtMs: nowMs }), {
    type: 'OfferAnswered',
    offerId,
    agentId: offer.agentId,
    rangMs: nowMs - offer.offeredAtMs,
  });
  return whisper(holdAgent(hush(answered), offer, context), context);
}

/** Tells the agent what entry it is, where that costs the citizen nothing or the entry is worth the moment. */
function whisper(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  const { prompt, mayDelay } = context.whisper;
  const underNotice = mustStillHear(step);
  if (stage.at !== 'offered' || (!underNotice && !mayDelay)) return step;
  const { offer } = stage;
  const legId = legOf(offer.offerId);
  const playId = `${legId}.whisper` as PlayId;
  const asked = ask(step, { do: 'whisper', legId, playId, prompt, waits: !underNotice });
  return underNotice ? withOffer(asked, { ...offer, whispering: playId }) : asked;
}

/** The agent waits for the notice to end: his lease covers it and the joining. */
export function holdAgent(step: ContactStep, offer: Offer, { policy }: ContactContext): ContactStep {
  const leaseMs = policy.playMs + policy.joinMs;
  const signal = { type: 'OfferHeld', offerId: offer.offerId, leaseMs } as const;
  return ask(step, { do: 'tellAgent', agentId: offer.agentId, signal });
}

/** Joins as soon as the agent is there and the notice is over. */
export function joinWhenHeard(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'offered' || stage.offer.answeredAtMs === null) return step;
  const { offer } = stage;
  if (offer.joining || mustStillHear(step)) return step;
  const { offerId, whispering } = offer;
  const joining = music(withOffer(step, { ...offer, whispering: null, joining: true }), false);
  const hushed = whispering === null ? joining : ask(joining, { do: 'stopPlay', playId: whispering });
  const asked = ask(hushed, { do: 'join', offerId, legId: legOf(offerId), bridgeId: bridgeOf(offerId) });
  return arm(asked, 'joinOver', context.nowMs + context.policy.joinMs);
}

/** The leg of an offer ended before the joining. */
export function legFailed(
  step: ContactStep,
  offer: Offer,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const elapsedMs = context.nowMs - offer.offeredAtMs;
  const outcome: OfferOutcome =
    offer.answeredAtMs === null
      ? context.offerOutcome({ causeCode, elapsedMs, ringMs: offer.ringMs, ringing: offer.ringing })
      : 'declined';
  return backInLine(step, offer, outcome, causeCode, context);
}

/** Ends the offer from our side and takes the old place again. */
export function withdrawOffer(
  step: ContactStep,
  outcome: OfferOutcome,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'offered') return step;
  const withdrawn = ask(step, { do: 'hangUpLeg', legId: legOf(stage.offer.offerId) });
  return backInLine(withdrawn, stage.offer, outcome, 0, context);
}

/** Closes the offer in the journal and with the agent; the contact's next stage is the caller's affair. */
export function closeOffer(
  step: ContactStep,
  offer: Offer,
  outcome: OfferOutcome,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const { offerId, agentId } = offer;
  const recorded = record(disarm(step, 'progress', 'rona', 'joinOver'), {
    type: 'OfferEnded',
    offerId,
    agentId,
    outcome,
    causeCode,
    rangMs: context.nowMs - offer.offeredAtMs,
  });
  return ask(recorded, { do: 'tellAgent', agentId, signal: { type: 'OfferClosed', offerId, outcome } });
}

function backInLine(
  step: ContactStep,
  offer: Offer,
  outcome: OfferOutcome,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'offered') return step;
  const closed = closeOffer(step, offer, outcome, causeCode, context);
  const dropped = offer.joining ? ask(closed, { do: 'part', bridgeId: bridgeOf(offer.offerId) }) : closed;
  return moveTo(waitForOthers(dropped, offer.agentId), { at: 'waiting', cursor: stage.cursor });
}

/** The agent he waited for alone had his turn and did not take it. */
function waitForOthers(step: ContactStep, agentId: AgentId): ContactStep {
  const { place } = step.contact;
  return place?.prefer?.agentId === agentId
    ? disarm(patch(step, { place: { ...place, prefer: null } }), 'prefer')
    : step;
}

function withOffer(step: ContactStep, offer: Offer): ContactStep {
  const { stage } = step.contact;
  return stage.at === 'offered' ? moveTo(step, { ...stage, offer }) : step;
}
