// The pages of accounts in a real browser, over the office of tests: a first log-in by keyboard, making an account, granting a role, the trail.
import axe from 'axe-core';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import t from 'tap';
import { openOffice } from '../adapters/office.js';
import { codesOf } from '../enrolment.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const project = resolve(import.meta.dirname, '../..');
const names = { admin: 'systemAdmin', security: 'securityAdmin', audit: 'auditAdmin' } as const;
const office = await openOffice({
  pagesDir: join(project, 'dist/web'),
  firstAccounts: Object.entries(names).map(([name, role]) => ({
    name,
    role,
    displayName: `演示${name}`,
    password: `given to ${name}`,
  })),
});
await office.server.listen({ host: '127.0.0.1', port: 0 });
const origin = `http://127.0.0.1:${String((office.server.server.address() as AddressInfo).port)}`;
const nowMs = () => office.world.clock.nowMs();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
t.teardown(() => browser.close());

const faults: string[] = [];
/** Left behind by a run, for people to look at. */
const pictures = join(project, '.pictures');
await mkdir(pictures, { recursive: true });

async function openPage(): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    timezoneId: 'America/New_York',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4(?:0[0139])/.test(message.text()))
      faults.push(message.text());
  });
  return page;
}

async function look(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  const text = await page.locator('body').innerText();
  t.same(
    forbiddenWords.filter((word) => text.includes(word)),
    [],
    name,
  );
}

/** By keyboard alone, as the page leads. */
async function logInFirst(page: Page, name: keyof typeof names) {
  const own = `a sentence of ${name.slice(1)} to remember`;
  const type = (text: string) => page.keyboard.type(text);
  await page.goto(`${origin}/login`);
  await page.waitForSelector('input[name=user]:focus');
  await type(name);
  await page.keyboard.press('Tab');
  await type(`given to ${name}`);
  await page.keyboard.press('Enter');
  await page.waitForSelector('input[name=new-password]:focus');
  await look(page, `${name}-password`);
  await type('short');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#password-fault:has-text("12")');
  await page.locator('input[name=new-password]').fill(own);
  await page.keyboard.press('Tab');
  await type(own);
  await page.keyboard.press('Enter');
  await page.waitForSelector('input[name=code]:focus');
  await look(page, `${name}-codes`);
  const code = codesOf((await page.locator('.secret code').innerText()).replaceAll(' ', ''), nowMs);
  await type('000000');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#code-fault:not(:empty)');
  await type(code());
  await page.keyboard.press('Enter');
  await page.waitForURL(`${origin}/`);
  return { own, code };
}

const [admin, security, audit] = [await openPage(), await openPage(), await openPage()];

t.test('a first log-in leads through password and codes; half a log-in gets no further', async (t) => {
  await admin.goto(`${origin}/login`);
  await admin.locator('input[name=user]').fill('admin');
  await admin.locator('input[name=password]').fill('given to admin');
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('input[name=new-password]');
  await admin.goto(`${origin}/accounts`);
  await admin.waitForSelector('input[name=password]:focus');
  t.match(admin.url(), /\/login\?to=/);
  await admin.context().clearCookies();
  const { own, code } = await logInFirst(admin, 'admin');
  await admin.locator('nav button').last().click();
  await admin.waitForSelector('input[name=user]');
  await admin.locator('input[name=user]').fill('admin');
  await admin.locator('input[name=password]').fill(own);
  await admin.keyboard.press('Enter');
  await admin.waitForSelector('input[name=code]:focus');
  await look(admin, 'admin-code');
  await admin.keyboard.type(code());
  await admin.keyboard.press('Enter');
  await admin.waitForURL(`${origin}/`);
});

t.test('an account is made by one administrator and let in by another; a third reads of both', async (t) => {
  await logInFirst(security, 'security');
  await logInFirst(audit, 'audit');
  await admin.goto(`${origin}/accounts`);
  await admin.locator('input[name=account]').fill('li.si');
  await admin.locator('input[name=display-name]').fill('李四');
  await admin.keyboard.press('Enter');
  const password = await admin.locator('.given .password').innerText();
  t.match(password, /^[a-z2-9]{5}(?:-[a-z2-9]{5}){3}$/);
  await admin.waitForSelector('.given:focus');
  await admin.waitForSelector('[data-account="li.si"]');
  await look(admin, 'accounts-system');
  t.equal(await admin.locator('[data-account=admin] button').count(), 0, 'nobody acts on himself');
  t.equal(await admin.locator('table select').count(), 0, 'and he grants nothing');

  await security.goto(`${origin}/accounts`);
  const row = security.locator('[data-account="li.si"]');
  await row.locator('select').selectOption('quality');
  await look(security, 'accounts-security');
  await row.locator('button[type=submit]').click();
  await security.locator('dialog .main-button').click();
  await security.waitForSelector('.done:not(:empty)');
  t.equal((await office.accounts.parts.store.find('li.si'))?.role, 'quality');
  t.equal(await security.locator('input[name=account]').count(), 0, 'she makes nobody');

  await admin.locator('[data-account=security] .grave').click();
  await admin.locator('dialog .main-button').click();
  await admin.waitForSelector('.fault:has-text("最后一个")');

  await audit.goto(`${origin}/audit`);
  await audit.waitForSelector('[data-act="account.role"]');
  await look(audit, 'audit');
  await audit.locator('input[name=account]').fill('li.si');
  await audit.keyboard.press('Enter');
  await audit.locator('tr[data-act]').nth(2).waitFor({ state: 'detached' });
  t.equal(await audit.locator('tr[data-act]').count(), 2);
  await audit.goto(`${origin}/accounts`);
  await audit.waitForSelector('[data-page=refused]');
  t.equal(audit.url(), `${origin}/accounts`, 'not silently elsewhere');
  await audit.goto(`${origin}/nothing`);
  await audit.waitForSelector('[data-page=nothing]');
  const notFound = faults.splice(0);
  t.match(notFound, [/status of 404/], 'which the browser is told, too');
  t.equal(notFound.length, 1);
  await audit.locator('[data-page=nothing] a').click();
  await audit.waitForURL(`${origin}/`);
});

for (const [page, path] of [
  [admin, '/accounts'],
  [security, '/accounts'],
  [audit, '/audit'],
] as const) {
  t.test(`axe finds no fault on ${path}`, async (t) => {
    await page.goto(`${origin}${path}`);
    await page.waitForSelector('tbody tr');
    // Through the debugger: the pages' policy lets no script in.
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })`,
    );
    t.same(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
    );
  });
}

t.test('and nothing went wrong in any page', async (t) => t.same(faults, []));
