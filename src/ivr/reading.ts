// How numbers and times are read aloud in Mandarin: every figure becomes hanzi before any synthesizer sees it.
import { parseDayKey } from '../contact/civil-time.js';
import type { DayKey } from '../contact/civil-time.js';

const plainDigits = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'] as const;

/** Numbers that are names, read their own way. A site's other habits stand in the number ledger. */
const namedNumbers: Readonly<Record<string, string>> = { '12345': '一二三四五' };

/** Words that count things: before them 2 is 两, not 二. After the bar: what makes another word of it, 通知, 人工, 位于. */
const measureWords = [
  '位(?![于置])',
  '个(?![人体别性])',
  '分钟',
  '小时',
  '次(?![日要])',
  '人(?![力工民社才员大事防])',
  '秒',
  '天(?![津然气])',
  '点(?!击)',
  '件',
  '路',
  '通(?![知话报过道告常信行])',
  '名(?!称)',
  '元',
  '户(?!口)',
  '家(?![庭长电])',
  '岁',
  '台(?!风)',
  '辆',
  '条(?!件)',
  '项(?!目)',
  '份',
  '套',
  '周(?![一二三四五六日末边])',
  '公里',
  '米',
  '平方米',
  '吨',
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

/** An entry's name with its own number read as the site reads it: `spoken` of the number ledger goes before every rule. */
export function readEntryName(name: string, number: string, spoken: string | null): string {
  return readFigures(spoken === null ? name : name.replaceAll(number, () => spoken));
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
  if (hour === 0 && minuteOfDay % 60 === 0) return '零点';
  return `${partOfDay(hour)}${readHourAndMinute(minuteOfDay)}`;
}

/** The same where the words before have told the part of the day: 今晚22:05 今晚十点零五分. */
function readHourAndMinute(minuteOfDay: number): string {
  const hour = Math.floor(minuteOfDay / 60) % 24;
  return `${readCount(hour > 12 ? hour - 12 : hour)}点${readMinute(minuteOfDay % 60)}`;
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

/**
 * A wait for citizens, always a band and rounded up: 三到五分钟. Never one figure: a broken promise is worse than none.
 * What rounding makes one figure of begins one minute earlier; what begins at nothing is 不到五分钟.
 */
export function readBand(fromMinutes: number, toMinutes: number): string {
  const to = Math.ceil(toMinutes);
  const from = Math.min(Math.ceil(fromMinutes), to - 1);
  return from <= 0 ? `不到${readCount(to)}分钟` : `${readCount(from)}到${readCount(to)}分钟`;
}

/** A key of the telephone. */
export function readKey(key: string): string {
  if (key === '#') return '井号键';
  return key === '*' ? '星号键' : plainDigit(key);
}

/**
 * Every figure inside a written text made speakable: a key after 按 as itself, a count before its measure word, an ordinal after 第,
 * 月 and 日 as numbers, a 年 and three digits or more digit by digit, a code in its groups, the rest as numbers.
 */
export function readFigures(text: string): string {
  return text
    .replace(/(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/g, (_, year: string, month: string, day: string) =>
      [readPlainDigits(year), '年', readNumber(Number(month)), '月', readNumber(Number(day)), '日'].join(''),
    )
    .replace(/(?<![\d.,])[1-9]\d{0,2}(?:,\d{3}){1,3}(?![\d,])/g, (grouped) =>
      readNumber(Number(grouped.replaceAll(',', ''))),
    )
    .replace(
      /(?<![\d.])(\d+(?:\.\d+)?)[%％]?[-~～—–](\d+(?:\.\d+)?) ?[%％]/g,
      (_, from: string, to: string) => `${readPercent(from)}到${readDecimal(to)}`,
    )
    .replace(countRangePattern, (_, from: string) => `${readCount(Number(from))}到`)
    .replace(rangePattern, '到')
    .replace(/(?<![\d.])(\d+(?:\.\d+)?) ?[%％]/g, (_, figure: string) => readPercent(figure))
    .replace(clockPattern, (_, before: string | undefined, hour: string, minute: string) =>
      before === undefined
        ? readClock(minuteOf(hour, minute))
        : before + readHourAndMinute(minuteOf(hour, minute)),
    )
    .replace(/(?<=按)\d(?!\d)/g, readKey)
    .replace(/([*#])键?/g, (_, key: string) => readKey(key))
    .replace(/(\d{4})年/g, (_, year: string) => `${readPlainDigits(year)}年`)
    .replace(/(?<=码|编号|单号)\d{6,}/g, readCode)
    .replace(/(?<=第)[1-9]\d{0,8}/g, (figure) => readNumber(Number(figure)))
    .replace(countPattern, (count) => readCount(Number(count)))
    .replace(/\d+\.\d+/g, readDecimal)
    .replace(/(?<=\d)-(?=\d{3})/g, '')
    .replace(/\d{3,}/g, readPhoneNumber)
    .replace(/\d+/g, (figure) => readNumber(Number(figure)));
}

/** 2-3分钟: from one count to the other. */
const countRangePattern = new RegExp(
  `(?<![\\d.-])(\\d{1,4})[-~～—–](?=\\d{1,4}(?:${measureWords.join('|')}))`,
  'g',
);

/** 12月1-3日, 9:00-17:00, 2026-2030年: from one to the other. */
const rangePattern = new RegExp(
  [
    '(?<=(?<![\\d.-])\\d{1,2})[-~～—–](?=\\d{1,2}(?!\\d|-))',
    '(?<=\\d[:：]\\d{2})[-~～—–](?=\\d{1,2}[:：]\\d{2})',
    '(?<=(?<!\\d)\\d{4})[-~～—–](?=\\d{4}年)',
  ].join('|'),
  'g',
);

/** The clock, and before it the word that has told the part of the day already. */
const clockPattern =
  /(今晚|明晚|当晚|昨晚|凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜间)?(?<![\d.:：])([01]?\d|2[0-4])[:：]([0-5]\d)(?![\d:：])/g;

const minuteOf = (hour: string, minute: string): number => Number(hour) * 60 + Number(minute);

/** Numbers of service lines are names, not counts: 12333人力资源. What ends in 000 is a count. Years up to three digits are counts, too. */
const countPattern = new RegExp(
  `(?<![\\d.:：-])(?!0\\d)(?:\\d{1,4}|(?!(?:1[02]|9[56])\\d{3}(?!\\d))\\d{5,9}|1[02]000)(?=${measureWords.join('|')})|(?<![\\d.第])[1-9]\\d{0,2}(?=年)`,
  'g',
);

function plainDigit(digit: string): string {
  return plainDigits[Number(digit)] ?? digit;
}

/** Groups of a line with its area code, of 12345 behind one, of 400 and 800 numbers, of a mobile, of a line alone. */
function phoneGroups(digits: string): readonly string[] {
  for (const groups of [
    /^(0(?:10|2\d|[3-9]\d{2}))(\d{3,4})(\d{4})$/,
    /^(0(?:10|2\d|[3-9]\d{2}))(12345)$/,
    /^([48]00)(\d{3})(\d{4})$/,
  ]) {
    const found = groups.exec(digits);
    if (found) return found.slice(1);
  }
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
