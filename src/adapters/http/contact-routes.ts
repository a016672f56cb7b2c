// Contacts: the list of records, one with its journal, and what an agent does with a contact of his.
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { confidentialText } from '../../contact/confidential.js';
import type { ContactSignal } from '../../contact/contact-signals.js';
import { dispositionCategories, dispositionOutcomes } from '../../contact/disposition.js';
import type { AgentId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import { missedCauseTexts, type ContactRecord, type MissedCause } from '../../metrics/contact-record.js';
import { subsetNames } from '../../metrics/subset.js';
import { numberStates } from '../../numbers/ledger-row.js';
import type { Site } from '../../site/site.js';
import { mayExport, seesOwnContactsOnly, type User } from './access.js';
import { audit } from './audit.js';
import { exportContacts } from './contact-export.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { instantIn, instantText } from './instant.js';
import { tallyRulesOf } from './kpi-report.js';
import { linkedContacts, maySee } from './linked-contacts.js';
import { actOnOwnContact } from './own-contact.js';
import { pageFields } from './page-query.js';
import type { ContactFilter, ContactPage } from './record-reader.js';
import { groupFilter, noGroup } from './report-groups.js';
import { fileFormat } from './table-file.js';
import { askedWithoutNumbers } from './typed-text.js';
import {
  agentNames,
  cityViews,
  contactView,
  lineOfText,
  namesOf,
  namesView,
  nullable,
  oneOf,
} from './views.js';

const params = Type.Object({ id: lineOfText(100) });
const missedCauses = Object.keys(missedCauseTexts) as readonly MissedCause[];

/** What narrows a list of contacts, in an address or in a body. */
export const listFields = {
  from: Type.Optional(instantText),
  to: Type.Optional(instantText),
  agentId: Type.Optional(lineOfText(32)),
  kpiLine: Type.Optional(lineOfText(64)),
  entryId: Type.Optional(lineOfText(64)),
  queueId: Type.Optional(lineOfText(64)),
  tag: Type.Optional(lineOfText(64)),
  category: Type.Optional(oneOf(dispositionCategories)),
  outcome: Type.Optional(oneOf(dispositionOutcomes)),
  missedCause: Type.Optional(oneOf(missedCauses)),
  minTalkMs: Type.Optional(Type.String({ pattern: '^\\d{1,9}$', description: 'talked at least so long' })),
  answered: Type.Optional(oneOf(['true', 'false'])),
  missed: Type.Optional(oneOf(['true', 'false'])),
  cutOff: Type.Optional(oneOf(['true', 'false'])),
  subset: Type.Optional(oneOf(subsetNames)),
  teamId: Type.Optional(lineOfText(64)),
  answeredBy: Type.Optional(lineOfText(32)),
  scopeKind: Type.Optional(lineOfText(64)),
  regionPicked: Type.Optional(lineOfText(64)),
  numberState: Type.Optional(oneOf([...numberStates, noGroup])),
  ...pageFields,
};

const listQuery = Type.Object(listFields, { additionalProperties: false });
const fileQuery = Type.Object(
  { ...listFields, format: Type.Optional(fileFormat), lang: Type.Optional(oneOf(['zh', 'en'])) },
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

/** A page of records. */
export const contactPageView = Type.Object({
  contacts: Type.Array(recordView),
  cursor: Type.Union([Type.String(), Type.Null()]),
});
const factView = Type.Object({
  stream: Type.String(),
  id: Type.String(),
  seq: Type.Integer(),
  atMs: Type.Integer(),
  type: Type.String(),
  data: Type.Unknown(),
});

const storyView = Type.Object({
  record: recordView,
  journal: Type.Array(factView),
  /** The contact that it was before a sub-centre handed it over, and those that it became; null and none where there is none to be seen. */
  earlier: nullable(recordView),
  later: Type.Array(recordView),
  names: Type.Object({ queues: namesView, skills: namesView, agents: namesView, cities: namesView }),
});

/** Adds the routes of contacts. Agents see their own contacts, the others all. */
export function addContactRoutes(api: Api, parts: HttpParts): void {
  const { records } = parts;

  api.get(
    '/api/v1/contacts',
    {
      schema: {
        summary: 'Call records, newest first; go on with the cursor',
        querystring: fileQuery,
        response: { 200: contactPageView },
      },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const { format, lang = 'zh', ...question } = request.query;
      const filter = filterFor(user, question, parts.sites.current());
      if (format !== undefined && format !== 'json') {
        if (!mayExport(user)) throw new AppError('FORBIDDEN');
        return exportContacts(reply, parts, user, { filter, format, lang });
      }
      if (!seesOwnContactsOnly(user) && filter.cursor === undefined)
        audit(parts, user, 'contacts.list', 'contacts', askedWithoutNumbers(question));
      return shownPage(await records.contacts(filter));
    },
  );

  api.get(
    '/api/v1/contacts/:id',
    {
      schema: {
        summary: 'One call: its record and its journal',
        params,
        response: { 200: storyView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const found = await records.contact(request.params.id);
      if (found === undefined || !maySee(user, found.record)) throw new AppError('CONTACT_UNKNOWN');
      if (!seesOwnContactsOnly(user)) audit(parts, user, 'contact.seen', request.params.id);
      const journal = found.journal.filter(({ type }) => !isSilent(user, type));
      const site = parts.sites.current();
      const names = {
        queues: namesOf(site.queues.values()),
        skills: namesOf(site.skills.values()),
        // Agents know each other by 工号.
        agents: seesOwnContactsOnly(user) ? [] : agentNames(site),
        // As they were called when it came, where that version is still at hand.
        cities: cityViews(parts.sites.ofVersion(found.record.siteVersion)),
      };
      const isSealed = found.record.sealed !== null;
      const { earlier, later } = await linkedContacts(records, user, found.record);
      return {
        record: shownRecord(found.record),
        earlier: earlier && shownRecord(earlier),
        later: later.map(shownRecord),
        journal: journal.map((fact) => shownFact(fact, isSealed)),
        names,
      };
    },
  );

  const act = (request: FastifyRequest, id: string, signalBy: (agentId: AgentId) => ContactSignal) =>
    actOnOwnContact(parts, request, id, signalBy);

  const answer = { 200: contactView };
  api.post(
    '/api/v1/contacts/:id/release',
    {
      schema: {
        summary: '转评价: ends the talk; the citizen is asked how it was, or hears the goodbye',
        params,
        response: answer,
      },
    },
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
    { schema: { summary: '诉求登记', params, body: dispositionBody, response: answer } },
    async (request) =>
      act(request, request.params.id, (agentId) => ({
        type: 'SetDisposition',
        agentId,
        disposition: request.body,
      })),
  );
}

/** The filter a question names; agents' own contacts only, where that is all they see. @throws REQUEST_INVALID */
export function filterFor(user: User, query: Static<typeof listQuery>, site: Site): ContactFilter {
  const { from, to, agentId, answered, missed, cutOff, minTalkMs, subset, limit, ...rest } = query;
  const { queueId, entryId, teamId, answeredBy, scopeKind, numberState, regionPicked, ...same } = rest;
  const whose = seesOwnContactsOnly(user) ? user.agentId : agentId;
  return {
    ...(from !== undefined && { fromMs: instantIn('from', from) }),
    ...(to !== undefined && { toMs: instantIn('to', to) }),
    ...(whose !== undefined && { agentId: whose }),
    ...same,
    ...(answered !== undefined && { answered: answered === 'true' }),
    ...(missed !== undefined && { missed: missed === 'true' }),
    ...(cutOff !== undefined && { cutOff: cutOff === 'true' }),
    ...(minTalkMs !== undefined && { minTalkMs: Number(minTalkMs) }),
    ...(subset !== undefined && { subset: { name: subset, rules: tallyRulesOf(site.metricsPolicy) } }),
    ...groupFilter({ queueId, entryId, teamId, answeredBy, scopeKind, numberState, regionPicked }, site),
    ...(limit !== undefined && { limit: Number(limit) }),
  };
}

/** 监听 stays silent: those who are listened to do not read of it. */
function isSilent(user: User, type: string): boolean {
  return seesOwnContactsOnly(user) && type.startsWith('Supervision');
}

/** A page as it is shown. @throws CURSOR_INVALID */
export function shownPage(result: ContactPage) {
  if (!result.ok) throw new AppError(result.code);
  return { contacts: result.page.contacts.map(shownRecord), cursor: result.page.cursor };
}

/** The caller's key links calls of one number, and what it was before links it with a contact that may be sealed: both for the service's own use. */
export function shownRecord({ callerKey: _hidden, cameFrom: _linked, ...shown }: ContactRecord) {
  return { ...shown };
}

function shownFact({ stream, id, seq, atMs, type, data }: Static<typeof factView>, isSealed: boolean) {
  if (typeof data !== 'object' || data === null) return { stream, id, seq, atMs, type, data };
  const {
    callerKey: _hidden,
    cameFrom: _linked,
    lastTalk: _before,
    ...shown
  } = data as Readonly<Record<string, unknown>>;
  if (!isSealed || !('callerMasked' in shown)) return { stream, id, seq, atMs, type, data: shown };
  // What was journaled before it was sealed.
  const { redirectedFrom: _forwarder, ...rest } = shown;
  return { stream, id, seq, atMs, type, data: { ...rest, callerMasked: confidentialText } };
}
