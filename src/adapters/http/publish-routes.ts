// Drafts and versions over the API: one person drafts, another publishes; what one published alone is reviewed afterwards.
import { Type, type Static, type TObject } from 'typebox';
import { parseDayKey } from '../../contact/civil-time.js';
import { holdsNumber } from '../../contact/number-in-text.js';
import { AppError } from '../../errors.js';
import {
  draftTables,
  formTables,
  mergedRow,
  type Draft,
  type DraftChange,
  type WantedFields,
} from '../../site/draft.js';
import type { DraftRow } from '../../site/draft-row.js';
import type { RowFields, RowValue } from '../../site/edit-rows.js';
import type { JudgedDraft } from '../../site/judge-draft.js';
import { awaitingReview, type PublishedVersion } from '../../site/publishing.js';
import { changedFields } from '../../site/site-rows.js';
import type { User } from './access.js';
import { audit } from './audit.js';
import { bodyBytesFor } from './body-bytes.js';
import type { HeardRecordings } from './heard-recordings.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { hearingView } from './number-routes.js';
import { nullable, oneOf } from './views.js';

const strict = { additionalProperties: false } as const;
/** So many versions are listed; the others stay in their folders. */
const versionsShown = 100;
/** A row is a few lines; the largest, a prompt of twelve seconds or a year's holidays, is far below. */
const largestRow = 12_000;
const rowBodyBytes = bodyBytesFor(largestRow);

/** A finding of the check. */
export const findingView = Type.Object({
  level: oneOf(['error', 'warning']),
  file: Type.String(),
  line: Type.Integer(),
  field: nullable(Type.String()),
  zh: Type.String(),
  en: Type.String(),
});
/** One of a whole draft. */
const draftFindingView = Type.Object({
  ...findingView.properties,
  known: Type.Boolean({ description: 'the files in force bring it about as well' }),
});
const recordingView = Type.Object({
  id: Type.String({ description: 'name of the sound' }),
  text: Type.String(),
  before: nullable(Type.String({ description: 'hash of the recording in force' })),
  after: nullable(Type.String({ description: 'hash of the new one; null = it is taken away' })),
  heard: Type.Boolean({ description: 'I have listened to it' }),
});
/** An uploaded recording that changes. */
export type RecordingView = Static<typeof recordingView>;
const differenceView = Type.Object({
  file: Type.String(),
  line: Type.Integer(),
  zh: Type.String(),
  en: Type.String(),
});
const changeView = Type.Object({
  at: Type.Integer(),
  kind: oneOf([...draftTables, 'file']),
  id: Type.String(),
  what: oneOf(['add', 'change', 'remove']),
  conflict: Type.Boolean({ description: 'something else stands there by now' }),
});
const versionView = Type.Object({
  number: Type.Integer(),
  hash: Type.String(),
  atMs: Type.Integer(),
  how: oneOf(['found', 'publish', 'undo']),
  author: nullable(Type.String()),
  publisher: nullable(Type.String()),
  reason: Type.String(),
  undoOf: nullable(Type.Integer()),
  emergency: Type.Boolean(),
  review: nullable(Type.Object({ by: Type.String(), atMs: Type.Integer(), note: Type.String() })),
});
/** A version as pages see it. */
export type VersionView = Static<typeof versionView>;

const draftHead = {
  author: Type.String(),
  createdAtMs: Type.Integer(),
  changedAtMs: Type.Integer(),
  reason: Type.String(),
  undoOf: nullable(Type.Integer()),
  changes: Type.Integer(),
};
const publishingView = Type.Object({
  me: Type.String(),
  writable: Type.Boolean(),
  filesDiffer: Type.Boolean({ description: 'files were changed by hand and are not in force' }),
  drafts: Type.Array(Type.Object(draftHead)),
  awaiting: Type.Array(Type.Integer({ description: 'versions to be reviewed' })),
  versions: Type.Array(versionView),
});
/** All of it as pages see it. */
export type PublishingView = Static<typeof publishingView>;

const draftView = Type.Object({
  ...draftHead,
  changed: Type.Array(changeView),
  differences: Type.Array(differenceView),
  findings: Type.Array(draftFindingView),
  recordings: Type.Array(recordingView),
  seen: Type.String({ description: 'to be given when it is published' }),
});
/** A draft with what it would do. */
export type DraftView = Static<typeof draftView>;

const judgedView = Type.Object({ findings: Type.Array(findingView), hearing: nullable(hearingView) });
/** How a row would fare. */
export type JudgedRowView = Static<typeof judgedView>;

const seen = Type.String({
  description: 'names the row as it is shown, in force and in my draft',
  maxLength: 64,
});
const rowsView = Type.Object({
  writable: Type.Boolean(),
  rows: Type.Array(
    Type.Object({
      id: Type.String(),
      fields: Type.Record(Type.String(), Type.Unknown()),
      inForce: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
        description: 'what my draft changes; null = it is new',
      }),
      changed: Type.Boolean(),
      conflict: Type.Boolean({ description: 'what is in force is no more what my draft was written over' }),
      seen,
    }),
  ),
});
/** A table's rows in the files' own names, as the draft would make them. */
export interface DraftRowsView {
  readonly writable: boolean;
  readonly rows: readonly (Omit<DraftRow, 'fields'> & { readonly fields: RowFields })[];
}

const reason = Type.String({ pattern: '^\\P{Cc}{0,100}$' });
const table = oneOf(formTables);
const tableParams = Type.Object({ table: oneOf(draftTables) });
const rowParams = Type.Object({
  table,
  id: Type.String({ pattern: '^[\\p{Script=Han}A-Za-z0-9._+-]{1,64}$' }),
});
const rowBody = Type.Object(
  {
    fields: Type.Record(Type.String(), Type.Unknown(), {
      description: 'null takes a field out; what is not named stays',
    }),
  },
  strict,
);
const putRowBody = Type.Object({ ...rowBody.properties, seen: nullable(seen) }, strict);
const removeRowQuery = Type.Object({ seen }, strict);
const author = Type.Object({ author: Type.String({ pattern: '^[\\p{L}\\p{N}:._@-]{1,80}$' }) });
const number = Type.Object({ number: Type.String({ pattern: '^[1-9]\\d{0,5}$' }) });
const previewBody = Type.Object(
  {
    ...rowBody.properties,
    on: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
    from: Type.Optional(Type.String({ pattern: '^0\\d{2,3}$' })),
  },
  strict,
);
const publishBody = Type.Object(
  {
    seen: Type.String({ maxLength: 64 }),
    reason: Type.Optional(reason),
    emergency: Type.Optional(Type.Boolean()),
  },
  strict,
);

const soundBody = Type.Object(
  {
    text: Type.String({ pattern: '^\\P{Cc}{1,300}$' }),
    language: oneOf(['zh', 'en']),
    speed: oneOf(['normal', 'slow']),
    reading: Type.Optional(
      Type.String({ pattern: '^[a-z0-9 ]{1,200}$', description: 'of the text as one word, on trial' }),
    ),
  },
  strict,
);
const soundView = Type.Object({
  spoken: Type.String({ description: 'with every figure as it is read' }),
  pinyin: Type.String(),
  durationMs: Type.Integer(),
  wav: Type.String(),
});
/** How a text would be spoken. */
export type SoundView = Static<typeof soundView>;

/** Adds the routes. */
export function addPublishRoutes(api: Api, parts: HttpParts, heard: HeardRecordings): void {
  const { publisher } = parts;
  const viewRecordings = ({ recordings }: Pick<JudgedDraft, 'recordings'>, by: string) =>
    recordings.map((one) => ({ ...one, heard: one.after === null || heard.has(by, one.after) }));

  /** Whoever releases what another has recorded has listened to it. @throws RECORDING_UNHEARD */
  async function requireHeard(author: string, by: string): Promise<void> {
    const { judged } = await publisher.judge(author);
    const unheard = viewRecordings(judged, by).filter((one) => !one.heard);
    if (unheard.length > 0) throw new AppError('RECORDING_UNHEARD', { sounds: unheard.map(({ id }) => id) });
  }

  const answer = <View extends TObject>(view: View) => ({ 200: view });

  api.get(
    '/api/v1/publishing',
    { schema: { summary: 'Drafts, versions, and what is to be reviewed', response: answer(publishingView) } },
    async (request) => {
      const history = await publisher.history();
      return {
        me: knownUser(request, parts).name,
        writable: await publisher.isWritable(),
        filesDiffer: publisher.filesDiffer(),
        drafts: (await publisher.drafts()).map(headOf),
        awaiting: awaitingReview(history).map((version) => version.number),
        versions: history.slice(-versionsShown).reverse().map(viewVersion),
      };
    },
  );
  api.get(
    '/api/v1/publishing/versions/:number',
    {
      schema: {
        summary: 'What a version changed against the one before it',
        params: number,
        response: answer(
          Type.Object({ differences: Type.Array(differenceView), recordings: Type.Array(recordingView) }),
        ),
      },
    },
    async (request) => {
      const changes = await publisher.changesOf(Number(request.params.number));
      return {
        differences: [...(changes?.differences ?? [])],
        recordings: viewRecordings(changes ?? { recordings: [] }, knownUser(request, parts).name),
      };
    },
  );
  api.post(
    '/api/v1/publishing/versions/:number/undo',
    {
      schema: {
        summary: 'Makes a draft that brings an earlier version back; published like any other',
        params: number,
        body: Type.Object({ reason: Type.String({ pattern: '^\\P{Cc}{2,100}$' }) }, strict),
        response: answer(Type.Object(draftHead)),
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const draft = await publisher.undo(user.name, Number(request.params.number), request.body.reason);
      audit(parts, user, 'draft.undo', `version ${request.params.number}`);
      return headOf(draft);
    },
  );
  api.post(
    '/api/v1/publishing/versions/:number/review',
    {
      schema: {
        summary: 'Notes that a second person has looked at what one alone published',
        params: number,
        body: Type.Object({ note: reason }, strict),
        response: answer(versionView),
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const version = await publisher.review(Number(request.params.number), user.name, request.body.note);
      audit(parts, user, 'site.review', `version ${String(version.number)}`);
      return viewVersion(version);
    },
  );

  api.get(
    '/api/v1/drafts/:author',
    {
      schema: {
        summary: 'A draft, its differences in words and what the check says',
        params: author,
        response: answer(draftView),
      },
    },
    async (request) => {
      const { draft, judged } = await publisher.judge(request.params.author);
      return {
        ...headOf(draft),
        changed: draft.changes.map((change, at) => ({
          at,
          ...changeHead(change),
          conflict: judged.conflicts.some((conflict) => conflict.at === at),
        })),
        differences: [...judged.differences],
        findings: judged.findings.map((finding) => ({ ...viewFinding(finding), known: finding.known })),
        recordings: viewRecordings(judged, knownUser(request, parts).name),
        seen: judged.seen,
      };
    },
  );
  api.post(
    '/api/v1/drafts/:author/publish',
    {
      schema: {
        summary: 'Puts a draft in force; never the author, but in an emergency with a reason',
        params: author,
        body: publishBody,
        response: answer(Type.Object({ version: versionView, sounds: Type.Boolean() })),
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { seen, reason: why = '', emergency = false } = request.body;
      const wish = { author: request.params.author, by: user.name, emergency, reason: why, seen };
      if (emergency && [...why.trim()].length < 2) throw new AppError('REASON_NEEDED');
      if (wish.author !== user.name) await requireHeard(wish.author, user.name);
      const { version, sounds } = await publisher.publish(wish);
      auditVersion(parts, user, version);
      return { version: viewVersion(version), sounds };
    },
  );

  api.get(
    '/api/v1/draft/rows/:table',
    {
      schema: {
        summary: "A table's rows as my draft would make them",
        params: tableParams,
        response: answer(rowsView),
      },
    },
    async (request) => {
      const rows = await publisher.rows(knownUser(request, parts).name, request.params.table);
      return {
        writable: await publisher.isWritable(),
        rows: rows.map((row) => ({
          ...row,
          fields: { ...row.fields },
          inForce: row.inForce && { ...row.inForce },
        })),
      };
    },
  );
  api.post(
    '/api/v1/draft/rows/:table/:id/preview',
    {
      bodyLimit: rowBodyBytes,
      schema: {
        summary: 'How a row would fare in my draft, and what its callers would hear on a day',
        params: rowParams,
        body: previewBody,
        response: answer(judgedView),
      },
    },
    async (request) => {
      const { table: name, id } = request.params;
      const { fields, on, from } = request.body;
      if (on !== undefined && parseDayKey(on) === undefined)
        throw new AppError('REQUEST_INVALID', { in: 'body', field: 'on' });
      const called = typeof fields['number'] === 'string' ? fields['number'] : '';
      const call =
        on === undefined || name !== 'numbers' ? undefined : { number: called, on, ...(from && { from }) };
      const wish = { author: knownUser(request, parts).name, table: name, id, fields: wantedFields(fields) };
      return viewJudged(await publisher.previewRow({ ...wish, ...(call && { call }) }));
    },
  );
  api.put(
    '/api/v1/draft/rows/:table/:id',
    {
      bodyLimit: rowBodyBytes,
      schema: {
        summary: 'Puts a row into my draft over what was seen of it; refused with its findings by field',
        params: rowParams,
        body: putRowBody,
        response: answer(judgedView),
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { table: name, id } = request.params;
      const { seen: over } = request.body;
      const fields = wantedFields(request.body.fields);
      const before = (await publisher.rows(user.name, name)).find((row) => row.id === id)?.fields ?? null;
      const judged = await publisher.putRow({ author: user.name, table: name, id, fields, seen: over });
      const what = before === null ? 'add' : 'change';
      audit(parts, user, 'draft.edit', `${name} ${id}`, {
        what,
        fields: changedFields(before ?? undefined, mergedRow(before, fields) ?? {}).join(','),
      });
      return viewJudged(judged);
    },
  );
  api.delete(
    '/api/v1/draft/rows/:table/:id',
    {
      schema: {
        summary: 'Takes a row out, in my draft',
        params: rowParams,
        querystring: removeRowQuery,
        response: answer(judgedView),
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { table: name, id } = request.params;
      if (!(await publisher.rows(user.name, name)).some((row) => row.id === id))
        throw new AppError('ROW_UNKNOWN', { table: name, id });
      const judged = await publisher.putRow({
        ...{ author: user.name, table: name, id, fields: null },
        seen: request.query.seen,
      });
      audit(parts, user, 'draft.edit', `${name} ${id}`, { what: 'remove' });
      return viewJudged(judged);
    },
  );
  api.put(
    '/api/v1/draft/reason',
    {
      schema: {
        summary: 'Writes why my draft is wanted',
        body: Type.Object({ reason }, strict),
        response: answer(Type.Object(draftHead)),
      },
    },
    async (request) => headOf(await publisher.putReason(knownUser(request, parts).name, request.body.reason)),
  );
  api.delete(
    '/api/v1/draft/changes/:at',
    {
      schema: {
        summary: 'Takes one change out of my draft',
        params: Type.Object({ at: Type.String({ pattern: '^\\d{1,4}$' }) }),
        response: answer(Type.Object(draftHead)),
      },
    },
    async (request) =>
      headOf(await publisher.dropChange(knownUser(request, parts).name, Number(request.params.at))),
  );
  api.post(
    '/api/v1/draft/sound',
    {
      schema: {
        summary: 'How a text would be spoken by the readings of my draft: pinyin, length, WAV in base64',
        body: soundBody,
        response: answer(soundView),
      },
    },
    async (request) => {
      const lexicon = (await publisher.rows(knownUser(request, parts).name, 'lexicon'))
        .map(({ id, fields }) => `${id}: ${String(fields['value'])}\n`)
        .join('');
      const { reading, ...asked } = request.body;
      const tried = reading === undefined ? '' : `${asked.text}: ${reading}\n`;
      const { wav, ...told } = await parts.speaker.speak({ ...asked, lexicon: tried || lexicon });
      return { ...told, wav: Buffer.from(wav).toString('base64') };
    },
  );
  api.delete(
    '/api/v1/draft',
    { schema: { summary: 'Gives my draft up', response: { 204: Type.Null() } } },
    async (request, reply) => {
      const user = knownUser(request, parts);
      await publisher.discard(user.name);
      audit(parts, user, 'draft.discard', user.name);
      return reply.status(204).send(null);
    },
  );
}

/** One fact a version, with who asked for it and why; a reason in which somebody has written a number is not kept. */
export function auditVersion(
  parts: { readonly engine: Pick<HttpParts['engine'], 'note'> },
  user: Pick<User, 'name'> & { readonly role: User['role'] | 'host' },
  version: PublishedVersion,
): void {
  const { author: by, emergency, hash, undoOf } = version;
  const why = holdsNumber(version.reason) ? '****' : version.reason;
  const details = { author: by, emergency, reason: why, hash, ...(undoOf !== null && { undoOf }) };
  audit(parts, user, 'site.publish', `version ${String(version.number)}`, details);
}

function headOf({ changes, ...draft }: Draft) {
  const { author: by, createdAtMs, changedAtMs, reason: why, undoOf } = draft;
  return { author: by, createdAtMs, changedAtMs, reason: why, undoOf, changes: changes.length };
}

function changeHead(change: DraftChange) {
  if (change.is === 'text') {
    const what = change.text === null ? 'remove' : change.before === null ? 'add' : 'change';
    return { kind: 'file', id: change.file, what } as const;
  }
  const what = change.fields === null ? 'remove' : change.before === null ? 'add' : 'change';
  return { kind: change.table, id: change.id, what } as const;
}

const viewVersion = (version: PublishedVersion): VersionView => ({
  ...version,
  review: version.review && { ...version.review },
});

const viewFinding = ({ level, file, line, field, zh, en }: JudgedDraft['findings'][number]) => ({
  ...{ level, file, line, field },
  ...{ zh, en },
});

/** The findings that a draft brings about, as pages see them; what stands in force already is none of a form's business. */
export const viewFindings = ({ findings }: JudgedDraft) =>
  findings.filter(({ known }) => !known).map(viewFinding);

function viewJudged(judged: JudgedDraft) {
  const { hearing } = judged;
  return {
    findings: viewFindings(judged),
    hearing: hearing && { ...hearing, heard: [...hearing.heard], otherwise: [...hearing.otherwise] },
  };
}

/** @throws REQUEST_INVALID for what no row of a file can hold */
function wantedFields(given: Readonly<Record<string, unknown>>): WantedFields {
  const bad = Object.entries(given).find(([, value]) => value !== null && !isRowValue(value, 1));
  if (JSON.stringify(given).length > largestRow || bad !== undefined)
    throw new AppError('REQUEST_INVALID', {
      in: 'body',
      field: bad === undefined ? 'fields' : `fields.${bad[0]}`,
    });
  return given as WantedFields;
}

function isRowValue(value: unknown, depth: number): value is RowValue {
  if (typeof value === 'string') return value.length <= 2_000 && !/[^\P{Cc}\n]/u.test(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'boolean') return true;
  if (typeof value !== 'object' || value === null || depth > 5) return false;
  return Object.values(value).every((inner) => isRowValue(inner, depth + 1));
}
