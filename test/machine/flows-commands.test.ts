// `npm run flows` as whoever edits flows meets it: exit codes, what stands on which stream, input from a pipe.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';

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
function flows(args: readonly string[], input = ''): Promise<Told> {
  const env = { ...process.env, YIHAO_FLOWS: copy, YIHAO_HOME: path.join(home, 'yihao') };
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

t.test('test and diff: what an edit brings about, with its place', async (t) => {
  t.match(await flows(['test']), { code: 0, out: /个场景,0 处不符,0 处没有走过/ });
  t.match(await flows(['diff']), { code: 0, out: /^0 处变化。 0 changes\.\n$/ });
  await edit('flows/12345-menu.yaml', "'1': progress, '2': business", "'1': business, '2': progress");
  t.match(await flows(['test']), {
    code: 1,
    out: /^flows\/12345-menu\.test\.txt:\d+ 场景「企业服务」:应进入队列 enterprise,实际在节点 progress 等按键。 \[错误 error\]\n {4}Scenario/m,
  });
  t.match(await flows(['diff']), {
    code: 0,
    out: /^flows\/12345-menu\.yaml:23 节点 top 的去向由 「按 1」→ progress 改为 「按 1」→ business。\n {4}Node top/m,
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
    t.match(told.out, /^flows\/12345\.yaml:12 没有名为 nowhere 的节点。.* \[错误 error\]$/m, args[0] ?? '');
  }
  t.match(await flows(['check', '--dir', path.join(home, 'nowhere')]), { code: 1, err: /不能读取/ });
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
