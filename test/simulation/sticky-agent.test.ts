// A caller's last agent: waited for alone while he can come free, never longer than the queue says, and nobody else is sent in vain.
import t from 'tap';
import { readSiteFiles } from '../../src/adapters/files/site-files.js';
import type { AgentId, CallerKey, DeviceId } from '../../src/contact/ids.js';
import { keepLastAgents, type LastTalk } from '../../src/engine/last-agents.js';
import { createVirtualClock } from '../../src/sim/virtual-clock.js';
import { createWorld } from '../../src/sim/world.js';
import { parseSite } from '../../src/site/parse-site.js';
import { busyStartMs } from './busy-hotline.js';

const dayMs = 86_400_000;
const files = new Map(await readSiteFiles('ivr-flows'));
files.set(
  'queues.yaml',
  (files.get('queues.yaml') ?? '').replace(
    '- id: general',
    '- id: general\n  sticky: { days: 7, wait: 10s }',
  ),
);
const parsed = parseSite(files, { nowMs: busyStartMs });
if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
const { site } = parsed;

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const [first, second] = ['1001', '1002'] as AgentId[] as [AgentId, AgentId];
const deviceOf = (agentId: AgentId) => `d${agentId}` as DeviceId;
const caller = '031100000001';

/** Two agents who have been ready for as long; `talk` is what is remembered of the caller. */
async function world(talk: Partial<LastTalk> = {}) {
  const clock = createVirtualClock(busyStartMs);
  const known = {
    callerKey: `key-${caller}` as CallerKey,
    agentId: second,
    atMs: busyStartMs - dayMs,
    ...talk,
  };
  const lastAgents = keepLastAgents({
    clock,
    timers: clock,
    log,
    read: (sinceMs) => Promise.resolve(known.atMs >= sinceMs ? [known] : []),
    keptMs: () => 7 * dayMs,
  });
  await new Promise((resolve) => setImmediate(resolve));
  const made = createWorld({ site, startMs: busyStartMs, lastAgents });
  await made.start();
  for (const agentId of [first, second]) {
    made.telephony.setReachable(deviceOf(agentId), true);
    made.telephony.setHabit(deviceOf(agentId), { does: 'answer', afterMs: 1_000, talkMs: 30_000 });
    made.signIn(agentId, deviceOf(agentId));
    made.engine.actOnAgent(agentId, { type: 'GoReady', by: 'agent' });
  }
  const call = (ani = caller) => made.telephony.call({ ani, dnis: '12345', patienceMs: null });
  const pass = (ms: number) => made.runUntil(made.clock.nowMs() + ms);
  const offers = () =>
    made.journal.flatMap(({ facts }) =>
      facts.flatMap((fact) => (fact.type === 'OfferMade' ? [fact.decision] : [])),
    );
  return { made, call, pass, offers, lastAgents };
}

t.test('he who is ready is rung although another one has been idle for longer', async (t) => {
  const { call, pass, offers, made } = await world();
  call();
  await pass(3_000);
  t.match(offers(), [{ agentId: second, rule: 'preferred' }]);
  t.same(made.faults, []);
});

t.test('he who is in a talk is waited for, and after that time anybody', async (t) => {
  const { call, pass, offers, made } = await world();
  made.telephony.setHabit(deviceOf(second), { does: 'answer', afterMs: 1_000, talkMs: 600_000 });
  made.engine.actOnAgent(first, { type: 'GoBreak', reason: 'rest', by: 'agent' });
  call('031100000002');
  await pass(5_000);
  made.engine.actOnAgent(first, { type: 'GoReady', by: 'agent' });
  const fromMs = made.clock.nowMs();
  call();
  await pass(9_000);
  t.equal(offers().length, 1, 'not the other one, who is ready');
  await pass(3_000);
  t.match(offers()[1], { agentId: first, rule: 'longestIdle' });
  t.ok((offers()[1]?.waitedMs ?? 0) <= made.clock.nowMs() - fromMs);
});

t.test('nobody waits for who is away, on a break, without the skill, or of long ago', async (t) => {
  for (const [name, talk, prepare] of [
    ['on a break', {}, 'break'],
    ['of long ago', { atMs: busyStartMs - 8 * dayMs }, 'none'],
    ['gone', { agentId: '1999' as AgentId }, 'none'],
  ] as const) {
    const { call, pass, offers, made } = await world(talk);
    if (prepare === 'break') made.engine.actOnAgent(second, { type: 'GoBreak', reason: 'meal', by: 'agent' });
    call();
    await pass(3_000);
    t.match(offers(), [{ agentId: first, rule: 'longestIdle' }], name);
  }
});

t.test('nobody waits for who will leave after his present talk', async (t) => {
  const { call, pass, offers, made } = await world();
  made.engine.actOnAgent(first, { type: 'GoBreak', reason: 'rest', by: 'agent' });
  call('031100000002');
  await pass(5_000);
  made.engine.actOnAgent(second, { type: 'GoBreak', reason: 'meal', by: 'agent' });
  made.engine.actOnAgent(first, { type: 'GoReady', by: 'agent' });
  call();
  await pass(2_000);
  t.match(offers()[1], { agentId: first, rule: 'longestIdle' });
});

t.test('he does not answer: the next offer is anybody’s', async (t) => {
  const { call, pass, offers, made } = await world();
  made.telephony.setHabit(deviceOf(second), { does: 'refuse', afterMs: 500, causeCode: 21 });
  call();
  await pass(3_000);
  t.match(offers(), [{ agentId: second }, { agentId: first, rule: 'longestIdle' }]);
});

t.test('a talk of today is remembered at once, and not once its caller is confidential', async (t) => {
  const { call, pass, made, lastAgents } = await world({ agentId: first });
  made.engine.actOnAgent(first, { type: 'GoBreak', reason: 'meal', by: 'agent' });
  call();
  await pass(5_000);
  const key = `key-${caller}` as CallerKey;
  t.equal(lastAgents.of(key)?.agentId, second);
  const [contact] = made.engine.contacts();
  if (contact === undefined) throw new Error('no contact');
  made.engine.actOnContact(contact.id, { type: 'Seal', kind: 'confidential', by: second, agentId: second });
  t.equal(lastAgents.of(key), undefined);
  t.equal(made.engine.contacts()[0]?.arrival.lastTalk, undefined, 'nor whom he talked with before');
});

t.test('the records are read again until they can be, and no further back than asked', async (t) => {
  const clock = createVirtualClock(busyStartMs);
  const asked: number[] = [];
  const keep = { ms: 0 };
  const lastAgents = keepLastAgents({
    clock,
    timers: clock,
    log,
    read(sinceMs) {
      asked.push(sinceMs - clock.nowMs());
      const row = { callerKey: 'a' as CallerKey, agentId: first, atMs: busyStartMs - dayMs };
      return asked.length === 1 ? Promise.reject(new Error('away')) : Promise.resolve([row]);
    },
    keptMs: () => keep.ms,
  });
  const minute = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    const untilMs = clock.nowMs() + 60_001;
    while (clock.advance(untilMs));
    await new Promise((resolve) => setImmediate(resolve));
  };
  await minute();
  t.same(asked, [], 'no queue asks for it');
  keep.ms = 2 * dayMs;
  for (let count = 0; count < 4; count += 1) await minute();
  t.same(asked, [-2 * dayMs, -2 * dayMs]);
  t.equal(lastAgents.of('a' as CallerKey)?.agentId, first);
  lastAgents.stop();
});
