// Asterisk behind the engine's telephony port: ARI for channels and bridges, AMI for recording.
import { AppError } from '../../errors.js';
import type { BridgeId, ChannelId, ContactId, DeviceId, NodeId, OfferId, PlayId } from '../../contact/ids.js';
import type { PromptRef } from '../../contact/prompt-ref.js';
import type {
  Announcement,
  DialOrder,
  ExpertRing,
  LeadOrder,
  Log,
  NodeSnapshot,
  PromptMedia,
  RingOrder,
  Telephony,
  TelephonyEvent,
} from '../../engine/ports.js';
import type { AmiClient } from './ami-client.js';
import type { AriClient } from './ari-client.js';
import type { AriEvent, Channel, ChannelHangupRequest } from './ari-types.js';
import { autoAnswerHeaders } from './auto-answer.js';
import { arrivalOf, deviceOf, seenChannel, variableNames } from './channel-facts.js';
import { phoneEndpoint, trunkEndpoint, type DialEndpoint } from './dial-endpoint.js';
import { createAccountKeeper, type AccountSettings, type DeviceAccount } from './device-accounts.js';
import { createPhoneWatch } from './phone-watch.js';
import type { Recorder } from './recorder.js';
import { createSupervisionVerbs, supervisionArgs } from './supervision.js';
import { createTrunkWatch } from './trunk-watch.js';

/** What Asterisk's side of the port is made of. */
export interface AsteriskTelephonyParts {
  readonly node: NodeId;
  readonly ari: AriClient;
  readonly ami: AmiClient;
  readonly recorder: Recorder;
  readonly media: PromptMedia;
  readonly accounts: () => readonly DeviceAccount[];
  readonly accountSettings: AccountSettings;
  readonly log: Log;
}

/** The port, and its life. */
export interface AsteriskTelephony extends Telephony {
  /** Connects for ever; call it after `onEvent`. */
  connect(): void;
  /** Devices were added or taken out, or their passwords changed. */
  refreshAccounts(): Promise<void>;
}

/** A phone's leg that Asterisk cut because no RTP came (Q.850 44: requested channel not available). */
const rtpTimeoutCause = 44;
const normalClearing = 16;
/** Our own timer ends the ringing; Asterisk's is a net below it. */
const ringNetMs = 2_000;
/** A device's new channel that has not come to us by now is its own call. */
const ownCallAfterMs = 500;

/** Telephony on one Asterisk node. */
export function createAsteriskTelephony(parts: AsteriskTelephonyParts): AsteriskTelephony {
  const { ari, recorder, media, node, log } = parts;
  const accounts = createAccountKeeper(ari, parts.accountSettings);
  const names = new Map<string, string>();
  const deviceChannels = new Map<string, DeviceId>();
  const hangUpCauses = new Map<string, number>();
  const ownCalls = new Set<string>();
  /** Legs of ours of which it was told that they were picked up. */
  const answeredLegs = new Set<string>();
  const lastKeys = new Map<string, string>();
  /** Callers that the dialplan held while we were away: answered already, with its music on. */
  const heldByDialplan = new Set<string>();
  /** Prompts under way inside talks. */
  const announcing = new Map<PlayId, BridgeId>();
  let listener: (event: TelephonyEvent) => void = () => undefined;
  let devices: ReadonlySet<string> = new Set();
  const phones = createPhoneWatch(
    () => devices,
    (deviceId) => [...deviceChannels.values()].includes(deviceId),
  );

  const supervision = createSupervisionVerbs(ari);
  const trunkWatch = createTrunkWatch(ari, parts.ami, (endpoint) => devices.has(endpoint));

  const emit = (event: TelephonyEvent) => listener(event);

  // --- events --------------------------------------------------------------------------------------------------------

  function onEvent(event: AriEvent): void {
    if ('channel' in event && event.channel !== undefined) names.set(event.channel.id, event.channel.name);
    switch (event.type) {
      case 'StasisStart':
        return entered(event.channel, event.args);
      case 'ChannelCreated':
        return created(event.channel);
      case 'ChannelStateChange':
        if (event.channel.state === 'Ringing')
          emit({ type: 'ringing', channelId: event.channel.id as ChannelId });
        return;
      case 'ChannelDtmfReceived':
        return digit(event.channel.id as ChannelId, event.digit, event.timestamp);
      case 'PlaybackFinished':
        return playbackFinished(event.playback);
      case 'ChannelHold':
      case 'ChannelUnhold': {
        const held = event.type === 'ChannelHold';
        return emit({ type: 'held', channelId: event.channel.id as ChannelId, held });
      }
      case 'ChannelHangupRequest':
        return hangUpAsked(event);
      case 'StasisEnd':
        // Of a call that came to us Asterisk tells nothing after this; a leg of ours tells its cause at the end.
        return isLeg(event.channel) ? undefined : ended(event.channel, hangUpCauses.get(event.channel.id));
      case 'ChannelDestroyed':
        return ended(event.channel, event.cause);
      case 'ContactStatusChange':
        return phones.contactChanged(event).forEach(emit);
      case 'EndpointStateChange':
        return phones.endpointChanged(event.endpoint).forEach(emit);
      default:
        return;
    }
  }

  function entered(channel: Channel, args: readonly string[]): void {
    const channelId = channel.id as ChannelId;
    const [kind, endpoint = '', code = ''] = args;
    if (kind === supervisionArgs.ear) return supervision.entered(channelId);
    if (kind === 'leg' || kind === supervisionArgs.leg) {
      answeredLegs.add(channelId);
      return emit({ type: 'answered', channelId });
    }
    if (kind === 'feature') {
      ownCalls.delete(channelId);
      deviceChannels.set(channelId, endpoint as DeviceId);
      return emit({ type: 'featureDialled', channelId, deviceId: endpoint as DeviceId, code });
    }
    const arrival = arrivalOf(channel, args);
    if (arrival === null) return;
    if (channel.state === 'Up') heldByDialplan.add(channel.id);
    emit({ type: 'arrived', arrival });
  }

  /** A channel at a device that is neither a leg of ours nor comes to us as a feature call is the agent's own. */
  function created(channel: Channel): void {
    const deviceId = deviceOf(channel, devices);
    if (deviceId === null) return;
    const { id } = channel;
    if (isLeg(channel)) return void deviceChannels.set(id, deviceId);
    setTimeout(() => {
      if (!names.has(id) || deviceChannels.has(id)) return;
      ownCalls.add(id);
      deviceChannels.set(id, deviceId);
      emit({ type: 'ownCall', deviceId, channelId: id as ChannelId, up: true });
    }, ownCallAfterMs).unref();
  }

  /** A phone's channel reaches us by its own subscription and by its endpoint's: each key is told twice, of one instant. */
  function digit(channelId: ChannelId, pressed: string, timestamp: string): void {
    const key = `${pressed} ${timestamp}`;
    if (lastKeys.get(channelId) === key) return;
    lastKeys.set(channelId, key);
    emit({ type: 'digit', channelId, digit: pressed });
  }

  function playbackFinished(playback: { id: string; target_uri: string; state: string }): void {
    announcing.delete(playback.id as PlayId);
    const [kind, target = ''] = playback.target_uri.split(':');
    if (kind !== 'channel') return;
    const ok = playback.state !== 'failed';
    // Cut off by the hang-up that is being told: the prompt itself is sound.
    if (!ok && hangUpCauses.has(target)) return;
    emit({ type: 'playEnded', channelId: target as ChannelId, playId: playback.id as PlayId, ok });
  }

  /**
   * A phone that has hung up is free from now on: that Asterisk takes its leg apart first is no reason to let a citizen wait. `soft`: it
   * is Asterisk that ends the channel, for us or because no RTP came; the cause is then none of Q.850's, and the channel's end tells it.
   */
  function hangUpAsked({ channel, soft, cause = normalClearing }: ChannelHangupRequest): void {
    hangUpCauses.set(channel.id, soft === true ? normalClearing : cause);
    if (soft !== true && answeredLegs.has(channel.id)) ended(channel, cause);
  }

  function ended(channel: Channel, causeCode = normalClearing): void {
    const channelId = channel.id as ChannelId;
    hangUpCauses.delete(channelId);
    const deviceId = deviceChannels.get(channelId);
    names.delete(channelId);
    lastKeys.delete(channelId);
    answeredLegs.delete(channelId);
    heldByDialplan.delete(channelId);
    deviceChannels.delete(channelId);
    if (ownCalls.delete(channelId) && deviceId !== undefined) {
      return emit({ type: 'ownCall', deviceId, channelId, up: false });
    }
    emit({ type: 'gone', channelId, causeCode, phoneLost: causeCode === rtpTimeoutCause });
  }

  // --- connection ----------------------------------------------------------------------------------------------------

  async function connected(): Promise<void> {
    readDevices();
    announcing.clear();
    const snapshot = await takeSnapshot();
    followDeviceChannels(snapshot);
    emit({ type: 'connected', snapshot });
    accounts.forget();
    void refreshAccounts();
  }

  /** The phones' channels that are there at a connect: their ends are told like those of channels we saw begin. */
  function followDeviceChannels({ channels }: NodeSnapshot): void {
    const known = new Set(deviceChannels.keys());
    const own = new Set(ownCalls);
    deviceChannels.clear();
    ownCalls.clear();
    for (const { channelId, deviceId } of channels) {
      if (deviceId === null) continue;
      deviceChannels.set(channelId, deviceId);
      const isOwn = own.has(channelId) || !known.has(channelId);
      if (isOwn && !isOfferId(channelId)) ownCalls.add(channelId);
    }
  }

  function readDevices(): void {
    devices = new Set(parts.accounts().map(({ deviceId }) => deviceId));
  }

  /** Accounts first, then the subscription (an endpoint must exist), then what was missed before it. */
  async function refreshAccounts(): Promise<void> {
    readDevices();
    try {
      await accounts.bring(parts.accounts());
      await subscribe();
      (await phones.endpointsListed(() => ari.endpoints.list())).forEach(emit);
    } catch (error) {
      log.warn({ error: String(error) }, 'the devices could not all be made known to Asterisk');
    }
  }

  async function subscribe(): Promise<void> {
    const sources = [...devices].map((deviceId) => `endpoint:PJSIP/${deviceId}`);
    for (let from = 0; from < sources.length; from += 20) {
      await ari.application.subscribe(sources.slice(from, from + 20));
    }
  }

  async function takeSnapshot(): Promise<NodeSnapshot> {
    const named = [...names.keys()];
    const [info, channels, bridges, endpoints] = await Promise.all([
      ari.asterisk.info(),
      ari.channels.list(),
      ari.bridges.list(),
      ari.endpoints.list(),
    ]);
    const bridgeOf = new Map(
      bridges.flatMap(({ id, channels: ids }) => ids.map((channelId) => [channelId, id])),
    );
    for (const id of named) names.delete(id);
    for (const channel of channels) names.set(channel.id, channel.name);
    return {
      node,
      bootId: info.status?.startup_time ?? '',
      channels: channels.map((channel) =>
        seenChannel(channel, (bridgeOf.get(channel.id) ?? null) as BridgeId | null, devices),
      ),
      bridges: bridges.map(({ id, channels: ids }) => ({
        bridgeId: id as BridgeId,
        channelIds: ids.map((channelId) => channelId as ChannelId),
      })),
      reachableDevices: endpoints
        .filter(({ resource, state }) => state === 'online' && devices.has(resource))
        .map(({ resource }) => resource as DeviceId),
    };
  }

  // --- verbs ---------------------------------------------------------------------------------------------------------

  function mediaOf(prompt: PromptRef): readonly string[] | undefined {
    const audio = media.resolve(prompt);
    if (audio === undefined) log.error({ prompt: prompt.id, slots: prompt.slots }, 'a prompt has no audio');
    return audio?.media;
  }

  async function play(channelId: ChannelId, playId: PlayId, prompt: PromptRef): Promise<void> {
    const sounds = mediaOf(prompt);
    if (sounds === undefined)
      return void setImmediate(() => emit({ type: 'playEnded', channelId, playId, ok: false }));
    await ari.channels.play(channelId, playId, sounds);
  }

  /**
   * To each side apart. Played to the bridge it would be mixed, and when Asterisk then falls back from its mixer to the plain
   * bridge, every eighth recording or so goes on without the agent.
   */
  async function announce({ bridgeId, citizen, leg, playId, prompts }: Announcement): Promise<void> {
    const sounds = prompts.flatMap((prompt) => mediaOf(prompt) ?? []);
    if (sounds.length === 0) return;
    await Promise.all(
      [citizen, leg].map(async (channelId, side) => {
        const id = `${playId}.${side}` as PlayId;
        announcing.set(id, bridgeId);
        await ari.channels.play(channelId, id, sounds);
      }),
    );
  }

  /** A channel cannot leave its bridge before what is played to it there has ended. What ended just now is refused: so be it. */
  async function cutAnnouncements(bridgeId: BridgeId): Promise<void> {
    const cut = [...announcing].filter(([, where]) => where === bridgeId).map(([playId]) => playId);
    for (const playId of cut) announcing.delete(playId);
    await Promise.all(cut.map((playId) => ari.playbacks.stop(playId).catch(ignoreRefused)));
  }

  async function nameOf(channelId: ChannelId): Promise<string> {
    return names.get(channelId) ?? (await ari.channels.get(channelId)).name;
  }

  /** Every leg of ours begins here: it comes to us when it is picked up, and it is marked as the contact's. */
  async function startLeg(leg: {
    readonly id: string;
    readonly contactId: ContactId;
    readonly endpoint: DialEndpoint;
    readonly shows: { readonly name: string; readonly number: string };
    readonly ringMs: number;
    readonly headers?: Readonly<Record<string, string>>;
  }): Promise<void> {
    await ari.channels.originate({
      channelId: leg.id,
      endpoint: leg.endpoint,
      appArgs: 'leg',
      callerId: `"${leg.shows.name.replaceAll(/["\\]/g, '')}" <${leg.shows.number}>`,
      ringTimeoutMs: leg.ringMs + ringNetMs,
      formats: 'alaw,ulaw',
      variables: {
        [variableNames.contact]: leg.contactId,
        [variableNames.offer]: { value: leg.id, report_events: true },
        'PJSIP_TRANSFER_HANDLING()': 'ari-only',
        ...leg.headers,
      },
    });
  }

  const ringPhone = (order: Omit<RingOrder, 'deviceId'>, endpoint: DialEndpoint) =>
    startLeg({
      ...{ id: order.offerId, contactId: order.contactId, endpoint, ringMs: order.ringMs },
      shows: { name: order.displayName, number: order.displayNumber },
      ...(order.autoAnswer && { headers: autoAnswerHeaders }),
    });

  const ring = (order: RingOrder) => ringPhone(order, phoneEndpoint(order.deviceId));

  const ringExpert = ({ to, ...order }: ExpertRing) =>
    ringPhone(order, 'deviceId' in to ? phoneEndpoint(to.deviceId) : trunkEndpoint(to.trunkId, to.number));

  const lead = (order: LeadOrder) =>
    startLeg({
      ...{ id: order.offerId, contactId: order.contactId, ringMs: order.ringMs },
      endpoint: trunkEndpoint(order.trunkId, order.number),
      shows: { name: '', number: order.callerNumber },
      headers: contextHeaders(order),
    });

  const dial = (order: DialOrder) =>
    startLeg({
      ...{ id: order.channelId, contactId: order.contactId, ringMs: order.ringMs },
      endpoint: trunkEndpoint(order.trunkId, order.number),
      shows: { name: '', number: order.callerNumber },
    });

  return {
    onEvent(next) {
      listener = next;
    },
    connect() {
      trunkWatch.start();
      ari.connect({
        onConnected: connected,
        onEvent,
        onDisconnected: () => emit({ type: 'disconnected' }),
        onReplaced: () => emit({ type: 'replaced' }),
        onTrouble: (error) => log.warn({ error: String(error) }, 'the event socket'),
        onSick: (error) => {
          log.error({ error: String(error) }, 'Asterisk does not answer its probe');
          emit({ type: 'sick' });
        },
        onWell: () => emit({ type: 'well' }),
      });
    },
    refreshAccounts,
    async answer(channelId) {
      if (heldByDialplan.delete(channelId)) await ari.channels.stopMoh(channelId);
      else await ari.channels.answer(channelId);
    },
    play,
    stopPlay: (playId) => ari.playbacks.stop(playId).catch(ignoreGone),
    music: (channelId, on) =>
      on ? ari.channels.startMoh(channelId, 'default') : ari.channels.stopMoh(channelId),
    ring,
    ringExpert,
    lead,
    dial,
    ringBack: (legId, on) => (on ? ari.channels.ring(legId) : ari.channels.ringStop(legId)),
    async join(bridgeId, citizen, leg, keysPass) {
      // Joined anew after a restart, it may be there.
      await ari.bridges.create(bridgeId).catch(ignoreThere);
      if (keysPass) await ari.bridges.addChannels(bridgeId, [citizen]);
      // The agent's keys are feature codes first: they reach us, and the citizen only through us.
      await ari.bridges.addChannels(bridgeId, keysPass ? [leg] : [citizen, leg], { absorbDtmf: true });
    },
    announce,
    // The first changes nothing on the phone yet: both are told it at once.
    showCaller: (legId, name, number) =>
      ari.channels.setVariables(legId, {
        'CONNECTEDLINE(name-charset,i)': 'utf8',
        'CONNECTEDLINE(name,i)': name,
        'CONNECTEDLINE(num-valid,i)': '1',
        'CONNECTEDLINE(num)': number,
      }),
    async hold(bridgeId, citizen, on) {
      if (on) {
        await cutAnnouncements(bridgeId);
        // Asked for again after a restart, he may be out of it already.
        await ari.bridges.removeChannels(bridgeId, [citizen]).catch(ignoreRefused);
        await ari.channels.startMoh(citizen, 'default');
      } else {
        await ari.channels.stopMoh(citizen);
        await ari.bridges.addChannels(bridgeId, [citizen], { absorbDtmf: true });
      }
    },
    async takeOut(bridgeId, citizen) {
      await cutAnnouncements(bridgeId);
      // Asked for again after a restart, he may be out of it already.
      await ari.bridges.removeChannels(bridgeId, [citizen]).catch(ignoreRefused);
    },
    async gather(bridgeId, citizens, legs) {
      // Asterisk refuses to make a bridge twice; a talk has its own still.
      await ari.bridges.create(bridgeId).catch(ignoreThere);
      await ari.bridges.addChannels(bridgeId, [...citizens, ...legs], { absorbDtmf: true });
    },
    ringSupervisor: supervision.ringSupervisor,
    listen: supervision.listen,
    unlisten: supervision.unlisten,
    endSupervision: supervision.endSupervision,
    async part(bridgeId, citizen) {
      try {
        await cutAnnouncements(bridgeId);
        // A bridge that is merely destroyed empties later, and a prompt begun meanwhile is lost without a word.
        await ari.bridges.removeChannels(bridgeId, [citizen]).catch(ignoreRefused);
      } finally {
        await ari.bridges.destroy(bridgeId).catch(ignoreGone);
      }
    },
    dropBridge: (bridgeId) => ari.bridges.destroy(bridgeId).catch(ignoreGone),
    hangUp: (channelId, causeCode) => ari.channels.hangup(channelId, causeCode),
    record: async (channelId, file) => recorder.start(await nameOf(channelId), file),
    recordingGrows: (file) => recorder.grows(file),
    muteRecording: async (channelId, on) => recorder.mute(await nameOf(channelId), on),
    stopRecording: async (channelId) => recorder.stop(await nameOf(channelId)),
    sendDigits: (channelId, digits) => ari.channels.sendDtmf(channelId, digits),
    echo: (channelId) => ari.channels.continueInDialplan(channelId, 'echo', 's', 1),
    packetsReceived: async (channelId) => (await ari.channels.rtpStatistics(channelId)).rxcount,
    snapshot: takeSnapshot,
    trunks: trunkWatch.trunks,
  };
}

function isLeg(channel: Channel): boolean {
  return (channel.channelvars?.[variableNames.offer] ?? '') !== '' || isOfferId(channel.id);
}

/** Ids we mint are UUIDs; Asterisk's own are `epoch.n`. */
function isOfferId(id: string): id is OfferId & string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id);
}

/** No such bridge, not in it, gone, over already: what was asked for is so. */
function ignoreRefused(error: unknown): void {
  if (error instanceof AppError && error.code === 'ARI_REFUSED') return;
  throw error;
}

function ignoreThere(error: unknown): void {
  if (error instanceof AppError && error.details['status'] === 409) return;
  throw error;
}

function ignoreGone(error: unknown): void {
  if (error instanceof AppError && error.details['status'] === 404) return;
  throw error;
}

/** What a sub-centre is told of the call. */
function contextHeaders({ contactId, entryId, region, caller, heard }: LeadOrder): Record<string, string> {
  const headers = {
    Contact: contactId,
    Entry: entryId,
    Region: encodeURIComponent(region),
    Caller: caller,
    Heard: heard.join(' '),
  };
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === '' ? [] : [[`PJSIP_HEADER(add,X-Yihao-${name})`, value]],
    ),
  );
}
