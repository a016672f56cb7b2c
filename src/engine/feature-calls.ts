// Calls an agent makes to the service itself, and his keys in a talk: feature codes, each with its short confirmation.
import type { Agent, AgentSignal } from '../contact/agent.js';
import type { Contact } from '../contact/contact.js';
import type { AgentId, ChannelId, DeviceId, PlayId } from '../contact/ids.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import { createFeatureActs, type FeatureActsParts } from './feature-acts.js';
import { isOfConsult, readFeatureCode, type FeatureAct } from './feature-codes.js';
import {
  beginDialogue,
  dialogueStep,
  type FeatureEffect,
  type FeatureInput,
  type FeatureStage,
  type FeatureStep,
} from './feature-dialogue.js';
import { createOutbox, type Outbox } from './outbox.js';
import type { PinCheck } from './pin-check.js';
import type { Clock, Log, Sites, Telephony, TelephonyEvent, Timers } from './ports.js';
import type { RunQueue } from './run-queue.js';
import { createTalkKeys } from './talk-keys.js';

/** What feature calls need. */
export interface FeatureCallsParts extends FeatureActsParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly telephony: Telephony;
  readonly sites: Sites;
  readonly pins: PinCheck;
  readonly log: Log;
  readonly runQueue: RunQueue;
  readonly agentAt: (deviceId: DeviceId) => Agent | undefined;
  readonly agentById: (id: AgentId) => Agent | undefined;
  readonly actOnAgent: FeatureActsParts['actOnAgent'];
  /** A call of this phone to the service is over. */
  readonly callOver: (deviceId: DeviceId) => void;
  /** The contact whose offer or talk this leg is. */
  readonly contactOnLeg: (legId: ChannelId) => Contact | undefined;
}

/** All feature calls under way, and the keys pressed in talks. Call it from the run queue only. */
export interface FeatureCalls {
  dialled(call: Omit<Extract<TelephonyEvent, { type: 'featureDialled' }>, 'type'>): void;
  /** A digit on a channel that is no citizen's: a feature call's, or an agent's leg. */
  digit(channelId: ChannelId, digit: string): void;
  playEnded(channelId: ChannelId, playId: PlayId): void;
  /** True when it was a feature call's channel; false for a leg, which the caller goes on to tell. */
  gone(channelId: ChannelId): boolean;
  /** This channel is a feature call: it does not make its agent busy. */
  holds(channelId: ChannelId): boolean;
  stop(): void;
  isIdle(): boolean;
}

/** Without a key for so long after the last words or key, the entry is taken as it is. */
const silenceMs = 8_000;
/** The whole call, the headset test too. */
const callMs = 30_000;
/** A channel whose end nobody reports is forgotten so long after it was hung up. */
const goneMs = 5_000;
const normalClearing = 16;

/** What a call asks of telephony. */
type Outgoing =
  | { readonly do: 'answer' | 'echo' | 'hangUp' }
  | { readonly do: 'say'; readonly prompt: PromptRef; readonly playId: PlayId };

interface FeatureCall {
  readonly channelId: ChannelId;
  readonly deviceId: DeviceId;
  readonly outbox: Outbox<Outgoing>;
  stage: FeatureStage;
  /** What is being said; its end is news, another one's is not. */
  playing: PlayId | null;
  cancelOver: () => void;
  cancelSilence: () => void;
}

/** No feature calls yet. */
export function createFeatureCalls(parts: FeatureCallsParts): FeatureCalls {
  const { clock, timers, telephony, runQueue, log } = parts;
  const calls = new Map<ChannelId, FeatureCall>();
  const act = createFeatureActs(parts);
  const keys = createTalkKeys({
    clock,
    timers,
    runQueue,
    contactOnLeg: parts.contactOnLeg,
    act,
    whisper,
    passOn,
  });
  let plays = 0;
  let asides = 0;

  function dialled({ channelId, deviceId, code }: Parameters<FeatureCalls['dialled']>[0]): void {
    if (calls.has(channelId)) return;
    dropOwnCall(deviceId, channelId);
    const reading = readFeatureCode(code);
    const first = beginDialogue(reading.is === 'unknown' ? null : reading.act);
    const call: FeatureCall = {
      channelId,
      deviceId,
      outbox: createOutbox((effect) => runOutside(call, effect)),
      stage: first.stage,
      playing: null,
      cancelOver: at(callMs, () => hangUpLate(call)),
      cancelSilence: () => undefined,
    };
    calls.set(channelId, call);
    call.outbox.add([{ do: 'answer' }]);
    apply(call, first);
  }

  /** The phone's own call may have been told before its code: the agent is not busy with us. */
  function dropOwnCall(deviceId: DeviceId, channelId: ChannelId): void {
    const agent = parts.agentAt(deviceId);
    if (agent?.ownCalls.includes(channelId)) {
      parts.actOnAgent(agent.id, { type: 'OwnCall', channelId, up: false } satisfies AgentSignal);
    }
  }

  function at(afterMs: number, work: () => void): () => void {
    return timers.at(clock.nowMs() + afterMs, () => runQueue.post(work));
  }

  function take(call: FeatureCall, input: FeatureInput): void {
    if (calls.get(call.channelId) === call) apply(call, dialogueStep(call.stage, input));
  }

  function apply(call: FeatureCall, { stage, effects }: FeatureStep): void {
    call.stage = stage;
    for (const effect of effects) dispatch(call, effect);
  }

  /** What needs no telephony is done at once; its outcome is the next input. */
  function dispatch(call: FeatureCall, effect: FeatureEffect): void {
    switch (effect.do) {
      case 'checkPin':
        return take(call, checkPin(call, effect.agentId, effect.pin));
      case 'act':
        return take(call, { type: 'acted', answer: perform(call, effect.act) });
      case 'hush':
        return hush(call);
      case 'say':
        return say(call, effect.prompt);
      case 'echo':
      case 'hangUp':
        return call.outbox.add([effect]);
    }
  }

  function say(call: FeatureCall, prompt: PromptRef): void {
    call.cancelSilence();
    call.playing = nextPlayId(call.channelId);
    call.outbox.add([{ do: 'say', prompt, playId: call.playing }]);
  }

  function checkPin({ deviceId }: FeatureCall, agentId: AgentId, pin: string): FeatureInput {
    const verdict = parts.pins({ agentId, pin, from: deviceId }, clock.nowMs());
    const present = parts.agentById(agentId);
    const elsewhere = present !== undefined && present.deviceId !== null && present.deviceId !== deviceId;
    return { type: 'pinChecked', verdict, elsewhere };
  }

  function perform({ deviceId }: FeatureCall, asked: FeatureAct): PromptRef {
    // Consults are led from the talk itself, whose leg they move.
    if (isOfConsult(asked)) return { id: 'a.nocall' };
    return act({ agentId: parts.agentAt(deviceId)?.id, deviceId }, asked) ?? { id: 'a.nocall' };
  }

  function hush(call: FeatureCall): void {
    const playId = call.playing;
    call.playing = null;
    if (playId !== null) aside(telephony.stopPlay(playId));
  }

  async function runOutside(call: FeatureCall, effect: Outgoing): Promise<void> {
    try {
      await outside(call, effect);
    } catch (error) {
      log.warn({ effect: effect.do, error: String(error) }, 'a feature call could not be served');
      if (effect.do === 'say') runQueue.post(() => playEnded(call, effect.playId));
    }
  }

  async function outside(call: FeatureCall, effect: Outgoing): Promise<void> {
    const { channelId } = call;
    switch (effect.do) {
      case 'answer':
        return telephony.answer(channelId);
      case 'say':
        // A key may have cut it off before it began.
        if (call.playing !== effect.playId) return;
        return telephony.play(channelId, effect.playId, effect.prompt);
      case 'echo':
        return telephony.echo(channelId);
      case 'hangUp':
        return telephony.hangUp(channelId, normalClearing);
    }
  }

  function nextPlayId(channelId: ChannelId): PlayId {
    plays += 1;
    return `${channelId}.feature${plays}` as PlayId;
  }

  function playEnded(call: FeatureCall, playId: PlayId): void {
    if (call.playing !== playId) return;
    call.playing = null;
    listen(call);
    take(call, { type: 'spoken' });
  }

  /** From now on silence counts. */
  function listen(call: FeatureCall): void {
    call.cancelSilence();
    call.cancelSilence = at(silenceMs, () => take(call, { type: 'silence' }));
  }

  function hangUpLate(call: FeatureCall): void {
    call.outbox.empty();
    call.outbox.add([{ do: 'hangUp' }]);
    call.cancelOver = at(goneMs, () => forget(call));
  }

  function forget(call: FeatureCall): void {
    call.cancelOver();
    call.cancelSilence();
    call.outbox.empty();
    calls.delete(call.channelId);
    parts.callOver(call.deviceId);
  }

  function whisper(legId: ChannelId, prompt: PromptRef): void {
    aside(telephony.play(legId, nextPlayId(legId), prompt));
  }

  function passOn(citizen: ChannelId, digit: string): void {
    aside(telephony.sendDigits(citizen, digit));
  }

  function aside(work: Promise<void>): void {
    asides += 1;
    work
      .catch((error: unknown) => log.warn({ error: String(error) }, 'a key could not be served'))
      .finally(() => (asides -= 1));
  }

  return {
    dialled,
    digit(channelId, pressed) {
      const call = calls.get(channelId);
      if (call === undefined) return keys.pressed(channelId, pressed);
      listen(call);
      take(call, { type: 'digit', digit: pressed });
    },
    playEnded(channelId, playId) {
      const call = calls.get(channelId);
      if (call !== undefined) playEnded(call, playId);
    },
    gone(channelId) {
      const call = calls.get(channelId);
      if (call === undefined) keys.forget(channelId);
      else forget(call);
      return call !== undefined;
    },
    holds: (channelId) => calls.has(channelId),
    stop() {
      for (const call of [...calls.values()]) forget(call);
      keys.stop();
    },
    isIdle: () => asides === 0 && [...calls.values()].every(({ outbox }) => outbox.isIdle()),
  };
}
