import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  readBand,
  readClock,
  readCode,
  readCount,
  readDate,
  readDigits,
  readFigures,
  readKey,
  readMinutes,
  readNumber,
  readPercent,
  readPhoneNumber,
} from '../../src/ivr/reading.js';

t.test('short numbers are read digit by digit, 12345 by its name', (t) => {
  t.equal(readDigits('12345'), '一二三四五');
  t.equal(readDigits('110'), '幺幺零');
  t.equal(readDigits('12358'), '幺二三五八');
  t.equal(readDigits('1023'), '幺零二三');
  t.end();
});

t.test('telephone numbers and codes are read in groups', (t) => {
  t.equal(readPhoneNumber('13812345678'), '幺三八，幺二三四，五六七八');
  t.equal(readPhoneNumber('031186123456'), '零三幺幺，八六幺二，三四五六');
  t.equal(readPhoneNumber('03127654321'), '零三幺二，七六五，四三二幺');
  t.equal(readPhoneNumber('01062345678'), '零幺零，六二三四，五六七八');
  t.equal(readPhoneNumber('7654321'), '七六五，四三二幺');
  t.equal(readPhoneNumber('12358'), '幺二三五八');
  t.equal(readCode('824136'), '八二四，幺三六');
  t.equal(readCode('82413657'), '八二四幺，三六五七');
  t.end();
});

t.test('counts take 两, inner zeros one 零', (t) => {
  for (const [value, text] of [
    [0, '零'],
    [2, '两'],
    [10, '十'],
    [12, '十二'],
    [20, '二十'],
    [22, '二十二'],
    [102, '一百零二'],
    [110, '一百一十'],
    [112, '一百一十二'],
    [200, '两百'],
    [222, '两百二十二'],
    [1_005, '一千零五'],
    [1_050, '一千零五十'],
    [2_205, '两千二百零五'],
    [2_000, '两千'],
    [10_050, '一万零五十'],
    [10_500, '一万零五百'],
    [20_000, '两万'],
    [22_000, '两万两千'],
    [100_000, '十万'],
    [101_000, '十万一千'],
    [120_000, '十二万'],
    [200_000, '二十万'],
    [1_200_034, '一百二十万零三十四'],
    [100_000_001, '一亿零一'],
    [200_020_000, '两亿零两万'],
    [100_005_000, '一亿零五千'],
    [1_200, '一千二百'],
  ] as const)
    t.equal(readCount(value), text, String(value));
  t.equal(readNumber(2), '二');
  t.end();
});

t.test('what is read says the number again', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (value) => {
      const text = readNumber(value);
      assert.equal(valueOf(text), value, text);
      assert.doesNotMatch(text, /零零|.零$|零[万亿]|^一十/);
    }),
    { numRuns: 2000 },
  );
  t.end();
});

t.test('clock, date, duration, percent, keys', (t) => {
  for (const [minute, text] of [
    [0, '零点'],
    [5, '凌晨零点零五分'],
    [185, '凌晨三点零五分'],
    [6 * 60, '早上六点'],
    [9 * 60 + 15, '上午九点十五分'],
    [12 * 60, '中午十二点'],
    [14 * 60, '下午两点'],
    [14 * 60 + 30, '下午两点半'],
    [18 * 60, '晚上六点'],
    [23 * 60 + 59, '晚上十一点五十九分'],
    [24 * 60, '零点'],
  ] as const)
    t.equal(readClock(minute), text);
  t.equal(readDate('2026-12-01', 2026), '十二月一日');
  t.equal(readDate('2027-01-03', 2026), '二零二七年一月三日');
  t.equal(readDate('2026-02-22', 2026), '二月二十二日');
  t.equal(readBand(3, 5), '三到五分钟');
  t.equal(readBand(1.2, 4.6), '两到五分钟');
  t.equal(readMinutes(8), '八分钟');
  t.equal(readMinutes(62), '一小时零两分钟');
  t.equal(readMinutes(120), '两小时');
  t.equal(readPercent('94.9'), '百分之九十四点九');
  t.equal(readPercent('100'), '百分之百');
  t.equal(readKey('#'), '井号键');
  t.equal(readKey('*'), '星号键');
  t.equal(readKey('1'), '一');
  t.end();
});

t.test('figures inside a text become hanzi, none is left to the synthesizer', (t) => {
  for (const [text, spoken] of [
    ['您好，12345热线。', '您好，一二三四五热线。'],
    ['拨打110、119或120。', '拨打幺幺零、幺幺九或幺二零。'],
    ['企业服务请按2。', '企业服务请按二。'],
    ['满意按2，5人', '满意按二，五人'],
    ['前面还有2位', '前面还有两位'],
    ['24小时为您服务', '二十四小时为您服务'],
    ['到12月2日止', '到十二月二日止'],
    ['2027年1月3日', '二零二七年一月三日'],
    ['接通率94.9%', '接通率百分之九十四点九'],
    ['今晚22:05恢复', '今晚晚上十点零五分恢复'],
    ['第2次', '第二次'],
    ['12333人力资源社会保障热线', '幺二三三三人力资源社会保障热线'],
  ] as const)
    t.equal(readFigures(text), spoken, text);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat().map(String), fc.constantFrom('位', '年', '%', '.', ':', '按', '，')), {
        maxLength: 8,
      }),
      (parts) => {
        assert.doesNotMatch(readFigures(parts.join('')), /\d/);
      },
    ),
  );
  t.end();
});

/** Reads hanzi back, the other way round and by other means. */
function valueOf(text: string): number {
  const [low = '', high] = text.split('亿').reverse();
  const [ones = '', tens] = low.split('万').reverse();
  return sectionOf(high ?? '') * 1e8 + sectionOf(tens ?? '') * 1e4 + sectionOf(ones);
}

function sectionOf(text: string): number {
  const plain = text.replace(/^十/, '一十').replaceAll('两', '二').replaceAll('零', '');
  return [...plain.matchAll(/([一二三四五六七八九])([十百千]?)/g)].reduce(
    (sum, [, digit = '', unit = '']) =>
      sum + '零一二三四五六七八九'.indexOf(digit) * 10 ** ' 十百千'.indexOf(unit || ' '),
    0,
  );
}
