// @ts-check
// Restores a backup into an empty YIHAO_HOME: verified whole before anything is put in place, counted afterwards, taken away again if it fails.

import { chmod, mkdir, readdir, readlink, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../install/command.mjs';
import { SetupFailure } from '../install/failure.mjs';
import { loadBuilt } from '../prompts/core.mjs';
import { databaseUrl, startPostgres } from '../run/postgres.mjs';
import { appliedMigrations, readDump, tallyTables, withDatabase } from './database.mjs';
import { verifiedManifest } from './manifest.mjs';
import { copyRecordings } from './recordings.mjs';

/** @typedef {import('../run/layout.mjs').Layout} Layout */
/** @typedef {import('./manifest.mjs').Manifest} Manifest */

const TAR_MS = 4 * 3_600_000;
const STAGED = '.restore';

/**
 * @param {Layout} layout its home is made if it is not there
 * @param {string} file
 * @param {string | undefined} recordings a folder of recordings that goes with the backup
 * @returns {Promise<{manifest: Manifest, migrated: readonly string[], recordings: number | undefined}>}
 * @throws {SetupFailure}
 */
export async function restore(layout, file, recordings) {
  await requireRoom(layout, file);
  const staged = path.join(layout.home, STAGED);
  try {
    await mkdir(staged, { recursive: true, mode: 0o700 });
    await unpack(file, staged);
    const manifest = await verifiedManifest(staged);
    await requireKnown(manifest);
    await putInPlace(layout, staged);
    const migrated = await restoreDatabase(layout, manifest, path.join(staged, 'database.dump'));
    const copied = recordings === undefined ? undefined : await copyRecordings(recordings, layout.recordings);
    await rm(staged, { recursive: true });
    return { manifest, migrated, recordings: copied?.copied };
  } catch (error) {
    await empty(layout.home);
    throw error;
  }
}

/** Nothing is ever written over. @param {Layout} layout @param {string} file */
async function requireRoom({ home }, file) {
  const about = await stat(file).catch(() => undefined);
  if (!about?.isFile()) throw new SetupFailure(`没有备份文件 ${file}。`, `There is no backup ${file}.`);
  await mkdir(home, { recursive: true, mode: 0o700 });
  if ((await readdir(home)).length > 0) {
    throw new SetupFailure(
      `${home} 不是空目录,只能恢复到空的 YIHAO_HOME。`,
      `${home} is not empty: restore goes into an empty YIHAO_HOME only.`,
    );
  }
  await chmod(home, process.getuid?.() === 0 ? 0o711 : 0o700);
  const { bavail, bsize } = await statfs(home);
  // Once unpacked, and once more as tables with their indexes.
  if (bavail * bsize > about.size * 6 + 200_000_000) return;
  throw new SetupFailure(`${home} 所在磁盘空间不足。`, `The disk of ${home} has too little room.`);
}

/** @param {string} file @param {string} staged */
async function unpack(file, staged) {
  const args = ['--extract', `--file=${file}`, `--directory=${staged}`, '--no-same-owner'];
  const done = await runCommand('tar', args, { deadlineMs: TAR_MS });
  if (done.code === 0) return;
  throw new SetupFailure(
    `备份已损坏,无法解开:${done.err.trim().split('\n')[0] ?? ''}。`,
    'The backup is damaged: it cannot be unpacked.',
  );
}

/** A newer program's tables mean nothing to this one. @param {Manifest} manifest */
async function requireKnown({ migrations, version }) {
  const known = (await loadBuilt('adapters/postgres/database')).migrationNames();
  const unknown = migrations.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new SetupFailure(
    `备份来自更新的版本 ${version}(数据库结构 ${unknown}),请先更新程序再恢复。`,
    `The backup is of the newer version ${version} (tables ${unknown}): update the program first.`,
  );
}

/** @param {Layout} layout @param {string} staged */
async function putInPlace(layout, staged) {
  const places = {
    secrets: layout.secrets,
    spool: layout.spool,
    cdr: layout.cdr,
    'prompt-recordings': layout.promptRecordings,
    'site-versions': layout.siteVersions,
    'site-drafts': layout.siteDrafts,
    'event-prompts.json': layout.eventPrompts,
    'event-sounds': layout.eventSounds,
  };
  await mkdir(layout.sounds, { recursive: true });
  for (const [name, place] of Object.entries({ ...places, flows: path.join(layout.home, 'flows') })) {
    await rename(path.join(staged, name), place).catch((error) => {
      if (error.code !== 'ENOENT') throw error; // there was none
    });
  }
  await closeToOthers(layout.secrets);
  const sign = path.join(staged, 'alive');
  const { atime, mtime } = (await stat(sign).catch(() => undefined)) ?? {};
  if (atime === undefined || mtime === undefined) return;
  await rename(sign, path.join(layout.home, 'alive'));
  await utimes(path.join(layout.home, 'alive'), atime, mtime);
}

/** @param {string} folder */
async function closeToOthers(folder) {
  await chmod(folder, 0o700);
  for (const name of await readdir(folder)) await chmod(path.join(folder, name), 0o600);
}

/**
 * @param {Layout} layout
 * @param {Manifest} manifest
 * @param {string} dump
 * @returns {Promise<readonly string[]>} the migrations that were missing
 */
async function restoreDatabase(layout, manifest, dump) {
  const given = process.env['DATABASE_URL'];
  const part = given ? undefined : await startPostgres(layout, { watch: false });
  const url = given || (await databaseUrl(layout));
  try {
    await readDump(url, dump);
    compare(manifest, await withDatabase(url, tallyTables));
    return await migrateTables(url, manifest);
  } finally {
    await part?.stop();
  }
}

/** @param {Manifest} manifest @param {import('./database.mjs').Tallies} found */
function compare({ tables }, found) {
  for (const [table, { rows, sum }] of Object.entries(tables)) {
    if (found[table]?.rows === rows && found[table]?.sum === sum) continue;
    throw new SetupFailure(
      `表 ${table} 与备份不符:应有 ${rows} 行,现有 ${found[table]?.rows ?? 0} 行。`,
      `The table ${table} is not what was backed up: ${rows} rows then, ${found[table]?.rows ?? 0} now.`,
    );
  }
}

/** @param {string} url @param {Manifest} manifest */
async function migrateTables(url, { migrations }) {
  const { migrate, openDatabase } = await loadBuilt('adapters/postgres/database');
  const database = openDatabase({ url, statementMs: 3_600_000 });
  try {
    await migrate(database);
  } finally {
    await database.destroy();
  }
  const now = await withDatabase(url, appliedMigrations);
  return now.filter((name) => !migrations.includes(name));
}

/** Only what was made here: the home was empty. @param {string} home */
async function empty(home) {
  // As root below /root the cluster lies elsewhere, behind a link.
  const cluster = await readlink(path.join(home, 'postgres')).catch(() => undefined);
  if (cluster?.startsWith('/var/lib/yihao/')) await rm(cluster, { recursive: true, force: true });
  for (const name of await readdir(home).catch(() => [])) {
    await rm(path.join(home, name), { recursive: true, force: true });
  }
}
