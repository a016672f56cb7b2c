// Hold, help, listening and orders over the API on the very engine in virtual time: answers, refusals, live frames, audit.
import t from 'tap';
import type { LightMyRequestResponse } from 'fastify';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { openOffice } from './office.js';

const json = (response: LightMyRequestResponse): Readonly<Record<string, unknown>> => response.json();

/** Agent 1002 talks; supervisor 1001 sits at his own phone. */
async function openTalk() {
  const office = await openOffice();
  const { world, call, logIn } = office;
  const habit = { does: 'answer', afterMs: 1_000, talkMs: 3_600_000 } as const;
  world.telephony.setHabit('d1002' as DeviceId, habit);
  world.signIn('1002' as AgentId, 'd1002' as DeviceId);
  const citizen = world.telephony.call({ ani: '13000000001', dnis: '12345', patienceMs: null });
  const pass = (ms: number) => world.runUntil(world.clock.nowMs() + ms);
  await pass(30_000);
  const id = world.engine.contacts().find(({ stage }) => stage.at === 'talking')?.id ?? '';
  const [agent, supervisor] = [(await logIn('1002')).cookie, (await logIn('1001')).cookie];
  const supervisorAt = (deviceId: string) =>
    world.engine.actOnAgent('1001' as AgentId, {
      type: 'SignIn',
      deviceId: deviceId as DeviceId,
      reachable: world.engine.isReachable(deviceId as DeviceId),
      by: 'agent',
    });
  const post = async (cookie: string, path: string, body: unknown) =>
    json(await call(`POST /api/v1/${path}`, { cookie, body }));
  const facts = (type: string) =>
    world.journal.flatMap((entry) => entry.facts.filter((fact) => fact.type === type));
  const state = (agentId: string) => world.engine.agents().find((one) => one.id === agentId);
  return { ...office, citizen, pass, id, agent, supervisor, supervisorAt, post, facts, state };
}

t.test('a silent caller is asked over the API by his agent alone, and not while he is on hold', async (t) => {
  const { id, agent, supervisor, call, post, pass, facts } = await openTalk();
  const path = `contacts/${id}/silent`;
  const ask = async (cookie: string) => json(await call(`POST /api/v1/${path}`, { cookie }));
  t.match(await ask(supervisor), { code: 'CONTACT_NOT_YOURS' });
  await post(agent, `contacts/${id}/hold`, { on: true });
  t.match(await ask(agent), { code: 'CITIZEN_HELD' });
  await post(agent, `contacts/${id}/hold`, { on: false });
  t.match(await ask(agent), { contactId: id });
  t.match(facts('SilentCallerAsked'), [{ agentId: '1002' }]);
  await pass(41_000);
  t.match(facts('SilentCallerAnswered'), [{ answer: 'none' }]);
  t.match(await ask(agent), { contactId: id }, 'and may be asked again');
});

t.test(
  'a minor is sent on over the API by his agent alone; what he wishes is one of the site’s words',
  async (t) => {
    const { id, agent, supervisor, post, facts, call, logIn, world } = await openTalk();
    t.match(await post(supervisor, `contacts/${id}/seat`, { seat: 'minor' }), { code: 'CONTACT_NOT_YOURS' });
    t.match(await post(agent, `contacts/${id}/seat`, { seat: 'vip' }), { code: 'REQUEST_INVALID' });
    t.match(await post(agent, `contacts/${id}/wish`, { wish: 'vip' }), { code: 'REQUEST_INVALID' });
    t.match(await post(agent, `contacts/${id}/wish`, { wish: 'dialect' }), { contactId: id });
    t.match(facts('WishKept'), [{ wish: 'dialect', by: '1002' }]);
    t.match(await post(agent, `contacts/${id}/seat`, { seat: 'minor' }), { contactId: id });
    t.match(facts('SeatSought'), [{ agentId: '1002', seat: 'minor', queueId: 'minors', found: false }]);
    t.match(facts('ContactSealed'), [{ kind: 'minor', by: '1002' }]);

    const list = async (cookie: string, callers: unknown) =>
      json(await call('POST /api/v1/caller-wishes', { cookie, body: { callers } }));
    t.match(await list(agent, [{ number: '13000000002', wish: 'person' }]), { code: 'FORBIDDEN' });
    const { cookie } = await logIn('hotline');
    const rows = [
      { number: '13000000002', wish: 'person' },
      { number: '13000000003', wish: null },
    ];
    t.same(await list(cookie, rows), { callers: 2 });
    for (const bad of [
      { number: 'x', wish: 'person' },
      { number: '13000000002', wish: 'vip' },
      { number: '13000000002' },
    ])
      t.match(await list(cookie, [...rows, bad]), { code: 'REQUEST_INVALID' }, JSON.stringify(bad));
    const audited = facts('Audited').filter((fact) => 'act' in fact && fact.act === 'callers.wishes');
    t.match(audited, [{ by: 'hotline', about: 'callers', details: { count: 2 } }]);
    const most = Array.from({ length: 500 }, (_, at) => ({
      number: `1300001${String(at).padStart(4, '0')}`,
      wish: null,
    }));
    t.same(await list(cookie, most), { callers: 500 }, 'as many as are allowed fit');
    t.match(facts('CallerWishSet').slice(-502, -500), [
      { callerKey: 'key-13000000002', wish: 'person' },
      { callerKey: 'key-13000000003', wish: null },
    ]);
    // A simulated key tells its number.
    t.notMatch(JSON.stringify(world.journal).replaceAll('key-13000000002', ''), /13000000002/);
  },
);

t.test('hold and resume by page; what the phone holds the page does not take back', async (t) => {
  const { id, agent, supervisor, post, pass, world, citizen, facts } = await openTalk();
  const hold = (on: boolean, cookie = agent) => post(cookie, `contacts/${id}/hold`, { on });
  t.match(await hold(true, supervisor), { code: 'CONTACT_NOT_YOURS' });
  t.match(await post(agent, `contacts/${id}/hold`, {}), {
    code: 'REQUEST_INVALID',
    details: { field: 'on' },
  });
  t.match(await hold(true), { held: true, heldBy: 'page', heldSinceMs: world.clock.nowMs() });
  await pass(1_000);
  t.ok(world.telephony.hearsMusic(citizen), 'the citizen hears music');
  t.match(await hold(true), { held: true, heldBy: 'page' }, 'twice is once');
  world.telephony.pressHold('d1002' as DeviceId, true);
  t.match(await hold(false), { code: 'HELD_BY_PHONE' });
  world.telephony.pressHold('d1002' as DeviceId, false);
  t.match(
    await hold(true),
    { held: true, heldBy: 'page' },
    'the phone does not take back what the page holds',
  );
  t.match(await hold(false), { held: false, heldBy: null, heldSinceMs: null });
  await pass(1_000);
  t.notOk(world.telephony.hearsMusic(citizen));
  t.match(facts('ContactHeld'), [
    { held: true, by: 'page' },
    { held: false, by: 'page' },
  ]);
});

t.test('on hold too long: told at 2 min, taken back at 10; a hold by phone is told of only', async (t) => {
  const { id, agent, post, pass, world, facts, state } = await openTalk();
  const alarms = () => world.engine.condition().alarms.map(({ alarm, about }) => `${alarm} ${about}`);
  await post(agent, `contacts/${id}/hold`, { on: true });
  await pass(119_000);
  t.same(alarms(), []);
  await pass(2_000);
  t.same(alarms(), ['heldTooLong 1002']);
  await pass(8 * 60_000);
  t.match(facts('ContactHeld').at(-1), { held: false, by: 'system' });
  t.match(state('1002')?.activity, { is: 'talking', held: false });
  t.same(alarms(), []);
});

t.test('a hold outlives a restart of the service, and so does its limit', async (t) => {
  const { id, agent, post, pass, world, citizen, facts } = await openTalk();
  await post(agent, `contacts/${id}/hold`, { on: true });
  world.kill();
  await world.telephony.music(citizen, false);
  await pass(5_000);
  await world.start();
  await pass(1_000);
  t.ok(world.telephony.hearsMusic(citizen), 'music is put on again');
  await pass(10 * 60_000);
  t.match(facts('ContactHeld').at(-1), { held: false, by: 'system' });
  t.notOk(world.telephony.hearsMusic(citizen));
});

t.test('help is asked for, seen, taken back, and over when a supervisor listens', async (t) => {
  const { id, agent, supervisor, supervisorAt, post, pass, call, facts, world } = await openTalk();
  const help = (on: boolean) => post(agent, `contacts/${id}/help`, { on });
  const seen = async () => {
    const { agents } = json(await call('GET /api/v1/live', { cookie: supervisor }));
    return (agents as { agentId: string; helpSinceMs: number | null }[]).find((one) => one.agentId === '1002')
      ?.helpSinceMs;
  };
  t.equal(await seen(), null);
  t.match(await help(true), { helpSinceMs: world.clock.nowMs() });
  t.equal(await seen(), world.clock.nowMs());
  t.match(await help(false), { helpSinceMs: null });
  await help(true);
  supervisorAt('d1001');
  await post(supervisor, 'supervision', { agentId: '1002', mode: 'listen' });
  t.type(await seen(), 'number', 'a ringing phone is no help yet');
  await pass(2_000);
  t.equal(await seen(), null);
  t.match(facts('HelpOver'), [{ by: 'agent' }, { by: 'supervisor' }]);
});

t.test('a supervisor listens, whispers and leaves; the agent is told of whispering alone', async (t) => {
  const { id, agent, supervisor, supervisorAt, post, pass, call, facts, state, world, logIn } =
    await openTalk();
  const begin = (body: unknown, cookie = supervisor) => post(cookie, 'supervision', body);
  const listen = { agentId: '1002', mode: 'listen' };
  t.match(await begin(listen, agent), { code: 'FORBIDDEN' });
  t.match(await begin(listen, (await logIn('hotline')).cookie), { code: 'FORBIDDEN' });
  t.match(await begin({ mode: 'listen' }), { code: 'REQUEST_INVALID', details: { field: 'agentId' } });
  t.match(await begin({ ...listen, contactId: id }), {
    code: 'REQUEST_INVALID',
    details: { field: 'contactId' },
  });
  t.match(await begin({ ...listen, agentId: '1003' }), { code: 'CONTACT_NOT_TALKING' });
  t.match(await begin({ contactId: 'nonsense', mode: 'listen' }), { code: 'CONTACT_UNKNOWN' });
  t.match(await begin(listen), { code: 'SUPERVISOR_NO_PHONE' });
  supervisorAt('d1001');
  t.match(await post(supervisor, 'supervision/mode', { mode: 'whisper' }), { code: 'SUPERVISION_NONE' });
  t.match(await begin(listen), {
    contactId: id,
    agentId: '1002',
    supervisorId: '1001',
    mode: 'listen',
    state: 'ringing',
  });
  world.engine.actOnAgent('1001' as AgentId, { type: 'GoReady', by: 'agent' });
  await pass(2_000);
  t.equal(world.engine.supervisions.of('1001' as AgentId)?.supervision.ears, 1);
  t.equal(state('1001')?.ownCalls.length, 1, 'he is offered nothing meanwhile');
  t.match(await post(supervisor, 'supervision/mode', { mode: 'whisper' }), { mode: 'whisper', state: 'on' });
  await pass(61_000);
  t.equal(state('1001')?.ownCalls.length, 1, 'nor after a routine comparison');
  const own = json(await call(`GET /api/v1/contacts/${id}`, { cookie: agent }));
  t.notMatch(JSON.stringify(own), /Supervision/, 'listening stays silent in the journal he may read');
  const whole = JSON.stringify(json(await call(`GET /api/v1/contacts/${id}`, { cookie: supervisor })));
  t.match(whole, /SupervisionStarted.*SupervisionModeChanged/);
  t.equal((await call('DELETE /api/v1/supervision', { cookie: supervisor })).statusCode, 204);
  await pass(1_000);
  t.same(
    world.telephony.channels().filter(({ supervises }) => supervises),
    [],
  );
  t.same(state('1001')?.ownCalls, []);
  t.match(json(await call('DELETE /api/v1/supervision', { cookie: supervisor })), {
    code: 'SUPERVISION_NONE',
  });
  t.match(facts('SupervisionStarted'), [{ supervisorId: '1001', agentId: '1002', mode: 'listen' }]);
  t.match(facts('SupervisionEnded'), [{ supervisorId: '1001', mode: 'whisper', reason: 'supervisor' }]);
  t.match(
    facts('Audited').flatMap((fact) =>
      'act' in fact && fact.act.startsWith('supervision.') ? [fact.act] : [],
    ),
    ['supervision.begin', 'supervision.mode', 'supervision.end'],
  );
  t.match(state('1002')?.activity, { is: 'talking' }, 'the talk goes on');
});

t.test('nobody listens while the recording is paused, nor after the service came back', async (t) => {
  const { id, agent, supervisor, supervisorAt, post, pass, world, facts, state } = await openTalk();
  const ears = () =>
    world.telephony.channels().filter(({ supervises, deviceId }) => supervises && deviceId === null).length;
  supervisorAt('d1001');
  await post(supervisor, 'supervision', { contactId: id, mode: 'listen' });
  await pass(2_000);
  t.equal(ears(), 1);
  await post(agent, `contacts/${id}/recording`, { paused: true });
  await pass(500);
  t.equal(ears(), 0);
  t.match(await post(supervisor, 'supervision/mode', { mode: 'whisper' }), { state: 'paused' });
  await pass(500);
  t.equal(ears(), 0);
  await post(agent, `contacts/${id}/recording`, { paused: false });
  await pass(500);
  t.equal(ears(), 1);
  world.kill();
  await pass(2_000);
  await world.start();
  await pass(2_000);
  t.same(
    world.telephony.channels().filter(({ supervises }) => supervises),
    [],
    'ear and leg are cleared away',
  );
  t.match(facts('SupervisionEnded'), [{ reason: 'restart' }]);
  t.same(state('1001')?.ownCalls, []);
  t.match(state('1002')?.activity, { is: 'talking' });
});

t.test('an order is seen by whom it concerns, until he acts himself', async (t) => {
  const { agent, supervisor, post, call, state, pass, id } = await openTalk();
  t.match(await post(supervisor, 'agents/1002/sign-out', { reason: '设备检修' }), {
    plan: 'signOut',
    forced: { act: 'SignOut', by: '1001', reason: '设备检修' },
  });
  await call(`POST /api/v1/contacts/${id}/release`, { cookie: agent });
  await pass(90_000);
  t.match(state('1002'), { activity: { is: 'offline' }, forced: { by: '1001', reason: '设备检修' } });
  await post(agent, 'agents/1002/sign-in', { deviceId: 'd1002' });
  t.match(state('1002'), { activity: { is: 'break' }, forced: null });
});

t.test(
  'a wrap-up is extended beyond his own and ended by order, with a reason that is audited',
  async (t) => {
    const { agent, supervisor, post, call, state, id, facts } = await openTalk();
    await call(`POST /api/v1/contacts/${id}/release`, { cookie: agent });
    t.match(await post(agent, 'agents/1002/wrap-up/extend', {}), { state: 'wrapup', forced: null });
    t.match(await post(agent, 'agents/1002/wrap-up/extend', {}), { code: 'WRAP_UP_EXTENDED_ALREADY' });
    t.match(await post(supervisor, 'agents/1002/wrap-up/extend', {}), { code: 'REASON_NEEDED' });
    const untilMs = state('1002')?.deadlines.wrapUp ?? 0;
    t.match(await post(supervisor, 'agents/1002/wrap-up/extend', { reason: '记录未完' }), {
      forced: { act: 'ExtendWrapUp', by: '1001', reason: '记录未完' },
    });
    t.ok((state('1002')?.deadlines.wrapUp ?? 0) > untilMs, 'longer');
    t.match(await post(supervisor, 'agents/1002/wrap-up/end', { reason: '来电较多' }), {
      state: 'ready',
      forced: { act: 'EndWrapUp', reason: '来电较多' },
    });
    t.match(await post(supervisor, 'agents/1002/wrap-up/end', { reason: '来电较多' }), {
      code: 'AGENT_WRONG_STATE',
    });
    const acts = facts('Audited').flatMap((fact) =>
      'act' in fact && fact.act === 'agent.act' ? [fact] : [],
    );
    t.match(acts.slice(-2), [
      { details: { act: 'ExtendWrapUp', reason: '记录未完' } },
      { details: { act: 'EndWrapUp', reason: '来电较多' } },
    ]);
  },
);
