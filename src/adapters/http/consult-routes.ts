// 专家座席咨询: an agent asks for an expert, and goes on from there; and the consults of the moment.
import { Type, type Static } from 'typebox';
import type { ContactSignal } from '../../contact/contact-signals.js';
import type { ExpertWish } from '../../contact/consult.js';
import { expertThere } from '../../contact/consult.js';
import { confidentialText, isSealed } from '../../contact/confidential.js';
import { dayKeyAt, dayStartMs } from '../../contact/civil-time.js';
import type { AgentId, ContactId } from '../../contact/ids.js';
import type { ConsultShown } from '../../engine/expert-desk.js';
import { AppError } from '../../errors.js';
import { consultFigures, consultsIn, helpRate } from '../../metrics/consults.js';
import { leads, type User } from './access.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { createReadLane, keepReading } from './kept-reading.js';
import { actOnOwnContact } from './own-contact.js';
import { typedText } from './typed-text.js';
import {
  consultStateOf,
  consultStates,
  contactView,
  lineOfText,
  nullable,
  oneOf,
  viewContact,
} from './views.js';

const dayEveryMs = 15_000;
const params = Type.Object({ id: lineOfText(100) });
const body = Type.Object(
  {
    department: Type.Optional(lineOfText(64)),
    skill: Type.Optional(lineOfText(64)),
    expertId: Type.Optional(lineOfText(16)),
    note: lineOfText(200),
  },
  { additionalProperties: false },
);
const response = { 200: contactView };
const consultsView = Type.Object({
  consults: Type.Array(
    Type.Object({
      ...{ consultId: Type.String(), contactId: Type.String(), agentId: Type.String() },
      ...{ department: nullable(Type.String()), skill: nullable(Type.String()) },
      /** An emergency line or a utility. */
      target: nullable(Type.String()),
      state: oneOf(consultStates),
      /** Who has taken it, or who is rung. */
      expertIds: Type.Array(Type.String()),
      ...{ soughtAtMs: Type.Integer(), sinceMs: Type.Integer() },
      /** 1 = next; null = it does not wait for an expert. */
      place: nullable(Type.Integer()),
      expectedMs: nullable(Type.Integer()),
      /** For the agent, the expert and those who lead; null for others. */
      note: nullable(Type.String()),
      caller: nullable(Type.String()),
      entryId: Type.String(),
    }),
  ),
  /** Since midnight; empty where the records cannot be read. */
  day: Type.Array(
    Type.Object({
      /** Null = a skill or a person was asked for, and nobody took it. */
      departmentId: nullable(Type.String()),
      ...{ sought: Type.Integer(), answered: Type.Integer(), helped: Type.Integer() },
      handedOver: Type.Integer(),
      /** Mean from the asking until an expert took it. */
      answerMs: nullable(Type.Integer()),
      helpRate: nullable(Type.Number()),
    }),
  ),
});
export type ConsultsView = Static<typeof consultsView>;

/** Adds all. */
export function addConsultRoutes(api: Api, parts: HttpParts): void {
  const { engine, sites, records, nowMs, log } = parts;
  const day = keepReading({
    ...{ name: 'consults of the day', everyMs: dayEveryMs, lane: createReadLane(), nowMs, log },
    async read() {
      const dayKey = dayKeyAt(nowMs());
      const facts = await records.consultFacts({ fromMs: dayStartMs(dayKey), toMs: nowMs() });
      return { dayKey, figures: consultFigures(consultsIn(facts)) };
    },
  });

  api.post(
    '/api/v1/contacts/:id/consult',
    {
      schema: {
        summary: '咨询专家: a department, a skill or a person; reserved first, then the citizen hears music',
        ...{ params, body, response },
      },
    },
    async (request) => {
      const { agentId } = knownUser(request, parts);
      if (agentId === null) throw new AppError('FORBIDDEN');
      const id = request.params.id as ContactId;
      const note = typedText('note', request.body.note);
      const refused = engine.consults.begin(id, agentId, wishOf(request.body), note);
      if (refused !== undefined) throw new AppError(refused);
      const contact = engine.contacts().find((live) => live.id === id);
      if (contact === undefined) throw new AppError('CONTACT_UNKNOWN');
      return viewContact(contact, engine.placeOf(id));
    },
  );

  for (const [path, type, summary] of [
    ['three-party', 'ConferConsult', '三方通话: citizen, agent and expert hear one another'],
    ['hand-over', 'HandOver', "The citizen is the expert's; the agent goes on to his wrap-up"],
    ['back', 'EndConsult', 'The agent goes back to the citizen; the expert is let go'],
  ] as const)
    api.post(
      `/api/v1/contacts/:id/consult/${path}`,
      { schema: { summary, params, response } },
      async (request) =>
        actOnOwnContact(parts, request, request.params.id, (agentId): ContactSignal => ({ type, agentId })),
    );

  api.delete(
    '/api/v1/contacts/:id/consult',
    { schema: { summary: 'Gives the consult up, wherever it stands', params, response } },
    async (request) =>
      actOnOwnContact(parts, request, request.params.id, (agentId) => ({ type: 'EndConsult', agentId })),
  );

  api.get(
    '/api/v1/consults',
    {
      schema: {
        summary: 'Consults of the moment, those that wait for an expert included',
        response: { 200: consultsView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { dayKey, figures = [] } = day.value() ?? {};
      return {
        consults: engine.consults.all().map((shown) => viewOf(shown, user)),
        day: dayKey === dayKeyAt(nowMs()) ? figures.map((one) => ({ ...one, helpRate: helpRate(one) })) : [],
      };
    },
  );

  /** The note and the number are for who is in it. */
  function viewOf(
    { contact, agentId, consult, place, expectedMs }: ConsultShown,
    user: User,
  ): ConsultsView['consults'][number] {
    const { consultId, wish, note, phase, soughtAtMs, sinceMs, calls } = consult;
    const there = expertThere(consult);
    const asked = there === undefined ? calls : [there];
    const isOne = asked.some(({ expertId }) => agentOf(expertId) === user.agentId);
    const mayKnow = leads(user.role) || (user.agentId !== null && (agentId === user.agentId || isOne));
    return {
      ...{ consultId, contactId: contact.id, agentId, state: consultStateOf(phase), soughtAtMs, sinceMs },
      department: 'departmentId' in wish ? wish.departmentId : null,
      skill: 'skill' in wish ? wish.skill : null,
      target: 'targetId' in wish ? wish.targetId : null,
      expertIds: asked.map(({ expertId }) => expertId),
      ...{ place, expectedMs, entryId: contact.arrival.entryId },
      note: mayKnow ? note : null,
      caller: mayKnow ? (isSealed(contact) ? confidentialText : contact.arrival.callerMasked) : null,
    };
  }

  function agentOf(expertId: string): AgentId | null {
    const phone = sites.current().expertSeats.experts.get(expertId)?.phone;
    return phone !== undefined && 'agentId' in phone ? phone.agentId : null;
  }
}

/** One of the three. @throws REQUEST_INVALID */
function wishOf({ department, skill, expertId }: Static<typeof body>): ExpertWish {
  const wishes: readonly ExpertWish[] = [
    ...(department === undefined ? [] : [{ departmentId: department }]),
    ...(skill === undefined ? [] : [{ skill }]),
    ...(expertId === undefined ? [] : [{ expertId }]),
  ];
  const [wish] = wishes;
  if (wish !== undefined && wishes.length === 1) return wish;
  throw new AppError('REQUEST_INVALID', {
    ...{ in: 'body', field: wish === undefined ? 'department' : 'skill' },
    zh: 'department、skill、expertId 填且只填一项',
    en: 'give department, skill or expertId, and one of them only',
  });
}
