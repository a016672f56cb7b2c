// 小休名额 in the whole engine: the team's places are taken, the next one waits in line by page and by phone, and goes when it is his turn.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { AgentSignal } from '../../src/contact/agent.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { createFeatureActs, type FeatureActsParts } from '../../src/engine/feature-acts.js';
import { createWorld } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import { busyStartMs } from './busy-hotline.js';

const files = new Map(await readSiteFiles('ivr-flows'));
files.set(
  'teams.yaml',
  '- { id: east, name: 一班, breaks: { all: 2, meal: 1 } }\n- { id: west, name: 二班 }\n',
);
const parsed = parseSite(files, { nowMs: busyStartMs });
if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
const { site } = parsed;

const east = [...site.agents.values()].filter(({ teamId }) => teamId === 'east').map(({ id }) => id);
const [one, two, three, four] = east as [AgentId, AgentId, AgentId, AgentId];

async function world() {
  const made = createWorld({ site, startMs: busyStartMs });
  await made.start();
  for (const [at, id] of [one, two, three, four].entries()) {
    const device = `d100${String(at + 1)}` as DeviceId;
    made.telephony.setReachable(device, true);
    made.signIn(id, device);
  }
  const { engine } = made;
  const act = (id: AgentId, signal: AgentSignal) => engine.actOnAgent(id, signal);
  return {
    made,
    act,
    rest: (id: AgentId, reason: 'rest' | 'meal' | 'urgent' = 'rest') =>
      act(id, { type: 'GoBreak', reason, by: 'agent' }),
    back: (id: AgentId) => act(id, { type: 'GoReady', by: 'agent' }),
    on: (id: AgentId) => engine.agents().find((agent) => agent.id === id)?.activity.is,
    settle: () => made.runUntil(made.clock.nowMs() + 10),
  };
}

t.test('by reason and in all; a place that is given back goes to whoever has waited longest', async (t) => {
  const { made, rest, back, on, act, settle } = await world();
  const { engine } = made;
  rest(one, 'meal');
  t.equal(rest(two, 'meal'), undefined);
  t.equal(on(two), 'ready', 'only one at a time may eat');
  t.equal(engine.breakPlaceOf(two), 1);
  rest(three);
  t.equal(on(three), 'break', 'who waits for another reason stops nobody');
  rest(four);
  t.equal(engine.breakPlaceOf(four), 2);
  rest(four, 'urgent');
  t.equal(on(four), 'break', 'never refused');
  t.equal(engine.breakPlaceOf(four), null);
  back(one);
  await settle();
  t.equal(on(two), 'break');
  t.equal(engine.breakPlaceOf(two), null);

  back(four);
  rest(four);
  act(four, { type: 'GoBreak', reason: 'rest', by: 'supervisor', order: { by: 'li', reason: '身体不适' } });
  t.equal(on(four), 'break', 'a supervisor may let him go');
  t.same(made.faults, []);
});

t.test(
  'what takes a place: not a supervisor’s order nor an urgent leave; one after a talk from its end',
  async (t) => {
    const { made, act, rest, back, on, settle } = await world();
    const { engine, clock, telephony } = made;
    const order = { by: 'li', reason: '身体不适' };
    rest(one);
    rest(two, 'urgent');
    rest(three);
    t.same([one, two, three].map(on), ['break', 'break', 'break'], 'the urgent one took none of the two');
    act(four, { type: 'GoBreak', reason: 'rest', by: 'supervisor', order });
    t.equal(on(four), 'break', 'needs none');
    for (const id of [one, two, three, four]) back(id);
    await settle();

    act(one, { type: 'SignOut', by: 'agent' });
    act(two, { type: 'SignOut', by: 'agent' });
    telephony.setHabit('d1003' as DeviceId, { does: 'answer', afterMs: 500, talkMs: 20_000 });
    telephony.setHabit('d1004' as DeviceId, { does: 'answer', afterMs: 500, talkMs: 60_000 });
    for (const ani of ['031100000001', '031100000002'])
      telephony.call({ ani, dnis: '12345', patienceMs: null });
    await made.runUntil(clock.nowMs() + 15_000);
    t.same([three, four].map(on), ['talking', 'talking']);
    rest(three, 'meal');
    rest(four, 'meal');
    t.equal(engine.breakPlaceOf(four), 1, 'one may eat at a time, and he will when his talk is over');
    t.equal(engine.breakPlaceOf(three), null);
    await made.runUntil(clock.nowMs() + 1_000);
    made.signIn(one, 'd1001' as DeviceId);
    rest(one, 'meal');
    t.equal(engine.breakPlaceOf(one), 2, 'a place that is promised counts as taken');
    await made.runUntil(clock.nowMs() + 180_000);
    t.same([three, four, one].map(on), ['break', 'ready', 'ready']);
    back(three);
    await settle();
    t.equal(on(four), 'break', 'who waited longest');
    t.equal(on(one), 'ready');
    back(one);
    t.equal(engine.breakPlaceOf(one), null, 'the wish is taken back');
    t.same(made.faults, []);
  },
);

t.test('by phone he hears his place, and the same call still takes the key of an urgent leave', async (t) => {
  const { made, rest } = await world();
  const { engine, clock } = made;
  const acts = createFeatureActs({
    clock,
    sites: { current: () => site, ofVersion: () => site },
    agentById: (id) => engine.agents().find((agent) => agent.id === id),
    isReachable: () => true,
    breakPlaceOf: engine.breakPlaceOf,
    actOnAgent: engine.actOnAgent,
    actOnContact: engine.actOnContact,
    callOut: () => ({ ok: false, code: 'CALL_OUT_OFF' }),
    consult: () => undefined,
    handOver: () => undefined,
  } satisfies FeatureActsParts);
  rest(one);
  rest(two);
  const say = acts({ agentId: three, deviceId: 'd1003' as DeviceId }, { do: 'break', reason: 'rest' });
  t.same(say, { id: 'a.break.queue', slots: { n: 1 } });
});
