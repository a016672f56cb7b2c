// @ts-check
// What `npm start` prints once all runs: how to register a softphone, how to sign in, where to dial.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

/** @typedef {import('./layout.mjs').Layout} Layout */

/** @param {string} file @returns {Promise<Record<string, string>>} */
async function readPairs(file) {
  return JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
}

/** @param {Layout} layout */
async function mainNumber({ flows }) {
  const rows = parse(await readFile(path.join(flows, 'numbers.yaml'), 'utf8').catch(() => '[]'));
  return String(rows?.[0]?.number ?? '12345');
}

/**
 * @param {Layout} layout
 * @returns {Promise<string>}
 */
export async function welcomeText(layout) {
  const devices = Object.entries(await readPairs(path.join(layout.secrets, 'devices.json')));
  const pins = Object.entries(await readPairs(path.join(layout.secrets, 'pins.json')));
  const number = await mainNumber(layout);
  return [
    '',
    `一号已启动。 Yihao runs. ${layout.home}`,
    '',
    `软电话注册 Register a softphone (SIP, UDP or TCP, G.711): ${layout.bind}:${layout.sipPort}`,
    ...devices.map(([device, password]) => `  话机 device ${device}  密码 password ${password}`),
    `签入 Sign in: 在话机上拨 dial *20工号#,再输入密码 then the PIN; *22 示闲 ready`,
    ...pins.map(([agent, pin]) => `  工号 agent ${agent}  密码 PIN ${pin}`),
    `来电 Call in: 从运营商地址 from a carrier's address (${path.join(layout.flows, 'trunks.yaml')}): sip:${number}@${layout.bind}:${layout.sipPort}`,
    '',
    `Wallboard: http://127.0.0.1:${layout.httpPort}/`,
    '按 Ctrl-C 结束。 Ctrl-C ends it.',
    '',
  ].join('\n');
}
