// 外呼 at this site: the trunk agents call out by, the numbers shown, and how long phones ring.
import type { CallPurpose } from '../contact/call-purpose.js';

/** How agents call out. */
export interface CallOut {
  readonly trunkId: string;
  /** The number shown to whom is called. */
  readonly shown: Readonly<Record<CallPurpose, string>>;
  /** The agent's own phone rings for so long. */
  readonly agentRingMs: number;
  /** The phone called rings for so long. */
  readonly ringMs: number;
}
