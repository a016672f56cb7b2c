// @ts-check
// Tells once when this process should end: by a signal, by Ctrl-C, or because whoever started it is gone.

const WATCH_MS = 200;

/**
 * @param {() => Promise<void>} end called once
 */
export function onEnd(end) {
  let called = false;
  const once = () => {
    if (called) return;
    called = true;
    void end();
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, once);
  // A killed npm tells nobody; its children are handed to another parent.
  const startedBy = process.ppid;
  setInterval(() => {
    if (process.ppid !== startedBy) once();
  }, WATCH_MS).unref();
}
