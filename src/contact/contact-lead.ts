// A contact led to a sub-centre (设分中心) or to a department's own seats: told so, dialled over a trunk, joined; else into our own flow.
//
// There is no way out of here without a person or a queue: whatever fails is told (`trans.sub.back`), and the row's flow begins, which
// the flow checker has proved to end well.
import type { Contact, Lead, LeadOutcome, LeadWords } from './contact.js';
import { arrive, enterFlow } from './contact-flow.js';
import type { ContactSignal } from './contact-signals.js';
import { bridgeOf, legOf } from './contact-queue.js';
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
import { sayGoodbye } from './contact-survey.js';
import { startRecording } from './contact-talk.js';
import { isQuiet, music, say, silence } from './contact-voice.js';
import type { OfferId } from './ids.js';

const userBusy = 17;
const noUserResponding = 18;
const noAnswer = 19;
const normalClearing = 16;

/** The first step of a call whose number leads elsewhere. */
export function beginLead(step: ContactStep, words: LeadWords, context: ContactContext): ContactStep {
  // Whom they do not serve there has waited for us since he called.
  const inLineSince = { queuedAtMs: step.contact.arrival.arrivedAtMs, turn: context.nextTurn };
  const arrived = patch(arrive(step), { inLineSince });
  return sayFirst(ask(arrived, { do: 'claim' }, { do: 'answer' }), words, context);
}

/** Once a contact: its leg's channel and its bridge have this id. */
export function leadIdOf({ id }: Pick<Contact, 'id'>): OfferId {
  return `${id}.led` as OfferId;
}

function sayFirst(step: ContactStep, words: LeadWords, context: ContactContext): ContactStep {
  const lead: Lead = { words, phase: 'told', sinceMs: context.nowMs, recording: 'off' };
  return say(moveTo(step, { at: 'led', lead }), [{ prompt: words.first, mustHear: true }], context);
}

/** The lead in hand, if this leg is its own. */
export function leadOf({ contact }: ContactStep, offerId: OfferId): Lead | null {
  const { stage } = contact;
  return stage.at === 'led' && stage.lead.phase !== 'told' && leadIdOf(contact) === offerId
    ? stage.lead
    : null;
}

/** He has been told who will answer: now it is dialled, and he hears music. */
export function leadGoesOn(step: ContactStep, lead: Lead, context: ContactContext): ContactStep {
  if (lead.phase !== 'told' || !isQuiet(step)) return step;
  const { nowMs, policy } = context;
  const { target } = lead.words;
  const dialled = record(inPhase(step, lead, 'dialled', nowMs), {
    type: 'CentreDialled',
    trunkId: target.trunkId,
    number: target.number,
  });
  const asked = ask(music(dialled, true), {
    do: 'lead',
    offerId: leadIdOf(step.contact),
    target,
    ringMs: policy.centreRingMs,
    heard: step.contact.noticeHeard ? [lead.words.first.id] : [],
  });
  return arm(asked, 'centreOver', nowMs + policy.centreRingMs);
}

/** Somebody picked up there. */
export function leadAnswered(step: ContactStep, lead: Lead, context: ContactContext): ContactStep {
  if (lead.phase !== 'dialled') return step;
  const joining = inPhase(disarm(step, 'centreOver'), lead, 'joining', lead.sinceMs);
  return arm(join(music(joining, false)), 'joinOver', context.nowMs + context.policy.joinMs);
}

function join(step: ContactStep): ContactStep {
  const offerId = leadIdOf(step.contact);
  return ask(step, { do: 'join', offerId, legId: legOf(offerId), bridgeId: bridgeOf(offerId) });
}

/** The two hear one another: the contact is answered there. */
export function leadJoined(step: ContactStep, lead: Lead, context: ContactContext): ContactStep {
  if (lead.phase !== 'joining') return step;
  const { nowMs, policy } = context;
  const joined = inPhase(disarm(step, 'joinOver'), lead, 'talking', nowMs);
  const talking = record(patch(joined, { talks: step.contact.talks + 1 }), {
    type: 'CentreConnected',
    waitedMs: nowMs - step.contact.arrival.arrivedAtMs,
  });
  return startRecording(arm(talking, 'talkOver', nowMs + policy.talkMs), context);
}

/** The leg there ended, or could not be made. Who is released by a person is done; everybody else is ours. */
export function leadLegGone(
  step: ContactStep,
  lead: Lead,
  { causeCode, phoneLost }: Pick<Extract<ContactSignal, { type: 'LegGone' }>, 'causeCode' | 'phoneLost'>,
  context: ContactContext,
): ContactStep {
  if (lead.phase !== 'talking') return comeBack(step, outcomeOf(causeCode), causeCode, context);
  return phoneLost
    ? comeBack(step, 'lost', causeCode, context)
    : centreReleased(step, lead, causeCode, context);
}

function outcomeOf(causeCode: number): LeadOutcome {
  if (causeCode === userBusy) return 'busy';
  return causeCode === noAnswer || causeCode === noUserResponding ? 'noAnswer' : 'failed';
}

/** They hung up, or the longest talk is over. */
export function centreReleased(
  step: ContactStep,
  lead: Lead,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  return sayGoodbye(endLead(step, lead, 'released', causeCode, context), context, 'centreReleased');
}

/** Not served there: he is told so, and our own flow begins; in line he has been waiting since he arrived. */
export function comeBack(
  step: ContactStep,
  outcome: LeadOutcome,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'led') return step;
  const ended = endLead(step, stage.lead, outcome, causeCode, context);
  return enterFlow(music(ended, false), [{ prompt: stage.lead.words.back, mustHear: false }], context);
}

/** Ends the leg and the bridge, and journals how it went; the citizen's next stage is the caller's affair. */
export function endLead(
  step: ContactStep,
  lead: Lead,
  outcome: LeadOutcome,
  causeCode: number,
  { nowMs }: ContactContext,
): ContactStep {
  if (lead.phase === 'told') return step;
  const offerId = leadIdOf(step.contact);
  const left = record(disarm(step, 'centreOver', 'joinOver', 'talkOver', 'recordingCheck'), {
    type: 'CentreLeft',
    outcome,
    causeCode,
    talkMs: lead.phase === 'talking' ? nowMs - lead.sinceMs : 0,
  });
  const recorded = lead.recording === 'off' ? left : ask(left, { do: 'stopRecording' });
  const dropped = ask(recorded, { do: 'hangUpLeg', legId: legOf(offerId) });
  return lead.phase === 'dialled' ? dropped : ask(dropped, { do: 'part', bridgeId: bridgeOf(offerId) });
}

/** After a restart or a reconnect: what was under way goes on, what is lost becomes ours. */
export function resyncLead(
  step: ContactStep,
  lead: Lead,
  seen: Pick<Extract<ContactSignal, { type: 'Resynced' }>, 'leg' | 'joined'>,
  context: ContactContext,
): ContactStep {
  switch (lead.phase) {
    case 'told':
      return sayFirst(silence(step), lead.words, context);
    case 'dialled':
    case 'joining': {
      if (seen.leg === 'gone') return comeBack(step, 'failed', 0, context);
      if (seen.leg === 'ringing') return step;
      // The music of his waiting may still be on, and nobody knows.
      const hushed = ask(step, { do: 'music', on: false });
      return lead.phase === 'joining' ? join(hushed) : leadAnswered(hushed, lead, context);
    }
    case 'talking':
      if (seen.leg === 'gone') return centreReleased(step, lead, normalClearing, context);
      return seen.joined ? step : join(ask(step, { do: 'music', on: false }));
  }
}

function inPhase(step: ContactStep, lead: Lead, phase: Lead['phase'], sinceMs: number): ContactStep {
  return moveTo(step, { at: 'led', lead: { ...lead, phase, sinceMs } });
}
