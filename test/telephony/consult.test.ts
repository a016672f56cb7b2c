// 专家座席咨询 on real phones, a tone each: who hears whom at each stage, to the hand-over or back.
import t from 'tap';
import { silence } from '../phones/audio.js';
import { hears, startConsults } from './consult-station.js';

const { station, factOf, talk, seek, act, nothingLeft } = await startConsults({
  ...{ portBase: 24_400, sipPort: 24_410, outsidePort: 24_425, rtpStart: 30_800 },
});
const agent = await station.seat('1001', { toneHz: 700 });
const first = await station.seat('1003', { toneHz: 900, onInvite: 'manual', ready: false });

t.test('agent and expert talk, then all three, then citizen and expert', async (t) => {
  const own = await talk('8101', agent, [first]);
  const sinceMs = Date.now();
  await seek(t, own, { department: 'fund' });
  await station.hears(own.call, 'expert.seek', { sinceMs, slot: 'fund' });
  const ring = await first.phone.incoming();
  t.match(ring.remote.displayName, /专家咨询/, 'his phone shows what it is');
  t.notMatch(JSON.stringify(ring.invite), '031100008101', 'never the whole number');
  t.equal(await first.state(), 'busyOwnCall', 'he is offered nothing meanwhile');
  await hears(t, own.leg, {}, 'the agent is alone');
  t.notOk(silence(own.call, { fromMs: Date.now() - 600, toMs: Date.now() - 50 }), 'the citizen hears music');
  const answeredMs = Date.now();
  await ring.answer();
  await station.hears(ring, 'expert.join', { sinceMs: answeredMs });
  await factOf(own.id, 'ConsultJoined');
  await hears(t, ring, { agent: true }, 'the expert hears the agent alone');
  await hears(t, own.leg, { expert: true }, 'the agent hears the expert alone');
  await hears(t, own.call, {}, 'the citizen hears neither');
  t.match((await factOf(own.id, 'ConsultRecordingStarted'))['file'], /-c1\.wav$/, 'a file of its own');

  const threeMs = Date.now();
  await act(t, own, 'three-party');
  await Promise.all(
    [own.call, own.leg, ring].map((one) => station.hears(one, 'expert.join', { sinceMs: threeMs })),
  );
  await hears(t, own.call, { agent: true, expert: true }, 'the citizen hears both');
  await hears(t, own.leg, { citizen: true, expert: true }, 'the agent hears both');
  await hears(t, ring, { citizen: true, agent: true }, 'the expert hears both');

  await act(t, own, 'hand-over');
  await own.leg.untilEnded();
  await hears(t, own.call, { expert: true }, 'the citizen hears the expert');
  await hears(t, ring, { citizen: true }, 'the expert hears the citizen');
  await ring.hangUp();
  await own.call.untilEnded(20_000);
  t.match(await factOf(own.id, 'ExpertReleased'), { by: 'expert', expertId: '8001' });
  await first.untilState('ready');
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'handedOver' });
  await nothingLeft(t);
});

t.test('back, and a hand-over out of the consult', async (t) => {
  const own = await talk('8102', agent, [first]);
  await own.leg.sendDigits('*358001#');
  const one = await first.phone.incoming();
  await one.answer();
  await factOf(own.id, 'ConsultJoined');
  await own.leg.sendDigits('*38');
  await one.untilEnded();
  await hears(t, own.call, { agent: true }, 'the citizen hears the agent again');
  await hears(t, own.leg, { citizen: true }, 'and the agent him');
  await seek(t, own, { expertId: '8001' });
  const two = await first.phone.incoming();
  await two.answer();
  await factOf(own.id, 'ConsultJoined', 1);
  await act(t, own, 'hand-over');
  await own.leg.untilEnded();
  await hears(t, own.call, { expert: true }, 'the citizen hears the expert');
  await hears(t, two, { citizen: true }, 'the expert hears the citizen');
  await own.call.hangUp();
  await two.untilEnded();
  await nothingLeft(t);
});
