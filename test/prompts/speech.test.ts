// With the real synthesizer: every word is read right, and what the build makes is what a telephone needs.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { pinyin } from 'pinyin-pro';
import t from 'tap';
import { createPromptStore } from '../../src/adapters/prompts/prompt-store.js';
import { AppError } from '../../src/errors.js';
import { defaultAreaCode } from '../../src/site/parse-policies.js';
import { parseNumbers } from '../../src/site/parse-numbers.js';
import { wordsEverOf } from '../../src/numbers/call-words.js';
import { espeakText, parseLexicon, segmentByLexicon } from '../../src/ivr/lexicon.js';
import { readFigures } from '../../src/ivr/reading.js';
import { layoutOf } from '../../scripts/run/layout.mjs';
import { peakOf, samplesOf, speechRms } from '../../src/ivr/telephone-sound.js';

const { lexicon, findings } = parseLexicon('lexicon.yaml', readFileSync('ivr-flows/lexicon.yaml', 'utf8'));

/** What espeak-ng says, one line for one line, as bare phonemes with the tone's number after each. */
function phonemes(lines: readonly string[]): readonly (readonly string[])[] {
  const output = execFileSync('espeak-ng', ['-v', 'cmn-latn-pinyin', '-q', '-x', '--stdin'], {
    input: lines.join('\n\n'),
    encoding: 'utf8',
  });
  const said = output.split('\n').filter((line) => line.trim() !== '');
  if (said.length !== lines.length)
    throw new Error(`espeak-ng said ${String(said.length)} lines for ${String(lines.length)}`);
  return said.map((line) => line.split('_|').flatMap((word) => (word.trim() === '' ? [] : [plain(word)])));
}

/** Contours by their tone: espeak-ng shortens the third and fourth inside words and levels the neutral one. */
function plain(word: string): string {
  const bare = word.replace(/[\s'%,=;:!_|]/g, '');
  return bare.replace(/\d+/g, (contour) => toneOf[contour] ?? '5');
}
const toneOf: Readonly<Record<string, string>> = {
  '55': '1',
  '35': '2',
  '214': '3',
  '21': '3',
  '51': '4',
  '53': '4',
};

/** A third tone before a third is spoken as a second. */
function withSandhi(word: string): string {
  return word.replace(/3(?=[^1-5]*3)/g, '2');
}

/** Words with their reading; `wrong` without the lexicon, else a guard that the word stays as it is. */
const measured: readonly (readonly [string, string, 'wrong' | 'right'])[] = [
  ['重新', 'chong2 xin1', 'wrong'],
  ['重复', 'chong2 fu4', 'wrong'],
  ['重试', 'chong2 shi4', 'wrong'],
  ['了解', 'liao3 jie3', 'wrong'],
  ['地点', 'di4 dian3', 'wrong'],
  ['当地', 'dang1 di4', 'wrong'],
  ['班长', 'ban1 zhang3', 'wrong'],
  ['应答', 'ying4 da2', 'wrong'],
  ['尽快', 'jin3 kuai4', 'wrong'],
  ['处理', 'chu3 li3', 'wrong'],
  ['调解', 'tiao2 jie3', 'wrong'],
  ['目的', 'mu4 di4', 'wrong'],
  ['的确', 'di2 que4', 'wrong'],
  ['会计', 'kuai4 ji4', 'wrong'],
  ['银行', 'yin2 hang2', 'wrong'],
  ['参与', 'can1 yu4', 'wrong'],
  ['干部', 'gan4 bu4', 'wrong'],
  ['校长', 'xiao4 zhang3', 'wrong'],
  ['测量', 'ce4 liang2', 'wrong'],
  ['出差', 'chu1 chai1', 'wrong'],
  ['宿舍', 'su4 she4', 'wrong'],
  ['供热', 'gong1 re4', 'right'],
  ['提供给', 'ti2 gong1 gei3', 'right'],
  ['蔚县', 'yu4 xian4', 'wrong'],
  ['乐亭', 'lao4 ting2', 'wrong'],
  ['任丘', 'ren2 qiu1', 'wrong'],
  ['任泽', 'ren2 ze2', 'wrong'],
  ['蠡县', 'li3 xian4', 'wrong'],
  ['望都', 'wang4 du1', 'wrong'],
  ['柴沟堡', 'chai2 gou1 bu3', 'wrong'],
  ['泊头', 'bo2 tou2', 'wrong'],
  ['鄚州', 'mao4 zhou1', 'wrong'],
  ['曲阳', 'qu1 yang2', 'right'],
  ['大城', 'da4 cheng2', 'right'],
  ['井陉', 'jing3 xing2', 'right'],
  ['藁城', 'gao3 cheng2', 'right'],
  ['柏乡', 'bai3 xiang1', 'right'],
  ['洺河', 'ming2 he2', 'right'],
  ['滹沱河', 'hu1 tuo2 he2', 'right'],
  ['黄骅', 'huang2 hua2', 'right'],
  ['涿州', 'zhuo1 zhou1', 'right'],
  ['沽源', 'gu1 yuan2', 'right'],
  ['涞源', 'lai2 yuan2', 'right'],
  ['行唐', 'xing2 tang2', 'right'],
  ['新乐', 'xin1 le4', 'right'],
  ['廊坊', 'lang2 fang2', 'wrong'],
  ['应急', 'ying4 ji2', 'wrong'],
  ['要求', 'yao1 qiu2', 'wrong'],
  ['地址', 'di4 zhi3', 'wrong'],
];

t.test('each measured word is wrong without the lexicon or right by itself, and right with it', (t) => {
  t.same(findings, []);
  const words = measured.map(([word]) => word);
  const [alone, said, right] = [
    phonemes(words),
    phonemes(words.map((word) => espeakText(lexicon, word))),
    phonemes(measured.map(([, reading]) => reading)),
  ].map((lines) => lines.map((line) => withSandhi(line.join(''))));
  measured.forEach(([word, , is], index) => {
    t.equal(said?.[index], right?.[index], word);
    t.equal(alone?.[index] === right?.[index], is === 'right', `${word} alone`);
  });
  t.end();
});

t.test('every word of the lexicon is said as it is written there, its syllables joined', (t) => {
  const rows = [...lexicon.readings];
  const said = phonemes(rows.map(([word]) => espeakText(lexicon, word)));
  const right = phonemes(rows.map(([, reading]) => reading));
  rows.forEach(([word], index) =>
    t.equal(withSandhi(said[index]?.join('') ?? ''), withSandhi(right[index]?.join('') ?? ''), word),
  );
  t.ok(rows.length > 200);
  t.end();
});

t.test('a word of the lexicon is not found across two others', (t) => {
  const sentences: readonly (readonly [string, string, string])[] = [
    ['为了解决您的问题', '了解决', 'le5 jie3 jue2'],
    ['根据您的确认', '的确认', 'de5 que4 ren4'],
    ['请以公布的确定', '的确定', 'de5 que4 ding4'],
    ['希望都能解决', '希望都', 'xi1 wang4 dou1'],
    ['出差错', '出差错', 'chu1 cha1 cuo4'],
    ['不要求转账', '不要求', 'bu4 yao1 qiu2'],
    ['如要求助', '要求助', 'yao4 qiu2 zhu4'],
    ['需要求助', '需要', 'xu1 yao4'],
    ['强调整改', '强调', 'qiang2 diao4'],
    ['严重建议', '严重', 'yan2 zhong4'],
    ['其中奖励', '其中', 'qi2 zhong1'],
    ['若干部门', '若干', 'ruo4 gan1'],
    ['全市长期', '市长期', 'shi4 chang2 qi1'],
    ['值班长在岗', '值班长', 'zhi2 ban1 zhang3'],
  ];
  for (const [sentence, word, reading] of sentences)
    t.ok(
      segmentByLexicon(lexicon, sentence).some(({ text, pinyin: read }) => text === word && read === reading),
      sentence,
    );
  t.end();
});

t.test('the longest word wins, and words with readings join the text around them', (t) => {
  const small = parseLexicon('x.yaml', '长: chang2\n班长: ban1 zhang3\n值班长: zhi2 ban1 zhang3').lexicon;
  t.same(segmentByLexicon(small, '请值班长，班长'), [
    { text: '请' },
    { text: '值班长', pinyin: 'zhi2 ban1 zhang3' },
    { text: '，' },
    { text: '班长', pinyin: 'ban1 zhang3' },
  ]);
  t.equal(espeakText(small, '请班长，班长来。'), '请 ban1zhang3，ban1zhang3 来。');
  for (const row of ['重新: chong2', '重新: chong xin', '重新: 5', 'abc: a1 b1 c1', '重新: [chong2]']) {
    t.match(parseLexicon('x.yaml', `班长: ban1 zhang3\n${row}`).findings, [{ level: 'error', line: 2 }], row);
  }
  t.end();
});

const dir = t.testdir();
const home = `${dir}/home`;
const flows = `${dir}/ivr-flows`;
const sounds = `${home}/sounds/yihao`;

function run(command: string): string {
  const env = { ...process.env, YIHAO_HOME: home, YIHAO_CACHE: `${dir}/cache`, YIHAO_FLOWS: flows };
  return execFileSync(process.execPath, ['scripts/prompts.mjs', command], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

mkdirSync(`${flows}/prompts`, { recursive: true });
// What set-up has made already need not be made again here; the build under test still makes what is new.
mkdirSync(`${dir}/cache/prompts`, { recursive: true });
const shared = `${layoutOf(process.env).cache}/prompts`;
for (const name of existsSync(shared) ? readdirSync(shared) : [])
  copyFileSync(`${shared}/${name}`, `${dir}/cache/prompts/${name}`);
for (const name of [...readdirSync('ivr-flows/prompts').map((file) => `prompts/${file}`), 'lexicon.yaml'])
  copyFileSync(`ivr-flows/${name}`, `${flows}/${name}`);
writeFileSync(`${flows}/agents.yaml`, "- { id: '1023', name: 测试 }\n- { id: '1101', name: 测试 }\n");
/** Beside the shipped rows those of which no shipped number is: in its dual period, with a reading of its own, and led to a sub-centre. */
const moreRows = [
  {
    ...{ number: '12399', name: '12399数据资源服务热线', shortName: '12399数据', spoken: '一二三九九' },
    ...{ pattern: 'dual', states: [{ state: 'dual' }] },
  },
  {
    ...{ number: '12364', name: '12364住房公积金服务热线', shortName: '公积金', pattern: 'subCentre' },
    target: { trunk: 'centre', number: '6001' },
  },
].map((row) => `- ${JSON.stringify({ approval: '文', flow: '12345', queue: 'general', ...row })}\n`);
const ledgerText = `${readFileSync('ivr-flows/numbers.yaml', 'utf8')}\n${moreRows.join('')}`;
writeFileSync(`${flows}/numbers.yaml`, ledgerText);

t.test('the build makes every sound at telephone rate, evenly loud, and short enough', (t) => {
  const startedMs = Date.now();
  run('build');
  const coldMs = Date.now() - startedMs;
  t.ok(coldMs < 60_000, `cold build ${String(coldMs)} ms`);
  const store = createPromptStore(`${home}/sounds/manifest.json`);
  t.ok((store.resolve({ id: 'greet.main' })?.durationMs ?? Infinity) <= 9500, 'full greeting');
  t.ok((store.resolve({ id: 'greet.short' })?.durationMs ?? Infinity) <= 6000, 'short greeting');
  t.match(
    run('measure'),
    / 0 findings/,
    'every sound by the rules of length, loudness, clipping and silence',
  );
  t.end();
});

t.test('a prompt is found by its id and slots, and only where it was spoken', (t) => {
  const store = createPromptStore(`${home}/sounds/manifest.json`);
  t.same(store.resolve({ id: 'queue.place', slots: { n: 3 } })?.media, ['sound:yihao/queue-place--n-3']);
  t.same(store.resolve({ id: 'agent.number', slots: { n: '1023' } })?.media, [
    'sound:yihao/agent-number--n-1023',
  ]);
  t.match(
    store.resolve({ id: 'greet.dual', slots: { entry: '12315消费者投诉举报热线' } })?.media[0],
    /^sound:yihao\/greet-dual--entry-12315-[0-9a-f]{8}$/,
  );
  t.same(store.resolve({ id: 'a.state', slots: { state: 'break', t: 61.5 } })?.media, [
    'sound:yihao/a-state--1--state-break',
    'sound:yihao/a-state--2--t-60',
  ]);
  for (const media of store.ids().flatMap((id) => store.resolve({ id })?.media ?? []))
    if (!existsSync(`${home}/sounds/${media.slice('sound:'.length)}.wav`)) t.fail(media);
  for (const prompt of [
    { id: 'nothing' },
    { id: 'toString' },
    { id: 'queue.place' },
    { id: 'queue.place', slots: { n: 21 } },
    { id: 'a.state', slots: { t: 3 } },
  ])
    t.equal(store.resolve(prompt), undefined, JSON.stringify(prompt));
  t.throws(() => createPromptStore(`${dir}/nothing.json`), AppError);
  t.end();
});

t.test('whatever a number of the ledger makes its calls say has been made, and so was measured', (t) => {
  const store = createPromptStore(`${home}/sounds/manifest.json`);
  const { rows, findings: wrong } = parseNumbers('numbers.yaml', ledgerText, false);
  t.same(wrong, []);
  const prompts = rows.flatMap(({ row }) =>
    wordsEverOf(row, defaultAreaCode).flatMap(({ opening, farewell, announcement, lead }) =>
      [opening, farewell, announcement, lead?.first, lead?.back].flatMap((prompt) => prompt ?? []),
    ),
  );
  for (const prompt of prompts) if (store.resolve(prompt) === undefined) t.fail(JSON.stringify(prompt));
  t.same(
    [...new Set(prompts.map(({ id }) => id))].sort(),
    store
      .ids()
      .filter((id) => id === 'greet.dual' || id.startsWith('trans.'))
      .sort(),
  );
  t.end();
});

t.test('every syllable of every prompt is read as a dictionary reads it', (t) => {
  const { prompts } = JSON.parse(readFileSync(`${home}/sounds/manifest.json`, 'utf8')) as {
    prompts: Record<string, { parts: { sounds: Record<string, { text: string }> }[] }>;
  };
  const texts = Object.entries(prompts).flatMap(([id, { parts }]) =>
    id === 'greet.en' ? [] : parts.flatMap((part) => Object.values(part.sounds)),
  );
  const clauses = [...new Set(texts.flatMap(({ text }) => readFigures(text).split(/[，。、；？]/)))].filter(
    (clause) => clause !== '',
  );
  const said = phonemes(clauses);
  const readings = clauses.map((clause) =>
    pinyin(clause, { toneType: 'num', type: 'array', toneSandhi: false, v: true }).map((reading) =>
      reading.replace(/0$/, '5'),
    ),
  );
  const syllables = [...new Set(readings.flat())];
  const spokenAs = new Map(phonemes(syllables).map((sound, index) => [syllables[index], sound.join('')]));
  clauses.forEach((clause, row) => {
    let at = 0;
    for (const segment of segmentByLexicon(lexicon, clause)) {
      for (const sign of segment.text) {
        const [here, right] = [said[row]?.[at] ?? '', spokenAs.get(readings[row]?.[at]) ?? ''];
        const neutral = '的了们'.includes(sign) && here.replace(/\d/, '') === right.replace(/\d/, '');
        if (segment.pinyin === undefined && here !== right && here !== right.replace('3', '2') && !neutral)
          t.fail(`${clause}: ${sign} is said ${here}, not ${right}`);
        at += 1;
      }
    }
  });
  t.ok(clauses.length > 200);
  t.end();
});

t.test(
  'a second build makes nothing; a changed text one sound; a recording goes before the synthesizer',
  (t) => {
    const written = () => readdirSync(sounds).map((name) => [name, statSync(`${sounds}/${name}`).mtimeMs]);
    const first = written();
    t.match(run('build'), / 0 made/);
    t.same(written(), first, 'not one file was written again');
    const file = `${flows}/prompts/3-talk.yaml`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('感谢您的来电，再见。', '感谢来电，再见。'));
    const before = statSync(`${sounds}/bye.wav`).size;
    t.match(run('build'), / 1 made/);
    t.ok(statSync(`${sounds}/bye.wav`).size < before);
    mkdirSync(`${flows}/recordings`);
    execFileSync('sox', [
      '-n',
      '-r',
      '44100',
      '-c',
      '2',
      `${flows}/recordings/bye.wav`,
      'synth',
      '2',
      'sine',
      '440',
      'gain',
      '-40',
    ]);
    copyFileSync(`${sounds}/hold-start.wav`, `${flows}/recordings/queue-place--n-3.wav`);
    run('build');
    const store = createPromptStore(`${home}/sounds/manifest.json`);
    const bye = samplesOf(readFileSync(`${sounds}/bye.wav`).subarray(44));
    t.ok(Math.abs(20 * Math.log10(speechRms(bye)) + 20) < 1, 'a quiet recording is made as loud as the rest');
    t.ok(Math.abs((store.resolve({ id: 'bye' })?.durationMs ?? 0) - 2190) < 60);
    const held = store.resolve({ id: 'hold.start' })?.durationMs ?? 0;
    t.ok(Math.abs((store.resolve({ id: 'queue.place', slots: { n: 3 } })?.durationMs ?? 0) - held) < 30);
    rmSync(`${flows}/recordings/bye.wav`);
    const hot = `${flows}/recordings/hold.start.wav`;
    execFileSync('sox', ['-V1', `${sounds}/hold-again.wav`, '-r', '44100', hot, 'gain', '20']);
    run('build');
    t.throws(() => run('measure'), /recordings\/hold\.start\.wav:1: 提示音 hold\.start\.wav 削波失真/);
    rmSync(`${flows}/recordings`, { recursive: true });
    writeFileSync(`${sounds}/left-over.wav`, 'x');
    run('build');
    t.notOk(existsSync(`${sounds}/left-over.wav`), 'a sound that no prompt has is removed');
    store.reload();
    t.ok((store.resolve({ id: 'bye' })?.durationMs ?? 0) > 1500);
    t.end();
  },
);

t.test('a broken file stops the build with its line and leaves the sounds as they were', (t) => {
  const file = `${flows}/prompts/3-talk.yaml`;
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('id: bye', 'id: hold.start'));
  const manifest = readFileSync(`${home}/sounds/manifest.json`, 'utf8');
  t.throws(() => run('build'), /prompts\/3-talk\.yaml:\d+: 提示音 hold\.start/);
  t.equal(readFileSync(`${home}/sounds/manifest.json`, 'utf8'), manifest);
  writeFileSync(file, text);
  t.end();
});

t.test('a sound that is missing or longer than its prompt may be is named with its line', (t) => {
  const file = `${flows}/prompts/1-entry.yaml`;
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/ +longestSeconds: 14.*\n/, ''));
  t.throws(
    () => run('measure'),
    /prompts\/1-entry\.yaml:\d+: 提示音 menu\.main 长 1\d\.\d 秒,不得超过 9\.0 秒/,
  );
  writeFileSync(file, text);
  renameSync(`${sounds}/full.wav`, `${dir}/full.wav`);
  t.throws(() => run('measure'), /prompts\/4-away\.yaml:\d+: 提示音 full 还没有生成/);
  renameSync(`${dir}/full.wav`, `${sounds}/full.wav`);
  t.end();
});

t.test('the studio gets every text with its reading', (t) => {
  const script = run('script');
  t.match(
    script,
    '| greet-main.wav | 您好，12345政务服务便民热线。为保证服务质量，通话将被录音。 | 您好，一二三四五政务服务便民热线。',
  );
  t.match(script, /queue-resume\.wav .*重新 chong2 xin1/);
  t.match(
    script,
    /a-w-entry--e-12399-[0-9a-f]{8}\.wav \| 12399数据。 \| 一二三九九数据。/,
    'a number with its own reading',
  );
  t.match(script, /agent-number--n-1101\.wav \| 1101号话务员为您服务。 \| 幺幺零幺号/);
  t.end();
});

t.test('the hold music lasts a minute, is quiet, and joins its beginning without a click', (t) => {
  const music = samplesOf(readFileSync(`${home}/moh/yihao-hold.wav`).subarray(44));
  t.equal(music.length, 60 * 8000);
  t.ok(peakOf(music) < 0.3 && peakOf(music) > 0.05);
  const steps = music.map((sample, index) => Math.abs(sample - (music.at(index - 1) ?? 0)));
  t.ok(
    (steps[0] ?? 0) <= steps.subarray(1).reduce((most, step) => Math.max(most, step), 0),
    'the seam is no larger a step than any other',
  );
  t.ok(steps.reduce((most, step) => Math.max(most, step), 0) < 6000);
  t.end();
});
