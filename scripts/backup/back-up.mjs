// @ts-check
// Makes one backup of a Yihao that may be running: what cannot be made again, in one file with a manifest, readable by its owner alone.

import {
  chmod,
  copyFile,
  cp,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../install/command.mjs';
import { SetupFailure } from '../install/failure.mjs';
import { takeLock } from '../install/lock-file.mjs';
import { loadBuilt } from '../prompts/core.mjs';
import { databaseUrl } from '../run/postgres.mjs';
import { dumpDatabase } from './database.mjs';
import { MANIFEST, marksOf } from './manifest.mjs';
import { copyRecordings, listRecordings } from './recordings.mjs';
import { holdSpool } from './spool-copy.mjs';

/** @typedef {import('../run/layout.mjs').Layout} Layout */
/**
 * @typedef {object} BackupOptions
 * @property {string} folder where it goes
 * @property {boolean} recordings whether recordings are copied beside it
 * @property {number | undefined} keep how many backups of this site stay in the folder; undefined = all
 */

const TAR_MS = 4 * 3_600_000;
/** Tells when and where the last backup went; the doctor reads it. */
export const LAST_BACKUP = 'last-backup.json';

/**
 * @param {Layout} layout
 * @param {BackupOptions} options
 * @returns {Promise<{file: string, manifest: import('./manifest.mjs').Manifest, recordings: {copied: number, kept: number} | undefined}>}
 * @throws {SetupFailure}
 */
export async function backUp(layout, options) {
  const lock = await takeLock(path.join(layout.run, 'backup.lock'));
  if (!lock.ok) {
    throw new SetupFailure(
      `另一次备份(进程 ${lock.holderPid})正在进行。`,
      `Another backup (process ${lock.holderPid}) is under way.`,
    );
  }
  const folder = path.resolve(options.folder);
  const [held, staged] = [path.join(layout.run, 'backup'), path.join(folder, '.yihao-backup')];
  try {
    await makeFolder(folder);
    for (const place of [held, staged]) {
      await rm(place, { recursive: true, force: true }); // what a killed backup left
      await makeFolder(place);
    }
    const manifest = await gather(layout, held, staged);
    const file = await pack(layout, manifest, staged, folder);
    const recordings = options.recordings
      ? await copyRecordings(layout.recordings, path.join(folder, 'recordings'))
      : undefined;
    await writeFile(
      path.join(layout.home, LAST_BACKUP),
      `${JSON.stringify({ atMs: manifest.madeAtMs, file })}\n`,
      { mode: 0o600 },
    );
    if (options.keep !== undefined) await removeOld(layout.site, folder, options.keep);
    return { file, manifest, recordings };
  } finally {
    for (const place of [held, staged]) await rm(place, { recursive: true, force: true });
    await lock.release();
  }
}

/** @param {string} folder */
async function makeFolder(folder) {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
    throw new SetupFailure(
      `不能在 ${folder} 写入(${error.code}),请换一个目录或改其权限。`,
      `Nothing can be written to ${folder}: choose another folder or change its rights.`,
    );
  });
}

/**
 * Collects everything below `staged`. The order loses nothing: a call in Asterisk's records is journaled before its row goes, and a fact is
 * in the spool before it is in the database; so records first, then the spool is held, then the dump, then the spool's end. What is in two of
 * them is one fact all the same: its name is (stream, id, seq).
 * @param {Layout} layout
 * @param {string} held on the spool's own disk, for hard links
 * @param {string} staged
 * @returns {Promise<import('./manifest.mjs').Manifest>}
 */
async function gather(layout, held, staged) {
  const url = process.env['DATABASE_URL'] || (await databaseUrl(layout));
  await copyFolder(layout.cdr, path.join(staged, 'cdr'));
  const spool = await holdSpool(layout.spool, path.join(held, 'spool'));
  const { tallies, migrations } = await dumpDatabase(url, path.join(staged, 'database.dump')).catch(
    async (error) => {
      await spool.end().catch(() => undefined);
      throw error;
    },
  );
  await spool.end();
  await copyFolder(path.join(held, 'spool'), path.join(staged, 'spool'));
  await copyFolder(layout.secrets, path.join(staged, 'secrets'));
  await copyFolder(layout.flows, path.join(staged, 'flows'));
  await copyFolder(layout.promptRecordings, path.join(staged, 'prompt-recordings'));
  await copyFolder(layout.siteVersions, path.join(staged, 'site-versions'));
  await copyFolder(layout.siteDrafts, path.join(staged, 'site-drafts'));
  await copyEvents(layout, staged);
  await copySign(path.join(layout.home, 'alive'), path.join(staged, 'alive'));
  const recordings = await listRecordings(layout.recordings);
  const { version } = JSON.parse(await readFile(path.join(layout.project, 'package.json'), 'utf8'));
  return {
    format: 1,
    madeAtMs: Date.now(),
    version: String(version),
    site: layout.site,
    node: layout.node,
    siteVersion: await siteVersionOf(layout.flows),
    migrations,
    tables: tallies,
    recordings: {
      files: recordings.length,
      bytes: recordings.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    files: await marksOf(staged),
  };
}

/** A file that goes while it is copied was carried on meanwhile. @param {string} from @param {string} to */
async function copyFolder(from, to) {
  const names = await readdir(from, { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const entry of names.filter((one) => one.isFile())) {
    const source = path.join(entry.parentPath, entry.name);
    const target = path.join(to, path.relative(from, source));
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(source, target).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

/** The list first: it names no sound that is not there yet. @param {Layout} layout @param {string} staged */
async function copyEvents(layout, staged) {
  await copyFile(layout.eventPrompts, path.join(staged, 'event-prompts.json')).catch((error) => {
    if (error.code !== 'ENOENT') throw error; // there never was one
  });
  await copyFolder(layout.eventSounds, path.join(staged, 'event-sounds'));
}

/** The last sign of life: after a restore the gap in the data begins there. @param {string} from @param {string} to */
async function copySign(from, to) {
  const about = await stat(from).catch(() => undefined);
  if (about === undefined) return;
  await cp(from, to);
  await utimes(to, about.atime, about.mtime);
}

/**
 * The version of the flows as the service tells it.
 * @param {string} flows
 * @returns {Promise<string>}
 */
export async function siteVersionOf(flows) {
  const { readSiteFiles } = await loadBuilt('adapters/files/site-files');
  const { checkSiteTexts } = await loadBuilt('site/parse-site');
  const checked = await readSiteFiles(flows)
    .then((files) => checkSiteTexts(files, { nowMs: Date.now() }))
    .catch(() => undefined);
  return checked?.ok ? checked.version : '';
}

/**
 * @param {Layout} layout
 * @param {import('./manifest.mjs').Manifest} manifest
 * @param {string} staged
 * @param {string} folder
 */
async function pack(layout, manifest, staged, folder) {
  await writeFile(path.join(staged, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 });
  const stamp = new Date(manifest.madeAtMs).toISOString().replace(/[-:]/g, '').replace(/\..*/, 'Z');
  const file = path.join(folder, `yihao-${layout.site}-${stamp}.tar`);
  const part = `${file}.part`;
  const opened = await open(part, 'w', 0o600);
  try {
    await chmod(part, 0o600);
    const names = (await readdir(staged)).sort((a, b) => Number(b === MANIFEST) - Number(a === MANIFEST));
    const args = ['--create', `--file=${part}`, '--numeric-owner', `--directory=${staged}`, '--', ...names];
    const done = await runCommand('tar', args, { deadlineMs: TAR_MS });
    if (done.code !== 0) {
      throw new SetupFailure(`打包失败:${done.err.trim()}。`, 'The archive could not be written.');
    }
    await opened.sync();
    await rename(part, file);
  } finally {
    await opened.close();
    await rm(part, { force: true });
  }
  return file;
}

/** @param {string} site @param {string} folder @param {number} keep */
async function removeOld(site, folder, keep) {
  const pattern = new RegExp(`^yihao-${site}-\\d{8}T\\d{6}Z\\.tar$`);
  const names = (await readdir(folder)).filter((name) => pattern.test(name)).sort();
  for (const name of names.slice(0, -keep)) await rm(path.join(folder, name));
}
