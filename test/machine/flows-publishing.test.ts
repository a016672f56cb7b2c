// `npm run flows` where it publishes: handed in or alone, undone, which folder is in use, and the walk through the page of the documentation.
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { createVersionStore } from '../../src/adapters/files/version-store.js';
import { copy, flows, home, project } from './flows-folder.js';

t.test(
  'a folder is handed in for review, or published alone in an emergency; the version before comes back',
  async (t) => {
    const other = path.join(home, 'edited');
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
