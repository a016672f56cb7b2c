// The reports' page in Chromium over the whole API: a number leads to its calls, by keyboard; axe finds nothing; a sample is drawn.
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import t from 'tap';
import { morningRecords } from '../adapters/morning-records.js';
import { openOffice, startMs } from '../adapters/office.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const withinMs = 20_000;
const pagesDir = path.resolve(import.meta.dirname, '../../dist/web');
const artefacts = process.env['YIHAO_ARTEFACTS'];
const { server } = await openOffice({ records: morningRecords, pagesDir });
await server.listen({ host: '127.0.0.1', port: 0 });
const { port } = server.server.address() as AddressInfo;
const origin = `http://127.0.0.1:${String(port)}`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
t.teardown(() => browser.close());
const context = await browser.newContext({
  viewport: { width: 1440, height: 1000 },
  timezoneId: 'America/New_York',
});
const page = await context.newPage();
await page.clock.setFixedTime(startMs + 3_600_000);
const faults: string[] = [];
page.on('pageerror', (error) => faults.push(error.message));
page.on('console', (message) => {
  // Nobody is logged in at first; the records in memory have no stories.
  if (message.type() === 'error' && !/status of 40[14]/.test(message.text())) faults.push(message.text());
});

const see = (selector: string): Promise<void> =>
  page.locator(selector).first().waitFor({ timeout: withinMs });
const shoot = async (name: string): Promise<void> => {
  if (artefacts !== undefined) await page.screenshot({ path: path.join(artefacts, `${name}.png`) });
};

/** Faults that axe calls serious or critical. */
async function axeFaults(of: Page): Promise<readonly string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await of.evaluate(source);
  return of.evaluate<string[]>(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => id + ': ' + nodes[0].html))`);
}

t.test('today is shown; a number opens its calls by keyboard, and Escape leads back', async (t) => {
  await page.goto(`${origin}/login`);
  await page.fill('input[name=user]', '1001');
  await page.fill('input[name=password]', '246801');
  await page.keyboard.press('Enter');
  await see('nav a[href="/reports"]');
  await page.click('nav a[href="/reports"]');
  await see('table.report .whole [data-cell=offered] button');
  t.equal(await page.locator('.whole [data-cell=offered]').innerText(), '59');
  t.match(await page.locator('.report-notes').innerText(), /数据缺口共[\s\S]*公式版本 1/);
  const causes = await page.locator('.report-notes .missed dd').allInnerTexts();
  t.equal(String(causes.reduce((sum, one) => sum + Number(one), 0)), '20', 'all that was not answered');
  t.equal(await page.locator('.whole [data-cell=notAnswered]').innerText(), '20');
  await shoot('reports-hour');
  const cell = page.locator('.whole [data-cell=abandonedInQueue] button');
  await cell.focus();
  await page.keyboard.press('Enter');
  await see('dialog[open] tr[data-contact]');
  t.equal(await page.locator('dialog tr[data-contact]').count(), 20);
  await shoot('reports-calls');
  t.same(await axeFaults(page), []);
  t.match(page.url(), /\/reports\?period=today&list=abandonedInQueue$/);
  await page.locator('dialog tr[data-contact] a').first().click();
  await page.waitForURL(/\/lead\/contacts\//);
  await page.goBack();
  await see('dialog[open] tr[data-contact]');
  t.equal(await page.locator('dialog tr[data-contact]').count(), 20, 'Back finds the list again');
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached', timeout: withinMs });
});

t.test('the table fits the page, in both languages and with groups', async (t) => {
  for (const query of ['', '?period=month&group=queue', '?group=queue&lang=en', '?lang=zh']) {
    await page.goto(`${origin}/reports${query}`);
    await see('table.report .whole');
    const [needed, given] = await page
      .locator('.scroll:has(> .report)')
      .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth] as const);
    t.equal(needed, given, query);
    t.equal(await page.evaluate<number>('document.documentElement.scrollWidth'), 1440, `the page ${query}`);
  }
});

t.test(
  'old numbers by week: led to a person, told only, hung up in the prompt; before and after',
  async (t) => {
    await page.goto(`${origin}/reports`);
    await see('table.report .whole');
    await page.selectOption('select[name=topic]', 'numbers');
    await page.selectOption('select[name=group]', 'state');
    await page.selectOption('select[name=by]', 'week');
    await page.waitForURL(/by=week/);
    const row = page.locator('table.report tbody tr', { hasText: '12300电信申诉热线 · 仅提示期' }).first();
    await row.waitFor({ timeout: withinMs });
    t.equal(await row.locator('[data-cell=excludedPromptOnly]').innerText(), '2');
    t.equal(await row.locator('[data-cell=hungUpInPrompt]').innerText(), '1');
    const led = page.locator('table.report tbody tr', { hasText: '· 提示并转接期' }).first();
    t.equal(await led.locator('[data-cell=answered]').innerText(), '4');
    await shoot('reports-numbers');
    const [needed, given] = await page
      .locator('.scroll:has(> .report)')
      .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth] as const);
    t.equal(needed, given, 'the table fits');
    t.same(await axeFaults(page), []);
    await row.locator('[data-cell=hungUpInPrompt] button').click();
    await see('dialog[open] tr[data-contact]');
    t.equal(await page.locator('dialog tr[data-contact]').count(), 1);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached', timeout: withinMs });
    // A call without a state leads to its list as well.
    const unknown = page.locator('table.report tbody tr', { hasText: '号码状态未知' }).first();
    const answered = await unknown.locator('[data-cell=answered]').innerText();
    await unknown.locator('[data-cell=answered] button').click();
    await see('dialog[open] tr[data-contact]');
    t.equal(String(await page.locator('dialog tr[data-contact]').count()), answered);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached', timeout: withinMs });
  },
);

t.test('days the wrong way round are refused in words of the page', async (t) => {
  await page.fill('input[name=first]', '2026-11-24');
  await page.fill('input[name=last]', '2026-11-23');
  await page.click('.report-wish button[type=submit]');
  t.equal(await page.locator('.report-wish .fault').innerText(), '结束日早于起始日,请修改');
  await page.fill('input[name=n]', '0');
  await page.click('.sample button[type=submit]');
  t.match(await page.locator('.sample .fault').innerText(), /1 至 200/);
  await page.goto(`${origin}/reports`);
  await see('table.report .whole');
});

t.test('by team: what nobody answered stands apart; a sample tells its seed', async (t) => {
  await page.selectOption('select[name=group]', 'team');
  await see('table.report tbody tr:has-text("无人接听")');
  await page.click('.sample button[type=submit]');
  await see('.sample tr[data-contact]');
  t.match(await page.locator('.sample .drawn').innerText(), /自39个来电中抽取10个/);
  await shoot('reports-team');
  t.same(await axeFaults(page), []);
  const text = await page.locator('body').innerText();
  t.same(
    forbiddenWords.filter((one) => text.includes(one)),
    [],
  );
});

t.test('in English; no fault on the way', async (t) => {
  await page.getByRole('button', { name: /英文|English/ }).click();
  await see('h1:has-text("Reports")');
  t.match(await page.locator('.sample .drawn').innerText(), /10 calls drawn out of 39/);
  await shoot('reports-en');
  t.same(faults, []);
});
