// @ts-check
// The records database as backup and restore handle it: one snapshot that is counted and dumped, and one dump that is read back and counted again.

import path from 'node:path';
import pg from 'pg';
import { runCommand } from '../install/command.mjs';
import { SetupFailure } from '../install/failure.mjs';
import { binDir } from '../run/postgres.mjs';

/**
 * What a table holds: how many rows, and the sum of a piece of each row's MD5. Equal tables give equal tallies in any order of rows.
 * @typedef {{readonly rows: number, readonly sum: string}} TableTally
 * @typedef {Readonly<Record<string, TableTally>>} Tallies
 */

const CONNECT_MS = 5000;
/** A large journal takes its time; what takes longer is stuck. */
const DUMP_MS = 4 * 3_600_000;

/** The password goes by the environment: a command line can be read by everybody. @param {string} url */
function environmentOf(url) {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const sslMode = searchParams.get('sslmode');
  return {
    ...process.env,
    PGHOST: hostname,
    PGPORT: port || '5432',
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    PGCONNECT_TIMEOUT: String(CONNECT_MS / 1000),
    ...(sslMode !== null && { PGSSLMODE: sslMode }),
  };
}

/**
 * Runs `work` on a connection of its own.
 * @template T
 * @param {string} url
 * @param {(client: pg.Client) => Promise<T>} work
 * @returns {Promise<T>}
 * @throws {SetupFailure} the database does not answer
 */
export async function withDatabase(url, work) {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'yihao-backup',
  });
  client.on('error', () => undefined); // the query under way tells of it
  await client.connect().catch((/** @type {Error & {code?: string}} */ error) => {
    throw new SetupFailure(
      `数据库无法访问(${error.code ?? error.message}),请先运行 npm run doctor。`,
      'The database does not answer: run npm run doctor.',
    );
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** @param {pg.Client} client @returns {Promise<readonly string[]>} */
async function tablesOf(client) {
  const { rows } = await client.query(
    `select table_name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name`,
  );
  return rows.map((row) => String(row.table_name));
}

/**
 * Counts every table.
 * @param {pg.Client} client
 * @returns {Promise<Tallies>}
 */
export async function tallyTables(client) {
  /** @type {Record<string, TableTally>} */
  const tallies = {};
  for (const table of await tablesOf(client)) {
    const { rows } = await client.query(
      `select count(*)::int8::text as rows,
              coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::int8), 0)::text as sum
       from ${client.escapeIdentifier(table)} t`,
    );
    tallies[table] = { rows: Number(rows[0].rows), sum: String(rows[0].sum) };
  }
  return tallies;
}

/**
 * The names of the migrations a database has had, oldest first.
 * @param {pg.Client} client
 * @returns {Promise<readonly string[]>}
 */
export async function appliedMigrations(client) {
  if (!(await tablesOf(client)).includes('kysely_migration')) return [];
  const { rows } = await client.query('select name from kysely_migration order by name');
  return rows.map((row) => String(row.name));
}

/**
 * Dumps the database and counts the very rows that are dumped, while others go on writing.
 * @param {string} url
 * @param {string} file made here
 * @returns {Promise<{tallies: Tallies, migrations: readonly string[]}>}
 * @throws {SetupFailure}
 */
export async function dumpDatabase(url, file) {
  const program = path.join(await binDir(), 'pg_dump');
  return withDatabase(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const { rows } = await client.query('select pg_export_snapshot() as id');
    const args = ['--format=custom', '--no-owner', '--no-privileges', `--file=${file}`];
    const [done, tallies, migrations] = await Promise.all([
      runCommand(program, [...args, `--snapshot=${rows[0].id}`], {
        env: environmentOf(url),
        deadlineMs: DUMP_MS,
      }),
      tallyTables(client),
      appliedMigrations(client),
    ]);
    if (done.code !== 0) throw toolFailure('pg_dump', done.err);
    return { tallies, migrations };
  });
}

/**
 * Reads a dump into an empty database, whole or not at all.
 * @param {string} url
 * @param {string} file
 * @throws {SetupFailure} the database is not empty, or the dump cannot be read
 */
export async function readDump(url, file) {
  const tables = await withDatabase(url, tablesOf);
  if (tables.length > 0) {
    throw new SetupFailure(
      `数据库不是空的(已有表 ${tables[0]}),只能恢复到空数据库。`,
      `The database is not empty (there is a table ${tables[0]}): restore goes into an empty one only.`,
    );
  }
  const program = path.join(await binDir(), 'pg_restore');
  const env = environmentOf(url);
  const args = ['--exit-on-error', '--single-transaction', '--no-owner', '--no-privileges'];
  const done = await runCommand(program, [...args, `--dbname=${env.PGDATABASE}`, file], {
    env,
    deadlineMs: DUMP_MS,
  });
  if (done.code !== 0) throw toolFailure('pg_restore', done.err);
}

/** @param {string} tool @param {string} words */
function toolFailure(tool, words) {
  const line = words.trim().split('\n').at(-1) ?? '';
  return new SetupFailure(`${tool} 失败:${line}。`, `${tool} failed: ${line}.`);
}
