import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { SpoolMark } from '../../src/adapters/spool/spool-reader.js';
import {
  openSpool,
  type Spool,
  type SpoolOptions,
  type SpoolTrouble,
} from '../../src/adapters/spool/spool.js';
import type { CallerKey, NodeId } from '../../src/contact/ids.js';
import type { JournalEntry } from '../../src/engine/ports.js';
import { abandonedCall, entriesOf } from '../metrics/contact-facts.js';
import { agentEntry } from './spool-entries.js';

async function opened(t: Test, dir: string, limits: Partial<SpoolOptions> = {}) {
  const troubles: SpoolTrouble[] = [];
  const result = await openSpool({ dir, onTrouble: (trouble) => troubles.push(trouble), ...limits });
  t.teardown(() => result.spool.close());
  return { ...result, troubles };
}

/** Reads everything after a mark and says where it ends. */
async function readAll(spool: Spool, from: SpoolMark | null = null) {
  const entries: Omit<JournalEntry, 'image'>[] = [];
  for (let mark = from; ;) {
    const batch = await spool.read(mark);
    entries.push(...batch.entries);
    mark = batch.next;
    if (batch.atEnd) return { entries, mark };
  }
}

function withoutImage(entry: JournalEntry): Omit<JournalEntry, 'image'> {
  const { stream, id, seq, atMs, node, epoch, facts } = entry;
  return { stream, id, seq, atMs, node, epoch, facts };
}

t.test('what is appended is read back in order, across segments and from any mark', async (t) => {
  const { spool, troubles } = await opened(t, t.testdir(), { segmentBytes: 4000 });
  const written = Array.from({ length: 100 }, (_, seq) => agentEntry('1023', seq));
  for (const entry of written.slice(0, 60)) spool.append(entry);
  const first = await readAll(spool);
  t.same(first.entries, written.slice(0, 60).map(withoutImage));
  t.equal(spool.bytesAfter(first.mark), 0);
  for (const entry of written.slice(60)) spool.append(entry);
  t.ok(spool.bytesAfter(first.mark) > 0);
  t.same((await readAll(spool, first.mark)).entries, written.slice(60).map(withoutImage));
  t.ok(spool.stats().segments > 5);
  t.same((await readAll(spool, { segment: Number.MAX_SAFE_INTEGER, offset: 9 })).entries.length, 100);
  t.same(troubles, []);
});

t.test('a line larger than one bite of the reader comes through whole', async (t) => {
  const { spool } = await opened(t, t.testdir());
  const large = { ...agentEntry('1023', 0), id: '9'.repeat(600_000) };
  spool.append(large);
  spool.append(agentEntry('1023', 1));
  t.same(
    (await readAll(spool)).entries.map(({ id }) => id.length),
    [600_000, 4],
  );
});

t.test('a restart finds the last image and the last number of every stream', async (t) => {
  const dir = t.testdir();
  const before = await opened(t, dir);
  for (const entry of [...entriesOf('c1', abandonedCall()), agentEntry('1023', 0), agentEntry('1024', 0)]) {
    before.spool.append(entry);
  }
  before.spool.append({
    ...agentEntry('1023', 1),
    facts: [...agentEntry('1023', 1).facts, ...agentEntry('1023', 2).facts],
  });
  await before.spool.close();
  const { recovered } = await opened(t, dir);
  const ends = Object.fromEntries(recovered.map(({ stream, id, lastSeq }) => [`${stream} ${id}`, lastSeq]));
  t.same(ends, { 'contact c1': 2, 'agent 1023': 2, 'agent 1024': 0 });
  t.same(recovered.find(({ id }) => id === '1023')?.image, agentEntry('1023', 1).image);
});

t.test('the numbers of agents and site outlive the segments they were written in', async (t) => {
  const dir = t.testdir();
  const site = {
    ...agentEntry('demo', 41),
    stream: 'site',
    facts: [{ type: 'ServiceStopped' }],
    image: null,
  } as const;
  const first = await opened(t, dir, { segmentBytes: 1, keepMs: 10 });
  for (const entry of [site, agentEntry('1023', 7), ...entriesOf('c1', abandonedCall())])
    first.spool.append(entry);
  const { mark } = await readAll(first.spool);
  if (mark !== null) first.spool.carriedUpTo(mark);
  // The files go a moment after they are no longer counted.
  while (first.spool.stats().segments > 1 || readdirSync(dir).length > 1) await sleep(5);
  t.equal(readdirSync(dir).length, 1);
  await first.spool.close();
  const { recovered } = await opened(t, dir);
  const ends = Object.fromEntries(recovered.map(({ stream, id, lastSeq }) => [`${stream} ${id}`, lastSeq]));
  t.same(ends, { 'site demo': 41, 'agent 1023': 7, 'contact c1': 2 });
});

t.test(
  'a start searches recent segments alone, and still knows the number of every lasting stream',
  async (t) => {
    const dir = t.testdir();
    for (const agent of ['1023', '1024']) {
      const { spool } = await opened(t, dir);
      spool.append(agentEntry(agent, 3));
      await spool.close();
    }
    const longAgo = Date.now() / 1000 - 7 * 3600;
    utimesSync(path.join(dir, readdirSync(dir).sort()[0] ?? ''), longAgo, longAgo);
    const { recovered, spool } = await opened(t, dir);
    t.match(
      recovered.map(({ id, lastSeq, image }) => [id, lastSeq, image !== null]),
      [
        ['1023', 3, false],
        ['1024', 3, true],
      ],
    );
    t.equal((await readAll(spool)).entries.length, 2);
  },
);

t.test('what is looked for at a start is found in the oldest segment that is left', async (t) => {
  const dir = t.testdir();
  const wish = (seq: number, text: string | null): JournalEntry => ({
    ...{ stream: 'site', id: 'here', seq, atMs: seq, node: 'n1' as NodeId, epoch: 1, image: null },
    facts: [{ type: 'CallerWishSet', callerKey: 'a' as CallerKey, wish: text, untilMs: 1 }],
  });
  const { spool } = await opened(t, dir, { segmentBytes: 1 });
  for (const entry of [wish(0, 'dialect'), agentEntry('1023', 0), wish(1, null)]) spool.append(entry);
  await spool.close();
  const longAgo = Date.now() / 1_000 - 3 * 86_400;
  for (const name of readdirSync(dir)) utimesSync(path.join(dir, name), longAgo, longAgo);
  const found: Omit<JournalEntry, 'image'>[] = [];
  await opened(t, dir, { search: { text: '"CallerWishSet"', found: (entry) => found.push(entry) } });
  t.same(found, [wish(0, 'dialect'), wish(1, null)].map(withoutImage));
});

t.test('segments stay until they are carried, and then for their time', async (t) => {
  const { spool } = await opened(t, t.testdir(), { segmentBytes: 1, keepMs: 120 });
  for (let seq = 0; seq < 4; seq += 1) spool.append(agentEntry('1023', seq));
  await sleep(250);
  t.equal(spool.stats().segments, 4);
  const { mark } = await readAll(spool);
  if (mark !== null) spool.carriedUpTo(mark);
  await sleep(30);
  t.equal(spool.stats().segments, 4);
  await sleep(300);
  t.equal(spool.stats().segments, 1);
});

t.test('a torn last line and a damaged one cost nothing but themselves', async (t) => {
  const dir = t.testdir();
  const before = await opened(t, dir);
  for (let seq = 0; seq < 3; seq += 1) before.spool.append(agentEntry('1023', seq));
  await before.spool.close();
  const file = path.join(dir, readdirSync(dir)[0] ?? '');
  truncateSync(file, statSync(file).size - 5);
  appendFileSync(path.join(dir, '000000000000001.jsonl'), 'half a line\n\0\0\0\0');
  writeFileSync(path.join(dir, 'notes.txt'), 'not a segment');
  const { spool, recovered, troubles } = await opened(t, dir);
  t.equal(recovered[0]?.lastSeq, 1);
  spool.append(agentEntry('1023', 3));
  t.same(
    (await readAll(spool)).entries.map(({ seq }) => seq),
    [0, 1, 3],
  );
  t.same(
    troubles,
    [1, 1, 1].map((lines) => ({ type: 'damaged', lines })),
  );
});

t.test('a process killed while it writes loses nothing it was told is written', async (t) => {
  const dir = path.join(t.testdir(), 'spool');
  const writer = path.join(import.meta.dirname, 'spool-writer.ts');
  const saidFile = path.join(t.testdirName, 'said');
  const child = spawn(process.execPath, ['--import', 'tsx', writer, dir], {
    stdio: ['ignore', openSync(saidFile, 'w'), 'inherit'],
  });
  const closed = new Promise<string | null>((resolve) => child.once('close', (_, signal) => resolve(signal)));
  while (child.exitCode === null && statSync(saidFile).size < 20_000) await sleep(5);
  child.kill('SIGKILL');
  t.equal(await closed, 'SIGKILL');
  const said = readFileSync(saidFile, 'utf8');
  const promised = said.split('\n').slice(0, -1).map(Number);
  const { spool, recovered } = await opened(t, dir);
  const { entries } = await readAll(spool);
  t.ok(promised.length > 3000);
  t.ok((recovered[0]?.lastSeq ?? 0) >= (promised.at(-1) ?? Infinity));
  t.same(entries.map(({ seq }) => seq).slice(0, promised.length), promised);
  t.equal(recovered[0]?.image?.version, entries.length);
});

t.test('appending does not wait for the syncs and the changes of segments beside it', async (t) => {
  const { spool } = await opened(t, t.testdir(), { segmentBytes: 200_000, syncEveryMs: 5 });
  let slow = 0;
  for (let seq = 0; seq < 2000; seq += 1) {
    const began = performance.now();
    spool.append(agentEntry('1023', seq));
    if (performance.now() - began > 20) slow += 1;
    if (seq % 20 === 0) await sleep(1);
  }
  const { slowestAppendMs, appended, segments } = spool.stats();
  t.comment(`2,000 entries, ${String(segments)} segments, slowest append ${slowestAppendMs.toFixed(2)} ms`);
  t.equal(appended, 2000);
  t.ok(segments > 2);
  // A busy machine may take the processor away once; a disk that holds the thread up does so every time.
  t.ok(slow <= 2, `${String(slow)} appends took more than 20 ms`);
});

const cannotMount = process.getuid?.() !== 0 && 'only root can mount a small file system';

t.test(
  'on a full disk calls go on, losses are counted, and writing resumes with room',
  { skip: cannotMount },
  async (t) => {
    const dir = mkdtempSync(path.join(tmpdir(), 'yihao-full-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', dir]);
    try {
      await fillDisk(t, dir);
    } finally {
      execFileSync('umount', [dir]);
      rmdirSync(dir);
    }
  },
);

async function fillDisk(t: Test, dir: string): Promise<void> {
  const ballast = path.join(dir, 'ballast');
  writeFileSync(ballast, Buffer.alloc(32_768));
  const { spool, troubles } = await opened(t, dir, { segmentBytes: 10_000 });
  for (let seq = 0; seq < 200; seq += 1) spool.append(agentEntry('1023', seq));
  await sleep(0);
  const { lost, appended, full } = spool.stats();
  t.ok(lost > 50 && appended > 20 && full);
  t.equal(lost + appended, 200);
  t.match(troubles, [{ type: 'full', reason: 'ENOSPC' }]);
  truncateSync(ballast, 0);
  spool.append(agentEntry('1023', 200));
  await sleep(0);
  t.match(troubles[1], { type: 'room', lostEntries: lost, toMs: agentEntry('1023', 199).atMs });
  t.equal(spool.stats().full, false);
  const seqs = (await readAll(spool)).entries.map(({ seq }) => seq);
  t.same(seqs, [...Array(appended).keys(), 200]);
  await spool.close();
}
