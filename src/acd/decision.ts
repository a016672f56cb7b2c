// The record of one decision: every part of the score of the best who might have taken the call, and everybody else who was signed in.
import type { MatchDecision, RosterGroup, ScoredAgent } from '../contact/offer.js';
import { lackedIn, readyIn, type AgentEntry, type SkillSet } from './agent-index.js';
import { choiceOf } from './choice.js';
import { freeIn, type Pass, type Reach } from './pass.js';
import type { WaitingContact } from './place.js';
import { textOfRoster } from './roster.js';
import { compareText } from './sorted-list.js';
import { scoreOf, whyNotChosen } from './strategy.js';
import { askOfRing, type SetGroup, type SetGroups } from './waiting-lines.js';

/** Agents with every part of their score. */
const namedMax = 10;

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
    signedIn: groupsOf(pass, reach).map(({ stands, sets }): RosterGroup => ({
      ...stands,
      agents: rosterOf(sets),
    })),
    ...(pass.taken.size > 0 && { reserved: [...pass.taken] }),
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

/** How the sets of skills stand to a line: looked at anew only when one has come or gone. */
function groupsOf({ agents }: Pass, reach: Reach): readonly SetGroup[] {
  const { kind } = reach.line;
  const key = reach.open.join(',');
  const known = kind.groups.get(key);
  if (known?.setsSeen === agents.setsSeen) return known.groups;
  const byStand = new Map<string, { stands: SetGroup['stands']; sets: SkillSet[] }>();
  for (const set of agents.sets.values()) {
    const stands = standsTo(reach, set);
    const name = JSON.stringify(stands);
    const group = byStand.get(name) ?? { stands, sets: [] };
    group.sets.push(set);
    byStand.set(name, group);
  }
  const groups = [...byStand]
    .sort(([one], [other]) => compareText(one, other))
    .map(([, { stands, sets }]) => ({
      stands,
      sets: sets.sort((one, other) => compareText(one.key, other.key)),
    }));
  const made: SetGroups = { setsSeen: agents.setsSeen, groups };
  kind.groups.set(key, made);
  return groups;
}

function standsTo({ line, open, by }: Reach, set: SkillSet): SetGroup['stands'] {
  const meetsRing = (ring: number) => set.met.has(askOfRing(line, ring));
  const ring = [0, ...open].find(meetsRing);
  if (ring === undefined) {
    const shut = line.kind.rings.findIndex((_, at) => meetsRing(at + 1));
    return shut < 0 ? { lacks: lackedIn(set, line.kind.own) } : { shut: shut + 1 };
  }
  const choice = by.chosen === null ? 1 : choiceOf(set.prefers, by.chosen);
  const figure =
    by.strategy === 'bestSkill'
      ? set.met.get(askOfRing(line, ring))
      : by.strategy === 'leastSkilled'
        ? set.total
        : undefined;
  return { ring, ...(choice > 1 && { choice }), ...(figure !== undefined && { figure }) };
}

function rosterOf(sets: readonly SkillSet[]): string {
  let all = '';
  for (const { roster } of sets) all = all === '' ? textOfRoster(roster) : `${all} ${textOfRoster(roster)}`;
  return all;
}

/** Those of his queue who were served a moment ago, in this same pass, stood before him and are gone. */
function placeWhenTaken({ lines, takenFromQueue }: Pass, contact: WaitingContact): number {
  const rank = lines.byQueue.get(contact.queueId)?.inOrder.rankOf(contact) ?? 0;
  return rank + 1 - (takenFromQueue.get(contact.queueId) ?? 0);
}
