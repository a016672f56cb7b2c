// A consult when somebody hangs up or the service is killed, at each stage: the citizen is with a person or in line, and nothing is left.
import t, { type Test } from 'tap';
import type { Call } from '../phones/call.js';
import { hears, startConsults, type Talk } from './consult-station.js';

const { station, factOf, talk, seek, act, nothingLeft } = await startConsults({
  ...{ portBase: 24_450, sipPort: 24_460, outsidePort: 24_475, rtpStart: 31_020 },
});
const agent = await station.seat('1001', { toneHz: 700 });
const expert = await station.seat('1003', { toneHz: 900, onInvite: 'manual', ready: false });

/** Up to the talk of agent and expert. */
async function consulting(t: Test, last4: string): Promise<{ own: Talk; ring: Call }> {
  const own = await talk(last4, agent, [expert]);
  await seek(t, own, { department: 'fund' });
  const ring = await expert.phone.incoming();
  await ring.answer();
  await factOf(own.id, 'ConsultJoined');
  return { own, ring };
}

/** The service dies; `meanwhile` happens before it is there again. */
async function killed(meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
  await station.parts.service.kill('SIGKILL');
  await meanwhile();
  await station.parts.service.whenReady();
  await agent.untilState('talking').catch(() => undefined);
}

t.test('killed while the expert rings: the citizen is with his agent, the expert free', async (t) => {
  const own = await talk('8201', agent, [expert]);
  await seek(t, own, { department: 'fund' });
  const ring = await expert.phone.incoming();
  await killed();
  await ring.untilEnded(15_000);
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'restart' });
  await hears(t, own.call, { agent: true }, 'the citizen hears the agent');
  await hears(t, own.leg, { citizen: true }, 'and the agent him');
  await expert.untilState('ready');
  await own.call.hangUp();
  await nothingLeft(t);
});

t.test('killed while agent and expert talk, then while three do, then after the hand-over', async (t) => {
  const { own, ring } = await consulting(t, '8202');
  await killed();
  await hears(t, ring, { agent: true }, 'the expert hears the agent alone');
  await hears(t, own.leg, { expert: true }, 'the agent the expert');
  await hears(t, own.call, {}, 'the citizen neither');
  t.equal(await expert.state(), 'busyOwnCall', 'still reserved');
  await act(t, own, 'three-party');
  await factOf(own.id, 'ConferenceJoined');
  await killed();
  await hears(t, own.call, { agent: true, expert: true }, 'the citizen hears both');
  await hears(t, ring, { citizen: true, agent: true }, 'the expert hears both');
  await act(t, own, 'hand-over');
  await own.leg.untilEnded();
  await factOf(own.id, 'ExpertConnected');
  await killed();
  await hears(t, own.call, { expert: true }, 'the citizen hears the expert');
  await hears(t, ring, { citizen: true }, 'and the expert him');
  await ring.hangUp();
  await own.call.untilEnded(20_000);
  await nothingLeft(t);
  await expert.untilState('ready');
});

t.test('the expert hangs up while the service is away, and the citizen does', async (t) => {
  const one = await consulting(t, '8203');
  await killed(() => one.ring.hangUp());
  t.match(await factOf(one.own.id, 'ConsultEnded'), { outcome: 'left' });
  await hears(t, one.own.call, { agent: true }, 'the citizen hears the agent');
  await one.own.call.hangUp();
  await nothingLeft(t);
  const two = await consulting(t, '8204');
  await killed(() => two.own.call.hangUp());
  await Promise.all([two.ring.untilEnded(15_000), two.own.leg.untilEnded(15_000)]);
  await nothingLeft(t);
  await expert.untilState('ready');
});

t.test('the agent hangs up in the consult: the citizen is with the expert', async (t) => {
  const { own, ring } = await consulting(t, '8205');
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
  const { own, ring } = await consulting(t, '8207');
  await act(t, own, 'three-party');
  await factOf(own.id, 'ConferenceJoined');
  await own.call.hangUp();
  await Promise.all([ring.untilEnded(), own.leg.untilEnded()]);
  t.match(await factOf(own.id, 'ConsultEnded'), { outcome: 'callerGone' });
  await nothingLeft(t);
  await expert.untilState('ready');
});
