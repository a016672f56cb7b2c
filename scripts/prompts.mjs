// @ts-check
// npm run prompts -- build | measure | script: makes the sounds of ivr-flows/prompts/, measures them, or prints the studio's recording script; make and speak are for the service.

import { SetupFailure } from './install/failure.mjs';
import { readCatalogue } from './prompts/catalogue.mjs';
import { buildSounds, makeSounds } from './prompts/build.mjs';
import { loadCore } from './prompts/core.mjs';
import { measureSounds } from './prompts/measure.mjs';
import { speakAloud } from './prompts/speak-aloud.mjs';
import { printStudioScript } from './prompts/studio-script.mjs';
import { layoutOf, SettingError } from './run/layout.mjs';

const usage = `用法 usage: npm run prompts -- build    合成全部提示音和等候音乐 make every prompt and the hold music
                             measure  测量每个提示音:时长、响度、削波、静音、格式 measure every sound: length, loudness, clipping, silence, form
                             script   打印录音脚本 print the studio's recording script`;

/** @param {string} command */
async function main(command) {
  if (!['build', 'measure', 'script', 'make', 'speak'].includes(command)) {
    console.error(usage);
    return 2;
  }
  if (command === 'speak') return speakAloud();
  const layout = layoutOf(process.env);
  const catalogue = await readCatalogue(layout.flows);
  await report(catalogue.findings);
  if (catalogue.findings.some((finding) => finding.level === 'error')) return 1;
  if (command === 'measure') return measure(layout, catalogue);
  if (command === 'make') await makeSounds(layout, catalogue);
  else if (command === 'script') await printStudioScript(catalogue, console.log);
  else await build(layout, catalogue);
  return 0;
}

/** @param {import('./run/layout.mjs').Layout} layout @param {import('./prompts/catalogue.mjs').Catalogue} catalogue */
async function build(layout, catalogue) {
  const startedMs = Date.now();
  const { sounds, made } = await buildSounds(layout, catalogue, (done, total) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r提示音 prompts ${String(done)}/${String(total)}${done === total ? '\n' : ''}`);
  });
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.log(
    `提示音 ${String(sounds)} 个,新合成 ${String(made)} 个,用时 ${seconds} 秒。 ${String(sounds)} prompts, ${String(made)} made, ${seconds} s.`,
  );
}

/** @param {import('./run/layout.mjs').Layout} layout @param {import('./prompts/catalogue.mjs').Catalogue} catalogue */
async function measure(layout, catalogue) {
  const { measured, findings } = await measureSounds(layout, catalogue);
  await report(findings);
  const longest = measured.toSorted((a, b) => b.figures.durationMs - a.figures.durationMs)[0];
  const levels = measured.map(({ figures }) => figures.speechDb);
  const [quietest, loudest] = [Math.min(...levels), Math.max(...levels)].map((db) => db.toFixed(1));
  if (longest !== undefined) {
    const seconds = (longest.figures.durationMs / 1000).toFixed(1);
    console.log(
      `测量 ${String(measured.length)} 个:响度 ${quietest} 至 ${loudest} dB,最长 ${longest.name} ${seconds} 秒,问题 ${String(findings.length)} 个。`,
    );
    console.log(
      `${String(measured.length)} sounds: ${quietest} to ${loudest} dB, the longest ${longest.name} with ${seconds} s, ${String(findings.length)} findings.`,
    );
  }
  return findings.length === 0 ? 0 : 1;
}

/** @param {readonly import('../src/contact/finding.js').Finding[]} findings */
async function report(findings) {
  const { formatFinding } = await loadCore('contact/finding');
  for (const finding of findings) console.error(`${formatFinding(finding, 'zh')}\n    ${finding.en}`);
}

/** @param {unknown} error */
function sentenceOf(error) {
  if (error instanceof SetupFailure || error instanceof SettingError) return error.message;
  const full = /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOSPC';
  if (!full) throw error;
  return '磁盘已满,请至少腾出 100 MB 后重试。 The disk is full: free at least 100 MB and run it again.';
}

// A reader that has seen enough, like `head`, closes the pipe.
process.stdout.on('error', () => process.exit(0));

try {
  process.exitCode = await main(process.argv[2] ?? '');
} catch (error) {
  console.error(sentenceOf(error));
  process.exitCode = 1;
}
