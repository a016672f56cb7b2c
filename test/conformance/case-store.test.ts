// The case store's suite on memory and on a real PostgreSQL; what the table gives away; a database that is away.
import { sql } from 'kysely';
import t from 'tap';
import { createMemoryCases } from '../../src/adapters/memory/case-store.js';
import { createCaseStore } from '../../src/adapters/postgres/case-store.js';
import { migrate, openDatabase } from '../../src/adapters/postgres/database.js';
import { startTestPostgres } from '../postgres-instance.js';
import { caseStoreSuite, codeHash, type OpenCases } from './case-store.suite.js';

const postgres = await startTestPostgres(18_792);
const database = openDatabase({ url: postgres.url, connectMs: 600, statementMs: 600 });
t.teardown(async () => {
  await database.destroy();
  await postgres.stop();
});
await migrate(database);

const opened = (make: (clock: { nowMs(): number }) => OpenCases['store']): OpenCases => {
  const clock = { ms: 1_000_000 };
  return { store: make({ nowMs: () => clock.ms }), clock };
};
const onDatabase = () => opened((clock) => createCaseStore({ database, clock, hash: codeHash }));

caseStoreSuite(t, 'memory', async () => opened((clock) => createMemoryCases({ clock, hash: codeHash })));
caseStoreSuite(t, 'PostgreSQL', async () => {
  await database.deleteFrom('serviceCase').execute();
  return onDatabase();
});

t.test('no query code lies in the table; a database that is away is an error in bounded time', async (t) => {
  const { store } = onDatabase();
  const standing = { state: 'done' } as const;
  await store.put([{ caseNumber: '7000001', codeHash: codeHash('7000001', '824136'), standing }]);
  const { rows } = await sql<object>`select * from service_case`.execute(database);
  t.notMatch(JSON.stringify(rows), /824136/);
  await postgres.part.kill('SIGSTOP');
  const startedMs = performance.now();
  await t.rejects(store.find({ caseNumber: '7000001', queryCode: '824136' }), {
    code: 'DATABASE_UNAVAILABLE',
  });
  t.ok(performance.now() - startedMs < 4_000);
  await postgres.part.kill('SIGCONT');
});
