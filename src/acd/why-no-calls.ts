// «Why no calls?»: how one agent stands to every queue at this moment.
import type { AgentId, QueueId } from '../contact/ids.js';
import { fitOf, lackedBy, meets, requirementOf, type Requirement } from '../contact/requirement.js';
import { choiceOf } from './choice.js';
import type { AgentOnDuty } from './on-duty.js';
import { isOpen, type QueueRouting } from './rings.js';
import { busyMsOf, compareBy, totalOf } from './strategy.js';

/**
 * Why a queue gives him nothing just now:
 * - `skills`: he meets neither its requirement nor that of any ring;
 * - `ringClosed`: a ring would let him, and is not open;
 * - `notReady`: he may take its calls, and is not ready for any;
 * - `nobodyWaits`: nothing to take;
 * - `othersFirst`: so many ready agents are preferred to him;
 * - `none`: the next call of this queue is his, unless it asks for more than its queue.
 */
export type NoCallReason = 'skills' | 'ringClosed' | 'notReady' | 'nobodyWaits' | 'othersFirst' | 'none';

/** How he stands to one queue. */
export interface QueueStanding {
  readonly queueId: QueueId;
  readonly reason: NoCallReason;
  /** The innermost ring he belongs to, open or not; 0 = the queue's requirement; null = none. */
  readonly ring: number | null;
  /** What he lacks of the queue's own requirement. */
  readonly lacks: readonly string[];
  readonly waiting: number;
  /** Ready agents who are preferred to him. */
  readonly before: number;
}

/** A queue as it is now. */
export interface QueueNow {
  readonly queueId: QueueId;
  readonly requires: readonly string[];
  readonly routing: QueueRouting;
  readonly waiting: number;
  /** Of the one who was queued first; 0 when nobody waits. */
  readonly longestWaitMs: number;
}

/** Says of every queue why it gives him nothing. `onDuty` = everybody who is signed in, he among them if he is. */
export function whyNoCalls(
  agent: Pick<AgentOnDuty, 'agentId' | 'skills'>,
  queues: readonly QueueNow[],
  onDuty: readonly AgentOnDuty[],
  nowMs: number,
): readonly QueueStanding[] {
  return queues.map((queue) => standingTo(agent, queue, onDuty, nowMs));
}

function standingTo(
  agent: Pick<AgentOnDuty, 'agentId' | 'skills'>,
  queue: QueueNow,
  onDuty: readonly AgentOnDuty[],
  nowMs: number,
): QueueStanding {
  const own = requirementOf(queue.requires);
  const rings = [own, ...queue.routing.rings.map((ring) => requirementOf(ring.requires))];
  const signedIn = onDuty.filter(({ skills }) => meets(skills, own)).length;
  const state = { waitedMs: queue.longestWaitMs, signedIn, waiting: queue.waiting };
  const open = [true, ...queue.routing.rings.map((ring) => isOpen(ring, state))];
  const met = rings.flatMap((one, ring) => (meets(agent.skills, one) ? [ring] : []));
  const openRing = met.find((ring) => open[ring]);
  const before =
    openRing === undefined ? 0 : preferredTo(agent.agentId, { queue, rings, open, onDuty, nowMs });
  return {
    queueId: queue.queueId,
    ring: openRing ?? met[0] ?? null,
    lacks: lackedBy(agent.skills, own),
    waiting: queue.waiting,
    before,
    reason: reasonOf({
      meetsAny: met.length > 0,
      isOpen: openRing !== undefined,
      isReady: onDuty.some(({ agentId, ready }) => agentId === agent.agentId && ready),
      waiting: queue.waiting,
      before,
    }),
  };
}

function reasonOf(now: {
  readonly meetsAny: boolean;
  readonly isOpen: boolean;
  readonly isReady: boolean;
  readonly waiting: number;
  readonly before: number;
}): NoCallReason {
  if (!now.meetsAny) return 'skills';
  if (!now.isReady) return 'notReady';
  if (now.waiting === 0) return 'nobodyWaits';
  if (!now.isOpen) return 'ringClosed';
  return now.before > 0 ? 'othersFirst' : 'none';
}

interface Contest {
  readonly queue: QueueNow;
  readonly rings: readonly Requirement[];
  readonly open: readonly boolean[];
  readonly onDuty: readonly AgentOnDuty[];
  readonly nowMs: number;
}

function preferredTo(agentId: AgentId, { queue, rings, open, onDuty, nowMs }: Contest): number {
  const ranked = onDuty.flatMap((agent) => {
    const ring = rings.findIndex((one, at) => open[at] === true && meets(agent.skills, one));
    const asked = rings[ring];
    if (!agent.ready || asked === undefined) return [];
    const fit = fitOf(agent.skills, asked);
    const choice = choiceOf(agent.prefers, queue.queueId);
    return [{ ...agent, ring, choice, fit, total: totalOf(agent), busyMs: busyMsOf(agent, nowMs) }];
  });
  const self = ranked.find((one) => one.agentId === agentId);
  if (self === undefined) return 0;
  const { strategy } = queue.routing;
  return ranked.filter((one) => one !== self && (one.ring - self.ring || compareBy(strategy, one, self)) < 0)
    .length;
}
