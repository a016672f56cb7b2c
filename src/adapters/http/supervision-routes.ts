// 监听 and 耳语辅导: a supervisor hears a talk on his own phone, changes the mode, and leaves. Each act is audited.
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { supervisionModes } from '../../contact/contact.js';
import type { AgentId, ContactId } from '../../contact/ids.js';
import type { ActRefusal } from '../../engine/act-refusal.js';
import type { SuperviseTarget } from '../../engine/supervisions.js';
import { AppError } from '../../errors.js';
import type { User } from './access.js';
import { audit, type AuditedAct } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { lineOfText, oneOf, supervisionView, viewSupervision } from './views.js';

const beginBody = Type.Object(
  {
    agentId: Type.Optional(lineOfText(32)),
    contactId: Type.Optional(lineOfText(100)),
    mode: oneOf(supervisionModes),
  },
  { additionalProperties: false },
);
const modeBody = Type.Object({ mode: oneOf(supervisionModes) }, { additionalProperties: false });
const response = { 200: supervisionView };

/** Adds the routes of supervision. */
export function addSupervisionRoutes(api: Api, parts: HttpParts): void {
  const { supervisions } = parts.engine;

  /** Who asks, by his own phone. @throws FORBIDDEN */
  function supervisorIn(request: FastifyRequest): User & { readonly agentId: AgentId } {
    const user = knownUser(request, parts);
    if (user.agentId === null) throw new AppError('FORBIDDEN');
    return user;
  }

  /** Where it stands after the act. @throws the engine's refusals */
  function standing(user: ReturnType<typeof supervisorIn>, act: AuditedAct, refused: ActRefusal | undefined) {
    if (refused !== undefined) throw new AppError(refused);
    const present = supervisions.of(user.agentId);
    if (present === undefined) throw new AppError('SUPERVISION_NONE');
    const view = viewSupervision(present);
    audit(parts, user, act, view.contactId, { agentId: view.agentId, mode: view.mode });
    return view;
  }

  api.post(
    '/api/v1/supervision',
    {
      schema: {
        summary: "Rings the supervisor's own phone; he then hears the talk",
        body: beginBody,
        response,
      },
    },
    async (request) => {
      const user = supervisorIn(request);
      const { mode, agentId, contactId } = request.body;
      const refused = supervisions.begin(user.agentId, targetOf(agentId, contactId), mode);
      return standing(user, 'supervision.begin', refused);
    },
  );

  api.post(
    '/api/v1/supervision/mode',
    { schema: { summary: '监听 or 耳语辅导', body: modeBody, response } },
    async (request) => {
      const user = supervisorIn(request);
      return standing(user, 'supervision.mode', supervisions.change(user.agentId, request.body.mode));
    },
  );

  api.delete(
    '/api/v1/supervision',
    { schema: { summary: 'Hangs up; the talk goes on', response: { 204: Type.Null() } } },
    async (request, reply) => {
      const user = supervisorIn(request);
      const present = supervisions.of(user.agentId);
      const refused = supervisions.end(user.agentId);
      if (refused !== undefined || present === undefined) throw new AppError(refused ?? 'SUPERVISION_NONE');
      const { contactId, agentId, mode } = viewSupervision(present);
      audit(parts, user, 'supervision.end', contactId, { agentId, mode });
      return reply.status(204).send(null);
    },
  );
}

/** One of the two. @throws REQUEST_INVALID */
function targetOf(agentId: string | undefined, contactId: string | undefined): SuperviseTarget {
  if (contactId !== undefined && agentId === undefined) return { contactId: contactId as ContactId };
  if (agentId !== undefined && contactId === undefined) return { agentId: agentId as AgentId };
  throw new AppError('REQUEST_INVALID', {
    in: 'body',
    field: contactId === undefined ? 'agentId' : 'contactId',
    zh: 'agentId 与 contactId 填且只填一项',
    en: 'give agentId or contactId, and one of them only',
  });
}
