// Keys an agent presses in a talk: sequences that begin with * are feature codes, all others go on to the citizen.
import { isParked } from '../contact/consult.js';
import type { Contact, Talk } from '../contact/contact.js';
import type { ChannelId } from '../contact/ids.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import type { DoFeatureAct } from './feature-acts.js';
import { readFeatureCode, type FeatureAct } from './feature-codes.js';
import type { Clock, Timers } from './ports.js';
import type { RunQueue } from './run-queue.js';

/** What the keys need. */
export interface TalkKeysParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly runQueue: RunQueue;
  /** The contact whose offer or talk this leg is. */
  readonly contactOnLeg: (legId: ChannelId) => Contact | undefined;
  readonly act: DoFeatureAct;
  /** Says something to the agent alone. */
  readonly whisper: (legId: ChannelId, prompt: PromptRef) => void;
  readonly passOn: (citizen: ChannelId, digit: string) => void;
}

/** Keys pressed so far on each leg. */
export interface TalkKeys {
  pressed(legId: ChannelId, digit: string): void;
  /** The leg is gone. */
  forget(legId: ChannelId): void;
  stop(): void;
}

/** A sequence that has begun with * ends after so long without a key: acted on if it is a code, dropped if not. */
const betweenKeysMs = 3_000;

/** Keys pressed so far of a sequence; `null` = it can be no code any more, and what is left of it is not for the citizen. */
interface Sequence {
  readonly keys: string | null;
  readonly cancel: () => void;
}

/** No keys yet. */
export function createTalkKeys(parts: TalkKeysParts): TalkKeys {
  const { clock, timers, runQueue, contactOnLeg, act, whisper, passOn } = parts;
  const sequences = new Map<ChannelId, Sequence>();

  function pressed(legId: ChannelId, digit: string): void {
    const contact = contactOnLeg(legId);
    if (contact?.stage.at !== 'talking') return;
    const begun = sequences.get(legId);
    const { talk } = contact.stage;
    // Who hears music gets no tones either.
    if (begun === undefined && digit !== '*')
      return isParked(talk) ? undefined : passOn(contact.arrival.channelId, digit);
    if (begun?.keys === null && digit !== '*') return wait(legId, null, null);
    take(legId, contact.stage.talk, (begun?.keys ?? '') + digit);
  }

  function take(legId: ChannelId, talk: Talk, keys: string): void {
    forget(legId);
    const reading = readFeatureCode(keys);
    switch (reading.is) {
      case 'unknown':
        whisper(legId, { id: 'a.fail' });
        return wait(legId, null, null);
      case 'whole':
        return perform(legId, talk, reading.act);
      case 'open':
        return wait(legId, keys, reading.act);
    }
  }

  function wait(legId: ChannelId, keys: string | null, meaning: FeatureAct | null): void {
    forget(legId);
    const cancel = timers.at(clock.nowMs() + betweenKeysMs, () => runQueue.post(() => ended(legId, meaning)));
    sequences.set(legId, { keys, cancel });
  }

  function ended(legId: ChannelId, meaning: FeatureAct | null): void {
    forget(legId);
    const stage = contactOnLeg(legId)?.stage;
    if (meaning !== null && stage?.at === 'talking') perform(legId, stage.talk, meaning);
  }

  /** Signing in and the headset test have no place in a talk. */
  function perform(legId: ChannelId, { agentId, deviceId }: Talk, asked: FeatureAct): void {
    const misplaced = asked.do === 'signIn' || asked.do === 'echo';
    const answer = misplaced ? { id: 'a.fail' } : act({ agentId, deviceId }, asked);
    if (answer !== null) whisper(legId, answer);
  }

  function forget(legId: ChannelId): void {
    sequences.get(legId)?.cancel();
    sequences.delete(legId);
  }

  return {
    pressed,
    forget,
    stop() {
      for (const legId of [...sequences.keys()]) forget(legId);
    },
  };
}
