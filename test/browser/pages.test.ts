// The pages in a real browser on a real station: one call seen on the board and on the strip, the strip by keyboard alone, a cut connection.
import axe from 'axe-core';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page, type WebSocketRoute } from 'playwright-core';
import t from 'tap';
import { startStation } from '../telephony/station.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const portBase = 19_100;
const origin = `http://127.0.0.1:${String(portBase)}`;
const [leader, agent] = ['1001', '1004'];
const withinMs = 10_000;
/** Left behind by a run, for people to look at. */
const pictures = '.pictures';
await mkdir(pictures, { recursive: true });

const station = await startStation({
  portBase,
  sipPort: 19_110,
  rtpStart: 25_000,
  policies: [
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
});
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
});
t.teardown(async () => {
  await browser.close();
  await station.close();
});

const faults: string[] = [];
/** Everything a page showed, looked at once more at the end. */
const shown = new Map<string, string[]>();

/** A page in a browser of its own, in a zone far from the site's: the page must not care. */
async function openPage(name: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1920, height: 1080 },
    timezoneId: 'America/New_York',
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
  page.on('console', (message) => {
    // A refused log-in is told by the browser, too.
    if (message.type() === 'error' && !/status of 401/.test(message.text()))
      faults.push(`${name}: ${message.text()}`);
  });
  shown.set(name, []);
  return page;
}

/** Keeps what a page says, and a picture of it for whoever wants to look. */
async function look(name: string, page: Page, moment: string): Promise<void> {
  shown.get(name)?.push(await page.locator('body').innerText());
  await page.screenshot({ path: join(pictures, `${name}-${moment}.png`), animations: 'disabled' });
}

/** What keeps people from using a page, by axe's rules for WCAG 2.1 AA. */
async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const see = (page: Page, selector: string): Promise<void> =>
  page.locator(selector).first().waitFor({ timeout: withinMs });
const tile = (state: string, id = agent): string => `[data-agent="${id}"][data-state="${state}"]`;
const word = (state: string): string => `.seat-state [data-state="${state}"]`;
/** With its link where it leads to its calls. */
const figureIs = (name: string, value: string): string =>
  `:is([data-figure="${name}"], [data-figure="${name}"] a):text-is("${value}")`;

async function logIn(page: Page, user: string, password: string): Promise<void> {
  await page.goto(`${origin}/login`);
  await see(page, 'input[name=user]:focus');
  await page.keyboard.type(user);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

const seat = await station.seat(agent, { ready: false, onInvite: 'manual' });
const citizen = await station.citizen('4711');
const [wall, strip, kiosk] = [await openPage('wall'), await openPage('strip'), await openPage('kiosk')];
const lead = await openPage('lead');

/** The board's connection: held here, so that it can be cut and refused. */
const line: { open: boolean; route?: WebSocketRoute } = { open: true };
await wall.routeWebSocket(/\/ws$/, (route) => {
  if (!line.open) {
    void route.close();
    return;
  }
  route.connectToServer();
  line.route = route;
});
/** The call that was taken. */
let answered = '';
const kioskFrames: string[] = [];
kiosk.on('websocket', (socket) =>
  socket.on('framereceived', ({ payload }) => kioskFrames.push(String(payload))),
);

t.test(
  'logging in: a wrong password is refused in plain words, the right one leads to the own page',
  async (t) => {
    await logIn(wall, leader, 'wrong');
    await see(wall, '#login-fault:has-text("工号或密码有误")');
    t.same(await barriers(wall), []);
    await look('wall', wall, 'refused');
    await logIn(wall, leader, await station.pin(leader));
    await see(wall, '.board');
    await logIn(strip, agent, await station.pin(agent));
    await see(strip, '.seat-state');
    t.match(strip.url(), /\/seat$/);
    t.equal(await wall.locator('html').getAttribute('lang'), 'zh-CN');
    await logIn(lead, leader, await station.pin(leader));
    await see(lead, '.board');
    await lead.getByRole('link', { name: '班长台' }).click();
    await see(lead, '.lead-agents');
  },
);

t.test('a screen with a token shows the board without log-in and menus', async (t) => {
  const token = (await readFile(join(station.home, 'secrets', 'kiosk'), 'utf8')).trim();
  await kiosk.goto(`${origin}/?kiosk=${token}`);
  await see(kiosk, '.board');
  t.equal(await kiosk.locator('nav, a, button').count(), 0);
  const { width = 0, height = 0 } = kiosk.viewportSize() ?? {};
  const fits = await kiosk.evaluate<[number, number]>(
    '[document.body.scrollWidth, document.body.scrollHeight]',
  );
  t.same(fits, [width, height], 'it fits a screen of 1920 x 1080');
});

t.test(
  'a call is seen on both pages, and taken by keyboard, from waiting to the end of the wrap-up',
  async (t) => {
    const call = await citizen.call('12345');
    await see(wall, figureIs('waiting', '1'));
    await see(kiosk, figureIs('waiting', '1'));
    await see(wall, '.call-list a:text-is("0311-****4711")');
    t.equal(await kiosk.locator('nav, a, button').count(), 0, 'no figure of a screen leads anywhere');
    await wall.locator('[data-figure=waiting] a').press('Enter');
    await see(wall, '.call-list h2:focus');
    await see(wall, '.call-list .narrowed:has-text("排队")');
    await wall.locator('.call-list a:text-is("0311-****4711")').press('Enter');
    await wall.waitForURL(/\/lead\/contacts\//);
    await wall.goBack();
    await see(wall, '.call-list a:text-is("0311-****4711")');
    await wall.locator('.call-list a:text-is("全部来电")').press('Enter');
    await wall.locator('.call-list .narrowed').waitFor({ state: 'detached', timeout: withinMs });
    await see(lead, '.waiting li:has-text("0311-****4711")');

    await strip.keyboard.press('Alt+1');
    const ringing = await seat.phone.incoming();
    await Promise.all([
      see(strip, word('ringing')),
      ...[wall, kiosk, lead].map((page) => see(page, tile('ringing'))),
    ]);
    t.match(await strip.locator('[data-live=call]').innerText(), '来电', 'a screen reader says who calls');
    await look('strip', strip, 'ringing');

    await ringing.answer();
    await Promise.all([
      see(strip, word('talking')),
      see(wall, tile('talking')),
      see(lead, tile('talking')),
      see(kiosk, figureIs('talking', '1')),
    ]);
    t.equal(await strip.locator('[data-field=caller]').innerText(), '0311-****4711');
    await look('wall', wall, 'talking');
    await look('kiosk', kiosk, 'talking');

    await strip.keyboard.press('Alt+8');
    await Promise.all([see(strip, word('hold')), see(wall, tile('hold')), see(lead, tile('hold'))]);
    await strip.keyboard.press('Alt+8');
    await Promise.all([see(strip, word('talking')), see(lead, tile('talking'))]);
    await strip.keyboard.press('Alt+6');
    await see(strip, '.seat:has-text("录音已暂停")');
    await strip.keyboard.press('Alt+6');
    await see(strip, '.seat:has-text("录音中")');
    await strip.keyboard.press('Alt+0');
    await see(lead, `${tile('talking')}.asks`);
    await look('lead', lead, 'help');

    // Kind of request: 求助; outcome: 转办; district; saved.
    for (const key of ['Alt+7', 'Space', 'ArrowRight', 'Tab', 'Space', 'ArrowRight', 'Tab'])
      await strip.keyboard.press(key);
    await strip.keyboard.type('长安区');
    await strip.keyboard.press('Enter');
    await see(strip, '[data-live=saved]:has-text("诉求登记已保存")');
    await look('strip', strip, 'noted');
    const { body } = await station.api('GET', '/api/v1/live');
    const [contact] = body['contacts'] as { contactId: string; disposition: object }[];
    answered = contact?.contactId ?? '';
    t.same(contact?.disposition, { category: 'help', outcome: 'dispatch', district: '长安区' });

    await strip.keyboard.press('Alt+5');
    await Promise.all([see(strip, word('wrapup')), see(wall, tile('wrapup')), see(lead, tile('wrapup'))]);
    await see(strip, '.seat-state:has-text("剩余")');
    await look('strip', strip, 'wrap-up');
    await call.untilEnded();
    await strip.keyboard.press('Alt+3');
    await Promise.all([see(strip, word('ready')), see(wall, tile('ready')), see(kiosk, tile('ready'))]);
  },
);

t.test('a citizen who gives up stands on the list to reach; his story tells why', async (t) => {
  await strip.keyboard.press('Alt+2');
  await see(strip, '.break-reasons button:focus');
  await strip.keyboard.press('Enter');
  await see(strip, word('break'));
  const other = await station.citizen('4722');
  const call = await other.call('12345');
  await see(lead, '.waiting li:has-text("0311-****4722")');
  const { body } = await station.api('GET', '/api/v1/live');
  const [waiting] = body['contacts'] as { contactId: string }[];
  await station.until('record of a call that waits', async () => {
    const { status } = await station.api('GET', `/api/v1/contacts/${waiting?.contactId ?? ''}`);
    return status === 200 || undefined;
  });
  await lead.locator('.waiting a:has-text("0311-****4722")').click();
  await see(lead, '[data-section=who-now] [data-ring="0"]:has-text("1004 演示四")');
  await look('lead', lead, 'who-now');
  t.same(await barriers(lead), []);
  await lead.getByRole('link', { name: '返回班长台' }).click();
  await see(lead, '.waiting li:has-text("0311-****4722")');
  await call.hangUp();
  await see(lead, '.unreached tr:has-text("0311-****4722")');
  await look('lead', lead, 'unreached');
  await lead.locator('.unreached a:has-text("0311-****4722")').click();
  await see(lead, '.time-line li[data-fact=ContactArrived]');
  await see(lead, '.time-line li[data-fact=ContactEnded]');
  await look('lead', lead, 'story');
  t.same(await barriers(lead), []);
  await lead.getByRole('link', { name: '返回班长台' }).click();
  await see(lead, '.unreached tr:has-text("0311-****4722")');
});

t.test(
  'a broadcast reaches the strip, is confirmed by keyboard, and its sender sees who has read it',
  async () => {
    await lead.fill('[name=broadcast]', '暴雨红色预警,请按提示答复');
    await lead.keyboard.press('Enter');
    await see(strip, '.notice:has-text("暴雨红色预警")');
    await look('strip', strip, 'notice');
    await strip.keyboard.press('Alt+Enter');
    await strip.locator('.notice').waitFor({ state: 'detached', timeout: withinMs });
    await see(lead, '.broadcasts li:has-text("1")');
    await strip.keyboard.press('Alt+1');
    await Promise.all([see(strip, word('ready')), see(wall, tile('ready')), see(lead, tile('ready'))]);
  },
);

t.test('what the strip says of a caller; his wish is forgotten, help asked, a minor sent on', async (t) => {
  const wish = { callers: [{ number: '031100004711', wish: 'person' }] };
  t.equal((await station.api('POST', '/api/v1/caller-wishes', wish)).status, 200);
  const call = await citizen.call('12345');
  await (await seat.phone.incoming()).answer();
  await see(strip, word('talking'));
  await see(strip, '[data-notice=wish]:has-text("person")');
  t.equal(await strip.locator('.seat-notices').getAttribute('role'), 'status', 'read out as it comes');
  t.same(await barriers(strip), []);
  await look('strip', strip, 'notices');
  await strip.getByRole('button', { name: '不再记住' }).press('Enter');
  await strip.locator('[data-notice=wish]').waitFor({ state: 'detached', timeout: withinMs });
  const kept = await station.until('wish forgotten', async () => (await station.facts('WishKept')).at(-1));
  t.match(kept, { wish: null, by: agent });

  await strip.keyboard.press('Alt+0');
  await see(strip, '[data-notice=help]:has-text("已求助班长")');
  // With nobody else for minors signed in the talk goes on, sealed.
  await strip.keyboard.press('Alt+m');
  await see(strip, '[data-tag=sealed]:has-text("未成年人来电")');
  await see(strip, word('talking'));
  await look('strip', strip, 'minor');
  await strip.keyboard.press('Alt+5');
  await see(strip, word('wrapup'));
  await call.untilEnded();
  await strip.keyboard.press('Alt+3');
  await Promise.all([see(strip, word('ready')), see(wall, tile('ready')), see(lead, tile('ready'))]);
});

t.test('why no calls, why this agent, who has which skill, and what if he left', async (t) => {
  await lead.getByRole('button', { name: '为何没有来电:1004 演示四' }).click();
  await see(lead, 'dialog [data-queue=general][data-reason=nobodyWaits]:has-text("无人排队")');
  await see(lead, 'dialog [data-queue=enterprise]:has-text("缺少 企业服务")');
  await look('lead', lead, 'no-calls');
  t.same(await barriers(lead), []);
  await lead.getByRole('button', { name: '关闭' }).click();

  await lead.goto(`${origin}/lead/contacts/${answered}`);
  await lead.locator('.decision summary').click();
  await see(lead, '.decision [data-scored="1004"]:has-text("1004 演示四"):has-text("选中")');
  await see(lead, '.time-line p:has-text("1004 演示四")');
  await look('lead', lead, 'why');
  t.same(await barriers(lead), []);

  await lead.getByRole('link', { name: '技能与派话' }).click();
  await see(lead, '[data-skill=minor] [data-count=ready]:text-is("1")');
  await see(lead, '[data-queue=general] [data-ring="0"]:has-text("1004 演示四")');
  await see(lead, '[data-queue=general] [data-bound]:has-text("1799")');
  await see(lead, '[data-queue=general] [data-expected]:has-text("现在来电不必等候")');
  await see(lead, '[data-queue=enterprise] [data-expected]:has-text("无人签入可接")');
  t.same(await barriers(lead), []);
  await lead.getByRole('button', { name: '假如 1004 演示四' }).click();
  await see(lead, 'select[name=presence]:focus');
  await lead.selectOption('[name=presence]', 'signedOut');
  await lead.getByRole('button', { name: '看结果' }).click();
  await see(lead, '.what-if [data-queue=minors].left-empty:has-text("将无人可接")');
  t.same(await barriers(lead), []);
  await look('lead', lead, 'skills');
  await lead.getByRole('button', { name: /英文/ }).click();
  await see(lead, '.skill-cover:has-text("Cantonese")');
  await look('lead', lead, 'skills-en');
  await lead.getByRole('button', { name: /中文/ }).click();
  await lead.goto(`${origin}/lead`);
  await see(lead, tile('ready'));
});

t.test('cut off, the board says so and stands still; back again it agrees with the service', async (t) => {
  line.open = false;
  await line.route?.close();
  await see(wall, '.stale:has-text("连接中断,数据停留在")');
  await see(wall, '.board.is-stale');
  await look('wall', wall, 'cut');
  // Meanwhile the agent takes a break, by keyboard: the first reason has the focus.
  await strip.keyboard.press('Alt+2');
  await see(strip, '.break-reasons button:focus');
  await strip.keyboard.press('Enter');
  await see(strip, word('break'));
  t.equal(await wall.locator(tile('ready')).count(), 1, 'the board still shows what it last knew');

  // Longer than any frame may keep one waiting.
  await wall.waitForTimeout(10_000);
  line.open = true;
  // By then the pause before the next try has grown to at most 5 s.
  await wall.locator(tile('break')).waitFor({ timeout: 5_000 + withinMs });
  await see(wall, '.board:not(.is-stale)');
  const { body } = await station.api('GET', '/api/v1/live');
  const live = (body['agents'] as { agentId: string; state: string }[]).filter(
    ({ state }) => state !== 'offline',
  );
  const tiles = await wall
    .locator('[data-agent]')
    .evaluateAll((all: readonly { readonly dataset: Record<string, string> }[]) =>
      all.map(({ dataset }) => [dataset['agent'], dataset['state']]),
    );
  t.same(
    tiles,
    live.map(({ agentId, state }) => [agentId, state]),
  );
});

t.test('both pages in English, and back', async (t) => {
  for (const [name, page, words] of [
    ['wall', wall, 'Waiting now'],
    ['strip', strip, 'Go ready'],
    ['lead', lead, 'Broadcast'],
  ] as const) {
    await look(name, page, 'end');
    const button = page.getByRole('button', { name: /英文|English/ });
    await button.click();
    t.match(await page.locator('body').innerText(), words);
    t.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.screenshot({ path: join(pictures, `${name}-en.png`) });
    await page.getByRole('button', { name: /Chinese|中文/ }).click();
    t.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  }
});

t.test('no page keeps anybody out: axe finds nothing serious', async (t) => {
  for (const [name, page] of [
    ['wall', wall],
    ['strip', strip],
    ['kiosk', kiosk],
    ['lead', lead],
  ] as const)
    t.same(await barriers(page), [], name);
});

t.test(
  'the screen on the wall has neither names nor numbers, in what it shows and in what it is sent',
  async (t) => {
    const told = [...(shown.get('kiosk') ?? []), ...kioskFrames].join('\n');
    t.ok(kioskFrames.length > 3, `${String(kioskFrames.length)} frames`);
    t.match(told, agent);
    for (const secret of ['演示', '4711', 'callerMasked', 'contactId', '****'])
      t.notOk(told.includes(secret), secret);
  },
);

t.test('no page said a word that is not used here, and no page failed', async (t) => {
  for (const [name, texts] of shown) {
    t.ok(texts.length > 0, name);
    t.same(
      forbiddenWords.filter((one) => texts.some((text) => text.includes(one))),
      [],
      name,
    );
  }
  t.same(faults, []);
});
