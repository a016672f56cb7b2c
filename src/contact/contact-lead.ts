// A contact led to a sub-centre (设分中心), to a department's own seats, or by an agent to another city's 12345 (contact-city.ts): told so,
// dialled over a trunk, joined; else into our own flow, or back to that agent.
//
// There is no way out of here without a person or a queue: whatever fails is told, and the row's flow begins, or the flow that led him
// goes on, and the flow checker has proved both to end well; or he is at the head of his agent's queue again.
import type { Contact, Lead, LeadFrom, LeadOutcome, LeadWords, Place } from './contact.js';
import { arrive, enterFlow, flowGoesOn } from './contact-flow.js';
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
import { sayGoodbye, tidyUp } from './contact-survey.js';
import { startRecording, toHeadOfQueue } from './contact-talk.js';
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
  const arrived = patch(arrive(step), { inLineSince, leads: 1 });
  return sayFirst(ask(arrived, { do: 'answer' }), { words }, context);
}

/** The leg's channel of this lead, and the bridge, have this id: once each time a number or a flow leads him, once a talk. */
export function leadIdOf(
  { id, leads = 1 }: Pick<Contact, 'id' | 'leads'>,
  { from }: Pick<Lead, 'from'>,
): OfferId {
  const which = from === undefined ? (leads > 1 ? String(leads) : '') : `.${String(from.talk)}`;
  return `${id}.led${which}` as OfferId;
}

/** He is told where he is led; who comes out of a talk has heard of the recording. */
export function sayFirst(
  step: ContactStep,
  { words, from }: Pick<Lead, 'from'> & { readonly words: LeadWords },
  context: ContactContext,
): ContactStep {
  const known = { words, ...(from !== undefined && { from }) };
  const lead: Lead = { ...known, phase: 'told', sinceMs: context.nowMs, recording: 'off' };
  const first = { prompt: words.first, mustHear: from === undefined };
  return say(moveTo(step, { at: 'led', lead }), [first], context);
}

/** The lead in hand, if this leg is its own. */
export function leadOf({ contact }: ContactStep, offerId: OfferId): Lead | null {
  const { stage } = contact;
  return stage.at === 'led' && stage.lead.phase !== 'told' && leadIdOf(contact, stage.lead) === offerId
    ? stage.lead
    : null;
}

/** He has been told who will answer: now it is dialled, and he hears music. */
export function leadGoesOn(step: ContactStep, lead: Lead, context: ContactContext): ContactStep {
  if (lead.phase !== 'told' || !isQuiet(step)) return step;
  const { nowMs, policy } = context;
  const { words, from } = lead;
  const { trunkId, number } = words.target;
  const dialled = record(
    inPhase(step, lead, 'dialled', nowMs),
    from === undefined
      ? { type: 'CentreDialled', trunkId, number }
      : { type: 'CityDialled', areaCode: from.areaCode, trunkId, number },
  );
  const asked = ask(music(dialled, true), {
    do: 'lead',
    offerId: leadIdOf(step.contact, lead),
    target: words.target,
    ringMs: policy.centreRingMs,
    heard: step.contact.noticeHeard ? saidFirst(words) : [],
    ...(from !== undefined && { region: from.areaCode }),
  });
  return arm(asked, 'centreOver', nowMs + policy.centreRingMs);
}

function saidFirst(words: Lead['words']): readonly string[] {
  return 'cursor' in words ? words.said : [words.first.id];
}

/** Somebody picked up there. */
export function leadAnswered(step: ContactStep, lead: Lead, context: ContactContext): ContactStep {
  if (lead.phase !== 'dialled') return step;
  const joining = inPhase(disarm(step, 'centreOver'), lead, 'joining', lead.sinceMs);
  return arm(join(music(joining, false), lead), 'joinOver', context.nowMs + context.policy.joinMs);
}

function join(step: ContactStep, lead: Lead): ContactStep {
  const offerId = leadIdOf(step.contact, lead);
  const ids = { offerId, legId: legOf(offerId), bridgeId: bridgeOf(offerId) };
  return ask(step, { do: 'join', ...ids, keysPass: true });
}

/** The two hear one another: the contact is answered there. What another city says to him is that city's to record. */
export function leadJoined(step: ContactStep, lead: Lead, context: ContactContext): ContactStep {
  if (lead.phase !== 'joining') return step;
  const { nowMs, policy } = context;
  const { from, sinceMs } = lead;
  const joined = inPhase(disarm(step, 'joinOver'), lead, 'talking', nowMs);
  const talking = record(
    patch(joined, { talks: step.contact.talks + 1 }),
    from === undefined
      ? { type: 'CentreConnected', waitedMs: nowMs - step.contact.arrival.arrivedAtMs }
      : { type: 'CityConnected', areaCode: from.areaCode, rangMs: nowMs - sinceMs },
  );
  const bounded = arm(talking, 'talkOver', nowMs + policy.talkMs);
  return from === undefined ? startRecording(bounded, context) : bounded;
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
  const reason = lead.from === undefined ? 'centreReleased' : 'cityReleased';
  return sayGoodbye(endLead(step, lead, 'released', causeCode, context), context, reason);
}

/**
 * Not served there: he is told so and our own flow begins, or the flow that led him goes on, and in line he has been waiting since he
 * arrived; or he is his agent's again.
 */
export function comeBack(
  step: ContactStep,
  outcome: LeadOutcome,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'led') return step;
  const { from, words } = stage.lead;
  const ended = music(endLead(step, stage.lead, outcome, causeCode, context), false);
  if ('cursor' in words) return flowGoesOn(ended, words.cursor, { type: 'leadFailed' }, context);
  const back = from !== undefined && outcome === 'lost' ? { id: 'queue.resume' } : words.back;
  const said = { prompt: back, mustHear: false };
  const { place } = step.contact;
  if (from === undefined || place === null) return enterFlow(ended, [said], context);
  return say(toAgent(ended, place, from, context), [said], context);
}

/** The agent who led him there takes him again, if he has not gone on to something else. */
function toAgent(
  step: ContactStep,
  place: Place,
  { agentId, cursor }: LeadFrom,
  context: ContactContext,
): ContactStep {
  const mayTake = context.takesBack(agentId);
  const waiting = toHeadOfQueue(step, place, cursor, mayTake ? agentId : null, context);
  const signal = { type: 'CameBack', contactId: step.contact.id } as const;
  return mayTake ? ask(waiting, { do: 'tellAgent', agentId, signal }) : waiting;
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
  const offerId = leadIdOf(step.contact, lead);
  const how = { outcome, causeCode, talkMs: lead.phase === 'talking' ? nowMs - lead.sinceMs : 0 };
  const left = record(
    disarm(step, 'centreOver', 'joinOver', 'talkOver', 'recordingCheck'),
    lead.from === undefined
      ? { type: 'CentreLeft', ...how }
      : { type: 'CityLeft', areaCode: lead.from.areaCode, ...how },
  );
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
      return 'cursor' in lead.words
        ? flowGoesOn(silence(step), lead.words.cursor, { type: 'resumed' }, context)
        : sayFirst(
            lead.from === undefined ? silence(step) : tidyUp(step),
            { ...lead, words: lead.words },
            context,
          );
    case 'dialled':
    case 'joining': {
      if (seen.leg === 'gone') return comeBack(step, goneUnheard(lead, context), 0, context);
      if (seen.leg === 'ringing') return step;
      // The music of his waiting may still be on, and nobody knows.
      const hushed = ask(step, { do: 'music', on: false });
      return lead.phase === 'joining' ? join(hushed, lead) : leadAnswered(hushed, lead, context);
    }
    case 'talking':
      if (seen.leg === 'gone') return centreReleased(step, lead, normalClearing, context);
      return seen.joined ? step : join(ask(step, { do: 'music', on: false }), lead);
  }
}

/** Its end was not heard: while we were away it either rang as long as it may, or it was refused. */
function goneUnheard({ phase, sinceMs }: Lead, { nowMs, policy }: ContactContext): LeadOutcome {
  return phase === 'dialled' && nowMs >= sinceMs + policy.centreRingMs ? 'noAnswer' : 'failed';
}

function inPhase(step: ContactStep, lead: Lead, phase: Lead['phase'], sinceMs: number): ContactStep {
  return moveTo(step, { at: 'led', lead: { ...lead, phase, sinceMs } });
}
