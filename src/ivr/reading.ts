// How numbers and times are read aloud in Mandarin: every figure becomes hanzi before any synthesizer sees it.
import { parseDayKey } from '../contact/civil-time.js';
import type { DayKey } from '../contact/civil-time.js';

const plainDigits = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'] as const;

/** Numbers that are names, read their own way. A site's other habits stand in the number ledger. */
const namedNumbers: Readonly<Record<string, string>> = { '12345': '一二三四五' };

/** Words that count things: before them 2 is 两, not 二. */
export const measureWords = [
  '位',
  '个',
  '分钟',
  '小时',
  '次',
  '人',
  '秒',
  '天',
  '点',
  '件',
  '路',
  '通',
  '名',
] as const;

/** Digit by digit as telephone numbers, 工号 and codes are read: 1 is 幺, 0 is 零. 12345 keeps its name. */
export function readDigits(digits: string): string {
  return (
    namedNumbers[digits] ?? [...digits].map((digit) => (digit === '1' ? '幺' : plainDigit(digit))).join('')
  );
}

/** Digit by digit as years and versions are read, 1 as 一. */
export function readPlainDigits(digits: string): string {
  return [...digits].map(plainDigit).join('');
}

/** A telephone number in groups with a short pause: mobile 3-4-4, area code + 4-4 or 3-4, short numbers in one. */
export function readPhoneNumber(digits: string): string {
  return phoneGroups(digits).map(readDigits).join('，');
}

/** A code in groups: 6 digits 3-3, 8 digits 4-4, others in threes. */
export function readCode(digits: string): string {
  return groupsOf(digits, digits.length % 4 === 0 ? 4 : 3)
    .map(readDigits)
    .join('，');
}

/** A whole number below a trillion as a cardinal: 1005 一千零五, 2 二, 200 两百. */
export function readNumber(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value >= 1e12)
    throw new RangeError(`not readable: ${String(value)}`);
  if (value === 0) return plainDigits[0];
  const text = readSections(value);
  return text.startsWith('一十') ? text.slice(1) : text;
}

/** A count before a measure word: as {@link readNumber}, but 2 alone is 两. */
export function readCount(value: number): string {
  return value === 2 ? '两' : readNumber(value);
}

/** A decimal figure given as text, since binary fractions would read 94.9 as 94.90000000000001. */
export function readDecimal(figure: string): string {
  const [whole = '0', fraction = ''] = figure.split('.');
  const head = whole.length > 12 ? readPlainDigits(whole) : readNumber(Number(whole));
  return fraction === '' ? head : `${head}点${readPlainDigits(fraction)}`;
}

/** A percentage: `94.9` 百分之九十四点九, `100` 百分之百. */
export function readPercent(figure: string): string {
  return `百分之${figure === '100' ? '百' : readDecimal(figure)}`;
}

/** The clock, with the part of the day: 14:00 下午两点, 03:05 凌晨三点零五分, 14:30 下午两点半, 00:00 零点. */
export function readClock(minuteOfDay: number): string {
  const hour = Math.floor(minuteOfDay / 60) % 24;
  const minute = minuteOfDay % 60;
  if (hour === 0 && minute === 0) return '零点';
  return `${partOfDay(hour)}${readCount(hour > 12 ? hour - 12 : hour)}点${readMinute(minute)}`;
}

/** A day as 月日, with the year in front if it is not `currentYear`. 号 is not used in official prompts. */
export function readDate(dayKey: DayKey, currentYear: number): string {
  const date = parseDayKey(dayKey);
  if (!date) throw new RangeError(`not a day: ${dayKey}`);
  const year = date.year === currentYear ? '' : `${readPlainDigits(String(date.year))}年`;
  return `${year}${readNumber(date.month)}月${readNumber(date.day)}日`;
}

/** A duration for agents, whole minutes: 八分钟, 一小时零五分钟. */
export function readMinutes(minutes: number): string {
  const hour = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hour === 0) return `${readCount(rest)}分钟`;
  const tail = rest === 0 ? '' : `${rest < 10 ? '零' : ''}${readCount(rest)}分钟`;
  return `${readCount(hour)}小时${tail}`;
}

/** A wait for citizens, always a band and rounded up: 三到五分钟. Never one figure: a broken promise is worse than none. */
export function readBand(fromMinutes: number, toMinutes: number): string {
  return `${readCount(Math.ceil(fromMinutes))}到${readCount(Math.ceil(toMinutes))}分钟`;
}

/** A key of the telephone. */
export function readKey(key: string): string {
  if (key === '#') return '井号键';
  return key === '*' ? '星号键' : plainDigit(key);
}

/**
 * Every figure inside a written text made speakable: a key after 按 as itself, a count before its measure word,
 * 月 and 日 as numbers, a 年 and three digits or more digit by digit, the rest as numbers.
 */
export function readFigures(text: string): string {
  return text
    .replace(/(\d+(?:\.\d+)?)[%％]/g, (_, figure: string) => readPercent(figure))
    .replace(/(\d{1,2})[:：](\d{2})(?!\d)/g, (_, hour: string, minute: string) =>
      readClock(Number(hour) * 60 + Number(minute)),
    )
    .replace(/按([0-9*#])(?!\d)/g, (_, key: string) => `按${readKey(key)}`)
    .replace(/(\d{4})年/g, (_, year: string) => `${readPlainDigits(year)}年`)
    .replace(countPattern, (_, count: string) => readCount(Number(count)))
    .replace(/\d+\.\d+/g, readDecimal)
    .replace(/\d{3,}/g, readPhoneNumber)
    .replace(/\d+/g, (figure) => readNumber(Number(figure)));
}

/** Up to four digits: 12333人力资源 is a name, not so many people. */
const countPattern = new RegExp(`(?<![\\d.第])(\\d{1,4})(?=${measureWords.join('|')})`, 'g');

function plainDigit(digit: string): string {
  return plainDigits[Number(digit)] ?? digit;
}

function phoneGroups(digits: string): readonly string[] {
  const areaCode = /^(0(?:10|2\d|[3-9]\d{2}))(\d{3,4})(\d{4})$/.exec(digits);
  if (areaCode) return areaCode.slice(1);
  if (/^1[3-9]\d{9}$/.test(digits)) return [digits.slice(0, 3), ...groupsOf(digits.slice(3), 4)];
  if (/^\d{7}$/.test(digits)) return [digits.slice(0, 3), digits.slice(3)];
  return digits.length > 6 ? groupsOf(digits, 4) : [digits];
}

function groupsOf(digits: string, size: number): readonly string[] {
  return Array.from({ length: Math.ceil(digits.length / size) }, (_, index) =>
    digits.slice(index * size, (index + 1) * size),
  );
}

/** Four digits at a time: 亿, 万 and the rest, one 零 for any run of inner zeros. */
function readSections(value: number): string {
  const sections: readonly (readonly [number, string])[] = [
    [Math.floor(value / 1e8), '亿'],
    [Math.floor(value / 1e4) % 1e4, '万'],
    [value % 1e4, ''],
  ];
  let text = '';
  let gap = false;
  for (const [section, unit] of sections) {
    if (section === 0) gap = text !== '';
    else {
      text += `${text !== '' && (gap || section < 1000) ? '零' : ''}${readSection(section, unit)}${unit}`;
      gap = false;
    }
  }
  return text;
}

function readSection(section: number, unit: string): string {
  if (section === 2 && unit !== '') return '两';
  let text = '';
  for (const [size, name] of [
    [1000, '千'],
    [100, '百'],
    [10, '十'],
    [1, ''],
  ] as const) {
    const digit = Math.floor(section / size) % 10;
    const liang = digit === 2 && (name === '千' || (name === '百' && text === ''));
    const zero = text !== '' && Math.floor(section / (size * 10)) % 10 === 0 ? '零' : '';
    if (digit !== 0) text += `${zero}${liang ? '两' : (plainDigits[digit] ?? '')}${name}`;
  }
  return text;
}

function partOfDay(hour: number): string {
  if (hour < 6) return '凌晨';
  if (hour < 9) return '早上';
  if (hour < 12) return '上午';
  if (hour === 12) return '中午';
  return hour < 18 ? '下午' : '晚上';
}

function readMinute(minute: number): string {
  if (minute === 0) return '';
  if (minute === 30) return '半';
  return `${minute < 10 ? '零' : ''}${readNumber(minute)}分`;
}
