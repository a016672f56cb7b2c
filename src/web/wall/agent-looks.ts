// How the board shows agents: a colour for each state, and which of them where there is no room for all.
import type { AgentState, WallAgent } from '../live/live-frame.js';

/** The class of a state: what needs nobody is quiet. */
export const lookOfState: Readonly<Record<AgentState, string>> = {
  offline: 'look-off',
  ready: 'look-ready',
  ringing: 'look-ringing',
  outbound: 'look-talking',
  talking: 'look-talking',
  hold: 'look-talking',
  wrapup: 'look-wrapup',
  break: 'look-break',
  missed: 'look-missed',
  unreachable: 'look-lost',
  busyOwnCall: 'look-break',
};

/** The order of the counts above the grid. */
export const stateOrder: readonly AgentState[] = [
  'ready',
  'ringing',
  'talking',
  'outbound',
  'hold',
  'wrapup',
  'break',
  'busyOwnCall',
  'missed',
  'unreachable',
];

const troubled: ReadonlySet<AgentState> = new Set(['missed', 'unreachable']);

/** Agents on duty by 工号; where there are more than `room`, those in trouble are never the ones left out. */
export function shownAgents(agents: Readonly<Record<string, WallAgent>>, room: number): readonly WallAgent[] {
  const byId = (one: WallAgent, other: WallAgent): number => (one.agentId < other.agentId ? -1 : 1);
  const onDuty = Object.values(agents)
    .filter(({ state }) => state !== 'offline')
    .sort(byId);
  if (onDuty.length <= room) return onDuty;
  const rank = ({ state }: WallAgent): number => (troubled.has(state) ? 0 : 1);
  return [...onDuty]
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, room)
    .sort(byId);
}
