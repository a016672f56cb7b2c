// A hand-over to an emergency line when the service is killed at each stage: the citizen ends with a person, nothing is left, and the packet is taken once.
import t from 'tap';
import { startPacketReceiver, theirIdOf } from '../conformance/packet-receiver.js';
import { emergencyRows, handOverTo, webhookSecret } from './hand-over-station.js';
import { hears, startConsults } from './consult-station.js';

const receiver = await startPacketReceiver(() => webhookSecret(station.home));
t.teardown(() => receiver.close());
const { station, outside, factOf, talk, nothingLeft } = await startConsults(
  { portBase: 24_550, sipPort: 24_560, outsidePort: 24_575, rtpStart: 24_800 },
  {},
  emergencyRows(receiver.url, '30s'),
);
const agent = await station.seat('1001', { toneHz: 700 });
outside.setOnInvite('manual');

/** The service dies and is there again. */
async function killed(): Promise<void> {
  await station.parts.service.kill('SIGKILL');
  await station.parts.service.whenReady();
}

t.test(
  'killed while it rings: the citizen is with his agent, and the packet that was owed is taken once',
  async (t) => {
    await receiver.setDown(true);
    const own = await talk('8401', agent);
    await handOverTo(t, own, { target: 'police', note: '和平路 5 号' });
    const ring = await outside.incoming();
    await killed();
    await receiver.setDown(false);
    await ring.untilEnded(15_000);
    t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'restart', targetId: 'police' });
    await hears(t, own.call, { agent: true }, 'the citizen hears the agent');
    await hears(t, own.leg, { citizen: true }, 'and the agent him');
    const taken = await station.until(
      'the packet is taken',
      async () => (await station.facts('PacketTaken')).find((fact) => fact['contactId'] === own.id),
      90_000,
    );
    t.equal(taken['theirId'], theirIdOf(String(taken['packetId'])));
    t.equal(receiver.taken.filter(({ contactId }) => contactId === own.id).length, 1);
    await own.call.hangUp();
    await nothingLeft(t);
  },
);

t.test('killed while they hear of the recording, while three talk, and once it is accepted', async (t) => {
  const notice = await talk('8402', agent);
  await handOverTo(t, notice, { target: 'police' });
  const first = await outside.incoming();
  await first.answer();
  await factOf(notice.id, 'ExpertAnswered');
  await killed();
  await first.untilEnded(15_000);
  await hears(t, notice.call, { agent: true }, 'the citizen is with his agent');
  await notice.call.hangUp();
  await nothingLeft(t);

  const own = await talk('8403', agent);
  await handOverTo(t, own, { target: 'police' });
  const ring = await outside.incoming();
  await ring.answer();
  await factOf(own.id, 'ConferenceJoined');
  await killed();
  await hears(t, own.call, { agent: true, expert: true }, 'the citizen hears both');
  await hears(t, ring, { citizen: true, agent: true }, 'they hear both');
  await own.leg.untilEnded(45_000);
  t.match(
    await factOf(own.id, 'ConsultEnded'),
    { outcome: 'handedOver' },
    'the deadline has outlived the service',
  );
  await killed();
  await hears(t, own.call, { expert: true }, 'the citizen hears them');
  await hears(t, ring, { citizen: true }, 'and they him');
  await ring.hangUp();
  await own.call.untilEnded(20_000);
  await nothingLeft(t);
});

t.test('the line dies while the service is away: the citizen is with his agent', async (t) => {
  const own = await talk('8404', agent);
  await handOverTo(t, own, { target: 'heat' });
  const ring = await outside.incoming();
  await ring.answer();
  await factOf(own.id, 'ConferenceJoined');
  await station.parts.service.kill('SIGKILL');
  await ring.hangUp();
  await station.parts.service.whenReady();
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'left' });
  await hears(t, own.call, { agent: true }, 'the citizen hears the agent');
  await own.call.hangUp();
  await nothingLeft(t);
});
