// 不予受理: the agent picks the reason; the citizen hears the legal route, reads it on a mobile, and comes back to him; or he is led to the city.
import { Type } from 'typebox';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors.js';
import {
  routePrompts,
  routeSlots,
  scopeKinds,
  type LegalRoute,
  type ScopeKind,
} from '../../site/legal-route.js';
import type { ContactId } from '../../contact/ids.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { actOnOwnContact } from './own-contact.js';
import { contactView, lineOfText, nullable, oneOf } from './views.js';

const params = Type.Object({ id: lineOfText(100) });
const areaCodeField = Type.String({ pattern: '^0[1-9]\\d{1,2}$', description: 'of a city of the route' });
const body = Type.Object(
  {
    kind: oneOf(scopeKinds),
    areaCode: Type.Optional(areaCodeField),
  },
  { additionalProperties: false },
);
const cityBody = Type.Object({ areaCode: areaCodeField }, { additionalProperties: false });
const routeView = Type.Object({
  kind: oneOf(scopeKinds),
  name: Type.String(),
  en: Type.String(),
  number: nullable(Type.String()),
  basis: Type.String(),
  /** `led`: the citizen can be led to its 12345. */
  cities: Type.Array(Type.Object({ areaCode: Type.String(), name: Type.String(), led: Type.Boolean() })),
});

/** Adds all three. */
export function addScopeRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites, messages } = parts;

  api.get(
    '/api/v1/legal-routes',
    {
      schema: {
        summary: '法定渠道: the reasons for which a matter is not taken, and where it goes',
        response: { 200: Type.Object({ routes: Type.Array(routeView) }) },
      },
    },
    async () => {
      const { legalRoutes, otherCities } = sites.current();
      return {
        routes: [...legalRoutes.values()].map(({ kind, name, en, number, basis, cities }) => ({
          ...{ kind, name, en, number, basis },
          cities: [...cities].map(([areaCode, city]) => ({
            ...{ areaCode, name: city },
            led: otherCities.has(areaCode),
          })),
        })),
      };
    },
  );

  /** @throws ROW_UNKNOWN, REQUEST_INVALID */
  function routeOf(kind: ScopeKind, areaCode: string | undefined): LegalRoute {
    const route = sites.current().legalRoutes.get(kind);
    if (route === undefined) throw new AppError('ROW_UNKNOWN');
    const fits = route.cities.size === 0 ? areaCode === undefined : route.cities.has(areaCode ?? '');
    if (!fits)
      throw new AppError('REQUEST_INVALID', {
        ...{ in: 'body', field: 'areaCode', zh: '其他城市事项须写明该渠道所列城市的区号,其他原因不写' },
        en: "another city's matter names the area code of one of its cities, no other reason does",
      });
    return route;
  }

  api.post(
    '/api/v1/contacts/:id/scope',
    {
      schema: {
        summary: '不予受理: says the legal route, notes it, and sends it to a mobile; the talk goes on',
        params,
        body,
        response: {
          200: Type.Object({
            contact: contactView,
            /** `sent`, why it is not, or null: this route has none. */
            message: nullable(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { kind, areaCode } = request.body;
      const route = routeOf(kind, areaCode);
      const contact = actOnOwnContact(parts, request, id, (agentId) => ({
        ...{ type: 'GiveRoute', agentId, kind, areaCode: areaCode ?? null },
        say: routePrompts(route, areaCode),
        unrecorded: kind === 'secret',
      }));
      if (route.message === null) return { contact, message: null };
      const live = engine.contacts().find((one) => one.id === id);
      const answer = await messages.desk.send({
        ...{ id: randomUUID(), templateId: route.message, slots: routeSlots(route, areaCode) },
        ...{ callerKey: live?.arrival.callerKey ?? ('' as never), contactId: id as ContactId },
        by: knownUser(request, parts).name,
      });
      return { contact, message: answer.ok ? 'sent' : answer.code };
    },
  );

  api.post(
    '/api/v1/contacts/:id/city',
    {
      schema: {
        summary:
          '转外地12345: leads the citizen to the city whose matter it is; not taken there, he is back with this agent, or first in line',
        params,
        body: cityBody,
        response: { 200: contactView },
      },
    },
    async (request) =>
      actOnOwnContact(parts, request, request.params.id, (agentId) => ({
        ...{ type: 'SeekCity', agentId },
        areaCode: request.body.areaCode,
      })),
  );
}
