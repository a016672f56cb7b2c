// Citizens not reached yet: the list that supervisors work off, and the word that one has been seen to.
import { Type } from 'typebox';
import { dayMs } from '../../contact/civil-time.js';
import { AppError } from '../../errors.js';
import { reachedWays, type ReachedMark } from '../../metrics/reached.js';
import { unreachedReason } from '../../metrics/unreached.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { pageFilter, pageQuery } from './page-query.js';
import { typedText } from './typed-text.js';
import { lineOfText, oneOf } from './views.js';

/** Who called longer ago is looked for in the records; ASSUMED. */
const reachMs = 7 * dayMs;
const marksKept = 1_000;

/** Calls from here on are looked at. */
export function unreachedSinceMs(nowMs: number): number {
  return nowMs - reachMs;
}

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

const callerView = Type.Object({
  contactId: Type.String(),
  callerMasked: Type.String(),
  entryId: Type.String(),
  entryName: Type.String(),
  queueId: nullable(Type.String()),
  reason: Type.String(),
  firstMissedAtMs: Type.Integer(),
  lastMissedAtMs: Type.Integer(),
  tries: Type.Integer(),
  waitMs: Type.Integer(),
});
const markView = Type.Object({
  contactId: Type.String(),
  how: oneOf(reachedWays),
  by: Type.String(),
  note: Type.String(),
  atMs: Type.Integer(),
});
const body = Type.Object(
  { how: oneOf(reachedWays), note: Type.Optional(lineOfText(200)) },
  { additionalProperties: false },
);

/** Adds the list and the mark. */
export function addUnreachedRoutes(api: Api, parts: HttpParts): void {
  const { engine, records, sites, nowMs } = parts;
  /** Until the records have them. */
  const marks = new Map<string, ReachedMark>();

  function keep(mark: ReachedMark): void {
    marks.delete(mark.contactId);
    marks.set(mark.contactId, mark);
    const [oldest] = marks.keys();
    if (marks.size > marksKept && oldest !== undefined) marks.delete(oldest);
  }

  api.get(
    '/api/v1/unreached',
    {
      schema: {
        summary: 'Citizens cut off, lost or given up with whom nobody has talked since; latest first',
        querystring: pageQuery,
        response: { 200: Type.Object({ callers: Type.Array(callerView), cursor: nullable(Type.String()) }) },
      },
    },
    async (request) => {
      const sinceMs = unreachedSinceMs(nowMs());
      const page = await records.unreached({ sinceMs, ...pageFilter(request.query) });
      if (!page.ok) throw new AppError(page.code);
      const { entries } = sites.current();
      const callers = page.rows
        .filter(({ contactId, lastMissedAtMs }) => (marks.get(contactId)?.atMs ?? 0) < lastMissedAtMs)
        .map((row) => ({ ...row, entryName: entries.get(row.entryId)?.name ?? row.entryId }));
      return { callers, cursor: page.cursor };
    },
  );

  api.post(
    '/api/v1/contacts/:id/reached',
    {
      schema: {
        summary: 'The citizen of this contact has been seen to: every open call of his leaves the list',
        params: Type.Object({ id: lineOfText(100) }),
        body,
        response: { 200: markView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { id } = request.params;
      const { how } = request.body;
      const note = request.body.note === undefined ? '' : typedText('note', request.body.note);
      const known = marks.get(id) ?? (await records.reachedMark(id));
      // Said once more, it is the same word.
      if (known?.how === how) return known;
      const found = await records.contact(id);
      if (found === undefined) throw new AppError('CONTACT_UNKNOWN');
      if (unreachedReason(found.record) === null) throw new AppError('CONTACT_NOT_MISSED');
      const open = await records.unreachedOf(id, unreachedSinceMs(nowMs()));
      const mark = { contactId: id, how, by: user.name, note, atMs: nowMs() };
      for (const contactId of new Set([id, ...open])) {
        engine.note({ type: 'ContactReached', contactId, how, by: user.name, note });
        keep({ ...mark, contactId });
      }
      return mark;
    },
  );
}
