// The page of the prompts in a real browser: looked through, heard, recorded over and put back, without a fault for axe.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import t from 'tap';
import { toWav } from '../../src/ivr/telephone-sound.js';
import { openOffice } from '../adapters/office.js';
import { speechLike } from '../speech-like.js';
import { forbiddenWords } from '../web/forbidden-words.js';

const office = await openOffice({ pagesDir: join(process.cwd(), 'dist', 'web') });
await office.server.listen({ host: '127.0.0.1', port: 0 });
const address = office.server.server.address();
const origin = `http://127.0.0.1:${String(typeof address === 'object' && address !== null ? address.port : 0)}`;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
});
t.teardown(() => browser.close());
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const faults: string[] = [];
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
await context.addInitScript(axe);
const page = await context.newPage();
page.on('pageerror', (error) => faults.push(error.message));

async function logIn(user: string): Promise<void> {
  const [name = '', value = ''] = (await office.logIn(user)).cookie.split('=', 2);
  await context.addCookies([{ name, value, url: origin }]);
  await page.goto(`${origin}/prompts`);
  await page.locator('[data-prompt="greet.main"]').waitFor();
}

async function judge(): Promise<readonly string[]> {
  const found = await page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } })
      .axe;
    return (await run()).violations.map(({ id }) => id);
  });
  const text = await page.innerText('body');
  return [...found, ...forbiddenWords.filter((word) => text.includes(word))];
}

const wav = (seconds: number) => ({
  name: '../../录音.wav',
  mimeType: 'audio/wav',
  buffer: Buffer.from(toWav(speechLike(seconds))),
});

t.test('prompts are looked through by text, pinyin without tones, and speed; a sound plays', async (t) => {
  await logIn('hotline');
  t.same(await judge(), []);
  await page.fill('[name=search]', 'nin hao');
  t.equal(await page.locator('[data-prompt]').count(), 1);
  await page.fill('[name=search]', '');
  await page.selectOption('[name=show]', 'slow');
  t.equal(await page.locator('[data-prompt]').getAttribute('data-prompt'), 'queue.place');
  await page.selectOption('[name=show]', 'all');
  const asked = page.waitForResponse((response) => response.url().includes('/greet.main/audio'));
  await page.getByRole('button', { name: '播放 greet-main' }).click();
  t.ok((await asked).ok());
});

t.test('a recording is taken, a bad one refused with its reason, and what was made comes back', async (t) => {
  const sound = page.locator('[data-sound="greet-main"]');
  await page.getByLabel('上传录音 greet-main').setInputFiles(wav(5));
  await page.getByText('greet-main 已换成录音').waitFor();
  t.match(await sound.innerText(), /录音\(已上传\)/);
  t.same(await judge(), []);
  await page.getByLabel('上传录音 greet-main').setInputFiles(wav(11));
  await page.getByText('不得超过 9.0 秒').waitFor();
  await page.getByRole('button', { name: '移除录音 greet-main' }).click();
  await page.getByText('greet-main 已恢复为原来的声音').waitFor();
  t.match(await sound.innerText(), /合成/);
});

t.test('quality staff listen and change nothing; English has every word', async (t) => {
  await context.clearCookies();
  await logIn('quality');
  t.equal(await page.locator('input[type=file]').count(), 0);
  await page.goto(`${origin}/prompts?lang=en`);
  await page.getByText('3 prompts, 5 sounds').waitFor();
  t.same(await judge(), []);
  t.same(faults, []);
});
