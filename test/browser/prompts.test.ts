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

t.test('a recording goes into the draft, is heard there, a bad one refused with its reason', async (t) => {
  const sound = page.locator('[data-sound="greet-main"]');
  await page.getByLabel('上传录音 greet-main').setInputFiles(wav(5));
  await page.getByText('greet-main 的录音已存入草稿').waitFor();
  await sound
    .locator('[data-drafted="recorded"]')
    .getByText(/新录音,5\.\d 秒/)
    .waitFor();
  t.match(await sound.innerText(), /合成/, 'what is heard is as it was');
  t.same(await judge(), []);
  const asked = page.waitForResponse((response) =>
    /prompt-recordings\/[0-9a-f]{64}\/audio/.test(response.url()),
  );
  await page.getByRole('button', { name: '试听录音 greet-main' }).click();
  t.ok((await asked).ok());
  await sound
    .locator('[data-drafted] [data-figures]')
    .getByText(/响度 -\d+\.\d dB/)
    .waitFor();
  await page.getByLabel('上传录音 greet-main').setInputFiles(wav(11));
  await page.getByText('不得超过 9.0 秒').waitFor();
});

t.test('made anew it is heard with its figures, and taken instead of the recording', async (t) => {
  const sound = page.locator('[data-sound="greet-main"]');
  await page.getByRole('button', { name: '重新合成 greet-main' }).click();
  await sound
    .locator('.made-anew')
    .getByText(/重新合成,\d+\.\d 秒/)
    .waitFor();
  await sound.locator('.made-anew [data-figures]').waitFor();
  t.same(await judge(), []);
  await page.getByRole('button', { name: '不用录音,用合成的' }).click();
  await page.getByText('greet-main 移除录音已存入草稿').waitFor();
  t.equal(await sound.locator('[data-drafted]').count(), 0, 'the draft is as if nothing had been uploaded');
});

t.test('all are played one after the other, with where they are said and what was measured', async (t) => {
  const player = page.locator('.prompt-player');
  await page.getByRole('button', { name: '依次播放' }).click();
  await player.getByText('流程 12345').waitFor();
  await player.getByText(/响度 -\d+\.\d dB · 无削波/).waitFor();
  await player.getByText('第 1 个,共 4 个').waitFor();
  t.same(await judge(), []);
  await page.getByRole('button', { name: '下一个' }).click();
  t.equal(await player.getAttribute('data-playing'), 'queue-place--n-1', 'one number as an example');
  await page.locator('.prompt-player[data-playing="a-state--1--state-ready"]').waitFor();
  await page.getByRole('button', { name: '停止' }).click();
  await page.check('[name=everySound]');
  await page.getByRole('button', { name: '依次播放' }).click();
  await player.getByText('第 1 个,共 5 个').waitFor();
  await page.getByRole('button', { name: '停止' }).click();
});

t.test(
  'a prompt is added in the draft and taken out again; one that is used stays, its places named',
  async (t) => {
    await page.getByRole('button', { name: '新增提示音' }).click();
    await page.fill('[name=id]', 'greet.main');
    await page.fill('[name=text]', '今天的办理较多，请稍候。');
    await page.fill('[name=when]', '雨天。');
    await page.locator('#fault-id').getByText('编号已有').waitFor();
    await page.getByRole('button', { name: '存入草稿' }).click();
    t.equal(await page.locator(':focus').getAttribute('name'), 'id', 'nothing is written over another');
    await page.fill('[name=id]', 'Rain');
    await page.getByText('id 须为小写字母').waitFor();
    await page.fill('[name=id]', 'rain.more');
    await page.getByRole('button', { name: '合成试听' }).click();
    await page.getByText(/读作 .*秒/).waitFor();
    t.same(await judge(), []);
    await page.getByRole('button', { name: '存入草稿' }).click();
    await page.locator('[data-added="rain.more"]').getByText('今天的办理较多').waitFor();
    t.same(await judge(), []);
    await page.getByRole('button', { name: '删除 rain.more' }).click();
    await page.locator('[data-added="rain.more"]').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '删除 greet.main' }).click();
    await page.getByText('提示音 greet.main 仍在使用,不能删除').waitFor();
    t.match(await page.getByRole('alert').first().innerText(), /flows\/12345\.yaml:\d+ .*greet\.main/);
  },
);

t.test('another administrator listens on the page of publishing before he may publish', async (t) => {
  await page.getByLabel('上传录音 greet-main').setInputFiles(wav(5));
  await page.getByText('greet-main 的录音已存入草稿').waitFor();
  await context.clearCookies();
  const [name = '', value = ''] = (await office.logIn('deputy')).cookie.split('=', 2);
  await context.addCookies([{ name, value, url: origin }]);
  await page.goto(`${origin}/publish`);
  const draft = page.locator('[data-draft="hotline"]');
  await draft.locator('[data-recording="greet-main"]').getByText('未听').waitFor();
  await draft.locator('input[name=reason-hotline]').fill('重录问候');
  t.ok(await draft.getByRole('button', { name: '复核无误,发布' }).isDisabled());
  t.same(await judge(), []);
  await draft.getByRole('button', { name: '试听录音 greet-main' }).click();
  await draft.getByText('✓ 已听').waitFor();
  await draft.getByRole('button', { name: '复核无误,发布' }).click();
  await page.getByText('已发布第 2 版').waitFor();
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
