// Which days are workdays: statutory days computed, the yearly notice's moved days entered in calendar.yaml.
import { addDays, formatDayKey, parseDayKey, weekdayOf } from '../contact/civil-time.js';
import type { DayKey } from '../contact/civil-time.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import type { YamlPath, YamlSource } from '../contact/yaml-source.js';
import { lunarDay, lunarYears, qingmingDay } from './lunar.js';

/** What a day is to a branch that asks. `movedWorkday` is a Saturday or Sunday that the notice makes a workday. */
export type DayKind = 'workday' | 'weekend' | 'holiday' | 'movedWorkday';

/** The State Council's notice for one year. */
export interface HolidayNotice {
  readonly year: number;
  /** Its number, e.g. 国办发明电〔2025〕7号: the source of the moved days. */
  readonly document: string;
  /** Days off as the notice gives them, first and last day. */
  readonly ranges: readonly DayRange[];
  /** Saturdays and Sundays that it makes workdays. */
  readonly work: readonly DayKey[];
}

/** Days with one name. */
export interface DayRange {
  readonly name: string;
  readonly from: DayKey;
  readonly to: DayKey;
}

/** The site's one calendar. */
export interface Calendar {
  readonly file: string;
  readonly notices: readonly HolidayNotice[];
  /** Every day off, with its name: statutory days of 2020 to 2060, and those of the notices. */
  readonly daysOff: ReadonlyMap<DayKey, string>;
  readonly movedWorkdays: ReadonlySet<DayKey>;
}

/** Reads `calendar.yaml`. With errors the calendar holds the statutory days alone, so that something can always be asked. */
export function parseCalendar(
  file: string,
  text: string,
): { calendar: Calendar; findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const entries = noticeEntries(source);
  const read = entries.map((entry, index) => readNotice(source, entry, index));
  const findings = [
    ...source.findings,
    ...checkShape(source),
    ...read.flatMap((notice) => notice.findings),
    ...repeatedYears(source, read),
  ];
  const usable = findings.some(({ level }) => level === 'error') ? [] : read;
  return { calendar: calendarOf(file, usable), findings };
}

/** What kind of day this is. */
export function dayKind(calendar: Calendar, dayKey: DayKey): DayKind {
  if (calendar.movedWorkdays.has(dayKey)) return 'movedWorkday';
  if (calendar.daysOff.has(dayKey)) return 'holiday';
  return weekdayOf(dayKey) >= 6 ? 'weekend' : 'workday';
}

/** True on days when offices work: {@link dayKind} `workday` or `movedWorkday`. */
export function isWorkday(calendar: Calendar, dayKey: DayKey): boolean {
  const kind = dayKind(calendar, dayKey);
  return kind === 'workday' || kind === 'movedWorkday';
}

/** Years whose notice should be here by now: this year's, and from 1 November the next one's. */
export function missingNoticeYears(calendar: Calendar, todayKey: DayKey): readonly number[] {
  const today = parseDayKey(todayKey);
  if (!today) return [];
  const due = today.month >= 11 ? [today.year, today.year + 1] : [today.year];
  return due.filter((year) => !calendar.notices.some((notice) => notice.year === year));
}

/** One warning for each of {@link missingNoticeYears}. */
export function calendarWarnings(calendar: Calendar, todayKey: DayKey): readonly Finding[] {
  return missingNoticeYears(calendar, todayKey).map((year) => ({
    level: 'warning',
    file: calendar.file,
    line: 1,
    zh: `没有 ${String(year)} 年节假日安排,须按国务院办公厅通知录入。在此之前按法定节日处理,不含调休。`,
    en: `The holidays of ${String(year)} are missing: enter the State Council's notice. Until then statutory days are used without moved days.`,
  }));
}

/**
 * The statutory days of one civil year with their names.
 * 全国年节及纪念日放假办法: since 2025 (国务院令第795号) thirteen days, 除夕 and 2 May among them; before, eleven.
 */
export function statutoryDays(year: number): ReadonlyMap<DayKey, string> {
  const newYear = lunarDay(year, 1, 1);
  const fixed = (month: number, day: number): DayKey => formatDayKey({ year, month, day });
  const days: readonly (readonly [DayKey | undefined, string])[] = [
    [fixed(1, 1), '元旦'],
    ...springFestival(newYear, year >= 2025).map((day) => [day, '春节'] as const),
    [qingmingDay(year), '清明节'],
    [fixed(5, 1), '劳动节'],
    [year >= 2025 ? fixed(5, 2) : undefined, '劳动节'],
    [lunarDay(year, 5, 5), '端午节'],
    [lunarDay(year, 8, 15), '中秋节'],
    ...[1, 2, 3].map((day) => [fixed(10, day), '国庆节'] as const),
  ];
  return new Map(days.flatMap(([day, name]) => (day === undefined ? [] : [[day, name]])));
}

function springFestival(newYear: DayKey | undefined, withEve: boolean): readonly DayKey[] {
  if (newYear === undefined) return [];
  return [-1, 0, 1, 2].filter((days) => withEve || days >= 0).map((days) => addDays(newYear, days));
}

function calendarOf(file: string, notices: readonly ReadNotice[]): Calendar {
  const years = Array.from(
    { length: lunarYears.last - lunarYears.first + 1 },
    (_, index) => lunarYears.first + index,
  );
  return {
    file,
    notices: notices.map(({ year, document, ranges, work }) => ({ year, document, ranges, work })),
    daysOff: new Map([
      ...years.flatMap((year) => [...statutoryDays(year)]),
      ...notices.flatMap(({ off }) => [...off]),
    ]),
    movedWorkdays: new Set(notices.flatMap(({ work }) => work)),
  };
}

interface ReadNotice extends HolidayNotice {
  readonly off: ReadonlyMap<DayKey, string>;
  readonly findings: readonly Finding[];
}

function checkShape(source: YamlSource): readonly Finding[] {
  if (source.findings.length > 0 || Array.isArray(fieldOf(source.value, 'notices'))) return [];
  const zh = '须有 notices: 一节,每年一项。';
  return [wrong(source, [], zh, 'A section notices: is needed, one entry a year.')];
}

function noticeEntries(source: YamlSource): readonly unknown[] {
  const notices = fieldOf(source.value, 'notices');
  return Array.isArray(notices) ? (notices as readonly unknown[]) : [];
}

function readNotice(source: YamlSource, entry: unknown, index: number): ReadNotice {
  const at = ['notices', index] as const;
  const year = Number(fieldOf(entry, 'year'));
  const document = textOf(fieldOf(entry, 'document'));
  const off = listOf(fieldOf(entry, 'off')).map((range, row) =>
    readRange(source, range, [...at, 'off', row], year),
  );
  const daysOff = new Map(off.flatMap(({ days }) => days));
  const work = listOf(fieldOf(entry, 'work')).map(textOf);
  const findings = [
    ...(Number.isInteger(year) && document !== ''
      ? []
      : [
          wrong(
            source,
            at,
            '每项须有 year(年份)和 document(通知文号)。',
            'Each notice needs its year and its document number.',
          ),
        ]),
    ...off.flatMap((range) => range.findings),
    ...work.flatMap((day, row) => checkWork(source, [...at, 'work', row], day, year, daysOff)),
    ...checkStatutory(source, [...at, 'year'], year, daysOff),
  ];
  const ranges = off.flatMap(({ range }) => (range === undefined ? [] : [range]));
  return { year, document, ranges, off: daysOff, work, findings };
}

function readRange(source: YamlSource, range: unknown, path: YamlPath, year: number) {
  const [name, from, to] = ['name', 'from', 'to'].map((key) => textOf(fieldOf(range, key)));
  const days: (readonly [DayKey, string])[] = [];
  // A notice for 元旦 may begin in the last days of the year before.
  const inYear = belongsTo(from, year) && belongsTo(to, year) && name !== undefined && name !== '';
  if (!inYear || from === undefined || to === undefined || from > to) {
    const zh = `放假一项须有 name、from、to,日期写作 '2026-01-01',先后有序,属于 ${String(year)} 年。`;
    return {
      days,
      range: undefined,
      findings: [
        wrong(
          source,
          path,
          zh,
          `A day-off row needs name, from and to: real days of ${String(year)}, in order.`,
        ),
      ],
    };
  }
  for (let day = from; day <= to; day = addDays(day, 1)) days.push([day, name]);
  return { days, range: { name, from, to }, findings: [] };
}

function checkWork(
  source: YamlSource,
  path: YamlPath,
  day: DayKey,
  year: number,
  off: ReadonlyMap<DayKey, string>,
): readonly Finding[] {
  if (!belongsTo(day, year))
    return [
      wrong(
        source,
        path,
        `上班日 ${day} 不是 ${String(year)} 年的日期。`,
        `Workday ${day} is no day of ${String(year)}.`,
      ),
    ];
  if (off.has(day))
    return [
      wrong(
        source,
        path,
        `${day} 既放假又上班,请核对通知。`,
        `${day} is both off and a workday: check the notice.`,
      ),
    ];
  if (weekdayOf(day) < 6)
    return [
      wrong(
        source,
        path,
        `${day} 本来就是工作日,请核对通知。`,
        `${day} is a workday anyway: check the notice.`,
      ),
    ];
  return [];
}

/** A statutory day that the notice does not give is nearly always a slip of the finger. */
function checkStatutory(
  source: YamlSource,
  path: YamlPath,
  year: number,
  off: ReadonlyMap<DayKey, string>,
): readonly Finding[] {
  if (!(year >= lunarYears.first && year <= lunarYears.last)) return [];
  const left = [...statutoryDays(year)]
    .filter(([day]) => !off.has(day))
    .map(([day, name]) => `${day}(${name})`);
  if (left.length === 0) return [];
  return [
    wrong(
      source,
      path,
      `${String(year)} 年安排缺少法定节日 ${left.join('、')},请核对通知。`,
      `The notice of ${String(year)} lacks statutory days ${left.join(', ')}.`,
    ),
  ];
}

function repeatedYears(source: YamlSource, notices: readonly ReadNotice[]): readonly Finding[] {
  return notices.flatMap(({ year }, index) =>
    notices.findIndex((other) => other.year === year) === index
      ? []
      : [
          wrong(
            source,
            ['notices', index],
            `${String(year)} 年的安排重复,请合并。`,
            `The year ${String(year)} is entered twice: merge them.`,
          ),
        ],
  );
}

function belongsTo(day: string | undefined, year: number): boolean {
  const date = day === undefined ? undefined : parseDayKey(day);
  return date !== undefined && (date.year === year || (date.year === year - 1 && date.month === 12));
}

function wrong(source: YamlSource, path: YamlPath, zh: string, en: string): Finding {
  return { level: 'error', file: source.file, line: source.lineAt(path), zh, en };
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
