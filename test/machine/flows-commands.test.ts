// `npm run flows` as whoever edits flows meets it: exit codes, what stands on which stream, input from a pipe.
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { createVersionStore } from '../../src/adapters/files/version-store.js';

const project = path.resolve(import.meta.dirname, '../..');
const home = await mkdtemp(path.join(tmpdir(), 'yihao-flows-'));
const copy = path.join(home, 'ivr-flows');
await cp(path.join(project, 'ivr-flows'), copy, { recursive: true });
t.teardown(() => rm(home, { recursive: true }));

interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one command with these lines as its input; it may take a minute on a busy machine. */
function flows(
  args: readonly string[],
  input = '',
  more: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const env = { ...process.env, YIHAO_FLOWS: copy, YIHAO_HOME: path.join(home, 'yihao'), ...more };
  // tap gives every child its own loaders through NODE_OPTIONS; the command brings its own.
  delete (env as Record<string, string | undefined>)['NODE_OPTIONS'];
  const child = spawn(process.execPath, [path.join(project, 'scripts/flows.mjs'), ...args], {
    env,
    timeout: 60_000,
  });
  const told = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (told.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (told.err += text.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...told })));
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const place = path.join(copy, file);
  const text = await readFile(place, 'utf8');
  if (!text.includes(from)) throw new Error(`${file}: ${from}`);
  await writeFile(
    place,
    text.replace(from, () => to),
  );
}

t.test('help says every command; a wrong wish says what is wrong, and ends with 2', async (t) => {
  const help = await flows(['help']);
  t.match(help, { code: 0, err: '' });
  for (const command of [
    'check',
    'draw',
    'try',
    'test',
    'diff',
    'number',
    'publish',
    'undo',
    'versions',
    'help',
  ])
    t.match(help.out, new RegExp(`^  ${command}\\b`, 'm'));
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /请写命令。 Name a command\./],
    [['constructor'], /没有命令 constructor。 There is no command constructor\./],
    [['check', 'x'], /check 后面的词数不对/],
    [['test', '--out', 'x'], /test 的选项有误,可用 --dir/],
    [['draw'], /请用 --out/],
    [['draw', 'nowhere', '--out', home], /没有流程 nowhere,现有:12345-menu、12345、minors、survey。/],
    [['try', 'nowhere'], /没有流程 nowhere/],
    [['try', '12345', '--at', 'noon'], /--at 须写作/],
    [['diff', copy], /两个目录是同一个/],
  ];
  for (const [args, words] of wrong) {
    const told = await flows(args);
    t.match(told, { code: 2, out: '', err: words }, args.join(' '));
  }
});

t.test('try: keys, silence, a queue and its ends from a pipe', async (t) => {
  const told = await flows(['try', '12345-menu', '--unstaffed', 'enterprise'], '7\nx\n2\n1\nq\n');
  t.equal(told.code, 0);
  const heard = [...told.out.matchAll(/^(?:> )?「.*」 (\S+)$/gm)].map(([, id]) => id);
  t.same(heard, ['greet.main', 'menu.main', 'menu.badinput', 'exit.timeout']);
  t.match(told.out, /→ 在队列 general 等候/, 'enterprise has nobody');
  t.match(told.out, /→ 已挂机\(queueTimeout\) it has ended \(queueTimeout\)\n$/);
  const answered = await flows(['try', '12345-menu', '--dir', copy], '\na\n');
  t.match(answered.out, /「正在为您接通人工，请稍候。」 menu\.noinput/);
  t.match(answered.out, /→ 已由话务员接听/);
  t.match((await flows(['try', '12345'], 'h\n')).out, /→ 来电人已挂机/);
  t.match((await flows(['try', '12345'], '')).out, /输入已结束,通话还没有结束/);
});

t.test('draw writes a picture of each flow, or of one', async (t) => {
  const out = path.join(home, 'pictures');
  t.equal((await flows(['draw', '12345', '--out', out])).code, 0);
  t.same(await readdir(out), ['flow-12345.svg']);
  t.equal((await flows(['draw', '--out', out])).code, 0);
  t.same((await readdir(out)).sort(), [
    'flow-12345-menu.svg',
    'flow-12345.svg',
    'flow-minors.svg',
    'flow-survey.svg',
  ]);
  t.match(await readFile(path.join(out, 'flow-12345.svg'), 'utf8'), /^<svg .*data-flow="12345"/);
});

t.test('each command works on the folder it is given alone', async (t) => {
  const own = path.join(home, 'own');
  await cp(copy, own, { recursive: true });
  await rm(path.join(copy, 'flows'), { recursive: true });
  for (const args of [
    ['check'],
    ['draw', '12345', '--out', path.join(home, 'own-pictures')],
    ['try', '12345'],
    ['test'],
    ['diff'],
    ['number', '12358'],
  ]) {
    t.equal((await flows([...args, '--dir', own])).code, 0, `${args[0] ?? ''} of the folder`);
    t.equal((await flows(args)).code, 1, `${args[0] ?? ''} of the one in use, which is broken`);
  }
  await cp(path.join(own, 'flows'), path.join(copy, 'flows'), { recursive: true });
});

t.test('test and diff: what an edit brings about, with its place', async (t) => {
  t.match(await flows(['test']), { code: 0, out: /个场景,0 处不符,0 处没有走过/ });
  t.match(await flows(['diff']), { code: 0, out: /^0 处变化。 0 changes\.\n$/ });
  await edit('flows/12345-menu.yaml', "'1': progress, '2': business", "'1': business, '2': progress");
  t.match(await flows(['test']), {
    code: 1,
    out: /^flows\/12345-menu\.test\.txt:\d+: 场景「企业服务」:应进入队列 enterprise,实际在节点 progress 等按键。 \[错误 error\]\n {4}Scenario/m,
  });
  t.match(await flows(['diff']), {
    code: 0,
    out: /^flows\/12345-menu\.yaml:39: 节点 top 的去向由 「按 1」→ progress 改为 「按 1」→ business。\n {4}Node top/m,
  });
});

t.test('files with an error are told of by each command, and nothing is done with them', async (t) => {
  await edit('flows/12345.yaml', 'onTimeout: waitedLong', 'onTimeout: nowhere');
  for (const args of [
    ['check'],
    ['test'],
    ['try', '12345'],
    ['draw', '--out', home],
    ['diff'],
    ['number', '12345'],
  ]) {
    const told = await flows(args);
    t.equal(told.code, 1, args[0] ?? '');
    t.match(told.out, /^flows\/12345\.yaml:15: 没有名为 nowhere 的节点。.* \[错误 error\]$/m, args[0] ?? '');
  }
  t.match(await flows(['check', '--dir', path.join(home, 'nowhere')]), { code: 1, err: /不能读取/ });
});

t.test('check names the prompt that has no recording and cannot be synthesized', async (t) => {
  const other = path.join(home, 'unread');
  await cp(path.join(project, 'ivr-flows'), other, { recursive: true });
  const place = path.join(other, 'prompts/3-talk.yaml');
  const asItWas = await readFile(place, 'utf8');
  const line = asItWas.split('\n').findIndex((one) => one.includes('id: bye')) + 1;
  await writeFile(place, asItWas.replace('感谢您的来电，再见。', '感谢您使用12345APP，再见。'));
  const told = await flows(['check', '--dir', other]);
  t.match(told, { code: 0, err: '' });
  const words = `prompts/3-talk.yaml:${String(line)}: 提示音 bye 没有录音,也不能合成:「感谢您使用12345APP，再见。」中的 APP。请改写成读得出的文字,或在 recordings/ 放入 bye.wav。 [提醒 warning]\n    Prompt bye has no recording and cannot be synthesized: APP in`;
  t.ok(told.out.includes(words), told.out);
  await writeFile(path.join(other, 'recordings/bye.wav'), '');
  t.notMatch((await flows(['check', '--dir', other])).out, /不能合成/, 'recorded');
});

t.test(
  'a folder is handed in for review, or published alone in an emergency; the version before comes back',
  async (t) => {
    const other = path.join(home, 'edited');
    await rm(copy, { recursive: true });
    await cp(path.join(project, 'ivr-flows'), copy, { recursive: true });
    await cp(copy, other, { recursive: true });
    const lexicon = path.join(other, 'lexicon.yaml');
    await writeFile(lexicon, `${await readFile(lexicon, 'utf8')}长安: chang2 an1\n`);
    t.match(await flows(['publish', '--reason', '读音']), { code: 2, err: /这就是正在使用的目录/ });
    t.match(await flows(['publish', '--dir', other]), { code: 2, err: /请用 --reason/ });
    t.match(await flows(['publish', '--dir', other, '--reason', '读音有误']), {
      code: 0,
      out: /新增读音 长安:chang2 an1。[^]*已提交\(os:/,
    });
    const [draft = ''] = await readdir(path.join(home, 'yihao', 'site-drafts'));
    t.match(draft, /^os%3A.*\.json$/);
    t.notMatch(await readFile(path.join(copy, 'lexicon.yaml'), 'utf8'), /长安/, 'nothing is in force yet');

    const alone = await flows(['publish', '--dir', other, '--reason', '读音有误', '--emergency']);
    t.match(alone, { code: 0, out: /已发布第 2 版/ });
    t.match(await readFile(path.join(copy, 'lexicon.yaml'), 'utf8'), /长安/);
    t.match(await flows(['undo', '9', '--reason', '推迟']), { code: 2, err: /没有第 9 版/ });
    t.match(await flows(['undo', '1', '--reason', '再议', '--emergency']), { code: 0, out: /已发布第 3 版/ });
    t.notMatch(await readFile(path.join(copy, 'lexicon.yaml'), 'utf8'), /长安/);
    t.match(await flows(['versions']), {
      code: 0,
      out: /^1 .*手工修改[^]*\n2 .*os:.*读音有误 ⚠ 待补审[^]*\n3 .*恢复第 1 版/,
    });
  },
);

t.test('a folder that is not in use has the history of what was handed in from it', async (t) => {
  const [other, bare] = [path.join(home, 'desk'), path.join(home, 'bare')];
  for (const folder of [other, bare]) await cp(copy, folder, { recursive: true });
  const inUse = await readFile(path.join(copy, 'lexicon.yaml'), 'utf8');
  const place = path.join(other, 'lexicon.yaml');
  const undo = (dir: string) => flows(['undo', '1', '--dir', dir, '--reason', '再议']);
  for (const told of [await flows(['versions', '--dir', bare]), await undo(bare)])
    t.match(told, { code: 2, err: /bare 不是正在使用的目录 .*ivr-flows,也还没有版本/ });

  for (const word of ['长安: chang2 an1', '长平: chang2 ping2']) {
    await writeFile(place, `${inUse}${word}\n`);
    t.match(await flows(['publish', '--dir', other, '--reason', '读音有误']), { code: 0 });
  }
  t.match(await flows(['versions', '--dir', other]), {
    code: 0,
    out: /^1  .*os:.*读音有误\n2  .*os:.*读音有误\n$/,
    err: '',
  });
  await writeFile(place, `${inUse}长治: chang2 zhi4\n`);
  t.match(await flows(['undo', '7', '--dir', other, '--reason', '再议']), { code: 2, err: /没有第 7 版/ });
  t.match(await flows(['undo', '1', '--dir', other]), { code: 2, err: /请用 --reason/ });
  t.match(await undo(other), {
    code: 0,
    out: /与现在的 .*desk 相比[^]*长治[^]*已恢复,记为 .*desk 的第 4 版/,
  });
  t.equal(await readFile(place, 'utf8'), `${inUse}长安: chang2 an1\n`);
  t.match(await flows(['versions', '--dir', other]), {
    code: 0,
    out: /\n3  .*手工修改.*\n4  .*再议 恢复第 1 版 undo to 1\n$/,
  });
  t.equal(await readFile(path.join(copy, 'lexicon.yaml'), 'utf8'), inUse, 'what is in use stays');
  t.match(await flows(['check', '--dir', other]), { code: 0 });

  const own = path.join(home, 'neighbour');
  const folders = { versionsDir: path.join(own, 'site-versions'), draftsDir: path.join(own, 'site-drafts') };
  await createVersionStore(folders).noteFolder(other);
  for (const told of [await flows(['versions', '--dir', other]), await undo(other)])
    t.match(told, { code: 2, err: /desk 正由另一套使用,不能从这里改动。请用 YIHAO_HOME=.*neighbour 执行/ });
  await createVersionStore(folders).noteFolder(bare);
  t.match(await flows(['versions', '--dir', other]), { code: 0 }, 'that site has moved on');
});

t.test(
  'the folder in use is the one that the service noted, not the one that ships beside the program',
  async (t) => {
    const [used, other] = [path.join(home, 'used'), path.join(home, 'other')];
    for (const folder of [used, other])
      await cp(path.join(project, 'ivr-flows'), folder, { recursive: true });
    const own = path.join(home, 'demo');
    const versionsDir = path.join(own, 'site-versions');
    const store = createVersionStore({ versionsDir, draftsDir: path.join(own, 'site-drafts') });
    t.equal(await store.folder(), undefined);
    await store.noteFolder(used);
    const lexicon = path.join(other, 'lexicon.yaml');
    await writeFile(lexicon, `${await readFile(lexicon, 'utf8')}长安: chang2 an1\n`);
    const asked = ['publish', '--dir', other, '--reason', '读音有误', '--emergency'];
    const elsewhere = { YIHAO_HOME: own, YIHAO_FLOWS: copy };
    t.match(await flows(asked, '', elsewhere), { code: 2, err: /版本只属于正在使用的目录 .*used/ });
    t.notMatch((await flows(asked, '', elsewhere)).err, /draw \[FLOW\]/, 'the usage of this command alone');
    const told = await flows(asked, '', { YIHAO_HOME: own, YIHAO_FLOWS: '' });
    t.match(told, { code: 0, out: /与正在使用的 .*used 相比[^]*新增读音 长安[^]*已发布第 2 版/ });
    t.match(await readFile(path.join(used, 'lexicon.yaml'), 'utf8'), /长安/);
    await rm(used, { recursive: true });
    t.equal(await store.folder(), undefined, 'a folder that is gone is none');
  },
);

t.test('check and publish tell of rows that are new, renamed or revived without a document', async (t) => {
  const other = path.join(home, 'numbers');
  await cp(copy, other, { recursive: true });
  const place = path.join(other, 'numbers.yaml');
  const asItWas = await readFile(place, 'utf8');
  const lineOf = (text: string, number: string) =>
    text.split('\n').findIndex((one) => one.startsWith(`- number: '${number}'`)) + 1;
  const retired = asItWas.replace(
    /(number: '12300'[^]*?states:) # ASSUMED(?:\n    - .*)+/,
    '$1\n    - { state: vacant }',
  );
  await writeFile(place, retired);
  t.match(await flows(['publish', '--dir', other, '--reason', '停用', '--emergency']), {
    code: 0,
    out: /已发布第/,
  });

  const edited = `${asItWas.replace('name: 12358价格举报热线', 'name: 12358物价热线')}
- number: '12399'
  name: 12399热线
  shortName: 热线
  flow: '12345'
  queue: general
`;
  await writeFile(place, edited);
  const warnings = (
    [
      ['12300', '恢复启用', 'revived'],
      ['12358', '更名', 'renamed'],
      ['12399', '为新增', 'new'],
    ] as const
  ).map(
    ([number, zh, en]) =>
      `numbers.yaml:${String(lineOf(edited, number))}: 号码 ${number} ${zh},却没有写新的批准文号(approval)。请写入批准此事的文号。 [提醒 warning]\n    ${number} is ${en} without an approval of its own: enter the document that approves it.\n`,
  );
  const checked = await flows(['check', '--dir', other]);
  t.match(checked, { code: 0, out: warnings.join('') });
  t.match(checked.out, /是与第 \d+ 版相比。/);
  t.match(await flows(['publish', '--dir', other, '--reason', '改号码']), {
    code: 0,
    out: warnings.join(''),
  });
  t.notMatch((await flows(['check'])).out, /却没有写新的批准文号/, 'the folder in use is what is in force');

  await writeFile(place, `${edited}  pattern: whole\n  former: [\n`);
  for (const line of (await flows(['check', '--dir', other])).out.trimEnd().split('\n').slice(0, -2))
    t.match(line, /^(?:[\w./-]+:[1-9]\d*: .* \[(?:错误 error|提醒 warning)\]| {4}.*)$/);
  await rm(place);
  await mkdir(place);
  t.match(await flows(['check', '--dir', other]), { code: 1, out: /^numbers\.yaml:1: 文件无法读取/ });
});

t.test(
  '«Add a retired number» in the file, command by command as the page of the documentation has it',
  async (t) => {
    const page = await readFile(path.join(project, 'docs/numbers.md'), 'utf8');
    const [, section = ''] = /### 在文件里[^\n]*\n([^]*?)\n## /.exec(page) ?? [];
    const [, yaml = ''] = /```yaml\n([^]*?)\n +```/.exec(section) ?? [];
    const commands = [...section.matchAll(/`npm run flows -- ([^`]+)`/g)].map(([, words = '']) => words);
    const [, from = ''] = /加 `(--from \d+)`/.exec(section) ?? [];
    const own = path.join(home, 'walk');
    const [used, edited] = [path.join(own, 'ivr-flows'), path.join(own, 'new')];
    await cp(path.join(project, 'ivr-flows'), used, { recursive: true });
    await cp(used, edited, { recursive: true });
    const ledger = path.join(edited, 'numbers.yaml');
    await writeFile(ledger, `${await readFile(ledger, 'utf8')}\n${yaml.replaceAll(/^ {3}/gm, '')}\n`);
    /** One command of the page, with what it leaves to its reader put in. */
    const walk = (words: string, more: readonly string[] = []) => {
      const asked = words.replaceAll('/tmp/new', edited).replace('版本号', '1').replace('理由', '并入推迟');
      const args = [...asked.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
      return flows([...args, ...more], '', { YIHAO_FLOWS: used, YIHAO_HOME: path.join(own, 'yihao') });
    };
    t.same(
      commands.map((words) => words.split(' ')[0]),
      ['check', 'number', 'publish', 'versions', 'undo'],
    );
    const [check = '', number = '', publish = '', versions = '', undo = ''] = commands;
    t.match(await walk(check), { code: 0, out: /,0 处错误,/ });

    const announced = (words: string, promptId: string) =>
      [
        '12399 2027-08-01: 12399示例热线 [prompt] 不接听、不计费,播放后释放 not answered, free, then released,指标 KPI line 12399',
        ...[1, 2].map(() => `  「12399示例热线已停止使用，请拨打${words}，24小时为您服务。」 ${promptId}`),
        '',
      ].join('\n');
    t.match(number, /^number 12399 --on 2027-08-01 /);
    t.match(await walk(number), { code: 0, err: '', out: announced('12345', 'trans.prompt') });
    t.equal(from, '--from 010');
    t.match(await walk(number, from.split(' ')), {
      code: 0,
      out: announced('031112345', 'trans.prompt.away'),
    });
    const days = {
      '2026-12-31': 'dual',
      '2027-01-01': 'transfer',
      '2027-07-01': 'prompt',
      '2028-01-01': 'vacant',
    };
    for (const [day, state] of Object.entries(days))
      t.match(await walk(number.replace('2027-08-01', day)), {
        code: 0,
        out: new RegExp(`^12399 ${day}: 12399示例热线 \\[${state}\\] `),
      });

    t.match(await walk(publish), { code: 0, out: /新增号码 12399:[^]*已提交\(os:/ });
    t.notMatch(await readFile(path.join(used, 'numbers.yaml'), 'utf8'), /12399/, 'nothing is in force yet');
    // In place of the second person, whose page test/browser/publishing.test.ts walks.
    t.match(await walk(publish, ['--emergency']), { code: 0, out: /已发布第 2 版/ });
    t.match(await readFile(path.join(used, 'numbers.yaml'), 'utf8'), /\n- number: '12399'\n/);
    const inUse = number.replace(/ --dir .*/, '');
    t.match(await walk(inUse), { code: 0, out: announced('12345', 'trans.prompt') });
    t.match(await walk(versions), { code: 0, out: /^1 [^\n]*\n2 [^\n]*12399 并入/ });
    t.match(await walk(undo), { code: 0, out: /删除了号码 12399[^]*已提交\(os:/ });
  },
);
