// Short messages of a contact: an agent or a supervisor sends one, and sees what became of those sent; the list of whom nobody writes to.
import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { confidentialText } from '../../contact/confidential.js';
import type { CallerKey, ContactId } from '../../contact/ids.js';
import { messageStates, stopKinds, type MessageRefusal } from '../../engine/messages.js';
import { AppError } from '../../errors.js';
import { seesOwnContactsOnly, type User } from './access.js';
import { audit } from './audit.js';
import { maySee } from './linked-contacts.js';
import { knownUser, type Api, type HttpParts } from './http-parts.js';
import { instantIn, instantText } from './instant.js';
import { typedText } from './typed-text.js';
import { lineOfText, oneOf } from './views.js';

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);
const params = Type.Object({ id: lineOfText(100) });
const orderBody = Type.Object(
  { templateId: lineOfText(64), slots: Type.Optional(Type.Record(Type.String(), lineOfText(40))) },
  { additionalProperties: false },
);
const messageView = Type.Object({
  messageId: Type.String(),
  templateId: Type.String(),
  callerMasked: Type.String(),
  sentBy: Type.String(),
  state: oneOf(messageStates),
  code: nullable(Type.String()),
  attempts: Type.Integer(),
  queuedAtMs: Type.Integer(),
  replies: Type.Array(Type.Object({ atMs: Type.Integer(), text: Type.String() })),
});
const stopBody = Type.Object(
  {
    contactId: Type.Optional(lineOfText(100)),
    number: Type.Optional(lineOfText(40)),
    kind: Type.Optional(oneOf(stopKinds)),
    reason: lineOfText(100),
    until: Type.Optional(instantText),
  },
  { additionalProperties: false },
);
const stopView = Type.Object({
  stopId: Type.String(),
  callerMasked: Type.String(),
  kind: oneOf(stopKinds),
  reason: Type.String(),
  sinceMs: Type.Integer(),
  untilMs: nullable(Type.Integer()),
  enteredBy: Type.String(),
});

/** Why nobody gets the message, and what to do instead. */
const refusals: Readonly<Record<MessageRefusal, { readonly zh: string; readonly en: string }>> = {
  templateUnknown: { zh: '没有这条短信模板', en: 'there is no such template' },
  slotsWrong: {
    zh: '变量缺少、多余或内容不允许',
    en: 'a slot is missing, unknown, or holds what it may not',
  },
  noNumber: { zh: '来电未显示号码', en: 'the caller showed no number' },
  notMobile: { zh: '不是手机号码,请口头告知', en: 'no mobile: say it instead' },
  confidential: { zh: '保密来电,不发短信', en: 'the caller is confidential' },
  stopListed: { zh: '在「不回拨、不发短信」名单中', en: 'the caller is on the stop list' },
  numbersAway: { zh: '数据库暂时无法访问', en: 'the database cannot be reached' },
};

/** Whose contact it is. */
interface Caller {
  readonly callerKey: CallerKey;
  readonly callerMasked: string;
  /** The asker talks with him, or has. */
  readonly isOwn: boolean;
}

export function addMessageRoutes(api: Api, parts: HttpParts): void {
  const { engine, records, nowMs, callerOf } = parts;
  const { desk, store, stopList } = parts.messages;

  /** A living contact is known without the records. @throws CONTACT_UNKNOWN, also where it is not his */
  async function callerOfContact(user: User, id: string): Promise<Caller> {
    const live = engine.contacts().find((contact) => contact.id === id);
    const isHis = live?.stage.at === 'talking' && live.stage.talk.agentId === user.agentId;
    if (live !== undefined && (isHis || user.role === 'supervisor')) {
      const activity = engine.agents().find((agent) => agent.id === user.agentId)?.activity ?? {};
      const isOwn = isHis || ('contactId' in activity && activity.contactId === id);
      return { ...live.arrival, isOwn };
    }
    const found = await records.contact(id);
    if (found === undefined || !maySee(user, found.record)) throw new AppError('CONTACT_UNKNOWN');
    const { callerKey, callerMasked, agentIds } = found.record;
    const isOwn = agentIds.some((agentId) => agentId === user.agentId);
    return { callerKey: callerKey as CallerKey, callerMasked, isOwn };
  }

  api.post(
    '/api/v1/contacts/:id/messages',
    {
      schema: {
        summary: 'Sends the caller of this contact a short message by template; audited',
        params,
        body: orderBody,
        response: { 202: Type.Object({ messageId: Type.String() }) },
      },
    },
    async (request, reply) => {
      const user = knownUser(request, parts);
      const { id } = request.params;
      const { templateId, slots = {} } = request.body;
      const { callerKey } = await callerOfContact(user, id);
      const messageId = randomUUID();
      const order = {
        id: messageId,
        templateId,
        slots,
        callerKey,
        contactId: id as ContactId,
        by: user.name,
      };
      const answer = await desk.send(order);
      if (!answer.ok) {
        const { code: reason } = answer;
        if (reason === 'numbersAway') throw new AppError('DATABASE_UNAVAILABLE');
        throw new AppError('MESSAGE_REFUSED', { reason, ...refusals[reason] });
      }
      audit(parts, user, 'message.send', id, { templateId, messageId });
      return reply.status(202).send({ messageId });
    },
  );

  api.get(
    '/api/v1/contacts/:id/messages',
    {
      schema: {
        summary: 'Short messages to the caller of this contact, and what he wrote back; oldest first',
        params,
        response: { 200: Type.Object({ messages: Type.Array(messageView) }) },
      },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { id } = request.params;
      const { isOwn } = await callerOfContact(user, id);
      // The strip of a supervisor who takes calls asks every few seconds: of his own contact that is no look.
      if (!isOwn && !seesOwnContactsOnly(user)) audit(parts, user, 'contact.seen', id);
      const messages = await store.ofContact(id);
      return {
        messages: messages.map(({ callerKey: _hidden, contactId: _same, replies, ...shown }) => ({
          ...shown,
          replies: [...replies],
        })),
      };
    },
  );

  api.get(
    '/api/v1/stop-list',
    {
      schema: {
        summary: '「不回拨、不发短信」: callers nobody calls back or writes to',
        response: { 200: Type.Object({ rows: Type.Array(stopView) }) },
      },
    },
    async () => ({
      rows: (await stopList.standing(nowMs())).map(({ callerKey: _hidden, ...shown }) => shown),
    }),
  );

  api.post(
    '/api/v1/stop-list',
    {
      schema: {
        summary: 'Puts the caller of a contact, or a number, on the list; audited',
        body: stopBody,
        response: { 200: stopView },
      },
      config: { rateLimit: { max: 60 } },
    },
    async (request) => {
      const user = knownUser(request, parts);
      const { contactId, number, kind = 'stopListed', until } = request.body;
      const reason = typedText('reason', request.body.reason);
      const untilMs = until === undefined ? null : instantIn('until', until, 'body');
      if (untilMs !== null && untilMs <= nowMs())
        throw new AppError('REQUEST_INVALID', {
          ...{ in: 'body', field: 'until', zh: '到期日须晚于现在' },
          en: 'the row must end later than now',
        });
      const caller = await named(user, contactId, number);
      const row = { stopId: randomUUID(), kind, reason, sinceMs: nowMs(), untilMs, enteredBy: user.name };
      const { callerKey } = caller;
      const callerMasked = kind === 'confidential' ? confidentialText : caller.callerMasked;
      await stopList.add({ ...row, callerKey: callerKey as CallerKey, callerMasked });
      audit(parts, user, 'stopList.add', contactId ?? callerMasked, { kind, reason, stopId: row.stopId });
      await parts.standingsChanged();
      return { ...row, callerMasked };
    },
  );

  async function named(user: User, contactId?: string, number?: string) {
    if ((contactId === undefined) === (number === undefined))
      throw new AppError('REQUEST_INVALID', {
        ...{ in: 'body', field: 'contactId', zh: 'contactId 与 number 填其中一项' },
        en: 'give either contactId or number',
      });
    const caller = contactId === undefined ? callerOf(number ?? '') : await callerOfContact(user, contactId);
    if (caller === undefined || caller.callerKey === '') throw new AppError('NUMBER_INVALID');
    return caller;
  }

  api.delete(
    '/api/v1/stop-list/:id',
    { schema: { summary: 'Takes a row off the list; audited', params } },
    async (request, reply) => {
      const user = knownUser(request, parts);
      if (!(await stopList.end(request.params.id, nowMs()))) throw new AppError('ROW_UNKNOWN');
      audit(parts, user, 'stopList.end', request.params.id);
      await parts.standingsChanged();
      return reply.status(204).send();
    },
  );
}
