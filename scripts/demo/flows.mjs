// @ts-check
// Makes the demo's own copy of ivr-flows: more agents and phones where asked for, a short wrap-up, so that the repository is never edited.

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** @typedef {import('../run/layout.mjs').Layout} Layout */

/** The people end their wrap-up themselves before; it is what the board counts down. */
const WRAP_UP = '10s';

/** The YAML reader may not be installed yet: rows are found and added as text.
 * @param {string} text @param {RegExp} pattern */
function found(text, pattern) {
  const rows = text.replace(/^\s*#.*$/gm, '');
  return [...rows.matchAll(pattern)].map(([, value]) => value ?? '');
}

/**
 * `count` ids that follow the highest number among `ids`, written like them.
 * @param {readonly string[]} ids
 * @param {number} count
 */
function idsAfter(ids, count) {
  const prefix = /^\D*/.exec(ids[0] ?? '')?.[0] ?? '';
  const highest = Math.max(0, ...ids.map((id) => Number(/\d+$/.exec(id)?.[0] ?? 0)));
  return Array.from({ length: count }, (_, index) => `${prefix}${highest + 1 + index}`);
}

const DIGITS = '零一二三四五六七八九';

/** @param {number} number from 1 to 99 */
function hanzi(number) {
  const [tens, ones] = [Math.floor(number / 10), number % 10];
  return `${tens > 1 ? DIGITS[tens] : ''}${tens > 0 ? '十' : ''}${ones > 0 ? DIGITS[ones] : ''}`;
}

/**
 * agents.yaml with at least `agents` people; newcomers belong to the teams and have the skills of those before them, in turn.
 * @param {string} text
 * @param {number} agents
 */
export function withAgents(text, agents) {
  const ids = found(text, /\bid:\s*['"]?([\w-]+)/g);
  const teams = found(text, /\bteam:\s*([\w.-]+)/g);
  const skills = found(text, /\bskills:\s*(\[[^\]]*\])/g);
  const rows = idsAfter(ids, Math.max(0, agents - ids.length)).map((id, index) => {
    const about = `team: ${teams[index % teams.length]}, skills: ${skills[index % skills.length]}`;
    return `- { id: '${id}', name: 演示${hanzi(ids.length + index + 1)}, ${about} }\n`;
  });
  return `${text.trimEnd()}\n${rows.join('')}`;
}

/**
 * devices.yaml with at least `phones` phones.
 * @param {string} text
 * @param {number} phones
 */
export function withDevices(text, phones) {
  const ids = found(text, /\bid:\s*['"]?([\w-]+)/g);
  const rows = idsAfter(ids, Math.max(0, phones - ids.length)).map(
    (id, index) => `- { id: ${id}, name: 座席${String(ids.length + index + 1).padStart(2, '0')} }\n`,
  );
  return `${text.trimEnd()}\n${rows.join('')}`;
}

/**
 * @param {string} file
 * @param {(text: string) => string} change
 */
async function rewrite(file, change) {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

/**
 * Makes the copy anew.
 * @param {Layout} layout whose `flows` is copied
 * @param {number} agents
 * @returns {Promise<string>} the copy
 */
export async function copyFlows({ flows, home }, agents) {
  const copy = path.join(home, 'demo-flows');
  await mkdir(home, { recursive: true, mode: 0o700 });
  await rm(copy, { recursive: true, force: true });
  await cp(flows, copy, { recursive: true });
  await rewrite(path.join(copy, 'agents.yaml'), (text) => withAgents(text, agents));
  await rewrite(path.join(copy, 'devices.yaml'), (text) => withDevices(text, agents));
  await rewrite(path.join(copy, 'policies.yaml'), (text) =>
    text.replace(/^(\s+wrapUp:\s*)\w+/m, `$1${WRAP_UP}`),
  );
  return copy;
}
