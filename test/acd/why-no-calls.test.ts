// «Why no calls?»: every reason, by example.
import t from 'tap';
import type { AgentOnDuty } from '../../src/acd/on-duty.js';
import { whyNoCalls, type QueueNow } from '../../src/acd/why-no-calls.js';
import type { AgentId, DeviceId, QueueId, SkillName } from '../../src/contact/ids.js';

const nowMs = 1_000_000;
const onDuty = (id: string, tax: number, over: Partial<AgentOnDuty> = {}): AgentOnDuty => ({
  agentId: id as AgentId,
  version: 1,
  deviceId: `d${id}` as DeviceId,
  skills: new Map([['tax' as SkillName, tax]]),
  ready: true,
  idleSinceMs: nowMs - 1000,
  standing: { state: 'ready', breakReason: null, sinceMs: 0 },
  busy: [],
  ...over,
});
const ring = { requires: ['tax'], afterMs: 30_000, fewerThan: null, placeAbove: null };
const queue = (over: Partial<QueueNow> = {}): QueueNow => ({
  queueId: 'tax' as QueueId,
  requires: ['tax >= 5'],
  routing: { strategy: 'longestIdle', rings: [ring] },
  waiting: 1,
  longestWaitMs: 0,
  ...over,
});
const reasonFor = (self: AgentOnDuty, others: readonly AgentOnDuty[] = [], now = queue()) => {
  const [standing] = whyNoCalls(self, [now], [self, ...others], nowMs);
  return [standing?.reason, standing?.ring, standing?.before];
};

t.test('every reason', (t) => {
  t.same(reasonFor(onDuty('1', 8)), ['none', 0, 0]);
  t.same(reasonFor(onDuty('1', 8), [], queue({ waiting: 0 })), ['nobodyWaits', 0, 0]);
  t.same(reasonFor(onDuty('1', 8, { ready: false })), ['notReady', 0, 0]);
  t.same(reasonFor(onDuty('1', 3)), ['ringClosed', 1, 0]);
  t.same(reasonFor(onDuty('1', 3), [], queue({ longestWaitMs: 30_000 })), ['none', 1, 0]);
  const others = [onDuty('2', 8, { idleSinceMs: nowMs }), onDuty('3', 2, { idleSinceMs: 0 })];
  t.same(reasonFor(onDuty('1', 3), others, queue({ longestWaitMs: 30_000 })), ['othersFirst', 1, 2]);
  t.same(reasonFor(onDuty('1', 8), others, queue({ longestWaitMs: 30_000 })), ['none', 0, 0]);
  const [unskilled] = whyNoCalls(onDuty('1', 0), [queue()], [], nowMs);
  t.match(unskilled, { reason: 'skills', ring: null, lacks: ['tax >= 5'] });
  t.end();
});
