// What was audited: the security administrator sees everybody's acts but those of his own kind and of the audit, which sees all.
import { Type } from 'typebox';
import { AppError } from '../../errors.js';
import { hiddenFrom } from './access.js';
import { auditedView } from './audit-reader.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { instantIn, instantText } from './instant.js';
import { lineOfText } from './views.js';

const listQuery = Type.Object(
  {
    account: Type.Optional(lineOfText(100)),
    act: Type.Optional(lineOfText(64)),
    from: Type.Optional(instantText),
    to: Type.Optional(instantText),
    cursor: Type.Optional(lineOfText(200)),
    limit: Type.Optional(
      Type.String({ pattern: '^(?:[1-9]\\d?|1\\d\\d|200)$', description: '1 to 200; 50' }),
    ),
  },
  { additionalProperties: false },
);

/** Adds the route. */
export function addAuditRoutes(api: Api, parts: HttpParts): void {
  api.get(
    '/api/v1/audit',
    {
      schema: {
        summary: 'Audited acts, newest first; go on with the cursor',
        querystring: listQuery,
        response: {
          200: Type.Object({
            acts: Type.Array(auditedView),
            cursor: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { account, act, from, to, cursor, limit } = request.query;
      const result = await parts.auditReader.acts({
        withoutRoles: hiddenFrom(user.role),
        ...(account !== undefined && { account }),
        ...(act !== undefined && { act }),
        ...(from !== undefined && { fromMs: instantIn('from', from) }),
        ...(to !== undefined && { toMs: instantIn('to', to) }),
        ...(cursor !== undefined && { cursor }),
        ...(limit !== undefined && { limit: Number(limit) }),
      });
      if (!result.ok) throw new AppError(result.code);
      // Turning the page is no other look.
      if (cursor === undefined)
        audit(parts, user, 'audit.read', account ?? '', {
          act: act ?? null,
          from: from ?? null,
          to: to ?? null,
        });
      return { acts: [...result.page.acts], cursor: result.page.cursor };
    },
  );
}
