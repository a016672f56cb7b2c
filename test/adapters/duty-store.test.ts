// Changes of duty on a real PostgreSQL.
import t from 'tap';
import { migrate, openDatabase } from '../../src/adapters/postgres/database.js';
import { createDutyStore } from '../../src/adapters/postgres/duty-store.js';
import { startTestPostgres } from '../postgres-instance.js';

const postgres = await startTestPostgres(14_720);
const database = openDatabase({ url: postgres.url, connectMs: 600, statementMs: 600 });
t.teardown(async () => {
  await database.destroy();
  await postgres.stop();
});
await migrate(database);

t.test('kept, settled once, listed in the order in which they came into force', async (t) => {
  const store = createDutyStore(database);
  const row = (changeId: string, toMs: number, decidedAtMs: number | null) => ({
    ...{ changeId, fromMs: 0, toMs, givenUpBy: '8001', takenBy: null, proposedBy: '1003', proposedAtMs: 1 },
    ...{ decidedBy: decidedAtMs === null ? null : '1003', decidedAtMs, version: 0 },
    agreed: decidedAtMs === null ? null : true,
  });
  for (const one of [row('open', 100, null), row('late', 100, 9), row('early', 101, 3), row('over', 50, 1)])
    await store.add(one);
  t.same(
    (await store.list(50)).map(({ changeId }) => changeId),
    ['early', 'late', 'open'],
  );
  const agreed = { ...row('open', 100, 20), version: 1 };
  t.ok(await store.settle(agreed));
  t.notOk(await store.settle({ ...agreed, agreed: false }), 'somebody was first');
  t.same(await store.find('open'), agreed);
  t.equal(await store.find('none'), undefined);
});
