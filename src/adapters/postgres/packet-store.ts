// The rows of packets to emergency lines and utilities: claimed under a lease by the database's own clock, moved only over the version that was read.
import { sql, type Transaction } from 'kysely';
import type { ContactFact } from '../../contact/contact-signals.js';
import type { Packet, PacketStep, PacketStore } from '../../engine/packets.js';
import type { JournalEntry } from '../../engine/ports.js';
import { asked, type Database } from './database.js';
import type { Tables } from './tables.js';

const databaseNowMs = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::int8`;

export function createPacketStore(database: Database): PacketStore {
  return {
    claim: (limit, leaseMs) => asked(claim(database, limit, leaseMs)),
    settle: (packet, step) => asked(settle(database, packet, step)),
    ofContact: (contactId) =>
      asked(
        database
          .selectFrom('packet')
          .selectAll()
          .where('contactId', '=', contactId)
          .orderBy('orderedAtMs')
          .execute(),
      ),
  };
}

function claim(database: Database, limit: number, leaseMs: number): Promise<readonly Packet[]> {
  return database
    .updateTable('packet')
    .set((row) => ({
      dueAtMs: sql<number>`${databaseNowMs} + ${leaseMs}`,
      attempts: row('attempts', '+', 1),
      version: row('version', '+', 1),
    }))
    .where('packetId', 'in', (due) =>
      due
        .selectFrom('packet')
        .select('packetId')
        .where('state', '=', 'queued')
        .where('dueAtMs', '<=', databaseNowMs)
        .orderBy('dueAtMs')
        .orderBy('orderedAtMs')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
}

async function settle(database: Database, { packetId, version }: Packet, step: PacketStep): Promise<boolean> {
  const { numUpdatedRows } = await database
    .updateTable('packet')
    .set({
      state: step.state,
      code: 'code' in step ? step.code : null,
      version: version + 1,
      ...(step.state === 'queued' && { dueAtMs: sql<number>`${databaseNowMs} + ${step.delayMs}` }),
      ...(step.state === 'taken' && {
        ...{ theirId: step.theirId, tookMs: step.tookMs, numberTold: step.numberTold },
      }),
    })
    .where('packetId', '=', packetId)
    .where('version', '=', version)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Makes the rows of what these facts owe; repeating it changes nothing. */
export async function writePackets(
  writing: Transaction<Tables>,
  { id: contactId, atMs, facts }: Pick<JournalEntry, 'id' | 'atMs' | 'facts'>,
): Promise<void> {
  for (const fact of facts as readonly ContactFact[]) {
    if (fact.type !== 'ConsultSought' || fact.packet !== true || fact.targetId === undefined) continue;
    const { consultId: packetId, targetId, agentId, note, mode = 'oneKey' } = fact;
    const order = { packetId, contactId, targetId, agentId, mode, note, orderedAtMs: atMs };
    const begun = { state: 'queued', attempts: 0, version: 0, dueAtMs: 0, numberTold: false } as const;
    await writing
      .insertInto('packet')
      .values({ ...order, ...begun, theirId: null, code: null, tookMs: null })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
