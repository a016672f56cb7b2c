// Experts' duty in Chromium over the whole API: who is on duty, a swap proposed by one and agreed to by the other, in both languages; axe finds nothing.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import t from 'tap';
import { openOffice, siteOf, siteTexts, startMs } from '../adapters/office.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const site = siteOf(
  false,
  new Map([
    ...siteTexts,
    [
      'departments.yaml',
      `- { id: fund, name: 公积金, en: Housing fund, cover: [{ on: every, from: '08:00', to: '20:00' }] }
- { id: tax, name: 税务, en: Tax }
`,
    ],
    [
      'experts.yaml',
      `- { id: '8001', name: 甲, department: fund, agent: '1003' }
- { id: '8002', name: 乙, department: fund, agent: '1004' }
- { id: '8003', name: 丙, department: tax, phone: '031166600803' }
`,
    ],
    ['duty.yaml', "- { expert: '8001', on: every, from: '08:00', to: '18:00' }\n"],
  ]),
);
const office = await openOffice({ site, pagesDir: path.resolve(import.meta.dirname, '../../dist/web') });
await office.server.listen({ host: '127.0.0.1', port: 0 });
const origin = `http://127.0.0.1:${String((office.server.server.address() as AddressInfo).port)}`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
t.teardown(() => browser.close());
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const pictures = process.env['YIHAO_ARTEFACTS'];
const faults: string[] = [];

/** The page, as this one sees it. */
async function openAs(name: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    timezoneId: 'America/New_York',
  });
  await context.addInitScript(axe);
  const [cookie = '', value = ''] = (await office.logIn(name)).cookie.split('=', 2);
  await context.addCookies([{ name: cookie, value, url: origin }]);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
  });
  await page.clock.setFixedTime(startMs);
  await page.goto(`${origin}/experts`);
  await page.locator('[data-department=fund]').waitFor();
  return page;
}

async function judge(page: Page, name: string): Promise<readonly string[]> {
  if (pictures !== undefined) await page.screenshot({ path: path.join(pictures, `${name}.png`) });
  const found = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  );
  const text = await page.innerText('body');
  return [...(found as string[]), ...forbiddenWords.filter((word) => text.includes(word))];
}

t.test('on duty, gaps and the week; an expert asks to swap, and his colleague agrees', async (t) => {
  const first = await openAs('1003');
  t.match(await first.locator('[data-department=fund]').innerText(), /8001 甲 至 18:00[\s\S]*18:00–20:00/);
  t.match(await first.locator('[data-department=tax]').innerText(), /无人在岗/);
  t.equal(await first.locator('tr[data-expert="8001"] td span').count(), 7);
  t.match(await first.locator('tr[data-expert="8003"]').innerText(), /外线/);
  t.notMatch(await first.innerText('body'), /00000803/);
  t.same(await judge(first, 'experts-zh'), []);

  await first.click('button[type=submit]');
  t.match(await first.locator('.duty-form .fault').innerText(), /起止时间/);
  await first.fill('[name=duty-from]', '2026-11-23T14:00');
  await first.fill('[name=duty-to]', '2026-11-23T19:00');
  await first.selectOption('[name=duty-giver]', '8001');
  await first.selectOption('[name=duty-taker]', '8002');
  await first.click('button[type=submit]');
  await first.locator('.duty-form .fault', { hasText: '让出的时段' }).waitFor();
  t.equal(await first.inputValue('[name=duty-giver]'), '8001', 'what was typed stays');
  await first.fill('[name=duty-to]', '2026-11-23T16:00');
  await first.click('button[type=submit]');
  await first.locator('[data-change=proposed]').waitFor();
  t.equal(await first.locator('[data-change] button').count(), 0, 'not agreed to by who proposed it');

  const second = await openAs('1004');
  await second.locator('[data-change=proposed] [data-act=agree]').click();
  await second.locator('[data-change=inForce]').waitFor();
  t.match(
    await second.locator('[data-change]').innerText(),
    /14:00–16:00.*8001 甲 让出,8002 乙 接替.*已生效/,
  );
  t.match(await second.locator('tr[data-expert="8002"]').innerText(), /14:00–16:00/);
});

t.test('in English', async (t) => {
  const page = await openAs('1001');
  await page.getByRole('button', { name: /English/ }).click();
  await page.getByRole('heading', { name: 'Expert seats and duty' }).waitFor();
  t.match(await page.locator('[data-department=fund]').innerText(), /Housing fund[\s\S]*8001 甲 until/);
  t.same(await judge(page, 'experts-en'), []);
  t.same(faults, []);
});
