// Which prompts nobody can say: found before a citizen hears gibberish.
import t from 'tap';
import { parsePrompts, promptVariants } from '../../src/ivr/prompt-text.js';
import type { Vocabulary } from '../../src/ivr/prompt-slot.js';
import { checkSpeakable, recordingOf, unreadable } from '../../src/ivr/speakable.js';

const vocabulary = {
  ...{ agents: ['1001'], areaCodes: [], departments: {}, targets: {} },
  entries: { '12399ETC热线': '幺二三九九ETC热线' },
} as unknown as Vocabulary;

const file = `prompts:
  - id: own.app
    text: 请下载APP，或访问www.hebei.gov.cn/12345。
    when: 试。
  - id: own.list
    text: 您好，{entry}。
    slots: { entry: { list: entries } }
    when: 试。
  - id: own.words
    text: 请按{k}。
    slots: { k: { words: { a: 一, b: 'B+' } } }
    when: 试。
  - id: own.good
    text: 您前面还有2位，50%以上可在3-5分钟内接通；按#键返回。
    when: 试。
  - id: own.en
    text: Press 1 for the 12345 hotline, or "2" & wait.
    language: en
    when: 试。
  - id: own.mixed
    text: Press 1 for 热线.
    language: en
    when: 试。
`;
const { prompts, findings } = parsePrompts('prompts/own.yaml', file);
const variants = prompts.flatMap((prompt) => promptVariants(prompt, vocabulary));
const lineOf = (id: string) => file.split('\n').findIndex((line) => line.includes(`id: ${id}`)) + 1;

t.test('letters and signs that the voice of a language does not read', async (t) => {
  t.same(unreadable('请下载APP，访问APP＋', 'zh'), ['APP', 'APP＋']);
  t.same(unreadable('您前面还有两位，百分之五十，零三幺幺—八六；请稍候。', 'zh'), []);
  t.same(unreadable('℃ & @', 'zh'), ['℃', '&', '@']);
  t.same(unreadable('This café is 24 h.', 'en'), []);
  t.same(unreadable('the 热线', 'en'), ['热线']);
});

t.test(
  'a prompt without a recording that cannot be synthesized is told of once, with its line',
  async (t) => {
    t.same(findings, []);
    const found = checkSpeakable(variants, new Set());
    t.same(
      found.map(({ file: of, line, level, code }) => [of, line, level, code]),
      ['own.app', 'own.list', 'own.words', 'own.mixed'].map((id) => [
        'prompts/own.yaml',
        lineOf(id),
        'warning',
        'notSpeakable',
      ]),
    );
    t.match(found[0], {
      zh: /^提示音 own\.app 没有录音,也不能合成:「请下载APP，或访问www\.hebei\.gov\.cn\/12345。」中的 APP、www、hebei、gov、cn\/。请.*own-app\.wav。$/,
      en: /^Prompt own\.app has no recording and cannot be synthesized: APP, /,
    });
    t.match(found[2], { zh: /「请按B\+。」中的 B\+。请.*own-words--k-b\.wav/ });
  },
);

t.test('a recording of that very sound makes it sayable', async (t) => {
  const [app] = variants;
  t.equal(app && recordingOf(app, new Set(['own.app.wav'])), 'own.app.wav');
  const told = (...names: readonly string[]) =>
    checkSpeakable(variants, new Set(names)).map(({ line }) => line);
  t.notOk(told('own.app.wav').includes(lineOf('own.app')));
  t.notOk(told('own-app.wav').includes(lineOf('own.app')));
  t.ok(told('own-words--k-a.wav').includes(lineOf('own.words')), 'another value of the slot');
  t.notOk(told('own-words--k-b.wav').includes(lineOf('own.words')));
});
