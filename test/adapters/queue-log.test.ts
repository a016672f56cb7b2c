// The queue_log file against a reader of its own, written from Asterisk's documentation alone; restarts, crashes, rotation.
import { appendFile, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startQueueLog, type QueueLogSource } from '../../src/adapters/files/queue-log.js';
import { emptyQueueLogState, linesOf } from '../../src/adapters/files/queue-log-lines.js';
import { shareSpool } from '../../src/adapters/spool/shared-spool.js';
import { openSpool } from '../../src/adapters/spool/spool.js';
import type { AgentFact } from '../../src/contact/agent.js';
import type { ContactFact } from '../../src/contact/contact-signals.js';
import type { JournalEntry } from '../../src/engine/ports.js';
import { foldContact, type ContactRecord, type Timed } from '../../src/metrics/contact-record.js';
import { busyHotline, busySite } from '../simulation/busy-hotline.js';
import { readQueueLog } from './queue-log-reader.js';

const world = await busyHotline(await busySite(), 23, 300);
const journal: readonly JournalEntry[] = world.journal;

function recordsOf(): readonly ContactRecord[] {
  const facts = new Map<string, Timed<ContactFact>[]>();
  for (const { stream, id, seq, atMs, facts: own } of journal) {
    if (stream !== 'contact' || own.some(({ type }) => type === 'CallMissedByService')) continue;
    const known = facts.get(id) ?? [];
    own.forEach((fact, at) => known.push({ seq: seq + at, atMs, fact: fact as ContactFact }));
    facts.set(id, known);
  }
  return [...facts].flatMap(([id, own]) => foldContact(id, own, [] as Timed<AgentFact>[]) ?? []);
}

/** The whole file as one uninterrupted run writes it. */
const wholeText = (() => {
  const state = emptyQueueLogState();
  return journal.map((entry) => linesOf(state, entry)).join('');
})();

async function spoolWith(t: Test, entries: readonly JournalEntry[]) {
  const dir = t.testdir();
  const { spool } = await openSpool({ dir: path.join(dir, 'spool'), onTrouble: () => undefined });
  t.teardown(() => spool.close());
  for (const entry of entries) spool.append(entry);
  return { spool, file: path.join(dir, 'log', 'queue_log') };
}

const textOf = (file: string) => readFile(file, 'utf8').catch(() => '');

async function until(done: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 60_000;
  while (!(await done())) {
    if (performance.now() > untilMs) throw new Error('it did not come');
    await sleep(20);
  }
}

t.test('a reader of the format finds as many answered and abandoned calls as the records hold', async (t) => {
  const { calls, agents } = readQueueLog(wholeText);
  const records = recordsOf();
  const queued = records.filter(({ queuedAtMs }) => queuedAtMs !== null);
  t.equal(calls.size, queued.length);
  const ids = (wanted: (record: ContactRecord) => boolean) =>
    records
      .filter(wanted)
      .map(({ contactId }) => contactId)
      .sort();
  const found = (wanted: (call: { answered: boolean; abandoned: boolean }) => boolean) =>
    [...calls].flatMap(([id, call]) => (wanted(call) ? [id] : [])).sort();
  const answered = found((call) => call.answered);
  const abandoned = found((call) => call.abandoned && !call.answered);
  t.same(
    answered,
    ids((record) => record.answered),
  );
  t.same(
    abandoned,
    ids(({ abandonedDuring }) => abandonedDuring === 'waiting' || abandonedDuring === 'offered'),
  );
  t.ok(
    answered.length > 50 && abandoned.length > 20,
    `${answered.length} answered, ${abandoned.length} gave up`,
  );
  for (const [id, { holdSeconds }] of calls) {
    const record = records.find(({ contactId }) => contactId === id);
    if (record?.answered && record.interruptions === 0)
      t.equal(holdSeconds, Math.floor((record.queuedWaitMs ?? 0) / 1000), id);
  }
  t.equal(agents.size, 7);
  t.notMatch(wholeText, /0311\d{8}/, 'no raw number');
  t.match(wholeText, /\|ENTERQUEUE\|\|0311-\*\*\*\*\d{4}\|/);
});

t.test('stopped and started again and again, and killed between file and mark: each line once', async (t) => {
  const { spool, file } = await spoolWith(t, []);
  let fed = 0;
  for (let round = 0; round < 6; round += 1) {
    const log = startQueueLog({ file, source: spool, onTrouble: (reason) => t.fail(reason), everyMs: 5 });
    const share = journal.slice(fed, fed + Math.ceil(journal.length / 6));
    for (const entry of share) spool.append(entry);
    fed += share.length;
    const length = (await textOf(file)).length;
    await until(async () => (await textOf(file)).length > length);
    await log.stop();
    // What a killed process leaves: lines that its mark does not vouch for, the last of them torn.
    await appendFile(file, '1795399200|x|general|NONE|ABANDON|1|1|5\n17953992');
  }
  const log = startQueueLog({ file, source: spool, onTrouble: (reason) => t.fail(reason), everyMs: 5 });
  await until(async () => (await textOf(file)).length === wholeText.length);
  await log.stop();
  t.equal(await textOf(file), wholeText);
});

t.test('a full file is moved aside between two lines', async (t) => {
  const { spool, file } = await spoolWith(t, journal);
  const source: QueueLogSource = spool;
  const log = startQueueLog({
    file,
    source,
    onTrouble: (reason) => t.fail(reason),
    everyMs: 5,
    mostBytes: 20_000,
  });
  await until(async () => (await stat(`${file}.1`).catch(() => undefined)) !== undefined);
  await until(async () => {
    const two = (await textOf(`${file}.1`)) + (await textOf(file));
    return two.length > 0 && wholeText.endsWith(two);
  });
  await log.stop();
});

t.test('the spool keeps what the slower of two carriers has still to read', async (t) => {
  const { spool } = await spoolWith(t, journal.slice(0, 3));
  const told: unknown[] = [];
  const [fast, slow] = shareSpool({ ...spool, carriedUpTo: (mark) => void told.push(mark) }, 2);
  fast?.carriedUpTo({ segment: 9, offset: 1 });
  t.same(told, []);
  slow?.carriedUpTo({ segment: 4, offset: 7 });
  fast?.carriedUpTo({ segment: 11, offset: 1 });
  t.match(told, [{ segment: 4 }, { segment: 4 }]);
});
