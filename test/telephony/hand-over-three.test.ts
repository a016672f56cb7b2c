// 三方通话 with an emergency line by the keys of the phone, acceptance by a key, and what is refused: real phones, a tone each.
import t from 'tap';
import { startPacketReceiver } from '../conformance/packet-receiver.js';
import { emergencyRows, handOverTo, webhookSecret } from './hand-over-station.js';
import { hears, startConsults } from './consult-station.js';

const receiver = await startPacketReceiver(() => webhookSecret(station.home));
t.teardown(() => receiver.close());
const { station, outside, factOf, talk, act, nothingLeft } = await startConsults(
  { portBase: 24_580, sipPort: 24_586, outsidePort: 24_590, rtpStart: 26_600 },
  { accept: '6s' },
  emergencyRows(receiver.url),
);
const agent = await station.seat('1001', { toneHz: 700 });
outside.setOnInvite('manual');

t.test('three parties by the keys of the phone: the agent stays, and keeps who is not taken', async (t) => {
  const own = await talk('8303', agent);
  const sinceMs = Date.now();
  await own.leg.sendDigits('*457');
  await station.hears(own.call, 'util.transfer', { sinceMs, slot: 'heat', timeoutMs: 20_000 });
  const ring = await outside.incoming();
  t.equal(ring.dialled, '96069');
  t.notMatch(JSON.stringify(ring.invite), /8303/, 'a utility does not see who called');
  await ring.answer();
  await station.hears(ring, 'util.receiver', { sinceMs, timeoutMs: 25_000 });
  await factOf(own.id, 'ConferenceJoined');
  await hears(t, own.call, { agent: true, expert: true }, 'the citizen hears both');
  await hears(t, ring, { citizen: true, agent: true }, 'they hear both');
  await ring.hangUp();
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'left', targetId: 'heat' });
  await hears(t, own.call, { agent: true }, 'the citizen hears the agent');
  await own.leg.sendDigits('*441');
  const again = await outside.incoming();
  await again.answer();
  await factOf(own.id, 'ConferenceJoined', 1);
  await own.leg.sendDigits('*36');
  await hears(t, own.call, { agent: true, expert: true }, 'the citizen hears both');
  await new Promise((resolve) => void setTimeout(resolve, 16_000));
  await hears(t, own.leg, { citizen: true, expert: true }, 'the agent stays beyond the time');
  // The last key is the end of his call.
  await own.leg.sendDigits('*37').catch(() => undefined);
  await own.leg.untilEnded();
  await hears(t, own.call, { expert: true }, 'by his word they have him');
  await own.call.hangUp();
  await again.untilEnded();
  await nothingLeft(t);
});

t.test('a machine that answers takes nobody: a key first, where the row says so', async (t) => {
  const own = await talk('8304', agent);
  const sinceMs = Date.now();
  await handOverTo(t, own, { target: 'ambulance' });
  const machine = await outside.incoming();
  await machine.answer();
  await station.hears(machine, 'em.accept', { sinceMs, slot: 'ambulance', timeoutMs: 25_000 });
  await hears(t, machine, {}, 'it hears nobody');
  await machine.untilEnded(20_000);
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'nobody' });
  await hears(t, own.call, { agent: true }, 'the citizen hears the agent');
  await handOverTo(t, own, { target: 'ambulance' });
  const person = await outside.incoming();
  await person.answer();
  await factOf(own.id, 'ExpertRung', 1);
  await hears(t, person, {}, 'they hear nobody before the key');
  await person.sendDigits('1');
  await own.leg.untilEnded(30_000);
  await hears(t, own.call, { expert: true }, 'the key is the acceptance');
  await person.hangUp();
  await own.call.untilEnded(20_000);
  await nothingLeft(t);
});

t.test('refused: an unknown one, and a second while one is asked', async (t) => {
  const own = await talk('8308', agent);
  const path = `/api/v1/contacts/${own.id}/target`;
  t.match(await own.asAgent('POST', path, { target: 'nobody' }), {
    status: 404,
    body: { code: 'TARGET_UNKNOWN' },
  });
  await handOverTo(t, own, { target: 'police' });
  t.match(await own.asAgent('POST', path, { target: 'heat' }), {
    status: 409,
    body: { code: 'CONSULT_RUNNING' },
  });
  await act(t, own, 'back');
  await hears(t, own.call, { agent: true }, 'given up, the citizen is with the agent');
  const { body } = await own.asAgent('GET', '/api/v1/targets');
  t.match(body['targets'], [{ id: 'police', key: '1' }, { id: 'ambulance' }, { id: 'heat' }]);
  await own.call.hangUp();
  await nothingLeft(t);
});
