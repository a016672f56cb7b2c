// The link to the live store: without it nobody is offered; when it returns, everything is written back first.
import type { LiveImage, LiveStore, Clock, Log, Timers } from './ports.js';
import type { RunQueue } from './run-queue.js';
import type { SiteJournal } from './site-journal.js';

/** What the link needs. */
export interface StoreLinkParts {
  readonly store: LiveStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly runQueue: RunQueue;
  readonly siteJournal: SiteJournal;
  readonly log: Log;
  /** The engine's own working copy. */
  readonly image: () => LiveImage;
  readonly onState: (state: 'up' | 'away') => void;
}

/** The link to the live store. */
export interface StoreLink {
  epoch(): number;
  isUp(): boolean;
  /** What the store holds; nothing where it cannot be read. */
  load(): Promise<LiveImage>;
  /** Takes over: writes the image back under a new epoch, and follows the store from now on. */
  takeOver(): Promise<void>;
  stop(): void;
}

const retryMs = 1_000;

/** A link; the store counts as away until `takeOver`. */
export function createStoreLink(parts: StoreLinkParts): StoreLink {
  const { store, clock, timers, runQueue, siteJournal, log } = parts;
  let epoch = 0;
  let up = false;
  let lostAtMs: number | null = null;
  let writing = false;
  let stopped = false;

  function lost(reason: string): void {
    up = false;
    parts.onState('away');
    if (lostAtMs !== null) return;
    lostAtMs = clock.nowMs();
    siteJournal.note({ type: 'PartLost', part: 'redis', reason });
  }

  /** Ours is at least as new as whatever the store holds: write it back, raise the epoch, go on. */
  async function back(): Promise<void> {
    if (writing || stopped || up) return;
    writing = true;
    try {
      epoch = await store.writeBack(parts.image());
      runQueue.post(resume);
    } catch (error) {
      log.warn({ error: String(error) }, 'the live state could not be written back; trying again');
      timers.at(clock.nowMs() + retryMs, () => void (store.isUp() && back()));
    } finally {
      writing = false;
    }
  }

  function resume(): void {
    if (lostAtMs !== null) {
      siteJournal.note({ type: 'PartBack', part: 'redis', awayMs: clock.nowMs() - lostAtMs });
    }
    lostAtMs = null;
    up = true;
    parts.onState('up');
  }

  return {
    epoch: () => epoch,
    isUp: () => up,
    async load() {
      try {
        return await store.load();
      } catch (error) {
        log.warn({ error: String(error) }, 'the live state could not be read; the journal has it');
        return { contacts: [], agents: [] };
      }
    },
    async takeOver() {
      store.onChange((change) =>
        runQueue.post(() => (change.type === 'lost' ? lost(change.reason) : void back())),
      );
      if (store.isUp()) await back();
      else lost('away at start');
    },
    stop() {
      stopped = true;
    },
  };
}
