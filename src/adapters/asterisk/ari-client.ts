// The client of Asterisk's ARI: requests with deadlines, events that survive any outage, and a probe that notices a sick node.

import { AppError } from '../../errors.js';
import { receiveEvents, type AriEventHandlers } from './ari-events.js';
import {
  basicAuthorization,
  createAriRest,
  isGone,
  type AriRequest,
  type AriRestOptions,
} from './ari-rest.js';
import { createAriVerbs, type AriVerbs } from './ari-verbs.js';
import type { BackoffLimits } from './reconnect-loop.js';

/** Where ARI is, as which application, and how patient the client is; the times have the values of operation by default. */
export interface AriClientOptions extends AriRestOptions, Partial<BackoffLimits> {
  readonly app: string;
  /** Event types Asterisk shall not send: more than half of all, and of no use here. */
  readonly disallowedEvents?: readonly string[];
  /** 5,000 by default. */
  readonly pingEveryMs?: number;
  /** 5,000 by default. */
  readonly probeEveryMs?: number;
}

/** What the owner of the client is told. After `onReplaced` nothing more, until he calls `connect` again. */
export interface AriHandlers extends AriEventHandlers {
  /** Three probes in a row have failed: Asterisk does not do its work, whatever the socket says. */
  onSick(error: Error): void;
  /** The first good probe after `onSick`. */
  onWell(): void;
}

/** The client. Requests work before `connect` and whether the event socket is up or not. */
export interface AriClient extends AriVerbs {
  readonly request: AriRequest;
  /** Opens the event socket and keeps it open; once more after `onReplaced`, to take the application back. */
  connect(handlers: AriHandlers): void;
  /** Ends requests, socket, timers; resolves when nothing is left. Nothing is delivered any more. */
  close(): Promise<void>;
}

const DEFAULTS = {
  deadlineMs: 2_000,
  backoffMinMs: 100,
  backoffMaxMs: 5_000,
  pingEveryMs: 5_000,
  probeEveryMs: 5_000,
  disallowedEvents: ['ChannelVarset', 'ChannelDialplan'],
};

const MISSES_UNTIL_SICK = 3;

/** Makes a client; opens no connection yet. */
export function createAriClient(given: AriClientOptions): AriClient {
  const options = { ...DEFAULTS, ...given };
  const rest = createAriRest(options);
  let session: { readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;
  let replaced = false;

  const request: AriRequest = async (method, path, sent) => {
    // Two engines must never act on one call: who lost the application may look, no more.
    if (replaced && method !== 'GET')
      throw new AppError('ARI_UNAVAILABLE', { method, path, reason: 'replaced' });
    return rest.request(method, path, sent);
  };
  const verbs = createAriVerbs(request, options.app);

  const eventOptions = {
    ...options,
    url: `${options.baseUrl.replace(/^http/, 'ws')}/events?app=${encodeURIComponent(options.app)}`,
    authorization: basicAuthorization(options.user, options.password),
    awaitReady: () => verbs.asterisk.ping(),
    prepare: () => verbs.application.setEventFilter(options.disallowedEvents),
  };

  function connect(handlers: AriHandlers): void {
    if (session && !session.stop.signal.aborted) throw new Error('connect() was called already');
    replaced = false;
    const stop = new AbortController();
    const onReplaced = () => {
      replaced = true;
      stop.abort();
      handlers.onReplaced();
    };
    const ended = receiveEvents(eventOptions, { ...handlers, onReplaced }, stop.signal);
    watchHealth(() => verbs.application.get(), options.probeEveryMs, handlers, stop.signal);
    session = { stop, ended };
  }

  return {
    ...verbs,
    request,
    connect,
    async close() {
      session?.stop.abort();
      await rest.close();
      await session?.ended;
    },
  };
}

/** Probes with a real request until `signal` aborts, and tells when the node turns sick, and when well again. */
function watchHealth(
  probe: () => Promise<unknown>,
  probeEveryMs: number,
  handlers: Pick<AriHandlers, 'onSick' | 'onWell'>,
  signal: AbortSignal,
): void {
  let misses = 0;

  function missed(error: Error): void {
    misses += 1;
    if (misses === MISSES_UNTIL_SICK) handlers.onSick(error);
  }
  function answered(): void {
    if (misses >= MISSES_UNTIL_SICK) handlers.onWell();
    misses = 0;
  }
  const timer = setInterval(() => {
    probe().then(
      () => signal.aborted || answered(),
      // Until the socket is open a new Asterisk does not know the application: its 404 is an answer.
      (error: Error) => signal.aborted || (isGone(error) ? answered() : missed(error)),
    );
  }, probeEveryMs);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
