// @ts-check
// What every probe of the doctor looks at: the places, who runs, and how a command must be written to be copied on this machine.

import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** @typedef {import('../run/layout.mjs').Layout} Layout */
/** @typedef {'redis' | 'postgres' | 'asterisk' | 'service'} PartName */
/**
 * @typedef {object} Seen
 * @property {number} pid
 * @property {boolean} frozen stopped by a signal
 * @property {number} startedAtMs epoch ms
 */
/**
 * @typedef {object} Patient
 * @property {Layout} layout
 * @property {NodeJS.ProcessEnv} env what the service would be started with
 * @property {boolean} ownDatabase false where DATABASE_URL names another
 * @property {number | undefined} supervisor the pid of `npm start`
 * @property {Readonly<Partial<Record<PartName, Seen>>>} parts those that run
 * @property {number} owner the user whose home this is
 * @property {string} start the command that starts all of it
 * @property {(command: string) => string} here the command, so that it works from any folder and on this home
 * @property {(command: string) => string} inProject the same for what no setting changes
 * @property {(part: PartName) => string} restart the command that makes the supervisor start this part anew
 * @property {(file: string, line?: number) => string} edit
 */

/** @type {readonly PartName[]} */
export const PARTS = ['redis', 'postgres', 'asterisk', 'service'];
const UNIT = '/etc/systemd/system/yihao.service';
const SETTING = /^YIHAO_(?!LOG_LEVEL$)[A-Z_]+$/;

/** For a shell: quoted only where it must be. @param {string} text */
export function quoted(text) {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** @param {string} file @returns {Promise<Seen | undefined>} the living process of a pid file */
async function seenIn(file) {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (!(pid > 0)) return undefined;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const state = /^State:\s+(\w)/m.exec(status)?.[1];
  if (state === undefined || state === 'Z' || state === 'X') return undefined;
  const about = await stat(file).catch(() => undefined); // it may end this very moment
  return about && { pid, frozen: state === 'T', startedAtMs: about.mtimeMs };
}

/** A pid that was given again to something else is no supervisor of ours. @param {Layout} layout */
async function supervisorOf({ run }) {
  const seen = await seenIn(path.join(run, 'start.lock'));
  if (seen === undefined) return undefined;
  const command = await readFile(`/proc/${seen.pid}/cmdline`, 'utf8').catch(() => '');
  return /node/.test(command) ? seen.pid : undefined;
}

/** @param {Layout} layout @param {NodeJS.ProcessEnv} env */
function commandsOf(layout, env) {
  const settings = Object.entries(env)
    .filter(([name, value]) => SETTING.test(name) && value)
    .map(([name, value]) => `${name}=${quoted(String(value))} `)
    .join('');
  const inProject = (env['INIT_CWD'] ?? process.cwd()) === layout.project;
  const folder = inProject ? '' : `cd ${quoted(layout.project)} && `;
  return {
    here: (/** @type {string} */ command) => `${folder}${settings}${command}`,
    inProject: (/** @type {string} */ command) => `${folder}${command}`,
  };
}

/**
 * Looks who runs.
 * @param {Layout} layout
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Patient>}
 */
export async function meet(layout, env) {
  const found = await Promise.all(
    PARTS.map(
      async (name) => /** @type {const} */ ([name, await seenIn(path.join(layout.run, `${name}.pid`))]),
    ),
  );
  const parts = Object.fromEntries(found.filter(([, seen]) => seen !== undefined));
  const owner = (await stat(layout.home).catch(() => undefined))?.uid ?? process.getuid?.() ?? 0;
  const { here, inProject } = commandsOf(layout, env);
  const sudo = process.getuid?.() === 0 || process.getuid?.() === owner ? '' : 'sudo ';
  const installed = (await stat(UNIT).catch(() => undefined)) !== undefined;
  const start = installed
    ? `${process.getuid?.() === 0 ? '' : 'sudo '}systemctl start yihao`
    : here('npm start');
  return {
    layout,
    env,
    ownDatabase: !env['DATABASE_URL'],
    supervisor: await supervisorOf(layout),
    parts,
    owner,
    start,
    here,
    inProject,
    restart: (part) => (parts[part] === undefined ? start : `${sudo}kill ${parts[part].pid}`),
    edit: (file, line) => `\${EDITOR:-vi} ${line === undefined ? '' : `+${line} `}${quoted(file)}`,
  };
}
