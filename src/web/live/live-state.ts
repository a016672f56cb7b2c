// The watched view as it stands: a pure fold over the frames of /ws.
import type { LiveData, LiveFrame } from './live-frame.js';

/** A view up to frame `seq` of `stream`. */
export interface LiveState {
  readonly view: string;
  readonly stream: string;
  readonly seq: number;
  /** The service's clock at the last frame. */
  readonly atMs: number;
  readonly data: LiveData;
}

/** The next state; `undefined` = frames were missed, a snapshot is needed. */
export function applyFrame(state: LiveState | undefined, frame: LiveFrame): LiveState | undefined {
  const { view, stream, seq, atMs } = frame;
  if (frame.is === 'snapshot') return { view, stream, seq, atMs, data: withoutNulls(frame.data) };
  if (state === undefined || state.view !== view || state.stream !== stream) return undefined;
  if (seq <= state.seq) return { ...state, atMs: Math.max(atMs, state.atMs) };
  if (frame.is === 'beat' || seq !== state.seq + 1) return undefined;
  return { view, stream, seq, atMs, data: changed(state.data, frame.data) };
}

function withoutNulls(data: LiveData): LiveData {
  return changed({}, data);
}

/** Untouched sections stay the same objects, so that what hangs on them is not drawn anew. */
function changed(data: LiveData, delta: LiveData): LiveData {
  const next: Record<string, Readonly<Record<string, unknown>>> = { ...data };
  for (const [section, changes] of Object.entries(delta)) {
    const kept = Object.entries({ ...next[section], ...changes }).filter(([, value]) => value !== null);
    next[section] = Object.fromEntries(kept);
  }
  return next;
}
