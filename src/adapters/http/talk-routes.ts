// What an agent does in a talk of his besides ending it: hold and resume, and the call for help.
import { Type } from 'typebox';
import { seatKinds } from '../../contact/seat.js';
import type { Api, HttpParts } from './http-parts.js';
import { actOnOwnContact } from './own-contact.js';
import { contactView, lineOfText, oneOf } from './views.js';

const params = Type.Object({ id: lineOfText(100) });
const body = Type.Object({ on: Type.Boolean() }, { additionalProperties: false });
const seatBody = Type.Object({ seat: oneOf(seatKinds) }, { additionalProperties: false });
const response = { 200: contactView };

/** Adds the acts of a talk. Each answers with the contact as it is afterwards. */
export function addTalkRoutes(api: Api, parts: HttpParts): void {
  const acts = [
    [
      'hold',
      'HoldContact',
      '保持 and 恢复: the citizen hears music; what the phone holds only the phone takes back',
    ],
    ['help', 'CallHelp', '求助班长; over with the talk, or when a supervisor listens'],
  ] as const;
  api.post(
    '/api/v1/contacts/:id/silent',
    {
      schema: {
        summary: '无声处理: asks a caller who is not heard to press a key; `silent` tells what he pressed',
        params,
        response,
      },
    },
    async (request) =>
      actOnOwnContact(parts, request, request.params.id, (agentId) => ({ type: 'AskSilentCaller', agentId })),
  );
  api.post(
    '/api/v1/contacts/:id/seat',
    {
      schema: {
        summary:
          '转专席: sends the citizen on to a seat of its own; a minor is sealed at once; nobody there, and he stays',
        params,
        body: seatBody,
        response,
      },
    },
    async (request) =>
      actOnOwnContact(parts, request, request.params.id, (agentId) => ({
        type: 'SeekSeat',
        agentId,
        seat: request.body.seat,
      })),
  );
  for (const [path, type, summary] of acts) {
    api.post(
      `/api/v1/contacts/:id/${path}`,
      { schema: { summary, params, body, response } },
      async (request) =>
        actOnOwnContact(parts, request, request.params.id, (agentId) => ({
          type,
          agentId,
          on: request.body.on,
        })),
    );
  }
}
