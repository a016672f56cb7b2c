// Which phones can be reached: what Asterisk says of contacts and endpoints, and what of it is news.
import t from 'tap';
import type { ContactStatusChange, Endpoint } from '../../src/adapters/asterisk/ari-types.js';
import { createPhoneWatch } from '../../src/adapters/asterisk/phone-watch.js';

const endpoint = (state: 'online' | 'offline', resource = 'd1001'): Endpoint => ({
  technology: 'PJSIP',
  resource,
  state,
  channel_ids: [],
});

const contact = (status: string, uri: string): ContactStatusChange =>
  ({
    type: 'ContactStatusChange',
    endpoint: endpoint('online'),
    contact_info: { uri, contact_status: status, aor: 'd1001' },
  }) as ContactStatusChange;

const watch = (inCall = false) =>
  createPhoneWatch(
    () => new Set(['d1001', 'd1002']),
    () => inCall,
  );

t.test('an endpoint’s state repeated at each of its channels is no news of the phone', async (t) => {
  const phones = watch();
  t.match(phones.endpointChanged(endpoint('online')), [{ reachable: true }]);
  t.same(phones.endpointChanged(endpoint('online')), []);
  t.match(phones.endpointChanged(endpoint('offline')), [{ reachable: false }]);
  t.same(phones.endpointChanged(endpoint('online', 'carrier')), [], 'a trunk is no phone');
});

t.test('an event is newer than a list that was asked for before it', async (t) => {
  const phones = watch();
  const news = await phones.endpointsListed(async () => {
    phones.contactChanged(contact('Reachable', 'sip:d1001@127.0.0.1:1'));
    return [endpoint('offline'), endpoint('online', 'd1002')];
  });
  t.match(news, [{ deviceId: 'd1002', reachable: true }]);
  t.equal(news.length, 1);
});

t.test('a new address replaces the old one, and in a call it is told', async (t) => {
  const phones = watch(true);
  t.match(phones.contactChanged(contact('Reachable', 'sip:d1001@127.0.0.1:1')), [{ reachable: true }]);
  const moved = phones.contactChanged(contact('NonQualified', 'sip:d1001@127.0.0.1:2'));
  t.match(moved, [
    { type: 'phone', reachable: true },
    { type: 'newContactAddress', deviceId: 'd1001' },
  ]);
  t.same(phones.contactChanged(contact('Removed', 'sip:d1001@127.0.0.1:1')), [], 'of the old one nothing');
  t.match(phones.contactChanged(contact('Unreachable', 'sip:d1001@127.0.0.1:2')), [{ reachable: false }]);
});
