// Callers' wishes and former calls on a real PostgreSQL.
import t from 'tap';
import { migrate, openDatabase } from '../../src/adapters/postgres/database.js';
import { createWishStore } from '../../src/adapters/postgres/wish-store.js';
import type { CallerKey } from '../../src/contact/ids.js';
import { emptyRecord } from '../../src/metrics/contact-record.js';
import { startTestPostgres } from '../postgres-instance.js';

const postgres = await startTestPostgres(19_735);
const database = openDatabase({ url: postgres.url, connectMs: 600, statementMs: 600 });
t.teardown(async () => {
  await database.destroy();
  await postgres.stop();
});
await migrate(database);

t.test('a wish is replaced, removed, and gone when its time is over', async (t) => {
  const store = createWishStore(database);
  const row = (key: string, wish: string, untilMs: number) => ({
    ...{ callerKey: key as CallerKey, wish, setAtMs: 1, untilMs },
  });
  await store.put(row('a', 'dialect', 100));
  await store.put(row('a', 'foreign', 200));
  await store.put(row('b', 'person', 100));
  await store.put(row('c', 'person', 300));
  await store.remove('c' as CallerKey);
  await store.remove('c' as CallerKey);
  t.same(await store.standing(100), [row('a', 'foreign', 200)]);
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
