// Whom a queue prefers among the agents who may take its call.
import { meets, fitOf, type Requirement } from '../contact/requirement.js';
import type { QueueId } from '../contact/ids.js';
import type { AgentScore, Strategy, WhyNotChosen } from '../contact/offer.js';
import { choiceOf } from './choice.js';
import type { AgentOnDuty } from './on-duty.js';
import { compareText } from './sorted-list.js';

/** Busy time counts this long. */
const busyWindowMs = 3_600_000;

/** Talk and wrap-up in the last hour: a slot counts until it ended an hour ago. */
export function busyMsOf({ busy }: Pick<AgentOnDuty, 'busy'>, nowMs: number): number {
  return busy.reduce((sum, { endsMs, busyMs }) => (nowMs < endsMs + busyWindowMs ? sum + busyMs : sum), 0);
}

/** When {@link busyMsOf} is next another. */
export function busyChangesAtMs({ busy }: Pick<AgentOnDuty, 'busy'>, nowMs: number): number {
  return busy.reduce((least, { endsMs }) => {
    const atMs = endsMs + busyWindowMs;
    return nowMs < atMs ? Math.min(least, atMs) : least;
  }, Infinity);
}

/** All his levels added up: how dear he is. */
export function totalOf(agent: Pick<AgentOnDuty, 'skills'>): number {
  let total = 0;
  for (const level of agent.skills.values()) total += level;
  return total;
}

/** The parts of an agent's score for one call; `asked` = its own requirement and those of its open rings, in their order. */
export function scoreOf(
  agent: AgentOnDuty,
  queueId: QueueId,
  asked: readonly AskedRing[],
  nowMs: number,
): AgentScore {
  const met = asked.find(({ requirement }) => meets(agent.skills, requirement));
  return {
    agentId: agent.agentId,
    ring: met?.ring ?? -1,
    choice: choiceOf(agent.prefers, queueId),
    fit: met === undefined ? 0 : fitOf(agent.skills, met.requirement),
    total: totalOf(agent),
    busyMs: busyMsOf(agent, nowMs),
    idleMs: Math.max(0, nowMs - agent.idleSinceMs),
  };
}

/** A requirement and the ring it belongs to, 0 = the call's own. */
export interface AskedRing {
  readonly ring: number;
  readonly requirement: Requirement;
}

/** Better first: by his choice, then the strategy's figure, then longest idle, then id. */
export interface Ranked {
  readonly agentId: AgentOnDuty['agentId'];
  readonly choice: number;
  readonly fit: number;
  readonly total: number;
  readonly busyMs: number;
  readonly idleSinceMs: number;
}

/** The order in which a strategy takes the agents of one ring. */
export function compareBy(strategy: Strategy, one: Ranked, other: Ranked): number {
  return (
    one.choice - other.choice ||
    figureOf(strategy, one, other) ||
    one.idleSinceMs - other.idleSinceMs ||
    compareText(one.agentId, other.agentId)
  );
}

function figureOf(strategy: Strategy, one: ScoreFigures, other: ScoreFigures): number {
  switch (strategy) {
    case 'longestIdle':
      return 0;
    case 'bestSkill':
      return other.fit - one.fit;
    case 'leastSkilled':
      return one.total - other.total;
    case 'leastBusy':
      return one.busyMs - other.busyMs;
  }
}

type ScoreFigures = Pick<AgentScore, 'fit' | 'total' | 'busyMs'>;

const wordOfFigure = {
  longestIdle: 'idle',
  bestSkill: 'fit',
  leastSkilled: 'total',
  leastBusy: 'busy',
} as const;

/** The first part of the score in which another one was behind the one chosen. */
export function whyNotChosen(
  rule: Strategy | 'preferred',
  chosen: AgentScore,
  other: AgentScore,
): WhyNotChosen {
  if (rule === 'preferred') return 'preferred';
  if (chosen.ring < other.ring) return 'ring';
  if (chosen.choice < other.choice) return 'choice';
  if (figureOf(rule, chosen, other) < 0) return wordOfFigure[rule];
  return chosen.idleMs > other.idleMs ? 'idle' : 'order';
}
