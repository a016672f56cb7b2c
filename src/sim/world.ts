// A whole site on the virtual clock: the very engine and core, simulated telephony, memory adapters, one seed.
import { createMemoryLiveStore, type MemoryLiveStore } from '../adapters/memory/live-store.js';
import type { AgentId, CallerKey, DeviceId, NodeId } from '../contact/ids.js';
import { maskNumber } from '../contact/masking.js';
import { concerns, isLive, type EventPrompt } from '../contact/event-prompt.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import { createEngine, type Engine, type Recovered } from '../engine/engine.js';
import type { CaseStatus, JournalEntry, LiveStore, Log, Messages, Sites } from '../engine/ports.js';
import { noLastAgents, type LastAgents } from '../engine/last-agents.js';
import { noStandings, type Standings } from '../engine/standings.js';
import type { Site } from '../site/site.js';
import { createSimTelephony, type SimTelephony } from './sim-telephony.js';
import { createVirtualClock, type VirtualClock } from './virtual-clock.js';

/** How a world is made. */
export interface WorldOptions {
  readonly site: Site;
  readonly startMs: number;
  readonly promptMs?: (prompt: PromptRef) => number;
  /** Event prompts as they stand. */
  readonly events?: () => readonly EventPrompt[];
  /** What was set about callers beforehand; nothing. */
  readonly standings?: Standings;
  readonly lastAgents?: LastAgents;
  /** Where cases are looked up; none there, unless told. */
  readonly cases?: CaseStatus;
  /** Where short messages go; taken and lost, unless told. */
  readonly messages?: Messages;
  /** The configuration in force, where it changes; `site` throughout. */
  readonly sites?: Sites;
  /** What stands between an engine and its store, to see and to hurt what passes; nothing. */
  readonly between?: (store: LiveStore) => LiveStore;
}

/** A running world. */
export interface World {
  readonly clock: VirtualClock;
  readonly telephony: SimTelephony;
  readonly store: MemoryLiveStore;
  readonly engine: Engine;
  readonly journal: readonly JournalEntry[];
  /** Errors the engine logged: a sound run has none. */
  readonly faults: readonly string[];
  /** Starts the engine, or another one after `kill`, from what store and journal hold. */
  start(): Promise<void>;
  /** The engine is gone at once, in the middle of whatever it did. */
  kill(): void;
  /** Moves the clock, one wake-up at a time, each one's consequences to their end. */
  runUntil(untilMs: number): Promise<void>;
  signIn(agentId: AgentId, deviceId: DeviceId): void;
}

const node = 'n1' as NodeId;
/** About an ordinary prompt's length; the greeting's is in the prompts' manifest. */
const defaultPromptMs = 4_000;
const emptyRecovery: Recovered = {
  image: { contacts: [], agents: [] },
  lastAtMs: null,
  nextSeq: () => 0,
};

/** A world that stands still at `startMs`. */
export function createWorld({
  site,
  startMs,
  promptMs = () => defaultPromptMs,
  events = () => [],
  standings = noStandings,
  lastAgents = noLastAgents,
  cases = { find: async () => null },
  messages = { send: async () => ({ ok: true }) },
  sites = { current: () => site, ofVersion: () => site },
  between = (store) => store,
}: WorldOptions): World {
  const clock = createVirtualClock(startMs);
  const telephony = createSimTelephony({ clock, node, promptMs });
  const store = createMemoryLiveStore({ clock });
  const journal: JournalEntry[] = [];
  const faults: string[] = [];
  let idsMade = 0;
  let life = { alive: true };
  let engine = newEngine();

  /** An engine that can be killed: from then on nothing of it reaches the world. */
  function newEngine(): Engine {
    const own = { alive: true };
    life = own;
    return createEngine({
      siteName: site.name,
      node,
      serviceVersion: 'sim',
      clock,
      timers: { at: (atMs, wake) => clock.at(atMs, () => own.alive && wake()) },
      ids: { next: nextId },
      telephony: whileAlive(telephony, own),
      store: whileAlive(between(store.sibling()), own),
      journal: { append: (entry) => void (own.alive && journal.push(entry)) },
      callers: {
        remember: (ani, shown) => ({
          callerKey: (shown ? `key-${ani}` : '') as CallerKey,
          callerMasked: maskNumber(shown ? ani : ''),
        }),
        forget: () => undefined,
        hide: () => undefined,
        numberOf: () => undefined,
      },
      standings,
      lastAgents,
      cases,
      messages,
      sites,
      events: {
        forCall: (call) => events().filter((one) => isLive(one, clock.nowMs()) && concerns(one, call)),
      },
      pins: Object.assign(() => 'right' as const, { forgive: () => undefined }),
      log: logTo(faults),
    });
  }

  /** Shaped like the UUIDv7 of the real world, so that nothing can depend on the difference. */
  function nextId(): string {
    idsMade += 1;
    const count = idsMade.toString(16).padStart(12, '0');
    return `00000000-0000-7000-8000-${count}`;
  }

  return {
    clock,
    telephony,
    store,
    journal,
    faults,
    get engine() {
      return engine;
    },
    async start() {
      await engine.start(journal.length === 0 ? emptyRecovery : recover(journal));
      telephony.connect();
      await settle();
    },
    kill() {
      life.alive = false;
      telephony.onEvent(() => undefined);
      engine = newEngine();
    },
    async runUntil(untilMs) {
      await settle();
      while (clock.advance(untilMs)) await settle();
    },
    signIn(agentId, deviceId) {
      engine.actOnAgent(agentId, {
        type: 'SignIn',
        deviceId,
        reachable: engine.isReachable(deviceId),
        by: 'agent',
      });
      engine.actOnAgent(agentId, { type: 'GoReady', by: 'agent' });
    },
  };
}

/** A port that a dead engine calls in vain: nothing is done, and no answer ever comes. */
function whileAlive<Port extends object>(port: Port, life: { readonly alive: boolean }): Port {
  const never = () => new Promise(() => undefined);
  return new Proxy(port, {
    get(target, name) {
      if (!life.alive) return never;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Lets every promise that is not waiting for the clock come to its end. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a spool would give back: the last image of each stream. */
function recover(journal: readonly JournalEntry[]): Recovered {
  const images = new Map<string, JournalEntry>();
  for (const entry of journal) images.set(`${entry.stream} ${entry.id}`, entry);
  const last = [...images.values()];
  const of = (stream: JournalEntry['stream']) =>
    last.flatMap((entry) => (entry.stream === stream && entry.image !== null ? [entry.image] : []));
  return {
    image: { contacts: of('contact') as never, agents: of('agent') as never },
    lastAtMs: journal.at(-1)?.atMs ?? null,
    nextSeq(stream, id) {
      const entry = images.get(`${stream} ${id}`);
      return entry === undefined ? 0 : entry.seq + entry.facts.length;
    },
  };
}

function logTo(faults: string[]): Log {
  return {
    info: () => undefined,
    warn: () => undefined,
    error: (fields, message) => void faults.push(`${message} ${JSON.stringify(fields)}`),
  };
}
