// @ts-check
// npm run restore -- FILE [--home DIR] [--recordings DIR]: puts a backup into an empty YIHAO_HOME.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { wordsOf } from './install/main.mjs';
import { layoutOf } from './run/layout.mjs';

const usage = `用法 usage: npm run restore -- FILE [--home DIR] [--recordings DIR]
  FILE              npm run backup 做的文件 what npm run backup made
  --home DIR        恢复到哪里,须是空目录,默认 YIHAO_HOME an empty folder
  --recordings DIR  录音备份所在目录 the recordings that were copied beside it`;

/** @returns {{file: string, home: string | undefined, recordings: string | undefined} | undefined} */
function readArguments() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { home: { type: 'string' }, recordings: { type: 'string' } },
    });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) return undefined;
    return { file, home: values.home, recordings: values.recordings };
  } catch {
    return undefined;
  }
}

/** @param {NonNullable<ReturnType<typeof readArguments>>} asked */
async function run({ file, home, recordings }) {
  const layout = layoutOf({ ...process.env, ...(home !== undefined && { YIHAO_HOME: home }) });
  // Only now is it known that the modules these import are wanted.
  const { restore } = await import('./backup/restore.mjs');
  const { siteVersionOf } = await import('./backup/back-up.mjs');
  const restored = await restore(layout, path.resolve(file), recordings);
  const { manifest, migrated } = restored;
  const when = new Date(manifest.madeAtMs).toISOString();
  console.log(`已恢复 ${when} 的备份到 ${layout.home}。 The backup of ${when} is restored.`);
  for (const [table, { rows }] of Object.entries(manifest.tables)) console.log(`  ${table} ${rows}`);
  if (migrated.length > 0) console.log(`表结构已更新 tables updated: ${migrated.join(' ')}`);
  if (restored.recordings !== undefined) console.log(`录音 recordings: ${restored.recordings}`);
  else if (manifest.recordings.files > 0)
    console.log(
      `另有 ${manifest.recordings.files} 个录音不在备份文件里。 ${manifest.recordings.files} recordings are not in this file.`,
    );
  const flows = path.join(layout.home, 'flows');
  const same = (await siteVersionOf(layout.flows)) === manifest.siteVersion;
  console.log(`启动 start: YIHAO_HOME=${layout.home}${same ? '' : ` YIHAO_FLOWS=${flows}`} npm start`);
}

const asked = readArguments();
if (asked === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    await run(asked);
  } catch (error) {
    console.error(wordsOf(error));
    process.exitCode = 1;
  }
}
