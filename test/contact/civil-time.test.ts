import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  addDays,
  civilTimeAt,
  dayKeyAt,
  dayMs,
  dayStartMs,
  epochMsOf,
  formatCivilTime,
  formatClock,
  formatDuration,
  formatShortTime,
  parseCivilTime,
  parseDayKey,
  parseMinuteOfDay,
  weekdayOf,
} from '../../src/contact/civil-time.js';

const offsetMs = 8 * 3_600_000;
const instant = fc.integer({ min: 0, max: Date.UTC(2199, 11, 31) });

t.test('every instant reads as Date in UTC reads it eight hours later', (t) => {
  fc.assert(
    fc.property(instant, (epochMs) => {
      const oracle = new Date(epochMs + offsetMs);
      assert.deepEqual(civilTimeAt(epochMs), {
        year: oracle.getUTCFullYear(),
        month: oracle.getUTCMonth() + 1,
        day: oracle.getUTCDate(),
        weekday: oracle.getUTCDay() || 7,
        minuteOfDay: oracle.getUTCHours() * 60 + oracle.getUTCMinutes(),
        hour: oracle.getUTCHours(),
        minute: oracle.getUTCMinutes(),
        second: oracle.getUTCSeconds(),
        ms: oracle.getUTCMilliseconds(),
      });
      assert.equal(formatCivilTime(epochMs), oracle.toISOString().slice(0, 19).replace('T', ' '));
    }),
  );
  t.end();
});

t.test('every day from 1970 to 2199 follows the one before it, leap days included', (t) => {
  let wrong = 0;
  for (let dayNumber = 0, ms = -offsetMs; ms < Date.UTC(2199, 11, 31); dayNumber += 1, ms += dayMs) {
    const key = dayKeyAt(ms);
    const oracle = new Date(dayNumber * dayMs).toISOString().slice(0, 10);
    if (key !== oracle || dayStartMs(key) !== ms || dayKeyAt(ms + dayMs - 1) !== key) wrong += 1;
  }
  t.equal(wrong, 0);
  t.equal(addDays('2028-02-28', 1), '2028-02-29');
  t.equal(addDays('2100-02-28', 1), '2100-03-01');
  t.equal(addDays('2027-01-01', -1), '2026-12-31');
  t.end();
});

t.test('what is written is read back', (t) => {
  fc.assert(
    fc.property(instant, (epochMs) => {
      const whole = epochMs - (epochMs % 1000);
      assert.equal(parseCivilTime(formatCivilTime(whole)), whole);
      const { minuteOfDay, second, ms, ...date } = civilTimeAt(epochMs);
      assert.equal(epochMsOf(date, minuteOfDay * 60_000 + second * 1000 + ms), epochMs);
    }),
  );
  t.end();
});

t.test('days that do not exist and other forms are refused', (t) => {
  for (const text of [
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '20260101',
    '1969-12-31',
    '',
    'x2026-01-01',
  ])
    t.equal(parseDayKey(text), undefined, text);
  for (const text of ['24:01', '7:00', '12:60', '-1:00', ''])
    t.equal(parseMinuteOfDay(text), undefined, text);
  for (const text of ['2026-02-30 00:00:00', '2026-01-01 24:00:00', '2026-01-01 00:60:00', '2026-01-01'])
    t.equal(parseCivilTime(text), undefined, text);
  t.throws(() => weekdayOf('2026-02-30'), RangeError);
  t.end();
});

t.test('the written forms of boards and pages', (t) => {
  const ms = parseCivilTime('2026-11-23 14:05:03') ?? 0;
  t.equal(ms, Date.UTC(2026, 10, 23, 6, 5, 3));
  t.equal(formatClock(ms), '14:05:03');
  t.equal(formatShortTime(ms, ms), '11月23日 14:05');
  t.equal(formatShortTime(ms, ms + 60 * dayMs), '2026年11月23日 14:05');
  t.equal(formatDuration(150_999), '02:30');
  t.equal(formatDuration(3_750_000), '1:02:30');
  t.equal(parseMinuteOfDay('22:30'), 1350);
  t.equal(parseMinuteOfDay('24:00'), 1440);
  t.equal(weekdayOf('2026-11-23'), 1);
  t.end();
});
