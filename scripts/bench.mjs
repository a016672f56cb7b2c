// @ts-check
// npm run bench -- --json FILE: Yihao whole, app_queue and a bare ARI distributor on one Asterisk, in alternating rounds, SIPp calling and answering.

import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { wordsOf } from './install/main.mjs';
import { onEnd } from './run/lifetime.mjs';
import './load-typescript.mjs';

const usage = `用法 usage: npm run bench -- [--json FILE] [--rounds N] [--quick] [--port-base N] [--rtp-start N]
  --json FILE     结果写入该文件 writes the figures there
  --rounds N      轮数 rounds of each kind, 1-20;默认 default 3
  --quick         只看能否运行,数字无意义 a look at whether it works: the figures mean nothing
  --port-base N   所用端口自此起 ports from there on, 40 of them;默认 default 14500
  --rtp-start N   RTP 端口自此起 RTP from there on, 2000 ports;默认 default 10000
gapMs            坐席挂机到其下一个 INVITE,队列已满 an agent's release to the next INVITE at him, 20 agents, 300 callers
inviteToAgentMs  来电 INVITE 到空闲坐席的 INVITE a caller's INVITE to the INVITE at a free agent
cpuMsPerCall     每个来电的 CPU 毫秒 CPU ms a call of all processes that take part, from /proc
maxCps           每秒来电的最高一级:99 % 在 1 秒内到达坐席的 INVITE the highest step of calls a second, talks of 1 s, at which 99 % reach an agent's INVITE within 1 s`;

const ENDED = '已中止,未写结果。 Ended before its end: no figures were written.';
const WITHOUT_SIPP =
  '没有找到 SIPp,请先运行 scripts/setup --for test。 There is no SIPp: run scripts/setup --for test.';

/** @param {string} words @returns {never} */
function refuse(words) {
  console.error(`${words}\n${usage}`);
  process.exit(2);
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} least
 * @param {number} most
 */
function wholeNumber(name, text, least, most) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  return refuse(
    `--${name} 应为 ${least} 到 ${most} 的整数。 --${name} takes a whole number from ${least} to ${most}.`,
  );
}

function given() {
  try {
    return parseArgs({
      options: {
        json: { type: 'string' },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        'port-base': { type: 'string', default: '14500' },
        'rtp-start': { type: 'string', default: '10000' },
        'service-node-options': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', timeout: 5_000 }).trim();
  } catch {
    return 'unknown';
  }
}

/** @param {unknown} error */
function isWithoutSipp(error) {
  const { code, path } = /** @type {NodeJS.ErrnoException} */ (error);
  return code === 'ENOENT' && path === 'sipp';
}

const load = () =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(' ');

const values = given();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const portBase = wholeNumber('port-base', values['port-base'], 1_024, 65_000);
const rtpStart = wholeNumber('rtp-start', values['rtp-start'], 1_024, 63_000);
const asked = values.rounds === undefined ? undefined : wholeNumber('rounds', values.rounds, 1, 20);

const { runBench, sizes } = await import('../test/bench/side-by-side.js');
const size = values.quick ? sizes.quick : sizes.whole;
const stop = new AbortController();
onEnd(async () => stop.abort());
console.log(`${availableParallelism()} CPUs, load ${load()}`);
try {
  const figures = await runBench({
    size: { ...size, rounds: asked ?? size.rounds },
    portBase,
    rtpStart,
    report: console.log,
    signal: stop.signal,
    ...(values['service-node-options'] !== undefined && {
      serviceNodeOptions: values['service-node-options'].split(' '),
    }),
  });
  const report = { ...figures, commit: commit() };
  console.log(`load ${load()}`);
  console.log(JSON.stringify(report, null, 2));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
} catch (error) {
  console.error(stop.signal.aborted ? ENDED : isWithoutSipp(error) ? WITHOUT_SIPP : wordsOf(error));
  process.exitCode = stop.signal.aborted ? 130 : 1;
}
process.exit();
