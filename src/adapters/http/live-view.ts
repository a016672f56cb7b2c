// One live view: its image, the frames of its last minute, and those who watch it. What one sees, all see.
import { differenceOf, imageOf, imageText, type LiveData, type LiveImage } from './live-image.js';

/** Where a watcher stopped: the last frame it had. */
export interface Position {
  /** The view's name, or its topic alone. */
  readonly view: string;
  readonly stream: string;
  readonly seq: number;
}

/** Whoever is sent the frames, as JSON texts. */
export interface Watcher {
  send(text: string): void;
  /** The view cannot be shown. */
  cut(): void;
}

/** What a view is made of. */
export interface LiveViewParts {
  /** Topic and role, e.g. `wall:supervisor`; a person's own view has the 工号 behind. */
  readonly name: string;
  /** Names this life of the view: `seq` counts within it. */
  readonly stream: string;
  readonly nowMs: () => number;
  /** What is to be seen now. */
  readonly compute: () => LiveData;
}

/** A view and those who watch it. */
export interface LiveView {
  /** Sends what was missed since `resume`, else the whole image; from then on every frame. @throws what `compute` throws */
  join(watcher: Watcher, resume?: Position): void;
  leave(watcher: Watcher): void;
  /** Computes the image, if anybody watches, and sends what changed. @throws what `compute` throws */
  look(): void;
  /** A sign of life. */
  beat(): void;
  watchers(): readonly Watcher[];
  /** Nobody has watched for so long that no resume can come. */
  isOver(): boolean;
}

/** Frames are kept for a resume this long, and at most so many. */
const keptMs = 60_000;
const keptFrames = 10_000;

interface Frame {
  readonly seq: number;
  readonly atMs: number;
  readonly text: string;
}

/** A view that nobody watches yet. */
export function createLiveView({ name, stream, nowMs, compute }: LiveViewParts): LiveView {
  const watchers = new Set<Watcher>();
  let frames: readonly Frame[] = [];
  let image: LiveImage | undefined;
  let seq = 0;
  let leftAtMs = nowMs();

  function frameText(is: 'snapshot' | 'delta' | 'beat', atMs: number, data?: LiveImage): string {
    const head = JSON.stringify({ is, view: name, stream, seq, atMs });
    return data === undefined ? head : `${head.slice(0, -1)},"data":${imageText(data)}}`;
  }

  function refresh(): LiveImage {
    const now = imageOf(compute());
    const change = image && differenceOf(image, now);
    image = now;
    if (change === undefined) return now;
    seq += 1;
    const atMs = nowMs();
    const frame = { seq, atMs, text: frameText('delta', atMs, change) };
    frames = [...frames.filter((kept) => kept.atMs > atMs - keptMs), frame].slice(-keptFrames);
    for (const watcher of watchers) watcher.send(frame.text);
    return now;
  }

  /** The frames after a position, or undefined where they are no longer, or never were, ours. */
  function missedSince(position: Position | undefined): readonly Frame[] | undefined {
    if (position === undefined || position.stream !== stream || position.seq > seq) return undefined;
    if (position.view !== name && position.view !== name.split(':')[0]) return undefined;
    const missed = frames.filter((frame) => frame.seq > position.seq && frame.atMs > nowMs() - keptMs);
    return missed.length === seq - position.seq ? missed : undefined;
  }

  return {
    join(watcher, resume) {
      const now = image === undefined || watchers.size === 0 ? refresh() : image;
      watchers.add(watcher);
      const missed = missedSince(resume);
      if (missed === undefined) watcher.send(frameText('snapshot', nowMs(), now));
      // Nothing missed: a sign of life tells that all is as it was.
      else if (missed.length === 0) watcher.send(frameText('beat', nowMs()));
      else for (const { text } of missed) watcher.send(text);
    },
    leave(watcher) {
      if (watchers.delete(watcher)) leftAtMs = nowMs();
    },
    look() {
      if (watchers.size > 0) refresh();
    },
    beat() {
      for (const watcher of watchers) watcher.send(frameText('beat', nowMs()));
    },
    watchers: () => [...watchers],
    isOver: () => watchers.size === 0 && nowMs() - leftAtMs > keptMs,
  };
}
