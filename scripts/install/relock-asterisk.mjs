// @ts-check
// node scripts/install/relock-asterisk.mjs: records the Asterisk now in YIHAO_CACHE as the tested set; a maintainer runs it after the whole suite passed on it.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findAsterisk } from '../run/asterisk-program.mjs';
import { layoutOf } from '../run/layout.mjs';
import { LOCK_FILE } from './asterisk.mjs';

const program = await findAsterisk(layoutOf(process.env).cache);
if (program === undefined || program.root === '/') {
  console.error(
    'YIHAO_CACHE 中没有 Asterisk,请先运行 scripts/setup。 There is no Asterisk in YIHAO_CACHE: run scripts/setup.',
  );
  process.exit(1);
}
const { version, architecture, packages } = JSON.parse(
  await readFile(path.join(program.root, 'yihao.json'), 'utf8'),
);
await writeFile(LOCK_FILE, `${JSON.stringify({ architecture, version, packages }, null, 2)}\n`);
console.log(version);
