// 小休名额: turns a wish for a break into a place in line while the team's places are taken, and lets the next one go.
import type { Agent, AgentSignal } from '../contact/agent.js';
import { breakLine, hasPlace, heldPlace, whoMayGo } from '../contact/break-places.js';
import type { AgentId } from '../contact/ids.js';
import type { Agents } from './agents.js';
import type { Sites } from './ports.js';
import type { RunQueue } from './run-queue.js';

/** What the desk needs. */
export interface BreakDeskParts {
  readonly sites: Sites;
  readonly runQueue: RunQueue;
  readonly agents: () => Pick<Agents, 'all' | 'step'>;
}

/** The site's breaks. */
export interface BreakDesk {
  /** What an agent's own wish comes to now; every other signal as it is. An order of a supervisor needs no place. */
  signalFor(agentId: AgentId, signal: AgentSignal): AgentSignal;
  /** An agent's state changed: a place may have become free. */
  changed(agent: Agent): void;
  /** Places or teams changed. */
  look(): void;
  /** 1 = next; null when he waits for no break. */
  placeOf(agentId: AgentId): number | null;
}

/** A desk over these agents. */
export function createBreakDesk({ sites, runQueue, agents }: BreakDeskParts): BreakDesk {
  /** Nearly always empty, and then nothing is looked at. */
  const waiting = new Set<AgentId>();
  let wanted = false;

  const teamOf = (agentId: AgentId) => sites.current().agents.get(agentId)?.teamId;

  function membersOf(teamId: string | undefined): readonly Agent[] {
    return agents()
      .all()
      .filter(({ id }) => teamOf(id) === teamId);
  }

  function look(): void {
    if (wanted || waiting.size === 0) return;
    wanted = true;
    runQueue.post(() => {
      wanted = false;
      for (const teamId of new Set([...waiting].map(teamOf))) {
        const places = sites.current().teams.get(teamId ?? '')?.breaks ?? noLimit;
        for (const id of whoMayGo(places, membersOf(teamId))) agents().step(id, { type: 'GrantBreak' });
      }
    });
  }

  return {
    signalFor(agentId, signal) {
      if (signal.type !== 'GoBreak' || signal.order !== undefined) return signal;
      const places = sites.current().teams.get(teamOf(agentId) ?? '')?.breaks;
      if (places === undefined) return signal;
      const held = membersOf(teamOf(agentId)).flatMap((agent) =>
        agent.id === agentId ? [] : (heldPlace(agent) ?? []),
      );
      const { reason, by } = signal;
      return hasPlace(places, held, reason) ? signal : { type: 'WishBreak', reason, by };
    },
    changed({ id, breakWish }) {
      if (breakWish === undefined) waiting.delete(id);
      else waiting.add(id);
      look();
    },
    look,
    placeOf(agentId) {
      if (!waiting.has(agentId)) return null;
      const rank = breakLine(membersOf(teamOf(agentId))).findIndex(({ id }) => id === agentId);
      return rank < 0 ? null : rank + 1;
    },
  };
}

const noLimit = { all: null, byReason: new Map<never, never>() };
