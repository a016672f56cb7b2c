// How the verdicts of a decision are shown: those of one reason together, and one agent's own of the last decisions.
import { Type, type Static } from 'typebox';
import { verdictNames, verdictOf, verdictsOf, type Verdict } from '../../acd/verdicts.js';
import { breakReasons } from '../../contact/agent.js';
import type { AgentId } from '../../contact/ids.js';
import { whysNotChosen, type MatchDecision } from '../../contact/offer.js';
import type { DecisionSeen } from '../../engine/engine.js';
import type { Site } from '../../site/site.js';
import { namesOfQueue, queueNames } from './routing-views.js';
import { agentStates, nullable, oneOf } from './views.js';

const reasonOf = {
  verdict: oneOf(verdictNames),
  /** Of one who was behind: the first part of the score in which he was. */
  why: nullable(oneOf(whysNotChosen)),
  /** The innermost ring of his, open or not; 0 = the call's own requirement. */
  ring: nullable(Type.Integer()),
  /** Of one in no ring: what he lacked. */
  lacks: Type.Array(Type.String()),
};
const standingOf = {
  state: oneOf(agentStates),
  breakReason: nullable(oneOf(breakReasons)),
  /** In that state since; of a ready one since when he was idle. */
  sinceMs: Type.Integer(),
};

/** Agents of one reason. */
export const othersView = Type.Object({
  ...reasonOf,
  agents: Type.Array(Type.Object({ agentId: Type.String(), ...standingOf })),
});
export type OthersView = Static<typeof othersView>;

/** What a decision of lately was for one agent. */
export const latelyView = Type.Object({
  ...{ atMs: Type.Integer(), contactId: Type.String(), ...queueNames },
  /** Who got the call. */
  chosenId: Type.String(),
  ...reasonOf,
  ...standingOf,
});

/** Decisions told of one agent. */
const latelyMax = 10;

/** Everybody but the one chosen, by reason; null for a decision of before it was recorded. */
export function viewOthers(decision: MatchDecision): OthersView[] | null {
  const groups = new Map<string, OthersView>();
  for (const one of verdictsOf(decision) ?? []) {
    if (one.verdict === 'chosen') continue;
    const { agentId, state, breakReason, sinceMs } = one;
    const reason = viewReason(one);
    const isDoing = one.verdict === 'notReady' ? { state, breakReason } : {};
    const name = JSON.stringify({ ...reason, ...isDoing });
    const group = groups.get(name) ?? { ...reason, agents: [] };
    group.agents.push({ agentId, state, breakReason, sinceMs });
    groups.set(name, group);
  }
  if (decision.signedIn === undefined) return null;
  for (const { agents } of groups.values())
    agents.sort((one, other) => (one.agentId < other.agentId ? -1 : 1));
  const rank = ({ verdict }: OthersView) => verdictNames.indexOf(verdict);
  return [...groups.values()].sort((one, other) => rank(other) - rank(one));
}

/** The last decisions made while an agent was signed in, latest first. */
export function viewLately(site: Site, decisions: readonly DecisionSeen[], agentId: AgentId) {
  const told: Static<typeof latelyView>[] = [];
  for (const { atMs, decision } of [...decisions].reverse()) {
    if (told.length === latelyMax) break;
    const own = verdictOf(decision, agentId);
    if (own === undefined) continue;
    const { state, breakReason, sinceMs } = own;
    told.push({
      ...{ atMs, contactId: decision.contactId, chosenId: decision.agentId },
      ...namesOfQueue(site, decision.queueId),
      ...viewReason(own),
      ...{ state, breakReason, sinceMs },
    });
  }
  return told;
}

function viewReason({ verdict, why, ring, lacks }: Verdict) {
  return { verdict, why, ring, lacks: [...lacks] };
}
