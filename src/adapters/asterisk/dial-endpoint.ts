// Whom Asterisk may be told to ring: a device's phone, or over a trunk a number that may be dialled. ARI rings nothing else.
import type { DialNumber } from '../../contact/dial-out.js';
import type { DeviceId } from '../../contact/ids.js';

declare const made: unique symbol;

/** Such as `PJSIP/1001`; made by these two functions alone. */
export type DialEndpoint = string & { readonly [made]: true };

/** A phone of ours. */
export function phoneEndpoint(deviceId: DeviceId): DialEndpoint {
  return `PJSIP/${deviceId}` as DialEndpoint;
}

/** A number behind a trunk. */
export function trunkEndpoint(trunkId: string, number: DialNumber): DialEndpoint {
  return `PJSIP/${number}@${trunkId}` as DialEndpoint;
}
