// The administration in a real browser, over the API in virtual time: by keyboard, with its refusals at the field, and without a fault for axe.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import t from 'tap';
import { openOffice } from '../adapters/office.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const office = await openOffice({ pagesDir: join(process.cwd(), 'dist', 'web') });
await office.server.listen({ host: '127.0.0.1', port: 0 });
const address = office.server.server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const origin = `http://127.0.0.1:${String(port)}`;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
t.teardown(() => browser.close());
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
/** Pictures for whoever wants to look; none unless a folder is named. */
const pictures = process.env['YIHAO_TEST_PICTURES'];

const faults: string[] = [];
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
// axe is brought into the page past its policy, by the test alone.
await context.addInitScript(axe);
const page = await context.newPage();
page.on('pageerror', (error) => faults.push(error.message));
page.on('console', (message) => {
  if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
});

/** What axe finds wrong, and words that are not used here. */
async function judge(name: string, on: Page = page): Promise<readonly string[]> {
  if (pictures !== undefined) await on.screenshot({ path: join(pictures, `${name}.png`) });
  const found = await on.evaluate(async () => {
    const { run } = (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      }
    ).axe;
    return (await run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
  });
  const text = await on.innerText('body');
  return [...found, ...forbiddenWords.filter((word) => text.includes(word))];
}

t.test('an agent is added by keyboard; what is wrong stands at its field', async (t) => {
  const [name = '', value = ''] = (await office.logIn('hotline')).cookie.split('=', 2);
  await context.addCookies([{ name, value, url: origin }]);
  await page.goto(`${origin}/admin`);
  await page.getByRole('tab', { name: '话务员' }).waitFor();
  await page.getByRole('row', { name: /1001/ }).waitFor();
  t.same(await judge('agents'), []);
  await page.fill('[name=search]', '二班');
  t.equal(await page.getByRole('row').count(), 1 + 4);
  await page.fill('[name=search]', '');

  await page.getByRole('button', { name: '新增' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('20');
  await page.locator('[name=name]').press('Enter');
  t.match(await page.locator('#fault-id').innerText(), /3 至 8 位数字/);
  t.equal(await page.locator(':focus').getAttribute('name'), 'id', 'focus goes to the first fault');
  t.same(await judge('agent-faults'), []);
  await page.keyboard.type('01');
  await page.fill('[name=name]', '新人');
  await page.selectOption('[name=team]', 'east');
  await page.check('[name=skills-general]');
  await page.locator('[name=name]').press('Enter');
  await page.getByText('已保存').waitFor();
  await page.getByRole('row', { name: /2001.*新人/ }).waitFor();
  await page.getByRole('button', { name: '删除 2001' }).click();
  await page.keyboard.press('Escape');
  t.equal(await page.locator('dialog').count(), 0);
  t.match(await page.locator(':focus').textContent(), /删除/, 'focus goes back');
});

t.test('a new PIN, people out of a table, a card with its codes', async (t) => {
  await page.getByRole('button', { name: '重设密码 1002' }).click();
  await page.getByRole('button', { name: '生成新密码' }).click();
  await page.getByText('482 915').waitFor();
  t.same(await judge('pin'), []);
  await page.getByRole('button', { name: '关闭' }).click();
  await page.getByRole('button', { name: '导入' }).click();
  const table = (team: string) => ({
    name: 'people.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      [
        '工号,姓名,班组,班组到期日,技能,话机',
        ...Array.from({ length: 38 }, (_, at) => `${3001 + at},借调${at},${team},2026-11-28,综合,自动`),
      ].join('\n'),
    ),
  });
  await page.setInputFiles('[name=table]', table('借调 组'));
  await page.getByText('有 38 行有误').waitFor();
  await page.setInputFiles('[name=table]', table('借调组'));
  await page.getByText('全部 38 行可以导入').waitFor();
  t.same(await judge('import'), []);
  await page.getByRole('button', { name: '导入 38 人' }).click();
  await page.getByText('已导入 38 行').waitFor();
  await page.getByRole('button', { name: '关闭' }).click();
  await page.getByRole('tab', { name: '话务员' }).press('ArrowRight');
  await page.getByRole('row', { name: /借调组.*即将到期/ }).waitFor();
  t.same(await judge('teams'), []);
  await page.getByRole('tab', { name: '话机' }).click();
  await page.getByRole('row', { name: /d3038/ }).waitFor();

  await page.goto(`${origin}/admin/cards?team=借调组`);
  await page.getByRole('button', { name: '生成' }).click();
  await page.locator('.card').nth(37).waitFor();
  t.equal(await page.locator('.card img').count(), 2 * 38);
  t.match(await page.locator('.card').first().innerText(), /\*203001#/);
  t.same(await judge('cards'), []);
  if (pictures !== undefined)
    await page.pdf({ path: join(pictures, 'cards.pdf'), preferCSSPageSize: true, printBackground: true });
});

t.test('the number ledger shows each number on a day, and what its callers hear', async (t) => {
  await page.goto(`${origin}/admin?tab=numbers`);
  await page.locator('[data-number="12358"]').waitFor();
  await page.locator('input[name=day]').fill('2027-08-01');
  await page.locator('input[name=day]').blur();
  await page.locator('[data-number="12358"] td[data-state=prompt]').waitFor();
  await page.locator('[data-number="12358"]').getByRole('button', { name: '听一听' }).click();
  await page.locator('[data-heard="12358"]').getByText('12358价格举报热线已停止使用').first().waitFor();
  t.same(await judge('numbers'), []);
});

t.test('the calendar shows the year and asks for the next one', async (t) => {
  await page.goto(`${origin}/admin?tab=calendar`);
  await page.getByText('还没有录入 2027 年').waitFor();
  t.same(await judge('calendar'), []);
  await page.getByRole('button', { name: '下一年' }).click();
  await page.getByRole('button', { name: '录入 2027 年安排' }).click();
  await page.fill('[name=document]', '国办发明电〔2026〕9号');
  t.same(await judge('notice'), []);
  await page.getByRole('button', { name: '存入草稿' }).click();
  await page.getByText('已存入草稿').waitFor();
  await page.getByText('我的草稿有 1 处修改').waitFor();
  t.ok(await page.getByText('还没有录入').count(), 'not in force before somebody publishes it');
  await page.getByRole('button', { name: 'English' }).or(page.getByText('English')).first().click();
  await page.getByRole('tab', { name: 'Agents' }).click();
  await page.getByRole('button', { name: 'Edit 1001' }).click();
  t.same(await judge('agent-english'), []);
  t.same(faults, [], 'no fault in any page');
});
