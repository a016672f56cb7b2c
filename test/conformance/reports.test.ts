// Every count of a report leads to exactly its calls: on real PostgreSQL, in memory, and counted anew from the raw journal.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import t, { type Test } from 'tap';
import { openDatabase, type Database } from '../../src/adapters/postgres/database.js';
import { startJournalWriter } from '../../src/adapters/postgres/journal-writer.js';
import { createRecordStore } from '../../src/adapters/postgres/record-store.js';
import { reportFigures, type ReportRow } from '../../src/adapters/http/report.js';
import { groupFilter, reportGroupings, type ReportGrouping } from '../../src/adapters/http/report-groups.js';
import type { ContactFilter, RecordReader } from '../../src/adapters/http/record-reader.js';
import { openSpool } from '../../src/adapters/spool/spool.js';
import type { JournalEntry } from '../../src/engine/ports.js';
import type { ContactRecord } from '../../src/metrics/contact-record.js';
import { countIn, subsetNames } from '../../src/metrics/subset.js';
import { defaultTallyRules } from '../../src/metrics/tally.js';
import { openOffice, readerOf } from '../adapters/office.js';
import { drawFrom, isWanted } from '../adapters/memory-records.js';
import { startTestPostgres } from '../postgres-instance.js';
import { busyHotline, busySite, busyStartMs } from '../simulation/busy-hotline.js';

const postgres = await startTestPostgres(18_660);
t.teardown(() => postgres.stop());

const hourMs = 3_600_000;
const site = await busySite();
/** Short abandons are told apart here, so that every subset is met. */
const rules = { ...defaultTallyRules, shortAbandonMs: 4_000 };
const period = { fromMs: busyStartMs, toMs: busyStartMs + 8 * hourMs };

/** An empty database that holds this journal, written by the real carrier from a real spool. */
async function carried(t: Test, journal: readonly JournalEntry[]): Promise<Database> {
  const database = openDatabase({ url: postgres.url });
  await sql`drop schema public cascade`.execute(database);
  await sql`create schema public`.execute(database);
  const { spool } = await openSpool({ dir: path.join(t.testdir(), 'spool'), onTrouble: () => undefined });
  for (const entry of journal) spool.append(entry);
  const writer = startJournalWriter({
    database,
    source: spool,
    node: 'n1',
    onNews: () => undefined,
    idleMs: 10,
  });
  t.teardown(async () => {
    await writer.stop();
    await spool.close();
    await database.destroy();
  });
  while (!writer.stats().up || writer.stats().backlogBytes > 0) await sleep(20);
  return database;
}

async function listed(records: RecordReader, filter: ContactFilter): Promise<readonly ContactRecord[]> {
  const found: ContactRecord[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const result = await records.contacts({ ...filter, limit: 37, ...(cursor !== undefined && { cursor }) });
    if (!result.ok) throw new Error(result.code);
    found.push(...result.page.contacts);
    ({ cursor } = result.page);
  }
  return found;
}

/** A number in one of its states; or, of calls without a state, whatever they dialled. */
function stateQuery(group: string) {
  const [entryId, numberState] = group.split(' ');
  return numberState === undefined ? { numberState: group } : { entryId, numberState };
}

/** The filter behind a row, as the page asks for it. */
function filterOf(grouping: ReportGrouping, { fromMs, toMs, group }: ReportRow): ContactFilter {
  const query = {
    queue: { queueId: group },
    entry: { entryId: group },
    team: { teamId: group },
    agent: { answeredBy: group },
    scope: { scopeKind: group },
    region: { regionPicked: group },
    state: stateQuery(group),
    none: {},
  };
  return { fromMs, toMs, ...groupFilter(query[grouping], site) };
}

const idsOf = (records: readonly ContactRecord[]) => records.map(({ contactId }) => contactId).sort();

t.test('random hotlines: the count in every cell is the number of calls listed behind it', async (t) => {
  const met = new Set<string>();
  for (const seed of [7, 8, Math.floor(Math.random() * 1e9)]) {
    const world = await busyHotline(site, seed, 150);
    const records = readerOf(createRecordStore(await carried(t, world.journal)));
    // Called back by nobody yet: some are, so that this subset is met too.
    const all = await listed(records, {});
    t.ok(all.length >= 150, `seed ${String(seed)}: ${String(all.length)} calls`);
    for (const group of reportGroupings) {
      const report = await reportFigures(records, { ...period, by: 'hour', group }, rules, site);
      const hours = report.rows.filter(({ counts }) => counts.offered > 0);
      const rows = [report.total, ...report.totals, ...hours.slice(0, 2)];
      for (const row of rows) {
        for (const name of subsetNames) {
          const filter: ContactFilter = {
            ...(row === report.total ? period : filterOf(group, row)),
            subset: { name, rules },
          };
          const expected = countIn(row.counts, name);
          if (expected > 0) met.add(name);
          const found = idsOf(await listed(records, filter));
          const inMemory = idsOf(all.filter((record) => isWanted(record, filter)));
          if (found.length !== expected || String(found) !== String(inMemory))
            t.fail(`seed ${String(seed)} ${group} ${row.group} ${name}`, { expected, found, inMemory });
        }
      }
      const counted = report.rows.reduce((sum, { counts }) => sum + counts.offered, 0);
      t.equal(counted, report.total.counts.offered, `the rows by ${group} add up to the whole`);
    }
    const filter: ContactFilter = { ...period, subset: { name: 'answered', rules } };
    const drawn = await records.draw(filter, 10, 'seed-1');
    const eligible = all.filter((record) => isWanted(record, filter));
    t.same(drawn, drawFrom(eligible, 10, 'seed-1'), 'the same draw in memory and in the database');
    t.notSame(idsOf((await records.draw(filter, 10, 'seed-2')).contacts), idsOf(drawn.contacts));
  }
  for (const name of [
    'answered',
    'abandonedInPrompt',
    'missedLost',
    'missedAway',
    'excludedTestCall',
    'shortAbandoned',
    'hungUpInPrompt',
  ])
    t.ok(met.has(name), name);
});

t.test(
  '500 calls counted anew from the raw journal: all equal; a damaged record is found by its id',
  async (t) => {
    const world = await busyHotline(site, 11, 500);
    const database = await carried(t, world.journal);
    const { server } = await openOffice({ records: readerOf(createRecordStore(database)), site });
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.server.address() as AddressInfo;
    const passwordFile = path.join(t.testdir(), 'password');
    await writeFile(passwordFile, '246801\n');
    const recompute = async () => {
      const told = ['--api', `http://127.0.0.1:${String(port)}`, '--password-file', passwordFile];
      const args = ['--from', '2026-11-23', '--to', '2026-11-24', '--database', postgres.url, ...told];
      const env = { ...process.env, NODE_OPTIONS: '' };
      return promisify(execFile)(process.execPath, ['scripts/recompute-kpis.mjs', ...args], { env }).then(
        ({ stdout }) => ({ code: 0, out: stdout }),
        ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
          code,
          out: `${stdout}${stderr}`,
        }),
      );
    };
    const sound = await recompute();
    t.comment(sound.out);
    t.equal(sound.code, 0);
    t.match(sound.out, /5\d\d 个来电 calls, 0 处不符/);
    const [victim] = await listed(readerOf(createRecordStore(database)), {
      subset: { name: 'answered', rules },
    });
    await database
      .updateTable('contactRecord')
      .set({ answered: false, missed: true })
      .where('contactId', '=', victim?.contactId ?? '')
      .execute();
    const damaged = await recompute();
    t.equal(damaged.code, 1);
    t.match(damaged.out, `${victim?.contactId ?? ''}: answered is true by the journal, false in the record`);
    t.match(damaged.out, /≠ answered/);
  },
);

t.test('100,000 calls: a report holds the thread for less than 20 ms at a time', async (t) => {
  const database = await carried(t, (await busyHotline(site, 3, 100)).journal);
  // The same calls again and again, each minutes later, spread over a month.
  const { rows } = await sql<{ name: string }>`
    select column_name as name from information_schema.columns where table_name = 'contact_record'`.execute(
    database,
  );
  const shifted = rows.map(({ name }) => {
    if (name === 'contact_id') return "contact_id || '~' || n";
    return name === 'arrived_at_ms' ? 'arrived_at_ms + n * 2500000::int8' : name;
  });
  const columns = rows.map(({ name }) => name).join(', ');
  for (let from = 1; from < 1000; from += 50)
    await sql
      .raw(
        `insert into contact_record (${columns}) select ${shifted.join(', ')}
         from (select * from contact_record where position('~' in contact_id) = 0) r,
         generate_series(${String(from)}, ${String(from + 49)}) n`,
      )
      .execute(database);
  await sql`analyze contact_record`.execute(database);
  const records = readerOf(createRecordStore(database));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const month = { fromMs: busyStartMs, toMs: busyStartMs + 31 * 24 * hourMs };
  await reportFigures(records, { ...month, by: 'hour', group: 'none' }, rules, site);
  delay.enable();
  const began = { atMs: performance.now(), cpu: process.cpuUsage() };
  const report = await reportFigures(records, { ...month, by: 'hour', group: 'none' }, rules, site);
  const tookMs = performance.now() - began.atMs;
  const { user, system } = process.cpuUsage(began.cpu);
  delay.disable();
  const { offered } = report.total.counts;
  t.ok(offered > 60_000, `${String(offered)} offered`);
  const cpuMs = (user + system) / 1000;
  t.comment(
    `${String(offered)} calls in ${tookMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of CPU; the thread held for ` +
      `${(delay.max / 1e6).toFixed(1)} ms at most, p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
  );
  // By CPU, not by the clock: other work of the machine is no fault of the report's. A chunk holds 250 rows.
  const perChunkMs = cpuMs / (offered / 250);
  t.ok(perChunkMs < 20, `${perChunkMs.toFixed(1)} ms of CPU a chunk`);
});
