// Asterisk's call records: which calls come out of them, and that none is lost or counted twice on the way.
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startCdrReader, type CdrReaderParts } from '../../src/adapters/asterisk/cdr-file.js';
import { readCallRecords } from '../../src/adapters/asterisk/cdr-rows.js';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface Row {
  readonly n: number;
  readonly mark: string;
  readonly id?: string;
  readonly caller?: string;
  readonly privacy?: string;
}

/** A row as Asterisk 22.10.1 wrote it. */
function rowOf(row: Row): string {
  const { n, mark, caller = '031100000123', privacy = 'allowed_not_screened' } = row;
  const { id = `1795416200.${String(n)}` } = row;
  const times = ['1795416200.873329', '1795416200.878754', '1795416202.386654'];
  const cells = [
    id,
    id,
    ...times,
    'carrier',
    caller,
    '12345',
    '12358',
    'ANSWERED',
    mark,
    `call-${String(n)}`,
  ];
  const all = [...cells, 'PJSIP/carrier-00000000', 'away', privacy];
  return `${all.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
}

t.test('only calls that nobody took are missed; those of a duty phone are counted', (t) => {
  const marks = ['stasis', 'away', 'duty', '', 'full'];
  const { missed, duty, torn } = readCallRecords(marks.map((mark, n) => rowOf({ n, mark })).join(''));
  t.same(
    missed.map(({ channelId, reason }) => [channelId, reason]),
    [
      ['1795416200.1', 'away'],
      ['1795416200.4', 'full'],
    ],
  );
  t.same([duty, torn], [1, 0]);
  t.match(missed[0], {
    trunkId: 'carrier',
    dnis: '12345',
    redirectedFrom: '12358',
    ani: '031100000123',
    aniShown: true,
    sipCallId: 'call-1',
    arrivedAtMs: 1_795_416_200_873,
    endedAtMs: 1_795_416_202_387,
  });
  t.end();
});

t.test('the row of a leg, whose id is one we minted, is whole and no call', (t) => {
  const leg = rowOf({ n: 1, mark: '', id: '01a21475-7810-7724-a5f6-17283906e744' });
  t.same(readCallRecords(leg + rowOf({ n: 2, mark: 'away' })), {
    missed: readCallRecords(rowOf({ n: 2, mark: 'away' })).missed,
    duty: 0,
    torn: 0,
  });
  t.end();
});

t.test('a withheld number stays withheld, and a caller’s quotes and commas move no column', (t) => {
  const text =
    rowOf({ n: 1, mark: 'away', privacy: 'prohib_not_screened' }) +
    rowOf({ n: 2, mark: 'full', caller: '1","2"",' });
  const { missed, torn } = readCallRecords(text);
  t.same(
    missed.map(({ ani, aniShown }) => [ani, aniShown]),
    [
      ['031100000123', false],
      ['1","2"",', true],
    ],
  );
  t.equal(torn, 0);
  t.end();
});

t.test('torn wherever it may be, a row takes no other one with it', (t) => {
  const whole = rowOf({ n: 1, mark: 'away' });
  const next = rowOf({ n: 2, mark: 'full' });
  for (let at = 0; at < whole.length; at += 1) {
    const ids = readCallRecords(`${whole.slice(0, at)}${next}`).missed.map(({ channelId }) => channelId);
    t.ok(ids.includes('1795416200.2' as (typeof ids)[number]), `torn at ${String(at)}`);
    const last = readCallRecords(`${next}${whole.slice(0, at)}`).missed.map(({ channelId }) => channelId);
    t.ok(last.includes('1795416200.2' as (typeof last)[number]), `its end gone at ${String(at)}`);
  }
  t.equal(readCallRecords('garbage\n\n"a","b"\n').torn, 2);
  t.end();
});

async function readerOn(
  file: string,
  isKept: () => boolean = () => true,
): Promise<{ readonly noted: string[]; readonly stop: () => Promise<void> }> {
  const noted: string[] = [];
  const parts: CdrReaderParts = {
    file,
    note: ({ channelId }) => void noted.push(channelId),
    isKept,
    log: quiet,
    everyMs: 20,
    settleMs: 10,
  };
  const reader = startCdrReader(parts);
  return { noted, stop: () => reader.stop() };
}

t.test('the file is emptied while Asterisk goes on writing: every row once', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'yihao-cdr-'));
  t.teardown(() => rm(dir, { recursive: true }));
  const file = join(dir, 'calls.csv');
  // What a crash left: read, but not yet deleted.
  await writeFile(`${file}.taken`, rowOf({ n: 1000, mark: 'away' }));
  const { noted, stop } = await readerOn(file);
  for (let n = 0; n < 200; n += 1) {
    await appendFile(file, rowOf({ n, mark: 'away' }));
    if (n % 10 === 0) await sleep(5);
  }
  while (noted.length < 201 || (await readdir(dir)).length > 0) await sleep(10);
  await stop();
  t.equal(new Set(noted).size, 201);
  t.equal(noted.length, 201);
});

t.test('rows stay on disk until what they told is kept, and are told once a run', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'yihao-cdr-'));
  t.teardown(() => rm(dir, { recursive: true }));
  const file = join(dir, 'calls.csv');
  await writeFile(file, rowOf({ n: 1, mark: 'away' }));
  let kept = false;
  const { noted, stop } = await readerOn(file, () => kept);
  await sleep(200);
  t.same(noted, ['1795416200.1']);
  t.same(await readdir(dir), ['calls.csv.taken']);
  await appendFile(file, rowOf({ n: 2, mark: 'full' }));
  kept = true;
  while ((await readdir(dir)).length > 0) await sleep(10);
  await stop();
  t.same(noted, ['1795416200.1', '1795416200.2']);
});
