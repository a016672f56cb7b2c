// The rows of short messages: claimed under a lease by the database's own clock, moved only over the version that was read.
import { sql, type Transaction } from 'kysely';
import type { CallerKey } from '../../contact/ids.js';
import type {
  DeliveryReport,
  Message,
  MessageReply,
  MessageStep,
  MessageStore,
  MessageWithReplies,
} from '../../engine/messages.js';
import { asked, type Database } from './database.js';
import type { Tables } from './tables.js';

type Writing = Transaction<Tables>;

/** One clock for every engine: leases are not a comparison of two machines' clocks. */
const databaseNowMs = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::int8`;

export function createMessageStore(database: Database): MessageStore {
  return {
    claim: (limit, leaseMs) => asked(claim(database, limit, leaseMs)),
    settle: async (message, step) => (await asked(move(database, message, step))) !== undefined,
    takeReport: (report, decide) =>
      asked(database.transaction().execute((writing) => takeReport(writing, report, decide))),
    takeReply: (reply) => asked(database.transaction().execute((writing) => takeReply(writing, reply))),
    ofContact: (contactId) => asked(ofContact(database, contactId)),
  };
}

function claim(database: Database, limit: number, leaseMs: number): Promise<readonly Message[]> {
  return database
    .updateTable('message')
    .set((row) => ({
      dueAtMs: sql<number>`${databaseNowMs} + ${leaseMs}`,
      attempts: row('attempts', '+', 1),
      version: row('version', '+', 1),
    }))
    .where('messageId', 'in', (due) =>
      due
        .selectFrom('message')
        .select('messageId')
        .where('state', '=', 'queued')
        .where('dueAtMs', '<=', databaseNowMs)
        .orderBy('dueAtMs')
        .orderBy('queuedAtMs')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
}

/** The row after the step, or undefined where it is of another version by now. */
async function move(
  writing: Database | Writing,
  { messageId, version }: Message,
  step: MessageStep,
): Promise<Message | undefined> {
  return writing
    .updateTable('message')
    .set({
      state: step.state,
      code: 'code' in step ? step.code : null,
      version: version + 1,
      ...(step.state === 'queued'
        ? { dueAtMs: sql<number>`${databaseNowMs} + ${step.delayMs}` }
        : { slots: {} }),
    })
    .where('messageId', '=', messageId)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
}

async function takeReport(
  writing: Writing,
  { reportId, messageId, status, code, atMs }: DeliveryReport,
  decide: (message: Message) => MessageStep | undefined,
): Promise<{ readonly message: Message; readonly step: MessageStep } | undefined> {
  const message = await writing
    .selectFrom('message')
    .selectAll()
    .where('messageId', '=', messageId)
    .forUpdate()
    .executeTakeFirst();
  if (message === undefined) return undefined;
  const { callerKey, callerMasked } = message;
  const notice = {
    noticeId: `report ${reportId}`,
    kind: 'report',
    messageId,
    callerKey,
    callerMasked,
  } as const;
  if (!(await keepNotice(writing, { ...notice, code, text: status, atMs }))) return undefined;
  const step = decide(message);
  if (step === undefined) return undefined;
  await move(writing, message, step);
  return { message, step };
}

async function takeReply(
  writing: Writing,
  { replyId, messageId, callerKey, callerMasked, text, atMs }: MessageReply,
): Promise<{ readonly message: Message | null } | undefined> {
  const message = await answered(writing, callerKey, messageId);
  const whose = { messageId: message?.messageId ?? null, callerKey, callerMasked };
  const notice = { noticeId: `reply ${replyId}`, kind: 'reply', ...whose, code: null, text, atMs } as const;
  return (await keepNotice(writing, notice)) ? { message: message ?? null } : undefined;
}

/** The message that is answered: the one named, if it was this caller's, else his latest that went out. */
function answered(
  writing: Writing,
  callerKey: CallerKey,
  messageId: string | null,
): Promise<Message | undefined> {
  const his = writing.selectFrom('message').selectAll().where('callerKey', '=', callerKey);
  const one =
    messageId === null
      ? his.where('attempts', '>', 0).where('state', '<>', 'refused').orderBy('queuedAtMs', 'desc').limit(1)
      : his.where('messageId', '=', messageId);
  return one.executeTakeFirst();
}

/** False the second time. */
async function keepNotice(writing: Writing, notice: Tables['messageNotice']): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await writing
    .insertInto('messageNotice')
    .values(notice)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

async function ofContact(database: Database, contactId: string): Promise<readonly MessageWithReplies[]> {
  const rows = await database
    .selectFrom('message')
    .select(['messageId', 'templateId', 'callerKey', 'callerMasked', 'contactId', 'sentBy'])
    .select(['state', 'code', 'attempts', 'queuedAtMs'])
    .where('contactId', '=', contactId)
    .orderBy('queuedAtMs')
    .orderBy('messageId')
    .execute();
  if (rows.length === 0) return [];
  const replies = await database
    .selectFrom('messageNotice')
    .select(['messageId', 'atMs', 'text'])
    .where('kind', '=', 'reply')
    .where(
      'messageId',
      'in',
      rows.map(({ messageId }) => messageId),
    )
    .orderBy('atMs')
    .orderBy('noticeId')
    .execute();
  return rows.map((row) => ({
    ...row,
    replies: replies
      .filter(({ messageId }) => messageId === row.messageId)
      .map(({ atMs, text }) => ({ atMs, text })),
  }));
}
