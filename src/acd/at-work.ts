// Whether an agent is at work, so that he takes a call now or comes free by himself.
import type { Agent } from '../contact/agent.js';

/** What an agent at work is doing; one on a break, or whose phone is away, is none. */
export type WorkName = 'ready' | 'ringing' | 'talking' | 'wrapup';

/** Null for who is not at work, or will leave it after his present contact. */
export function workOf({ activity, reachable, ownCalls, plan }: Agent): WorkName | null {
  switch (activity.is) {
    case 'ready':
      return reachable && ownCalls.length === 0 ? 'ready' : null;
    case 'outbound':
      return plan === null ? 'talking' : null;
    case 'ringing':
    case 'talking':
      return plan === null ? activity.is : null;
    case 'wrapup':
      return reachable && plan === null ? 'wrapup' : null;
    default:
      return null;
  }
}
