// Routing explained over the API, on the very engine in virtual time.
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { citizenNumber, openOffice } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();

t.test('why no calls, why this agent, whom a ring adds', async (t) => {
  const office = await openOffice();
  const { call, logIn, world } = office;
  const [supervisor, agent] = [(await logIn('1001')).cookie, (await logIn('1002')).cookie];
  const later = async (ms: number) => world.runUntil(world.clock.nowMs() + ms);
  const whyNot = async (id: string, cookie = supervisor) =>
    json(await call(`GET /api/v1/agents/${id}/why`, { cookie }));

  t.match(await whyNot('1002', agent), { agentId: '1002', state: 'offline' });
  t.equal((await whyNot('1003', agent))['code'], 'FORBIDDEN', 'of others only to those who lead');
  t.equal((await whyNot('9999'))['code'], 'AGENT_UNKNOWN');

  const id = '1002' as AgentId;
  const deviceId = 'd1002' as DeviceId;
  world.engine.actOnAgent(id, { type: 'SignIn', deviceId, reachable: true, by: 'agent' });
  await later(100);
  t.match(await whyNot('1002'), { queues: [{ queueId: 'general', reason: 'notReady', ring: 0, before: 0 }] });
  t.match(await whyNot('1003'), {
    state: 'offline',
    queues: [{}, { reason: 'skills', lacks: ['enterprise'] }],
  });

  const routing = json(await call('GET /api/v1/routing', { cookie: supervisor }));
  t.match(routing, {
    placesPerPriority: 20,
    queues: [
      {
        queueId: 'general',
        strategy: 'longestIdle',
        overtakenAtMost: 1_799, // by calls for the protection of minors: 90 steps of 20 places, less one
        rings: [{ ring: 0, adds: ['1002'] }],
      },
    ],
  });
  t.equal(json(await call('GET /api/v1/routing', { cookie: agent }))['code'], 'FORBIDDEN');

  world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs: 60_000 });
  await later(3_000);
  const contactId = world.engine.contacts()[0]?.id ?? '';
  const why = async (cookie = supervisor) => call(`GET /api/v1/contacts/${contactId}/why`, { cookie });
  t.match(json(await why()), { contactId, decisions: [], now: { place: 1, rings: [{ adds: ['1002'] }] } });
  t.equal(json(await why(agent))['code'], 'FORBIDDEN');

  world.engine.actOnAgent(id, { type: 'GoReady', by: 'agent' });
  await later(3_000);
  const answer = await why();
  t.match(json(answer), {
    decisions: [
      {
        decision: {
          agentId: '1002',
          rule: 'longestIdle',
          ring: 0,
          place: 1,
          signedInCount: 1,
          eligible: [{ agentId: '1002', ring: 0, fit: 5, total: 15, busyMs: 0 }],
        },
      },
    ],
    now: null,
  });
  t.notOk(answer.body.includes(citizenNumber));
  t.equal(
    json(await call('GET /api/v1/contacts/nobody/why', { cookie: supervisor }))['code'],
    'CONTACT_UNKNOWN',
  );
});
