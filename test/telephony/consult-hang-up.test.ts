// A consult when somebody hangs up, at each stage: the citizen is with a person or in line, and nothing is left.
import t from 'tap';
import { hears, startConsults } from './consult-station.js';

const { station, factOf, talk, seek, consulting, act, nothingLeft } = await startConsults({
  ...{ portBase: 16_960, sipPort: 16_965, outsidePort: 16_968, rtpStart: 15_400 },
});
const agent = await station.seat('1001', { toneHz: 700 });
const expert = await station.seat('1003', { toneHz: 900, onInvite: 'manual', ready: false });

t.test('the agent hangs up in the consult: the citizen is with the expert', async (t) => {
  const { own, ring } = await consulting(t, '8205', [agent, expert]);
  await own.leg.hangUp();
  await hears(t, own.call, { expert: true }, 'the citizen hears the expert');
  await hears(t, ring, { citizen: true }, 'and the expert him');
  await own.call.hangUp();
  await ring.untilEnded();
  await nothingLeft(t);
});

t.test('the agent hangs up while the expert rings: the citizen is first in line', async (t) => {
  const own = await talk('8206', agent, [expert]);
  await seek(t, own, { department: 'fund' });
  const ring = await expert.phone.incoming();
  await own.leg.hangUp();
  await ring.untilEnded();
  t.match(await factOf(own.id, 'ContactRequeued'), { preferAgentId: null });
  const next = (await factOf(own.id, 'OfferMade', 1))['agentId'] === '1003' ? expert : agent;
  const again = await next.phone.incoming(20_000);
  if (again.state === 'ringing') await again.answer();
  await factOf(own.id, 'AgentConnected', 1);
  await own.call.hangUp();
  await nothingLeft(t);
});

t.test('the citizen hangs up while all three talk', async (t) => {
  const { own, ring } = await consulting(t, '8207', [agent, expert]);
  await act(t, own, 'three-party');
  await factOf(own.id, 'ConferenceJoined');
  await own.call.hangUp();
  await Promise.all([ring.untilEnded(), own.leg.untilEnded()]);
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'callerGone' });
  await nothingLeft(t);
  await expert.untilState('ready');
});
