// Simulated telephony: channels, phones and citizens on the virtual clock, behind the same port as Asterisk.
import type { BridgeId, ChannelId, DeviceId, NodeId, OfferId, PlayId } from '../contact/ids.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import type {
  ArrivalSeen,
  Clock,
  NodeSnapshot,
  RingOrder,
  SeenChannel,
  Telephony,
  TelephonyEvent,
  Timers,
} from '../engine/ports.js';
import type { ToldByCentre } from '../numbers/handed-over.js';
import { AppError } from '../errors.js';

/** How a phone meets a ring. */
export type PhoneHabit =
  | { readonly does: 'answer'; readonly afterMs: number; readonly talkMs: number }
  | { readonly does: 'ignore' }
  | { readonly does: 'refuse'; readonly causeCode: number; readonly afterMs: number };

/** A citizen on the line. */
export interface Citizen {
  readonly ani: string;
  readonly dnis: string;
  /** Hangs up after this long without a person; null = waits for ever. */
  readonly patienceMs: number | null;
  /** Keys pressed, in ms after arrival. */
  readonly keys?: readonly { readonly atMs: number; readonly digit: string }[];
  /** Keys pressed at the survey's questions, one each, 2 s after it began; `hangUp` = he goes instead. */
  readonly answers?: readonly string[];
  /** `sim` where left out. */
  readonly trunkId?: string;
  /** The headers with which a sub-centre hands him over. */
  readonly told?: ToldByCentre;
}

/** The port, and the hands that move its world. */
export interface SimTelephony extends Telephony {
  /** The next ring at this device, or at this number behind a trunk, meets this habit; each phone keeps its last one. */
  setHabit(deviceId: DeviceId, habit: PhoneHabit): void;
  setReachable(deviceId: DeviceId, reachable: boolean): void;
  call(citizen: Citizen): ChannelId;
  hangUpCitizen(channelId: ChannelId): void;
  /** The hold key of the phone in a talk. */
  pressHold(deviceId: DeviceId, held: boolean): void;
  /** The phone dies under its talk, without a word. */
  killPhone(deviceId: DeviceId): void;
  /** Asterisk dies and comes back: every channel is gone. */
  restartNode(): void;
  connect(): void;
  /** The channel hears music on hold or in line. */
  hearsMusic(channelId: ChannelId): boolean;
  channels(): readonly SeenChannel[];
}

/** What the simulated world needs. */
export interface SimTelephonyParts {
  readonly clock: Clock & Timers;
  readonly node: NodeId;
  /** How long a prompt lasts. */
  readonly promptMs: (prompt: PromptRef) => number;
}

interface Channel {
  readonly channelId: ChannelId;
  offerId: OfferId | null;
  deviceId: DeviceId | null;
  up: boolean;
  bridgeId: BridgeId | null;
  readonly arrival: ArrivalSeen | null;
  readonly supervises: boolean;
  /** The leg this ear hears: it ends with it. */
  readonly earOf: ChannelId | null;
  music: boolean;
  packets: number;
  dead: boolean;
}

const noAnswerCause = 19;
const normalClearing = 16;

/** A world without calls. */
export function createSimTelephony({ clock, node, promptMs }: SimTelephonyParts): SimTelephony {
  const channels = new Map<ChannelId, Channel>();
  const habits = new Map<DeviceId, PhoneHabit>();
  const reachable = new Set<DeviceId>();
  const plays = new Map<PlayId, () => void>();
  const answers = new Map<ChannelId, string[]>();
  let listener: (event: TelephonyEvent) => void = () => undefined;
  let boot = 1;
  let calls = 0;

  const emit = (event: TelephonyEvent) => listener(event);
  const soon = (afterMs: number, act: () => void) => clock.at(clock.nowMs() + afterMs, act);

  function channelOf(channelId: ChannelId): Channel {
    const channel = channels.get(channelId);
    if (channel === undefined)
      throw new AppError('ARI_REFUSED', { status: 404, message: 'Channel not found' });
    return channel;
  }

  type Given = Pick<Channel, 'channelId' | 'offerId' | 'deviceId' | 'up' | 'arrival'>;
  function add(channel: Given & Partial<Pick<Channel, 'supervises' | 'earOf'>>): void {
    const fresh = { bridgeId: null, music: false, packets: 0, dead: false };
    channels.set(channel.channelId, { supervises: false, earOf: null, ...channel, ...fresh });
  }

  function remove(channelId: ChannelId, causeCode: number, phoneLost = false): void {
    if (!channels.delete(channelId)) return;
    answers.delete(channelId);
    for (const ear of [...channels.values()]) if (ear.earOf === channelId) channels.delete(ear.channelId);
    emit({ type: 'gone', channelId, causeCode, phoneLost });
  }

  function release(bridgeId: BridgeId): void {
    for (const channel of channels.values()) if (channel.bridgeId === bridgeId) channel.bridgeId = null;
  }

  function isTalking(channelId: ChannelId): boolean {
    const bridgeId = channels.get(channelId)?.bridgeId ?? null;
    if (bridgeId === null) return false;
    return [...channels.values()].filter((channel) => channel.bridgeId === bridgeId).length > 1;
  }

  function ringPhone(legId: ChannelId, order: Pick<RingOrder, 'deviceId' | 'ringMs'>): void {
    const habit = habits.get(order.deviceId) ?? { does: 'ignore' };
    soon(20, () => channels.has(legId) && emit({ type: 'ringing', channelId: legId }));
    if (habit.does === 'refuse') soon(habit.afterMs, () => remove(legId, habit.causeCode));
    if (habit.does === 'ignore') soon(order.ringMs + 1_000, () => remove(legId, noAnswerCause));
    if (habit.does === 'answer') soon(habit.afterMs, () => pickUp(legId, habit.talkMs));
  }

  function pickUp(legId: ChannelId, talkMs: number): void {
    const leg = channels.get(legId);
    if (leg === undefined) return;
    leg.up = true;
    emit({ type: 'answered', channelId: legId });
    const endTalk = () => {
      if (!channels.has(legId)) return;
      if (isTalking(legId)) remove(legId, normalClearing);
      else soon(1_000, endTalk);
    };
    soon(talkMs, endTalk);
  }

  function answerQuestion(channelId: ChannelId): void {
    const digit = answers.get(channelId)?.shift();
    if (digit === undefined) return;
    soon(2_000, () => {
      if (digit === 'hangUp') remove(channelId, normalClearing);
      else if (channels.has(channelId)) emit({ type: 'digit', channelId, digit });
    });
  }

  function snapshot(): NodeSnapshot {
    const bridgeIds = [
      ...new Set([...channels.values()].flatMap(({ bridgeId }) => (bridgeId === null ? [] : [bridgeId]))),
    ];
    return {
      node,
      bootId: `boot-${boot}`,
      channels: [...channels.values()].map(
        ({ channelId, offerId, up, bridgeId, deviceId, supervises, arrival }) => ({
          channelId,
          offerId,
          up,
          bridgeId,
          deviceId,
          supervises,
          arrival,
        }),
      ),
      bridges: bridgeIds.map((bridgeId) => ({
        bridgeId,
        channelIds: [...channels.values()].filter((c) => c.bridgeId === bridgeId).map((c) => c.channelId),
      })),
      reachableDevices: [...reachable],
    };
  }

  return {
    onEvent(next) {
      listener = next;
    },
    async answer(channelId) {
      channelOf(channelId).up = true;
    },
    async play(channelId, playId, prompt) {
      channelOf(channelId);
      if (prompt.id.startsWith('survey.')) answerQuestion(channelId);
      const end = (ok: boolean) => {
        if (!plays.delete(playId)) return;
        emit({ type: 'playEnded', channelId, playId, ok });
      };
      const cancel = soon(promptMs(prompt), () => end(channels.has(channelId)));
      plays.set(playId, () => {
        cancel();
        end(true);
      });
    },
    async stopPlay(playId) {
      plays.get(playId)?.();
    },
    async music(channelId, on) {
      channelOf(channelId).music = on;
    },
    async ring(order) {
      if (!reachable.has(order.deviceId))
        throw new AppError('ARI_REFUSED', { status: 500, message: 'Allocation failed' });
      const channelId = order.offerId as string as ChannelId;
      add({ channelId, offerId: order.offerId, deviceId: order.deviceId, up: false, arrival: null });
      ringPhone(channelId, order);
    },
    async lead({ offerId, number, ringMs }) {
      const channelId = offerId as string as ChannelId;
      add({ channelId, offerId, deviceId: null, up: false, arrival: null });
      ringPhone(channelId, { deviceId: number as string as DeviceId, ringMs });
    },
    async dial({ channelId, number, ringMs }) {
      add({ channelId, offerId: channelId as string as OfferId, deviceId: null, up: false, arrival: null });
      ringPhone(channelId, { deviceId: number as string as DeviceId, ringMs });
    },
    async ringBack() {},
    async join(bridgeId, citizen, leg) {
      const both = [channelOf(citizen), channelOf(leg)];
      for (const channel of both) channel.bridgeId = bridgeId;
    },
    async hold(bridgeId, citizen, on) {
      const channel = channelOf(citizen);
      channel.bridgeId = on ? null : bridgeId;
      channel.music = on;
    },
    async ringExpert({ to, offerId, ringMs }) {
      if ('deviceId' in to && !reachable.has(to.deviceId))
        throw new AppError('ARI_REFUSED', { status: 500, message: 'Allocation failed' });
      const channelId = offerId as string as ChannelId;
      const deviceId = 'deviceId' in to ? to.deviceId : null;
      add({ channelId, offerId, deviceId, up: false, arrival: null });
      ringPhone(channelId, { deviceId: deviceId ?? ((to as { number: string }).number as DeviceId), ringMs });
    },
    async takeOut(_bridgeId, citizen) {
      channelOf(citizen).bridgeId = null;
    },
    async gather(bridgeId, citizens, legs) {
      for (const channel of [...citizens, ...legs].map(channelOf)) channel.bridgeId = bridgeId;
    },
    async ringSupervisor(ring) {
      if (!reachable.has(ring.deviceId))
        throw new AppError('ARI_REFUSED', { status: 500, message: 'Allocation failed' });
      const channelId = ring.supervisionId as string as ChannelId;
      add({ channelId, offerId: null, deviceId: ring.deviceId, up: false, arrival: null, supervises: true });
      ringPhone(channelId, ring);
    },
    async listen({ supervisionId, earId, legId }) {
      channelOf(legId);
      add({
        channelId: earId,
        offerId: null,
        deviceId: null,
        up: true,
        arrival: null,
        supervises: true,
        earOf: legId,
      });
      const bridgeId = supervisionId as string as BridgeId;
      for (const id of [earId, supervisionId as string as ChannelId]) channelOf(id).bridgeId = bridgeId;
    },
    async unlisten(earId) {
      channels.delete(earId);
    },
    async endSupervision(supervisionId, earId) {
      if (earId !== null) channels.delete(earId);
      soon(5, () => remove(supervisionId as string as ChannelId, normalClearing));
    },
    async announce() {},
    async showCaller() {},
    async part(bridgeId) {
      release(bridgeId);
    },
    async dropBridge(bridgeId) {
      release(bridgeId);
    },
    async hangUp(channelId, causeCode) {
      channelOf(channelId);
      soon(5, () => remove(channelId, causeCode));
    },
    async record(channelId) {
      channelOf(channelId);
    },
    async recordingGrows() {
      return true;
    },
    async muteRecording() {},
    async stopRecording() {},
    async sendDigits() {},
    async echo() {},
    async packetsReceived(channelId) {
      const channel = channelOf(channelId);
      if (!channel.dead) channel.packets += 50;
      return channel.packets;
    },
    async snapshot() {
      return snapshot();
    },
    trunks: () => [],
    setHabit(deviceId, habit) {
      habits.set(deviceId, habit);
    },
    setReachable(deviceId, isUp) {
      if (isUp) reachable.add(deviceId);
      else reachable.delete(deviceId);
      emit({ type: 'phone', deviceId, reachable: isUp });
    },
    call({ ani, dnis, patienceMs, keys = [], answers: toSurvey = [], trunkId = 'sim', told }) {
      calls += 1;
      const channelId = `sim.${boot}.${calls}` as ChannelId;
      const arrival: ArrivalSeen = {
        channelId,
        trunkId,
        dnis,
        redirectedFrom: '',
        toUser: dnis,
        ani,
        aniShown: ani !== '',
        sipCallId: `${channelId}@sim`,
        ...(told !== undefined && { told }),
        arrivedAtMs: clock.nowMs(),
      };
      add({ channelId, offerId: null, deviceId: null, up: false, arrival });
      answers.set(channelId, [...toSurvey]);
      emit({ type: 'arrived', arrival });
      for (const { atMs, digit } of keys) {
        soon(atMs, () => channels.has(channelId) && emit({ type: 'digit', channelId, digit }));
      }
      if (patienceMs !== null)
        soon(patienceMs, () => !isTalking(channelId) && remove(channelId, normalClearing));
      return channelId;
    },
    hangUpCitizen: (channelId) => remove(channelId, normalClearing),
    pressHold(deviceId, held) {
      for (const { channelId, deviceId: at, offerId } of channels.values())
        if (at === deviceId && offerId !== null) emit({ type: 'held', channelId, held });
    },
    killPhone(deviceId) {
      for (const channel of channels.values()) if (channel.deviceId === deviceId) channel.dead = true;
      reachable.delete(deviceId);
      emit({ type: 'phone', deviceId, reachable: false });
    },
    restartNode() {
      boot += 1;
      channels.clear();
      plays.clear();
      emit({ type: 'disconnected' });
    },
    connect: () => emit({ type: 'connected', snapshot: snapshot() }),
    hearsMusic: (channelId) => channels.get(channelId)?.music ?? false,
    channels: () => snapshot().channels,
  };
}
