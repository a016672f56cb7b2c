// The life of a contact: one pure step per signal, from arrival to retirement.
//
// Deadlines and exits (every stage has one):
//   flow      playOver -> next part; collect -> silence, which leads to a person; lookUp -> a person
//             voicemailOver -> what was said is kept, the flow goes on
//   led       centreOver, joinOver -> told, and the flow begins, or back to the agent who led him; talkOver -> ended
//   calling   callOver -> both are let go, and the agent is told (an agent's own call before the joining)
//   waiting   treatment -> told something; queueTimeout, nobody -> the flow's spoken exit
//             overflow -> another queue, a sub-centre or a message, as the flow has it; prefer -> anybody
//   offered   progress -> unreachable; rona -> back in line; joinOver -> back in line
//   talking   audioEarly, audioLate -> audio is counted; recordingCheck; pauseOver -> recorded again; talkOver -> ended
//             holdNotice -> agent and supervisors are told; holdOver -> taken back from a hold by page
//             silentOver -> a silent caller's keys mean nothing any more, the agent is told
//             supervisorRing -> the supervisor's phone is left alone
//             consultOver -> the next expert is sought, or the consult is over, or the citizen is the target's; parkOver -> the citizen is with his agent again
//   expert    joinOver -> back to the agent who handed over; talkOver -> ended
//   survey    playOver, collect -> asked once more, then goodbye; surveyOver -> goodbye
//   leaving   sayAgain -> said once more after a pause
//             leavingOver -> hung up (again)
//   ended     retire -> forgotten
import type { AgentId } from './ids.js';
import { isCalledOut } from './called-out.js';
import { seal } from './confidential.js';
import {
  isHeld,
  type Arrival,
  type Contact,
  type ContactTimer,
  type EndedBy,
  type Stage,
  type Supervision,
  type Talk,
} from './contact.js';
import type { ContactEffect, ContactSignal } from './contact-signals.js';
import {
  announce,
  begin,
  caseLookedUp,
  caseNotLookedUp,
  digitPressed,
  flowGoesOn,
  keyDidNotCome,
  nothingMore,
  numberChanged,
  pauseBetween,
  sayOnceMore,
} from './contact-flow.js';
import { isConsulting, isParked } from './consult.js';
import {
  backFromConsult,
  conferConsult,
  consultOverdue,
  consultRecordingStarted,
  expertAnswered,
  expertGone,
  expertMayBeFree,
  expertPlayEnded,
  expertPressed,
  expertsBusy,
  expertsReserved,
  gathered,
  isAcceptedInTime,
  packetTaken,
  parkedTooLong,
  resyncConsult,
  seekExpert,
} from './contact-consult.js';
import {
  agentGoneInConsult,
  expertOverdue,
  expertToldAlone,
  endExpertTalk,
  expertGathered,
  expertLegGone,
  expertTalkRanOut,
  handOver,
  resyncExpert,
} from './contact-expert.js';
import { callHelp, holdByPage, holdByPhone, holdLimitReached, holdOverdue } from './contact-hold.js';
import {
  beginLead,
  centreReleased,
  comeBack,
  endLead,
  leadAnswered,
  leadGoesOn,
  leadJoined,
  leadLegGone,
  leadOf,
  resyncLead,
} from './contact-lead.js';
import {
  bridgeOf,
  closeOffer,
  holdAgent,
  joinWhenHeard,
  legAnswered,
  legFailed,
  legOf,
  legRinging,
  nobodyThere,
  offerMade,
  offerOf,
  queueTimedOut,
  treat,
  treatRinging,
  waitedForOverflow,
  withdrawOffer,
} from './contact-queue.js';
import {
  arm,
  ask,
  disarm,
  moveTo,
  patch,
  record,
  refuse,
  still,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import {
  beginCallOut,
  calleeAnswered,
  calleeGone,
  calleeJoined,
  callerLeft,
  callerReady,
  callGoesOn,
  callingOf,
  callRanOut,
  endCallOut,
  phoneFree,
  resyncCallOut,
} from './contact-call-out.js';
import { seekCity } from './contact-city.js';
import { seekSeat } from './contact-seat.js';
import { keepWish } from './contact-wish.js';
import { noteCode } from './contact-code.js';
import {
  askSilentCaller,
  callerTexted,
  silentCallerPressed,
  silentCallerQuiet,
  silentCallerResumed,
} from './contact-silent.js';
import {
  changeMode,
  endSupervision,
  supervise,
  supervisorAnswered,
  supervisorHears,
} from './contact-supervision.js';
import { breakOff, exemptByNote, leavingAgain, surveyEnded, tidyUp } from './contact-survey.js';
import {
  agentLeft,
  audioChecked,
  endTalk,
  giveRoute,
  joined,
  pauseRecording,
  phoneLost,
  recordingFailed,
  recordingStarted,
  setDisposition,
  talkOf,
  talkRanOut,
  type TalkEnd,
} from './contact-talk.js';
import {
  beginVoicemail,
  closeVoicemail,
  voicemailFailed,
  voicemailOver,
  voicemailStarted,
} from './contact-voicemail.js';
import { forgetVoice, freshEvent, isQuiet, music, playEnded, playNext, silence } from './contact-voice.js';
import type { ContactId, SupervisionId } from './ids.js';
import { warn } from './contact-warning.js';

/** A contact at the moment it arrives, before its first step. */
export function newContact(id: ContactId, arrival: Arrival): Contact {
  return {
    id,
    version: 0,
    arrival,
    stage: { at: 'ended' },
    voice: { playing: null, pending: [], music: false, plays: 0 },
    place: null,
    noticeHeard: arrival.handedOver?.noticeHeard === true,
    talks: 0,
    lastAgentId: null,
    disposition: {},
    deadlines: {},
  };
}

/**
 * One signal into a contact's state; pure. A signal that no longer fits (an old offer's, a playback's already cut)
 * changes nothing; a person's wish that does not fit is refused.
 */
export function contactStep(contact: Contact, signal: ContactSignal, context: ContactContext): ContactStep {
  if (contact.stage.at === 'ended' && signal.type !== 'Arrived') return afterEnd(contact, signal, context);
  const step = heed(still(contact), signal, context);
  return step.refused === undefined ? settle(step, context) : step;
}

function heed(step: ContactStep, signal: ContactSignal, context: ContactContext): ContactStep {
  switch (signal.type) {
    case 'EventWentLive':
      return step;
    case 'Arrived': {
      const { out, words } = step.contact.arrival;
      if (out !== undefined) return beginCallOut(step, out, context);
      const lead = words?.lead;
      return lead === undefined ? begin(step, context) : beginLead(step, lead, context);
    }
    case 'PlayEnded':
      return playEnded(step, signal.playId, signal.ok, context);
    case 'Digit':
      if (step.contact.stage.at === 'talking')
        return silentCallerPressed(step, step.contact.stage.talk, signal.digit);
      return inVoicemail(step)
        ? spokenInto(step, signal.digit, context)
        : digitPressed(step, signal.digit, context);
    case 'TimerFired':
      return timerFired(step, signal.timer, context);
    case 'CaseLookedUp':
      return caseLookedUp(step, signal.lookUpId, signal.answer, context);
    case 'OfferMade':
      return offerMade(step, signal, context);
    case 'LegRinging':
      return legRinging(step, signal.offerId);
    case 'LegAnswered': {
      const lead = leadOf(step, signal.offerId);
      if (lead !== null) return leadAnswered(step, lead, context);
      const call = callingOf(step, signal.offerId);
      if (call !== null) return callerReady(step, call, context);
      return legAnswered(step, signal.offerId, context);
    }
    case 'LegGone':
      return legGone(step, signal, context);
    case 'Joined': {
      const lead = leadOf(step, signal.offerId);
      const call = callingOf(step, signal.offerId);
      if (call !== null) return calleeJoined(step, call, context);
      return lead === null ? joined(step, signal.offerId, context) : leadJoined(step, lead, context);
    }
    case 'PhoneFree':
      return phoneFree(step, context);
    case 'CalleeAnswered':
      return calleeAnswered(step, context);
    case 'JoinFailed': {
      const call = callingOf(step, signal.offerId);
      if (call !== null)
        return endCallOut(step, call, { by: 'system', outcome: 'failed', causeCode: 0 }, context);
      if (leadOf(step, signal.offerId) !== null) return comeBack(step, 'failed', 0, context);
      return offerOf(step.contact, signal.offerId) === null ? step : withdrawOffer(step, 'failed', context);
    }
    case 'LegHeld': {
      const talk = talkOf(step, signal.offerId);
      // In a consult his key holds whom he talks with, which is his phone's own affair.
      return talk === null || isConsulting(talk) ? step : holdByPhone(step, talk, signal.held, context);
    }
    case 'CallerGone':
      return callerGone(
        step,
        { by: 'citizen', causeCode: signal.causeCode, inGap: signal.inGap, node: false },
        context,
      );
    case 'AgentReleased': {
      const { stage } = step.contact;
      if (stage.at === 'calling' && stage.call.agentId === signal.agentId)
        return callerLeft(step, stage.call, 16, context);
      return withTalkAlone(step, signal.agentId, (talk) => agentLeft(step, talk, { causeCode: 16 }, context));
    }
    case 'PauseRecording':
      return withOwnTalk(step, signal.agentId, () => pauseRecording(step, signal.paused, 'agent', context));
    case 'HoldContact':
      return withTalkAlone(step, signal.agentId, (talk) => holdByPage(step, talk, signal.on, context));
    case 'CallHelp':
      return withOwnTalk(step, signal.agentId, (talk) => callHelp(step, talk, signal.on, context));
    case 'AskSilentCaller':
      return withCallersTalk(step, signal.agentId, (talk) => askSilentCaller(step, talk, context));
    case 'TellCode':
      return noteCode(step, signal.code);
    case 'SetWish':
      return withOwnTalk(step, signal.agentId, () => keepWish(step, signal.wish, signal.agentId));
    case 'SeekSeat':
      return withCallersTalk(step, signal.agentId, (talk) => seekSeat(step, talk, signal, context));
    case 'SeekCity':
      return withCallersTalk(step, signal.agentId, (talk) => seekCity(step, talk, signal, context));
    case 'SeekExpert':
      return withOwnTalk(step, signal.agentId, (talk) =>
        isCalledOut(step.contact)
          ? refuse(step.contact, 'CALLED_OUT')
          : seekExpert(step, talk, signal, context),
      );
    case 'ConferConsult':
      return withOwnTalk(step, signal.agentId, (talk) => conferConsult(step, talk, context));
    case 'HandOver':
      return withOwnTalk(step, signal.agentId, (talk) => handOver(step, talk, accepted(context), context));
    case 'EndConsult':
      return withOwnTalk(step, signal.agentId, (talk) => backFromConsult(step, talk, context));
    case 'PacketTaken':
      return packetTaken(step, signal);
    case 'ExpertsReserved':
      return expertsReserved(step, signal, context);
    case 'ExpertsBusy':
      return expertsBusy(step, signal, context);
    case 'ExpertMayBeFree':
      return expertMayBeFree(step, signal, context);
    case 'ExpertAnswered':
      return expertAnswered(step, signal, context);
    case 'ExpertPressed':
      return expertPressed(step, signal, context);
    case 'ExpertPlayEnded': {
      const { stage } = step.contact;
      if (stage.at === 'expert') return expertToldAlone(step, stage.talk, signal, context);
      return expertPlayEnded(step, signal, context);
    }
    case 'ExpertGone': {
      const { stage } = step.contact;
      if (stage.at === 'expert') return expertLegGone(step, stage.talk, signal, context);
      return expertGone(step, signal, context);
    }
    case 'Gathered': {
      const { stage } = step.contact;
      if (stage.at === 'expert') return expertGathered(step, stage.talk, signal, context);
      return gathered(step, signal, context);
    }
    case 'ConsultRecordingStarted':
      return consultRecordingStarted(step, signal);
    case 'CallerTexted':
      return callerTexted(step, signal.sent);
    case 'Supervise': {
      const { stage } = step.contact;
      if (stage.at !== 'talking') return refuse(step.contact, 'CONTACT_NOT_TALKING');
      return supervise(step, stage.talk, signal, context);
    }
    case 'ChangeSupervision': {
      const { stage } = step.contact;
      const supervision = stage.at === 'talking' ? stage.talk.supervision : null;
      if (stage.at !== 'talking' || supervision?.supervisorId !== signal.supervisorId)
        return refuse(step.contact, 'SUPERVISION_NONE');
      return changeMode(step, stage.talk, supervision, signal.mode);
    }
    case 'SupervisorAnswered':
      return withSupervision(step, signal.supervisionId, (talk, supervision) =>
        supervisorAnswered(step, talk, supervision),
      );
    case 'SupervisorHears':
      return withSupervision(step, signal.supervisionId, (talk, supervision) =>
        supervisorHears(step, talk, supervision, context),
      );
    case 'SupervisionOver':
      return withSupervision(step, signal.supervisionId, (talk) =>
        endSupervision(step, talk, signal.reason, context),
      );
    case 'SetDisposition':
      return setDisposition(step, signal, context);
    case 'Warn':
      return withTalkAlone(step, signal.agentId, (talk) => warn(step, talk, signal.agentId, context));
    case 'GiveRoute':
      return withTalkAlone(step, signal.agentId, (talk) => giveRoute(step, talk, signal, context));
    case 'Seal':
      return exemptByNote(seal(step, signal), context);
    case 'RecordingStarted':
      return isRecordable(step.contact.stage) ? recordingStarted(step, signal.file, context) : step;
    case 'RecordingFailed':
      return recordingFailed(step, signal.reason);
    case 'VoicemailStarted':
      return voicemailStarted(step, signal, context);
    case 'VoicemailFailed':
      return voicemailFailed(step, signal, context);
    case 'AudioChecked':
      return audioChecked(step, signal);
    case 'Resynced':
      return resynced(step, signal, context);
  }
}

/** In talk with an agent or with a sub-centre. */
function isRecordable(stage: Stage): boolean {
  return stage.at === 'talking' || (stage.at === 'led' && stage.lead.phase === 'talking');
}

function inVoicemail({ contact: { stage } }: ContactStep): boolean {
  return stage.at === 'flow' && stage.next.type === 'voicemail';
}

/** A key while a message is taken: # alone ends it. */
function spokenInto(step: ContactStep, digit: string, context: ContactContext): ContactStep {
  return digit === '#' ? voicemailOver(step, 'key', context) : step;
}

/** Whatever the signal was: what the stage wants as soon as the line is quiet. */
function settle(step: ContactStep, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  switch (stage.at) {
    case 'flow':
    case 'survey':
      if (!isQuiet(step)) return step;
      if (stage.next.type === 'spoken') {
        return settle(flowGoesOn(step, stage.cursor, { type: 'spoken' }, context), context);
      }
      if (stage.next.type === 'voicemail') return beginVoicemail(step, stage.next.longestMs, context);
      if (stage.next.type !== 'collect' || step.contact.deadlines.collect !== undefined) return step;
      return arm(step, 'collect', context.nowMs + stage.next.timeoutMs);
    case 'led':
      return leadGoesOn(step, stage.lead, context);
    case 'calling':
      return callGoesOn(step, stage.call, context);
    case 'waiting':
      return isQuiet(step) ? treat(step, context) : step;
    case 'offered':
      if (stage.offer.answeredAtMs !== null) return joinWhenHeard(step, context);
      return isQuiet(step) ? treatRinging(step, context) : step;
    case 'leaving':
      if (!isQuiet(step)) return step;
      return stage.again === undefined ? hangUpOnce(step) : pauseBetween(step, context);
    case 'talking':
      return isParked(stage.talk) && isQuiet(step) ? music(step, true) : step;
    case 'expert':
      return stage.talk.phase === 'noticed' && isQuiet(step) ? music(step, true) : step;
    case 'ended':
      return step;
  }
}

/** Q.850 22 tells the carrier that the number has changed (SIP 410). */
function hangUp({ arrival }: Contact): ContactEffect {
  return { do: 'hangUp', causeCode: arrival.words?.announcement === undefined ? 16 : 22 };
}

/** The hang-up is asked for once; `leavingOver` asks again. */
function hangUpOnce(step: ContactStep): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'leaving' || stage.hangingUp) return step;
  return ask(moveTo(step, { ...stage, hangingUp: true }), hangUp(step.contact));
}

function withOwnTalk(step: ContactStep, agentId: AgentId, act: (talk: Talk) => ContactStep): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'talking') return refuse(step.contact, 'CONTACT_NOT_TALKING');
  return stage.talk.agentId === agentId ? act(stage.talk) : refuse(step.contact, 'CONTACT_NOT_YOURS');
}

/** What makes sense with whoever called us alone: one whom an agent called stays with that agent. */
function withCallersTalk(step: ContactStep, agentId: AgentId, act: (talk: Talk) => ContactStep): ContactStep {
  return withTalkAlone(step, agentId, (talk) =>
    isCalledOut(step.contact) ? refuse(step.contact, 'CALLED_OUT') : act(talk),
  );
}

/** Likewise, for what is between the two alone: not while an expert is sought, asked, or there. */
function withTalkAlone(step: ContactStep, agentId: AgentId, act: (talk: Talk) => ContactStep): ContactStep {
  return withOwnTalk(step, agentId, (talk) =>
    isConsulting(talk) ? refuse(step.contact, 'CONSULT_RUNNING') : act(talk),
  );
}

/** A late word about a supervision that is over changes nothing. */
function withSupervision(
  step: ContactStep,
  supervisionId: SupervisionId,
  act: (talk: Talk, supervision: Supervision) => ContactStep,
): ContactStep {
  const { stage } = step.contact;
  const supervision = stage.at === 'talking' ? stage.talk.supervision : null;
  if (stage.at !== 'talking' || supervision?.supervisionId !== supervisionId) return step;
  return act(stage.talk, supervision);
}

function legGone(
  step: ContactStep,
  signal: Extract<ContactSignal, { type: 'LegGone' }>,
  context: ContactContext,
): ContactStep {
  const { offerId, causeCode } = signal;
  const lead = leadOf(step, offerId);
  if (lead !== null) return leadLegGone(step, lead, signal, context);
  const call = callingOf(step, offerId);
  if (call !== null) return callerLeft(step, call, causeCode, context);
  const offer = offerOf(step.contact, offerId);
  // A lost phone says nothing of its channel, which may still ring and is ended from our side.
  if (offer !== null && signal.phoneLost) return withdrawOffer(step, 'unreachable', context);
  if (offer !== null) return legFailed(step, offer, causeCode, context);
  const talk = talkOf(step, offerId);
  if (talk === null) return step;
  if (isConsulting(talk)) return agentGoneInConsult(step, talk, signal, context);
  return signal.phoneLost
    ? phoneLost(step, talk, causeCode, context)
    : agentLeft(step, talk, { causeCode, legGone: true }, context);
}

interface Gone {
  readonly by: EndedBy;
  readonly causeCode: number;
  readonly inGap: boolean;
  /** Asterisk itself went down under the call. */
  readonly node: boolean;
}

/** The citizen is gone, in whatever stage: everything of this contact is let go. */
function callerGone(step: ContactStep, gone: Gone, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  const { causeCode, inGap } = gone;
  if (stage.at === 'calling') return calleeGone(step, stage.call, causeCode, context);
  const event = gone.by === 'citizen' && mayGiveUp(stage) ? freshEvent(step.contact, context) : undefined;
  const left = closeVoicemail(step, gone.by === 'citizen' ? 'hungUp' : 'fault', context);
  const freed = letGo(forgetVoice(left), gone, context);
  const ended = record(freed, {
    type: 'ContactEnded',
    by: stage.at === 'leaving' && !leftAnnouncement(stage) ? stage.by : gone.by,
    during: stage.at,
    reason: stage.at === 'leaving' ? stage.reason : gone.node ? 'node' : 'hungUp',
    causeCode,
    ...(event !== undefined && { afterEvent: event }),
    inGap,
  });
  const empty = patch(ended, { stage: { at: 'ended' }, place: null, deadlines: {} });
  return step.contact.lastAgentId !== null
    ? arm(empty, 'retire', context.nowMs + context.policy.retireMs)
    : ask(empty, { do: 'retire' });
}

/** Whoever goes here has not talked with anybody yet. */
function mayGiveUp({ at }: Stage): boolean {
  return at === 'flow' || at === 'waiting' || at === 'offered';
}

/** He hung up while he was told what to dial instead; whoever heard it to its end was released. */
function leftAnnouncement(stage: Extract<Stage, { at: 'leaving' }>): boolean {
  return stage.reason === numberChanged && !stage.hangingUp;
}

function letGo(step: ContactStep, gone: Gone, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  if (stage.at === 'talking') {
    const end = {
      by: gone.by,
      causeCode: gone.causeCode,
      ...(gone.node && { interrupted: 'node' as const }),
    };
    return endTalk(step, stage.talk, end, context);
  }
  if (stage.at === 'survey') return surveyEnded(step, gone.by);
  if (stage.at === 'led') return endLead(step, stage.lead, 'callerGone', gone.causeCode, context);
  if (stage.at === 'expert') {
    const { causeCode } = gone;
    const by = gone.by === 'citizen' ? 'citizen' : 'system';
    const end = { by, causeCode, ...(gone.node && { interrupted: 'node' as const }) } as const;
    return endExpertTalk(step, stage.talk, end, context);
  }
  if (stage.at !== 'offered') return step;
  const { offerId } = stage.offer;
  const dropped = ask(
    step,
    { do: 'hangUpLeg', legId: legOf(offerId) },
    { do: 'part', bridgeId: bridgeOf(offerId) },
  );
  return closeOffer(dropped, stage.offer, 'callerGone', gone.causeCode, context);
}

/** After the end only the note, the retirement and a late offer's refusal are left. */
function afterEnd(contact: Contact, signal: ContactSignal, context: ContactContext): ContactStep {
  const step = still(contact);
  switch (signal.type) {
    case 'SetDisposition':
      return setDisposition(step, signal, context);
    case 'Seal':
      return exemptByNote(seal(step, signal), context);
    case 'OfferMade':
      return offerMade(step, signal, context);
    case 'TimerFired':
      return signal.timer === 'retire' ? ask(disarm(step, 'retire'), { do: 'retire' }) : step;
    case 'AgentReleased':
    case 'PauseRecording':
    case 'HoldContact':
    case 'CallHelp':
    case 'GiveRoute':
    case 'SeekSeat':
    case 'SeekCity':
    case 'SetWish':
    case 'Warn':
    case 'AskSilentCaller':
    case 'Supervise':
    case 'SeekExpert':
      return refuse(contact, 'CONTACT_NOT_TALKING');
    case 'ConferConsult':
    case 'HandOver':
    case 'EndConsult':
      return refuse(contact, 'CONSULT_NONE');
    case 'ExpertsReserved':
      return expertsReserved(step, signal, context);
    case 'ChangeSupervision':
      return refuse(contact, 'SUPERVISION_NONE');
    default:
      return step;
  }
}

function timerFired(step: ContactStep, timer: ContactTimer, context: ContactContext): ContactStep {
  if (step.contact.deadlines[timer] === undefined) return step;
  const due = disarm(step, timer);
  const { stage, voice, place } = due.contact;
  switch (timer) {
    case 'playOver':
      return voice.playing === null ? due : playEnded(due, voice.playing.playId, false, context);
    case 'collect':
      return keyDidNotCome(due, context);
    case 'lookUp':
      return caseNotLookedUp(due, context);
    case 'treatment':
    case 'retire':
      return due;
    case 'queueTimeout':
      return queueTimedOut(due, context);
    case 'nobody':
      return nobodyThere(due, context);
    case 'overflow':
      return waitedForOverflow(due, context);
    case 'prefer':
      return place === null ? due : patch(due, { place: { ...place, prefer: null } });
    case 'progress':
      return withdrawOffer(due, 'unreachable', context);
    case 'rona':
      return withdrawOffer(due, 'rona', context);
    case 'callOver':
      return stage.at === 'calling' ? callRanOut(due, stage.call, context) : due;
    case 'centreOver':
      return comeBack(due, 'noAnswer', 0, context);
    case 'joinOver':
      if (stage.at === 'led') return comeBack(due, 'failed', 0, context);
      if (stage.at === 'expert') return expertOverdue(due, stage.talk, context);
      return withdrawOffer(due, 'failed', context);
    case 'audioEarly':
    case 'audioLate':
      return stage.at === 'talking' ? ask(due, { do: 'checkAudio', legId: stage.talk.legId }) : due;
    case 'recordingCheck':
      return ask(due, { do: 'checkRecording', talk: due.contact.talks });
    case 'pauseOver':
      return pauseRecording(due, false, 'system', context);
    case 'holdNotice':
      return holdOverdue(due, context);
    case 'holdOver':
      return holdLimitReached(due, context);
    case 'silentOver':
      return silentCallerQuiet(due);
    case 'supervisorRing':
      return stage.at === 'talking' ? endSupervision(due, stage.talk, 'failed', context) : due;
    case 'consultOver':
      if (stage.at === 'talking' && isAcceptedInTime(stage.talk))
        return handOver(due, stage.talk, accepted(context), context);
      return consultOverdue(due, context);
    case 'parkOver':
      return parkedTooLong(due, context);
    case 'talkOver':
      if (stage.at === 'expert') return expertTalkRanOut(due, stage.talk, context);
      if (stage.at === 'led') return centreReleased(due, stage.lead, 0, context);
      return stage.at === 'talking' ? talkRanOut(due, stage.talk, context) : due;
    case 'surveyOver':
      return stage.at === 'survey' ? breakOff(due, 'system', context) : due;
    case 'voicemailOver':
      return voicemailOver(due, 'longest', context);
    case 'sayAgain':
      return sayOnceMore(due, context);
    case 'leavingOver':
      return arm(
        ask(silence(nothingMore(due)), hangUp(due.contact)),
        'leavingOver',
        context.nowMs + context.policy.leavingMs,
      );
  }
}

/** The agent goes on, and may have the citizen back for as long as a joining takes. */
function accepted({ policy }: ContactContext): TalkEnd {
  return { by: 'agent', causeCode: 16, backWithinMs: policy.joinMs };
}

/** What Asterisk really has, after a restart or a reconnect: the state is brought in line with it, and goes on. */
function resynced(
  step: ContactStep,
  seen: Extract<ContactSignal, { type: 'Resynced' }>,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  if (stage.at === 'calling') return resyncCallOut(step, stage.call, seen, context);
  if (seen.nodeRestarted || !seen.citizenUp) {
    const by = seen.nodeRestarted ? 'system' : 'citizen';
    return callerGone(step, { by, causeCode: 0, inGap: true, node: seen.nodeRestarted }, context);
  }
  switch (stage.at) {
    case 'flow': {
      const recording = step.contact.voicemail?.running === true;
      const kept = closeVoicemail(silence(step), 'fault', context);
      const stopped = recording ? ask(kept, { do: 'stopRecording' }) : kept;
      return flowGoesOn(stopped, stage.cursor, { type: 'resumed' }, context);
    }
    case 'led':
      return resyncLead(step, stage.lead, seen, context);
    case 'waiting':
      return sayAgain(step, context);
    case 'offered':
      return resyncOffer(sayAgain(step, context), seen, context);
    case 'talking':
      return resyncTalk(step, stage.talk, seen, context);
    case 'expert':
      return resyncExpert(step, stage.talk, seen, context);
    case 'survey':
      return flowGoesOn(tidyUp(step), stage.cursor, { type: 'resumed' }, context);
    case 'leaving': {
      const { announcement } = step.contact.arrival.words ?? {};
      const cut = silence(nothingMore(step));
      // What to dial instead was cut in the middle: it begins anew.
      if (announcement !== undefined && leftAnnouncement(stage)) return announce(cut, announcement, context);
      return leavingAgain(step, context) ?? ask(cut, hangUp(step.contact));
    }
    case 'ended':
      return ask(step, hangUp(step.contact));
  }
}

/** The playback's end may have been missed: what must be heard is said anew, the rest dropped, music asked for again. */
function sayAgain(step: ContactStep, context: ContactContext): ContactStep {
  const { playing, pending } = step.contact.voice;
  const owed = [...(playing === null ? [] : [playing.part]), ...pending].filter((part) => part.mustHear);
  const cut = silence(step);
  const fresh = {
    ...cut,
    contact: { ...cut.contact, voice: { ...cut.contact.voice, music: false, pending: owed } },
  };
  return playNext(fresh, context);
}

function resyncOffer(
  step: ContactStep,
  seen: Extract<ContactSignal, { type: 'Resynced' }>,
  context: ContactContext,
): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'offered') return step;
  const { offer } = stage;
  if (seen.leg === 'gone') return withdrawOffer(step, 'failed', context);
  if (seen.leg !== 'up') return step;
  // The music of his waiting may still be on, and nobody knows.
  const hushed = ask(step, { do: 'music', on: false });
  if (seen.joined) return joined(hushed, offer.offerId, context);
  const again = moveTo(hushed, { ...stage, offer: { ...offer, joining: false } });
  if (offer.answeredAtMs === null) return legAnswered(again, offer.offerId, context);
  return holdAgent(again, offer, context);
}

function resyncTalk(
  step: ContactStep,
  talk: Talk,
  seen: Extract<ContactSignal, { type: 'Resynced' }>,
  context: ContactContext,
): ContactStep {
  if (seen.leg === 'gone')
    return isConsulting(talk)
      ? agentGoneInConsult(step, talk, { causeCode: 0, phoneLost: false }, context)
      : talkRanOut(step, talk, context);
  const { offerId, legId, bridgeId } = talk;
  const unseen = seen.supervised ? step : endSupervision(step, talk, 'restart', context);
  if (isConsulting(talk)) return resyncConsult(unseen, talk, seen.expert, context);
  const alone = resyncConsult(unseen, talk, seen.expert, context);
  if (isHeld(talk)) return ask(alone, { do: 'hold', bridgeId, on: true });
  if (seen.joined) return silentCallerResumed(alone, talk, context);
  const again = ask(alone, { do: 'music', on: false }, { do: 'join', offerId, legId, bridgeId });
  return silentCallerResumed(again, talk, context);
}
