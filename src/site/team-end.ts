// Whether a team is still at work: borrowed people (借调) go home after a day that teams.yaml names.
import { addDays, type DayKey } from '../contact/civil-time.js';

/** `ending`: its last day is at most {@link endingDays} away; `ended`: that day is over, its agents cannot sign in. */
export type TeamStanding = 'lasting' | 'ending' | 'ended';

/** So many days before its last one a team is shown as ending. */
export const endingDays = 7;

/** How a team stands on a civil day. `until` is its last day, undefined for a team without an end. */
export function teamStanding(until: DayKey | undefined, todayKey: DayKey): TeamStanding {
  if (until === undefined) return 'lasting';
  if (todayKey > until) return 'ended';
  return addDays(todayKey, endingDays) >= until ? 'ending' : 'lasting';
}
