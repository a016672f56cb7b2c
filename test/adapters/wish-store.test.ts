// Callers' wishes, former calls and last agents on a real PostgreSQL.
import t from 'tap';
import { migrate, openDatabase } from '../../src/adapters/postgres/database.js';
import { readLastTalks } from '../../src/adapters/postgres/last-talks.js';
import { createWishStore } from '../../src/adapters/postgres/wish-store.js';
import { writeEntries } from '../../src/adapters/postgres/journal-rows.js';
import type { CallerKey, NodeId } from '../../src/contact/ids.js';
import { emptyRecord } from '../../src/metrics/contact-record.js';
import { startTestPostgres } from '../postgres-instance.js';

const postgres = await startTestPostgres(19_735);
const database = openDatabase({ url: postgres.url, connectMs: 600, statementMs: 600 });
t.teardown(async () => {
  await database.destroy();
  await postgres.stop();
});
await migrate(database);

t.test('what is journaled of wishes is in the table: replaced, taken back, gone in time', async (t) => {
  const store = createWishStore(database);
  const entry = (seq: number, key: string, wish: string | null, untilMs: number) => ({
    ...{ stream: 'site' as const, id: 'here', seq, atMs: seq, node: 'n1' as NodeId, epoch: 1 },
    facts: [{ type: 'CallerWishSet' as const, callerKey: key as CallerKey, wish, untilMs }],
  });
  const entries = [
    entry(1, 'a', 'dialect', 100),
    entry(2, 'a', 'foreign', 200),
    entry(3, 'b', 'person', 100),
    entry(4, 'c', 'person', 300),
    entry(5, 'c', null, 300),
  ];
  await writeEntries(database, entries, 'n1', null);
  const standing = [{ callerKey: 'a', wish: 'foreign', setAtMs: 2, untilMs: 200 }];
  t.same(await store.standing(100), standing);
  await writeEntries(database, entries, 'n1', null);
  t.same(await store.standing(100), standing, 'carried twice it is the same');
  t.equal(
    (await database.selectFrom('callerWish').selectAll().execute()).length,
    1,
    'what is over is deleted',
  );
});

t.test('former calls since an instant, of those who showed a number', async (t) => {
  const record = (contactId: string, callerKey: string, atMs: number) => ({
    ...emptyRecord(contactId, atMs),
    callerKey,
  });
  await database
    .insertInto('contactRecord')
    .values([record('c1', 'a', 50), record('c2', 'a', 150), record('c3', '', 160)])
    .execute();
  t.same(await createWishStore(database).callsSince(100), [
    { contactId: 'c2', callerKey: 'a', arrivedAtMs: 150 },
  ]);
});

t.test('of each caller the last talk, of whoever is not sealed', async (t) => {
  const record = (
    contactId: string,
    callerKey: string,
    atMs: number,
    agentIds: readonly string[],
    more: object = {},
  ) => ({
    ...emptyRecord(contactId, atMs),
    ...{ callerKey, agentIds, answered: agentIds.length > 0 },
    ...more,
  });
  await database
    .insertInto('contactRecord')
    .values([
      record('d1', 'd', 500, ['1001']),
      record('d2', 'd', 600, ['1001', '1002']),
      record('d3', 'd', 700, []),
      record('e1', 'e', 650, ['1003'], { sealed: 'confidential' }),
      record('f1', 'f', 450, ['1004']),
    ])
    .execute();
  t.same(await readLastTalks(database)(500), [{ callerKey: 'd', agentId: '1002', atMs: 600 }]);
});
