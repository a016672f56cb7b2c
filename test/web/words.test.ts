// The pages' words: both languages whole, and none that this house does not use; and the civil time beside them.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { civilTimeAt, formatClock, formatDuration } from '../../src/contact/civil-time.js';
import { civilDay, clockText, durationText } from '../../src/web/civil-time.js';
import { draftOf, fieldFault, fieldText, formKinds, rowOfForm } from '../../src/web/forms/form-kinds.js';
import { formWords, plainLabel } from '../../src/web/forms/form-words.js';
import { standingOf } from '../../src/web/seat/call-standing.js';
import { errorCatalogue } from '../../src/errors.js';
import { hinted } from '../../src/web/hinted.js';
import { whyNot, seatActs, type SeatMoment } from '../../src/web/seat/seat-acts.js';
import { en } from '../../src/web/words/en.js';
import { lastingIn } from '../../src/web/words/lasting.js';
import { zh } from '../../src/web/words/zh.js';
import { forbiddenWords } from './forbidden-words.js';

const slotsOf = (words: string): readonly string[] => (words.match(/\{\w+\}/g) ?? []).toSorted();

t.test('Chinese and English have the same keys and the same slots', async (t) => {
  t.same(Object.keys(en), Object.keys(zh));
  for (const [key, words] of Object.entries(zh))
    t.same(slotsOf(en[key as keyof typeof zh]), slotsOf(words), key);
});

t.test('English has no Chinese in it, Chinese is Chinese', async (t) => {
  for (const [key, words] of Object.entries(en)) {
    if (key !== 'page.language') t.notMatch(words, /\p{Script=Han}/u, key);
  }
  for (const [key, words] of Object.entries(zh)) {
    if (key !== 'page.language') t.match(words, /\p{Script=Han}/u, key);
  }
});

t.test('no file of the pages holds a word that is not used here', async (t) => {
  const web = path.resolve(import.meta.dirname, '../../src/web');
  const names = (await readdir(web, { recursive: true })).filter((name) => /\.(vue|ts|html)$/.test(name));
  for (const name of names) {
    const text = await readFile(path.join(web, name), 'utf8');
    t.same(
      forbiddenWords.filter((word) => text.includes(word)),
      [],
      name,
    );
  }
  t.ok(names.length > 20);
});

t.test('words are said by the word lists alone: no page has Chinese outside its comments', async (t) => {
  const web = path.resolve(import.meta.dirname, '../../src/web');
  const names = (await readdir(web, { recursive: true })).filter((name) => name.endsWith('.vue'));
  for (const name of names) {
    const text = await readFile(path.join(web, name), 'utf8');
    const code = text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
    t.notMatch(code, /\p{Script=Han}/u, name);
  }
});

t.test('forms say what is wrong in their own words: none leaves it to the browser', async (t) => {
  const web = path.resolve(import.meta.dirname, '../../src/web');
  const names = (await readdir(web, { recursive: true })).filter((name) => name.endsWith('.vue'));
  for (const name of names) {
    const text = await readFile(path.join(web, name), 'utf8');
    for (const [form] of text.matchAll(/<form\b[^>]*>/g)) t.match(form, / novalidate\b/, name);
  }
});

t.test("the pages' civil time is the service's", async (t) => {
  const instant = fc.integer({ min: 0, max: 4_102_444_800_000 });
  fc.assert(
    fc.property(instant, (epochMs) => {
      const { year, month, day, weekday } = civilTimeAt(epochMs);
      t.same(civilDay(epochMs), { year, month, day, weekday: weekday % 7 });
      t.equal(clockText(epochMs), formatClock(epochMs));
    }),
    { numRuns: 100 },
  );
  for (const ms of [-1, 0, 999, 59_999, 3_599_999, 3_600_000, 90_061_000])
    t.equal(durationText(ms), formatDuration(ms));
});

t.test('a refusal says what to mend, not that something is to be mended', async (t) => {
  const weak = { field: 'newPassword', zh: '不能含有账号名', en: 'must not hold the user’s name' };
  const { zh: inChinese, en: inEnglish } = errorCatalogue.PASSWORD_WEAK;
  t.equal(hinted(inChinese, weak, 'zh'), '新密码不符合要求:不能含有账号名');
  t.equal(
    hinted(inEnglish, weak, 'en'),
    'The new password is not good enough: must not hold the user’s name',
  );
  t.equal(hinted(errorCatalogue.NOT_FOUND.zh, {}, 'zh'), '没有这个地址');
});

t.test('a call stands as it is: held, not talking; over, and recorded or not', async (t) => {
  const said = (stage: 'offered' | 'talking' | 'ended', held: boolean, recording: 'off' | 'on' | 'kept') =>
    standingOf({ stage, held, recording })
      .map((word) => zh[word])
      .join(' · ');
  t.equal(said('offered', false, 'off'), '振铃');
  t.equal(said('talking', false, 'on'), '通话 · 录音中');
  t.equal(said('talking', true, 'on'), '保持 · 录音中');
  t.equal(said('ended', false, 'kept'), '已结束 · 已录音');
  t.equal(said('ended', false, 'off'), '已结束 · 未录音');
});

t.test('what lasted is told in words, not as a time of day', async (t) => {
  t.equal(lastingIn('zh', 402_000), '6分42秒');
  t.equal(lastingIn('en', 402_000), '6 min 42 s');
  t.equal(lastingIn('zh', 3_605_000), '1小时5秒');
  t.equal(lastingIn('zh', 1), '1秒');
  t.equal(lastingIn('zh', 0), '0秒');
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom('zh', 'en'), (ms, language) => {
      t.notMatch(lastingIn(language, ms), /:/);
    }),
    { numRuns: 100 },
  );
});

t.test('each act is allowed in the states in which the service takes it', async (t) => {
  const moment = (state: SeatMoment['agent']['state'], more: Partial<SeatMoment> = {}): SeatMoment => ({
    agent: { state, plan: null } as SeatMoment['agent'],
    contact: null,
    noted: false,
    extended: false,
    ...more,
  });
  const talk = { recording: 'on' } as SeatMoment['contact'];
  const allowed = (where: SeatMoment) => seatActs.filter((act) => whyNot(act, where) === undefined);
  t.same(allowed(moment('offline')), []);
  t.same(allowed(moment('ready')), ['break', 'signout']);
  t.same(allowed(moment('break')), ['ready', 'break', 'signout']);
  t.same(allowed(moment('ringing')), ['break', 'signout']);
  t.same(allowed(moment('talking', { contact: talk, noted: true })), [
    'break',
    'release',
    'recording',
    'disposition',
    'hold',
    'silent',
    'minor',
    'signout',
    'help',
    'confidential',
    'scope',
    'warn',
  ]);
  const heldByPhone = { ...talk, held: true, heldBy: 'phone' } as SeatMoment['contact'];
  t.equal(whyNot('hold', moment('hold', { contact: heldByPhone })), 'why.heldByPhone');
  const called = (stage: string) => ({ stage, recording: 'on' }) as SeatMoment['contact'];
  t.same(allowed(moment('outbound', { contact: called('calling') })), ['break', 'release', 'signout']);
  t.ok(allowed(moment('outbound', { contact: called('talking'), noted: true })).includes('hold'));
  t.same(allowed(moment('wrapup', { noted: true })), [
    'ready',
    'break',
    'finish',
    'extend',
    'disposition',
    'signout',
    'confidential',
    'callBack',
  ]);
  t.equal(whyNot('extend', moment('wrapup', { extended: true })), 'why.extended');
});

t.test('a form says findings in its own terms, without the names and quotes of the file', async (t) => {
  const labels = new Map(formKinds.numbers.fields.map(({ key, word }) => [key, zh[word]] as const));
  const said = (text: string) => formWords(text, labels);
  t.equal(
    said('号码 12399 没有批准文号(approval)。新增、更名、恢复启用的号码须有批准文件。'),
    '号码 12399 没有批准文号。新增、更名、恢复启用的号码须有批准文件。',
  );
  t.equal(
    said('kpiLine 须是写在引号里的名称:字母、数字、点、横线,至多 64 个字符。'),
    '指标归属须是名称:字母、数字、点、横线,至多 64 个字符。',
  );
  t.equal(said('shortName 至多 12 个字:话机屏幕显示不下。'), '短名至多 12 个字:话机屏幕显示不下。');
  t.equal(said('重新启用的号码请写恢复启用(returned)。'), '重新启用的号码请写恢复启用。');
  t.equal(said('nowhere must be quoted.'), 'nowhere must be quoted.');
  t.equal(plainLabel('起止(含)'), '起止');
});

t.test('a field tells what it holds beside what stands there, and what form it has', async (t) => {
  const field = (table: keyof typeof formKinds, key: string) => {
    const found = formKinds[table].fields.find((one) => one.key === key);
    if (found === undefined) throw new Error(key);
    return found;
  };
  const nameOf = (value: string) => `<${value}>`;
  const periods = [{ state: 'dual', from: '', until: '2026-12-31' }];
  t.equal(fieldText(field('numbers', 'states'), periods, nameOf), '<dual> –2026-12-31');
  t.equal(fieldText(field('numbers', 'whisper'), true, nameOf), '<true>');
  t.equal(fieldText(field('numbers', 'pattern'), 'whole', nameOf), '<whole>');
  const off = [{ name: '元旦', from: '2027-01-01', to: '2027-01-03' }];
  t.equal(fieldText(field('calendar', 'off'), off, nameOf), '元旦 2027-01-01–2027-01-03');
  const cities = [{ key: '0310', value: '邯郸市' }];
  t.equal(fieldText(field('legalRoutes', 'cities'), cities, nameOf), '0310 邯郸市');
  t.equal(
    fieldText(field('prompts', 'slots'), [{ slot: 'number', pairs: cities }], nameOf),
    '{number}\n0310 邯郸市',
  );
  const target = { trunk: 'centre', number: '6001', showsCaller: false };
  t.equal(fieldText(field('numbers', 'target'), target, nameOf), 'centre 6001');
  for (const [more, fault] of [
    [{}, undefined],
    [{ trunk: '', number: ' ' }, undefined],
    [{ number: '' }, 'form.targetHalf'],
    [{ trunk: '' }, 'form.targetHalf'],
    [{ number: '12-399' }, 'form.dialledForm'],
  ] as const)
    t.equal(fieldFault(field('numbers', 'target'), { ...target, ...more }), fault);
  const { numbers } = formKinds;
  const rowWith = (value: typeof target, row = {}) =>
    rowOfForm(numbers, row, { ...draftOf(numbers, row), target: value })['target'];
  t.same(rowWith(target), { trunk: 'centre', number: '6001' });
  t.same(rowWith({ ...target, showsCaller: true }), { trunk: 'centre', number: '6001', showsCaller: true });
  t.equal(rowWith({ ...target, trunk: '', number: '' }), undefined, 'none was there');
  t.equal(rowWith({ ...target, trunk: '', number: '' }, { target }), null, 'taken out');
  for (const [number, fault] of [
    ['12399', undefined],
    ['+8631112399', undefined],
    ['', 'admin.need'],
    ['0311 8888', 'form.numberForm'],
    ['12', 'form.numberForm'],
    ['12-399', 'form.numberForm'],
  ] as const)
    t.equal(fieldFault(field('numbers', 'number'), number), fault, number);
});
