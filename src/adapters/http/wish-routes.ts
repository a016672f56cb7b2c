// What callers wish for their next calls: told to the agent in a talk, or known to the office, such as of the elderly.
import { Type } from 'typebox';
import type { CallerKey } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import { audit } from './audit.js';
import { bodyBytesFor } from './body-bytes.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { actOnOwnContact } from './own-contact.js';
import { contactView, lineOfText, nullable } from './views.js';

/** As many callers as one request may name, and room for the longest rows of so many. */
const mostCallers = 500;
const listBytes = bodyBytesFor(mostCallers * 140);
const params = Type.Object({ id: lineOfText(100) });
const wish = nullable(lineOfText(64));
const body = Type.Object({ wish }, { additionalProperties: false });
const listBody = Type.Object(
  {
    callers: Type.Array(Type.Object({ number: lineOfText(40), wish }, { additionalProperties: false }), {
      minItems: 1,
      maxItems: mostCallers,
    }),
  },
  { additionalProperties: false },
);

/** Adds both. Numbers are turned into keys at once and kept nowhere. */
export function addWishRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites, callerOf } = parts;

  /** @throws REQUEST_INVALID naming the field */
  function check(asked: string | null, field: string): string | null {
    const { wishes } = sites.current().callerPolicy;
    if (asked === null || wishes.includes(asked)) return asked;
    throw new AppError('REQUEST_INVALID', {
      ...{ in: 'body', field },
      zh: `可写:${wishes.join('、')},或 null`,
      en: `one of ${wishes.join(', ')}, or null`,
    });
  }

  /** @throws REQUEST_INVALID naming the row, never the number */
  function keyOf(number: string, field: string): CallerKey {
    const caller = callerOf(number);
    if (caller !== undefined) return caller.callerKey as CallerKey;
    throw new AppError('REQUEST_INVALID', {
      in: 'body',
      field,
      zh: '不是电话号码',
      en: 'no telephone number',
    });
  }

  api.post(
    '/api/v1/contacts/:id/wish',
    {
      schema: {
        summary: 'What the citizen wishes for his next calls, as he told the agent; null forgets it',
        params,
        body,
        response: { 200: contactView },
      },
    },
    async (request) => {
      const asked = check(request.body.wish, 'wish');
      return actOnOwnContact(parts, request, request.params.id, (agentId) => ({
        type: 'SetWish',
        agentId,
        wish: asked,
      }));
    },
  );

  api.post(
    '/api/v1/caller-wishes',
    {
      schema: {
        summary: 'Wishes of callers by number, such as `person` for the elderly; audited by their count',
        body: listBody,
        response: { 200: Type.Object({ callers: Type.Integer() }) },
      },
      bodyLimit: listBytes,
    },
    async (request) => {
      const user = knownUser(request, parts);
      const rows = request.body.callers.map((row, index) => ({
        callerKey: keyOf(row.number, `callers/${String(index)}/number`),
        wish: check(row.wish, `callers/${String(index)}/wish`),
      }));
      for (const row of rows) engine.rememberWish(row.callerKey, row.wish);
      audit(parts, user, 'callers.wishes', 'callers', { count: rows.length });
      return { callers: rows.length };
    },
  );
}
