// Judges a journal: whether it ever had an agent in two talks at a time, or a contact with two agents.
import type { JournaledFact } from './station.js';

/** Each moment at which somebody was joined a second time, in words; none in a right journal. */
export function doubleTalks(facts: readonly JournaledFact[]): readonly string[] {
  const byAgent = new Map<string, string>();
  const byContact = new Map<string, string>();
  const doubles: string[] = [];
  for (const { stream, id, type, agentId } of facts) {
    if (stream !== 'contact') continue;
    const agent = String(agentId);
    if (type === 'AgentConnected') {
      if (byAgent.has(agent)) doubles.push(`${agent} joined ${id} while talking with ${byAgent.get(agent)}`);
      if (byContact.has(id)) doubles.push(`${id} joined ${agent} while talking with ${byContact.get(id)}`);
      byAgent.set(agent, id);
      byContact.set(id, agent);
    }
    if (type === 'TalkEnded') {
      byAgent.delete(agent);
      byContact.delete(id);
    }
  }
  return doubles;
}

/** The longest any agent was rung without a break, in ms; what still rings counts until `nowMs`. */
export function longestRingMs(facts: readonly JournaledFact[], nowMs: number): number {
  const since = new Map<string, number>();
  let longest = 0;
  for (const { stream, id, type, to, atMs } of facts) {
    if (stream !== 'agent' || type !== 'AgentActivityChanged') continue;
    longest = Math.max(longest, atMs - (since.get(id) ?? atMs));
    if (to === 'ringing') since.set(id, atMs);
    else since.delete(id);
  }
  return Math.max(longest, ...[...since.values()].map((atMs) => nowMs - atMs));
}
