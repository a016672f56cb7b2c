// Contacts: the list of records, one with its journal, and what an agent does with a contact of his.
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { ContactSignal } from '../../contact/contact-signals.js';
import { dispositionCategories, dispositionOutcomes } from '../../contact/disposition.js';
import type { AgentId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import type { ContactRecord } from '../../metrics/contact-record.js';
import { subsetNames } from '../../metrics/subset.js';
import type { Site } from '../../site/site.js';
import { mayExport, seesOwnContactsOnly, type User } from './access.js';
import { exportContacts } from './contact-export.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { instantIn, instantText } from './instant.js';
import { tallyRulesOf } from './kpi-report.js';
import { actOnOwnContact } from './own-contact.js';
import type { ContactFilter } from './record-reader.js';
import { groupFilter } from './report-groups.js';
import { fileFormat } from './table-file.js';
import { contactView, lineOfText, oneOf } from './views.js';

const params = Type.Object({ id: lineOfText(100) });

const listQuery = Type.Object(
  {
    from: Type.Optional(instantText),
    to: Type.Optional(instantText),
    agentId: Type.Optional(lineOfText(32)),
    kpiLine: Type.Optional(lineOfText(64)),
    answered: Type.Optional(oneOf(['true', 'false'])),
    missed: Type.Optional(oneOf(['true', 'false'])),
    subset: Type.Optional(oneOf(subsetNames)),
    queueId: Type.Optional(lineOfText(64)),
    entryId: Type.Optional(lineOfText(64)),
    teamId: Type.Optional(lineOfText(64)),
    format: Type.Optional(fileFormat),
    lang: Type.Optional(oneOf(['zh', 'en'])),
    cursor: Type.Optional(lineOfText(200)),
    limit: Type.Optional(
      Type.String({ pattern: '^(?:[1-9]\\d?|1\\d\\d|200)$', description: '1 to 200; 50' }),
    ),
  },
  { additionalProperties: false },
);

const recordingBody = Type.Object({ paused: Type.Boolean() }, { additionalProperties: false });

/** At least one field. The matter's number has 12 or 18 digits (ASSUMED); the district is the office's own word for it. */
const dispositionBody = Type.Object(
  {
    category: Type.Optional(oneOf(dispositionCategories)),
    outcome: Type.Optional(oneOf(dispositionOutcomes)),
    district: Type.Optional(Type.String({ pattern: '^[\\p{Script=Han}A-Za-z0-9-]{1,20}$' })),
    matterNumber: Type.Optional(Type.String({ pattern: '^(?:\\d{12}|\\d{18})$' })),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** A record as it stands; its fields are those of docs/api.md. */
export const recordView = Type.Record(Type.String(), Type.Unknown());
const factView = Type.Object({
  stream: Type.String(),
  id: Type.String(),
  seq: Type.Integer(),
  atMs: Type.Integer(),
  type: Type.String(),
  data: Type.Unknown(),
});

/** Adds the routes of contacts. Agents see their own contacts, the others all. */
export function addContactRoutes(api: Api, parts: HttpParts): void {
  const { records } = parts;

  api.get(
    '/api/v1/contacts',
    {
      schema: {
        summary: 'Call records, newest first; go on with the cursor',
        querystring: listQuery,
        response: {
          200: Type.Object({
            contacts: Type.Array(recordView),
            cursor: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const filter = filterFor(user, request.query, parts.sites.current());
      const { format, lang = 'zh' } = request.query;
      if (format !== undefined && format !== 'json') {
        if (!mayExport(user)) throw new AppError('FORBIDDEN');
        return exportContacts(reply, parts, user, { filter, format, lang });
      }
      const result = await records.contacts(filter);
      if (!result.ok) throw new AppError(result.code);
      return { contacts: result.page.contacts.map(shownRecord), cursor: result.page.cursor };
    },
  );

  api.get(
    '/api/v1/contacts/:id',
    {
      schema: {
        summary: 'One call: its record and its journal',
        params,
        response: { 200: Type.Object({ record: recordView, journal: Type.Array(factView) }) },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const found = await records.contact(request.params.id);
      if (found === undefined || !maySee(user, found.record)) throw new AppError('CONTACT_UNKNOWN');
      const journal = found.journal.filter(({ type }) => !isSilent(user, type));
      return { record: shownRecord(found.record), journal: journal.map(shownFact) };
    },
  );

  const act = (request: FastifyRequest, id: string, signalBy: (agentId: AgentId) => ContactSignal) =>
    actOnOwnContact(parts, request, id, signalBy);

  const answer = { 200: contactView };
  api.post(
    '/api/v1/contacts/:id/release',
    { schema: { summary: 'Ends the talk; the citizen hears the goodbye', params, response: answer } },
    async (request) => act(request, request.params.id, (agentId) => ({ type: 'AgentReleased', agentId })),
  );
  api.post(
    '/api/v1/contacts/:id/recording',
    { schema: { summary: '暂停录音 and 恢复', params, body: recordingBody, response: answer } },
    async (request) =>
      act(request, request.params.id, (agentId) => ({
        type: 'PauseRecording',
        agentId,
        paused: request.body.paused,
      })),
  );
  api.post(
    '/api/v1/contacts/:id/disposition',
    { schema: { summary: '处置结果', params, body: dispositionBody, response: answer } },
    async (request) =>
      act(request, request.params.id, (agentId) => ({
        type: 'SetDisposition',
        agentId,
        disposition: request.body,
      })),
  );
}

function filterFor(user: User, query: Static<typeof listQuery>, site: Site): ContactFilter {
  const { from, to, agentId, kpiLine, answered, missed, subset, cursor, limit } = query;
  const whose = seesOwnContactsOnly(user) ? user.agentId : agentId;
  return {
    ...(from !== undefined && { fromMs: instantIn('from', from) }),
    ...(to !== undefined && { toMs: instantIn('to', to) }),
    ...(whose !== undefined && { agentId: whose }),
    ...(kpiLine !== undefined && { kpiLine }),
    ...(answered !== undefined && { answered: answered === 'true' }),
    ...(missed !== undefined && { missed: missed === 'true' }),
    ...(subset !== undefined && { subset: { name: subset, rules: tallyRulesOf(site.metricsPolicy) } }),
    ...groupFilter(query, site),
    ...(cursor !== undefined && { cursor }),
    ...(limit !== undefined && { limit: Number(limit) }),
  };
}

function maySee(user: User, record: ContactRecord): boolean {
  return !seesOwnContactsOnly(user) || record.agentIds.includes(user.agentId);
}

/** 监听 stays silent: those who are listened to do not read of it. */
function isSilent(user: User, type: string): boolean {
  return seesOwnContactsOnly(user) && type.startsWith('Supervision');
}

/** The caller's key links calls of one number; it is for the service's own use. */
export function shownRecord({ callerKey: _hidden, ...shown }: ContactRecord) {
  return { ...shown };
}

function shownFact({ stream, id, seq, atMs, type, data }: Static<typeof factView>) {
  if (typeof data !== 'object' || data === null) return { stream, id, seq, atMs, type, data };
  const { callerKey: _hidden, ...shown } = data as Readonly<Record<string, unknown>>;
  return { stream, id, seq, atMs, type, data: shown };
}
