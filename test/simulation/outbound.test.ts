// 外呼 on the very engine in virtual time: reserved from the order on, refused where nobody may dial, codes of the phone, and whom a redial waits for.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import { shownState } from '../../src/contact/agent.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { keepLastAgents } from '../../src/engine/last-agents.js';
import { createVirtualClock } from '../../src/sim/virtual-clock.js';
import { createWorld, type World } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import { busyStartMs } from './busy-hotline.js';

const files = new Map(await readSiteFiles('ivr-flows'));
const replace = (file: string, from: string, to: string) => {
  const text = files.get(file) ?? '';
  if (!text.includes(from)) throw new Error(`${file}: ${from}`);
  files.set(file, text.replace(from, to));
};
replace(
  'trunks.yaml',
  'trunks:\n',
  "trunks:\n  - { id: outside, kind: address, contact: 'sip:192.0.2.10', outboundNumbers: ['12345'] }\n",
);
replace(
  'dial-out.yaml',
  '# trunk: carrier\n',
  "trunk: outside\nshown: { callBack: '12345', visit: '12345', verify: '12345', other: '12345' }\n",
);
const siteOf = (texts: ReadonlyMap<string, string>) => {
  const parsed = parseSite(texts, { nowMs: busyStartMs });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.site;
};
const site = siteOf(files);
const [first, second] = ['1001', '1002'] as AgentId[] as [AgentId, AgentId];
const deviceOf = (agentId: AgentId) => `d${agentId}` as DeviceId;
const callee = '13800138000';

async function world(onDuty: readonly AgentId[] = [first]) {
  const clock = createVirtualClock(busyStartMs);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const lastAgents = keepLastAgents({
    ...{ clock, timers: clock, log, read: () => Promise.resolve([]) },
    keptMs: () => site.redial?.withinMs ?? 0,
  });
  let inForce = site;
  const made = createWorld({
    ...{ site, startMs: busyStartMs, lastAgents },
    sites: { current: () => inForce, ofVersion: () => inForce },
  });
  await made.start();
  for (const agentId of onDuty) {
    made.telephony.setReachable(deviceOf(agentId), true);
    made.telephony.setHabit(deviceOf(agentId), { does: 'answer', afterMs: 1_000, talkMs: 600_000 });
    made.signIn(agentId, deviceOf(agentId));
    made.engine.actOnAgent(agentId, { type: 'GoReady', by: 'agent' });
  }
  made.telephony.setHabit(callee as DeviceId, { does: 'answer', afterMs: 4_000, talkMs: 20_000 });
  return {
    made,
    pass: (ms: number) => made.runUntil(made.clock.nowMs() + ms),
    order: (number: string, agentId = first) =>
      made.engine.callOut({ agentId, by: 'agent', purpose: 'callBack', number }),
    call: (ani: string) => made.telephony.call({ ani, dnis: '12345', patienceMs: null }),
    put: (next: typeof site) => (inForce = next),
  };
}

const stateOf = ({ engine }: World, agentId: AgentId) => {
  const agent = engine.agents().find(({ id }) => id === agentId);
  return agent === undefined ? '' : shownState(agent);
};
const factsOf = <Type extends ContactFact['type']>({ journal }: World, type: Type) =>
  journal.flatMap(({ facts, atMs }) =>
    facts.flatMap((fact) =>
      fact.type === type ? [{ atMs, fact: fact as Extract<ContactFact, { type: Type }> }] : [],
    ),
  );

t.test('reserved from the order to the wrap-up, offered nobody meanwhile, and free again', async (t) => {
  const { made, pass, order, call } = await world();
  t.match(order(callee), { ok: true });
  t.equal(stateOf(made, first), 'outbound');
  call('031100000001');
  await pass(12_000);
  t.equal(factsOf(made, 'OfferMade').length, 0, 'he who calls is offered nobody');
  t.equal(factsOf(made, 'AgentConnected').length, 1);
  t.equal(stateOf(made, first), 'outbound', 'in the talk, too');
  const notice = factsOf(made, 'NoticeHeard').find(({ atMs }) => atMs > busyStartMs + 4_000);
  t.ok(
    (factsOf(made, 'AgentConnected')[0]?.atMs ?? 0) >= (notice?.atMs ?? Infinity),
    'joined after the notice',
  );
  await pass(20_000);
  t.equal(stateOf(made, first), 'wrapup');
  await pass(90_000);
  t.equal(factsOf(made, 'OfferMade').length, 1, 'then the citizen who waits');
  t.same(made.faults, []);
});

t.test('refused where nobody may dial, before anybody is reserved or a channel made', async (t) => {
  const { made, order } = await world([first, second]);
  for (const number of ['0085212345678', '16812345', '95588', '110', '12345', 'x', ''])
    t.match(order(number), { ok: false, code: 'DIAL_REFUSED' }, number);
  t.equal(stateOf(made, first), 'ready');
  t.match(order(callee), { ok: true });
  t.match(order('13800138001'), { ok: false, code: 'AGENT_WRONG_STATE' }, 'one at a time');
  t.match(
    order(callee, second),
    { ok: false, code: 'CALL_OUT_BUSY' },
    'nobody calls the same citizen besides',
  );
  t.match(order('13800138001', '1999' as AgentId), { ok: false, code: 'AGENT_UNKNOWN' });
});

t.test('the rules of the moment of dialling count: for agents and for where flows lead', async (t) => {
  const closed = siteOf(new Map([...files, ['dial-out.yaml', 'mobiles: false\n']]));
  const { made, pass, order, put } = await world();
  t.match(order(callee), { ok: true });
  put(closed);
  await pass(5_000);
  t.match(factsOf(made, 'CallOutEnded'), [{ fact: { outcome: 'failed' } }]);
  t.equal(stateOf(made, first), 'wrapup');
  t.match(order(callee), { ok: false, code: 'CALL_OUT_OFF' });

  const texts = new Map(files);
  texts.set(
    'flows/12345.yaml',
    `start: led
nodes:
  led:
    lead: { trunk: outside, number: '031086123456' }
    say: [{ prompt: greet.main, mustHear: true }]
    otherwise: line
  line: { enqueue: general, onTimeout: sorry, onNobody: sorry, onOverload: sorry }
  sorry: { hangup: queueTimeout, say: [exit.timeout] }
`,
  );
  const led = siteOf(texts);
  for (const [rules, outcome] of [
    [led, 'noAnswer'],
    [{ ...led, mayDial: closed.mayDial }, 'failed'],
  ] as const) {
    const other = await world();
    other.put(rules);
    other.call('031100000001');
    await other.pass(60_000);
    t.match(factsOf(other.made, 'CentreLeft'), [{ fact: { outcome } }]);
    t.equal(factsOf(other.made, 'AgentConnected').length, 1, 'not led there, he comes to a person');
  }
});

t.test('killed before the joining the call is let go, the agent free; nothing is left behind', async (t) => {
  for (const afterMs of [500, 3_000, 6_500]) {
    const { made, pass, order } = await world();
    t.match(order(callee), { ok: true });
    await pass(afterMs);
    made.kill();
    await made.start();
    await pass(2_000);
    t.match(factsOf(made, 'CallOutEnded'), [{ fact: { outcome: 'restart' } }], String(afterMs));
    t.equal(stateOf(made, first), 'wrapup');
    await pass(62_000);
    t.equal(stateOf(made, first), 'ready');
    const { channels, bridges } = await made.telephony.snapshot();
    t.same([channels.length, bridges.length], [0, 0]);
  }
});

t.test('who calls again within five minutes waits for his agent, and later for nobody', async (t) => {
  for (const [pauseMs, rule] of [
    [20_000, 'preferred'],
    [330_000, 'longestIdle'],
  ] as const) {
    const { made, pass, call } = await world([first, second]);
    made.telephony.setHabit(deviceOf(second), { does: 'answer', afterMs: 1_000, talkMs: 10_000 });
    made.engine.actOnAgent(first, { type: 'GoBreak', reason: 'rest', by: 'agent' });
    const channelId = call('031100000001');
    await pass(9_000);
    made.telephony.hangUpCitizen(channelId);
    made.engine.actOnAgent(first, { type: 'GoReady', by: 'agent' });
    await pass(1_000);
    made.engine.actOnAgent(second, { type: 'EndWrapUp', by: 'agent' });
    await pass(pauseMs);
    call('031100000001');
    await pass(5_000);
    t.match(factsOf(made, 'OfferMade').at(-1)?.fact.decision, {
      ...{ rule, agentId: rule === 'preferred' ? second : first },
    });
  }
});
