// `npm run flows` as whoever edits flows meets it: exit codes, what stands on which stream, input from a pipe.
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { copy, edit, flows, home, project } from './flows-folder.js';

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
