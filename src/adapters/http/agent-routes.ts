// What agents do by page or program: sign in and out, ready, break, end and extend the wrap-up.
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { breakReasons, type ActedBy, type AgentSignal, type Order } from '../../contact/agent.js';
import type { AgentId, DeviceId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import { mayActOn, type User } from './access.js';
import { audit, type AuditDetails } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { agentView, lineOfText, oneOf, ownTalk, viewAgent } from './views.js';

const params = Type.Object({ id: lineOfText(32) });
const signInBody = Type.Object({ deviceId: lineOfText(64) }, { additionalProperties: false });
/** Why another agent is forced: one line of 2 to 100 characters. */
const orderReason = Type.String({ pattern: '^\\P{Cc}{2,100}$' });
/** `reason` is that of the break; `note` says why a supervisor orders it. */
const breakBody = Type.Object(
  { reason: oneOf(breakReasons), note: Type.Optional(orderReason) },
  { additionalProperties: false },
);
const orderBody = Type.Union([
  Type.Object({ reason: Type.Optional(orderReason) }, { additionalProperties: false }),
  Type.Null(),
]);
const answer = { 200: agentView };

/** Adds the acts of agents. Each answers with the agent as he is afterwards. */
export function addAgentRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites } = parts;

  /** @throws FORBIDDEN, AGENT_UNKNOWN and the engine's refusals */
  function act(
    request: FastifyRequest,
    id: string,
    signalBy: (by: ActedBy, user: User) => AgentSignal,
    details: AuditDetails = {},
  ) {
    const user = knownUser(request, parts);
    const agentId = id as AgentId;
    if (!mayActOn(user, agentId)) throw new AppError('FORBIDDEN');
    const signal = signalBy(user.agentId === agentId ? 'agent' : 'supervisor', user);
    const refused = engine.actOnAgent(agentId, signal);
    if (refused !== undefined) throw new AppError(refused, { agentId });
    if (user.agentId !== agentId) audit(parts, user, 'agent.act', agentId, { act: signal.type, ...details });
    const live = engine.agents().find((agent) => agent.id === agentId);
    return viewAgent(sites.current(), agentId, live, ownTalk(engine.contacts(), agentId));
  }

  /** One's own act, or one ordered for another agent, who is told by whom and why. @throws REASON_NEEDED */
  function forced(
    request: FastifyRequest,
    id: string,
    reason: string | undefined,
    signalBy: (by: ActedBy, order: { readonly order?: Order }) => AgentSignal,
  ) {
    const signal = (by: ActedBy, { name }: User): AgentSignal => {
      if (by === 'agent') return signalBy(by, {});
      if (reason === undefined || reason.trim().length < 2) throw new AppError('REASON_NEEDED');
      return signalBy(by, { order: { by: name, reason: reason.trim() } });
    };
    return act(request, id, signal, reason === undefined ? {} : { reason: reason.trim() });
  }

  function signInAt(deviceId: DeviceId, by: ActedBy): AgentSignal {
    if (!sites.current().devices.has(deviceId)) throw new AppError('DEVICE_UNKNOWN', { deviceId });
    return { type: 'SignIn', deviceId, reachable: engine.isReachable(deviceId), by };
  }

  api.post(
    '/api/v1/agents/:id/sign-in',
    {
      schema: {
        summary: '签入 at a phone; not ready until he says so',
        params,
        body: signInBody,
        response: answer,
      },
    },
    async (request) =>
      act(request, request.params.id, (by) => signInAt(request.body.deviceId as DeviceId, by)),
  );

  api.post(
    '/api/v1/agents/:id/break',
    { schema: { summary: '小休', params, body: breakBody, response: answer } },
    async (request) => {
      const { reason, note } = request.body;
      return forced(request, request.params.id, note, (by, order) => ({
        type: 'GoBreak',
        reason,
        by,
        ...order,
      }));
    },
  );

  const forcedActs = [
    ['sign-out', 'SignOut', '签出; after the talk, if there is one'],
    ['ready', 'GoReady', '示闲'],
    ['wrap-up/end', 'EndWrapUp', '完成话后'],
    ['wrap-up/extend', 'ExtendWrapUp', '延长话后; another one may extend it further than the agent himself'],
  ] as const;
  for (const [path, type, summary] of forcedActs) {
    api.post(
      `/api/v1/agents/:id/${path}`,
      { schema: { summary, params, body: orderBody, response: answer } },
      async (request) =>
        forced(request, request.params.id, request.body?.reason, (by, order) => ({ type, by, ...order })),
    );
  }
}
