// The seat page in a real browser on a real station: a repeat call is marked, another city is chosen, the citizen is led there and comes back, in both languages.
import { chromium, type Page } from 'playwright-core';
import axe from 'axe-core';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createPhone } from '../phones/phone.js';
import { startStation } from '../telephony/station.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const portBase = 15_200;
const sipPort = 15_210;
const origin = `http://127.0.0.1:${String(portBase)}`;
const cityHost = '127.0.0.3';
const cityPort = 15_225;
const [leader, agent] = ['1001', '1004'];
const withinMs = 10_000;
/** Left behind by a run, for people to look at. */
const pictures = '.pictures';
await mkdir(pictures, { recursive: true });

// It is there before Asterisk asks whether the trunk lives.
const city = await createPhone({
  user: '031012345',
  server: { host: '127.0.0.1', port: sipPort },
  bind: { host: cityHost, port: cityPort },
});
t.teardown(() => city.close());
const station = await startStation({
  portBase,
  sipPort,
  rtpStart: 22_600,
  repeats: true,
  policies: [
    ['centreRing: 20s', 'centreRing: 8s'],
    ['greeting: full', 'greeting: short'],
    ['announceAgent: true', 'announceAgent: false'],
  ],
  files: {
    'trunks.yaml': [
      [
        'trunks:\n',
        `trunks:\n  - id: province\n    kind: address\n    addresses: ['${cityHost}']\n    contact: sip:${cityHost}:${String(cityPort)}\n    maxLines: 20\n`,
      ],
    ],
    'other-cities.yaml': [['\n[]\n', "\n- { areaCode: '0310', trunk: province }\n"]],
  },
});
t.teardown(() => station.close());
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
t.teardown(() => browser.close());

const faults: string[] = [];
async function openPage(user: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  // axe is brought into the page past its policy, by the test alone.
  await context.addInitScript(axe.source);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 401/.test(message.text()))
      faults.push(`${page.url()} ${message.text()}`);
  });
  await page.goto(`${origin}/login`);
  await page.fill('input[name=user]', user);
  await page.fill('input[name=password]', await station.pin(user));
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname !== '/login');
  return page;
}
const see = (page: Page, selector: string) => page.locator(selector).first().waitFor({ timeout: withinMs });

/** What axe finds wrong, and words that are not used here. */
async function judge(page: Page, name: string): Promise<readonly string[]> {
  await page.screenshot({ path: join(pictures, `seat-${name}.png`) });
  const found = await page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } })
      .axe;
    return (await run()).violations.map(({ id }) => id);
  });
  const text = await page.innerText('body');
  return [...found, ...forbiddenWords.filter((word) => text.includes(word))];
}

const seat = await station.seat(agent, { onInvite: 'manual' });
const citizen = await station.citizen('4731');
const strip = await openPage(agent);
const word = (state: string) => `.seat-state [data-state=${state}]`;

t.test(
  'the first call of a day is marked by nothing, the second as a repeat, in both languages',
  async (t) => {
    await see(strip, '.seat-state');
    const first = await citizen.call('12345');
    await (await seat.phone.incoming()).answer();
    await see(strip, word('talking'));
    t.equal(await strip.locator('[data-notice=repeat]').count(), 0, 'nobody called before');
    await strip.keyboard.press('Alt+5');
    await first.untilEnded();
    await see(strip, word('wrapup'));
    await strip.keyboard.press('Alt+3');
    await see(strip, word('ready'));

    await citizen.call('12345');
    await (await seat.phone.incoming()).answer();
    await see(strip, word('talking'));
    await see(strip, '[data-notice=repeat]:has-text("重复来电:24 小时内第 2 次")');
    t.equal(await strip.locator('.seat-notices').getAttribute('role'), 'status', 'read out as it comes');
    t.same(await judge(strip, 'repeat'), []);
    await strip.getByRole('button', { name: 'English' }).click();
    await see(strip, '[data-notice=repeat]:has-text("Repeat call: number 2 within 24 h")');
    t.same(await judge(strip, 'repeat-english'), []);
    await strip.getByRole('button', { name: '中文' }).click();
    await see(strip, '[data-notice=repeat]:has-text("重复来电")');
  },
);

t.test('a city that cannot be led to is only told of; one that can is asked about', async (t) => {
  await strip.keyboard.press('Alt+n');
  await see(strip, '.break-reasons h2:has-text("不予受理的原因")');
  await see(strip, '[data-kind]:focus');
  await strip.keyboard.press('Escape');
  await strip.locator('.break-reasons').waitFor({ state: 'detached', timeout: withinMs });
  await strip.keyboard.press('Alt+n');
  await strip.locator('[data-kind=region]').click();
  await see(strip, '.break-reasons h2:has-text("哪个城市")');
  t.equal(await strip.locator('[data-area]').count(), 10, 'every city of the legal route');
  t.same(await judge(strip, 'cities'), []);
  await strip.locator('[data-area="0310"]').click();
  await see(strip, '.break-reasons h2:has-text("邯郸市")');
  t.equal(await strip.locator('[data-city=lead]:focus').innerText(), '转接当地 12345');
  t.equal(await strip.locator('[data-city=tell]').innerText(), '只告知号码');
  t.same(await judge(strip, 'city'), []);
  await strip.keyboard.press('Escape');
});

t.test('led there and not taken: he comes back to the same agent, who is told so beforehand', async (t) => {
  await strip.keyboard.press('Alt+n');
  await strip.locator('[data-kind=region]').click();
  await strip.locator('[data-area="0310"]').click();
  await see(strip, '[data-city=lead]:focus');
  await strip.keyboard.press('Enter');
  await see(strip, ':text("正在转接当地 12345,未接通会转回给您")');
  await see(strip, word('wrapup'));
  t.same(await judge(strip, 'led'), []);
  const ringing = await city.incoming(20_000);
  ringing.reject(486);
  const back = await seat.phone.incoming(30_000);
  await back.answer();
  await see(strip, word('talking'));
  await see(strip, '[data-notice=repeat]:has-text("第 2 次")');
});

t.test('led there and taken: the words are English ones, and the story names the city', async (t) => {
  await strip.getByRole('button', { name: 'English' }).click();
  await strip.keyboard.press('Alt+n');
  await strip.locator('[data-kind=region]:has-text("Another city")').click();
  await see(strip, '.break-reasons h2:has-text("Which city")');
  await strip.locator('[data-area="0310"]').click();
  t.equal(await strip.locator('[data-city=lead]').innerText(), 'Lead him to its 12345');
  t.equal(await strip.locator('[data-city=tell]').innerText(), 'Only tell the number');
  t.same(await judge(strip, 'city-english'), []);
  await strip.locator('[data-city=lead]').click();
  await see(strip, ':text("Being led to its 12345; if nobody answers there he comes back to you")');
  const there = await city.incoming(20_000);
  await there.answer();
  const connected = await station.until('the city', async () =>
    (await station.facts('CityConnected')).at(-1),
  );
  await there.hangUp();
  const lead = await openPage(leader);
  t.match((await station.closedRecord(connected.id)).record, { cityOutcome: 'released' });
  await lead.goto(`${origin}/lead/contacts/${connected.id}`);
  await see(lead, ':text("1004"):text("转接外地 12345:邯郸市")');
  await see(lead, 'dd:has-text("邯郸市,已接通")');
  t.notMatch(await lead.innerText('main'), /区号 0310/);
  t.same(await judge(lead, 'story-city'), []);
  await lead.goto(`${origin}/lead/contacts/${connected.id}?lang=en`);
  await see(lead, 'dd:has-text("邯郸市, answered there")');
  t.same(faults, [], 'no fault in any page');
});
