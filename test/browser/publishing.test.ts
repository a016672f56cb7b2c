// The whole way in a real browser: a clerk drafts a retired number, another publishes it, callers hear the new words, and it is undone.
import { mkdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import t from 'tap';
import { openOffice } from '../adapters/office.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const office = await openOffice({ pagesDir: path.join(process.cwd(), 'dist', 'web') });
await office.versions.publisher.look();
await office.server.listen({ host: '127.0.0.1', port: 0 });
const address = office.server.server.address();
const origin = `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}`;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
t.teardown(() => browser.close());
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
/** Pictures for whoever wants to look; none unless a folder is named. */
const pictures = process.env['YIHAO_TEST_PICTURES'];
if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
const faults: string[] = [];

/** A browser of his own. */
async function seat(user: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(axe);
  const [name = '', value = ''] = (await office.logIn(user)).cookie.split('=', 2);
  await context.addCookies([{ name, value, url: origin }]);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
  });
  return page;
}

async function judge(page: Page, name: string): Promise<readonly string[]> {
  if (pictures !== undefined)
    await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
  const found = await page.evaluate(async () => {
    const { run } = (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      }
    ).axe;
    return (await run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
  const text = await page.innerText('body');
  return [...found, ...forbiddenWords.filter((word) => text.includes(word))];
}

const clerk = await seat('1001');
const second = await seat('hotline');

/** What «Add a retired number» has whoever follows it look for, from its page of the documentation. */
const walk = (() => {
  const [, page = ''] =
    /### 在网页上[^\n]*\n([^]*?)\n### /.exec(readFileSync('docs/numbers.md', 'utf8')) ?? [];
  const cells = [...page.matchAll(/\| 「([^」]+)」\s*\| ([^|]*?)\s*\|/g)].map(([, label = '', what = '']) => [
    label,
    what,
  ]);
  const labels = new Set([...page.matchAll(/「([^」]+)」/g)].map(([, label = '']) => label));
  return { labels, cells };
})();
/** A label of the page; one that the page does not tell of is a fault of the page or of this test. */
function told(label: string): string {
  if (!walk.labels.has(label)) throw new Error(`docs/numbers.md does not tell of 「${label}」`);
  walked.add(label);
  return label;
}
const walked = new Set<string>();
/** A field by what its label begins with: what explains it, or a list to choose from, follows. */
const byLabel = (page: Page, label: string) => page.getByLabel(new RegExp(`^${told(label)}`)).first();
const press = (page: Page, role: 'button' | 'link' | 'tab', label: string) =>
  page
    .getByRole(role, { name: told(label), exact: true })
    .first()
    .click();

t.test('a clerk who knows no YAML drafts a retired number by what the page of it says', async (t) => {
  await clerk.goto(`${origin}/`);
  await press(clerk, 'link', '管理');
  await press(clerk, 'tab', '归并清单');
  await clerk.locator('[data-number="12358"]').waitFor();
  await press(clerk, 'button', '新增号码');
  t.ok(walk.cells.length > 6, 'a table of fields');
  for (const [label = '', what = ''] of walk.cells) {
    const field = byLabel(clerk, label);
    if (what.startsWith('不动')) t.ok(await field.isVisible(), label);
    else await field.fill(what);
  }
  t.equal(await clerk.locator('[name=pattern] option:checked').innerText(), told('整体并入'));
  t.equal(await clerk.inputValue('[name=delivered_as]'), '031112399\n8631112399\n+8631112399', 'filled in');
  await clerk.getByText(told('更多'), { exact: true }).waitFor();
  const states = ['双号并行期', '提示并转接期', '仅提示期', '已停用'];
  for (const [at, until] of ['2026-12-31', '2027-06-30', '2027-12-31', ''].entries()) {
    await press(clerk, 'button', '加一个时期');
    t.equal(
      await clerk.locator(`[name=state-${String(at)}] option:checked`).innerText(),
      told(states[at] ?? ''),
    );
    if (until !== '') await clerk.fill(`[name=until-${String(at)}]`, until);
  }
  for (const label of ['状态', '止', '起']) await byLabel(clerk, label).waitFor();
  await clerk.getByText(told('市民会听到什么')).waitFor();
  await byLabel(clerk, '在这一天拨打').fill('2027-08-01');
  await clerk.locator('.heard-box').getByText('12399示例热线已停止使用').first().waitFor();
  t.same(await judge(clerk, 'number-form'), []);
  await press(clerk, 'button', '存入草稿');
  await clerk.getByText('已存入草稿').waitFor();
  await clerk.locator('[data-draft="12399"]').getByText('新增').waitFor();
  await press(clerk, 'link', '查看并提交发布');
  for (const heading of ['与现行版本相比', '检查结果', '历次版本'])
    await clerk.getByRole('heading', { name: told(heading) }).waitFor();
  await clerk.getByText('新增号码 12399:').waitFor();
  await clerk.getByText('检查通过').waitFor();
  await press(clerk, 'button', '保存理由');
  await clerk.getByRole('alert').getByText('请写修改理由').waitFor();
  await byLabel(clerk, '修改理由').fill('12399 并入 12345');
  await press(clerk, 'button', '保存理由');
  await clerk.getByText('理由已保存').waitFor();
  t.equal(await clerk.getByRole('button', { name: '复核无误,发布' }).count(), 0, 'not by himself');
  t.same(await judge(clerk, 'draft-of-mine'), []);
});

t.test('what is wrong in a form stands at its field, in the words of the form', async (t) => {
  await clerk.goto(`${origin}/admin?tab=numbers`);
  await clerk.getByRole('button', { name: '新增号码' }).click();
  const faultOf = (key: string, words: string) => clerk.locator(`#fault-${key}`).getByText(words).waitFor();
  await clerk.fill('[name=number]', '0311 8888');
  await faultOf('number', '只写数字');
  await clerk.fill('[name=number]', '12358');
  await faultOf('number', '此号码已有');
  await clerk.fill('[name=number]', '12377');
  await clerk.fill('[name=name]', '12377示例热线');
  await clerk.fill('[name=shortName]', '一二三四五六七八九十十一十二十三');
  await faultOf('shortName', '短名至多 12 个字');
  await clerk.locator('.hint-warning').getByText('号码 12377 没有批准文号。').waitFor();
  t.same(await judge(clerk, 'number-fault'), []);
  await clerk.fill('[name=shortName]', '示例');
  await clerk.fill('[name=delivered_as]', '031112358');
  await faultOf('delivered_as', '与 12358(第');
  await clerk.fill('[name=delivered_as]', '031112377');
  for (const at of ['0', '1']) {
    await clerk.getByRole('button', { name: '加一个时期' }).click();
    await clerk.fill(`[name=until-${at}]`, at === '0' ? '2027-06-30' : '2026-12-31');
  }
  await faultOf('states', '自 2027-07-01 起(没有写的,接上一时期的次日),却止于 2026-12-31');
  t.notMatch(await clerk.locator('dialog .fault').allInnerTexts(), /\([a-z]+\)|写在引号里/);
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  await clerk.locator('[name=state-0][aria-invalid=true]').waitFor();
  await clerk.getByRole('button', { name: '取消' }).click();
});

t.test('another publishes it; callers hear the new words', async (t) => {
  await second.goto(`${origin}/`);
  await press(second, 'link', '发布');
  const draft = second.locator('[data-draft="1001"]');
  await draft.getByRole('heading', { name: told('1001 的草稿') }).waitFor();
  await draft.getByText('新增号码 12399:').waitFor();
  t.equal(await second.inputValue('[name=reason-1001]'), '12399 并入 12345');
  t.same(await judge(second, 'draft-of-another'), []);
  await press(second, 'button', '复核无误,发布');
  await second.getByText('已发布第 2 版').waitFor();
  await second.locator('[data-version="2"]').getByText('1001 → hotline').waitFor();
  await second.locator('[data-version="1"]').getByText(told('恢复')).click();
  await second.getByRole('button', { name: told('生成草稿') }).waitFor();
  await second.keyboard.press('Escape');
  t.match(
    await readFile(path.join(office.versions.folder.dir, 'numbers.yaml'), 'utf8'),
    /\n- number: '12399'\n/,
  );
  await second.goto(`${origin}/admin?tab=numbers`);
  await second.locator('[data-number="12399"]').waitFor();
  await second.locator('input[name=day]').fill('2027-08-01');
  await second.locator('input[name=day]').blur();
  await second.locator('[data-number="12399"] td[data-state=prompt]').waitFor();
  await second.locator('[data-number="12399"]').getByRole('button', { name: '听一听' }).click();
  await second.locator('[data-heard="12399"]').getByText('12399示例热线已停止使用').first().waitFor();
  t.same(await judge(second, 'numbers-after'), []);
});

t.test('it is undone: a draft like any other, in an emergency by one whom another reviews', async (t) => {
  await second.goto(`${origin}/publish`);
  await second.getByRole('button', { name: '恢复到第 1 版' }).click();
  await second.fill('[name=undoReason]', '并入推迟');
  t.same(await judge(second, 'undo'), []);
  await second.getByRole('button', { name: '生成草稿' }).click();
  await second.locator('[data-draft=hotline]').getByText('删除了号码 12399').waitFor();
  await second.locator('.emergency summary').click();
  t.same(await judge(second, 'emergency'), []);
  await second.getByRole('button', { name: '单独发布,事后补审' }).click();
  await second.getByText('已发布第 3 版').waitFor();
  await second.locator('[data-awaiting]').getByText('删除了号码 12399').waitFor();
  t.equal(await second.getByRole('button', { name: '补审通过:第 3 版' }).count(), 0, 'not by himself');
  const third = await seat('deputy');
  await third.goto(`${origin}/publish`);
  await third.fill('[name=note-3]', '已核');
  t.same(await judge(third, 'awaiting'), []);
  await third.getByRole('button', { name: '补审通过:第 3 版' }).click();
  await third.getByText('第 3 版已补审').waitFor();
  t.equal(await third.locator('[data-awaiting]').count(), 0);
  await third.getByRole('button', { name: '第 2 版的差别' }).click();
  await third.locator('.versions').getByText('新增号码 12399:').waitFor();
  t.same(await judge(third, 'versions'), []);
  await third.goto(`${origin}/admin?tab=numbers`);
  await third.locator('[data-number="12358"]').waitFor();
  t.equal(await third.locator('[data-number="12399"]').count(), 0);
});

t.test('flows are drawn with the calls at their nodes', async (t) => {
  office.world.telephony.call({ ani: '031100000001', dnis: '12345', patienceMs: null });
  await office.world.runUntil(office.world.clock.nowMs() + 2_000);
  await clerk.goto(`${origin}/flows`);
  await clerk.locator('[data-node=line] .figures.busy').getByText('在此 1').waitFor();
  t.same(await judge(clerk, 'flow'), []);
  await clerk.selectOption('[name=flow]', '12345-menu');
  await clerk.locator('[data-flow="12345-menu"] [data-kind=menu]').first().waitFor();
  t.same(await judge(clerk, 'flow-menu'), []);
});

t.test('a flow is edited as text, by two at once; what is typed is never lost', async (t) => {
  const { folder, publisher } = office.versions;
  const scenarios = readFileSync('ivr-flows/flows/12345.test.txt', 'utf8');
  await writeFile(path.join(folder.dir, 'flows/12345.test.txt'), scenarios);
  await clerk.goto(`${origin}/flows?flow=12345`);
  await clerk.getByRole('link', { name: '编辑文本' }).click();
  await clerk.getByText(/✓ \d+ 个场景都与流程相符/).waitFor();
  await clerk.locator('.flow-editor [data-node=line]').waitFor();
  t.same(await judge(clerk, 'flow-text'), []);
  const box = clerk.locator('[name=text]');
  const shipped = await box.inputValue();

  await box.fill(shipped.replace('onTimeout: waitedLong', 'onTimeout: nowhere'));
  await clerk.locator('.findings').getByText('没有名为 nowhere 的节点').waitFor();
  await clerk.locator('[data-old-picture]').waitFor();
  await clerk.locator('.findings').getByRole('button', { name: '行' }).click();
  const chosen = await box.evaluate(
    (at: { readonly value: string; readonly selectionStart: number; readonly selectionEnd: number }) =>
      at.value.slice(at.selectionStart, at.selectionEnd),
  );
  t.equal(chosen, '  line:', 'the node that leads nowhere');
  t.same(await judge(clerk, 'flow-text-fault'), []);
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  await clerk.getByRole('alert').getByText('配置文件有误').waitFor();
  await clerk.reload();
  await clerk.locator('[data-restored]').getByText('已恢复').waitFor();
  t.match(await box.inputValue(), /onTimeout: nowhere/);

  const { seen } = await publisher.flowText('deputy', '12345');
  const theirs = await publisher.putFlow({ author: 'deputy', id: '12345', text: `# 丙\n${shipped}`, seen });
  const act = { author: 'deputy', by: 'hotline', emergency: false, reason: '加注', seen: theirs.seen };
  await publisher.publish(act);
  await box.fill(shipped.replace('say: [exit.timeout]', 'say: [exit.nobody]'));
  await clerk.getByText(/✕ 2 处与流程不符/).waitFor();
  await clerk.locator('.findings .error').first().getByRole('button').click();
  await clerk.locator('[name=scenarios]:focus').waitFor();
  t.same(await judge(clerk, 'flow-text-scenario'), []);
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  await clerk.locator('[data-standing]').waitFor();
  t.match(await clerk.locator('[name=standing]').inputValue(), /^# 丙\n/);
  t.match(await box.inputValue(), /exit\.nobody/);
  t.same(await judge(clerk, 'flow-text-conflict'), []);
  await clerk.getByRole('button', { name: '以我的文字为准' }).click();
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  await clerk.getByText('已存入草稿').waitFor();

  await clerk.getByRole('button', { name: '新增流程' }).click();
  await clerk.fill('[name=newFlow]', '夜间');
  await clerk.getByRole('button', { name: '开始编写' }).click();
  await clerk.locator('[data-restored]').getByText('新流程').waitFor();
  t.match(await box.inputValue(), /exit\.nobody/, 'begun as a copy');
  await clerk.getByRole('button', { name: '放弃这些文字' }).click();

  await second.goto(`${origin}/publish`);
  const draft = second.locator('[data-draft="1001"]');
  await draft.getByText('flows/12345.yaml').first().waitFor();
  await second.fill('[name=reason-1001]', '试改流程');
  await draft.getByRole('button', { name: '复核无误,发布' }).click();
  await second.getByText('已发布第 5 版').waitFor();
  t.match(await readFile(path.join(folder.dir, 'flows/12345.yaml'), 'utf8'), /say: \[exit\.nobody\]/);
});

t.test('two change one number: who saves later sees both and chooses', async (t) => {
  const edit = async (page: Page, former: string) => {
    await page.goto(`${origin}/admin?tab=numbers`);
    await page.locator('[data-number="12358"]').getByText(told('编辑')).click();
    await byLabel(page, '原主管单位').fill(former);
  };
  await edit(clerk, '市发展改革委');
  const { publisher } = office.versions;
  const row = (await publisher.rows('deputy', 'numbers')).find(({ id }) => id === '12358');
  const wish = { author: 'deputy', table: 'numbers', id: '12358', fields: { former: '市物价局' } } as const;
  await publisher.putRow({ ...wish, seen: row?.seen ?? '' });
  const publishIt = async () => {
    const { seen } = (await publisher.judge('deputy')).judged;
    const act = { author: 'deputy', by: 'hotline', emergency: false, reason: '更正单位', seen };
    await publisher.publish(act);
  };
  await publishIt();
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  const standing = clerk.locator('[data-standing]');
  await standing.getByText('已被别人改过').waitFor();
  for (const heading of ['我填的', '现在的内容'])
    await standing.getByRole('columnheader', { name: told(heading) }).waitFor();
  t.same(await standing.locator('tbody tr').allInnerTexts(), ['原主管单位\t市发展改革委\t市物价局']);
  t.ok(await clerk.getByRole('button', { name: '存入草稿' }).isDisabled(), 'not before he has chosen');
  t.same(await judge(clerk, 'row-conflict'), []);
  await standing.getByRole('button', { name: told('用现在的内容') }).click();
  t.equal(await clerk.inputValue('[name=former]'), '市物价局');
  await byLabel(clerk, '原主管单位').fill('市发展和改革委员会');
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  await clerk.getByText('已存入草稿').waitFor();

  // Published over what waits in his draft: shown as soon as he opens it.
  const again = (await publisher.rows('deputy', 'numbers')).find(({ id }) => id === '12358');
  await publisher.putRow({ ...wish, fields: { former: null }, seen: again?.seen ?? '' });
  await publishIt();
  await clerk.goto(`${origin}/admin?tab=numbers`);
  await clerk.locator('[data-number="12358"]').getByText('编辑').click();
  await standing.getByText('市发展和改革委员会\t(空)').or(standing.getByText('(空)')).first().waitFor();
  await standing.getByRole('button', { name: told('以我填的为准') }).click();
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  await clerk.getByText('已存入草稿').waitFor();
  t.match(
    (await publisher.rows('1001', 'numbers')).find(({ id }) => id === '12358'),
    { fields: { former: '市发展和改革委员会' }, conflict: false },
  );

  // A row that is gone, in English.
  const reading = { author: 'deputy', table: 'lexicon', id: '调休' } as const;
  const known = (await publisher.rows('deputy', 'lexicon'))[0];
  const word = known?.id ?? '';
  await clerk.goto(`${origin}/admin?tab=lexicon&lang=en`);
  await clerk.getByRole('button', { name: `Edit ${word}`, exact: true }).click();
  await publisher.putRow({ ...reading, id: word, fields: null, seen: known?.seen ?? '' });
  await publishIt();
  await clerk.fill('[name=value]', String(known?.fields['value']));
  await clerk.getByRole('button', { name: 'Keep in the draft' }).click();
  await standing.getByText('Somebody has taken this out').waitFor();
  t.same(await judge(clerk, 'row-gone-english'), []);
  await standing.getByRole('button', { name: 'Let it go' }).click();
  t.equal(await clerk.locator('dialog').count(), 0);
  await clerk.goto(`${origin}/admin?lang=zh`);
  await publisher.discard('1001');
  t.same(
    [...walk.labels].filter((label) => !walked.has(label)),
    [],
    'every label of the page was met',
  );
});

t.test('a prompt’s text and a reading are drafted, seen and taken back', async (t) => {
  await clerk.goto(`${origin}/prompts`);
  await clerk.getByRole('button', { name: '编辑 greet.main' }).click();
  await clerk.fill('[name=text]', '您好，这里是12345热线。通话将被录音。');
  await clerk.getByRole('button', { name: '合成试听' }).click();
  await clerk.getByText(/读作 .*秒/).waitFor();
  t.same(await judge(clerk, 'prompt-form'), []);
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  await clerk.locator('[data-prompt="greet.main"] .drafted').getByText('这里是12345热线').waitFor();
  t.same(await judge(clerk, 'prompts-drafted'), []);
  await clerk.goto(`${origin}/admin?tab=lexicon`);
  await clerk.getByRole('button', { name: '新增读音' }).click();
  await clerk.fill('[name=word]', '长安');
  await clerk.fill('[name=value]', 'chang an');
  await clerk.locator('form').getByText('须一字一音').waitFor();
  await clerk.fill('[name=value]', 'chang2 an1');
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  await clerk.getByRole('row', { name: /长安/ }).waitFor();
  t.same(await judge(clerk, 'lexicon'), []);
  await clerk.goto(`${origin}/publish`);
  await clerk.getByText('将重新合成').waitFor();
  await clerk.getByRole('button', { name: '移除 修改 提示音 greet.main' }).click();
  await clerk.getByText('将重新合成').waitFor({ state: 'detached' });
  await clerk.getByRole('button', { name: 'English' }).or(clerk.getByText('English')).first().click();
  await clerk.getByText('The reading of 长安 is new: chang2 an1.').waitFor();
  t.same(await judge(clerk, 'publish-english'), []);
  t.same(faults, [], 'no fault in any page');
});
