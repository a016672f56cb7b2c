// Opening the number or a recording of a sealed contact: asked for with a reason, agreed to by a second person, used once.
import { randomUUID } from 'node:crypto';
import { Type, type Static } from 'typebox';
import type { CallerKey } from '../../contact/ids.js';
import { decideOpening, openedThings, openingState, useOpening, type Opening } from '../../engine/opening.js';
import { AppError } from '../../errors.js';
import type { User } from './access.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { typedText } from './typed-text.js';
import { lineOfText, nullable, oneOf } from './views.js';

const params = Type.Object({ id: lineOfText(100) });
const body = Type.Object(
  {
    what: oneOf(openedThings),
    /** Of a recording: the last part of its name. */
    file: Type.Optional(Type.String({ pattern: '^[\\w.-]{1,120}\\.wav$' })),
    reason: Type.String({ pattern: '^\\P{Cc}{4,200}$' }),
  },
  { additionalProperties: false },
);
const openingView = Type.Object({
  openingId: Type.String(),
  contactId: Type.String(),
  what: oneOf(openedThings),
  file: nullable(Type.String()),
  reason: Type.String(),
  requestedBy: Type.String(),
  requestedAtMs: Type.Integer(),
  decidedBy: nullable(Type.String()),
  decidedAtMs: nullable(Type.Integer()),
  usedAtMs: nullable(Type.Integer()),
  state: oneOf(['open', 'agreed', 'refused', 'used', 'expired']),
});

/** What is listed: everything that can still be used, and how the last ones ended. */
const listedMs = 24 * 3_600_000;

/** Adds the routes. */
export function addOpeningRoutes(api: Api, parts: HttpParts): void {
  const { openings, records, numbers, nowMs } = parts;

  function shown(opening: Opening): Static<typeof openingView> {
    const { version: _version, agreed: _agreed, ...rest } = opening;
    return { ...rest, state: openingState(opening, nowMs()) };
  }

  api.post(
    '/api/v1/contacts/:id/openings',
    {
      schema: {
        summary:
          'Asks to open the number or a recording of a sealed contact; a second person decides; audited',
        params,
        body,
        response: { 201: openingView },
      },
      config: { rateLimit: { max: 30 } },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const { id: contactId } = request.params;
      const { what, file = null } = request.body;
      const reason = typedText('reason', request.body.reason);
      const found = await records.contact(contactId);
      if (found === undefined) throw new AppError('CONTACT_UNKNOWN');
      if (found.record.sealed === null) throw new AppError('CONTACT_NOT_SEALED');
      const isThere = found.record.recordings.some((one) => one.endsWith(`/${file ?? ''}`));
      if (what === 'recording' && (file === null || !isThere)) throw new AppError('RECORDING_MISSING');
      const opening: Opening = {
        ...{ openingId: randomUUID(), contactId, what, file: what === 'recording' ? file : null, reason },
        ...{ requestedBy: user.name, requestedAtMs: nowMs() },
        ...{ decidedBy: null, decidedAtMs: null, agreed: null, usedAtMs: null, version: 0 },
      };
      await openings.add(opening);
      audit(parts, user, 'opening.request', contactId, { openingId: opening.openingId, what, reason });
      return reply.status(201).send(shown(opening));
    },
  );

  api.get(
    '/api/v1/openings',
    {
      schema: {
        summary: 'Wishes to open something sealed, of the last 24 hours, newest first',
        response: { 200: Type.Object({ openings: Type.Array(openingView) }) },
      },
    },
    async () => ({ openings: (await openings.since(nowMs() - listedMs)).map(shown) }),
  );

  /** @throws OPENING_UNKNOWN */
  async function known(id: string): Promise<Opening> {
    const opening = await openings.find(id);
    if (opening === undefined) throw new AppError('OPENING_UNKNOWN');
    return opening;
  }

  const decisions = [
    [
      'agree',
      true,
      'opening.agree',
      'Agrees to an opening somebody else asked for, within 30 minutes; audited',
    ],
    ['refuse', false, 'opening.refuse', 'Refuses it; audited'],
  ] as const;
  for (const [path, agreed, act, summary] of decisions) {
    api.post(
      `/api/v1/openings/:id/${path}`,
      { schema: { summary, params, response: { 200: openingView } } },
      async (request) => {
        const user = knownUser(request, parts);
        const step = decideOpening(await known(request.params.id), user.name, agreed, nowMs());
        if (!step.ok) throw new AppError(step.code);
        const { opening } = step;
        if (!(await openings.settle(opening))) throw new AppError('OPENING_OVER');
        const { openingId, what, requestedBy } = opening;
        audit(parts, user, act, opening.contactId, { openingId, what, requestedBy });
        return shown(opening);
      },
    );
  }

  api.post(
    '/api/v1/openings/:id/number',
    {
      schema: {
        summary: 'The number, once, to who asked for it; audited',
        params,
        response: { 200: Type.Object({ contactId: Type.String(), number: nullable(Type.String()) }) },
      },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const { contactId } = await known(request.params.id);
      const found = await records.contact(contactId);
      if (found === undefined) throw new AppError('CONTACT_UNKNOWN');
      // Read first: an opening is not used up by a database that is away.
      const number = await numbers.find(found.record.callerKey as CallerKey);
      await openOnce(parts, user, request.params.id, { contactId, what: 'number', file: null });
      audit(parts, user, 'opening.number', contactId, { openingId: request.params.id });
      return reply.header('cache-control', 'no-store').send({ contactId, number: number ?? null });
    },
  );
}

/** Uses an opening up. @throws OPENING_NEEDED, OPENING_OVER */
export async function openOnce(
  { openings, nowMs }: Pick<HttpParts, 'openings' | 'nowMs'>,
  user: User,
  openingId: string | undefined,
  use: Pick<Opening, 'contactId' | 'what' | 'file'>,
): Promise<void> {
  const opening = openingId === undefined ? undefined : await openings.find(openingId);
  if (opening === undefined) throw new AppError('OPENING_NEEDED');
  const step = useOpening(opening, { ...use, by: user.name }, nowMs());
  if (!step.ok) throw new AppError(step.code);
  // Two at once: the second finds it used.
  if (step.opening !== opening && !(await openings.settle(step.opening))) throw new AppError('OPENING_OVER');
}
