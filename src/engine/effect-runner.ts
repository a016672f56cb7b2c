// Turns a contact's effects into telephony's verbs, and their outcomes into signals.
import { AppError } from '../errors.js';
import { isHeld, type Contact } from '../contact/contact.js';
import { playedPrompt } from '../contact/contact-code.js';
import type { ContactEffect, ContactSignal } from '../contact/contact-signals.js';
import type { ContactId, PlayId, SupervisionId } from '../contact/ids.js';
import type {
  CaseStatus,
  DialOrder,
  ExpertRing,
  LeadOrder,
  Log,
  Messages,
  RingOrder,
  SupervisorRing,
  Telephony,
} from './ports.js';
import { sealedDisplay } from './phone-display.js';
import { consultFile, recordingFile, voicemailFile } from './recording-file.js';

/** Effects that choose experts and let them go. */
export type ExpertEffect = Extract<ContactEffect, { do: 'reserveExperts' | 'releaseExpert' }>;

/** Effects that reach Asterisk; the others are the engine's own. */
export type OutsideEffect = Exclude<ContactEffect, ExpertEffect | { do: 'tellAgent' | 'retire' }>;

/** What a runner needs of its surroundings. */
export interface EffectSurroundings {
  readonly telephony: Telephony;
  readonly cases: CaseStatus;
  readonly messages: Messages;
  readonly log: Log;
  readonly contactOf: (id: ContactId) => Contact | undefined;
  readonly signal: (id: ContactId, signal: ContactSignal) => void;
  /** What the phone shows, and how it is rung. */
  readonly ringOrder: (contact: Contact, ring: Extract<OutsideEffect, { do: 'ring' }>) => RingOrder;
  /** How a sub-centre or another city is dialled, and what it is told. */
  readonly leadOrder: (contact: Contact, lead: Extract<OutsideEffect, { do: 'lead' }>) => LeadOrder;
  /** How the number is rung that an agent calls. @throws DIAL_REFUSED */
  readonly dialOrder: (contact: Contact, ringMs: number) => DialOrder;
  /** The same for an expert's phone. */
  readonly expertRing: (contact: Contact, ring: Extract<OutsideEffect, { do: 'ringExpert' }>) => ExpertRing;
  /** The same for a supervisor's. */
  readonly supervisorRing: (
    contact: Contact,
    ring: Extract<OutsideEffect, { do: 'ringSupervisor' }>,
  ) => SupervisorRing;
  /** Resolves when this playback ended, or after a deadline. */
  readonly playbackEnd: (playId: PlayId) => Promise<void>;
  /** Resolves after this many ms. */
  readonly pause: (ms: number) => Promise<void>;
}

/** RTP must arrive within this window for a side to count as heard. */
const audioWindowMs = 1_000;
/** Normal clearing (Q.850). */
const normalClearing = 16;

/** A runner: its promise always fulfils; failures become signals or log lines. */
export function createEffectRunner(
  surroundings: EffectSurroundings,
): (contactId: ContactId, effect: OutsideEffect) => Promise<void> {
  const { log, signal, contactOf } = surroundings;

  return async (contactId, effect) => {
    const contact = contactOf(contactId);
    if (contact === undefined) return;
    try {
      await perform(surroundings, contact, effect);
    } catch (error) {
      const outcome = outcomeOfFailure(effect, error);
      if (outcome !== null) signal(contactId, outcome);
      if (!isGone(error))
        log.warn({ contactId, effect: effect.do, error: String(error) }, 'an effect failed');
    }
  };
}

async function perform(
  {
    telephony,
    cases,
    messages,
    signal,
    ringOrder,
    leadOrder,
    dialOrder,
    expertRing,
    supervisorRing,
    playbackEnd,
    pause,
    contactOf,
  }: EffectSurroundings,
  contact: Contact,
  effect: OutsideEffect,
): Promise<void> {
  const { id } = contact;
  const { channelId } = contact.arrival;
  switch (effect.do) {
    case 'answer':
      return telephony.answer(channelId);
    case 'play':
      return telephony.play(channelId, effect.playId, playedPrompt(contact, effect.part.prompt));
    case 'stopPlay':
      return telephony.stopPlay(effect.playId);
    case 'lookUpCase': {
      const found = await cases.find(effect.query);
      const answer = found ?? { state: 'none' as const };
      return signal(id, { type: 'CaseLookedUp', lookUpId: effect.lookUpId, answer });
    }
    case 'music':
      return telephony.music(channelId, effect.on);
    case 'ring':
      return telephony.ring(ringOrder(contact, effect));
    case 'lead':
      return telephony.lead(leadOrder(contact, effect));
    case 'dial':
      return telephony.dial(dialOrder(contact, effect.ringMs));
    case 'ringBack':
      return telephony.ringBack(effect.legId, effect.on);
    case 'hangUpLeg':
      return telephony.hangUp(effect.legId, normalClearing);
    case 'whisper': {
      const ended = playbackEnd(effect.playId);
      await telephony.play(effect.legId, effect.playId, effect.prompt);
      return ended;
    }
    case 'join':
      await telephony.join(effect.bridgeId, channelId, effect.legId, effect.keysPass === true);
      return signal(id, { type: 'Joined', offerId: effect.offerId });
    case 'announce':
      return telephony.announce({
        bridgeId: effect.bridgeId,
        citizen: channelId,
        leg: effect.legId,
        // One step may say two things.
        playId: `${effect.bridgeId}.${contact.version}.${effect.prompt.id}` as PlayId,
        prompts: [effect.prompt, ...(effect.next ?? [])],
      });
    case 'hideCaller': {
      const { name, number } = sealedDisplay(id);
      return telephony.showCaller(effect.legId, name, number);
    }
    case 'textCaller': {
      const sent = await messages.send({
        id: `${id}.${String(contact.talks)}.${effect.templateId}`,
        templateId: effect.templateId,
        slots: {},
        callerKey: contact.arrival.callerKey,
        contactId: id,
      });
      return signal(id, { type: 'CallerTexted', sent: sent.ok });
    }
    case 'hold':
      return telephony.hold(effect.bridgeId, channelId, effect.on);
    case 'ringExpert':
      return telephony.ringExpert(expertRing(contact, effect));
    case 'tellExpert':
      return telephony.play(effect.legId, effect.playId, effect.prompt);
    case 'hangUpExpert':
      return telephony.hangUp(effect.legId, normalClearing);
    case 'recordConsult': {
      const file = consultFile(contact, effect.consult);
      await telephony.record(effect.legId, file);
      return signal(id, { type: 'ConsultRecordingStarted', consult: effect.consult, file });
    }
    case 'stopConsultRecording':
      return telephony.stopRecording(effect.legId);
    case 'takeOut':
      return telephony.takeOut(effect.bridgeId, channelId);
    case 'gather':
      await telephony.gather(effect.bridgeId, effect.citizen ? [channelId] : [], effect.legIds);
      return signal(id, { type: 'Gathered', bridgeId: effect.bridgeId, legIds: effect.legIds, ok: true });
    case 'dropBridge':
      return telephony.dropBridge(effect.bridgeId);
    case 'ringSupervisor':
      return telephony.ringSupervisor(supervisorRing(contact, effect));
    case 'listen':
      await telephony.listen(effect);
      return signal(id, { type: 'SupervisorHears', supervisionId: effect.supervisionId });
    case 'unlisten':
      return telephony.unlisten(effect.earId);
    case 'endSupervision':
      return telephony.endSupervision(effect.supervisionId, effect.earId);
    case 'record': {
      const file = recordingFile(contact, effect.talk);
      await telephony.record(channelId, file);
      return signal(id, { type: 'RecordingStarted', file });
    }
    case 'takeVoicemail': {
      const file = voicemailFile(contact, effect.count);
      await telephony.record(channelId, file);
      return signal(id, { type: 'VoicemailStarted', count: effect.count, file });
    }
    case 'checkRecording':
      if (await telephony.recordingGrows(recordingFile(contact, effect.talk))) return;
      return signal(id, { type: 'RecordingFailed', reason: 'notGrowing' });
    case 'muteRecording':
      return telephony.muteRecording(channelId, effect.on);
    case 'stopRecording':
      return telephony.stopRecording(channelId);
    case 'checkAudio': {
      const count = () =>
        Promise.all([telephony.packetsReceived(channelId), telephony.packetsReceived(effect.legId)]);
      const [citizenBefore, agentBefore] = await count();
      await pause(audioWindowMs);
      const now = contactOf(id);
      if (now?.stage.at !== 'talking' || now.stage.talk.legId !== effect.legId || isHeld(now.stage.talk))
        return;
      const [citizenAfter, agentAfter] = await count();
      return signal(id, {
        type: 'AudioChecked',
        citizenHeard: citizenAfter > citizenBefore,
        agentHeard: agentAfter > agentBefore,
      });
    }
    case 'part':
      // Who has hung up is in no bridge any more.
      if (contact.stage.at === 'ended') return telephony.dropBridge(effect.bridgeId);
      return telephony.part(effect.bridgeId, channelId);
    case 'hangUp':
      return telephony.hangUp(channelId, effect.causeCode);
  }
}

/** What a failed effect means to the contact; null = nothing changes for it. */
function outcomeOfFailure(effect: OutsideEffect, error: unknown): ContactSignal | null {
  const gone = isGone(error);
  switch (effect.do) {
    case 'answer':
    case 'music':
    case 'hangUp':
      return gone ? { type: 'CallerGone', causeCode: 0, inGap: true } : null;
    case 'play':
      return gone
        ? { type: 'CallerGone', causeCode: 0, inGap: true }
        : { type: 'PlayEnded', playId: effect.playId, ok: false };
    case 'lookUpCase':
      return { type: 'CaseLookedUp', lookUpId: effect.lookUpId, answer: { state: 'failed' } };
    case 'ring':
    case 'lead':
      // Refused at once = the phone cannot be dialled (0); no answer from Asterisk = our own failure (-1).
      return {
        type: 'LegGone',
        offerId: effect.offerId,
        causeCode: isRefused(error) ? 0 : -1,
        phoneLost: false,
      };
    case 'dial':
      return { type: 'CallerGone', causeCode: isRefused(error) ? 0 : -1, inGap: false };
    case 'textCaller':
      return { type: 'CallerTexted', sent: false };
    case 'join':
      return { type: 'JoinFailed', offerId: effect.offerId };
    case 'ringExpert':
      return {
        ...{ type: 'ExpertGone', legId: effect.call.legId, phoneLost: false },
        causeCode: error instanceof AppError && error.code === 'ARI_REFUSED' ? 0 : -1,
      };
    case 'tellExpert':
      return { type: 'ExpertPlayEnded', legId: effect.legId, playId: effect.playId };
    case 'gather':
      return { type: 'Gathered', bridgeId: effect.bridgeId, legIds: effect.legIds, ok: false };
    case 'ringSupervisor':
      return supervisionFailed(effect.supervision.supervisionId);
    case 'listen':
      return supervisionFailed(effect.supervisionId);
    case 'record':
      return { type: 'RecordingFailed', reason: error instanceof AppError ? error.code : 'notStarted' };
    case 'takeVoicemail':
      return {
        type: 'VoicemailFailed',
        count: effect.count,
        reason: error instanceof AppError ? error.code : 'notStarted',
      };
    case 'checkRecording':
      return { type: 'RecordingFailed', reason: 'notFound' };
    default:
      return null;
  }
}

function supervisionFailed(supervisionId: SupervisionId): ContactSignal {
  return { type: 'SupervisionOver', supervisionId, reason: 'failed' };
}

function isRefused(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'ARI_REFUSED' || error.code === 'DIAL_REFUSED');
}

function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === 'ARI_REFUSED' && error.details['status'] === 404;
}
