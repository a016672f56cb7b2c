// Writes what the site's stream says into tables of its own: gaps, citizens reached, broadcasts, hand-over notes and their receipts, orders for short messages, callers' wishes.
import type { Transaction } from 'kysely';
import type { CallerWishFact } from '../../engine/caller-wish.js';
import type { JournalEntry, SiteFact } from '../../engine/ports.js';
import type { Tables } from './tables.js';

type Writing = Transaction<Tables>;

/** Writes an entry of the site's stream; repeating it changes nothing. */
export async function writeSiteFacts(
  writing: Writing,
  { id, seq, atMs, facts }: Omit<JournalEntry, 'image'>,
): Promise<void> {
  for (const [at, fact] of (facts as readonly SiteFact[]).entries())
    await writeFact(writing, fact, { siteId: id, seq: seq + at, atMs });
}

interface Place {
  readonly siteId: string;
  readonly seq: number;
  readonly atMs: number;
}

async function writeFact(writing: Writing, fact: SiteFact, { siteId, seq, atMs }: Place): Promise<void> {
  switch (fact.type) {
    case 'DataGap': {
      const { part, fromMs, toMs } = fact;
      return insertOnce(writing, 'dataGap', { siteId, seq, part, fromMs, toMs });
    }
    case 'ContactReached': {
      const { type: _type, ...mark } = fact;
      return saveMark(writing, { ...mark, atMs });
    }
    case 'BroadcastSent': {
      const { noteId, by, text, urgent, to } = fact;
      return insertOnce(writing, 'broadcast', { noteId, atMs, sentBy: by, text, urgent, sentTo: to });
    }
    case 'HandoverWritten': {
      const { noteId, by, text, figures } = fact;
      return insertOnce(writing, 'handover', { noteId, atMs, sentBy: by, text, figures });
    }
    case 'MessageQueued': {
      const { messageId, templateId, slots, callerKey, callerMasked, contactId = null, by } = fact;
      const order = { messageId, templateId, slots, callerKey, callerMasked, contactId, sentBy: by };
      const begun = { state: 'queued', code: null, attempts: 0, version: 0, dueAtMs: 0 } as const;
      return insertOnce(writing, 'message', { ...order, ...begun, queuedAtMs: atMs });
    }
    case 'CallerWishSet':
      return saveWish(writing, fact, atMs);
    case 'BroadcastRead':
    case 'HandoverRead':
      return insertOnce(writing, 'noteRead', { noteId: fact.noteId, readBy: fact.by, atMs });
    default:
      return;
  }
}

async function insertOnce<Table extends 'dataGap' | 'broadcast' | 'handover' | 'noteRead' | 'message'>(
  writing: Writing,
  table: Table,
  row: Tables[Table],
): Promise<void> {
  await writing
    .insertInto(table)
    .values(row as never)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** A caller's last word stands. */
async function saveWish(
  writing: Writing,
  { callerKey, wish, untilMs }: CallerWishFact,
  setAtMs: number,
): Promise<void> {
  if (wish === null) {
    await writing
      .deleteFrom('callerWish')
      .where('callerKey', '=', callerKey)
      .where('setAtMs', '<=', setAtMs)
      .execute();
    return;
  }
  const change = { wish, setAtMs, untilMs };
  await writing
    .insertInto('callerWish')
    .values({ callerKey, ...change })
    .onConflict((conflict) =>
      conflict.column('callerKey').doUpdateSet(change).where('callerWish.setAtMs', '<=', setAtMs),
    )
    .execute();
}

/** The last word on a contact stands. */
async function saveMark(writing: Writing, mark: Tables['contactReached']): Promise<void> {
  await writing
    .insertInto('contactReached')
    .values(mark)
    .onConflict((conflict) =>
      conflict.column('contactId').doUpdateSet(mark).where('contactReached.atMs', '<=', mark.atMs),
    )
    .execute();
}
