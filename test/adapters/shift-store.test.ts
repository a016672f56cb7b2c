// Real PostgreSQL: citizens not reached are the same as the pure rule says, and what the site's stream tells is written once.
import fc from 'fast-check';
import { sql, type CompiledQuery } from 'kysely';
import t from 'tap';
import { migrate, openDatabase } from '../../src/adapters/postgres/database.js';
import { writeEntries } from '../../src/adapters/postgres/journal-rows.js';
import { createRecordStore } from '../../src/adapters/postgres/record-store.js';
import { createShiftStore } from '../../src/adapters/postgres/shift-store.js';
import type { JournalEntry, SiteFact } from '../../src/engine/ports.js';
import type { ShiftFigures } from '../../src/engine/shift-notes.js';
import type { ContactRecord } from '../../src/metrics/contact-record.js';
import { reachedWays, type ReachedMark } from '../../src/metrics/reached.js';
import { unreachedCallers } from '../../src/metrics/unreached.js';
import { abandonedCall, answeredCall, entriesOf, tenOClockMs } from '../metrics/contact-facts.js';
import { startTestPostgres } from '../postgres-instance.js';
import { agentEntry } from './spool-entries.js';

const postgres = await startTestPostgres(17_700);
const database = openDatabase({ url: postgres.url });
const store = createRecordStore(database);
await migrate(database);
t.teardown(async () => {
  await database.destroy();
  await postgres.stop();
});

const minuteMs = 60_000;
const node = 'n1';

function siteEntry(seq: number, atMs: number, fact: SiteFact): JournalEntry {
  return { ...agentEntry('demo', seq), stream: 'site', id: 'demo', atMs, facts: [fact], image: null };
}

async function emptied(): Promise<void> {
  await sql`truncate journal, contact_record, contact_reached, broadcast, handover, note_read`.execute(
    database,
  );
}

async function allRecords(): Promise<readonly ContactRecord[]> {
  const result = await store.contacts({ limit: 200 });
  if (!result.ok) throw new Error(result.code);
  return result.page.contacts;
}

/** How the database goes about what is read, if it reads no table whole that it can read by an index. */
async function planOf(read: (from: typeof database) => Promise<unknown>): Promise<string> {
  const statements: CompiledQuery[] = [];
  const listening = database.withPlugin({
    transformQuery({ node, queryId }) {
      statements.push(database.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  await read(listening);
  return database.transaction().execute(async (one) => {
    await sql`set local enable_seqscan = off`.execute(one);
    const plans: string[] = [];
    for (const statement of statements) {
      const { rows } = await one.executeQuery<Record<string, string>>({
        ...statement,
        sql: `explain ${statement.sql}`,
      });
      plans.push(...rows.map((row) => Object.values(row).join('')));
    }
    return plans.join('\n');
  });
}

t.test('for each call that nobody took, its caller is looked up and not all calls', async (t) => {
  const unreached = await planOf((from) => createShiftStore(from).unreached({ sinceMs: 0 }));
  const count = await planOf((from) => createShiftStore(from).unreachedCount(0));
  for (const plan of [unreached, count]) {
    t.match(plan, /Index (?:Only )?Scan using contact_record_caller on contact_record other\b/);
    t.notMatch(plan, /Seq Scan on contact_record other/);
  }
});

t.test(
  'the database and the pure rule name the same citizens, page by page, and count them alike',
  async (t) => {
    const call = fc.record({
      caller: fc.constantFrom('', 'a', 'b', 'c', 'd'),
      minute: fc.integer({ min: 0, max: 300 }),
      answered: fc.boolean(),
    });
    const marked = fc.record({
      call: fc.nat({ max: 14 }),
      minute: fc.integer({ min: 0, max: 400 }),
      how: fc.constantFrom(...reachedWays),
    });
    const days = fc.record({
      calls: fc.array(call, { minLength: 1, maxLength: 15 }),
      marks: fc.array(marked, { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(days, async ({ calls, marks }) => {
        await emptied();
        const entries = calls.flatMap(({ caller, minute, answered }, at) => {
          const plan = { arrivedAtMs: tenOClockMs + minute * minuteMs, callerKey: caller };
          return entriesOf(`c${String(at)}`, answered ? answeredCall(plan) : abandonedCall(plan));
        });
        const facts = marks
          .filter((one) => one.call < calls.length)
          .map((one) => ({
            ...one,
            contactId: `c${String(one.call)}`,
            atMs: tenOClockMs + one.minute * minuteMs,
          }));
        const said = facts.map(({ contactId, atMs, how }, seq) =>
          siteEntry(seq, atMs, { type: 'ContactReached', contactId, how, by: '1001', note: '' }),
        );
        await writeEntries(database, [...entries, ...said], node, null);
        await writeEntries(database, [...said.toReversed()], node, null);
        const last = new Map<string, ReachedMark>();
        for (const { contactId, atMs, how } of facts.toSorted((a, b) => a.atMs - b.atMs))
          last.set(contactId, { contactId, atMs, how, by: '1001', note: '' });
        const expected = unreachedCallers(await allRecords(), [...last.values()]);
        const sinceMs = tenOClockMs - minuteMs;
        const seen = [];
        for (let cursor: string | null | undefined; cursor !== null;) {
          const page = await store.unreached({ sinceMs, limit: 2, ...(cursor !== undefined && { cursor }) });
          if (!page.ok) throw new Error(page.code);
          seen.push(...page.rows);
          ({ cursor } = page);
        }
        t.same(seen, expected);
        const { count, latestAtMs } = await store.unreachedCount(sinceMs);
        t.same([count, latestAtMs], [expected.length, expected[0]?.lastMissedAtMs ?? null]);
        for (const { contactId, tries } of expected)
          t.equal((await store.unreachedOf(contactId, sinceMs)).length, tries);
      }),
      { numRuns: 25 },
    );
    t.same(await store.unreached({ sinceMs: 0, cursor: 'x' }), { ok: false, code: 'CURSOR_INVALID' });
  },
);

t.test(
  'a call back is in the record, in the story and in the mark, also when it is carried again',
  async (t) => {
    await emptied();
    await writeEntries(database, entriesOf('c1', abandonedCall()), node, null);
    const atMs = tenOClockMs + 5 * minuteMs;
    const fact = {
      type: 'ContactReached',
      contactId: 'c1',
      how: 'calledBack',
      by: '1001',
      note: '已答复',
    } as const;
    const entry = siteEntry(7, atMs, fact);
    for (let times = 0; times < 2; times += 1) await writeEntries(database, [entry], node, null);
    const found = await store.contact('c1');
    t.match(found?.record, { calledBackAtMs: atMs, missed: true, cutOff: false });
    t.same(found?.journal.at(-1)?.type, 'ContactReached');
    t.same(await store.reachedMark('c1'), {
      contactId: 'c1',
      atMs,
      how: 'calledBack',
      by: '1001',
      note: '已答复',
    });
    t.equal(await store.reachedMark('c2'), undefined);
    await writeEntries(database, entriesOf('c1', abandonedCall()).slice(-1), node, null);
    t.equal((await store.contact('c1'))?.record.calledBackAtMs, atMs, 'folded again, it is still there');
  },
);

t.test('broadcasts and hand-over notes with their receipts, newest first, by pages', async (t) => {
  await emptied();
  const figures: ShiftFigures = {
    ...{ sinceMs: tenOClockMs, offered: 3, answered: 2, longestWaitMs: 20_000, unreached: null, waiting: 0 },
    ...{ signedIn: 2, alarms: [{ alarm: 'nodeSick', about: 'n1' }] },
  };
  const facts: readonly SiteFact[] = [
    {
      type: 'BroadcastSent',
      noteId: 'b1',
      by: '1001',
      text: '和平路停电',
      urgent: true,
      to: ['1002', '1003'],
    },
    { type: 'BroadcastRead', noteId: 'b1', by: '1002' },
    { type: 'BroadcastSent', noteId: 'b2', by: 'admin', text: '交接班提前', urgent: false, to: [] },
    { type: 'BroadcastRead', noteId: 'b1', by: '1002' },
    { type: 'HandoverWritten', noteId: 'h1', by: '1001', text: '一切正常\n无', figures },
    { type: 'HandoverRead', noteId: 'h1', by: '1005' },
  ];
  const entries = facts.map((fact, seq) => siteEntry(seq, tenOClockMs + seq, fact));
  for (let times = 0; times < 2; times += 1) await writeEntries(database, entries, node, null);
  const first = await store.broadcasts({ limit: 1 });
  t.match(first, { ok: true, rows: [{ id: 'b2', by: 'admin', readBy: [] }] });
  const cursor = (first.ok && first.cursor) || '';
  t.same(await store.broadcasts({ cursor }), {
    ok: true,
    rows: [
      {
        ...{
          id: 'b1',
          atMs: tenOClockMs,
          by: '1001',
          text: '和平路停电',
          urgent: true,
          to: ['1002', '1003'],
        },
        readBy: [{ by: '1002', atMs: tenOClockMs + 1 }],
      },
    ],
    cursor: null,
  });
  t.match(await store.broadcasts({ sinceMs: tenOClockMs + 1 }), { rows: [{ id: 'b2' }], cursor: null });
  t.same(await store.handovers({}), {
    ok: true,
    rows: [
      {
        ...{ id: 'h1', atMs: tenOClockMs + 4, by: '1001', text: '一切正常\n无', figures },
        readBy: [{ by: '1005', atMs: tenOClockMs + 5 }],
      },
    ],
    cursor: null,
  });
});

t.test('filters of the search narrow as they say', async (t) => {
  await emptied();
  for (const [id, facts] of [
    ['c1', answeredCall({ tag: 'price' })],
    ['c2', abandonedCall()],
  ] as const)
    await writeEntries(database, entriesOf(id, facts), node, null);
  for (const [query, found] of [
    [{ tag: 'price' }, ['c1']],
    [{ category: 'consult', outcome: 'direct' }, ['c1']],
    [{ outcome: 'dispatch' }, []],
    [{ missedCause: 'abandoned' }, ['c2']],
    [{ minTalkMs: 64_000 }, ['c1']],
    [{ minTalkMs: 64_001 }, []],
    [{ queueId: 'general', entryId: 'price', limit: 5 }, ['c2', 'c1']],
    [{ cutOff: true }, []],
    [{ cutOff: false, fromMs: tenOClockMs }, ['c2', 'c1']],
  ] as const) {
    const result = await store.contacts(query);
    t.same(result.ok && result.page.contacts.map(({ contactId }) => contactId), found, JSON.stringify(query));
  }
});
