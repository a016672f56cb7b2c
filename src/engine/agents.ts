// The agents' mailboxes: one state per agent, stepped by signals, journaled, saved and offered for matching.
import {
  isOfferable,
  type Agent,
  type AgentRefusal,
  type AgentSignal,
  type AgentTimer,
} from '../contact/agent.js';
import { agentStep, newAgent } from '../contact/agent-life.js';
import type { AgentId, ContactId, DeviceId, NodeId, OfferId } from '../contact/ids.js';
import { createAlarmClock, type AlarmClock } from './alarm-clock.js';
import type { Clock, Journal, JournalEntry, LiveStore, Sites, Timers } from './ports.js';
import type { RunQueue } from './run-queue.js';

/** What the agents' mailboxes need. */
export interface AgentsParts {
  readonly node: NodeId;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly store: LiveStore;
  readonly sites: Sites;
  readonly runQueue: RunQueue;
  readonly epoch: () => number;
  /** An agent's state changed: the matcher's model follows. */
  readonly onChanged: (agent: Agent) => void;
  /** An agent's state outlived its belief. */
  readonly onVerify: (agent: Agent) => void;
  /** An offer's lease ran out with the agent: its contact must not go on with it. */
  readonly onLapsed: (contactId: ContactId, offerId: OfferId) => void;
}

/** All agents of the site. */
export interface Agents {
  get(id: AgentId): Agent | undefined;
  all(): readonly Agent[];
  /** The agent signed in at this device. */
  at(deviceId: DeviceId): Agent | undefined;
  /** Decides at once; call it from the run queue only. */
  step(id: AgentId, signal: AgentSignal): AgentRefusal | undefined;
  /** Puts a state in place, as recovered; its deadlines wait for `resume`. */
  restore(agent: Agent): void;
  /** Arms what was restored: now it is known what Asterisk has. */
  resume(): void;
  stop(): void;
}

/** Agents of the site's files, offline until a recovered state or a sign-in says otherwise. */
export function createAgents(parts: AgentsParts): Agents {
  const { clock, journal, store, sites, runQueue } = parts;
  const actors = new Map<AgentId, { agent: Agent; alarm: AlarmClock<AgentTimer> }>();
  let resumed = false;

  function actorOf(id: AgentId) {
    const known = actors.get(id);
    if (known !== undefined) return known;
    const alarm = createAlarmClock<AgentTimer>(parts.timers, (timer) =>
      runQueue.post(() => step(id, { type: 'TimerFired', timer })),
    );
    const actor = { agent: newAgent(id, clock.nowMs()), alarm };
    actors.set(id, actor);
    return actor;
  }

  function put(agent: Agent): void {
    const actor = actorOf(agent.id);
    actor.agent = agent;
    if (resumed) actor.alarm.follow(agent.deadlines);
    parts.onChanged(agent);
  }

  function step(id: AgentId, signal: AgentSignal): AgentRefusal | undefined {
    const before = actorOf(id).agent;
    const nowMs = clock.nowMs();
    const { agent, facts, refused, verify, lapsed } = agentStep(
      before,
      signal,
      nowMs,
      sites.current().agentPolicy,
    );
    if (agent !== before) {
      if (facts.length > 0) journal.append(entryOf(before, agent, facts, nowMs));
      if (before.activity.is === 'ringing' && agent.activity.is !== 'ringing') {
        store.releaseOffer(before.activity.offerId, id);
      }
      store.saveAgent(agent, isOfferable(agent));
      put(agent);
    }
    if (verify) parts.onVerify(agent);
    if (lapsed !== undefined) parts.onLapsed(lapsed.contactId, lapsed.offerId);
    return refused;
  }

  function entryOf(before: Agent, agent: Agent, facts: JournalEntry['facts'], atMs: number): JournalEntry {
    return {
      stream: 'agent',
      id: agent.id,
      seq: before.version,
      atMs,
      node: parts.node,
      epoch: parts.epoch(),
      facts,
      image: agent,
    };
  }

  return {
    get: (id) => actors.get(id)?.agent,
    all: () => [...actors.values()].map((actor) => actor.agent),
    at: (deviceId) => [...actors.values()].find(({ agent }) => agent.deviceId === deviceId)?.agent,
    step,
    restore: put,
    resume() {
      resumed = true;
      for (const { alarm, agent } of actors.values()) alarm.follow(agent.deadlines);
    },
    stop() {
      for (const { alarm } of actors.values()) alarm.stop();
    },
  };
}
