// @ts-check
// PostgreSQL: answers, has the tables of this program, and the journal is carried into it.

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { loadBuilt } from '../prompts/core.mjs';
import { databaseUrl } from '../run/postgres.mjs';
import { fault, notice, ok, skipped } from './finding.mjs';
import { quoted } from './patient.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./patient.mjs').Patient} Patient */

const ANSWER_MS = 4000;
const CLOCKS_APART_MS = 2000;
/** What waits for longer than a moment of load. */
const BACKLOG_BYTES = 8_000_000;

/** @param {Patient} patient @returns {Promise<readonly Finding[]>} */
export async function probeDatabase(patient) {
  const { layout, env, parts, ownDatabase, restart } = patient;
  if (ownDatabase && (parts.postgres === undefined || parts.postgres.frozen))
    return [skipped('database', 'PostgreSQL 没有运行,未检查。', 'PostgreSQL does not run.')];
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: env['DATABASE_URL'] || (await databaseUrl(layout)),
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    application_name: 'yihao-doctor',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await look(client, patient);
  } catch (error) {
    const { code, message } = /** @type {Error & {code?: string}} */ (error);
    const mend = ownDatabase ? restart('postgres') : 'psql "$DATABASE_URL" -c "select 1"';
    return [fault('database', `数据库没有应答:${code ?? message}。`, 'The database does not answer.', mend)];
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @param {import('pg').Client} client @param {Patient} patient */
async function look(client, patient) {
  const { rows } = await client.query(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms, to_regclass('kysely_migration') as migrated`,
  );
  const apartMs = Math.abs(Number(rows[0].now_ms) - Date.now());
  const found = rows[0].migrated === null ? [notMigrated(patient, '')] : await tables(client, patient);
  if (apartMs > CLOCKS_APART_MS)
    found.push(
      notice(
        'database.clock',
        `数据库的时钟相差 ${Math.round(apartMs / 1000)} 秒。`,
        'Its clock is another.',
        'sudo timedatectl set-ntp true',
      ),
    );
  return found.length > 0
    ? found
    : [ok('database', '数据库有应答,表结构是最新,日志已写入。', 'The database is in step.')];
}

/** @param {Patient} patient @param {string} names */
function notMigrated({ restart }, names) {
  return fault(
    'database.migrations',
    `数据库表结构不是最新${names && `(缺 ${names})`},服务启动时会更新。`,
    'Tables are older than the program: its start updates them.',
    restart('service'),
  );
}

/** @param {import('pg').Client} client @param {Patient} patient */
async function tables(client, patient) {
  const { layout, inProject } = patient;
  const known = (await loadBuilt('adapters/postgres/database')).migrationNames();
  const applied = (await client.query('select name from kysely_migration')).rows.map((row) =>
    String(row.name),
  );
  const found = [];
  const missing = known.filter((name) => !applied.includes(name));
  if (missing.length > 0) found.push(notMigrated(patient, missing.join('、')));
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length > 0) {
    const zh = `数据库是更新的程序建的(${newer.join('、')}),本程序太旧。`;
    found.push(
      fault(
        'database.newer',
        zh,
        'The tables are of a newer program.',
        inProject('git pull --ff-only && npm run build'),
      ),
    );
  }
  if (missing.includes(known[0] ?? '')) return found; // no table to ask yet
  const refused = await client.query('select count(*)::int4 as n from journal_refused');
  if (refused.rows[0].n > 0) {
    const ask = 'select stream, id, seq, reason from journal_refused limit 20';
    const psql = `PGPASSWORD=$(cat ${quoted(path.join(layout.secrets, 'postgres'))}) psql -h 127.0.0.1 -p ${layout.postgresPort} -U yihao -c '${ask}'`;
    found.push(
      notice('database.refused', `有 ${refused.rows[0].n} 条日志被搁置。`, 'Facts were put aside.', psql),
    );
  }
  return [...found, ...(await backlog(client, patient))];
}

/** @param {import('pg').Client} client @param {Patient} patient */
async function backlog(client, { layout, parts, start }) {
  const { rows } = await client.query('select segment, byte_offset from spool_mark where node = $1', [
    layout.node,
  ]);
  const mark = { segment: Number(rows[0]?.segment ?? 0), offset: Number(rows[0]?.byte_offset ?? 0) };
  let bytes = 0;
  for (const name of await readdir(layout.spool).catch(() => [])) {
    const number = Number.parseInt(name, 10);
    if (!(number >= mark.segment)) continue;
    const size = (await stat(path.join(layout.spool, name)).catch(() => undefined))?.size ?? 0;
    bytes += number === mark.segment ? Math.max(0, size - mark.offset) : size;
  }
  const megabytes = (bytes / 1e6).toFixed(1);
  if (parts.service === undefined && bytes > 0)
    return [
      notice(
        'spool.backlog',
        `${megabytes} MB 日志待服务启动后写入数据库。`,
        'Journal waits for the service.',
        start,
      ),
    ];
  if (bytes <= BACKLOG_BYTES) return [];
  const log = quoted(path.join(layout.log, 'service.log'));
  return [
    notice(
      'spool.backlog',
      `${megabytes} MB 日志还没有写入数据库。`,
      'The journal is behind.',
      `tail -n 30 ${log}`,
    ),
  ];
}
