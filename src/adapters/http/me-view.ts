// Who is logged in, as routes tell it.
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { AppError } from '../../errors.js';
import { roles } from './access.js';
import { sessionIn, type HttpParts } from './http-parts.js';
import { agentView, oneOf, viewAgent } from './views.js';

export const meView = Type.Object({
  role: oneOf(roles),
  name: Type.String({ description: '工号, or the account’s name' }),
  displayName: Type.String(),
  pending: Type.Array(oneOf(['password', 'totp']), {
    description: 'what has to be done before anything else is allowed',
  }),
  agent: Type.Union([agentView, Type.Null()]),
});

/** @throws LOGIN_NEEDED */
export function viewMe(request: FastifyRequest, parts: HttpParts) {
  const known = sessionIn(request, parts);
  if (known === undefined) throw new AppError('LOGIN_NEEDED');
  const { role, name, agentId } = known.user;
  const { displayName, pending } = known;
  if (agentId === null) return { role, name, displayName, pending: [...pending], agent: null };
  const live = parts.engine.agents().find(({ id }) => id === agentId);
  const agent = viewAgent(parts.sites.current(), agentId, live) ?? null;
  return { role, name, displayName: agent?.name ?? name, pending: [], agent };
}
