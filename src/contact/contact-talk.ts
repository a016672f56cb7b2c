// A contact in talk: joining, hold, recording, one-way audio, and every way a talk can end.
import { isHeld, type EndedBy, type Place, type Talk } from './contact.js';
import type { ContactSignal } from './contact-signals.js';
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
import { say } from './contact-voice.js';
import type { OfferId } from './ids.js';

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
  const { nowMs, policy } = context;
  const { agentId, deviceId } = offer;
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
    patch(disarm(step, 'joinOver', 'treatment', 'queueTimeout', 'nobody', 'prefer'), {
      stage: { at: 'talking', cursor: contact.stage.cursor, talk },
      place: withoutFrom(contact.place),
      talks: contact.talks + 1,
      lastAgentId: agentId,
    }),
    {
      type: 'AgentConnected',
      agentId,
      offerId,
      waitedMs: nowMs - contact.arrival.arrivedAtMs,
      queuedMs: nowMs - contact.place.queuedAtMs,
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
}

/** Ends the talk in the journal, with the agent and on his leg; the citizen's next stage is the caller's affair. */
export function endTalk(step: ContactStep, talk: Talk, end: TalkEnd, context: ContactContext): ContactStep {
  const { agentId, legId, bridgeId } = talk;
  const alone = endSupervision(disarm(step, ...talkTimers), talk, 'talk', context);
  const ended = record(alone, {
    type: 'TalkEnded',
    agentId,
    talkMs: context.nowMs - talk.connectedAtMs,
    ...end,
  });
  const recorded = talk.recording === 'off' ? ended : ask(ended, { do: 'stopRecording' });
  // Whoever is on hold hears what follows, not the music.
  const heard = isHeld(talk) && end.by !== 'citizen' ? ask(recorded, { do: 'music', on: false }) : recorded;
  return ask(
    heard,
    { do: 'hangUpLeg', legId },
    { do: 'part', bridgeId },
    {
      do: 'tellAgent',
      agentId,
      signal: { type: 'Released', contactId: step.contact.id, interrupted: end.interrupted === 'phone' },
    },
  );
}

/** The agent hung up or released: the citizen is asked how it was, or hears what his number's calls end with. */
export function agentLeft(
  step: ContactStep,
  talk: Talk,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const ended = endTalk(step, talk, { by: 'agent', causeCode }, context);
  return surveyOrGoodbye(ended, talk.agentId, context.nowMs - talk.connectedAtMs, context);
}

/** The talk is over and nobody has chosen so: its time is up, or its leg is gone unheard. Nobody is asked how it was. */
export function talkRanOut(step: ContactStep, talk: Talk, context: ContactContext): ContactStep {
  return sayGoodbye(endTalk(step, talk, { by: 'agent', causeCode: 0 }, context), context);
}

/** The agent's phone died under the talk: the citizen goes to the head of the queue, the same agent preferred. */
export function phoneLost(
  step: ContactStep,
  talk: Talk,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const { stage, place } = step.contact;
  if (stage.at !== 'talking' || place === null) return step;
  const { nowMs, policy } = context;
  const { agentId } = talk;
  const { queueId } = place.request;
  const untilMs = nowMs + policy.resumePreferMs;
  const queue = context.queue(queueId);
  const ended = endTalk(step, talk, { by: 'system', causeCode, interrupted: 'phone' }, context);
  const waiting = record(
    patch(ended, {
      stage: { at: 'waiting', cursor: stage.cursor },
      // He has been told once already why he waits.
      place: { ...place, resumed: true, prefer: { agentId, untilMs }, told: { ...place.told, busy: true } },
    }),
    { type: 'ContactRequeued', queueId, preferAgentId: agentId },
  );
  const armed = arm(arm(waiting, 'prefer', untilMs), 'queueTimeout', nowMs + queue.timeoutMs);
  const apology = { prompt: { id: 'queue.resume' }, mustHear: false };
  return say(arm(armed, 'nobody', nowMs + queue.nobodyMs), [apology], context);
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
  const noted = patch(step, { disposition: merged });
  return exemptByNote(record(noted, { type: 'DispositionSet', agentId, ...disposition }), context);
}
