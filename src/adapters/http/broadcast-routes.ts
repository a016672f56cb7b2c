// 喊话: one line to every agent, shown at once and until each has confirmed it.
import { Type } from 'typebox';
import { withFresh } from '../../engine/shift-notes.js';
import { AppError } from '../../errors.js';
import type { BroadcastBoard } from './broadcast-board.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { pageFilter, pageQuery } from './page-query.js';
import { typedText } from './typed-text.js';
import { lineOfText } from './views.js';

const longest = 200;
const person = { by: Type.String(), name: Type.String() };
const broadcastView = Type.Object({
  id: Type.String(),
  atMs: Type.Integer(),
  ...person,
  text: Type.String(),
  urgent: Type.Boolean(),
  readBy: Type.Array(Type.Object({ ...person, atMs: Type.Integer() })),
  unreadBy: Type.Array(Type.Object(person)),
});
const body = Type.Object(
  { text: lineOfText(longest), urgent: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);

/** Adds sending, the list and the receipt. */
export function addBroadcastRoutes(api: Api, parts: HttpParts, board: BroadcastBoard): void {
  const shown = (one: Parameters<BroadcastBoard['view']>[0]) => {
    const { readBy, unreadBy, ...rest } = board.view(one);
    return { ...rest, readBy: [...readBy], unreadBy: [...unreadBy] };
  };

  api.post(
    '/api/v1/broadcasts',
    { schema: { summary: '喊话 to every agent', body, response: { 200: broadcastView } } },
    async (request) => {
      const { text, urgent = false } = request.body;
      return shown(board.send(knownUser(request, parts).name, typedText('text', text), urgent));
    },
  );

  api.get(
    '/api/v1/broadcasts',
    {
      schema: {
        summary: 'Broadcasts, newest first, and who has read them',
        querystring: pageQuery,
        response: {
          200: Type.Object({
            broadcasts: Type.Array(broadcastView),
            cursor: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      const page = await parts.records.broadcasts(pageFilter(request.query));
      if (!page.ok) throw new AppError(page.code);
      const broadcasts = withFresh(page.rows, board.standing(), request.query.cursor === undefined);
      return { broadcasts: broadcasts.map(shown), cursor: page.cursor };
    },
  );

  api.post(
    '/api/v1/broadcasts/:id/receipt',
    { schema: { summary: '已阅: he has read it', params: Type.Object({ id: lineOfText(64) }) } },
    async (request, reply) => {
      if (!board.read(request.params.id, knownUser(request, parts).name)) throw new AppError('NOTE_UNKNOWN');
      return reply.status(204).send();
    },
  );
}
