// Routing explained in Chromium over the whole API: why everybody else was not chosen, what the last calls were for one agent, and how right
// the expected waits were, in both languages; axe finds nothing.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import t from 'tap';
import type { AgentId, DeviceId } from '../../src/contact/ids.js';
import { citizenNumber, openOffice, siteOf, siteTexts } from '../adapters/office.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const withinMs = 20_000;
/** Calls of 12345 ask for tax at 6 at first; a ring lets tax at any level after five minutes. */
const site = siteOf(
  false,
  new Map([
    ...siteTexts,
    [
      'queues.yaml',
      (siteTexts.get('queues.yaml') ?? '').replace(
        'requires: [general]\n',
        'requires: tax >= 6\n  rings: [{ requires: tax, after: 300s }]\n',
      ),
    ],
    [
      'agents.yaml',
      (siteTexts.get('agents.yaml') ?? '')
        .replace('skills: [general, enterprise, tax]', 'skills: [general, enterprise, tax: 8]')
        .replace('skills: [general, enterprise, lang.en]', 'skills: [general, tax: 7, lang.en]')
        .replace('skills: [general, lang.yue]', 'skills: [general, tax: 2, lang.yue]')
        .replace('skills: [general, minor]', 'skills: [general, tax: 9, minor, lang.yue]'),
    ],
  ]),
);
const office = await openOffice({
  site,
  worldSite: site,
  pagesDir: path.resolve(import.meta.dirname, '../../dist/web'),
});
const { world, server, logIn } = office;
await server.listen({ host: '127.0.0.1', port: 0 });
const origin = `http://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
t.teardown(() => browser.close());
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const pictures = process.env['YIHAO_ARTEFACTS'];
const faults: string[] = [];

const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
await context.addInitScript(axe);
const [name = '', value = ''] = (await logIn('1005')).cookie.split('=', 2);
await context.addCookies([{ name, value, url: origin }]);
const page = await context.newPage();
page.on('pageerror', (error) => faults.push(error.message));
page.on('console', (message) => {
  if (message.type() === 'error') faults.push(message.text());
});

async function judge(of: Page, moment: string): Promise<readonly string[]> {
  if (pictures !== undefined)
    await of.screenshot({ path: path.join(pictures, `routing-${moment}.png`), fullPage: true });
  const found = await of.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  );
  const text = await of.innerText('body');
  return [...(found as string[]), ...forbiddenWords.filter((word) => text.includes(word))];
}

const see = (selector: string): Promise<void> =>
  page.locator(selector).first().waitFor({ timeout: withinMs });
const later = async (ms: number): Promise<void> => world.runUntil(world.clock.nowMs() + ms);
const act = (id: string, signal: Parameters<typeof world.engine.actOnAgent>[1]) =>
  world.engine.actOnAgent(id as AgentId, signal);
const dial = () => world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs: null });

for (const id of ['1001', '1002', '1003', '1004', '1006']) {
  world.telephony.setReachable(`d${id}` as DeviceId, true);
  world.telephony.setHabit(`d${id}` as DeviceId, { does: 'answer', afterMs: 1_000, talkMs: 600_000 });
  world.signIn(id as AgentId, `d${id}` as DeviceId);
  await later(1_000);
}
act('1004', { type: 'GoBreak', reason: 'meal', by: 'agent' });
await later(60_000);
const first = dial();
await later(6_000);
const [taken] = world.engine.contacts();

t.test('why this agent: everybody else by reason, with what they were doing', async (t) => {
  t.match(taken?.stage, { at: 'talking' });
  await page.goto(`${origin}/lead/contacts/${taken?.id ?? ''}`);
  await page.locator('.decision summary').click();
  const others = '.decision [data-field=others]';
  await see(`${others} [data-verdict=notReady]:has-text("1004 演示四"):has-text("小休 就餐")`);
  const text = (await page.locator(others).innerText()).split('\n').filter((line) => line !== '');
  t.equal(text.length, 4);
  t.match(text.join('\n'), /空闲较短\(1 人\):1002 演示二/);
  t.match(text.join('\n'), /当时不空闲\(1 人\):1004 演示四/);
  t.match(text.join('\n'), /第 1 环未放开\(1 人\):1003 演示三/);
  t.match(text.join('\n'), /缺少 税务 ≥ 6\(1 人\):1006 演示六/);
  await see('.decision p:has-text("其余签入话务员 4 人")');
  t.same(await judge(page, 'others'), []);
});

t.test('why no calls: the last calls, who got them, and why not this agent', async (t) => {
  await page.goto(`${origin}/routing`);
  await page.getByRole('button', { name: /为何没有来电:1003/ }).click();
  await see(
    'dialog [data-verdict=ringClosed]:has-text("第 1 环未放开"):has-text("1001 演示一"):has-text("空闲")',
  );
  await see('dialog [data-field=state]:has-text("空闲"):has-text("起")');
  t.same(await judge(page, 'no-calls'), []);
  await page.getByRole('button', { name: '关闭' }).click();
  await page.getByRole('button', { name: /为何没有来电:1004/ }).click();
  await see('dialog [data-verdict=notReady]:has-text("小休 就餐")');
  await page.getByRole('button', { name: '关闭' }).click();
});

t.test('how right expected waits were stands beside each queue', async (t) => {
  for (const id of ['1002', '1003', '1006']) act(id, { type: 'GoBreak', reason: 'rest', by: 'agent' });
  await later(1_000);
  const second = dial();
  await later(60_000);
  world.telephony.hangUpCitizen(first);
  await later(100);
  act('1001', { type: 'EndWrapUp', by: 'agent' });
  await later(5_000);
  t.match(
    world.engine.contacts().find(({ stage }) => stage.at === 'talking'),
    { arrival: { channelId: second } },
  );
  const row = world.engine.waits.errors()[0];
  t.equal(row?.answered, 1);
  await page.goto(`${origin}/routing`);
  const mean = Math.round((row?.errorMs ?? 0) / 1_000);
  const shown = '[data-queue=general] [data-coverage=queued]';
  await see(`${shown}:has-text("2026-11-23"):has-text("1 个已接来电中")`);
  const words = await page.locator(shown).innerText();
  t.match(words, row?.within === 1 ? '100.0%' : '0.0%');
  t.ok(mean > 0, words);
  t.match(words, /平均相差 \d+/);
  t.match(await page.locator('[data-queue=general] [data-bound]').innerText(), /1799/);
  t.match(await page.locator('[data-queue=general] [data-ring="1"]').innerText(), /1003 演示三/);
  t.same(await judge(page, 'waits'), []);
});

t.test('all of it in English', async (t) => {
  await page.getByRole('button', { name: /英文/ }).click();
  await see('[data-queue=general] [data-coverage=queued]:has-text("2026-11-23")');
  await page.goto(`${origin}/lead/contacts/${taken?.id ?? ''}`);
  await page.locator('.decision summary').click();
  await see('.decision [data-verdict=notReady]:has-text("not ready"):has-text("Break Meal")');
  await see('.decision [data-verdict=ringClosed]:has-text("ring 1 was not open")');
  t.same(await judge(page, 'others-en'), []);
  t.same(faults, []);
});
