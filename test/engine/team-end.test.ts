// A team that has gone home: its agents cannot sign in, by page or by phone; until its last day is over they can.
import t from 'tap';
import { dayStartMs } from '../../src/contact/civil-time.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { createFeatureActs, type FeatureActsParts } from '../../src/engine/feature-acts.js';
import { createWorld } from '../../src/sim/world.js';
import { siteOf, smallSite } from '../site/small-site.js';

const site = siteOf(smallSite({ 'teams.yaml': "- { id: east, name: 借调, until: '2026-06-30' }\n" }));
const agentId = '1001' as AgentId;
const deviceId = 'd1001' as DeviceId;
const signIn = { type: 'SignIn', deviceId, reachable: true, by: 'agent' } as const;

for (const [day, refusal, word] of [
  ['2026-06-30', undefined, 'a.login'],
  ['2026-07-01', 'TEAM_ENDED', 'a.deny'],
] as const)
  t.test(`on ${day}`, async (t) => {
    const world = createWorld({ site, startMs: dayStartMs(day) });
    await world.start();
    const { engine, clock } = world;
    t.equal(engine.actOnAgent(agentId, signIn), refusal);
    const parts = {
      clock,
      sites: { current: () => site, ofVersion: () => site },
      agentById: (id: AgentId) => engine.agents().find((agent) => agent.id === id),
      isReachable: () => true,
      breakPlaceOf: engine.breakPlaceOf,
      actOnAgent: engine.actOnAgent,
      actOnContact: engine.actOnContact,
      callOut: () => ({ ok: false, code: 'CALL_OUT_OFF' }),
      consult: () => undefined,
      handOver: () => undefined,
    } satisfies FeatureActsParts;
    const answer = createFeatureActs(parts)({ agentId: undefined, deviceId }, { do: 'signIn', agentId });
    t.same(answer, { id: word });
  });
