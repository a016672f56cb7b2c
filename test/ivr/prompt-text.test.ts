import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { slotKey } from '../../src/ivr/prompt-slot.js';
import { parsePrompts, promptParts, promptVariants, repeatedPrompts } from '../../src/ivr/prompt-text.js';
import type { PromptDefinition } from '../../src/ivr/prompt-text.js';
import { checkWording, estimatedSeconds } from '../../src/ivr/wording.js';

const vocabulary = {
  agents: ['1023', '1101'],
  areaCodes: ['0311'],
  departments: { fund: '公积金' },
  targets: { police: '110' },
  entries: { '12345政务服务便民热线': '12345政务服务便民热线' },
  shortNames: { 便民热线: '便民热线', '12358价格举报': '12358价格举报' },
  'numbers.served': { '12333人力资源社会保障热线': '12333人力资源社会保障热线' },
  'numbers.dual': { '12358价格举报热线': '12358价格举报热线' },
  'numbers.transfer': { '12358价格举报热线': '12358价格举报热线' },
  'numbers.announced': { '12358价格举报热线': '12358价格举报热线' },
  'numbers.led': {},
  'numbers.returned': { '12356心理援助热线': '12356心理援助热线' },
};
const shipped = readdirSync('ivr-flows/prompts').map((file) =>
  parsePrompts(`prompts/${file}`, readFileSync(`ivr-flows/prompts/${file}`, 'utf8')),
);
const prompts = shipped.flatMap((file) => file.prompts);
const find = (id: string): PromptDefinition => {
  const prompt = prompts.find((candidate) => candidate.id === id);
  if (!prompt) throw new Error(`no prompt ${id}`);
  return prompt;
};
const spoken = (id: string) => promptVariants(find(id), vocabulary).map((variant) => variant.spoken);

t.test('the shipped prompts are well formed, unique, and within the rules of wording and length', (t) => {
  t.same(
    shipped.flatMap((file) => file.findings),
    [],
  );
  t.same(repeatedPrompts(prompts), []);
  t.same(prompts.flatMap(checkWording), []);
  for (const id of [
    'greet.main',
    'greet.short',
    'menu.main',
    'queue.busy',
    'queue.place',
    'exit.timeout',
    'exit.nobody',
    'exit.overload',
    'hold.start',
    'bye',
    'away.try',
    'away.sorry',
    'full',
    'a.pin',
    'agent.number',
  ])
    t.ok(find(id).when, id);
  t.end();
});

t.test('every variant is hanzi and punctuation only, with a plain and unique file name', (t) => {
  const variants = prompts
    .filter(({ language }) => language === 'zh')
    .flatMap((prompt) => promptVariants(prompt, vocabulary));
  for (const variant of variants) {
    if (!/^[\p{Script=Han}，。、；？]+$/u.test(variant.spoken)) t.fail(`${variant.name}: ${variant.spoken}`);
    if (!/^[A-Za-z0-9-]+$/.test(variant.name)) t.fail(variant.name);
  }
  t.equal(new Set(variants.map((variant) => variant.name)).size, variants.length);
  t.end();
});

t.test('slots are filled as they are read aloud', (t) => {
  t.same(spoken('queue.place').slice(0, 3), [
    '您前面还有一位，请稍候。',
    '您前面还有两位，请稍候。',
    '您前面还有三位，请稍候。',
  ]);
  t.equal(spoken('queue.place').length, 20);
  t.equal(promptVariants(find('queue.place'), vocabulary)[2]?.name, 'queue-place--n-3');
  t.same(spoken('agent.number'), ['幺零二三号话务员为您服务。', '幺幺零幺号话务员为您服务。']);
  t.equal(spoken('queue.ewt')[2], '预计等候三到五分钟。');
  t.equal(spoken('a.w.repeat')[0], '今天第二次来电。');
  t.equal(spoken('a.wrapmore')[1], '已延长三十秒。');
  t.same(spoken('a.w.entry'), ['便民热线。', '幺二三五八价格举报。']);
  t.same(spoken('greet.main'), ['您好，一二三四五政务服务便民热线。为保证服务质量，通话将被录音。']);
  t.same(spoken('menu.main'), [
    '进度查询请按一，企业服务按二，方言按三，外语按四。其他事项请稍候，直接为您接通人工。',
  ]);
  t.match(spoken('away.sorry')[0], /幺幺零、幺幺九、幺二零/);
  t.end();
});

t.test('two slots part a text at the pause, so that variants add up instead of multiplying', (t) => {
  t.same(promptParts(find('a.state')), [
    { name: 'a-state--1', text: '您当前{state}，', slot: 'state' },
    { name: 'a-state--2', text: '已{t}。', slot: 't' },
  ]);
  t.equal(spoken('a.state').length, 10 + 60 + 11);
  t.ok(spoken('a.state').includes('已两小时。'));
  t.end();
});

t.test('a value at run time means the nearest spoken one at or below it, or none', (t) => {
  const minutes = ['1', '2', '59', '60', '120', '180'];
  for (const [value, key] of [
    [0, '1'],
    [1.9, '1'],
    [59, '59'],
    [75, '60'],
    [125, '120'],
    [9999, '180'],
  ] as const)
    t.equal(slotKey('minutes', value, minutes), key);
  t.equal(slotKey('count', 3, ['2', '3']), '3');
  t.equal(slotKey('count', 21, ['2', '3']), undefined);
  t.equal(slotKey('words', 'constructor', ['meal']), undefined);
  t.end();
});

t.test('what is wrong in a file of prompts is named with its line', (t) => {
  const row = (lines: string) =>
    `prompts:\n  - id: ok\n    text: 您好。\n    when: 测试\n  - id: bad\n    when: 测试\n    ${lines}\n`;
  for (const lines of [
    'text: 您前面还有{n}位。',
    'text: 您好。\n    slots: { n: { count: [1, 2] } }',
    'text: 第{n}位。\n    slots: { n: { count: [5, 2] } }',
    'text: 第{n}位。\n    slots: { n: { count: [1, 99999] } }',
    'text: 第{n}位。\n    slots: { n: { list: secrets } }',
    'text: 第{n}位{m}。\n    slots: { n: { count: [1, 2] }, m: { count: [1, 2] } }',
    'text: 第{n位。',
    'text: 您好。\n    speed: fast',
    'text: 您好。\n    colour: red',
    'text: 12345',
  ]) {
    const { findings, prompts: kept } = parsePrompts('prompts/x.yaml', row(lines));
    t.match(findings, [{ level: 'error', file: 'prompts/x.yaml', line: 5 }], lines);
    t.same(
      kept.map(({ id }) => id),
      ['ok'],
    );
  }
  t.match(
    repeatedPrompts([
      ...prompts,
      ...parsePrompts('prompts/x.yaml', 'prompts: [{ id: bye, text: 再见。, when: x }]').prompts,
    ]),
    [{ file: 'prompts/x.yaml', line: 1, zh: /与 prompts\/3-talk.yaml:\d+ 重复/ }],
  );
  t.end();
});

t.test('no text breaks the parser', (t) => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) =>
      Array.isArray(parsePrompts('x.yaml', text).findings),
    ),
  );
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.constantFrom('id', 'text', 'when', 'slots', 'speed'), fc.jsonValue()), {
        maxLength: 4,
      }),
      (rows) =>
        parsePrompts('x.yaml', JSON.stringify({ prompts: rows })).prompts.every(
          (prompt) => promptVariants(prompt, vocabulary).length >= 0,
        ),
    ),
  );
  t.end();
});

t.test('the wording rules catch what citizens should not hear', (t) => {
  for (const text of [
    '按键错误，请重试。',
    '尊敬的用户您好。',
    '我们五分钟内回电，优先处理。',
    '祝您生活愉快！',
    '正在转接坐席。',
  ])
    t.ok(checkWording({ ...find('bye'), text }).length > 0, text);
  t.match(checkWording({ ...find('bye'), text: '请稍候，'.repeat(15) }), [{ zh: /宜不超过 12 秒/ }]);
  t.ok(Math.abs(estimatedSeconds(find('greet.main').text) - 9) < 0.8);
  t.end();
});
