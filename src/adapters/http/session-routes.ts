// Logging in and out, and who I am.
import { Type } from 'typebox';
import type { AgentId } from '../../contact/ids.js';
import { createPinCheck } from '../../engine/pin-check.js';
import { AppError } from '../../errors.js';
import { roles, type SessionUser } from './access.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { agentView, oneOf, viewAgent } from './views.js';

/** The one user that is no agent. */
const adminName = 'admin';

const credentials = Type.Object(
  {
    user: Type.String({ minLength: 1, maxLength: 32, description: '工号, or admin' }),
    password: Type.String({ minLength: 1, maxLength: 200, description: 'PIN, or the password of admin' }),
  },
  { additionalProperties: false },
);

const meView = Type.Object({
  role: oneOf(roles),
  name: Type.String(),
  agent: Type.Union([agentView, Type.Null()]),
});

/** Adds the routes of the session. */
export function addSessionRoutes(api: Api, parts: HttpParts): void {
  const { sites, engine, log, nowMs } = parts;
  const adminPins = createPinCheck((user) => (user === adminName ? parts.adminPassword : undefined));

  function me(user: ReturnType<typeof knownUser>) {
    const { role, name, agentId } = user;
    if (agentId === null) return { role, name, agent: null };
    const live = engine.agents().find(({ id }) => id === agentId);
    return { role, name, agent: viewAgent(sites.current(), agentId, live) ?? null };
  }

  /** @throws LOGIN_FAILED, LOGIN_LOCKED */
  function authenticate(user: string, password: string, from: string): SessionUser {
    const isAdmin = user === adminName;
    const check = isAdmin ? adminPins : parts.pins;
    const verdict = check({ agentId: user as AgentId, pin: password, from }, nowMs());
    const known = isAdmin || sites.current().agents.has(user as AgentId);
    if (verdict === 'locked') throw new AppError('LOGIN_LOCKED');
    if (verdict === 'wrong' || !known) throw new AppError('LOGIN_FAILED');
    return isAdmin ? { is: 'account', name: adminName } : { is: 'agent', agentId: user as AgentId };
  }

  api.post(
    '/api/v1/session',
    {
      schema: { summary: 'Log in', body: credentials, response: { 200: meView } },
      config: { rateLimit: { max: 20 } },
    },
    async (request) => {
      const user = authenticate(request.body.user, request.body.password, request.ip);
      // A new id: one that was planted before the log-in is worth nothing.
      await request.session.regenerate();
      request.session.user = user;
      const known = knownUser(request, parts);
      log.info({ user: known.name }, 'logged in');
      return me(known);
    },
  );

  api.delete('/api/v1/session', { schema: { summary: 'Log out' } }, async (request, reply) => {
    await request.session.destroy();
    return reply.status(204).send();
  });

  api.get('/api/v1/me', { schema: { summary: 'Who I am', response: { 200: meView } } }, async (request) =>
    me(knownUser(request, parts)),
  );
}
