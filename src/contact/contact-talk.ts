// A contact in talk: joining, hold, recording, one-way audio, and every way a talk can end.
import { isParked } from './consult.js';
import { dropConsult } from './contact-consult.js';
import { isHeld, type EndedBy, type Place, type Talk } from './contact.js';
import type { FlowCursor } from './flow-turn.js';
import type { ContactSignal } from './contact-signals.js';
import { isCalledOut, letCalleeGo } from './called-out.js';
import { bridgeOf, legOf, offerOf } from './contact-queue.js';
import {
  arm,
  ask,
  disarm,
  moveTo,
  patch,
  record,
  refuse,
  withTalk,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import { endSupervision, shutEars } from './contact-supervision.js';
import { exemptByNote, sayGoodbye, surveyOrGoodbye } from './contact-survey.js';
import { music, say, silence } from './contact-voice.js';
import type { AgentId, OfferId } from './ids.js';

/** When the audio of both sides is looked at after the joining, and when a recording must have grown. */
const audioEarlyMs = 2_000;
const audioLateMs = 10_000;
const recordingCheckMs = 2_000;

const talkTimers = [
  'audioEarly',
  'audioLate',
  'recordingCheck',
  'pauseOver',
  'holdNotice',
  'holdOver',
  'silentOver',
  'talkOver',
] as const;

/** The talk in hand, if it is this offer's. */
export function talkOf(step: ContactStep, offerId: OfferId): Talk | null {
  const { stage } = step.contact;
  return stage.at === 'talking' && stage.talk.offerId === offerId ? stage.talk : null;
}

/** Citizen and agent hear one another: the contact is answered. */
export function joined(step: ContactStep, offerId: OfferId, context: ContactContext): ContactStep {
  const { contact } = step;
  const offer = offerOf(contact, offerId);
  if (offer === null || contact.stage.at !== 'offered' || contact.place === null) return step;
  const place = withoutFrom(contact.place);
  const placed = patch(
    disarm(step, 'joinOver', 'treatment', 'queueTimeout', 'nobody', 'overflow', 'prefer'),
    {
      place,
    },
  );
  const { cursor } = contact.stage;
  const queuedMs = context.nowMs - place.queuedAtMs;
  return beginTalk(placed, { ...offer, cursor, queuedMs }, context);
}

/** A citizen (or whom an agent calls) and an agent, joined just now. */
export function beginTalk(
  step: ContactStep,
  {
    offerId,
    agentId,
    deviceId,
    cursor,
    queuedMs,
  }: Pick<Talk, 'offerId' | 'agentId' | 'deviceId'> & {
    readonly cursor: FlowCursor | null;
    readonly queuedMs: number;
  },
  context: ContactContext,
): ContactStep {
  const { contact } = step;
  const { nowMs, policy } = context;
  const legId = legOf(offerId);
  const bridgeId = bridgeOf(offerId);
  const talk: Talk = {
    offerId,
    agentId,
    deviceId,
    legId,
    bridgeId,
    connectedAtMs: nowMs,
    heldBy: [],
    heldSinceMs: null,
    recording: 'off',
    helpSinceMs: null,
    supervision: null,
  };
  const talking = record(
    patch(step, {
      stage: { at: 'talking', cursor, talk },
      talks: contact.talks + 1,
      lastAgentId: agentId,
    }),
    {
      type: 'AgentConnected',
      agentId,
      offerId,
      waitedMs: nowMs - contact.arrival.arrivedAtMs,
      queuedMs,
    },
  );
  const told = ask(talking, {
    do: 'tellAgent',
    agentId,
    signal: { type: 'Connected', offerId, contactId: contact.id, legId },
  });
  const announced = policy.announceAgent
    ? ask(told, { do: 'announce', bridgeId, legId, prompt: { id: 'agent.number', slots: { n: agentId } } })
    : told;
  return startRecording(armTalk(announced, context), context);
}

/** He was taken: a way back is no longer needed. */
function withoutFrom({ from: _back, ...place }: Place): Place {
  return place;
}

function armTalk(step: ContactStep, { nowMs, policy }: ContactContext): ContactStep {
  const early = arm(step, 'audioEarly', nowMs + audioEarlyMs);
  return arm(arm(early, 'audioLate', nowMs + audioLateMs), 'talkOver', nowMs + policy.talkMs);
}

/** Begins to record the talk that has just begun, where the site records; never without the notice. */
export function startRecording(step: ContactStep, { policy }: ContactContext): ContactStep {
  if (!policy.record) return step;
  if (!step.contact.noticeHeard) return record(step, { type: 'RecordingFailed', reason: 'noticeNotHeard' });
  return ask(step, { do: 'record', talk: step.contact.talks });
}

/** The recording runs; its growth is checked soon. */
export function recordingStarted(step: ContactStep, file: string, context: ContactContext): ContactStep {
  const running = patch(markRecording(step, 'on'), { recorded: true });
  const started = record(running, { type: 'RecordingStarted', file });
  return arm(started, 'recordingCheck', context.nowMs + recordingCheckMs);
}

/** The recording does not run; the talk goes on. */
export function recordingFailed(step: ContactStep, reason: string): ContactStep {
  const silent = markRecording(disarm(step, 'recordingCheck', 'pauseOver'), 'off');
  return record(patch(silent, { recorded: false }), { type: 'RecordingFailed', reason });
}

/** In the talk with an agent, or in the one with a sub-centre. */
function markRecording(step: ContactStep, recording: 'on' | 'off'): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'led') return withTalk(step, { recording });
  return moveTo(step, { at: 'led', lead: { ...stage.lead, recording } });
}

/** Pause (card and identity numbers) and resume; spoken to both; ends by itself. */
export function pauseRecording(
  step: ContactStep,
  paused: boolean,
  by: 'agent' | 'system',
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'talking') return refuse(step.contact, 'CONTACT_NOT_TALKING');
  const { recording, bridgeId, legId } = stage.talk;
  if (recording === 'off') return refuse(step.contact, 'RECORDING_OFF');
  if ((recording === 'paused') === paused) return step;
  const changed = record(withTalk(step, { recording: paused ? 'paused' : 'on' }), {
    type: 'RecordingPaused',
    paused,
    by,
  });
  const asked = ask(
    shutEars(changed, stage.talk, paused),
    { do: 'muteRecording', on: paused },
    { do: 'announce', bridgeId, legId, prompt: { id: paused ? 'a.rec.off' : 'a.rec.on' } },
  );
  return paused
    ? arm(asked, 'pauseOver', context.nowMs + context.policy.recordingPauseMs)
    : disarm(asked, 'pauseOver');
}

/** RTP was counted on both legs. */
export function audioChecked(
  step: ContactStep,
  signal: Extract<ContactSignal, { type: 'AudioChecked' }>,
): ContactStep {
  const { citizenHeard, agentHeard } = signal;
  if (step.contact.stage.at !== 'talking' || (citizenHeard && agentHeard)) return step;
  const silent = citizenHeard ? 'agent' : agentHeard ? 'citizen' : 'both';
  return record(step, { type: 'OneWayAudio', silent });
}

/** 不予受理: both hear the route, and the talk goes on. The outcome is noted with it. */
export function giveRoute(
  step: ContactStep,
  talk: Talk,
  {
    agentId,
    kind,
    areaCode,
    say: [prompt, ...next],
    unrecorded,
  }: Extract<ContactSignal, { type: 'GiveRoute' }>,
  context: ContactContext,
): ContactStep {
  if (isHeld(talk)) return refuse(step.contact, 'CONTACT_HELD');
  if (prompt === undefined) return step;
  const given = record(step, { type: 'RouteGiven', agentId, kind, areaCode });
  const noted = setDisposition(given, { agentId, disposition: { outcome: 'scope' } }, context);
  const quiet =
    unrecorded && talk.recording === 'on' ? pauseRecording(noted, true, 'system', context) : noted;
  const { bridgeId, legId } = talk;
  return ask(quiet, { do: 'announce', bridgeId, legId, prompt, next });
}

/** How a talk ends, as the journal tells it. */
export interface TalkEnd {
  readonly by: EndedBy;
  readonly causeCode: number;
  readonly interrupted?: 'phone' | 'node';
  /** Led elsewhere, he may be back with this agent within so long. */
  readonly backWithinMs?: number;
  /** The agent's leg ended first: there is nothing to hang up. */
  readonly legGone?: true;
  /** The citizen goes on with somebody else in the same bridge, and so does the recording. */
  readonly goesOn?: true;
}

/** Ends the talk in the journal, with the agent and on his leg; the citizen's next stage is the caller's affair. */
export function endTalk(step: ContactStep, talk: Talk, how: TalkEnd, context: ContactContext): ContactStep {
  const { agentId, legId, bridgeId } = talk;
  const { backWithinMs, goesOn, legGone, ...end } = how;
  const alone = dropConsult(
    endSupervision(disarm(step, ...talkTimers), talk, 'talk', context),
    talk,
    end.by === 'citizen' ? 'callerGone' : 'agentGone',
    context,
  );
  const ended = record(alone, {
    type: 'TalkEnded',
    agentId,
    talkMs: context.nowMs - talk.connectedAtMs,
    ...end,
  });
  // First of all his phone: with no wrap-up it rings again at once.
  const dropped = legGone === true ? ended : ask(ended, { do: 'hangUpLeg', legId });
  const isRecorded = talk.recording !== 'off' && goesOn !== true;
  const recorded = !isRecorded ? dropped : ask(dropped, { do: 'stopRecording' });
  // Whoever is on hold hears what follows, not the music.
  const stays = end.by !== 'citizen';
  const heard = isHeld(talk) && stays ? ask(recorded, { do: 'music', on: false }) : recorded;
  const unparked = isParked(talk) && stays ? music(silence(heard), false) : heard;
  return ask(goesOn === true ? unparked : ask(unparked, { do: 'part', bridgeId }), {
    do: 'tellAgent',
    agentId,
    signal: {
      type: 'Released',
      contactId: step.contact.id,
      // Whom he had called does not wait for him.
      interrupted: end.interrupted === 'phone' && !isCalledOut(step.contact),
      ...(backWithinMs !== undefined && { backWithinMs }),
    },
  });
}

/** The agent hung up or released: the citizen is asked how it was, or hears what his number's calls end with. */
export function agentLeft(
  step: ContactStep,
  talk: Talk,
  how: Pick<TalkEnd, 'causeCode' | 'legGone'>,
  context: ContactContext,
): ContactStep {
  const ended = endTalk(step, talk, { by: 'agent', ...how }, context);
  if (isCalledOut(step.contact)) return letCalleeGo(ended, 'agentReleased', context);
  return surveyOrGoodbye(ended, talk.agentId, context.nowMs - talk.connectedAtMs, context);
}

/** The talk is over and nobody has chosen so: its time is up, or its leg is gone unheard. Nobody is asked how it was. */
export function talkRanOut(step: ContactStep, talk: Talk, context: ContactContext): ContactStep {
  const ended = endTalk(step, talk, { by: 'agent', causeCode: 0 }, context);
  return isCalledOut(step.contact)
    ? letCalleeGo(ended, 'agentReleased', context)
    : sayGoodbye(ended, context);
}

/**
 * The agent's phone died under the talk: the citizen goes to the head of the queue, the same agent preferred; whom he had called is let go,
 * to be called again.
 */
export function phoneLost(
  step: ContactStep,
  talk: Talk,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const { stage, place } = step.contact;
  if (stage.at !== 'talking') return step;
  const ended = endTalk(step, talk, { by: 'system', causeCode, interrupted: 'phone' }, context);
  if (place === null || stage.cursor === null) return letCalleeGo(ended, 'phoneLost', context);
  const apology = { prompt: { id: 'queue.resume' }, mustHear: false };
  return say(toHeadOfQueue(ended, place, stage.cursor, talk.agentId, context), [apology], context);
}

/** Out of a talk, or from where it led, to the head of his queue. `preferred`: his agent, if he can take him. */
export function toHeadOfQueue(
  step: ContactStep,
  place: Place,
  cursor: FlowCursor,
  preferred: AgentId | null,
  { nowMs, policy, queue: conditionOf }: ContactContext,
): ContactStep {
  const { queueId } = place.request;
  const untilMs = nowMs + policy.resumePreferMs;
  const queue = conditionOf(queueId);
  const prefer = preferred === null ? null : { agentId: preferred, untilMs };
  const waiting = record(
    patch(step, {
      stage: { at: 'waiting', cursor },
      // He has been told once already why he waits.
      place: { ...place, resumed: true, prefer, told: { ...place.told, busy: true } },
    }),
    { type: 'ContactRequeued', queueId, preferAgentId: preferred },
  );
  const timed = arm(arm(waiting, 'queueTimeout', nowMs + queue.timeoutMs), 'nobody', nowMs + queue.nobodyMs);
  return prefer === null ? timed : arm(timed, 'prefer', untilMs);
}

/** The agent's note; open through the talk and until the contact is retired. */
export function setDisposition(
  step: ContactStep,
  {
    agentId,
    disposition,
  }: Pick<Extract<ContactSignal, { type: 'SetDisposition' }>, 'agentId' | 'disposition'>,
  context: ContactContext,
): ContactStep {
  if (step.contact.lastAgentId !== agentId) return refuse(step.contact, 'CONTACT_NOT_YOURS');
  const merged = { ...step.contact.disposition, ...disposition };
  const noted = record(patch(step, { disposition: merged }), {
    type: 'DispositionSet',
    agentId,
    ...disposition,
  });
  const signal = { type: 'NoteSaved', contactId: step.contact.id, by: 'agent' } as const;
  return exemptByNote(ask(noted, { do: 'tellAgent', agentId, signal }), context);
}
