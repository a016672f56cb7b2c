// A citizen handed over to an expert: the agent goes on to his wrap-up, citizen and expert talk, and what comes after.
//
// An agent who hangs up or whose phone dies in a consult has handed over, where an expert is there: better a person than a queue. Who
// cannot be joined, or whose expert's phone died, is at the head of his agent's queue again.
import { expertThere, isParked, type ExpertTalk } from './consult.js';
import type { Talk } from './contact.js';
import { dropConsult, letGo, noticeOf, told } from './contact-consult.js';
import type { ContactSignal } from './contact-signals.js';
import {
  arm,
  ask,
  disarm,
  moveTo,
  record,
  refuse,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import { sayGoodbye, surveyOrGoodbye } from './contact-survey.js';
import { agentLeft, endTalk, toHeadOfQueue, type TalkEnd } from './contact-talk.js';
import { music, say, silence } from './contact-voice.js';

/** The citizen is the expert's: at once where all three talk, else as soon as the two are joined. */
export function handOver(step: ContactStep, talk: Talk, how: TalkEnd, context: ContactContext): ContactStep {
  return talk.consult?.phase === 'noticed'
    ? refuse(step.contact, 'CONSULT_NONE')
    : giveOver(step, talk, how, context);
}

function giveOver(
  step: ContactStep,
  { consult, ...talk }: Talk,
  how: TalkEnd,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  const call = consult && expertThere(consult);
  // Whoever was called by us stays with who called him: no expert is asked.
  if (stage.at !== 'talking' || stage.cursor === null || consult === undefined || call === undefined)
    return refuse(step.contact, 'CONSULT_NONE');
  const { nowMs, policy } = context;
  const { agentId, bridgeId } = talk;
  const { consultId, phase } = consult;
  const dropped = dropConsult(step, { consult, agentId }, 'handedOver', context, call);
  const left = endTalk(recordedAgain(dropped, talk), talk, { ...how, goesOn: true }, context);
  const expertTalk: ExpertTalk = {
    ...{ consultId, call, agentId, bridgeId, phase: phase === 'noticed' ? phase : 'joining', sinceMs: nowMs },
    recording: talk.recording === 'off' ? 'off' : 'on',
    ...(consult.target !== undefined && { target: consult.target }),
  };
  const moved = moveTo(left, { at: 'expert', cursor: stage.cursor, talk: expertTalk });
  if (phase === 'conference') return expertJoined(moved, expertTalk, context);
  // He hears of the recording first, and the citizen music.
  if (phase === 'noticed') return arm(moved, 'joinOver', nowMs + policy.playMs);
  return joinCitizen(moved, expertTalk, context);
}

function joinCitizen(step: ContactStep, talk: ExpertTalk, context: ContactContext): ContactStep {
  const { bridgeId, call } = talk;
  const quiet = music(silence(toTalk(step, { ...talk, phase: 'joining' })), false);
  const joining = ask(quiet, { do: 'gather', bridgeId, citizen: true, legIds: [call.legId] });
  return arm(joining, 'joinOver', context.nowMs + context.policy.joinMs);
}

/** The expert has heard of the recording. */
export function expertToldAlone(
  step: ContactStep,
  talk: ExpertTalk,
  { playId }: Extract<ContactSignal, { type: 'ExpertPlayEnded' }>,
  context: ContactContext,
): ContactStep {
  const isNotice = talk.phase === 'noticed' && playId === noticeOf(talk.call.legId);
  return isNotice ? joinCitizen(step, talk, context) : step;
}

/** What was waited for did not come in time: the end of the notice, or of the joining. */
export function expertOverdue(step: ContactStep, talk: ExpertTalk, context: ContactContext): ContactStep {
  return talk.phase === 'noticed' ? joinCitizen(step, talk, context) : backToAgent(step, talk, 0, context);
}

/** A pause was the agent's, and ends with him. */
function recordedAgain(step: ContactStep, { recording }: Pick<Talk, 'recording'>): ContactStep {
  if (recording !== 'paused') return step;
  return ask(record(step, { type: 'RecordingPaused', paused: false, by: 'system' }), {
    ...{ do: 'muteRecording', on: false },
  });
}

/** What an expert hears of the recording is shorter than this: so long his agent may have the citizen back. */
const noticeMs = 10_000;

/** The agent left in a consult: by his key, or his phone died. */
export function agentGoneInConsult(
  step: ContactStep,
  talk: Talk,
  { causeCode, phoneLost }: { readonly causeCode: number; readonly phoneLost: boolean },
  context: ContactContext,
): ContactStep {
  const how: TalkEnd = phoneLost
    ? { by: 'system', causeCode, interrupted: 'phone' }
    : { by: 'agent', causeCode };
  const { consult } = talk;
  const { joinMs } = context.policy;
  const backWithinMs = consult?.phase === 'noticed' ? noticeMs + joinMs : joinMs;
  if (consult !== undefined && expertThere(consult) !== undefined)
    return giveOver(step, talk, { ...how, backWithinMs }, context);
  const { stage, place } = step.contact;
  if (stage.at !== 'talking' || stage.cursor === null || place === null || !isParked(talk))
    return agentLeft(step, talk, { causeCode, legGone: true }, context);
  // He was told that an expert is sought: a goodbye would be none.
  const ended = endTalk(step, talk, how, context);
  const waiting = toHeadOfQueue(ended, place, stage.cursor, phoneLost ? talk.agentId : null, context);
  return say(waiting, [{ prompt: { id: 'queue.resume' }, mustHear: false }], context);
}

/** Citizen and expert hear one another. */
function expertJoined(step: ContactStep, talk: ExpertTalk, context: ContactContext): ContactStep {
  const { nowMs, policy } = context;
  const talking = toTalk(disarm(step, 'joinOver'), { ...talk, phase: 'talking', sinceMs: nowMs });
  return arm(
    record(talking, { type: 'ExpertConnected', agentId: talk.agentId, ...told(talk, talk.call) }),
    'talkOver',
    nowMs + policy.talkMs,
  );
}

/** The joining was done, or could not be. */
export function expertGathered(
  step: ContactStep,
  talk: ExpertTalk,
  { bridgeId, legIds, ok }: Extract<ContactSignal, { type: 'Gathered' }>,
  context: ContactContext,
): ContactStep {
  // Of three who were to be joined when the agent left, nothing is true any more.
  if (talk.phase !== 'joining' || bridgeId !== talk.bridgeId || legIds.length > 1) return step;
  return ok ? expertJoined(step, talk, context) : backToAgent(step, talk, 0, context);
}

/** The line failed, and nobody hung up (Q.850: out of order, congested, not available, given up by a timer). */
const lineFaults: ReadonlySet<number> = new Set([27, 34, 38, 41, 42, 44, 47, 102]);

/** The expert's phone is gone. Who was released by a person is done; everybody else is ours. */
export function expertLegGone(
  step: ContactStep,
  talk: ExpertTalk,
  { legId, causeCode, phoneLost }: Extract<ContactSignal, { type: 'ExpertGone' }>,
  context: ContactContext,
): ContactStep {
  if (legId !== talk.call.legId) return step;
  if (talk.phase !== 'talking' || phoneLost || lineFaults.has(causeCode))
    return backToAgent(step, talk, causeCode, context);
  const ended = endExpertTalk(step, talk, { by: 'expert', causeCode }, context);
  // Whoever was in danger is not asked how it was.
  if (talk.target?.kind === 'emergency') return sayGoodbye(ended, context, 'expertReleased');
  return surveyOrGoodbye(ended, talk.agentId, context.nowMs - talk.sinceMs, context);
}

/** The longest talk is over. */
export function expertTalkRanOut(step: ContactStep, talk: ExpertTalk, context: ContactContext): ContactStep {
  const ended = endExpertTalk(step, talk, { by: 'system', causeCode: 0 }, context);
  return sayGoodbye(ended, context, 'expertReleased');
}

/** Not served there: the head of the queue, with the agent who knows of it, if he has not gone on to something else. */
export function backToAgent(
  step: ContactStep,
  talk: ExpertTalk,
  causeCode: number,
  context: ContactContext,
): ContactStep {
  const { stage, place } = step.contact;
  const lost = { by: 'system', causeCode, interrupted: 'phone' } as const;
  const ended = endExpertTalk(step, talk, lost, context);
  if (stage.at !== 'expert' || place === null) return sayGoodbye(ended, context, 'expertReleased');
  const { agentId } = talk;
  const mayTake = context.takesBack(agentId);
  const waiting = toHeadOfQueue(ended, place, stage.cursor, mayTake ? agentId : null, context);
  const signal = { type: 'CameBack', contactId: step.contact.id } as const;
  const told = mayTake ? ask(waiting, { do: 'tellAgent', agentId, signal }) : waiting;
  return say(told, [{ prompt: { id: 'queue.resume' }, mustHear: false }], context);
}

/** Ends it in the journal, with the expert and his phone; the citizen's next stage is the caller's affair. */
export function endExpertTalk(
  step: ContactStep,
  talk: ExpertTalk,
  how: {
    readonly by: 'citizen' | 'expert' | 'system';
    readonly causeCode: number;
    readonly interrupted?: 'phone' | 'node';
  },
  { nowMs }: ContactContext,
): ContactStep {
  const { call, bridgeId, phase, recording, sinceMs } = talk;
  const ended = record(disarm(step, 'joinOver', 'talkOver'), {
    ...{ type: 'ExpertReleased', ...told(talk, call), ...how },
    talkMs: phase === 'talking' ? nowMs - sinceMs : 0,
  });
  const recorded = recording === 'off' ? ended : ask(ended, { do: 'stopRecording' });
  return ask(letGo(recorded, call), { do: 'part', bridgeId });
}

/** After a restart or a reconnect. */
export function resyncExpert(
  step: ContactStep,
  talk: ExpertTalk,
  seen: Pick<Extract<ContactSignal, { type: 'Resynced' }>, 'leg' | 'joined'>,
  context: ContactContext,
): ContactStep {
  if (seen.leg !== 'up') return backToAgent(step, talk, 0, context);
  const { bridgeId, call } = talk;
  if (seen.joined) return talk.phase === 'talking' ? step : expertJoined(step, talk, context);
  // Whether his music is on nobody knows.
  const hushed = ask(step, { do: 'music', on: false });
  if (talk.phase === 'noticed')
    return joinCitizen(ask(hushed, { do: 'stopPlay', playId: noticeOf(call.legId) }), talk, context);
  return ask(hushed, { do: 'gather', bridgeId, citizen: true, legIds: [call.legId] });
}

function toTalk(step: ContactStep, talk: ExpertTalk): ContactStep {
  const { stage } = step.contact;
  return stage.at === 'expert' ? moveTo(step, { ...stage, talk }) : step;
}
