// Counts how many calls have come by each node of each flow today: for the picture of a flow, not for reports.
import { dayKeyAt, dayStartMs } from '../contact/civil-time.js';
import type { FlowCursor, FlowTurn } from '../contact/flow-turn.js';

/** Passages by flow, then by node. */
export interface PassagesToday {
  /** Epoch ms: the day's begin, or when the service was started on it. */
  readonly sinceMs: number;
  readonly counts: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** The counts of the day. */
export interface FlowPassages {
  /** A turn that led from this node (none = the call has just come) to another, through those that only decided. */
  passed(turn: FlowTurn, from: FlowCursor | undefined): void;
  today(): PassagesToday;
}

/** None yet. A new civil day begins with none. */
export function createFlowPassages(nowMs: () => number): FlowPassages {
  let sinceMs = nowMs();
  let counts = new Map<string, Map<string, number>>();

  function turnOfDay(): void {
    const midnightMs = dayStartMs(dayKeyAt(nowMs()));
    if (sinceMs >= midnightMs) return;
    sinceMs = midnightMs;
    counts = new Map();
  }

  function add(flowId: string, nodeId: string): void {
    const nodes = counts.get(flowId) ?? new Map<string, number>();
    nodes.set(nodeId, (nodes.get(nodeId) ?? 0) + 1);
    counts.set(flowId, nodes);
  }

  return {
    passed({ cursor, decided = [] }, from) {
      turnOfDay();
      for (const { nodeId } of decided) add(cursor.flowId, nodeId);
      // A menu that is said again has not been passed again.
      if (from?.nodeId !== cursor.nodeId) add(cursor.flowId, cursor.nodeId);
    },
    today() {
      turnOfDay();
      return { sinceMs, counts };
    },
  };
}
