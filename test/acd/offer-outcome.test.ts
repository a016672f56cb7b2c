// The table of docs/outcomes.md and the code that reads a leg's end are one.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { offerOutcome, type LegEnding } from '../../src/acd/offer-outcome.js';

const ringMs = 8000;
const rows = readFileSync(new URL('../../docs/outcomes.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?:\d+|-) *\|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, sip, cause, ringing, when, outcome, zh]) => ({ sip, cause, ringing, when, outcome, zh }));

/** Every leg's end that a row speaks of. */
function endingsOf({ cause, ringing, when }: (typeof rows)[number]): LegEnding[] {
  const causes = cause === 'other' ? [16, 26, 31, 38, 41, 102, 127] : [Number(cause)];
  const rang = ringing === '-' ? [true, false] : [ringing === 'yes'];
  const times = { early: [0, ringMs - 1], 'ring time': [ringMs, ringMs + 900] }[when ?? ''] ?? [0, ringMs];
  const ends = causes.flatMap((causeCode) =>
    rang.flatMap((was) => times.map((elapsedMs) => ({ causeCode, elapsedMs, ringMs, ringing: was }))),
  );
  return ends;
}

t.test('each row of the table is what the code says', (t) => {
  for (const row of rows.filter(({ outcome }) => outcome !== '`callerGone`')) {
    const endings = endingsOf(row);
    const expected = endings.map((ending) => ({ ending, outcome: row.outcome }));
    t.same(
      endings.map((ending) => ({ ending, outcome: `\`${offerOutcome(ending)}\`` })),
      expected,
      `${row.sip ?? ''} ${row.cause ?? ''} ${row.ringing ?? ''} ${row.when ?? ''}`,
    );
  }
  t.end();
});

t.test('the table names every outcome, in Chinese too, and every cause lies in one of its rows', (t) => {
  const outcomes = [
    'busyOwnCall',
    'callerGone',
    'declined',
    'doNotDisturb',
    'failed',
    'misconfigured',
    'phoneFault',
    'rona',
    'unreachable',
  ];
  t.same([...new Set(rows.map(({ outcome }) => (outcome ?? '').replaceAll('`', '')))].sort(), outcomes);
  for (const { zh } of rows) t.match(zh, /\p{Script=Han}/u);
  const named = new Set(rows.map(({ cause }) => cause));
  const others = Array.from({ length: 128 }, (_, causeCode) => causeCode).filter(
    (code) => !named.has(String(code)),
  );
  const ends = others.map((causeCode) => offerOutcome({ causeCode, elapsedMs: 10, ringMs, ringing: true }));
  t.same([...new Set(ends)], ['phoneFault'], 'a cause that is not named is an "other" one');
  t.end();
});
