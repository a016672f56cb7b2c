// An agent's choice among queues: of agents who are free, those who would rather take this queue's calls go first.
//
// It says whom a call goes to, never which call is served: all queues share one order of turns, so no choice lets a queue wait.
import type { QueueId } from '../contact/ids.js';

/**
 * Which choice of his a queue is: 1 = his first. Without a list every queue is; what a list does not name comes after all it
 * names.
 */
export function choiceOf(prefers: readonly QueueId[] | undefined, queueId: QueueId): number {
  if (prefers === undefined || prefers.length === 0) return 1;
  const at = prefers.indexOf(queueId);
  return at < 0 ? prefers.length + 1 : at + 1;
}
