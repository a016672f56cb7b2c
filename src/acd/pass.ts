// One look at who waits and who is ready: what its pairs have used up so far.
import type { AgentId, QueueId } from '../contact/ids.js';
import { readyCount, type AgentEntry, type AgentIndex, type Ask, type RankBy } from './agent-index.js';
import type { SortedList } from './sorted-list.js';
import type { Line, WaitingLines } from './waiting-lines.js';

/** What is known of the pairs of one look: who is taken already, and how far each list is used up. */
export interface Pass {
  readonly nowMs: number;
  readonly lines: WaitingLines;
  readonly agents: AgentIndex;
  readonly taken: Set<AgentId>;
  /** Of the requirements asked for so far. */
  readonly takenOf: Map<Ask, number>;
  readonly takenFromQueue: Map<QueueId, number>;
  /** All before this rank are taken. */
  readonly firstFree: Map<SortedList<AgentEntry>, number>;
}

/** Who may take a line's contacts at this moment. */
export interface Reach {
  readonly line: Line;
  readonly open: readonly number[];
  readonly union: Ask;
  readonly by: RankBy;
}

/** Ready agents who may take it and are not taken yet. */
export function freeIn(pass: Pass, ask: Ask): number {
  const known = pass.takenOf.get(ask);
  if (known !== undefined) return readyCount(ask) - known;
  // First asked for now, when some may be taken already.
  const taken = [...pass.taken].filter((agentId) => pass.agents.byId.get(agentId)?.set.met.has(ask)).length;
  pass.takenOf.set(ask, taken);
  return readyCount(ask) - taken;
}
