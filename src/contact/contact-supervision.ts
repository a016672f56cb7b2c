// A supervisor in a talk (监听, 耳语辅导): his phone rings, he hears, he changes the mode, it ends. The citizen never hears him.
//
// While the recording is paused for a card or identity number nobody listens: what is kept out of the recording is kept out of
// a third ear.
import type { Supervision, SupervisionMode, Talk } from './contact.js';
import { helpOver } from './contact-hold.js';
import type { ContactSignal, SupervisionEnd } from './contact-signals.js';
import {
  arm,
  ask,
  disarm,
  record,
  refuse,
  withTalk,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import type { BridgeId, ChannelId, PlayId, SupervisionId } from './ids.js';

/** The supervisor's phone rings this long. ASSUMED */
const supervisorRingMs = 20_000;

/** The supervisor's leg: its channel's id is the supervision's. */
export const legOfSupervision = (id: SupervisionId): ChannelId => id as string as ChannelId;
/** The bridge he hears in: likewise. */
export const bridgeOfSupervision = (id: SupervisionId): BridgeId => id as string as BridgeId;

/** The ear at the agent's leg, if one was made. No id may begin another one, for Asterisk would refuse it. */
export function earOf({ ears, supervisionId }: Supervision): ChannelId | null {
  return ears === 0 ? null : (`ear${ears}-${supervisionId}` as ChannelId);
}

/** Rings the supervisor's phone; the same one asking again only changes the mode. */
export function supervise(
  step: ContactStep,
  talk: Talk,
  signal: Extract<ContactSignal, { type: 'Supervise' }>,
  context: ContactContext,
): ContactStep {
  const { supervisionId, supervisorId, deviceId, mode } = signal;
  if (talk.supervision?.supervisorId === supervisorId) return changeMode(step, talk, talk.supervision, mode);
  if (talk.supervision !== null) return refuse(step.contact, 'SUPERVISION_TAKEN');
  const supervision: Supervision = {
    supervisionId,
    supervisorId,
    deviceId,
    mode,
    answered: false,
    sinceMs: null,
    ears: 0,
  };
  const rung = ask(withTalk(step, { supervision }), tellBusy(supervision, true), {
    do: 'ringSupervisor',
    supervision,
    ringMs: supervisorRingMs,
  });
  return arm(rung, 'supervisorRing', context.nowMs + supervisorRingMs);
}

/** Until it is over he is offered nothing: his phone is taken. */
function tellBusy({ supervisorId, supervisionId }: Supervision, up: boolean) {
  const channelId = legOfSupervision(supervisionId);
  return { do: 'tellAgent', agentId: supervisorId, signal: { type: 'OwnCall', channelId, up } } as const;
}

/** He picked up. */
export function supervisorAnswered(step: ContactStep, talk: Talk, supervision: Supervision): ContactStep {
  if (supervision.answered) return step;
  return openEar(disarm(step, 'supervisorRing'), talk, { ...supervision, answered: true });
}

/** He hears the talk: this is where the supervision begins. */
export function supervisorHears(
  step: ContactStep,
  talk: Talk,
  supervision: Supervision,
  context: ContactContext,
): ContactStep {
  if (supervision.sinceMs !== null) return step;
  const { supervisorId, mode } = supervision;
  const heard = withTalk(step, { supervision: { ...supervision, sinceMs: context.nowMs } });
  const begun = record(heard, { type: 'SupervisionStarted', supervisorId, agentId: talk.agentId, mode });
  return helpOver(begun, talk, 'supervisor', context);
}

/** Another mode is another ear. */
export function changeMode(
  step: ContactStep,
  talk: Talk,
  supervision: Supervision,
  mode: SupervisionMode,
): ContactStep {
  const { supervisorId, sinceMs } = supervision;
  if (supervision.mode === mode) return step;
  const closed = closeEar(step, talk);
  const opened = openEar(closed, talk, { ...supervision, mode });
  return sinceMs === null ? opened : record(opened, { type: 'SupervisionModeChanged', supervisorId, mode });
}

/** The recording was paused or goes on; `talk` as it was before. */
export function shutEars(step: ContactStep, talk: Talk, paused: boolean): ContactStep {
  const { supervision } = talk;
  if (supervision === null) return step;
  return paused ? closeEar(step, talk) : openEar(step, { ...talk, recording: 'on' }, supervision);
}

function openEar(step: ContactStep, { legId, recording }: Talk, supervision: Supervision): ContactStep {
  if (!supervision.answered || recording === 'paused') return withTalk(step, { supervision });
  const next = { ...supervision, ears: supervision.ears + 1 };
  const earId = earOf(next);
  const { supervisionId, mode } = next;
  const changed = withTalk(step, { supervision: next });
  if (earId === null) return changed;
  const heard = ask(changed, { do: 'listen', supervisionId, earId, legId, mode });
  if (mode === 'listen') return heard;
  // A voice in the ear must not come out of nowhere.
  const playId = `${earId}.coach` as PlayId;
  return ask(heard, { do: 'whisper', legId, playId, prompt: { id: 'a.coach' }, waits: false });
}

function closeEar(step: ContactStep, { supervision }: Talk): ContactStep {
  const earId = supervision && earOf(supervision);
  return earId === null ? step : ask(step, { do: 'unlisten', earId });
}

/** Lets the supervisor go; the talk goes on. */
export function endSupervision(
  step: ContactStep,
  { supervision, agentId }: Talk,
  reason: SupervisionEnd,
  { nowMs }: ContactContext,
): ContactStep {
  if (supervision === null) return step;
  const { supervisionId, supervisorId, mode, sinceMs } = supervision;
  const freed = ask(
    withTalk(disarm(step, 'supervisorRing'), { supervision: null }),
    { do: 'endSupervision', supervisionId, earId: earOf(supervision) },
    tellBusy(supervision, false),
  );
  if (sinceMs === null) return freed;
  const lastedMs = nowMs - sinceMs;
  return record(freed, { type: 'SupervisionEnded', supervisorId, agentId, mode, lastedMs, reason });
}
