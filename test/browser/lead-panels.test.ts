// The supervisor's panels in Chromium over the whole API: 事件提示, limits, openings, the stop list and wishes, each worked by one person and, where it takes two, by another; axe finds nothing.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import t from 'tap';
import type { AgentId } from '../../src/contact/ids.js';
import { citizenNumber, openOffice } from '../adapters/office.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const withinMs = 20_000;
const dayMs = 86_400_000;
const office = await openOffice({ pagesDir: path.resolve(import.meta.dirname, '../../dist/web') });
const { world, server, call, logIn, talk } = office;
await server.listen({ host: '127.0.0.1', port: 0 });
const origin = `http://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
t.teardown(() => browser.close());
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const pictures = process.env['YIHAO_ARTEFACTS'];
const faults: string[] = [];

async function openAs(user: string, to = '/lead'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  await context.addInitScript(axe);
  const [name = '', value = ''] = (await logIn(user)).cookie.split('=', 2);
  await context.addCookies([{ name, value, url: origin }]);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // What the service refuses is told by the browser, too.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
  });
  await page.goto(`${origin}${to}`);
  return page;
}

async function judge(page: Page, name: string): Promise<readonly string[]> {
  if (pictures !== undefined)
    await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
  const found = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  );
  const text = await page.innerText('body');
  return [...(found as string[]), ...forbiddenWords.filter((word) => text.includes(word))];
}

const see = (page: Page, selector: string): Promise<void> =>
  page.locator(selector).first().waitFor({ timeout: withinMs });
const gone = (page: Page, selector: string): Promise<void> =>
  page.locator(selector).waitFor({ state: 'detached', timeout: withinMs });
const audited = (act: string) =>
  world.journal.flatMap(({ facts }) => facts.filter((fact) => fact.type === 'Audited' && fact.act === act));

const contactId = await talk();
const [first, second] = [await openAs('1001'), await openAs('1005')];

t.test('事件提示: typed and heard by one, confirmed by another, live, ended', async (t) => {
  await see(first, '.event-prompts [name=event-text]');
  await first.fill('[name=event-text]', '受暴雨影响,和平路部分小区停电,预计今晚10点前恢复。');
  await first.fill('[name=event-hours]', '0');
  await first.getByRole('button', { name: '合成并试听' }).click();
  await see(first, '.event-prompts .fault:has-text("1 到 168")');
  await first.fill('[name=event-hours]', '4');
  await first.getByRole('button', { name: '合成并试听' }).click();
  const draft = '.event-prompts [data-event][data-state=draft]';
  await see(first, draft);
  const words = await first.locator(draft).innerText();
  t.match(words, /通知：受暴雨影响/, 'as callers hear it');
  t.match(words, /tōng zhī: shòu bào yǔ/, 'its pinyin');
  const [, seconds = ''] = /约 (\d+\.\d) 秒/.exec(words) ?? [];
  t.match(words, /须由另一人确认/);
  t.equal(await first.locator(`${draft} button.main-button`).count(), 0, 'not by who wrote it');
  const heardMs = await first.evaluate<number>(
    `new Promise((heard, failed) => {
      const audio = document.querySelector('.event-prompts [data-state=draft] audio');
      audio.addEventListener('canplaythrough', () => heard(audio.duration * 1000), { once: true });
      audio.addEventListener('error', () => failed(new Error(String(audio.error && audio.error.message))));
      audio.preload = 'auto';
      audio.load();
    })`,
  );
  t.ok(Math.abs(heardMs / 1_000 - Number(seconds)) < 0.1, `${String(heardMs)} ms are ${seconds} s`);
  t.same(await judge(first, 'event-draft'), []);

  await see(second, draft);
  await second.locator(`${draft} button.main-button`).click();
  const live = '.event-prompts [data-event][data-state=live]';
  await see(second, `${live}:has-text("播放中"):has-text("演示五 确认")`);
  await see(first, live);
  t.match(audited('event.confirm'), [{ by: '1005' }]);
  await first.getByRole('button', { name: 'English' }).click();
  await see(first, `${live} button:has-text("End")`);
  t.same(await judge(first, 'event-live-english'), []);
  await first.locator(`${live} button`).last().click();
  await gone(first, live);
  await first.locator('.event-prompts summary').click();
  await see(first, '.event-prompts details [data-state=ended]');
  await gone(second, live);
  await first.getByRole('button', { name: '中文' }).click();
});

t.test('保密: an opening is asked for with a reason, granted by another, used once', async (t) => {
  const seal = { cookie: (await logIn('1001')).cookie, body: {} };
  t.equal((await call(`POST /api/v1/contacts/${contactId}/seal`, seal)).statusCode, 200);
  const story = await openAs('1005', `/lead/contacts/${contactId}`);
  await see(story, '[data-section=sealed] [name=opening-reason]');
  t.equal(await story.locator('[data-act=ask-number]').isDisabled(), true, 'not without a reason');
  await story.fill('[name=opening-reason]', '来电人报警,需要回拨核实');
  await story.click('[data-act=ask-number]');
  await see(story, '[data-section=sealed] [data-opening=open]');
  t.equal(await story.locator('[data-act=agree]').count(), 0, 'not by who asked');
  t.same(await judge(story, 'opening-asked'), []);
  await see(first, '.openings [data-opening=open]:has-text("1005 申请:来电人报警,需要回拨核实")');
  t.same(await judge(first, 'opening-waits'), []);
  await first.locator('.openings [data-act=agree]').click();
  await gone(first, '.openings [data-opening=open]');
  await see(story, '[data-act=show-number]');
  t.notMatch(await story.innerText('body'), citizenNumber);
  await story.click('[data-act=show-number]');
  await see(story, `[data-field=number]:has-text("${citizenNumber}")`);
  await see(story, '[data-opening=used]');
  t.equal(await story.locator('[data-act=show-number]').count(), 0, 'once');
  t.match(audited('opening.agree'), [{ by: '1001' }]);
  await story.context().close();
  world.engine.actOnContact(contactId, { type: 'AgentReleased', agentId: '1001' as AgentId });
});

t.test('强制操作: a wrap-up is extended and ended for an agent, with a reason that he reads', async (t) => {
  const row = '.lead-agents [data-agent="1001"]';
  const order = async (act: string, reason: string) => {
    await second.getByRole('button', { name: /^强制操作:.*1001/ }).click();
    await second.check(`dialog [name=act][value="${act}"]`);
    await second.getByRole('button', { name: '确定' }).click();
    await see(second, 'dialog .fault:has-text("请填写事由")');
    await second.fill('dialog [name=reason]', reason);
    const found = await judge(second, `force-${act.replace('/', '-')}`);
    await second.getByRole('button', { name: '确定' }).click();
    await gone(second, 'dialog');
    return found;
  };
  const seat = await openAs('1001', '/seat');
  await see(second, `${row}[data-state=wrapup]`);
  t.same(await order('wrap-up/extend', '记录未完'), []);
  await see(second, '.lead-agents .done:has-text("已强制延长话后")');
  await see(seat, ':text("已延长您的话后:记录未完")');
  t.same(await order('wrap-up/end', '来电较多'), []);
  await see(second, `${row}[data-state=ready]`);
  await see(seat, ':text("已结束您的话后:来电较多")');
  await second.getByRole('button', { name: /^强制操作:.*1001/ }).click();
  t.equal(await second.locator('dialog [name=act][value^=wrap-up]').count(), 0, 'only in a wrap-up');
  await second.getByRole('button', { name: '取消' }).click();
  t.match(
    audited('agent.act').map((fact) => 'details' in fact && fact.details),
    [
      { act: 'ExtendWrapUp', reason: '记录未完' },
      { act: 'EndWrapUp', reason: '来电较多' },
    ],
  );
  await seat.context().close();
});

t.test('不回拨、不发短信: put on the list, shown masked, taken off', async (t) => {
  await see(first, '.stop-list :text("名单为空")');
  await first.getByRole('button', { name: '列入' }).click();
  await see(first, '.stop-list .fault:has-text("请填写号码")');
  await first.fill('[name=stop-whom]', '13000000002');
  await first.fill('[name=stop-reason]', '本人要求');
  await first.fill('[name=stop-until]', '2026-11-01');
  await first.getByRole('button', { name: '列入' }).click();
  await see(first, '.stop-list .fault:has-text("到期日须晚于现在")');
  await first.fill('[name=stop-until]', '2026-12-31');
  await first.getByRole('button', { name: '列入' }).click();
  await see(first, '[data-stop=stopListed]:has-text("130****0002"):has-text("到 2026年12月31日")');
  await see(first, '.stop-list .done:has-text("已列入:130****0002")');
  await first.fill('[name=stop-whom]', '13000000003');
  await first.fill('[name=stop-reason]', '家暴庇护');
  await first.selectOption('[name=stop-kind]', 'confidential');
  await first.getByRole('button', { name: '列入' }).click();
  await see(first, '[data-stop=confidential]:has-text("保密来电"):has-text("长期")');
  t.notMatch(await first.locator('.stop-list').innerHTML(), /0003|13000000/, 'nobody sees whose it is');
  t.same(await judge(first, 'stop-list'), []);
  await first.getByRole('button', { name: 'English' }).click();
  await see(first, '[data-stop=confidential]:has-text("Confidential"):has-text("for good")');
  t.same(await judge(first, 'stop-list-english'), []);
  await first.getByRole('button', { name: '中文' }).click();
  await first.locator('[data-stop=stopListed] [data-act=end]').press('Enter');
  await gone(first, '[data-stop=stopListed]');
  await see(first, '[data-stop=confidential]');
  t.match(audited('stopList.add'), [{ by: '1001' }, { by: '1001' }]);
  t.match(audited('stopList.end'), [{ by: '1001' }]);
});

t.test('来电人的意愿: entered by number, a wrong one named by its place, none shown', async (t) => {
  await first.fill('[name=wish-numbers]', '13000000004\n不是号码');
  await first.locator('.wishes button').click();
  await see(first, '.wishes .fault:has-text("第 2 个号码"):has-text("不是电话号码")');
  await first.fill('[name=wish-numbers]', '13000000004\n13000000005,13000000006');
  t.equal(await first.locator('[name=wish] option:checked').innerText(), '直接人工');
  await first.locator('.wishes button').click();
  await see(first, '.wishes .done:has-text("已登记 3 个号码")');
  t.equal(await first.inputValue('[name=wish-numbers]'), '');
  t.match(audited('callers.wishes'), [{ by: '1001', details: { count: 3 } }]);
  t.same(await judge(first, 'wishes'), []);
});

t.test('骚扰: a limit is proposed, agreed to by another, reviewed after a week, lifted', async (t) => {
  await first.fill('[name=limit-whom]', '13000000007');
  await first.fill('[name=limit-days]', '14');
  await first.selectOption('[name=limit-level]', 'told');
  await first.fill('[name=limit-reason]', '反复辱骂话务员');
  await first.getByRole('button', { name: '提出' }).click();
  await see(first, '[data-limit=proposed]:has-text("130****0007"):has-text("反复辱骂话务员")');
  t.equal(await first.locator('[data-limit] [data-act=agree]').count(), 0, 'not by who proposed it');
  t.same(await judge(first, 'limit-proposed'), []);
  await second.reload();
  await second.locator('[data-limit=proposed] [data-act=agree]').click();
  await see(second, '[data-limit=inForce]:has-text("生效中")');
  t.equal(await second.locator('[data-limit] :text("请复核")').count(), 0, 'not yet');
  await world.runUntil(world.clock.nowMs() + 7 * dayMs);
  await second.reload();
  await see(second, '[data-limit=inForce]:has-text("请复核")');
  t.same(await judge(second, 'limit-due'), []);
  await second.getByRole('button', { name: '已复核,继续' }).click();
  await gone(second, '[data-limit] :text("请复核")');
  await second.getByRole('button', { name: 'English' }).click();
  await see(second, '[data-limit=inForce]:has-text("in force")');
  await second.locator('[data-limit] [data-act=lift]').click();
  await gone(second, '[data-limit=inForce]');
  t.match(
    ['limit.propose', 'limit.agree', 'limit.review', 'limit.lift'].map((act) => audited(act)),
    [[{ by: '1001' }], [{ by: '1005' }], [{ by: '1005' }], [{ by: '1005' }]],
  );
  t.same(faults, [], 'no fault in any page');
});
