// Logging in and out, and who I am.
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { dayKeyAt } from '../../contact/civil-time.js';
import { isAccountName } from '../../engine/account.js';
import type { AgentId } from '../../contact/ids.js';
import { AppError, type ErrorCode } from '../../errors.js';
import { hasEnded, type SessionUser } from './access.js';
import { provenAccount, type Credentials } from './account-login.js';
import { audit } from './audit.js';
import { agentCredential, sessionIn, type Api, type HttpParts } from './http-parts.js';
import { meView, viewMe } from './me-view.js';
import { codeText } from './own-credentials.js';

const credentialsBody = Type.Object(
  {
    user: Type.String({ minLength: 1, maxLength: 32, description: '工号, or the name of an account' }),
    password: Type.String({ minLength: 1, maxLength: 200, description: 'PIN, or the account’s password' }),
    code: Type.Optional(codeText),
  },
  { additionalProperties: false },
);

/** Refusals of a log-in that tell of a failed try. */
const failures: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'LOGIN_FAILED',
  'LOGIN_LOCKED',
  'TOTP_WRONG',
  'ACCOUNT_DISABLED',
  'ACCOUNT_WITHOUT_ROLE',
]);

/** Adds the routes of the session. */
export function addSessionRoutes(api: Api, parts: HttpParts): void {
  const { sites, log, nowMs } = parts;

  /** Agents need no database: their PINs are files. @throws LOGIN_FAILED, LOGIN_LOCKED, TEAM_ENDED */
  function provenAgent({ user, password, from }: Credentials): SessionUser {
    const agentId = user as AgentId;
    const verdict = parts.pins({ agentId, pin: password, from }, nowMs());
    if (verdict === 'locked') throw new AppError('LOGIN_LOCKED');
    const [site, credential] = [sites.current(), agentCredential(parts, agentId)];
    const agent = site.agents.get(agentId);
    if (verdict === 'wrong' || agent === undefined || credential === undefined)
      throw new AppError('LOGIN_FAILED');
    if (hasEnded(site, agent, dayKeyAt(nowMs()))) throw new AppError('TEAM_ENDED');
    return { is: 'agent', agentId, credential };
  }

  /** A 工号 is figures and no account's name: how long the answer takes does not tell whether there is such an agent. */
  async function proven(credentials: Credentials): Promise<SessionUser> {
    if (!isAccountName(credentials.user)) return provenAgent(credentials);
    const { name, credential } = await provenAccount(parts, credentials);
    return { is: 'account', name, credential };
  }

  async function tellFailure({ user, from }: Credentials, code: ErrorCode): Promise<void> {
    const agentRole = sites.current().agents.get(user as AgentId)?.role;
    const role = agentRole ?? (await accountRole(user));
    // What names nobody may be a password, or a number, in the wrong field.
    audit(parts, { name: role === 'nobody' ? '' : user, role }, 'session.failed', '', { from, code });
  }

  async function accountRole(name: string) {
    const account = await parts.accounts.store.find(name).catch(() => undefined);
    return account?.role ?? 'nobody';
  }

  api.post(
    '/api/v1/session',
    {
      schema: { summary: 'Log in', body: credentialsBody, response: { 200: meView } },
      config: { rateLimit: { max: 20 } },
    },
    async (request) => {
      const { user, password, code } = request.body;
      const credentials = { user, password, code, from: request.ip };
      const session = await proven(credentials).catch(async (error: unknown) => {
        if (error instanceof AppError && failures.has(error.code)) await tellFailure(credentials, error.code);
        throw error;
      });
      // A new id: one that was planted before the log-in is worth nothing.
      await request.session.regenerate();
      request.session.user = session;
      const me = viewMe(request, parts);
      log.info({ user: me.name }, 'logged in');
      audit(parts, me, 'session.login', me.name, { from: request.ip });
      return me;
    },
  );

  api.delete('/api/v1/session', { schema: { summary: 'Log out' } }, async (request, reply) => {
    const known = sessionIn(request, parts);
    await request.session.destroy();
    if (known !== undefined) audit(parts, known.user, 'session.logout', known.user.name);
    return reply.status(204).send();
  });

  api.get(
    '/api/v1/me',
    { schema: { summary: 'Who I am', response: { 200: meView } } },
    async (request: FastifyRequest) => viewMe(request, parts),
  );
}
