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
  await page.check('[name=skills-tax]');
  await page.fill('[name=level-tax]', '11');
  await page.locator('[name=name]').press('Enter');
  t.match(await page.locator('#fault-skills').innerText(), /1 至 10/);
  t.same(await judge('agent-levels'), []);
  await page.fill('[name=level-tax]', '8');
  await page.locator('[name=name]').press('Enter');
  await page.getByText('已保存').waitFor();
  await page.getByRole('row', { name: /2001.*新人.*综合、税务:8/ }).waitFor();
  await page.getByRole('button', { name: '删除 2001' }).click();
  await page.keyboard.press('Escape');
  t.equal(await page.locator('dialog').count(), 0);
  t.match(await page.locator(':focus').textContent(), /删除/, 'focus goes back');
});

t.test('what an agent and a team prefer, and how many may be on a break', async (t) => {
  await page.getByRole('tab', { name: '班组' }).click();
  await page.getByRole('button', { name: '编辑 east' }).click();
  t.equal(await page.locator('[name=prefers-own]').count(), 0, 'a team has nothing to go by but its own');
  await page.selectOption('[name=prefers-1]', 'general');
  await page.selectOption('[name=prefers-2]', 'enterprise');
  t.equal(await page.locator('[name=prefers-2] option[value=general]').count(), 0, 'each queue once');
  await page.selectOption('[name=prefers-1]', '');
  t.equal(await page.locator('[name=prefers-1]').inputValue(), 'enterprise', 'those behind move up');
  await page.selectOption('[name=prefers-2]', 'general');
  await page.fill('[name=breaks-all]', '3');
  await page.fill('[name=breaks-meal]', '0');
  await page.locator('[name=name]').press('Enter');
  t.match(await page.locator('#fault-breaks').innerText(), /1 至 1000/);
  t.equal(await page.locator(':focus').getAttribute('name'), 'breaks-meal');
  t.same(await judge('team-faults'), []);
  await page.fill('[name=breaks-meal]', '2');
  await page.locator('[name=name]').press('Enter');
  await page.getByText('已保存').waitFor();
  await page.getByRole('row', { name: /east.*企业服务、综合.*合计 3、就餐 2/ }).waitFor();
  t.same(await judge('teams-preferring'), []);
  await page.getByText('English', { exact: true }).click();
  await page.getByRole('row', { name: /east.*In all 3, Meal 2/ }).waitFor();
  await page.getByRole('button', { name: 'Edit east' }).click();
  await page.getByText('Choice 2', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('中文', { exact: true }).click();

  await page.getByRole('tab', { name: '话务员' }).click();
  await page.getByRole('button', { name: '编辑 1002' }).click();
  t.equal(await page.locator('[name=prefers-1]').count(), 0, 'as his team');
  await page.check('[name=prefers-own]');
  await page.selectOption('[name=prefers-1]', 'minors');
  t.same(await judge('agent-preferring'), []);
  await page.locator('[name=name]').press('Enter');
  await page.getByText(/agents\.yaml:\d+ prefers 写了队列 minors/).waitFor();
  await page.selectOption('[name=prefers-1]', 'general');
  await page.locator('[name=name]').press('Enter');
  await page.getByText('已保存').waitFor();
  t.same(office.site().choices.get('1002' as never), ['general']);
  t.same(
    office.site().choices.get('1003' as never),
    ['general'],
    'of the team’s what his skills let him take',
  );
  await page.getByRole('button', { name: '编辑 1002' }).click();
  t.equal(await page.locator('[name=prefers-1]').inputValue(), 'general');
  await page.uncheck('[name=prefers-own]');
  await page.locator('[name=name]').press('Enter');
  await page.getByText('已保存').waitFor();
  t.same(office.site().choices.get('1002' as never), ['enterprise', 'general'], 'as his team again');
});

t.test('two change one agent: who saves later sees both and chooses', async (t) => {
  await page.goto(`${origin}/admin`);
  await page
    .getByRole('button', { name: '编辑 1003' })
    .or(page.getByRole('row', { name: /1003/ }).getByText('编辑'))
    .first()
    .click();
  const cookie = (await office.logIn('hotline')).cookie;
  const rows = async () =>
    (await office.call('GET /api/v1/admin/agents', { cookie })).json<{
      rows: {
        id: string;
        seen: string;
        name: string;
        team: string;
        skills: string[];
        role: string;
        seesNumber: boolean;
        autoAnswer: boolean;
        device: string | null;
      }[];
    }>().rows;
  const { id, seen, name, skills, role, seesNumber, device } =
    (await rows()).find((row) => row.id === '1003') ?? Object.create(null);
  const theirs = { seen, name, team: 'west', skills, role, seesNumber, autoAnswer: true, device };
  const answer = await office.call(`PUT /api/v1/admin/agents/${String(id)}`, { cookie, body: theirs });
  t.equal(answer.statusCode, 200, answer.body);
  await page.fill('[name=name]', '演示三改');
  await page.getByRole('button', { name: '保存' }).click();
  const standing = page.locator('[data-standing]');
  await standing.getByText('已被别人改过').waitFor();
  t.same(await standing.locator('tbody tr').allInnerTexts(), [
    '姓名\t演示三改\t演示三',
    '班组\t一班\t二班',
    '话机自动应答\t否\t是',
  ]);
  t.same(await judge('agent-conflict'), []);
  await standing.getByRole('button', { name: '用现在的内容' }).click();
  t.equal(await page.inputValue('[name=team]'), 'west');
  await page.fill('[name=name]', '演示三改');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('已保存').waitFor();
  t.match(
    (await rows()).find((row) => row.id === '1003'),
    { name: '演示三改', team: 'west', autoAnswer: true },
  );
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

t.test('a legal route is changed; what its prompt cannot say stands at the field', async (t) => {
  await page.goto(`${origin}/admin?tab=legalRoutes`);
  await page.locator('[data-row=court]').getByText('请向人民法院提出').waitFor();
  t.same(await judge('legal-routes'), []);
  await page.getByRole('button', { name: '编辑 诉讼' }).click();
  t.ok(await page.locator('[name=kind]').isDisabled(), 'a route is its reason');
  await page.selectOption('[name=number]', '12345');
  await page.locator('#fault-number').getByText("没有 '12345' 的念法").waitFor();
  t.same(await judge('legal-fault'), []);
  await page.selectOption('[name=number]', '12368');
  await page.fill('[name=basis]', '国办函〔2025〕66号');
  await page.getByRole('button', { name: '存入草稿' }).click();
  await page.locator('[data-row=court]').getByText('草稿').waitFor();
  await page.getByRole('button', { name: '编辑 其他城市事项' }).click();
  await page.getByRole('button', { name: '增加一行' }).click();
  await page.getByRole('button', { name: '存入草稿' }).click();
  await page.locator('#fault-cities').getByText('每行两格都要填写').waitFor();
  await page.fill('[name=cities-key-10]', '0311');
  await page.fill('[name=cities-value-10]', '石家庄市');
  await page.locator('#fault-cities').getByText("没有 '0311' 的念法").first().waitFor();
  t.same(await judge('legal-cities'), []);
  await page.getByRole('button', { name: '取消' }).click();
  await page.goto(`${origin}/admin?tab=legalRoutes&lang=en`);
  await page.getByRole('button', { name: 'Add a legal route' }).click();
  t.equal(await page.locator('[name=kind] option').count(), 0, 'every reason has its route');
  t.same(await judge('legal-english'), []);
  await page.goto(`${origin}/admin?lang=zh`);
});

t.test('a city that agents may lead to is asked for by its name; as shipped there is none', async (t) => {
  await page.goto(`${origin}/admin`);
  await page.getByRole('tab', { name: '外地 12345' }).click();
  await page.getByText('还没有可以转接的城市').waitFor();
  t.same(await judge('cities'), []);
  await page.getByRole('button', { name: '新增城市' }).click();
  const names = await page.locator('[name=areaCode] option').allInnerTexts();
  t.equal(names.length, 10, 'every city of the legal route');
  t.ok(names.includes('0310 邯郸市'));
  await page.selectOption('[name=areaCode]', '0310');
  await page.fill('[name=number]', '0310 12345');
  await page.getByRole('button', { name: '存入草稿' }).click();
  await page.locator('#fault-trunk').getByText('请填写此项').waitFor();
  await page.locator('#fault-number').getByText('只写数字,3 至 16 位').waitFor();
  t.same(await judge('city-fault'), []);
  await page.getByRole('button', { name: '取消' }).click();
  await page.goto(`${origin}/admin?tab=otherCities&lang=en`);
  await page.getByRole('button', { name: 'Add a city' }).click();
  await page.getByText('Area code and 12345 where left out').waitFor();
  t.same(await judge('city-english'), []);
  await page.goto(`${origin}/admin?lang=zh`);
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
  await page.getByText('我的草稿有 2 处修改').waitFor();
  t.ok(await page.getByText('还没有录入').count(), 'not in force before somebody publishes it');
  await page.getByRole('button', { name: 'English' }).or(page.getByText('English')).first().click();
  await page.getByRole('tab', { name: 'Agents' }).click();
  await page.getByRole('button', { name: 'Edit 1001' }).click();
  t.same(await judge('agent-english'), []);
  t.same(faults, [], 'no fault in any page');
});
