// Reads Asterisk's channels: whose they are, what was dialled, and which of our ids they carry. Pure.
import type { BridgeId, ChannelId, DeviceId, OfferId } from '../../contact/ids.js';
import type { ArrivalSeen, SeenChannel } from '../../engine/ports.js';
import type { ToldByCentre } from '../../numbers/handed-over.js';
import type { Channel } from './ari-types.js';

/** The Stasis application. */
export const application = 'yihao';

/** Our ids on a leg: the offer's and the supervision's are reported in its every event, the contact's is for whoever looks at the node. */
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

/**
 * Arguments the dialplan hands over: `arrive,<trunk>,<dialled>,<redirected>,<To>,<caller>,<privacy>,<Call-ID>`, then the headers of a
 * hand-over: `<contact>,<entry>,<caller>,<heard>,<region>`.
 */
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
    ...headers
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
    told: toldIn(headers, privacy),
    arrivedAtMs: Date.parse(channel.creationtime),
  };
}

/** Whose number SIP withholds, his number stays withheld, whatever a header says. */
function toldIn(headers: readonly string[], privacy: string): ToldByCentre {
  const [contact = '', entry = '', caller = '', heard = '', region = ''] = headers.map((value) =>
    value.trim(),
  );
  return { contact, entry, caller: isWithheld(privacy) ? '' : caller, heard, region };
}

function isWithheld(privacy: string): boolean {
  return privacy.startsWith('prohib');
}

/** Whether a number came along that its caller does not withhold; `privacy` as Asterisk's CALLERID(pres) has it. */
export function isShown(ani: string, privacy: string): boolean {
  return ani !== '' && !isWithheld(privacy) && privacy !== 'unavailable';
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
    offerId: (variables[variableNames.offer] || null) as OfferId | null,
    up: channel.state === 'Up',
    bridgeId,
    deviceId: deviceOf(channel, devices),
    supervises: (variables[variableNames.supervision] ?? '') !== '' || channel.name.startsWith('Snoop/'),
    arrival: inApplication && app === application ? arrivalOf(channel, args) : null,
  };
}
