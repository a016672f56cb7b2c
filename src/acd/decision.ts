// The record of one decision: who might have taken the call, with every part of his score, and who might not, and why.
import type { MatchDecision, ScoredAgent } from '../contact/offer.js';
import { lackedBy } from '../contact/requirement.js';
import { readyIn, type AgentEntry } from './agent-index.js';
import { freeIn, type Pass, type Reach } from './pass.js';
import type { WaitingContact } from './place.js';
import { scoreOf, whyNotChosen } from './strategy.js';
import { askOfRing } from './waiting-lines.js';

/** Agents named in a decision, of those eligible and of those not. */
const namedMax = 10;
/** So many of the longest idle are looked at for those who may not take it. */
const lookedAtMax = 50;

/** Says why this agent. */
export function decisionOf(
  pass: Pass,
  contact: WaitingContact,
  reach: Reach,
  chosen: AgentEntry,
  rule: MatchDecision['rule'],
): MatchDecision {
  const { nowMs } = pass;
  const asked = [0, ...reach.open].map((ring) => ({
    ring,
    requirement: askOfRing(reach.line, ring).requirement,
  }));
  const { queueId } = contact;
  const best = scoreOf(chosen.agent, queueId, asked, nowMs);
  const eligible = eligibleAgents(pass, reach).map(({ agent }): ScoredAgent => {
    const score = scoreOf(agent, queueId, asked, nowMs);
    return agent === chosen.agent ? score : { ...score, why: whyNotChosen(rule, best, score) };
  });
  return {
    contactId: contact.contactId,
    agentId: chosen.agent.agentId,
    queueId,
    requires: contact.requires,
    rule,
    ring: best.ring,
    openRings: reach.open,
    waitedMs: nowMs - contact.arrivedAtMs,
    ...(contact.overflowed && { overflowed: contact.overflowed }),
    place: placeWhenTaken(pass, contact),
    eligible,
    eligibleCount: freeIn(pass, reach.union),
    signedInCount: reach.union.signedIn,
    notEligible: othersIdle(pass, reach).map(({ agent }) => ({
      agentId: agent.agentId,
      lacks: lackedBy(agent.skills, reach.line.kind.own.requirement),
    })),
  };
}

/** Best first: ring by ring, each in the order of the strategy. */
function eligibleAgents(pass: Pass, reach: Reach): readonly AgentEntry[] {
  const count = Math.min(namedMax, freeIn(pass, reach.union));
  const named = new Set<AgentEntry>();
  for (const ring of [0, ...reach.open]) {
    const list = readyIn(askOfRing(reach.line, ring), reach.by);
    for (let rank = pass.firstFree.get(list) ?? 0; named.size < count && rank < list.size; rank += 1) {
      const entry = list.at(rank);
      if (entry !== undefined && !pass.taken.has(entry.agent.agentId)) named.add(entry);
    }
  }
  return [...named];
}

function othersIdle(pass: Pass, reach: Reach): readonly AgentEntry[] {
  const others: AgentEntry[] = [];
  let looked = 0;
  for (const entry of pass.agents.byIdle) {
    if (others.length === namedMax || looked === lookedAtMax) break;
    if (pass.taken.has(entry.agent.agentId)) continue;
    looked += 1;
    if (!entry.set.met.has(reach.union)) others.push(entry);
  }
  return others;
}

/** Those of his queue who were served a moment ago, in this same pass, stood before him and are gone. */
function placeWhenTaken({ lines, takenFromQueue }: Pass, contact: WaitingContact): number {
  const rank = lines.byQueue.get(contact.queueId)?.inOrder.rankOf(contact) ?? 0;
  return rank + 1 - (takenFromQueue.get(contact.queueId) ?? 0);
}
