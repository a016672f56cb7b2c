// @ts-check
// npm run flows: reads and checks everything a hotline's office edits, and tells what callers of a number hear.

import { parseArgs } from 'node:util';
import { numberUsage, tellNumber } from './flows/number.mjs';
import { loadCore } from './prompts/core.mjs';
import { layoutOf, SettingError } from './run/layout.mjs';

const usage = `用法 usage: npm run flows -- check [--dir DIR]
  检查流程、号码、队列、话务员、节假日、提示音和策略 check flows, numbers, queues, agents, holidays, prompts and policies
${numberUsage}
  --dir DIR  所用目录,默认 ivr-flows 或 YIHAO_FLOWS the folder`;

/** @param {string} dir */
async function check(dir) {
  const { readSiteFiles } = await loadCore('adapters/files/site-files');
  const { checkSiteTexts } = await loadCore('site/parse-site');
  const { formatFinding } = await loadCore('contact/finding');
  const files = await readSiteFiles(dir);
  const checked = checkSiteTexts(files, { nowMs: Date.now() });
  const findings = checked.ok ? checked.warnings : checked.findings;
  for (const finding of findings) {
    const mark = finding.level === 'error' ? '错误 error' : '提醒 warning';
    console.log(`${formatFinding(finding, 'zh')} [${mark}]\n    ${finding.en}`);
  }
  const errors = findings.filter(({ level }) => level === 'error').length;
  const counts = [files.size, errors, findings.length - errors].map(String);
  console.log(
    `${counts[0]} 个文件,${counts[1]} 处错误,${counts[2]} 处提醒。 ${counts.join(' / ')} files / errors / warnings.`,
  );
  return errors === 0 ? 0 : 1;
}

/** @returns {{ command: string, more: string[], values: { dir?: string | undefined, on?: string | undefined, from?: string | undefined } } | undefined} */
function readArguments() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { dir: { type: 'string' }, on: { type: 'string' }, from: { type: 'string' } },
    });
    const [command = '', ...more] = positionals;
    return { command, more, values };
  } catch {
    return undefined;
  }
}

const asked = readArguments();
try {
  const dir = asked?.values.dir ?? layoutOf(process.env).flows;
  const [number, ...others] = asked?.more ?? [];
  if (asked?.command === 'check' && number === undefined) process.exitCode = await check(dir);
  else if (asked?.command === 'number' && number !== undefined && others.length === 0)
    process.exitCode = await tellNumber(dir, { number, on: asked.values.on, from: asked.values.from });
  else {
    console.error(usage);
    process.exitCode = 2;
  }
} catch (error) {
  const { code, details } = /** @type {{ code?: string, details?: unknown }} */ (error);
  if (!(error instanceof SettingError) && code !== 'CONFIG_INVALID') throw error;
  console.error(
    code === 'CONFIG_INVALID' ? `不能读取。 Cannot be read: ${JSON.stringify(details)}` : String(error),
  );
  process.exitCode = 1;
}
