// A consult when the service is killed, at each stage: who hears whom stays as it is, who left meanwhile is missed, and nothing is left.
import t from 'tap';
import { hears, startConsults } from './consult-station.js';

const { station, factOf, talk, seek, consulting, act, nothingLeft } = await startConsults({
  ...{ portBase: 24_450, sipPort: 24_460, outsidePort: 24_475, rtpStart: 31_020 },
});
const agent = await station.seat('1001', { toneHz: 700 });
const expert = await station.seat('1003', { toneHz: 900, onInvite: 'manual', ready: false });

/** The service dies; `meanwhile` happens before it is there again. */
async function killed(meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
  await station.parts.service.kill('SIGKILL');
  await meanwhile();
  await station.parts.service.whenReady();
  await station.until(
    'the node again',
    async () => (await station.api('GET', '/readyz')).status === 200 || undefined,
    20_000,
  );
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
  const { own, ring } = await consulting(t, '8202', [agent, expert]);
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
  const one = await consulting(t, '8203', [agent, expert]);
  await killed(() => one.ring.hangUp());
  t.match(await factOf(one.own.id, 'ConsultEnded'), { outcome: 'left' });
  await hears(t, one.own.call, { agent: true }, 'the citizen hears the agent');
  await one.own.call.hangUp();
  await nothingLeft(t);
  const two = await consulting(t, '8204', [agent, expert]);
  await killed(() => two.own.call.hangUp());
  await Promise.all([two.ring.untilEnded(15_000), two.own.leg.untilEnded(15_000)]);
  await nothingLeft(t);
  await expert.untilState('ready');
});
