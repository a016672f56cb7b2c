// What the gateway of short messages tells us: delivery reports and citizens' replies. No session: each word is signed.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { CallerKey } from '../../contact/ids.js';
import { withoutNumbers } from '../../contact/number-in-text.js';
import { AppError } from '../../errors.js';
import type { Api, HttpParts } from './http-parts.js';
import { lineOfText, oneOf } from './views.js';
import { linesOfText } from './typed-text.js';

const id = lineOfText(100);
const reportBody = Type.Object(
  { id, messageId: id, status: oneOf(['delivered', 'failed']), code: Type.Optional(lineOfText(40)) },
  { additionalProperties: false },
);
const replyBody = Type.Object(
  { id, from: lineOfText(40), text: linesOfText(500), messageId: Type.Optional(id) },
  { additionalProperties: false },
);
const taken = { 200: Type.Object({ ok: Type.Boolean() }) };

/**
 * Adds both in a scope of their own, where the body is read as text and its signature looked at before anything is made of
 * it. A report or reply is answered 200 when it is kept, and told twice it counts once; without the database it is 503.
 */
export async function addGatewayRoutes(server: Api, parts: HttpParts): Promise<void> {
  const { desk, isSigned } = parts.messages;
  const { callerOf, nowMs } = parts;

  function parsed(request: FastifyRequest, body: string): unknown {
    const { headers } = request;
    const header = (name: string) => String(headers[name] ?? '');
    const [timestamp, signature] = [header('x-yihao-timestamp'), header('x-yihao-signature')];
    if (!isSigned({ timestamp, signature, body }, nowMs())) throw new AppError('SIGNATURE_WRONG');
    try {
      return JSON.parse(body) as unknown;
    } catch {
      throw new AppError('REQUEST_INVALID', { in: 'body', field: '' });
    }
  }

  await server.register(async (scope) => {
    const api = scope.withTypeProvider<TypeBoxTypeProvider>();
    api.removeAllContentTypeParsers();
    api.addContentTypeParser(
      'application/json',
      { parseAs: 'string' },
      async (request: FastifyRequest, body: string | Buffer) => parsed(request, String(body)),
    );

    api.post(
      '/api/v1/messages/reports',
      {
        schema: {
          summary: 'The gateway tells what became of a message; signed',
          body: reportBody,
          response: taken,
        },
      },
      async ({ body: { id: reportId, messageId, status, code = null } }) => {
        await desk.takeReport({ reportId, messageId, status, code, atMs: nowMs() });
        return { ok: true };
      },
    );

    api.post(
      '/api/v1/messages/replies',
      { schema: { summary: 'A citizen wrote back; signed', body: replyBody, response: taken } },
      async ({ body: { id: replyId, from, text, messageId = null } }) => {
        const caller = callerOf(from);
        if (caller === undefined) throw new AppError('NUMBER_INVALID');
        const whose = { callerKey: caller.callerKey as CallerKey, callerMasked: caller.callerMasked };
        await desk.takeReply({ replyId, messageId, ...whose, text: withoutNumbers(text), atMs: nowMs() });
        return { ok: true };
      },
    );
  });
}
