// Reads the record of a decision back: of everybody who was signed in, whether he was chosen, and if not, why.
import type { BreakReason, ShownAgentState } from '../contact/agent.js';
import type { AgentId } from '../contact/ids.js';
import type { AgentScore, MatchDecision, RosterGroup, WhyNotChosen } from '../contact/offer.js';
import { lineIn, readRoster, type RosterLine } from './roster.js';
import { whyNotChosen } from './strategy.js';

/**
 * What the decision came to for one agent, the first that holds:
 * - `chosen`;
 * - `skills`: he meets neither what the call asked nor any ring of its queue;
 * - `ringClosed`: a ring would have let him, and was not open;
 * - `notReady`: he might have taken it, and was doing something else, on a break, or his phone was away;
 * - `reserved`: ready, and given another call in the same moment;
 * - `behind`: ready, and another one went first.
 */
export const verdictNames = ['chosen', 'skills', 'ringClosed', 'notReady', 'reserved', 'behind'] as const;
export type VerdictName = (typeof verdictNames)[number];

/** One agent's part in a decision. */
export interface Verdict {
  readonly agentId: AgentId;
  readonly verdict: VerdictName;
  readonly state: ShownAgentState;
  readonly breakReason: BreakReason | null;
  /** In that state since; of a ready one since when he was idle. */
  readonly sinceMs: number;
  /** The innermost ring he belongs to, open or not; null = none. */
  readonly ring: number | null;
  /** What he lacked, where he belongs to no ring at all. */
  readonly lacks: readonly string[];
  /** In which part of the score he was behind. */
  readonly why: WhyNotChosen | null;
}

/** Everybody who was signed in, once each; null for a decision of before this was recorded. */
export function verdictsOf(decision: MatchDecision): readonly Verdict[] | null {
  const { signedIn, agentId: chosen, reserved = [] } = decision;
  if (signedIn === undefined) return null;
  const all = signedIn.flatMap((group) => readRoster(group.agents).map((line) => ({ group, line })));
  const best = all.find(({ line }) => line.agentId === chosen);
  const others = new Set(reserved);
  return all.map((placed) => verdictIn(decision, placed, best, others));
}

/** One agent's part alone, without reading everybody's; undefined = he was not signed in, or it was not recorded yet. */
export function verdictOf(decision: MatchDecision, agentId: AgentId): Verdict | undefined {
  const { signedIn = [], agentId: chosen, reserved = [] } = decision;
  const placed = (wanted: AgentId): Placed | undefined => {
    for (const group of signedIn) {
      const line = lineIn(group.agents, wanted);
      if (line !== undefined) return { group, line };
    }
    return undefined;
  };
  const own = placed(agentId);
  return own && verdictIn(decision, own, placed(chosen), new Set(reserved));
}

function verdictIn(
  decision: MatchDecision,
  own: Placed,
  best: Placed | undefined,
  others: ReadonlySet<AgentId>,
): Verdict {
  const { group, line } = own;
  const { agentId, state, breakReason, sinceMs } = line;
  const verdict = verdictFor(group, line, { chosen: decision.agentId, others });
  return {
    ...{ agentId, verdict, state, breakReason, sinceMs },
    ring: group.ring ?? group.shut ?? null,
    lacks: group.lacks ?? [],
    why: verdict === 'behind' && best !== undefined ? behind(decision, best, own) : null,
  };
}

function verdictFor(
  { ring, shut }: RosterGroup,
  { agentId, state }: RosterLine,
  { chosen, others }: { readonly chosen: AgentId; readonly others: ReadonlySet<AgentId> },
): VerdictName {
  if (agentId === chosen) return 'chosen';
  if (ring === undefined) return shut === undefined ? 'skills' : 'ringClosed';
  if (state !== 'ready') return 'notReady';
  return others.has(agentId) ? 'reserved' : 'behind';
}

interface Placed {
  readonly group: RosterGroup;
  readonly line: RosterLine;
}

function behind({ rule }: MatchDecision, best: Placed, other: Placed): WhyNotChosen {
  return whyNotChosen(rule, scoreIn(best), scoreIn(other));
}

/** The parts of the score as far as they decide; of the idle times their difference alone. */
function scoreIn({ group: { ring = -1, choice = 1, figure = 0 }, line }: Placed): AgentScore {
  const { agentId, busyMs, sinceMs } = line;
  return { agentId, ring, choice, fit: figure, total: figure, busyMs, idleMs: -sinceMs };
}
