import { readFileSync } from 'node:fs';
import t from 'tap';
import {
  calendarWarnings,
  dayKind,
  isWorkday,
  parseCalendar,
  statutoryDays,
} from '../../src/site/calendar.js';
import { lunarDay, qingmingDay } from '../../src/site/lunar.js';

const shipped = parseCalendar('calendar.yaml', readFileSync('ivr-flows/calendar.yaml', 'utf8'));

t.test('the shipped calendar has no findings and knows the days that are easily got wrong', (t) => {
  t.same(shipped.findings, []);
  for (const [day, kind] of [
    ['2026-02-14', 'movedWorkday'],
    ['2026-10-10', 'movedWorkday'],
    ['2026-02-15', 'holiday'],
    ['2026-02-24', 'workday'],
    ['2026-02-21', 'holiday'],
    ['2026-10-05', 'holiday'],
    ['2026-11-22', 'weekend'],
    ['2026-11-23', 'workday'],
    ['2027-01-01', 'holiday'],
    ['2027-01-02', 'weekend'],
    ['2027-02-05', 'holiday'],
    ['2027-02-08', 'holiday'],
    ['2027-02-09', 'workday'],
    ['2027-05-02', 'holiday'],
    ['2027-10-01', 'holiday'],
    ['2027-10-04', 'workday'],
  ] as const)
    t.equal(dayKind(shipped.calendar, day), kind, day);
  t.ok(isWorkday(shipped.calendar, '2026-02-14') && isWorkday(shipped.calendar, '2026-10-10'));
  t.notOk(isWorkday(shipped.calendar, '2027-01-01'));
  t.end();
});

t.test('lunar festivals fall on the days almanacs give', (t) => {
  const known: readonly (readonly [number, number, readonly string[]])[] = [
    [
      1,
      1,
      [
        '2020-01-25',
        '2021-02-12',
        '2022-02-01',
        '2023-01-22',
        '2024-02-10',
        '2025-01-29',
        '2026-02-17',
        '2027-02-06',
        '2028-01-26',
        '2029-02-13',
        '2030-02-03',
        '2031-01-23',
        '2034-02-19',
        '2040-02-12',
        '2050-01-23',
        '2060-02-02',
      ],
    ],
    [
      5,
      5,
      [
        '2020-06-25',
        '2021-06-14',
        '2022-06-03',
        '2023-06-22',
        '2024-06-10',
        '2025-05-31',
        '2026-06-19',
        '2027-06-09',
        '2028-05-28',
      ],
    ],
    [
      8,
      15,
      [
        '2020-10-01',
        '2021-09-21',
        '2022-09-10',
        '2023-09-29',
        '2024-09-17',
        '2025-10-06',
        '2026-09-25',
        '2027-09-15',
        '2028-10-03',
        '2029-09-22',
        '2030-09-12',
      ],
    ],
  ];
  for (const [month, day, dates] of known)
    for (const date of dates) t.equal(lunarDay(Number(date.slice(0, 4)), month, day), date);
  t.equal(lunarDay(2019, 1, 1), undefined);
  t.equal(lunarDay(2061, 1, 1), undefined);
  for (const date of [
    '2020-04-04',
    '2021-04-04',
    '2022-04-05',
    '2023-04-05',
    '2024-04-04',
    '2025-04-04',
    '2026-04-05',
    '2027-04-05',
    '2028-04-04',
  ])
    t.equal(qingmingDay(Number(date.slice(0, 4))), date);
  t.end();
});

t.test(
  "every lunar month's first day from 2020 to 2060 agrees with ICU, save where ICU misses midnight",
  (t) => {
    const lunar = new Intl.DateTimeFormat('en-u-ca-chinese', {
      timeZone: 'UTC',
      month: 'numeric',
      day: 'numeric',
    });
    const differing: string[] = [];
    for (let year = 2020; year <= 2060; year += 1)
      for (let month = 1; month <= 12; month += 1) {
        const day = lunarDay(year, month, 1) ?? '';
        if (lunar.format(new Date(day)) !== `${String(month)}/1`) differing.push(day);
      }
    // Both new moons are within 10 minutes of midnight in Beijing; the almanac's days are the published ones.
    t.same(differing, ['2027-02-06', '2030-02-03']);
    t.end();
  },
);

t.test('there are thirteen statutory days a year since 2025, eleven before', (t) => {
  for (let year = 2020; year <= 2060; year += 1) {
    const days = [...statutoryDays(year).keys()];
    // 中秋 and 国庆 may share a day: then the map has one key less.
    const shared = days.length < (year >= 2025 ? 13 : 11) ? 1 : 0;
    t.equal(days.length + shared, year >= 2025 ? 13 : 11, String(year));
    if (shared)
      t.ok(['10-01', '10-02', '10-03'].includes((lunarDay(year, 8, 15) ?? '').slice(5)), String(year));
  }
  t.end();
});

t.test('a year without its notice warns: at once for this year, from 1 November for the next', (t) => {
  t.same(calendarWarnings(shipped.calendar, '2026-10-31'), []);
  const [warning] = calendarWarnings(shipped.calendar, '2026-11-01');
  t.match(warning, { level: 'warning', file: 'calendar.yaml', line: 1 });
  t.match(warning?.zh, /2027 年.*按法定节日处理/);
  t.match(warning?.en, /2027/);
  t.equal(calendarWarnings(shipped.calendar, '2027-11-01').length, 2);
  t.end();
});

t.test('what is wrong is named with its line, and statutory days stay in force', (t) => {
  const lines = readFileSync('ivr-flows/calendar.yaml', 'utf8').split('\n');
  const lineOf = (part: string) => lines.findIndex((line) => line.includes(part)) + 1;
  const broken = (from: string, to: string) =>
    parseCalendar('calendar.yaml', lines.join('\n').replace(from, to));
  for (const [from, to, at] of [
    ["'2026-02-28'", "'2026-02-27'", lineOf("'2026-02-28'")],
    ["'2026-02-28'", "'2026-02-22'", lineOf("'2026-02-28'")],
    ["'2026-02-28'", "'2026-02-30'", lineOf("'2026-02-28'")],
    ["to: '2026-02-23'", "to: '2026-02-13'", lineOf("to: '2026-02-23'")],
    ["from: '2026-06-19', to", "from: '2026-06-20', to", lineOf('year: 2026')],
    ['year: 2026', 'year: 2025', 0],
    ['document: 国办发明电〔2025〕7号', 'document:', 0],
    ['notices:', 'notices: [', 0],
    ['notices:', 'notice:', 1],
  ] as const) {
    const { findings, calendar } = broken(from, to);
    t.ok(
      findings.length > 0 && findings.every(({ level, zh, en }) => level === 'error' && zh && en),
      `${from} -> ${to}`,
    );
    if (at > 0) t.equal(findings[0]?.line, at, `${from} -> ${to}`);
    t.equal(dayKind(calendar, '2026-10-01'), 'holiday');
    t.equal(dayKind(calendar, '2026-02-14'), 'weekend');
  }
  t.end();
});
