// 一键转接 with an emergency line on real phones, a tone each: who hears whom, where the citizen is when nobody takes him, and what the receiver is told.
import t from 'tap';
import { silence } from '../phones/audio.js';
import { startPacketReceiver, theirIdOf } from '../conformance/packet-receiver.js';
import { emergencyRows, handOverTo, webhookSecret } from './hand-over-station.js';
import { hears, startConsults } from './consult-station.js';

const receiver = await startPacketReceiver(() => webhookSecret(station.home));
t.teardown(() => receiver.close());
const { station, outside, factOf, factsOf, talk, nothingLeft } = await startConsults(
  { portBase: 24_510, sipPort: 24_520, outsidePort: 24_535, rtpStart: 24_600 },
  { accept: '6s' },
  emergencyRows(receiver.url),
);
const agent = await station.seat('1001', { toneHz: 700 });
outside.setOnInvite('manual');

t.test(
  'by one key: told, joined as three once they know of the recording, and theirs when it is accepted',
  async (t) => {
    const own = await talk('8301', agent);
    const sinceMs = Date.now();
    await handOverTo(t, own, { target: 'police', note: '和平路 5 号有人受伤' });
    await station.hears(own.call, 'em.transfer', { sinceMs, slot: 'police', timeoutMs: 20_000 });
    const ring = await outside.incoming();
    t.equal(ring.dialled, '110');
    t.match(JSON.stringify(ring.invite), /031100008301/, 'an emergency line sees who called');
    await hears(t, own.leg, {}, 'the agent is alone');
    t.notOk(
      silence(own.call, { fromMs: Date.now() - 600, toMs: Date.now() - 50 }),
      'the citizen hears music',
    );
    const taken = await station.until(
      'the packet is taken',
      async () => (await station.facts('PacketTaken')).find((fact) => fact['contactId'] === own.id),
      20_000,
    );
    t.match(receiver.taken[0], {
      ...{ target: 'police', contactId: own.id, words: '和平路 5 号有人受伤', agentId: '1001' },
      caller: { number: '031100008301', withheld: null },
    });
    t.equal(taken['theirId'], theirIdOf(String(taken['packetId'])));
    const answeredMs = Date.now();
    await ring.answer();
    await station.hears(ring, 'em.receiver.sent', { sinceMs: answeredMs, timeoutMs: 20_000 });
    await station.hears(own.call, 'em.joined', { sinceMs: answeredMs, slot: 'police', timeoutMs: 25_000 });
    await factOf(own.id, 'ConferenceJoined');
    await hears(t, own.call, { agent: true, expert: true }, 'the citizen hears both');
    await hears(t, own.leg, { citizen: true, expert: true }, 'the agent hears both');
    await hears(t, ring, { citizen: true, agent: true }, 'they hear both');
    await own.leg.untilEnded(30_000);
    t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'handedOver', targetId: 'police' });
    await hears(t, own.call, { expert: true }, 'the citizen hears them alone');
    await hears(t, ring, { citizen: true }, 'and they him');
    await ring.hangUp();
    await own.call.untilEnded(20_000);
    const { record, journal } = await station.closedRecord(own.id);
    t.match(record['recordings'], [/-1\.wav$/], 'one recording, to the end');
    t.ok(
      journal.some(({ type }) => type === 'PacketTaken'),
      'the story has it',
    );
    const asAgent = await own.asAgent('GET', `/api/v1/contacts/${own.id}/packets`);
    t.match(asAgent.body['packets'], [{ state: 'taken', theirId: taken['theirId'], numberTold: true }]);
    await nothingLeft(t);
  },
);

t.test('busy, then silent: the next number, and at the end of them the same agent', async (t) => {
  const own = await talk('8302', agent);
  await handOverTo(t, own, { target: 'police' });
  const one = await outside.incoming();
  one.reject(486);
  const sinceMs = Date.now();
  const two = await outside.incoming(20_000);
  t.equal(two.dialled, '031166600110');
  await station.hears(own.call, 'em.fail', { sinceMs, slot: 'police', timeoutMs: 25_000 });
  await two.untilEnded(30_000);
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'nobody' });
  t.same(
    (await factsOf(own.id, 'ExpertMissed')).map((fact) => [fact['expertId'], fact['outcome']]),
    [
      ['police.1', 'busy'],
      ['police.2', 'noAnswer'],
    ],
  );
  await hears(t, own.call, { agent: true }, 'the citizen hears the agent again');
  await hears(t, own.leg, { citizen: true }, 'and the agent him');
  await own.call.hangUp();
  await nothingLeft(t);
});

t.test('the citizen, or the agent, hangs up at each moment', async (t) => {
  const rings = await talk('8305', agent);
  await handOverTo(t, rings, { target: 'police' });
  const first = await outside.incoming();
  await rings.call.hangUp();
  await Promise.all([first.untilEnded(), rings.leg.untilEnded()]);
  t.match(await factOf(rings.id, 'ConsultEnded'), { outcome: 'callerGone' });
  await nothingLeft(t);

  const alone = await talk('8306', agent);
  await handOverTo(t, alone, { target: 'police' });
  const second = await outside.incoming();
  await alone.leg.hangUp();
  await second.untilEnded();
  t.match(await factOf(alone.id, 'ContactRequeued'), {});
  await agent.act('ready');
  await agent.phone.incoming(20_000);
  await factOf(alone.id, 'AgentConnected', 1);
  await alone.call.hangUp();
  await nothingLeft(t);

  const told = await talk('8309', agent);
  await handOverTo(t, told, { target: 'police' });
  const hearsNotice = await outside.incoming();
  await hearsNotice.answer();
  await factOf(told.id, 'ExpertAnswered');
  await told.leg.hangUp();
  await factOf(told.id, 'ExpertConnected');
  await hears(
    t,
    told.call,
    { expert: true },
    'gone while they heard of the recording: the citizen is theirs',
  );
  await hears(t, hearsNotice, { citizen: true }, 'and they hear him');
  await told.call.hangUp();
  await hearsNotice.untilEnded();
  await agent.act('ready');
  await nothingLeft(t);

  const three = await talk('8307', agent);
  await handOverTo(t, three, { target: 'heat' });
  const third = await outside.incoming();
  await third.answer();
  await factOf(three.id, 'ConferenceJoined');
  await three.leg.hangUp();
  await hears(t, three.call, { expert: true }, 'the citizen is theirs');
  await hears(t, third, { citizen: true }, 'and they hear him');
  await three.call.hangUp();
  await third.untilEnded();
  await nothingLeft(t);
});
