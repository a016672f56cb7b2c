// @ts-check
// What the demo prints: where to look, how to log in, what the people do, and how the day goes.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

/** @typedef {import('../run/layout.mjs').Layout} Layout */
/** @typedef {import('./options.mjs').DemoOptions} DemoOptions */
/** @typedef {import('./tally.js').Counts} Counts */

/** @param {Layout} layout @param {string} name */
async function secretOf({ secrets }, name) {
  return (await readFile(path.join(secrets, name), 'utf8').catch(() => '')).trim();
}

/** The first supervisor and the first agent among those at work, with their PINs.
 * @param {Layout} layout */
async function logIns(layout) {
  const rows = parse(await readFile(path.join(layout.flows, 'agents.yaml'), 'utf8'));
  const pins = JSON.parse((await secretOf(layout, 'pins.json')) || '{}');
  const lead = rows.find((/** @type {any} */ row) => row.role === 'supervisor');
  const other = rows.find((/** @type {any} */ row) => row.role !== 'supervisor');
  return [
    ...(lead ? [`  班长 supervisor  工号 ${lead.id}  密码 PIN ${pins[lead.id]}`] : []),
    ...(other ? [`  话务员 agent     工号 ${other.id}  密码 PIN ${pins[other.id]}`] : []),
    `  热线管理员        用户名 user hotline  首次密码在 first password in ${path.join(layout.secrets, 'hotline')} (手机需装动态口令应用 needs an authenticator app)`,
  ];
}

/** @param {DemoOptions} options */
function peopleLines({ agents, callsPerMinute, surge, minutes, seed }) {
  const [surgeZh, surgeEn] =
    surge > 1 ? [`;每四分钟有一分钟 ${surge} 倍`, `; every fourth minute ${surge} times as many`] : ['', ''];
  return [
    `${agents} 名话务员在岗,市民每分钟约 ${callsPerMinute} 次来电${surgeZh}。全部为模拟,号码不属于任何人。`,
    `${agents} agents are at work, citizens call about ${callsPerMinute} times a minute${surgeEn}. All are simulated; the numbers are nobody's. (seed ${seed})`,
    `${minutes === undefined ? '' : `${minutes} 分钟后自行结束。 It ends by itself after ${minutes} min. `}按 Ctrl-C 结束。 Ctrl-C ends it.`,
  ];
}

/**
 * What a stranger needs to know, the wallboard's address first.
 * @param {Layout} layout
 * @param {DemoOptions} options
 */
export async function greeting(layout, options) {
  const base = `http://127.0.0.1:${layout.httpPort}/`;
  const kiosk = await secretOf(layout, 'kiosk');
  return [
    '',
    `Wallboard: ${base}`,
    ...(kiosk === '' ? [] : [`大屏 Kiosk: ${base}?kiosk=${kiosk}`]),
    '登录 Log in:',
    ...(await logIns(layout)),
    '',
    ...peopleLines(options),
    '',
  ].join('\n');
}

/** @param {number} number */
const two = (number) => String(number).padStart(2, '0');

/**
 * One line about the day so far.
 * @param {Counts} counts
 * @param {number} sinceStartMs
 */
export function statusLine({ calls, answered, abandoned, lost, waiting, talking }, sinceStartMs) {
  const seconds = Math.floor(sinceStartMs / 1000);
  const time = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  const parts = [
    `来电 calls ${calls}`,
    `接通 answered ${answered}`,
    `放弃 abandoned ${abandoned}`,
    ...(lost > 0 ? [`中断 cut off ${lost}`] : []),
    `等候中 waiting ${waiting}`,
    `通话中 talking ${talking}`,
  ];
  return `[${time}] ${parts.join(' · ')}`;
}

/** @param {number} ms from the process' start to the first talk */
export function firstAnswerLine(ms) {
  const seconds = (ms / 1000).toFixed(1);
  return `首个来电在启动后 ${seconds} 秒接通。 first answered demo call ${seconds} s after start`;
}
