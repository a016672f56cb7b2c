// 骚扰: reminders in a talk, and limits of a caller's number, which two people who lead stand for.
import { randomUUID } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { limitLevels } from '../../contact/contact.js';
import type { CallerKey } from '../../contact/ids.js';
import {
  decideLimit,
  isReviewDue,
  liftLimit,
  limitState,
  mostLimitDays,
  reviewLimit,
  type LimitRow,
  type LimitStep,
} from '../../engine/call-limit.js';
import { AppError } from '../../errors.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { actOnOwnContact } from './own-contact.js';
import { typedText } from './typed-text.js';
import { contactView, lineOfText, nullable, oneOf } from './views.js';

const params = Type.Object({ id: lineOfText(100) });
const body = Type.Object(
  {
    contactId: Type.Optional(lineOfText(100)),
    number: Type.Optional(lineOfText(40)),
    level: oneOf(limitLevels),
    days: Type.Integer({ minimum: 1, maximum: mostLimitDays }),
    reason: Type.String({ pattern: '^\\P{Cc}{4,200}$' }),
  },
  { additionalProperties: false },
);
const limitView = Type.Object({
  limitId: Type.String(),
  callerMasked: Type.String(),
  level: oneOf(limitLevels),
  reason: Type.String(),
  contactId: nullable(Type.String()),
  proposedBy: Type.String(),
  proposedAtMs: Type.Integer(),
  untilMs: Type.Integer(),
  decidedBy: nullable(Type.String()),
  decidedAtMs: nullable(Type.Integer()),
  reviewedBy: nullable(Type.String()),
  reviewedAtMs: nullable(Type.Integer()),
  liftedBy: nullable(Type.String()),
  liftedAtMs: nullable(Type.Integer()),
  state: oneOf(['proposed', 'inForce', 'refused', 'lifted', 'expired']),
  reviewDue: Type.Boolean(),
});
const dayMs = 86_400_000;
/** What is over is listed so long. */
const listedMs = 30 * dayMs;

/** Adds all. */
export function addLimitRoutes(api: Api, parts: HttpParts): void {
  const { limits, records, callerOf, engine, nowMs } = parts;

  api.post(
    '/api/v1/contacts/:id/warn',
    {
      schema: {
        summary: '文明提醒: the machine reminds the citizen; the third time the call ends; audited',
        params,
        response: { 200: contactView },
      },
    },
    async (request) => {
      const { id } = request.params;
      const contact = actOnOwnContact(parts, request, id, (agentId) => ({ type: 'Warn', agentId }));
      audit(parts, knownUser(request, parts), 'contact.warn', id);
      return contact;
    },
  );

  function shown(limit: LimitRow): Static<typeof limitView> {
    const { callerKey: _hidden, version: _version, agreed: _agreed, ...rest } = limit;
    const atMs = nowMs();
    return { ...rest, state: limitState(limit, atMs), reviewDue: isReviewDue(limit, atMs) };
  }

  api.get(
    '/api/v1/limits',
    {
      schema: {
        summary: 'Limits of callers’ numbers: proposed, in force, and those of the last 30 days',
        response: { 200: Type.Object({ limits: Type.Array(limitView) }) },
      },
    },
    async () => ({ limits: (await limits.list(nowMs(), nowMs() - listedMs)).map(shown) }),
  );

  api.post(
    '/api/v1/limits',
    {
      schema: {
        summary:
          'Proposes a limit for the caller of a contact, or of one whole number; a second person decides; audited',
        body,
        response: { 201: limitView },
      },
      config: { rateLimit: { max: 60 } },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const { contactId, number, level, days } = request.body;
      const reason = typedText('reason', request.body.reason);
      const caller = await named(contactId, number);
      const limit: LimitRow = {
        ...{ limitId: randomUUID(), ...caller, level, reason, contactId: contactId ?? null },
        ...{ proposedBy: user.name, proposedAtMs: nowMs(), untilMs: nowMs() + days * dayMs },
        ...{ decidedBy: null, decidedAtMs: null, agreed: null, reviewedBy: null, reviewedAtMs: null },
        ...{ liftedBy: null, liftedAtMs: null, version: 0 },
      };
      await limits.add(limit);
      const { limitId, callerMasked } = limit;
      audit(parts, user, 'limit.propose', contactId ?? callerMasked, { limitId, level, days, reason });
      return reply.status(201).send(shown(limit));
    },
  );

  /** Never a service's number, nor an area: a person's whole one. @throws CONTACT_UNKNOWN, NUMBER_INVALID, REQUEST_INVALID */
  async function named(contactId?: string, number?: string) {
    if ((contactId === undefined) === (number === undefined))
      throw new AppError('REQUEST_INVALID', {
        ...{ in: 'body', field: 'contactId', zh: 'contactId 与 number 填其中一项' },
        en: 'give either contactId or number',
      });
    const live = engine.contacts().find(({ id }) => id === contactId)?.arrival;
    const recorded = contactId === undefined ? undefined : (await records.contact(contactId))?.record;
    if (contactId !== undefined && live === undefined && recorded === undefined)
      throw new AppError('CONTACT_UNKNOWN');
    const caller = live ?? recorded ?? callerOf(number ?? '');
    if (caller === undefined || caller.callerKey === '' || /^\d{1,6}$/.test(caller.callerMasked))
      throw new AppError('NUMBER_INVALID');
    return { callerKey: caller.callerKey as CallerKey, callerMasked: caller.callerMasked };
  }

  const acts: readonly (readonly [
    path: 'agree' | 'refuse' | 'review' | 'lift',
    summary: string,
    act: (limit: LimitRow, by: string, atMs: number) => LimitStep,
  ])[] = [
    [
      'agree',
      'Agrees to a limit somebody else proposed: in force at once; audited',
      (limit, by, atMs) => decideLimit(limit, by, true, atMs),
    ],
    ['refuse', 'Refuses it; audited', (limit, by, atMs) => decideLimit(limit, by, false, atMs)],
    ['review', 'Looked at again, and left in force; audited', reviewLimit],
    ['lift', 'Takes it back; audited', liftLimit],
  ];
  for (const [path, summary, act] of acts) {
    api.post(
      `/api/v1/limits/:id/${path}`,
      { schema: { summary, params, response: { 200: limitView } } },
      async (request) => {
        const user = knownUser(request, parts);
        const limit = await limits.find(request.params.id);
        if (limit === undefined) throw new AppError('LIMIT_UNKNOWN');
        const step = act(limit, user.name, nowMs());
        if (!step.ok) throw new AppError(step.code);
        if (!(await limits.settle(step.limit))) throw new AppError('LIMIT_OVER');
        const { limitId, contactId, callerMasked, proposedBy } = limit;
        audit(parts, user, `limit.${path}`, contactId ?? callerMasked, { limitId, proposedBy });
        await parts.standingsChanged();
        return shown(step.limit);
      },
    );
  }
}
