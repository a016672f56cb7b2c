// What agents do by page or program: sign in and out, ready, break, end and extend the wrap-up.
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { breakReasons, type ActedBy, type AgentSignal } from '../../contact/agent.js';
import type { AgentId, DeviceId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import { mayActOn } from './access.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { agentView, lineOfText, oneOf, viewAgent } from './views.js';

const params = Type.Object({ id: lineOfText(32) });
const signInBody = Type.Object({ deviceId: lineOfText(64) }, { additionalProperties: false });
const breakBody = Type.Object({ reason: oneOf(breakReasons) }, { additionalProperties: false });
const answer = { 200: agentView };

/** Adds the acts of agents. Each answers with the agent as he is afterwards. */
export function addAgentRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites } = parts;

  /** @throws FORBIDDEN, AGENT_UNKNOWN and the engine's refusals */
  function act(request: FastifyRequest, id: string, signalBy: (by: ActedBy) => AgentSignal) {
    const user = knownUser(request, parts);
    const agentId = id as AgentId;
    if (!mayActOn(user, agentId)) throw new AppError('FORBIDDEN');
    const signal = signalBy(user.agentId === agentId ? 'agent' : 'supervisor');
    const refused = engine.actOnAgent(agentId, signal);
    if (refused !== undefined) throw new AppError(refused, { agentId });
    if (user.agentId !== agentId) audit(parts, user, 'agent.act', agentId, { act: signal.type });
    const live = engine.agents().find((agent) => agent.id === agentId);
    return viewAgent(sites.current(), agentId, live);
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
    async (request) =>
      act(request, request.params.id, (by) => ({ type: 'GoBreak', reason: request.body.reason, by })),
  );

  const plainActs = [
    ['sign-out', 'SignOut', '签出; after the talk, if there is one'],
    ['ready', 'GoReady', '示闲'],
    ['wrap-up/end', 'EndWrapUp', '完成话后'],
    ['wrap-up/extend', 'ExtendWrapUp', '延长话后'],
  ] as const;
  for (const [path, type, summary] of plainActs) {
    api.post(
      `/api/v1/agents/:id/${path}`,
      { schema: { summary, params, response: answer } },
      async (request) => act(request, request.params.id, (by) => ({ type, by })),
    );
  }
}
