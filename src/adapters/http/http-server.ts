// The HTTP server: sessions, guards and routes put together. Everything it refuses, it refuses in one form.
import { fastifyCookie } from '@fastify/cookie';
import { fastifyHelmet } from '@fastify/helmet';
import { fastifyRateLimit } from '@fastify/rate-limit';
import { fastifySession } from '@fastify/session';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError } from '../../errors.js';
import { isRouteName, mayCall, mayCallPending, type RouteName } from './access.js';
import { addAccountRoutes } from './account-routes.js';
import { addAdminRoutes } from './admin-routes.js';
import { addAgentRoutes } from './agent-routes.js';
import { addAuditRoutes } from './audit-routes.js';
import { createBroadcastBoard } from './broadcast-board.js';
import { addBroadcastRoutes } from './broadcast-routes.js';
import { addCardRoutes } from './card-routes.js';
import { addCaseRoutes } from './case-routes.js';
import { addContactRoutes } from './contact-routes.js';
import { addDraftFlowRoutes } from './draft-flow-routes.js';
import { addFlowRoutes } from './flow-routes.js';
import { createErrorHandler, refuse, refuseBytes } from './error-reply.js';
import { addEventPromptRoutes } from './event-prompt-routes.js';
import { addGatewayRoutes } from './gateway-routes.js';
import { addHandoverRoutes } from './handover-routes.js';
import { addHealthRoutes } from './health-routes.js';
import { sessionIn, type Api, type HttpParts } from './http-parts.js';
import { addImportRoutes } from './import-routes.js';
import { createReadLane } from './kept-reading.js';
import { createLiveFeed } from './live-feed.js';
import { addLiveRoutes } from './live-routes.js';
import { addLiveSocket, addWebsockets } from './live-socket.js';
import { createLiveTopics } from './live-topics.js';
import { addMessageRoutes } from './message-routes.js';
import { addMetricsRoute } from './metrics-route.js';
import { createApiDescription } from './open-api.js';
import { addOwnCredentials } from './own-credentials.js';
import { addPageRoutes, showMissingPage } from './page-routes.js';
import { addReportRoutes } from './report-routes.js';
import { addRoutingRoutes } from './routing-routes.js';
import { addSampleRoutes } from './sample-routes.js';
import { addPublishRoutes } from './publish-routes.js';
import { addPromptRoutes } from './prompt-routes.js';
import { createHeardRecordings } from './heard-recordings.js';
import { addRecordingRoutes } from './recording-routes.js';
import { addSearchRoutes } from './search-routes.js';
import { addSessionRoutes } from './session-routes.js';
import { RedisSessionStore } from './session-store.js';
import { addOpeningRoutes } from './opening-routes.js';
import { addLimitRoutes } from './limit-routes.js';
import { addConsultRoutes } from './consult-routes.js';
import { addTargetRoutes } from './target-routes.js';
import { addDutyRoutes } from './duty-routes.js';
import { addCallOutRoutes } from './call-out-routes.js';
import { addScopeRoutes } from './scope-routes.js';
import { addSealRoutes } from './seal-routes.js';
import { addNumberRoutes } from './number-routes.js';
import { addSiteRoutes } from './site-routes.js';
import { addSkillRoutes } from './skill-routes.js';
import { addSupervisionRoutes } from './supervision-routes.js';
import { addTalkRoutes } from './talk-routes.js';
import { addUnreachedRoutes } from './unreached-routes.js';
import { addWishRoutes } from './wish-routes.js';
import { UpgradeOffer } from './upgrade-offer.js';

/** The name of the session's cookie. */
export const sessionCookie = 'yihao';
/** A session unused for so long has ended: a shift and a little more; ASSUMED. */
const sessionIdleMs = 12 * 3_600_000;
const bodyLimitBytes = 16_384;
const requestMs = 15_000;
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A server that is ready to listen; `close` ends it within a few seconds. */
export async function createHttpServer(parts: HttpParts): Promise<Api> {
  const onError = createErrorHandler(parts.log);
  const server: Api = fastify({
    logger: false,
    http: { IncomingMessage: UpgradeOffer },
    // TLS stands in front on this machine: its word for who asks is taken, nobody else's.
    trustProxy: 'loopback',
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestMs,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: false } },
    clientErrorHandler: refuseBytes,
    frameworkErrors: (error, request, reply) => void onError(error, request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>();
  server.setErrorHandler(onError);
  server.setNotFoundHandler(async (request, reply) =>
    (await showMissingPage(request, reply, parts.pagesDir)) ? reply : refuse(request, reply, 'NOT_FOUND'),
  );

  const description = createApiDescription();
  server.addHook('onRoute', (route) => {
    for (const method of [route.method].flat())
      if (!isRouteName(`${method} ${route.url}`))
        throw new Error(`no row in the table of access: ${method} ${route.url}`);
    description.add(route);
  });
  const feed = createLiveFeed(parts);
  server.addHook('onClose', async () => feed.close());
  await addWebsockets(server, parts);
  await addGuards(server, parts);
  addHealthRoutes(server, parts);
  addMetricsRoute(server, parts, feed);
  await addPageRoutes(server, parts);
  await addGatewayRoutes(server, parts);
  await server.register(async (scope) => {
    const api = scope.withTypeProvider<TypeBoxTypeProvider>();
    await addSessions(api, parts);
    api.get('/api/v1/openapi.json', { schema: { hide: true } }, async () =>
      description.document(parts.version),
    );
    for (const add of [
      addSessionRoutes,
      addAgentRoutes,
      addContactRoutes,
      addTalkRoutes,
      addSupervisionRoutes,
      addLiveRoutes,
      addNumberRoutes,
      addSiteRoutes,
    ])
      add(api, parts);
    for (const add of [addAdminRoutes, addImportRoutes, addCardRoutes, addFlowRoutes]) add(api, parts);
    for (const add of [addOwnCredentials, addAccountRoutes, addAuditRoutes]) add(api, parts);
    for (const add of [addReportRoutes, addSampleRoutes]) add(api, parts);
    const heard = createHeardRecordings();
    for (const add of [addPublishRoutes, addPromptRoutes]) add(api, parts, heard);
    for (const add of [addSearchRoutes, addRecordingRoutes, addUnreachedRoutes, addHandoverRoutes])
      add(api, parts);
    addDraftFlowRoutes(api, parts);
    addRoutingRoutes(api, parts);
    addSkillRoutes(api, parts);
    addMessageRoutes(api, parts);
    addEventPromptRoutes(api, parts);
    addSealRoutes(api, parts);
    addScopeRoutes(api, parts);
    addCallOutRoutes(api, parts);
    addDutyRoutes(api, parts);
    addConsultRoutes(api, parts);
    addTargetRoutes(api, parts);
    addLimitRoutes(api, parts);
    addOpeningRoutes(api, parts);
    addCaseRoutes(api, parts);
    addWishRoutes(api, parts);
    const lane = createReadLane();
    const board = createBroadcastBoard(parts, lane);
    addBroadcastRoutes(api, parts, board);
    addLiveSocket(api, { ...parts, feed, sourceOf: createLiveTopics(parts, board, lane) });
  });
  await server.ready();
  return server;
}

async function addGuards(server: Api, { requestsPerMinute = 600 }: HttpParts): Promise<void> {
  await server.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // TLS, where there is any, stands in front and says so itself.
    strictTransportSecurity: false,
  });
  await server.register(fastifyRateLimit, {
    max: requestsPerMinute,
    timeWindow: 60_000,
    errorResponseBuilder: () => new AppError('RATE_LIMITED'),
  });
  server.addHook('onRequest', refuseForeignOrigin);
}

/** Whatever changes something, and every websocket. Browsers name the page a request comes from; programs name none and bring no cookie that they did not earn. */
async function refuseForeignOrigin(request: FastifyRequest): Promise<void> {
  if (safeMethods.has(request.method) && request.headers.upgrade === undefined) return;
  const { origin } = request.headers;
  const fetchSite = request.headers['sec-fetch-site'];
  const sameOrigin = origin === undefined || hostOf(origin) === request.headers.host;
  const sameSite = fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none';
  if (!sameOrigin || !sameSite) throw new AppError('ORIGIN_REFUSED');
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
}

async function addSessions(api: Api, parts: HttpParts): Promise<void> {
  const { sessions: redis, sessionKeyOf: keyOf, nowMs } = parts;
  await api.register(fastifyCookie);
  await api.register(fastifySession, {
    secret: parts.sessionSecret,
    cookieName: sessionCookie,
    saveUninitialized: false,
    store: new RedisSessionStore({ redis, keyOf, idleMs: sessionIdleMs, nowMs }),
    cookie: {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: parts.secureCookie ?? false,
      maxAge: sessionIdleMs,
    },
  });
  api.addHook('onRequest', async (request: FastifyRequest, _reply: FastifyReply) => {
    const name = routeNameOf(request);
    const known = sessionIn(request, parts);
    if (known !== undefined && known.pending.length > 0) {
      if (mayCallPending(name)) return;
      throw new AppError('ENROLMENT_NEEDED', { pending: known.pending });
    }
    if (mayCall(name, known?.user)) return;
    if (known !== undefined) throw new AppError('FORBIDDEN');
    // Somebody with an account is not logged out because nobody can be asked who he is.
    const isUnknowable = request.session.user?.is === 'account' && !parts.accounts.book.isKnown();
    throw new AppError(isUnknowable ? 'DATABASE_UNAVAILABLE' : 'LOGIN_NEEDED');
  });
}

function routeNameOf(request: FastifyRequest): RouteName {
  return `${request.method} ${request.routeOptions.url ?? ''}` as RouteName;
}
