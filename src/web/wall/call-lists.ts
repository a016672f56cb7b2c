// Where the board's figures lead: lists of today's calls on the reports' page, and the calls of this moment below.
import type { RouteLocationRaw } from 'vue-router';
import type { ContactView } from '../../adapters/http/views.js';
import type { SubsetName } from '../../metrics/subset.js';

/** Today's calls of a subset; nought leads nowhere. */
export function todaysCalls(
  mayOpen: boolean,
  subset: SubsetName,
  count: number,
): RouteLocationRaw | undefined {
  return mayOpen && count > 0 ? { name: 'reports', query: { period: 'today', list: subset } } : undefined;
}

/** What the list of the present calls can be narrowed to. */
export const moments = ['waiting', 'talking', 'flow'] as const;
export type Moment = (typeof moments)[number];

/** The present calls at a moment of theirs, of one queue where it is named. */
export function presentCalls(
  mayOpen: boolean,
  moment: Moment,
  count: number,
  queueId?: string,
): RouteLocationRaw | undefined {
  const query = { calls: moment, ...(queueId !== undefined && { queue: queueId }) };
  return mayOpen && count > 0 ? { query, hash: '#calls' } : undefined;
}

type Placed = Pick<ContactView, 'stage' | 'queueId'>;

/** Whether a call is at that moment: with its phone ringing it still waits. */
export function isAt(
  { stage, queueId }: Placed,
  moment: Moment | undefined,
  wanted: string | undefined,
): boolean {
  const at = stage === 'offered' ? 'waiting' : stage;
  return (moment === undefined || at === moment) && (wanted === undefined || queueId === wanted);
}
