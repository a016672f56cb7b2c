// The account store's suite on memory and on a real PostgreSQL; the trail of audited acts; what a database that is away does.
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t from 'tap';
import { createAccountBook } from '../../src/adapters/http/account-book.js';
import { createPasswords } from '../../src/adapters/http/password-hash.js';
import { createMemoryAccounts } from '../../src/adapters/memory/account-store.js';
import { createAccountStore } from '../../src/adapters/postgres/account-store.js';
import { createAuditTrail, type AuditQuery } from '../../src/adapters/postgres/audit-trail.js';
import { migrate, openDatabase } from '../../src/adapters/postgres/database.js';
import { writeEntries } from '../../src/adapters/postgres/journal-rows.js';
import type { SiteFact } from '../../src/engine/ports.js';
import { agentEntry } from '../adapters/spool-entries.js';
import { startTestPostgres } from '../postgres-instance.js';
import { accountStoreSuite, anAccount } from './account-store.suite.js';

const postgres = await startTestPostgres(14_800);
const database = openDatabase({ url: postgres.url, connectMs: 600, statementMs: 600 });
t.teardown(async () => {
  await database.destroy();
  await postgres.stop();
});
await migrate(database);

const store = createAccountStore(database);
const emptied = async () => {
  await database.deleteFrom('account').execute();
  return store;
};
accountStoreSuite(t, 'memory', async () => createMemoryAccounts());
accountStoreSuite(t, 'PostgreSQL', emptied);

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const first = { name: 'admin', displayName: '系统管理员', role: 'systemAdmin', password: 'given' } as const;
const bookOver = () =>
  createAccountBook({
    store,
    passwords: createPasswords({ memoryKib: 64, passes: 1 }),
    firstAccounts: [first],
    nowMs: () => 5,
    log: silent,
  });

t.test('a database that is away at the start is waited for; known accounts keep their role', async (t) => {
  await emptied();
  await postgres.part.kill('SIGSTOP');
  const book = bookOver();
  t.teardown(() => book.stop());
  const startedMs = performance.now();
  await book.start(300);
  t.ok(performance.now() - startedMs < 2_000, 'the start is not held up');
  t.equal(book.isKnown(), false);
  t.equal(book.standingOf('admin', 1), null);
  await t.rejects(store.find('admin'), { code: 'DATABASE_UNAVAILABLE' });
  await postgres.part.kill('SIGCONT');
  for (const endMs = Date.now() + 10_000; !book.isKnown() && Date.now() < endMs;) await sleep(20);
  const standing = { role: 'systemAdmin', displayName: '系统管理员', pending: ['password', 'totp'] };
  t.same(book.standingOf('admin', 1), standing, 'made as soon as it is back');
  t.match(await store.find('admin'), {
    createdBy: 'setup',
    mustChangePassword: true,
    passwordHash: /^\$argon2id/,
  });

  const again = bookOver();
  t.equal(await again.look(), true);
  t.equal((await store.list()).length, 1, 'and made once');

  await postgres.part.kill('SIGSTOP');
  t.equal(await again.look(), false);
  t.same(again.standingOf('admin', 1), standing);
  await postgres.part.kill('SIGCONT');
  await sql`update account set disabled = true, version = version + 1`.execute(database);
  t.equal(await again.look(), true);
  t.equal(again.standingOf('admin', 1), null, 'what another service did is seen at the next look');
});

t.test('what is read late does not undo a newer act', async (t) => {
  await emptied();
  const book = bookOver();
  await book.look();
  const account = await store.find('admin');
  if (account === undefined) throw new Error('not made');
  book.keep({ ...account, version: 9, disabled: true });
  book.keep(account);
  t.equal(book.standingOf('admin', 1), null);
  book.keep({ ...account, version: 10 });
  t.match(book.standingOf('admin', 1), { role: 'systemAdmin' });
  t.equal(book.standingOf('admin', 2), null, 'a session of another credential');
});

t.test('audited acts are read newest first, page by page, narrowed, and by an index', async (t) => {
  const audited = (by: string, role: string, act: string, about: string): SiteFact => ({
    type: 'Audited',
    by,
    role,
    act,
    about,
    details: { from: '127.0.0.1', n: 1 },
  });
  const acts = Array.from({ length: 23 }, (_, n) =>
    n % 3 === 0
      ? audited('security', 'securityAdmin', 'account.role', 'li')
      : audited('admin', 'systemAdmin', n % 2 === 0 ? 'account.disable' : 'account.create', `a${String(n)}`),
  );
  const entries = acts.map((fact, seq) => ({
    ...agentEntry('demo', seq * 2),
    stream: 'site' as const,
    atMs: 1_000 + Math.floor(seq / 2),
    facts: [fact, { type: 'ServiceStopped' } as const],
  }));
  await writeEntries(database, entries, 'n1', null);
  const trail = createAuditTrail(database);
  const page = async (query: Partial<AuditQuery>) => {
    const result = await trail.acts({ withoutRoles: [], ...query });
    if (!result.ok) throw new Error(result.code);
    return result.page;
  };
  const seen: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { acts: found, cursor: next } = await page({ limit: 5, ...(cursor !== undefined && { cursor }) });
    seen.push(...found.map(({ seq }) => seq));
    cursor = next;
  }
  t.same(seen, [...Array(23).keys()].map((n) => n * 2).reverse());
  t.match((await page({ limit: 1 })).acts, [
    {
      by: 'admin',
      role: 'systemAdmin',
      act: 'account.disable',
      about: 'a22',
      details: { n: 1 },
      atMs: 1_011,
    },
  ]);
  for (const [query, count] of [
    [{ withoutRoles: ['securityAdmin', 'auditAdmin'] }, 15],
    [{ account: 'li' }, 8],
    [{ account: 'security' }, 8],
    [{ account: 'a22' }, 1],
    [{ act: 'account.create' }, 7],
    [{ fromMs: 1_011 }, 1],
    [{ toMs: 1_001 }, 2],
    [{ account: "' or 1=1" }, 0],
  ] as const)
    t.equal((await page({ ...query, limit: 200 })).acts.length, count, JSON.stringify(query));
  for (const cursor of ['', 'x', 'bm9uc2Vuc2U'])
    t.same(await trail.acts({ withoutRoles: [], cursor }), { ok: false, code: 'CURSOR_INVALID' });
  const { rows } = await database.transaction().execute(async (asking) => {
    await sql`set local enable_seqscan = off`.execute(asking);
    return sql<{ 'QUERY PLAN': string }>`explain select * from journal
      where stream = 'site' and type = 'Audited' order by at_ms desc, id desc, seq desc limit 50`.execute(
      asking,
    );
  });
  t.match(rows.map((row) => Object.values(row).join()).join('\n'), /journal_audited/);
  t.equal(await store.add(anAccount('later')), true);
});
