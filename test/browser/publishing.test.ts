// The whole way in a real browser: a clerk drafts a retired number, another publishes it, callers hear the new words, and it is undone.
import { mkdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
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

t.test('a clerk who knows no YAML drafts a retired number; what is wrong stands at its field', async (t) => {
  await clerk.goto(`${origin}/admin?tab=numbers`);
  await clerk.locator('[data-number="12358"]').waitFor();
  await clerk.getByRole('button', { name: '新增号码' }).click();
  await clerk.fill('[name=number]', '12399');
  await clerk.fill('[name=name]', '12399示例热线');
  await clerk.fill('[name=shortName]', '一二三四五六七八九十十一十二十三');
  await clerk.locator('#fault-shortName').getByText('至多 12 个字').waitFor();
  t.same(await judge(clerk, 'number-fault'), []);
  await clerk.fill('[name=shortName]', '示例');
  await clerk.fill('[name=former]', '市某某局');
  await clerk.fill('[name=approval]', '示例〔2026〕1号');
  t.equal(await clerk.inputValue('[name=delivered_as]'), '031112399\n8631112399\n+8631112399', 'filled in');
  for (const [at, until] of ['2027-06-30', '2027-12-31', ''].entries()) {
    await clerk.getByRole('button', { name: '加一个时期' }).click();
    if (until !== '') await clerk.fill(`[name=until-${String(at)}]`, until);
  }
  t.equal(await clerk.inputValue('[name=state-2]'), 'vacant', 'the state that follows');
  await clerk.fill('[name=heardOn]', '2027-08-01');
  await clerk.locator('.heard-box').getByText('12399示例热线已停止使用').first().waitFor();
  t.same(await judge(clerk, 'number-form'), []);
  await clerk.getByRole('button', { name: '存入草稿' }).click();
  await clerk.getByText('已存入草稿').waitFor();
  await clerk.locator('[data-draft="12399"]').getByText('新增').waitFor();
  await clerk.getByRole('link', { name: '查看并提交发布' }).click();
  await clerk.getByText('新增号码 12399:').waitFor();
  await clerk.getByText('检查通过').waitFor();
  await clerk.fill('[name=reason-1001]', '12399 并入 12345');
  await clerk.getByRole('button', { name: '保存理由' }).click();
  await clerk.getByText('理由已保存').waitFor();
  t.equal(await clerk.getByRole('button', { name: '复核无误,发布' }).count(), 0, 'not by himself');
  t.same(await judge(clerk, 'draft-of-mine'), []);
});

t.test('another publishes it; callers hear the new words', async (t) => {
  await second.goto(`${origin}/publish`);
  const draft = second.locator('[data-draft="1001"]');
  await draft.getByText('新增号码 12399:').waitFor();
  t.equal(await second.inputValue('[name=reason-1001]'), '12399 并入 12345');
  t.same(await judge(second, 'draft-of-another'), []);
  await draft.getByRole('button', { name: '复核无误,发布' }).click();
  await second.getByText('已发布第 2 版').waitFor();
  await second.locator('[data-version="2"]').getByText('1001 → hotline').waitFor();
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
