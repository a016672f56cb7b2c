// Short messages in Chromium over the whole API: the agent's strip reads a reply out as it comes, the call's story shows it to those who lead; in both languages, without a fault for axe.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import t from 'tap';
import type { AgentId, ContactId, DeviceId } from '../../src/contact/ids.js';
import { citizenNumber, openOffice } from '../adapters/office.js';
import { signed } from '../adapters/office-messages.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const withinMs = 15_000;
const office = await openOffice({ pagesDir: path.resolve(import.meta.dirname, '../../dist/web') });
const { world, server, call, logIn } = office;
await server.listen({ host: '127.0.0.1', port: 0 });
const origin = `http://127.0.0.1:${String((server.server.address() as AddressInfo).port)}`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
t.teardown(() => browser.close());
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const pictures = process.env['YIHAO_ARTEFACTS'];
const faults: string[] = [];
/** No page may hold it, however it is masked. */
const numberParts = /13000000001|130\*{4}0001/;

async function openAs(user: string, to: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    timezoneId: 'America/New_York',
  });
  await context.addInitScript(axe);
  const [name = '', value = ''] = (await logIn(user)).cookie.split('=', 2);
  await context.addCookies([{ name, value, url: origin }]);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(`${origin}${to}`);
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

const see = (page: Page, selector: string): Promise<void> =>
  page.locator(selector).first().waitFor({ timeout: withinMs });
const passes = (ms: number): Promise<void> => world.runUntil(world.clock.nowMs() + ms);

/** What the gateway tells, signed. */
async function told(what: 'reports' | 'replies', word: object): Promise<void> {
  const payload = JSON.stringify(word);
  const { statusCode } = await server.inject({
    method: 'POST',
    url: `/api/v1/messages/${what}`,
    headers: { host: 'hotline.test', ...signed(payload, world.clock.nowMs()) },
    payload,
  });
  t.equal(statusCode, 200);
}

world.signIn('1002' as AgentId, 'd1002' as DeviceId);
world.telephony.call({ ani: citizenNumber, dnis: '12345', patienceMs: null });
await passes(6_000);
const contactId = (world.engine.contacts().find(({ stage }) => stage.at === 'talking')?.id ??
  '') as ContactId;
const strip = await openAs('1002', '/seat');
const messages = '.seat [data-section=messages]';
const live = '[data-live=reply]';

t.test('a message is shown on the strip with what became of it', async (t) => {
  await see(strip, '.seat-state [data-state=talking]');
  t.equal(await strip.locator(messages).count(), 0, 'none was sent');
  t.equal(await strip.locator(live).innerText(), '');
  const sent = await call(`POST /api/v1/contacts/${contactId}/messages`, {
    cookie: (await logIn('1002')).cookie,
    body: { templateId: 'sms.text' },
  });
  t.equal(sent.statusCode, 202);
  await see(strip, `${messages} [data-message=queued]:has-text("1002 发送 sms.text · 待发送")`);
  const { messageId } = sent.json<{ messageId: string }>();
  await told('reports', { id: 'r1', messageId, status: 'delivered' });
  await see(strip, `${messages} [data-message=delivered]:has-text("已送达")`);
  t.same(await judge(strip, 'strip-message'), []);
});

t.test('a reply is read out as soon as it comes, and stands out until it was seen', async (t) => {
  await told('replies', { id: 'p1', from: citizenNumber, text: '和平路 3 号,有人跟着我' });
  await see(strip, `${messages} [data-reply]:has-text("来电人回复 和平路 3 号,有人跟着我")`);
  t.equal(await strip.locator(live).getAttribute('aria-live'), 'assertive');
  t.equal(await strip.locator(live).textContent(), '来电人回复短信:和平路 3 号,有人跟着我');
  await see(strip, '[data-notice=reply]:has-text("来电人回复了短信")');
  t.same(await judge(strip, 'strip-reply'), []);
  await strip.getByRole('button', { name: '已阅' }).press('Enter');
  await strip.locator('[data-notice=reply]').waitFor({ state: 'detached', timeout: withinMs });
  t.equal(await strip.locator(live).textContent(), '');
  await see(strip, `${messages} [data-reply]:has-text("和平路")`);
});

t.test('after the talk, too, in English words', async (t) => {
  world.engine.actOnContact(contactId, { type: 'AgentReleased', agentId: '1002' as AgentId });
  await passes(1_000);
  await see(strip, '.seat-state [data-state=wrapup]');
  await strip.getByRole('button', { name: 'English' }).click();
  await told('replies', { id: 'p2', from: citizenNumber, text: 'OK' });
  await see(strip, '[data-notice=reply]:has-text("The caller replied to a short message")');
  t.equal(await strip.locator(live).textContent(), 'The caller replied by short message: OK');
  await see(strip, `${messages} [data-message=delivered]:has-text("1002 sent sms.text · delivered")`);
  t.equal(await strip.locator(`${messages} [data-reply]`).count(), 2);
  t.same(await judge(strip, 'strip-reply-english'), []);
});

t.test('the story shows them to those who lead, and of a sealed call no number', async (t) => {
  const lead = await openAs('1005', `/lead/contacts/${contactId}`);
  const section = '.contact-story [data-section=messages]';
  await see(lead, `${section} [data-message=delivered]:has-text("1002 发送 sms.text · 已送达")`);
  await see(lead, `${section} [data-reply]:has-text("和平路 3 号,有人跟着我")`);
  t.same(await judge(lead, 'story-messages'), []);
  const seal = await call(`POST /api/v1/contacts/${contactId}/seal`, {
    cookie: (await logIn('1005')).cookie,
    body: {},
  });
  t.equal(seal.statusCode, 200);
  await lead.reload();
  await see(lead, `${section} [data-reply]:has-text("和平路 3 号,有人跟着我")`);
  t.notMatch(await lead.content(), numberParts);
  await lead.goto(`${origin}/lead/contacts/${contactId}?lang=en`);
  await see(lead, `${section}:has-text("Short messages") [data-reply]:has-text("The caller replied OK")`);
  t.same(await judge(lead, 'story-messages-english'), []);
  t.same(faults, [], 'no fault in any page');
});
