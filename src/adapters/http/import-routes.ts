// People by the table: a dry run with a verdict for each row, then all of them or none.
import { Type } from 'typebox';
import { AppError } from '../../errors.js';
import { fieldsOf } from '../../site/site-rows.js';
import { auditEdit } from './admin-routes.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { oneOf } from './views.js';

const importBytes = 1_048_576;
const query = Type.Object(
  {
    dryRun: Type.Optional(oneOf(['true', 'false'])),
    /** The version the dry run answered with. */
    version: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  { additionalProperties: false },
);
const verdictView = Type.Object({
  row: Type.Integer(),
  agentId: Type.String(),
  verdict: oneOf(['new', 'change', 'same', 'error']),
  column: Type.Union([Type.String(), Type.Null()]),
  zh: Type.String(),
  en: Type.String(),
});
const answer = Type.Object({
  version: Type.String(),
  applied: Type.Boolean(),
  ok: Type.Boolean(),
  rows: Type.Array(verdictView),
});

/** Adds the import, with a reader for its own kind of body. */
export function addImportRoutes(api: Api, parts: HttpParts): void {
  const { sites, editor } = parts;
  void api.register(async (scope: Api) => {
    scope.addContentTypeParser(
      ['text/csv', 'text/plain', 'text/tab-separated-values'],
      { parseAs: 'buffer', bodyLimit: importBytes },
      (_request, body, done) => done(null, body),
    );
    scope.post(
      '/api/v1/admin/agents/import',
      {
        bodyLimit: importBytes,
        schema: {
          summary: 'Agents, teams and phones out of a CSV',
          querystring: query,
          response: { 200: answer },
        },
      },
      async (request) => {
        const { body } = request;
        if (!Buffer.isBuffer(body)) throw new AppError('MEDIA_TYPE_UNSUPPORTED', { wanted: 'text/csv' });
        const dryRun = request.query.dryRun === 'true';
        const before = sites.current();
        const seenVersion = request.query.version ?? before.version;
        // The bytes cross into another thread: of its own, not the pool's.
        const table = new Uint8Array(body);
        const done = await editor.edit({ seenVersion, table, dryRun });
        if (!done.ok && done.fault !== undefined) throw new AppError('IMPORT_INVALID', { ...done.fault });
        if (!done.ok && done.findings.length > 0)
          throw new AppError('SITE_INVALID', { findings: done.findings });
        const rows = [...done.rows];
        if (!done.ok && !dryRun)
          throw new AppError('IMPORT_INVALID', { rows: rows.filter(({ verdict }) => verdict === 'error') });
        if (!done.ok || dryRun) return { version: before.version, applied: false, ok: done.ok, rows };
        const user = knownUser(request, parts);
        for (const edit of done.edits) auditEdit(parts, user, edit, fieldsOf(before, edit.table, edit.id));
        return { version: done.site.version, applied: true, ok: true, rows };
      },
    );
  });
}
