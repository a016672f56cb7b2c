// An agent who is signed in, as the matcher sees him.
import type { BreakReason, ShownAgentState } from '../contact/agent.js';
import type { AgentId, DeviceId, QueueId } from '../contact/ids.js';
import type { SkillLevels } from '../contact/requirement.js';

/** Signed in at a phone. */
export interface AgentOnDuty {
  readonly agentId: AgentId;
  /** The agent's version: a proposal is committed only while it is still this. */
  readonly version: number;
  readonly deviceId: DeviceId;
  readonly skills: SkillLevels;
  /** May be offered a contact now. */
  readonly ready: boolean;
  readonly idleSinceMs: number;
  readonly standing: Standing;
  /** Queues he would rather serve, the dearest first; left out = all alike. */
  readonly prefers?: readonly QueueId[];
  /** Talk and wrap-up of the last hour, in slots. */
  readonly busy: readonly BusySlot[];
}

/** What an agent is doing, as a board shows it, and since when. */
export interface Standing {
  readonly state: ShownAgentState;
  readonly breakReason: BreakReason | null;
  readonly sinceMs: number;
}

/** Busy time that ended, at the latest, at `endsMs`. */
export interface BusySlot {
  readonly endsMs: number;
  readonly busyMs: number;
}
