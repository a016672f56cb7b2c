// @ts-check
// npm run doctor [-- --json]: looks at every part, says what is wrong, and names the one command that mends it; exit 1 on any fault.

import { parseArgs } from 'node:util';
import { examine } from './doctor/examine.mjs';
import { linesOf } from './doctor/finding.mjs';
import { layoutOf, SettingError } from './run/layout.mjs';

const usage = `用法 usage: npm run doctor [-- --json]
  逐项检查,说明问题,给出一条修复命令;什么都不改。 Looks at every part and changes nothing.`;

/** @returns {boolean | undefined} whether JSON is wanted */
function readArguments() {
  try {
    return parseArgs({ options: { json: { type: 'boolean' } } }).values.json ?? false;
  } catch {
    return undefined;
  }
}

/** @param {boolean} json */
async function run(json) {
  const layout = layoutOf(process.env);
  const findings = await examine(layout, process.env);
  const count = (/** @type {string} */ state) => findings.filter((one) => one.state === state).length;
  const [faults, notices] = [count('fault'), count('notice')];
  if (json) console.log(JSON.stringify({ ok: faults === 0, faults, notices, findings }, null, 1));
  else {
    console.log(`体检 doctor: ${layout.home}`);
    for (const finding of findings) for (const line of linesOf(finding)) console.log(line);
    console.log(`${faults} 处故障,${notices} 处注意。 ${faults} faults, ${notices} notices.`);
  }
  return faults === 0 ? 0 : 1;
}

const json = readArguments();
if (json === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await run(json);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
// A socket that hangs must not hold up the end.
setTimeout(() => process.exit(), 500).unref();
