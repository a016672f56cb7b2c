// 留言: a citizen speaks to nobody and is called back. What he says is kept from the tone on, however it ends; too short, it is none.
import type { Contact, VoicemailEnd } from './contact.js';
import { flowGoesOn } from './contact-flow.js';
import type { ContactSignal } from './contact-signals.js';
import { arm, ask, disarm, patch, record, type ContactContext, type ContactStep } from './contact-step.js';

type Heeded<Type extends ContactSignal['type']> = Extract<ContactSignal, { readonly type: Type }>;

/** Shorter than this nobody has said anything; ASSUMED. */
const shortestMs = 2_000;
/** Beyond the longest: the recorder may take a moment to begin. */
const startMs = 5_000;

/** The words before it are over: asks for the recording, once. */
export function beginVoicemail(step: ContactStep, longestMs: number, context: ContactContext): ContactStep {
  const { voicemail } = step.contact;
  if (voicemail?.running === true) return step;
  const count = (voicemail?.count ?? 0) + 1;
  const begun = patch(step, { voicemail: { count, running: true, file: null, sinceMs: null } });
  return arm(
    ask(begun, { do: 'takeVoicemail', count }),
    'voicemailOver',
    context.nowMs + longestMs + startMs,
  );
}

/** The recording runs: from now on he is heard. */
export function voicemailStarted(
  step: ContactStep,
  { count, file }: Heeded<'VoicemailStarted'>,
  context: ContactContext,
): ContactStep {
  const { voicemail, stage } = step.contact;
  if (voicemail?.running !== true || voicemail.count !== count) return step;
  if (stage.at !== 'flow' || stage.next.type !== 'voicemail') return step;
  const running = patch(step, { voicemail: { ...voicemail, file, sinceMs: context.nowMs } });
  return arm(running, 'voicemailOver', context.nowMs + stage.next.longestMs);
}

/** Nothing of it can be kept. */
export function voicemailFailed(
  step: ContactStep,
  { count, reason }: Heeded<'VoicemailFailed'>,
  context: ContactContext,
): ContactStep {
  const { voicemail } = step.contact;
  if (voicemail?.running !== true || voicemail.count !== count) return step;
  return voicemailOver(record(step, { type: 'RecordingFailed', reason }), 'fault', context);
}

/** He is done, or nothing can be kept of it: the flow goes on. */
export function voicemailOver(step: ContactStep, end: VoicemailEnd, context: ContactContext): ContactStep {
  const { stage } = step.contact;
  if (stage.at !== 'flow' || step.contact.voicemail?.running !== true) return step;
  const left = hasSpoken(step.contact, context.nowMs);
  const closed = ask(closeVoicemail(step, end, context), { do: 'stopRecording' });
  return flowGoesOn(closed, stage.cursor, { type: left ? 'voicemailLeft' : 'voicemailMissing' }, context);
}

/** Keeps what was said so far, wherever the contact goes from here. */
export function closeVoicemail(step: ContactStep, end: VoicemailEnd, { nowMs }: ContactContext): ContactStep {
  const { voicemail } = step.contact;
  if (voicemail?.running !== true) return step;
  const { file, sinceMs } = voicemail;
  const over = patch(disarm(step, 'voicemailOver'), { voicemail: { ...voicemail, running: false } });
  if (file === null || sinceMs === null || !hasSpoken(step.contact, nowMs)) return over;
  return record(over, { type: 'VoicemailLeft', file, lastingMs: nowMs - sinceMs, end });
}

function hasSpoken({ voicemail }: Contact, nowMs: number): boolean {
  const sinceMs = voicemail?.sinceMs ?? null;
  return sinceMs !== null && nowMs - sinceMs >= shortestMs;
}
