// @ts-check
// Makes and runs a private PostgreSQL cluster on loopback, with a password and without a Unix socket.

import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../install/command.mjs';
import { SetupFailure } from '../install/failure.mjs';
import { Part } from './part.mjs';
import { portsOf, requireFree } from './ports.mjs';

/** @typedef {import('./layout.mjs').Layout} Layout */

/** PostgreSQL refuses to run as root: then the package's own user runs it. */
const USER = process.getuid?.() === 0 ? 'postgres' : undefined;
const OLDEST = 15;

/** Statements, parameters and details never reach the log: they can hold a citizen's number. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '50',
  shared_buffers: '64MB',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
};

/**
 * The folder of PostgreSQL's programs, the newest that is new enough.
 * @throws {SetupFailure} there is none
 */
export async function binDir() {
  const root = '/usr/lib/postgresql';
  const versions = (await readdir(root).catch(() => [])).map(Number).filter((version) => version >= OLDEST);
  for (const version of versions.sort((a, b) => b - a)) {
    const folder = path.join(root, String(version), 'bin');
    if (
      await access(path.join(folder, 'initdb')).then(
        () => true,
        () => false,
      )
    )
      return folder;
  }
  throw new SetupFailure(
    '没有找到 PostgreSQL 15 以上版本,请先运行 scripts/setup。',
    'There is no PostgreSQL 15 or newer: run scripts/setup.',
  );
}

/**
 * @param {readonly string[]} command
 * @param {string} [input]
 */
function runAsUser(command, input = '') {
  const as =
    USER === undefined ? [] : ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', '--'];
  const [program = '', ...args] = [...as, ...command];
  return runCommand(program, args, { input, deadlineMs: 60_000, cwd: '/' });
}

/** Gives a folder to the database's user. @param {string} folder */
async function giveToUser(folder) {
  await chmod(folder, 0o700);
  if (USER === undefined) return;
  const { out } = await runCommand('id', ['-u', USER]);
  const group = await runCommand('id', ['-g', USER]);
  await chown(folder, Number(out), Number(group.out));
}

/**
 * YIHAO_HOME/postgres; where that cannot be reached by the database's user (a home below /root), a link there to a folder that can.
 * @param {Layout} layout
 */
async function clusterFolder(layout) {
  const folder = layout.postgres;
  const found = await lstat(folder).catch(() => undefined);
  if (found === undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await giveToUser(folder);
    if (USER !== undefined) await chmod(layout.home, 0o711); // ours to open; the folders in it stay closed
  }
  // The database's user cannot walk the link either: it is told where the link leads.
  if (found?.isSymbolicLink()) return realpath(folder);
  if ((await runAsUser(['test', '-w', folder])).code === 0) return folder;
  const name = createHash('sha256').update(layout.home).digest('hex').slice(0, 12);
  const target = path.join('/var/lib/yihao', name);
  await rm(folder, { recursive: true });
  // What an earlier home of this path left has another password; it is kept, not used.
  await rename(target, `${target}.${Date.now()}`).catch(() => undefined);
  await mkdir(target, { recursive: true });
  await giveToUser(target);
  await symlink(target, folder);
  return target;
}

/**
 * @param {string} words
 * @returns {SetupFailure}
 */
function clusterFailure(words) {
  if (/no space left/i.test(words)) {
    return new SetupFailure(
      '磁盘已满,无法建立数据库,请腾出至少 200 MB。',
      'The disk is full: the database needs 200 MB.',
    );
  }
  const line = words.trim().split('\n').at(-1) ?? '';
  return new SetupFailure(`数据库建立失败:${line}。`, `The database could not be made: ${line}.`);
}

/**
 * Makes the cluster, the role `yihao` and its database; a half-made one is made anew.
 * @param {Layout} layout
 * @returns {Promise<string>} the data folder
 */
export async function ensureCluster(layout) {
  const folder = await clusterFolder(layout);
  const data = path.join(folder, 'data');
  const finished = path.join(folder, 'finished');
  if (
    await access(finished).then(
      () => true,
      () => false,
    )
  )
    return data;
  const bin = await binDir();
  await rm(data, { recursive: true, force: true });
  const made = await runAsUser([
    path.join(bin, 'initdb'),
    ...['--pgdata', data, '--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8'],
    // The superuser has no password, so nobody can log in as it; all work is the role's below.
    ...['--auth=scram-sha-256', '--auth-local=reject', '--no-instructions'],
  ]);
  if (made.code !== 0) throw clusterFailure(made.err);
  const password = (await readFile(path.join(layout.secrets, 'postgres'), 'utf8')).trim();
  const sql = `CREATE ROLE yihao LOGIN PASSWORD '${password}'\nCREATE DATABASE yihao OWNER yihao\n`;
  const role = await runAsUser([path.join(bin, 'postgres'), '--single', '-D', data, 'postgres'], sql);
  if (role.code !== 0 || /ERROR|FATAL/.test(role.err)) throw clusterFailure(role.err);
  await writeFile(finished, '');
  return data;
}

/**
 * The address of the private cluster's database, password included.
 * @param {Layout} layout
 */
export async function databaseUrl(layout) {
  const password = (await readFile(path.join(layout.secrets, 'postgres'), 'utf8')).trim();
  return `postgres://yihao:${password}@127.0.0.1:${layout.postgresPort}/yihao`;
}

/**
 * Starts PostgreSQL, making the cluster if there is none, and waits until it answers.
 * @param {Layout} layout
 * @param {import('./part.mjs').PartOptions} [options]
 * @returns {Promise<Part>}
 */
export async function startPostgres(layout, options = {}) {
  await requireFree(portsOf(layout).postgres);
  const data = await ensureCluster(layout);
  const bin = await binDir();
  const settings = { ...SETTINGS, port: String(layout.postgresPort) };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const ask = ['-h', '127.0.0.1', '-p', String(layout.postgresPort), '-t', '1', '-q'];
  const part = new Part(
    {
      name: 'postgres',
      command: async () => ({
        command: path.join(bin, 'postgres'),
        args: ['-D', data, ...args],
        ...(USER === undefined ? {} : { user: USER }),
      }),
      isReady: async () =>
        (await runCommand(path.join(bin, 'pg_isready'), ask, { deadlineMs: 2000 })).code === 0,
      readyMs: 30_000,
      stopSignal: 'SIGINT',
      stopMs: 2500,
      logDir: layout.log,
      runDir: layout.run,
    },
    options,
  );
  await part.start();
  return part;
}
