import { execFileSync, spawnSync } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { callerKeyOf, createCallerNumbers } from '../../src/adapters/memory/caller-numbers.js';
import { createCallerTable } from '../../src/adapters/postgres/caller-table.js';
import { migrate, openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import {
  startJournalWriter,
  type JournalWriter,
  type WriterNews,
} from '../../src/adapters/postgres/journal-writer.js';
import { createRecordStore, type RecordStore } from '../../src/adapters/postgres/record-store.js';
import { openSpool, type Spool } from '../../src/adapters/spool/spool.js';
import type { CallerKey, NodeId } from '../../src/contact/ids.js';
import type { JournalEntry, SiteFact } from '../../src/engine/ports.js';
import type { ContactRecord } from '../../src/metrics/contact-record.js';
import { defaultTallyRules, tallyAll } from '../../src/metrics/tally.js';
import { abandonedCall, answeredCall, entriesOf, tenOClockMs, wrapUpFact } from '../metrics/contact-facts.js';
import { startTestPostgres } from '../postgres-instance.js';
import { agentEntry } from './spool-entries.js';

const postgres = await startTestPostgres(14_660);
t.teardown(() => postgres.stop());

const hourMs = 3_600_000;
const secret = 'a-site-secret';
/** Belongs to nobody: the 1380013800x range is the operators' own. */
const testNumber = '13800138000';

interface Carrying {
  readonly database: Database;
  readonly store: RecordStore;
  readonly spool: Spool;
  readonly dir: string;
  readonly news: readonly WriterNews[];
  /** Starts (again) and returns the carrier. */
  carry(): JournalWriter;
  /** Resolves when everything appended is in the database. */
  carried(): Promise<void>;
}

/** A spool, its carrier and an empty database, with deadlines short enough to see them pass. */
async function carrying(t: Test): Promise<Carrying> {
  const database = openDatabase({ url: postgres.url, connectMs: 600, statementMs: 600 });
  await sql`drop schema public cascade`.execute(database);
  await sql`create schema public`.execute(database);
  const dir = path.join(t.testdir(), 'spool');
  const { spool } = await openSpool({ dir, onTrouble: () => undefined, segmentBytes: 100_000 });
  const news: WriterNews[] = [];
  let writer: JournalWriter | undefined;
  t.teardown(async () => {
    await writer?.stop();
    await spool.close();
    await database.destroy();
  });
  return {
    database,
    store: createRecordStore(database),
    spool,
    dir,
    news,
    carry: () =>
      (writer = startJournalWriter({
        database,
        source: spool,
        node: 'n1',
        onNews: (one) => news.push(one),
        idleMs: 10,
        retryMinMs: 50,
        retryMaxMs: 400,
      })),
    carried: async () => {
      const untilMs = performance.now() + 20_000;
      while (writer === undefined || !writer.stats().up || writer.stats().backlogBytes > 0) {
        if (performance.now() > untilMs) throw new Error('the carrier did not catch up');
        await sleep(20);
      }
    },
  };
}

function siteEntry(seq: number, ...facts: readonly SiteFact[]): JournalEntry {
  return { ...agentEntry('demo', seq), stream: 'site', id: 'demo', facts, image: null };
}

const missedEntry = (id: string, reason: 'away' | 'full'): JournalEntry => ({
  stream: 'contact',
  id,
  seq: 0,
  atMs: tenOClockMs + 9000,
  node: 'n1' as NodeId,
  epoch: 1,
  facts: [
    {
      type: 'CallMissedByService',
      node: 'n1' as NodeId,
      sipCallId: '',
      trunkId: 'carrier',
      dnis: '12345',
      redirectedFrom: '',
      callerKey: 'key' as CallerKey,
      callerMasked: '138****8000',
      entryId: '12345',
      kpiLine: '12345',
      tag: '',
      siteVersion: 'v1',
      arrivedAtMs: tenOClockMs + 1000,
      endedAtMs: tenOClockMs + 9000,
      reason,
    },
  ],
  image: null,
});

/** A day's work in small: answered, given up, missed while away, one test call, a wrap-up and a gap. */
function aDay(): readonly JournalEntry[] {
  const answered = answeredCall();
  return [
    siteEntry(0, { type: 'ServiceStarted', version: '0.1.0', siteVersion: 'v1' }),
    ...entriesOf('c1', answered.slice(0, 4)),
    ...entriesOf('c2', abandonedCall({ arrivedAtMs: tenOClockMs + hourMs })),
    ...entriesOf('c1', answered).slice(4),
    { ...agentEntry('1023', 0), facts: [wrapUpFact('c1')], atMs: tenOClockMs + 120_000 },
    ...entriesOf('c3', abandonedCall({ arrivedAtMs: tenOClockMs + 2 * hourMs, tag: 'testCall' })),
    siteEntry(1, { type: 'DataGap', fromMs: tenOClockMs - 5000, toMs: tenOClockMs + 5000, part: 'service' }),
    missedEntry('1795399200.7', 'away'),
    missedEntry('1795399200.8', 'full'),
    // Read from Asterisk's records once more after a crash: the same fact, and nothing is put aside.
    missedEntry('1795399200.8', 'full'),
  ];
}

async function everything(database: Database): Promise<unknown> {
  const journal = await database
    .selectFrom('journal')
    .selectAll()
    .orderBy('stream')
    .orderBy('id')
    .orderBy('seq')
    .execute();
  const records = await database.selectFrom('contactRecord').selectAll().orderBy('contactId').execute();
  const gaps = await database.selectFrom('dataGap').selectAll().execute();
  const recordings = await database.selectFrom('recording').selectAll().execute();
  return { journal, records, gaps, recordings };
}

async function collect<Row>(chunks: AsyncGenerator<readonly Row[]>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const chunk of chunks) rows.push(...chunk);
  return rows;
}

t.test(
  'the offers an agent’s phone rang out for, since an instant: his own, and no other outcome',
  async (t) => {
    const { store, spool, carry, carried } = await carrying(t);
    carry();
    const outcomes = ['rona', 'declined', 'rona', undefined, 'rona'] as const;
    const closed = (agent: string, seq: number, outcome: (typeof outcomes)[number]): JournalEntry => ({
      ...agentEntry(agent, seq),
      facts: [
        {
          type: 'AgentActivityChanged',
          from: 'ringing',
          to: outcome === 'rona' ? 'missed' : 'resting',
          lastedMs: 8_000,
          by: 'system',
          ...(outcome !== undefined && { outcome }),
        },
      ],
    });
    outcomes.forEach((outcome, seq) => spool.append(closed('1001', seq, outcome)));
    spool.append(closed('1002', 0, 'rona'));
    await carried();
    t.equal(await store.offersUnanswered('1001', tenOClockMs), 3);
    t.equal(await store.offersUnanswered('1001', tenOClockMs + 20), 2, 'from an instant on');
    t.equal(await store.offersUnanswered('1002', tenOClockMs), 1);
    t.equal(await store.offersUnanswered('1003', tenOClockMs), 0);
  },
);

t.test('what is journaled becomes records that pages and figures read', async (t) => {
  const { store, spool, carry, carried } = await carrying(t);
  carry();
  for (const entry of aDay()) {
    spool.append(entry);
    await sleep(5);
  }
  await carried();
  const found = await store.contact('c1');
  t.match(found?.record, {
    answered: true,
    talkMs: 64_000,
    holdMs: 20_000,
    wrapUpMs: 30_000,
    agentIds: ['1023'],
    recordings: ['2026/11/23/c-1.wav'],
    category: 'consult',
    incomplete: false,
  });
  t.same(
    found?.journal.map(({ type }) => type),
    [...answeredCall().map(({ fact }) => fact.type), 'AgentActivityChanged'],
  );
  t.match((await store.contact('1795399200.7'))?.record, {
    missed: true,
    missedCause: 'away',
    answered: false,
  });
  t.match((await store.contact('1795399200.8'))?.record, { missed: true, missedCause: 'full' });
  t.equal(await store.contact('nobody'), undefined);

  const day = { fromMs: tenOClockMs - 10 * hourMs, toMs: tenOClockMs + 14 * hourMs };
  const tally = tallyAll(await collect(store.countedRecords(day)), defaultTallyRules);
  t.match(tally, {
    offered: 4,
    answered: 1,
    abandonedInQueue: 1,
    missedBy: { away: 1, full: 1 },
    excludedBy: { testCall: 1 },
  });
  t.same(
    (await collect(store.countedArrivals(day))).map(({ answered }) => answered),
    [true, false, false, false],
  );
  t.same(await collect(store.countedRecords({ ...day, toMs: tenOClockMs })), []);
  t.equal((await collect(store.countedRecords(day, '12345'))).length, 5);
  t.equal((await store.dataGaps(day)).length, 1);
  t.equal((await store.dataGaps({ fromMs: tenOClockMs + 5000, toMs: tenOClockMs + 6000 })).length, 0);
  t.equal(await store.firstArrivalMs(), tenOClockMs);
  t.same(await store.lastSeqs(), [
    { stream: 'agent', id: '1023', lastSeq: 0 },
    { stream: 'site', id: 'demo', lastSeq: 1 },
  ]);
});

t.test('contacts are listed newest first, page by page, each once, and filters narrow', async (t) => {
  const { store, spool, carry, carried } = await carrying(t);
  carry();
  for (let call = 0; call < 23; call += 1) {
    const plan = {
      arrivedAtMs: tenOClockMs + Math.floor(call / 3) * 1000,
      agentId: call % 2 === 0 ? '1023' : '1024',
    };
    const facts = call % 5 === 0 ? abandonedCall(plan) : answeredCall(plan);
    for (const entry of entriesOf(`c${String(call).padStart(2, '0')}`, facts)) spool.append(entry);
  }
  await carried();
  const seen: ContactRecord[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const result = await store.contacts({ limit: 5, ...(cursor !== undefined && { cursor }) });
    if (!result.ok) throw new Error(result.code);
    seen.push(...result.page.contacts);
    ({ cursor } = result.page);
  }
  t.same(
    seen.map(({ contactId }) => contactId),
    [...Array(23).keys()].map((call) => `c${String(call).padStart(2, '0')}`).reverse(),
  );
  for (const [query, count] of [
    [{ missed: true }, 5],
    [{ answered: true, agentId: '1024' }, 9],
    [{ fromMs: tenOClockMs + 7000 }, 2],
    [{ callerKey: 'somebody' }, 0],
    [{ kpiLine: '12345', limit: 1000 }, 23],
  ] as const) {
    const result = await store.contacts(query);
    t.equal(result.ok && result.page.contacts.length, count, JSON.stringify(query));
  }
  for (const cursor of ['', 'x', 'bm9uc2Vuc2U', "1' or true --"])
    t.same(await store.contacts({ cursor }), { ok: false, code: 'CURSOR_INVALID' });
});

t.test('carrying again from the beginning changes nothing, also when the mark is lost', async (t) => {
  const { database, spool, news, carry, carried } = await carrying(t);
  const first = carry();
  for (const entry of aDay()) spool.append(entry);
  await carried();
  const before = await everything(database);
  await first.stop();
  const resumed = carry();
  await carried();
  t.equal(resumed.stats().carriedEntries, 0);
  await resumed.stop();
  await database.deleteFrom('spoolMark').execute();
  const again = carry();
  await carried();
  t.equal(again.stats().carriedEntries, aDay().length);
  t.same(await everything(database), before);
  t.same(news, []);
});

t.test('an entry the database cannot take is put aside, and everything around it is carried', async (t) => {
  const { database, store, spool, news, carry, carried } = await carrying(t);
  const writer = carry();
  const entries = entriesOf('c1', answeredCall());
  const odd = { type: 'PromptFailed', promptId: 'nul \0 half \ud83d back\\u0000slash' } as const;
  const impossible: JournalEntry = { ...agentEntry('1023', 1), atMs: 1e300 };
  for (const entry of [...entries.slice(0, 3), impossible, ...entries.slice(3)]) spool.append(entry);
  spool.append({ ...agentEntry('c9', 0), stream: 'contact', facts: [odd] });
  spool.append({ ...agentEntry('1023', 5), atMs: 7 });
  await carried();
  spool.append(agentEntry('1023', 5));
  await carried();
  t.match((await store.contact('c1'))?.record, { answered: true, incomplete: false });
  t.match((await store.contact('c9'))?.journal, [
    { data: { promptId: 'nul \ufffd half \ufffd back\\ufffdslash' } },
  ]);
  t.match(news, [
    { type: 'refused', refusals: [{ id: '1023', seq: 1, reason: '22003' }] },
    { type: 'refused', refusals: [{ id: '1023', seq: 5, reason: 'numberTaken' }] },
  ]);
  t.equal(writer.stats().refused, 2);
  const aside = await database.selectFrom('journalRefused').selectAll().orderBy('seq').execute();
  t.match(aside, [{ seq: 1, data: /1e\+?300/ }, { seq: 5 }]);
});

/** Appends a fact every 10 ms while `trouble` runs and a little longer; returns how many, and the longest wait of the thread. */
async function writeThrough({ spool }: Carrying, trouble: () => Promise<void>) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let over = false;
  const troubled = trouble().then(() => (over = true));
  let entries = 0;
  while (!over) {
    spool.append(agentEntry('1023', entries));
    entries += 1;
    await sleep(10);
  }
  await troubled;
  delay.disable();
  return { entries, longestMs: delay.max / 1e6 };
}

t.test(
  'the database stopped, killed and frozen in the middle of writing: nothing is lost and nobody waits for it',
  async (t) => {
    const work = await carrying(t);
    const table = createCallerTable(work.database, secret);
    const writer = work.carry();
    const numbers = createCallerNumbers({
      secret,
      homeAreaCode: '0311',
      table,
      retryMinMs: 50,
      retryMaxMs: 200,
    });
    t.teardown(() => numbers.close());
    const backlogs: number[] = [];
    const away = async (leave: () => Promise<void>, comeBack: () => Promise<void>): Promise<void> => {
      await sleep(300);
      await leave();
      await sleep(2500);
      backlogs.push(writer.stats().backlogBytes);
      if (numbers.unwritten() === 0) numbers.remember(testNumber, true);
      await comeBack();
      await work.carried();
    };
    const { part } = postgres;
    const { entries, longestMs } = await writeThrough(work, async () => {
      await away(
        () => part.stop(),
        () => part.start(),
      );
      await away(
        async () => {
          await part.kill('SIGKILL');
          await part.whenEnded();
        },
        () => part.start(),
      );
      await away(
        () => part.kill('SIGSTOP'),
        () => part.kill('SIGCONT'),
      );
    });
    await work.carried();
    const { count } = await work.database
      .selectFrom('journal')
      .select((select) => select.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    t.equal(count, entries);
    t.ok(
      backlogs.every((bytes) => bytes > 10_000),
      `backlogs seen: ${backlogs.join(', ')} bytes`,
    );
    t.same(
      work.news.map(({ type }) => type),
      ['lost', 'back', 'lost', 'back', 'lost', 'back'],
    );
    t.comment(`${String(entries)} entries; the thread waited ${longestMs.toFixed(0)} ms at most`);
    t.ok(longestMs < 500);
    while (numbers.unwritten() > 0) await sleep(20);
    t.equal(await table.read(callerKeyOf(testNumber, secret)), testNumber);
  },
);

t.test('a query while the database is away is refused in time, with a code and no value', async (t) => {
  const { store, database } = await carrying(t);
  await migrate(database);
  t.equal(await store.firstArrivalMs(), null);
  await postgres.part.kill('SIGSTOP');
  const began = performance.now();
  try {
    await t.rejects(store.contacts({ callerKey: 'key' }), {
      code: 'DATABASE_UNAVAILABLE',
      details: { reason: 'timeout' },
    });
    t.ok(performance.now() - began < 3000);
  } finally {
    await postgres.part.kill('SIGCONT');
  }
  await sleep(100);
  t.equal(await store.firstArrivalMs(), null);
});

t.test('a raw number is in the one table and in no file of the spool and no other table', async (t) => {
  const { database, spool, dir, carry, carried } = await carrying(t);
  carry();
  const table = createCallerTable(database, secret);
  const numbers = createCallerNumbers({ secret, homeAreaCode: '0311', table, retryMinMs: 20 });
  t.teardown(() => numbers.close());
  const { callerKey, callerMasked } = numbers.remember(`+86${testNumber}`, true);
  t.equal(callerMasked, '138****8000');
  for (const entry of entriesOf('c1', answeredCall({ callerKey }))) spool.append(entry);
  await carried();
  while (numbers.unwritten() > 0) await sleep(20);
  t.equal(await table.read(callerKey), testNumber);
  t.equal(spawnSync('grep', ['-r', '-l', testNumber, dir]).status, 1);
  t.match(execFileSync('grep', ['-r', '-c', callerKey, dir]).toString(), /:1\n/);
  const { holders } = await sql<{ holders: number }>`
    select (select count(*) from journal where data::text like ${`%${testNumber}%`}) +
           (select count(*) from contact_record r where r::text like ${`%${testNumber}%`}) as holders`
    .execute(database)
    .then(({ rows }) => rows[0] ?? { holders: -1 });
  t.equal(holders, 0);
});

t.test(
  'sealed long after the call: rows written before are taken back, the order to come is refused, twice is once',
  async (t) => {
    const { database, store, spool, carry, carried } = await carrying(t);
    carry();
    const table = createCallerTable(database, secret);
    const callerKey = callerKeyOf(testNumber, secret);
    for (const entry of [
      ...entriesOf('c1', answeredCall({ callerKey })),
      ...entriesOf('c2', abandonedCall({ callerKey: 'other', arrivedAtMs: tenOClockMs + hourMs })),
    ])
      spool.append(entry);
    const order = (messageId: string): SiteFact => ({
      ...{ type: 'MessageQueued', messageId, contactId: 'c1', templateId: 'sms.case', by: '1001' },
      ...{ slots: { no: '1' }, callerKey, callerMasked: '138****8000' },
    });
    await carried();
    await table.write(callerKey, testNumber);
    t.equal(await table.sealNumbers(), 0, 'nobody is sealed yet');
    spool.append(siteEntry(0, order('before')));
    await carried();
    const seal: SiteFact = { type: 'ContactSealed', contactId: 'c1', kind: 'minor', by: 'hotline' };
    spool.append(siteEntry(1, seal, seal));
    await carried();
    // One that was on its way while the contact was sealed.
    spool.append(siteEntry(3, order('after')));
    await carried();

    t.match((await store.contact('c1'))?.record, { sealed: 'minor', callerMasked: '保密来电' });
    t.match((await store.contact('c2'))?.record, { sealed: null }, 'no other call');
    const rows = await sql<{ masked: string | null; type: string }>`
    select data ->> 'callerMasked' as masked, type from journal
    where id = 'c1' or data ->> 'contactId' = 'c1' order by type`.execute(database);
    t.same(
      [...new Set(rows.rows.flatMap(({ masked }) => masked ?? []))],
      ['保密来电'],
      JSON.stringify(rows.rows),
    );
    const messages = await database.selectFrom('message').selectAll().orderBy('messageId').execute();
    const refused = { state: 'refused', code: 'confidential', slots: {}, callerMasked: '保密来电' };
    t.match(messages, [
      { messageId: 'after', ...refused },
      { messageId: 'before', ...refused },
    ]);
    t.equal(await table.sealNumbers(), 1);
    t.equal(await table.sealNumbers(), 0, 'twice is once');
    const [kept] = await database.selectFrom('caller').select('number').execute();
    t.match(kept?.number, /^sealed:[\w-]{40,}$/);
    t.equal(await table.read(callerKey), testNumber);
    await table.write(callerKey, testNumber);
    t.match((await database.selectFrom('caller').select('number').execute())[0]?.number, /^sealed:/);
    const strange = createCallerTable(database, 'another secret');
    await t.rejects(strange.read(callerKey), 'with another secret it does not open');
    t.same((await store.contacts({ callerKey })).ok && (await store.contacts({ callerKey })), {
      ok: true,
      page: { contacts: [], cursor: null },
    });
  },
);
