// Which phones can be reached: Asterisk's contacts and endpoints, followed event by event.
import type { DeviceId } from '../../contact/ids.js';
import type { ContactStatusChange, Endpoint } from './ari-types.js';

/** What is told of a phone. */
export type PhoneNews =
  | { readonly type: 'phone'; readonly deviceId: DeviceId; readonly reachable: boolean }
  | { readonly type: 'newContactAddress'; readonly deviceId: DeviceId };

/** Follows phones. */
export interface PhoneWatch {
  contactChanged(event: ContactStatusChange): readonly PhoneNews[];
  endpointChanged(endpoint: Endpoint): readonly PhoneNews[];
  /** Asks for the list of endpoints: what an event told meanwhile is newer than the list, however late it comes. */
  endpointsListed(list: () => Promise<readonly Endpoint[]>): Promise<readonly PhoneNews[]>;
}

/** A watch over these devices; `inCall` tells whether a device has a channel now. */
export function createPhoneWatch(
  devices: () => ReadonlySet<string>,
  inCall: (deviceId: DeviceId) => boolean,
): PhoneWatch {
  const addresses = new Map<string, string>();
  /** Devices told of since the last list was asked for. */
  const toldOf = new Set<string>();
  const endpointStates = new Map<string, string>();

  function endpointNews({ resource, state }: Endpoint): readonly PhoneNews[] {
    if (!devices().has(resource) || state === undefined || state === 'unknown') return [];
    endpointStates.set(resource, state);
    return [{ type: 'phone', deviceId: resource as DeviceId, reachable: state === 'online' }];
  }

  return {
    contactChanged({ endpoint, contact_info: { uri, contact_status: status } }) {
      const deviceId = endpoint.resource as DeviceId;
      if (!devices().has(deviceId)) return [];
      toldOf.add(deviceId);
      const known = addresses.get(deviceId);
      if (status === 'Removed' || status === 'Unreachable') {
        // The removal of an address that has been replaced says nothing of the phone.
        return known !== undefined && known !== uri ? [] : [{ type: 'phone', deviceId, reachable: false }];
      }
      addresses.set(deviceId, uri);
      const news: PhoneNews[] = [{ type: 'phone', deviceId, reachable: true }];
      if (known !== undefined && known !== uri && inCall(deviceId))
        news.push({ type: 'newContactAddress', deviceId });
      return news;
    },
    endpointChanged(endpoint) {
      // Asterisk repeats an endpoint's state at each of its channels: no word of the phone's.
      if (endpoint.state === endpointStates.get(endpoint.resource)) return [];
      toldOf.add(endpoint.resource);
      return endpointNews(endpoint);
    },
    async endpointsListed(list) {
      toldOf.clear();
      const endpoints = await list();
      return endpoints.filter(({ resource }) => !toldOf.has(resource)).flatMap(endpointNews);
    },
  };
}
