// What the citizen hears: one part after another, the notice never cut, music only in between.
import { arm, ask, disarm, record, voiced, type ContactContext, type ContactStep } from './contact-step.js';
import type { SpokenPart } from './flow-turn.js';
import type { PlayId } from './ids.js';

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
  if (!ok) ended = record(ended, { type: 'PromptFailed', promptId: part.prompt.id });
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
  const started = voiced(quiet, { playing: { playId, part }, pending: rest, plays: plays + 1 });
  return arm(ask(started, { do: 'play', playId, part }), 'playOver', context.nowMs + context.policy.playMs);
}
