// Puts a draft in force in one step, from the pages or from the host's terminal; what a killed process left undone is finished first.
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../errors.js';
import { governedHash, governedTexts } from '../../site/draft.js';
import type { JudgedDraft } from '../../site/judge-draft.js';
import { found, publish, type PublishedVersion } from '../../site/publishing.js';
import { isWritable } from './replace-files.js';
import { readSiteFiles } from './site-files.js';
import {
  beginSwitch,
  endSwitch,
  placeFiles,
  sweepSwitches,
  unfinishedSwitch,
  type FileSwitch,
} from './switch-files.js';
import type { VersionStore } from './version-store.js';

/** Folder and versions that belong together. */
export interface VersionedFolder {
  readonly dir: string;
  readonly store: VersionStore;
  /** Held by the one process that switches files. */
  readonly lockFile: string;
  readonly nowMs: () => number;
}

/** A publication that holds the lock for longer has died. */
const lockLivesMs = 60_000;

/** What is published, by whom. */
export interface Publication {
  readonly author: string;
  readonly by: string;
  readonly emergency: boolean;
  readonly reason: string;
  readonly judged: JudgedDraft;
  readonly undoOf: number | null;
  /** The site's texts that were judged. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Finishes what was decided and not carried out, and notes as a version what somebody changed by hand.
 * @returns the versions
 */
export async function settle(folder: VersionedFolder): Promise<readonly PublishedVersion[]> {
  return locked(folder, () => settleLocked(folder));
}

async function settleLocked(folder: VersionedFolder): Promise<readonly PublishedVersion[]> {
  const { dir, store, nowMs } = folder;
  const decided = await unfinishedSwitch(dir);
  const files = await readSiteFiles(dir);
  if (decided !== undefined) {
    // What somebody has changed by hand since then becomes the version after it.
    await carryOut(folder, decided);
  }
  await sweepSwitches(dir).catch(() => undefined);
  const history = await store.history();
  const byHand = found(history, governedHash(files), nowMs());
  if (byHand === undefined) return history;
  await store.add(byHand, governedTexts(files));
  return store.history();
}

/**
 * Publishes: old or new, never half.
 * @throws OWN_DRAFT, REASON_NEEDED, NOTHING_CHANGED, DRAFT_CONFLICT, SITE_INVALID, SITE_CHANGED, SITE_READ_ONLY
 */
export async function publishDraft(
  folder: VersionedFolder,
  { judged, files, ...act }: Publication,
): Promise<PublishedVersion> {
  if (judged.conflicts.length > 0) throw new AppError('DRAFT_CONFLICT', { conflicts: judged.conflicts });
  const errors = judged.findings.filter(({ level }) => level === 'error');
  if (errors.length > 0) throw new AppError('SITE_INVALID', { findings: errors });
  return locked(folder, async () => {
    const { dir, nowMs } = folder;
    const history = await settleLocked(folder);
    if (governedHash(await readSiteFiles(dir)) !== governedHash(files)) throw new AppError('SITE_CHANGED');
    const decision = publish(history, { ...act, hash: judged.hash, atMs: nowMs() });
    if (!decision.ok) throw new AppError(decision.code);
    const { version } = decision;
    const writable = await isWritable(
      dir,
      [...judged.changed.keys()].filter((file) => files.has(file)),
    );
    if (!writable) throw new AppError('SITE_READ_ONLY', { folder: dir, reason: 'EACCES' });
    try {
      const decided = await beginSwitch(dir, version, judged.changed, files);
      await carryOut(folder, decided);
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw new AppError('SITE_READ_ONLY', { folder: dir, reason }, { cause });
    }
    return version;
  });
}

/** Harmless twice, and from the middle. */
async function carryOut({ dir, store }: VersionedFolder, decided: FileSwitch): Promise<void> {
  await placeFiles(dir, decided);
  const { version, texts } = decided;
  await store.add(version, new Map(Object.entries(texts)));
  const draft = version.author === null ? undefined : await store.draft(version.author);
  if (draft !== undefined && draft.changedAtMs <= version.atMs) await store.removeDraft(draft.author);
  await endSwitch(dir);
}

/** One process at a time; the lock of a dead one is taken over. @throws SITE_CHANGED where another is at it */
async function locked<Result>({ lockFile }: VersionedFolder, work: () => Promise<Result>): Promise<Result> {
  await mkdir(path.dirname(lockFile), { recursive: true, mode: 0o700 });
  for (let look = 1; !(await take(lockFile)); look += 1) {
    if (look === locksAwaited) throw new AppError('SITE_CHANGED', { reason: 'another publication' });
    if (await isDead(lockFile)) await rm(lockFile, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, lockPauseMs));
  }
  try {
    return await work();
  } finally {
    await rm(lockFile, { force: true });
  }
}

const locksAwaited = 50;
const lockPauseMs = 100;

async function take(lockFile: string): Promise<boolean> {
  try {
    const handle = await open(lockFile, 'wx', 0o600);
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isDead(lockFile: string): Promise<boolean> {
  const [text, about] = [
    await readFile(lockFile, 'utf8').catch(() => ''),
    await stat(lockFile).catch(() => null),
  ];
  if (about === null) return false;
  if (Date.now() - about.mtimeMs > lockLivesMs) return true;
  const pid = Number(text);
  if (pid === 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
