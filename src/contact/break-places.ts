// 小休名额: how many of a team may be on a break at a time, and who goes next of those who wait for a place. Pure.
import type { Agent, BreakReason } from './agent.js';
import type { AgentId } from './ids.js';

/** A team's places; what has none is not limited. */
export interface BreakPlaces {
  /** On breaks of any reason that takes a place. */
  readonly all: number | null;
  readonly byReason: ReadonlyMap<BreakReason, number>;
}

/** 紧急离席 is never refused, and what the system set is nobody's wish: they take no place. */
const placeless: readonly BreakReason[] = ['urgent', 'system'];

/** Whether a break for this reason takes one of the team's places. */
export function takesPlace(reason: BreakReason): boolean {
  return !placeless.includes(reason);
}

/** The reason for which an agent holds a place: on a break, or sure of one when his contact is over. */
export function heldPlace({ activity, plan }: Pick<Agent, 'activity' | 'plan'>): BreakReason | null {
  const planned = plan?.is === 'break' ? plan.reason : null;
  const reason = activity.is === 'break' ? activity.reason : planned;
  return reason !== null && takesPlace(reason) ? reason : null;
}

/** Whether one more may go for this reason, beside those who hold a place. */
export function hasPlace(places: BreakPlaces, held: readonly BreakReason[], reason: BreakReason): boolean {
  if (!takesPlace(reason)) return true;
  const ofReason = places.byReason.get(reason) ?? Infinity;
  return held.length < (places.all ?? Infinity) && held.filter((one) => one === reason).length < ofReason;
}

type Waiting = Agent & { readonly breakWish: NonNullable<Agent['breakWish']> };

/** Those of a team who wait for a place, who waits longest first. */
export function breakLine(team: readonly Agent[]): readonly Waiting[] {
  return team
    .filter((agent): agent is Waiting => agent.breakWish !== undefined)
    .sort((one, other) => one.breakWish.sinceMs - other.breakWish.sinceMs || (one.id < other.id ? -1 : 1));
}

/** Who may go now, in this order. Who waits for a reason that is full does not stop the next. */
export function whoMayGo(places: BreakPlaces, team: readonly Agent[]): readonly AgentId[] {
  const held = team.flatMap((agent) => heldPlace(agent) ?? []);
  return breakLine(team).flatMap(({ id, breakWish: { reason } }) => {
    if (!hasPlace(places, held, reason)) return [];
    held.push(reason);
    return [id];
  });
}
