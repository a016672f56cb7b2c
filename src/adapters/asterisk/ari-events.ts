// Receives ARI's events over one websocket: opened again for ever, pinged, and handed over only after a reconcile.

import { WebSocket, type RawData } from 'ws';
import { AppError } from '../../errors.js';
import { reconnectForEver, type BackoffLimits } from './reconnect-loop.js';
import type { AriEvent } from './ari-types.js';

/** What the owner of the events is told. */
export interface AriEventHandlers {
  /**
   * The socket is open and the event filter set. Events are held back until the promise resolves, so that channels and
   * bridges can be listed and merged first; they follow in order. A rejection closes the socket and it starts again.
   */
  onConnected(): Promise<void>;
  /** One event, in Asterisk's order. A newer Asterisk may send a `type` that is not in the union: ignore it. */
  onEvent(event: AriEvent): void;
  /** The socket of the last `onConnected` has ended: events are being lost from here on. */
  onDisconnected(): void;
  /** Another client took the application over. */
  onReplaced(): void;
  /** A failure the client deals with by itself (a failed connection, an unreadable frame): for the log. */
  onTrouble(error: Error): void;
}

/** How one event socket is opened and watched. */
export interface EventSocketOptions extends BackoffLimits {
  /** The websocket's address with its query, but never with a password. */
  readonly url: string;
  readonly authorization: string;
  /** How long the opening may take. */
  readonly deadlineMs: number;
  /** Two pings without any sign of life in between, and the socket is given up. */
  readonly pingEveryMs: number;
  /** Runs before each opening: rejects while Asterisk boots, is frozen or refuses us. */
  readonly awaitReady: () => Promise<unknown>;
  /** Runs after each opening, before `onConnected`: sets the event filter. */
  readonly prepare: () => Promise<unknown>;
}

/** A frame is a page of JSON; more than this is not ARI. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Held back during a reconcile at most: beyond it the socket starts again rather than filling the memory. */
const MAX_HELD_EVENTS = 50_000;

/** How long after an opening Asterisk may still come upon an opening that we had given up before. */
const GHOST_MS = 10_000;

/** Openings that were sent and given up: each may yet take the application from the socket that followed it. */
interface Ghosts {
  count: number;
}

/** Marks the end of a socket; the first error given is the one reported. */
type Fail = (error?: Error) => void;

/**
 * Connects, and reconnects for ever, until `stop` aborts; resolves when it has ended, never rejects. On `onReplaced` the
 * owner must abort `stop`, or the two clients would take the application from each other for ever.
 */
export async function receiveEvents(
  options: EventSocketOptions,
  handlers: AriEventHandlers,
  stop: AbortSignal,
): Promise<void> {
  const ghosts: Ghosts = { count: 0 };
  const session = async (signal: AbortSignal) => {
    try {
      await options.awaitReady(); // a request that Asterisk finds too late does no harm; an opening would
    } catch (error) {
      if (!signal.aborted) handlers.onTrouble(asError(error));
      return false;
    }
    return signal.aborted ? false : runSocket(options, handlers, ghosts, signal);
  };
  await reconnectForEver(session, options, stop);
}

/** One websocket from its opening to its end; resolves with whether it came as far as `onConnected`. */
async function runSocket(
  options: EventSocketOptions,
  handlers: AriEventHandlers,
  ghosts: Ghosts,
  signal: AbortSignal,
): Promise<boolean> {
  const socket = openSocket(options);
  let failure: Error | undefined;
  const fail: Fail = (error) => {
    failure ??= error;
    socket.terminate();
  };
  const abort = () => fail();
  signal.addEventListener('abort', abort, { once: true });

  const opened = opening(socket, options.deadlineMs, ghosts, fail);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const onReplaced = ghostAware(handlers.onReplaced, ghosts, fail);
  const inbox = createInbox({ ...handlers, onReplaced }, signal);
  socket.on('error', (error) => fail(unavailable(error.message)));
  socket.on('unexpected-response', (_request, { statusCode }) => fail(refusedUpgrade(statusCode)));
  socket.on('message', (data) => inbox.receive(data, fail));

  let announced = false;
  if (await opened) {
    const stopPings = watch(socket, options.pingEveryMs, fail);
    announced = await handOver(options, handlers, inbox, fail);
    await closed;
    stopPings();
  }
  signal.removeEventListener('abort', abort);
  if (failure && !signal.aborted) handlers.onTrouble(failure);
  if (announced) handlers.onDisconnected();
  return announced;
}

/** Resolves with whether the socket came to be open; one that is not answered in time is given up, as a ghost. */
async function opening(socket: WebSocket, deadlineMs: number, ghosts: Ghosts, fail: Fail): Promise<boolean> {
  const late = setTimeout(() => {
    ghosts.count += 1;
    fail(new AppError('DEADLINE_EXCEEDED', { part: 'ari-events', deadlineMs }));
  }, deadlineMs);
  const opened = await new Promise<boolean>((resolve) => {
    socket.once('open', () => resolve(true)).once('close', () => resolve(false));
  });
  clearTimeout(late);
  return opened;
}

/**
 * Asterisk, once thawed, still carries out the openings we had given up, and so takes the application from our living
 * socket for a dead one. That is no rival: the socket starts again.
 */
function ghostAware(onReplaced: () => void, ghosts: Ghosts, fail: Fail): () => void {
  const openedAtMs = performance.now();
  return () => {
    const byGhost = ghosts.count > 0 && performance.now() - openedAtMs < GHOST_MS;
    if (!byGhost) return onReplaced();
    ghosts.count -= 1;
    fail(unavailable('an opening given up before took the application'));
  };
}

function openSocket({ url, authorization }: EventSocketOptions): WebSocket {
  return new WebSocket(url, {
    headers: { authorization },
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
}

/** Pings until the returned function is called; fails the socket after two intervals without a sign of life. */
function watch(socket: WebSocket, pingEveryMs: number, fail: Fail): () => void {
  let missed = 0;
  const alive = () => {
    missed = 0;
  };
  socket.on('pong', alive).on('message', alive);
  const timer = setInterval(() => {
    if (missed === 2)
      fail(new AppError('DEADLINE_EXCEEDED', { part: 'ari-events', deadlineMs: 2 * pingEveryMs }));
    else socket.ping();
    missed += 1;
  }, pingEveryMs);
  return () => clearInterval(timer);
}

/** Lets the owner reconcile, then releases what came meanwhile; resolves with whether he was told of the connection. */
async function handOver(
  options: EventSocketOptions,
  handlers: AriEventHandlers,
  inbox: Inbox,
  fail: Fail,
): Promise<boolean> {
  let announced = false;
  try {
    await options.prepare();
    announced = true;
    await handlers.onConnected();
    inbox.release();
  } catch (error) {
    fail(asError(error));
  }
  return announced;
}

interface Inbox {
  receive(data: RawData, fail: Fail): void;
  /** Delivers what was held back, and from now on at once. */
  release(): void;
}

/** Holds events back until released; once `signal` has aborted nothing is delivered any more. */
function createInbox(handlers: AriEventHandlers, signal: AbortSignal): Inbox {
  const held: AriEvent[] = [];
  let released = false;

  function deliver(event: AriEvent): void {
    if (signal.aborted) return;
    try {
      handlers.onEvent(event);
    } catch (error) {
      handlers.onTrouble(asError(error)); // one event that cannot be dealt with must not end the service
    }
  }

  return {
    receive(data, fail) {
      const event = parseEvent(data);
      if (signal.aborted) return;
      if (event === undefined) handlers.onTrouble(unavailable('unreadable event'));
      else if (event.type === 'ApplicationReplaced') handlers.onReplaced();
      else if (released) deliver(event);
      else if (held.push(event) > MAX_HELD_EVENTS) fail(unavailable('too many events during the reconcile'));
    },
    release() {
      released = true;
      held.splice(0).forEach(deliver);
    },
  };
}

/** Asterisk's frame as an event, or `undefined` where it is none: never a reason to end anything. */
function parseEvent(data: RawData): AriEvent | undefined {
  try {
    const value = JSON.parse(String(data)) as AriEvent | null;
    return typeof value?.type === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** 404 and then 503 are a booting Asterisk; 401 a wrong user or password, 403 a user who may not. */
function refusedUpgrade(status = 0): AppError {
  return new AppError(status === 404 || status === 503 ? 'ARI_UNAVAILABLE' : 'ARI_REFUSED', {
    status,
    method: 'GET',
    path: 'events',
  });
}

function unavailable(reason: string): AppError {
  return new AppError('ARI_UNAVAILABLE', { path: 'events', reason });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
