// @ts-check
// npm run backup -- [DIR] [--recordings] [--keep N]: one file with everything that cannot be made again, while the service runs or not.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { wordsOf } from './install/main.mjs';
import { layoutOf } from './run/layout.mjs';

const usage = `用法 usage: npm run backup -- [DIR] [--recordings] [--keep N]
  DIR           备份放在哪里,默认 YIHAO_HOME/backups where it goes
  --recordings  录音也复制到 DIR/recordings,只复制新的 recordings, too: those that are new
  --keep N      DIR 中只留最近 N 份 only the newest N stay in DIR`;

/** @returns {{folder: string | undefined, recordings: boolean, keep: number | undefined} | undefined} */
function readArguments() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { recordings: { type: 'boolean' }, keep: { type: 'string' } },
    });
    const keep = values.keep === undefined ? undefined : Number(values.keep);
    if (positionals.length > 1 || (keep !== undefined && !(Number.isInteger(keep) && keep > 0)))
      return undefined;
    return { folder: positionals[0], recordings: values.recordings ?? false, keep };
  } catch {
    return undefined;
  }
}

/** @param {NonNullable<ReturnType<typeof readArguments>>} asked */
async function run({ folder, recordings, keep }) {
  const layout = layoutOf(process.env);
  // Only now is it known that the modules these import are wanted.
  const { backUp } = await import('./backup/back-up.mjs');
  const startedMs = performance.now();
  const made = await backUp(layout, {
    folder: folder ?? path.join(layout.home, 'backups'),
    recordings,
    keep,
  });
  const { tables } = made.manifest;
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(
    `已备份 ${rows} 行、${Object.keys(made.manifest.files).length} 个文件,用时 ${seconds} 秒。 ${rows} rows backed up.`,
  );
  if (made.recordings !== undefined) {
    console.log(
      `录音:新复制 ${made.recordings.copied} 个,已有 ${made.recordings.kept} 个。 Recordings: ${made.recordings.copied} copied, ${made.recordings.kept} were there.`,
    );
  }
  if (folder === undefined) {
    console.log(
      '备份与数据在同一块磁盘上,请再存一份到别处。 It lies on the same disk: keep another elsewhere.',
    );
  }
  console.log(made.file);
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
