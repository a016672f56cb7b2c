// Reads Asterisk's channels: whose they are, what was dialled, and which of our ids they carry. Pure.
import type { BridgeId, ChannelId, ContactId, DeviceId, OfferId } from '../../contact/ids.js';
import type { ArrivalSeen, SeenChannel } from '../../engine/ports.js';
import type { Channel } from './ari-types.js';

/** The Stasis application. */
export const application = 'yihao';

/** Our ids on a channel, reported in its every event. */
export const variableNames = {
  contact: 'YIHAO_CONTACT',
  offer: 'YIHAO_OFFER',
  supervision: 'YIHAO_SUPERVISION',
} as const;

/** The endpoint of `PJSIP/d1001-00000012`: `d1001`. */
export function endpointOf(channel: Pick<Channel, 'name'>): string {
  const slash = channel.name.indexOf('/');
  const dash = channel.name.lastIndexOf('-');
  return channel.name.slice(slash + 1, dash > slash ? dash : undefined);
}

/** The device whose phone this channel is, or null for a trunk's. */
export function deviceOf(channel: Channel, devices: ReadonlySet<string>): DeviceId | null {
  const endpoint = endpointOf(channel);
  return devices.has(endpoint) ? (endpoint as DeviceId) : null;
}

/** Arguments the dialplan hands over: `arrive,<trunk>,<dialled>,<redirected>,<To>,<caller>,<privacy>,<Call-ID>`. */
export function arrivalOf(channel: Channel, args: readonly string[]): ArrivalSeen | null {
  const [
    kind,
    trunkId = '',
    dnis = '',
    redirectedFrom = '',
    toUser = '',
    ani = '',
    privacy = '',
    sipCallId = '',
  ] = args;
  if (kind !== 'arrive') return null;
  return {
    channelId: channel.id as ChannelId,
    trunkId,
    dnis,
    redirectedFrom,
    toUser,
    ani,
    aniShown: isShown(ani, privacy),
    sipCallId,
    arrivedAtMs: Date.parse(channel.creationtime),
  };
}

/** Whether a number came along that its caller does not withhold; `privacy` as Asterisk's CALLERID(pres) has it. */
export function isShown(ani: string, privacy: string): boolean {
  return ani !== '' && !privacy.startsWith('prohib') && privacy !== 'unavailable';
}

/** A listed channel in our words. `bridgeId`: the bridge that lists it. */
export function seenChannel(
  channel: Channel,
  bridgeId: BridgeId | null,
  devices: ReadonlySet<string>,
): SeenChannel {
  const variables = channel.channelvars ?? {};
  const inApplication = channel.dialplan.app_name === 'Stasis';
  const [app, ...args] = channel.dialplan.app_data.split(',');
  return {
    channelId: channel.id as ChannelId,
    contactId: (variables[variableNames.contact] || null) as ContactId | null,
    offerId: (variables[variableNames.offer] || null) as OfferId | null,
    up: channel.state === 'Up',
    bridgeId,
    deviceId: deviceOf(channel, devices),
    supervises: (variables[variableNames.supervision] ?? '') !== '' || channel.name.startsWith('Snoop/'),
    arrival: inApplication && app === application ? arrivalOf(channel, args) : null,
  };
}
