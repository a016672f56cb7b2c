// All live views: opens one for its first watcher, looks at each a few times a second, drops it a minute after the last one.
import { randomUUID } from 'node:crypto';
import type { Log } from '../../engine/ports.js';
import type { LiveData } from './live-image.js';
import { createLiveView, type LiveView, type Position, type Watcher } from './live-view.js';

/** A view that can be opened. */
export interface ViewSource {
  readonly name: string;
  /** Begins whatever the view needs; the result computes what is to be seen. */
  readonly open: () => () => LiveData;
}

/** The views that are open. */
export interface LiveFeed {
  /** Watches until the result is called. @throws what computing the view throws */
  watch(source: ViewSource, watcher: Watcher, resume?: Position): () => void;
  watchers(): number;
  close(): void;
}

/** Changes are gathered this long: the last value wins. */
const lookEveryMs = 200;
const beatEveryMs = 5_000;

/** A feed of no views yet. */
export function createLiveFeed({
  nowMs,
  log,
}: {
  readonly nowMs: () => number;
  readonly log: Log;
}): LiveFeed {
  const views = new Map<string, LiveView>();
  const timers = [setInterval(lookAtAll, lookEveryMs).unref(), setInterval(beatAll, beatEveryMs).unref()];

  function lookAtAll(): void {
    for (const [name, view] of views) {
      if (view.isOver()) views.delete(name);
      else look(name, view);
    }
  }

  /** A view that cannot be computed ends; whoever watched it tries again later. */
  function look(name: string, view: LiveView): void {
    try {
      view.look();
    } catch (error) {
      views.delete(name);
      log.error({ view: name, error: String(error) }, 'a live view failed');
      for (const watcher of view.watchers()) watcher.cut();
    }
  }

  function beatAll(): void {
    for (const view of views.values()) view.beat();
  }

  function opened({ name, open }: ViewSource): LiveView {
    const known = views.get(name);
    if (known !== undefined && !known.isOver()) return known;
    const view = createLiveView({ name, stream: randomUUID(), nowMs, compute: open() });
    views.set(name, view);
    return view;
  }

  return {
    watch(source, watcher, resume) {
      const view = opened(source);
      view.join(watcher, resume);
      return () => view.leave(watcher);
    },
    watchers: () => [...views.values()].reduce((sum, view) => sum + view.watchers().length, 0),
    close() {
      for (const timer of timers) clearInterval(timer);
      views.clear();
    },
  };
}
