import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { parseCivilTime } from '../../src/contact/civil-time.js';
import { emptyRecord } from '../../src/metrics/contact-record.js';
import { gapsWithin } from '../../src/metrics/data-gaps.js';
import { averageFigure, formulaVersion, rateText } from '../../src/metrics/figure.js';
import {
  intervalAt,
  intervalsWithin,
  last24Hours,
  type Interval,
  type IntervalKind,
} from '../../src/metrics/intervals.js';
import { countIn, isInSubset, subsetNames } from '../../src/metrics/subset.js';
import { createTallySheet, everyInterval } from '../../src/metrics/tally-sheet.js';
import {
  addTallies,
  defaultTallyRules,
  emptyTally,
  figuresOf,
  tallyAll,
  tallyOf,
  type CountedRecord,
  type TallyRules,
} from '../../src/metrics/tally.js';
import {
  countedArrivals,
  windowMs,
  worseOf,
  worstWindow,
  type CountedArrival,
} from '../../src/metrics/worst-window.js';

const at = (text: string): number => parseCivilTime(text) ?? assert.fail(text);
const start = at('2026-11-23 00:00:00');

t.test('rates are cut off and never flatter: 94.96 % shows as 94.9%', (t) => {
  for (const [numerator, denominator, text] of [
    [9496, 10_000, '94.9%'],
    [9500, 10_000, '95.0%'],
    [18_851, 19_852, '94.9%'],
    [999_999, 1_000_000, '99.9%'],
    [1, 3, '33.3%'],
    [7, 7, '100.0%'],
    [0, 5, '0.0%'],
    [0, 0, '—'],
  ] as const)
    t.equal(rateText(numerator, denominator), text);
  fc.assert(
    fc.property(fc.nat({ max: 10 ** 9 }), fc.integer({ min: 1, max: 10 ** 9 }), (one, denominator) => {
      const numerator = one % (denominator + 1);
      const [whole, tenth] = rateText(numerator, denominator).slice(0, -1).split('.').map(BigInt);
      assert.equal((whole ?? 0n) * 10n + (tenth ?? 0n), (BigInt(numerator) * 1000n) / BigInt(denominator));
    }),
  );
  t.equal(averageFigure('asa', 29_999, 2).text, '14.9秒');
  t.equal(averageFigure('asa', 0, 0).text, '—');
  t.end();
});

function tallyByInterval(
  by: IntervalKind,
  within: Interval,
  records: readonly CountedRecord[],
  rules: TallyRules,
) {
  const sheet = createTallySheet({ by, within, rules });
  sheet.add(records);
  return everyInterval(by, within, sheet.rows());
}

const missed = fc.record({
  arrivedAtMs: fc.integer({ min: start - 2 * windowMs, max: start + 4 * windowMs }),
  waitMs: fc.integer({ min: 0, max: 90_000 }),
  during: fc.constantFrom('flow', 'waiting', 'offered', 'leaving', null),
});

/** Not asked, asked, answered; exempt at any of these. */
const surveyed = fc
  .record({
    surveyOffered: fc.boolean(),
    grade: fc.constantFrom(1, 2, 3, 4, 5, null),
    surveyExempt: fc.boolean(),
  })
  .map((one) => ({ ...one, grade: one.surveyOffered ? one.grade : null }));

const record = fc
  .tuple(
    missed,
    fc.constantFrom('answered', 'missed', 'open', 'testCall'),
    fc.nat({ max: 600_000 }),
    surveyed,
  )
  .map(([{ arrivedAtMs, waitMs, during }, kind, handledMs, survey]): CountedRecord => ({
    ...emptyRecord('', arrivedAtMs),
    ...(kind === 'answered' && {
      ...survey,
      answered: true,
      waitMs,
      queuedWaitMs: waitMs >> 1,
      talkMs: handledMs,
      holdMs: 7,
      wrapUpMs: 11,
    }),
    ...(kind === 'missed' && {
      endedAtMs: arrivedAtMs + waitMs,
      waitMs,
      abandonedDuring: during,
      missedCause: during === null ? ('timeout' as const) : ('abandoned' as const),
    }),
    ...(kind === 'testCall' && { excluded: 'testCall' as const }),
  }));
const records = fc.array(record, { maxLength: 60 });

t.test('a tally agrees with counting by hand, and its parts add up to what was offered', (t) => {
  fc.assert(
    fc.property(records, fc.nat({ max: 30_000 }), (list, shortAbandonMs) => {
      const rules = { ...defaultTallyRules, shortAbandonMs };
      const tally = tallyAll(list, rules);
      const inside = list.filter(({ excluded }) => excluded === null);
      const answered = inside.filter((one) => one.answered);
      const gone = inside.filter((one) => !one.answered && one.endedAtMs !== null);
      assert.equal(tally.offered, answered.length + gone.length);
      assert.equal(tally.undecided, inside.length - tally.offered);
      assert.equal(tally.excludedBy.testCall ?? 0, list.length - inside.length);
      const asked = answered.filter((one) => one.surveyOffered && !one.surveyExempt);
      assert.equal(tally.surveysOffered, asked.length);
      assert.equal(tally.rated, asked.filter(({ grade }) => grade !== null).length);
      assert.equal(tally.satisfied, asked.filter(({ grade }) => [3, 4, 5].includes(grade ?? 0)).length);
      assert.equal(tally.surveyExempt, answered.filter((one) => one.surveyExempt).length);
      assert.equal(tally.answeredInTime, answered.filter(({ waitMs }) => (waitMs ?? 0) <= 15_000).length);
      const { abandonedInPrompt, abandonedInQueue, abandonedRinging } = tally;
      assert.equal(abandonedInPrompt + abandonedInQueue + abandonedRinging, tally.missedBy.abandoned ?? 0);
      assert.equal(
        tally.offered,
        tally.answered + (tally.missedBy.abandoned ?? 0) + (tally.missedBy.timeout ?? 0),
      );
      assert.equal(
        tally.shortAbandons,
        gone.filter(
          ({ abandonedDuring, waitMs }) => abandonedDuring !== null && (waitMs ?? 0) < shortAbandonMs,
        ).length,
      );
      assert.equal(
        tally.longestWaitMs,
        Math.max(0, ...[...answered, ...gone].map(({ waitMs }) => waitMs ?? 0)),
      );
      const figures = figuresOf(tally, rules);
      assert.equal(
        figures.aht.numerator,
        answered.reduce((sum, one) => sum + one.talkMs + 18, 0),
      );
      assert.equal(figures.answerRateWithoutShort === null, shortAbandonMs === 0);
      assert.ok(
        Object.values(figures).every((figure) => figure === null || figure.formulaVersion === formulaVersion),
      );
    }),
  );
  t.end();
});

t.test('tallies add up in any cut, and the hours of a day are the day', (t) => {
  fc.assert(
    fc.property(records, fc.nat(), (list, cut) => {
      const rules = defaultTallyRules;
      const at = list.length === 0 ? 0 : cut % list.length;
      const halves = addTallies(tallyAll(list.slice(0, at), rules), tallyAll(list.slice(at), rules));
      assert.deepEqual(halves, tallyAll(list, rules));
      assert.deepEqual(addTallies(emptyTally, halves), halves);
      const day = intervalAt('day', start);
      const hours = tallyByInterval('hour', day, list, rules).map(({ tally }) => tally);
      assert.deepEqual(
        hours.reduce(addTallies, emptyTally),
        tallyByInterval('day', day, list, rules)[0]?.tally,
      );
    }),
  );
  t.end();
});

t.test('satisfaction: 基本满意 counts, who pressed nothing and who is exempt do not', (t) => {
  const call = { ...emptyRecord('', start), answered: true, waitMs: 0 };
  const rated = ([5, 3, 2] as const).map((grade) => ({ ...call, surveyOffered: true, grade }));
  const unrated = { ...call, surveyOffered: true };
  const exempt = { ...call, surveyOffered: true, grade: 1 as const, surveyExempt: true };
  const list = [...rated, unrated, exempt, call];
  const figures = figuresOf(tallyAll(list, defaultTallyRules), defaultTallyRules);
  t.match(figures.surveyOffer, { numerator: 4, denominator: 5 }, 'of the answered that are not exempt');
  t.match(figures.surveyResponse, { numerator: 3, denominator: 4 });
  t.match(figures.satisfied, { numerator: 2, denominator: 3, text: '66.6%' });
  t.end();
});

t.test('the three promises differ where they must, and a callback counts for 触达 alone', (t) => {
  const call = { ...emptyRecord('', start), answered: true, waitMs: 15_000 };
  const late = { ...call, waitMs: 15_001 };
  const gone = {
    ...emptyRecord('', start),
    endedAtMs: start + 9000,
    waitMs: 9000,
    abandonedDuring: 'waiting' as const,
  };
  const half = 30 * 60_000;
  const back = { ...gone, calledBackAtMs: gone.endedAtMs + half };
  const tooLate = { ...gone, calledBackAtMs: gone.endedAtMs + half + 1 };
  const rules = { ...defaultTallyRules, shortAbandonMs: 10_000 };
  const figures = figuresOf(tallyAll([call, late, gone, back, tooLate], rules), rules);
  const counts = Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, `${figure?.numerator}/${figure?.denominator}`]),
  );
  t.match(counts, {
    answerRate: '2/5',
    answerRateWithoutShort: '2/2',
    within15OfOffered: '1/5',
    within15OfAnswered: '1/2',
    reached: '3/5',
    abandonRate: '3/5',
    asa: '30001/2',
  });
  t.equal(tallyOf({ ...gone, abandonedDuring: 'offered' }, rules).abandonedRinging, 1);
  t.end();
});

t.test("a contact belongs to the interval of its arrival in the site's own time", (t) => {
  const text = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => [fromMs, toMs];
  t.same(text(intervalAt('hour', at('2026-11-23 14:59:59'))), [
    at('2026-11-23 14:00:00'),
    at('2026-11-23 15:00:00'),
  ]);
  t.same(text(intervalAt('day', at('2026-11-23 07:59:59'))), [start, at('2026-11-24 00:00:00')]);
  for (const moment of ['2026-11-23 00:00:00', '2026-11-29 23:59:59'])
    t.same(text(intervalAt('week', at(moment))), [start, at('2026-11-30 00:00:00')], moment);
  t.same(text(intervalAt('month', at('2028-02-29 23:00:00'))), [
    at('2028-02-01 00:00:00'),
    at('2028-03-01 00:00:00'),
  ]);
  t.same(text(intervalAt('month', at('2026-12-31 23:59:59'))), [
    at('2026-12-01 00:00:00'),
    at('2027-01-01 00:00:00'),
  ]);
  t.same(text(intervalAt('year', start)), [at('2026-01-01 00:00:00'), at('2027-01-01 00:00:00')]);
  t.same(text(last24Hours(start)), [start - windowMs, start]);
  t.equal(intervalsWithin('day', intervalAt('year', start)).length, 365);
  const lateEvening = {
    ...emptyRecord('', at('2026-11-22 23:59:59')),
    answered: true,
    answeredAtMs: start + 5000,
  };
  t.same(
    tallyByInterval(
      'day',
      { fromMs: start - windowMs, toMs: start + windowMs },
      [lateEvening],
      defaultTallyRules,
    ).map(({ tally }) => tally.answered),
    [1, 0],
  );
  t.end();
});

/** Looks at every window's end that could matter, and at its neighbours, each counted afresh. */
function worstByHand(arrivals: readonly CountedArrival[], fromMs: number, toMs: number, dataFromMs: number) {
  const ends = arrivals.flatMap(({ arrivedAtMs }) =>
    [-1, 0, 1, 2].flatMap((off) => [arrivedAtMs + off, arrivedAtMs + windowMs + off]),
  );
  let worst: { end: number; answered: number; offered: number } | undefined;
  for (const end of [...ends, fromMs + 1, dataFromMs + windowMs, toMs].sort((one, other) => one - other)) {
    if (end <= fromMs || end > toMs || end - windowMs < dataFromMs) continue;
    const inside = arrivals.filter((one) => one.arrivedAtMs >= end - windowMs && one.arrivedAtMs < end);
    const [answered, offered] = [inside.filter((one) => one.answered).length, inside.length];
    if (offered === 0) continue;
    const difference = worst === undefined ? -1 : answered * worst.offered - worst.answered * offered;
    if (worst === undefined || difference < 0 || (difference === 0 && offered > worst.offered)) {
      worst = { end, answered, offered };
    }
  }
  return worst;
}

const arrivals = fc
  .array(
    fc.record({
      arrivedAtMs: fc.oneof(
        fc.integer({ min: start - 2 * windowMs, max: start + 3 * windowMs }),
        fc.integer({ min: -3, max: 3 }).map((off) => start + off),
        fc.integer({ min: -3, max: 3 }).map((off) => start - windowMs + off),
      ),
      answered: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((list) => list.sort((one, other) => one.arrivedAtMs - other.arrivedAtMs));

t.test('the worst 24 hours are those that brute force finds, and days make the month', (t) => {
  fc.assert(
    fc.property(arrivals, fc.integer({ min: -3, max: 2 }), (list, dataDays) => {
      const search = {
        fromMs: start,
        toMs: start + 2 * windowMs,
        dataFromMs: start + dataDays * (windowMs / 2),
      };
      const found = worstWindow(list, search);
      const byHand = worstByHand(list, search.fromMs, search.toMs, search.dataFromMs);
      assert.deepEqual(
        found && {
          end: found.toMs,
          answered: found.answerRate.numerator,
          offered: found.answerRate.denominator,
        },
        byHand,
      );
      const halves = [0, 1].map((day) =>
        worstWindow(list, { ...search, fromMs: start + day * windowMs, toMs: start + (day + 1) * windowMs }),
      );
      assert.deepEqual(worseOf(halves[0], halves[1]), found);
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test(
  'the worst window of a million calls takes a time in proportion to theirs, and undecided calls are not in it',
  (t) => {
    const list = Array.from({ length: 1_000_000 }, (_, call) => ({
      arrivedAtMs: start + call * 31_000,
      answered: call % 20 !== 0 || (call > 500_000 && call < 501_000),
    }));
    list.splice(700_000, 5, ...list.slice(700_000, 700_005).map((one) => ({ ...one, answered: false })));
    const year = { fromMs: start, toMs: start + 366 * windowMs, dataFromMs: start };
    const timed = (calls: number) => {
      const part = list.slice(0, calls);
      const began = performance.now();
      const found = worstWindow(part, year);
      return { found, tookMs: performance.now() - began };
    };
    timed(100_000);
    const [tenth, { found, tookMs }] = [timed(100_000), timed(1_000_000)];
    t.comment(`100,000 calls: ${tenth.tookMs.toFixed(0)} ms, one million: ${tookMs.toFixed(0)} ms`);
    t.ok(
      tookMs < 40 * tenth.tookMs,
      'ten times the calls: 10 times as long if in proportion, 100 if squared',
    );
    t.ok(found && found.fromMs <= start + 700_000 * 31_000 && found.toMs > start + 700_004 * 31_000);
    const open = emptyRecord('', start);
    t.same(
      countedArrivals([open, { ...open, endedAtMs: start }, { ...open, answered: true, excluded: 'blocked' }])
        .length,
      1,
    );
    const tallyBegan = performance.now();
    t.equal(
      tallyAll(
        list.map((one) => ({ ...open, ...one, endedAtMs: 1 })),
        defaultTallyRules,
      ).offered,
      1_000_000,
    );
    t.comment(`tally of one million calls: ${(performance.now() - tallyBegan).toFixed(0)} ms`);
    t.end();
  },
);

t.test('gaps are cut to the interval, and their length is that of their union', (t) => {
  const shown = gapsWithin(
    [
      { part: 'database', fromMs: 50, toMs: 70 },
      { part: 'service', fromMs: -5, toMs: 10 },
      { part: 'redis', fromMs: 60, toMs: 200 },
      { part: 'redis', fromMs: 100, toMs: 120 },
      { part: 'redis', fromMs: 30, toMs: 30 },
    ],
    { fromMs: 0, toMs: 100 },
  );
  t.equal(shown.gapMs, 60);
  t.same(
    shown.gaps.map(({ part, fromMs, toMs }) => [part, fromMs, toMs]),
    [
      ['service', 0, 10],
      ['database', 50, 70],
      ['redis', 60, 100],
    ],
  );
  t.end();
});

t.test('a count and the records of its subset never come apart', (t) => {
  const rules = { ...defaultTallyRules, shortAbandonMs: 5_000 };
  fc.assert(
    fc.property(fc.array(record, { maxLength: 40 }), (list) => {
      const tally = tallyAll(list, rules);
      for (const name of subsetNames)
        assert.equal(
          countIn(tally, name),
          list.filter((one) => isInSubset(one, { name, rules })).length,
          name,
        );
    }),
  );
  t.end();
});

t.test('the glossary explains every figure and names the version of the formulas', (t) => {
  const glossary = readFileSync(path.join(import.meta.dirname, '../../docs/glossary.md'), 'utf8');
  t.match(glossary, `**Formula version: ${formulaVersion}.**`);
  const rules = { ...defaultTallyRules, shortAbandonMs: 1 };
  const shown = Object.values(figuresOf(emptyTally, rules)).map((figure) => figure?.formula);
  for (const formula of [...shown, 'worst24h']) t.match(glossary, `| \`${String(formula)}\` `);
  t.end();
});
