// 外呼: an agent calls the caller of a contact, whose number he does not see, or a number that he types.
import { Type } from 'typebox';
import { callPurposes } from '../../contact/call-purpose.js';
import type { SealKind } from '../../contact/contact.js';
import type { AgentId, CallerKey, ContactId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';
import type { User } from './access.js';
import { audit } from './audit.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { contactView, lineOfText, oneOf, viewContact } from './views.js';

const params = Type.Object({ id: lineOfText(32) });
const body = Type.Object(
  {
    /** Its caller is called; without `number` this, without it that. */
    contactId: Type.Optional(lineOfText(100)),
    number: Type.Optional(Type.String({ pattern: '^\\+?[0-9 ()-]{3,24}$' })),
    purpose: Type.Optional(oneOf(callPurposes)),
    citizenAgreed: Type.Optional(
      Type.Boolean({ description: 'a confidential caller, or one on the stop list, asked to be called' }),
    ),
  },
  { additionalProperties: false },
);

/** Whom a contact is of. */
interface Caller {
  readonly about: ContactId;
  readonly callerKey: CallerKey;
  readonly sealed: SealKind | null;
}

/** Adds the one route. */
export function addCallOutRoutes(api: Api, parts: HttpParts): void {
  const { engine, records, numbers, messages, callerOf, nowMs } = parts;

  /** His own contact, or a missed one, which is nobody's yet. @throws CONTACT_UNKNOWN */
  async function callerOfContact(user: User, id: string): Promise<Caller> {
    const live = engine.contacts().find((contact) => contact.id === id);
    if (live !== undefined) {
      if (live.lastAgentId !== user.agentId && user.role !== 'supervisor')
        throw new AppError('CONTACT_UNKNOWN');
      const { callerKey, out } = live.arrival;
      // Tried again, it is about the same contact as the first time.
      return { about: out?.about ?? live.id, callerKey, sealed: live.sealed ?? null };
    }
    const record = (await records.contact(id))?.record;
    const isHis = record?.agentIds.includes(user.name) || record?.missed || user.role === 'supervisor';
    if (record === undefined || !isHis) throw new AppError('CONTACT_UNKNOWN');
    return { about: id as ContactId, callerKey: record.callerKey as CallerKey, sealed: record.sealed };
  }

  /** @throws NUMBER_MISSING */
  async function numberOf({ callerKey }: Caller): Promise<string> {
    const number = callerKey === '' ? undefined : await numbers.find(callerKey).catch(() => undefined);
    if (number === undefined || number === '') throw new AppError('NUMBER_MISSING');
    return number;
  }

  /** 「不回拨、不发短信」; unreadable now, nobody is taken to stand in it. @throws CALLER_STOP_LISTED */
  async function refuseStopListed(callerKey: string | undefined): Promise<void> {
    if (callerKey === undefined || callerKey === '') return;
    const kind = await messages.stopList.kindFor(callerKey as CallerKey, nowMs()).catch(() => undefined);
    if (kind === 'stopListed') throw new AppError('CALLER_STOP_LISTED');
  }

  api.post(
    '/api/v1/agents/:id/calls',
    {
      schema: {
        summary:
          '外呼: calls the caller of a contact, or a number; the agent’s phone rings first, and who is called hears the recording notice',
        params,
        body,
        response: { 200: contactView },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const agentId = request.params.id as AgentId;
      if (user.agentId !== agentId) throw new AppError('FORBIDDEN');
      const { contactId, number: typed, citizenAgreed = false } = request.body;
      const { purpose = typed === undefined ? 'callBack' : 'other' } = request.body;
      if (contactId === undefined && typed === undefined)
        throw new AppError('REQUEST_INVALID', {
          ...{ in: 'body', field: 'number', zh: '请写 contactId(回拨其来电人)或 number' },
          en: 'name a contactId, whose caller is called, or a number',
        });
      const about = contactId === undefined ? undefined : await callerOfContact(user, contactId);
      // An office called about a contact is not its caller.
      const caller = typed === undefined ? about : undefined;
      const number = typed ?? (about === undefined ? '' : await numberOf(about));
      const callerKey = caller?.callerKey ?? callerOf(number)?.callerKey;
      const isCaller = caller !== undefined || (about !== undefined && callerKey === about.callerKey);
      if (!citizenAgreed) await refuseStopListed(callerKey);
      const answer = engine.callOut({
        ...{ agentId, by: 'agent', purpose, number, citizenAgreed },
        ...(about !== undefined && { about: about.about }),
        sealed: isCaller ? (about?.sealed ?? null) : null,
      });
      if (!answer.ok)
        throw new AppError(answer.code, answer.because === undefined ? {} : { because: answer.because });
      if (citizenAgreed) audit(parts, user, 'call.agreed', answer.contactId, { about: contactId ?? null });
      const contact = engine.contacts().find(({ id }) => id === answer.contactId);
      if (contact === undefined) throw new AppError('CONTACT_UNKNOWN');
      return viewContact(contact, null);
    },
  );
}
