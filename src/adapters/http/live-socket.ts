// The websocket /ws: who is let in, what he may say, and when he is cut off. Nothing a client sends can do more than that.
import { fastifyWebsocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { errorCatalogue, type ErrorCode } from '../../errors.js';
import { mayWatch, userOf, type Topic } from './access.js';
import { languageOf, refuse, refuseBytes } from './error-reply.js';
import { proofsNow, userIn, type Api, type HttpParts } from './http-parts.js';
import { isKioskToken } from './kiosk-token.js';
import { askBytes, readAsk } from './live-ask.js';
import type { LiveFeed, ViewSource } from './live-feed.js';
import type { Viewer } from './live-topics.js';
import type { Watcher } from './live-view.js';

/** Sockets at one time; ASSUMED far above the seats and screens of any site. */
const mostSockets = 1_000;
/** Whoever has so much unread is too slow: he may come back and resume. */
const backlogBytes = 1_048_576;
/** A socket that asks for nothing is closed. */
const askWithinMs = 10_000;
/** Asks of one socket in a minute: a page asks once, and again where it missed a frame. */
const asksPerMinute = 30;
/** Each socket is looked after so often: is it alive, is its user still logged in? */
const lookAfterMs = 5_000;
/** Without an answer to a ping for so long it is dead. */
const silentMs = 30_000;
/** A closing socket that does not finish is ended. */
const closingMs = 5_000;

const closeCode = { refused: 1008, fault: 1011, later: 1013, goingAway: 1001 } as const;

/** What the socket stands on. */
export interface LiveSocketParts extends HttpParts {
  readonly feed: LiveFeed;
  readonly sourceOf: (topic: Topic, viewer: Viewer) => ViewSource;
}

/** Lets the server speak websocket: before any route is added. */
export async function addWebsockets(api: Api, { log }: HttpParts): Promise<void> {
  await api.register(fastifyWebsocket, {
    options: { maxPayload: askBytes, clientTracking: true, perMessageDeflate: false },
    // Broken frames and resets: the socket is over, and nobody need do anything.
    errorHandler(error, socket) {
      log.info({ error: error.message }, 'a websocket broke off');
      socket.terminate();
    },
    async preClose() {
      const { clients } = api.websocketServer;
      for (const socket of clients) close(socket, closeCode.goingAway, 500);
      api.websocketServer.close();
    },
  });
  // A handshake that is none.
  api.websocketServer.on('wsClientError', refuseBytes);
}

/** Adds `/ws`. */
export function addLiveSocket(api: Api, parts: LiveSocketParts): void {
  api.route({
    method: 'GET',
    url: '/ws',
    schema: { hide: true },
    handler: (request, reply) => refuse(request, reply, 'UPGRADE_NEEDED'),
    wsHandler: (socket, request) => attend(socket, request, parts),
  });
}

/** One socket, from its opening to its end. */
function attend(socket: WebSocket, request: FastifyRequest, parts: LiveSocketParts): void {
  const { sites, feed, log, sourceOf, sessions, sessionKeyOf } = parts;
  const sessionUser = request.session.user;
  const { sessionId } = request.session;
  const { clients } = request.server.websocketServer;
  const viewer = viewerOf(request, parts);
  let topic: Topic | undefined;
  let leave: (() => void) | undefined;
  let asks: readonly number[] = [];
  let heardAtMs = performance.now();

  const watcher: Watcher = {
    send(text) {
      if (socket.bufferedAmount > backlogBytes) end(closeCode.later);
      else socket.send(text);
    },
    cut: () => fail('INTERNAL_FAULT', closeCode.fault),
  };
  const asking = setTimeout(() => fail('REQUEST_INVALID'), askWithinMs).unref();
  const lookingAfter = setInterval(() => void lookAfter(), lookAfterMs).unref();
  socket.on('message', (data, isBinary) => take(isBinary ? '' : data.toString()));
  socket.on('pong', () => void (heardAtMs = performance.now()));
  socket.on('close', release);
  if (clients.size > mostSockets) return end(closeCode.later);
  if (typeof viewer === 'string') return fail(viewer);

  function release(): void {
    clearTimeout(asking);
    clearInterval(lookingAfter);
    leave?.();
    leave = undefined;
  }

  function end(code: number): void {
    release();
    close(socket, code, closingMs);
  }

  function fail(code: ErrorCode, closeWith: number = closeCode.refused): void {
    const message = errorCatalogue[code][languageOf(request.headers['accept-language'])];
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ is: 'error', code, message }));
    end(closeWith);
  }

  function take(text: string): void {
    if (socket.readyState !== socket.OPEN || typeof viewer === 'string') return;
    const nowMs = performance.now();
    asks = [...asks.filter((atMs) => atMs > nowMs - 60_000), nowMs];
    if (asks.length > asksPerMinute) return fail('RATE_LIMITED');
    const ask = readAsk(text);
    // One view a socket: the same one may be asked for again, by whoever missed a frame of it.
    if (ask === undefined || (topic ?? ask.watch) !== ask.watch) return fail('REQUEST_INVALID');
    if (!mayWatch(ask.watch, viewer.role)) return fail('FORBIDDEN');
    topic = ask.watch;
    clearTimeout(asking);
    leave?.();
    try {
      leave = feed.watch(sourceOf(topic, viewer), watcher, ask.resume);
    } catch (error) {
      log.error({ topic, error: String(error) }, 'a live view cannot be opened');
      watcher.cut();
    }
  }

  async function lookAfter(): Promise<void> {
    if (performance.now() - heardAtMs > silentMs) return socket.terminate();
    socket.ping();
    if (typeof viewer === 'string' || viewer.role === 'kiosk') return;
    const isOut = await sessions.get(sessionKeyOf(sessionId)).then(
      (kept) => kept === null,
      // While Redis is away nobody can log out.
      () => false,
    );
    if (socket.readyState !== socket.OPEN) return;
    if (isOut || userOf(sessionUser, sites.current(), proofsNow(parts))?.role !== viewer.role)
      fail('LOGIN_NEEDED');
  }
}

/** Who watches: a token in the address goes before a session, for it may do less. */
function viewerOf(request: FastifyRequest, parts: HttpParts): Viewer | ErrorCode {
  const { kiosk } = request.query as Readonly<Record<string, unknown>>;
  if (kiosk === undefined) return userIn(request, parts) ?? 'LOGIN_NEEDED';
  if (typeof kiosk !== 'string' || !isKioskToken(kiosk, parts.kioskToken)) return 'KIOSK_TOKEN_WRONG';
  return { role: 'kiosk', agentId: null };
}

/** Says good-bye; a peer that does not answer is not waited for. */
function close(socket: WebSocket, code: number, withinMs: number): void {
  socket.close(code);
  const late = setTimeout(() => socket.terminate(), withinMs).unref();
  socket.once('close', () => clearTimeout(late));
}
