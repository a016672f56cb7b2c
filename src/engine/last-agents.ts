// Which agent each caller talked with last: for queues that send him there again. By the callers' keys alone.
import type { AgentId, CallerKey } from '../contact/ids.js';
import type { Clock, Log, Timers } from './ports.js';

/** A talk as the records tell of it. */
export interface LastTalk {
  readonly callerKey: CallerKey;
  readonly agentId: AgentId;
  readonly atMs: number;
}

/** Where former talks are found. @throws DATABASE_UNAVAILABLE */
export type ReadLastTalks = (sinceMs: number) => Promise<readonly LastTalk[]>;

/** Asked at every arrival, so it answers at once. A caller without a number is nobody. */
export interface LastAgents {
  /** His last talk, if it is still remembered. */
  of(callerKey: CallerKey): Pick<LastTalk, 'agentId' | 'atMs'> | undefined;
  talked(talk: LastTalk): void;
  /** 保密: he is nobody from now on. */
  forget(callerKey: CallerKey): void;
}

/** Nobody is remembered. */
export const noLastAgents: LastAgents = {
  of: () => undefined,
  talked: () => undefined,
  forget: () => undefined,
};

export interface LastAgentsParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly read: ReadLastTalks;
  /** For how long a talk is remembered; 0 = no queue asks for it. */
  readonly keptMs: () => number;
}

/** How often it is seen whether there is more to read, and what is over is dropped. */
const everyMs = 60_000;

/**
 * Reads the talks of before once any queue asks for them, and again when one asks for older ones; keeps trying while the
 * database is away. What is heard meanwhile goes before what is read.
 */
export function keepLastAgents(parts: LastAgentsParts): LastAgents & { stop(): void } {
  const { clock, timers, log } = parts;
  const talks = new Map<CallerKey, LastTalk>();
  /** Sealed while a reading may still bring them back. */
  const forgotten = new Set<CallerKey>();
  let readMs = 0;
  let stopped = false;
  let cancel: () => void = () => undefined;

  function talked(talk: LastTalk): void {
    const { callerKey, atMs } = talk;
    if (callerKey === '' || parts.keptMs() === 0) return;
    if (atMs >= (talks.get(callerKey)?.atMs ?? 0)) talks.set(callerKey, talk);
  }

  async function readMore(): Promise<void> {
    const keptMs = parts.keptMs();
    const sinceMs = clock.nowMs() - keptMs;
    for (const [key, { atMs }] of talks) if (atMs < sinceMs) talks.delete(key);
    if (keptMs <= readMs) return;
    try {
      const rows = await parts.read(sinceMs);
      for (const row of rows) if (!forgotten.has(row.callerKey)) talked(row);
      readMs = keptMs;
      forgotten.clear();
    } catch (error) {
      log.warn({ error: String(error) }, 'the last agents of callers cannot be read yet');
    }
  }

  function goOn(): void {
    void readMore().then(() => {
      if (!stopped) cancel = timers.at(clock.nowMs() + everyMs, goOn);
    });
  }

  goOn();
  return {
    of: (callerKey) => talks.get(callerKey),
    talked,
    forget(callerKey) {
      talks.delete(callerKey);
      if (readMs < parts.keptMs()) forgotten.add(callerKey);
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
