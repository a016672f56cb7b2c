// What the citizen hears: one part after another, the notice never cut, music only in between.
import {
  arm,
  ask,
  disarm,
  patch,
  record,
  voiced,
  type ContactContext,
  type ContactStep,
} from './contact-step.js';
import { eventOf } from './event-prompt.js';
import type { SpokenPart } from './flow-turn.js';
import type { PlayId } from './ids.js';
import { areLimitWords } from './limit-words.js';

/** Nothing is playing and nothing waits to be played (music does not count). */
export function isQuiet(step: ContactStep): boolean {
  const { playing, pending } = step.contact.voice;
  return playing === null && pending.length === 0;
}

/** The recording notice, or another part that must be heard, is not over yet. */
export function mustStillHear(step: ContactStep): boolean {
  const { playing, pending } = step.contact.voice;
  return playing?.part.mustHear === true || pending.some((part) => part.mustHear);
}

/** Says these after what is being said. */
export function say(step: ContactStep, parts: readonly SpokenPart[], context: ContactContext): ContactStep {
  return playNext(voiced(step, { pending: [...step.contact.voice.pending, ...parts] }), context);
}

/** Says these instead of what is being said; parts that must be heard are finished first. */
export function sayInstead(
  step: ContactStep,
  parts: readonly SpokenPart[],
  context: ContactContext,
): ContactStep {
  return say(hush(step), parts, context);
}

/** Cuts all that may be cut. */
export function hush(step: ContactStep): ContactStep {
  const { playing, pending } = step.contact.voice;
  const left = voiced(step, { pending: pending.filter((part) => part.mustHear) });
  if (playing === null || playing.part.mustHear) return left;
  return disarm(ask(voiced(left, { playing: null }), { do: 'stopPlay', playId: playing.playId }), 'playOver');
}

/** Cuts everything, the notice too: it will be said anew, or the call is over. */
export function silence(step: ContactStep): ContactStep {
  const { playing } = step.contact.voice;
  const cut = disarm(voiced(step, { playing: null, pending: [] }), 'playOver');
  return playing === null ? cut : ask(cut, { do: 'stopPlay', playId: playing.playId });
}

/** Nobody is there to hear anything: Asterisk ends the playback with the channel. */
export function forgetVoice(step: ContactStep): ContactStep {
  return disarm(voiced(step, { playing: null, pending: [], music: false }), 'playOver');
}

/** Turns the hold music on or off. */
export function music(step: ContactStep, on: boolean): ContactStep {
  return step.contact.voice.music === on ? step : ask(voiced(step, { music: on }), { do: 'music', on });
}

/** A playback ended (or failed, or never told its end); the next part follows. */
export function playEnded(
  step: ContactStep,
  playId: PlayId,
  ok: boolean,
  context: ContactContext,
): ContactStep {
  const { playing } = step.contact.voice;
  if (playing?.playId !== playId) return step;
  const { part } = playing;
  let ended = disarm(voiced(step, { playing: null }), 'playOver');
  // Failed words count too: said for ever they would keep all else from him.
  if (areLimitWords(part.prompt)) ended = patch(ended, { limitTold: true });
  if (!ok) ended = record(ended, { type: 'PromptFailed', promptId: part.prompt.id });
  else if (eventOf(part.prompt) !== undefined) ended = eventHeard(ended, context.nowMs);
  else if (part.mustHear && !ended.contact.noticeHeard) {
    ended = record({ ...ended, contact: { ...ended.contact, noticeHeard: true } }, { type: 'NoticeHeard' });
  }
  return playNext(ended, context);
}

/** Starts the next part if nothing is playing. */
export function playNext(step: ContactStep, context: ContactContext): ContactStep {
  const { playing, pending, plays } = step.contact.voice;
  const [part, ...rest] = pending;
  if (playing !== null || part === undefined) return step;
  const playId = `${step.contact.id}.${plays + 1}` as PlayId;
  const quiet = music(step, false);
  const started = tellEvent(
    voiced(quiet, { playing: { playId, part }, pending: rest, plays: plays + 1 }),
    eventOf(part.prompt),
  );
  return arm(ask(started, { do: 'play', playId, part }), 'playOver', context.nowMs + context.policy.playMs);
}

/** Told once a caller, from its first word on. */
function tellEvent(step: ContactStep, eventId: string | undefined): ContactStep {
  if (eventId === undefined) return step;
  const ids = [...(step.contact.events?.ids ?? []), eventId];
  return record(patch(step, { events: { ids, endedAtMs: null } }), { type: 'EventTold', eventId });
}

function eventHeard(step: ContactStep, nowMs: number): ContactStep {
  const ids = step.contact.events?.ids ?? [];
  return patch(step, { events: { ids, endedAtMs: nowMs } });
}

/** The event prompt that this caller is being told, or has just been told; undefined where there is none. */
export function freshEvent(
  { voice, events }: ContactStep['contact'],
  { nowMs, policy }: Pick<ContactContext, 'nowMs' | 'policy'>,
): string | undefined {
  const playing = voice.playing === null ? undefined : eventOf(voice.playing.part.prompt);
  if (playing !== undefined) return playing;
  const endedAtMs = events?.endedAtMs ?? null;
  return endedAtMs !== null && nowMs - endedAtMs <= policy.eventHangUpMs ? events?.ids.at(-1) : undefined;
}

/** What this caller has not been told yet of what is for him. */
export function untoldEvents(
  step: ContactStep,
  context: ContactContext,
): ReturnType<ContactContext['events']> {
  const told = step.contact.events?.ids ?? [];
  return context.events().filter(({ id }) => !told.includes(id));
}
