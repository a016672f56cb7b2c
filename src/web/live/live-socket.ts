// Keeps one watched view up to date over /ws: connects, resumes, notices silence, tries again with jittered pauses.
import type { ErrorFrame, LiveFrame, ViewName } from './live-frame.js';
import { applyFrame, type LiveState } from './live-state.js';
import { retryPauseMs } from './retry-pause.js';

/** Beats come every 5 s; this long without any frame the connection is dead, whatever the browser believes. */
const silenceMs = 12_000;
const lookEveryMs = 1_000;

/** What the socket tells its owner. */
export interface LiveListener {
  changed(state: LiveState): void;
  /** True while frames come, false from the moment they are missed. */
  fresh(isFresh: boolean): void;
  /** The service refuses: nobody is logged in, the wrong role, a dead kiosk token. */
  refused(error: ErrorFrame): void;
}

/** Watches a view until the result is called. */
export function watchLive(view: ViewName, address: string, listener: LiveListener): () => void {
  let state: LiveState | undefined;
  let socket: WebSocket | undefined;
  let attempt = 0;
  /** Only a snapshot helps: what comes before it is for a state that is not ours. */
  let needsSnapshot = true;
  let heardAtMs = performance.now();
  let retry: ReturnType<typeof setTimeout> | undefined;

  function ask(resume: boolean): void {
    const position = state && { view: state.view, stream: state.stream, seq: state.seq };
    needsSnapshot = !resume || position === undefined;
    socket?.send(JSON.stringify({ watch: view, ...(!needsSnapshot && { resume: position }) }));
  }

  function onFrame(frame: LiveFrame | ErrorFrame): void {
    heardAtMs = performance.now();
    if (frame.is === 'error') {
      listener.refused(frame);
      return;
    }
    attempt = 0;
    if (needsSnapshot && frame.is !== 'snapshot') return;
    const next = applyFrame(state, frame);
    if (next === undefined) {
      ask(false);
      return;
    }
    state = next;
    needsSnapshot = false;
    listener.changed(next);
    listener.fresh(true);
  }

  function connect(): void {
    heardAtMs = performance.now();
    const opened = new WebSocket(address);
    socket = opened;
    opened.addEventListener('open', () => ask(true));
    opened.addEventListener('message', ({ data }: MessageEvent<string>) =>
      onFrame(JSON.parse(data) as LiveFrame | ErrorFrame),
    );
    opened.addEventListener('close', () => {
      if (socket === opened) again();
    });
  }

  function again(): void {
    socket = undefined;
    listener.fresh(false);
    clearTimeout(retry);
    retry = setTimeout(connect, retryPauseMs(attempt, Math.random()));
    attempt += 1;
  }

  const watch = setInterval(() => {
    if (socket === undefined || performance.now() - heardAtMs < silenceMs) return;
    const silent = socket;
    again();
    silent.close();
  }, lookEveryMs);
  connect();

  return () => {
    clearInterval(watch);
    clearTimeout(retry);
    const last = socket;
    socket = undefined;
    last?.close();
  };
}
