// Puts several files of a folder in force in one step: all are laid down beside it, one rename decides, and whoever reads from then on reads the new ones.
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PublishedVersion } from '../../site/publishing.js';
import { governedTexts, hashOf } from '../../site/draft.js';
import { replaceFile } from './replace-files.js';

/** Below the folder, from the step that decides until every file is in its place: milliseconds, or as long as the machine is down. */
const folderName = '.publish';

/** What is being put in force. */
export interface FileSwitch {
  readonly version: PublishedVersion;
  readonly files: readonly SwitchedFile[];
  /** All governed texts of the version. */
  readonly texts: Readonly<Record<string, string>>;
}

interface SwitchedFile {
  readonly file: string;
  /** Hash of the text before; null = there was none. */
  readonly before: string | null;
  /** null = the file goes. */
  readonly text: string | null;
}

/**
 * Decides: from the rename on the new files are in force, whatever happens to this process.
 * @throws ENOTEMPTY, EEXIST while another switch is not finished; EACCES, EROFS, ENOSPC
 */
export async function beginSwitch(
  dir: string,
  version: PublishedVersion,
  changed: ReadonlyMap<string, string | null>,
  files: ReadonlyMap<string, string>,
): Promise<FileSwitch> {
  const own = [...changed].map(([file, text]) => ({ file, before: hashOf(files.get(file)), text }));
  const texts = governedTexts(switched(files, { files: own }));
  const decided: FileSwitch = { version, files: own, texts: Object.fromEntries(texts) };
  const made = path.join(dir, `${folderName}.${String(process.pid)}.new`);
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { mode: 0o700 });
  try {
    const place = path.join(made, 'switch.json');
    await writeFile(place, JSON.stringify(decided), { mode: 0o600, flush: true });
    await syncFolder(made);
    await rename(made, path.join(dir, folderName));
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(dir);
  return decided;
}

/** A switch that is decided and not finished. */
export async function unfinishedSwitch(dir: string): Promise<FileSwitch | undefined> {
  const text = await readFile(path.join(dir, folderName, 'switch.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as FileSwitch);
}

/** Texts as the switch makes them; a file that somebody has changed by hand since then stays his. */
export function switched(
  files: ReadonlyMap<string, string>,
  { files: changed }: Pick<FileSwitch, 'files'>,
): ReadonlyMap<string, string> {
  const now = new Map(files);
  for (const { file, before, text } of changed) {
    if (hashOf(files.get(file)) !== before) continue;
    if (text === null) now.delete(file);
    else now.set(file, text);
  }
  return now;
}

/** Brings every file to its place. Harmless twice. */
export async function placeFiles(dir: string, { files }: FileSwitch): Promise<void> {
  for (const { file, before, text } of files) {
    const place = path.join(dir, file);
    const present = await readFile(place, 'utf8').catch(() => undefined);
    if (hashOf(present) !== before) continue;
    if (text === null) await rm(place);
    else {
      await mkdir(path.dirname(place), { recursive: true });
      await replaceFile(place, text);
    }
  }
}

/** Forgets a switch whose files are in their places. */
export async function endSwitch(dir: string): Promise<void> {
  const done = path.join(dir, `${folderName}.${String(process.pid)}.done`);
  await rename(path.join(dir, folderName), done).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(done, { recursive: true, force: true });
}

/** Whether two looks at the folder saw the same state: every switch makes and takes away a name in it. */
export async function folderMark(dir: string): Promise<string> {
  const { mtimeNs, ino } = await stat(dir, { bigint: true });
  return `${String(ino)} ${String(mtimeNs)}`;
}

/** Left by processes that were killed before their switch was decided. */
export async function sweepSwitches(dir: string): Promise<void> {
  const left = (await readdir(dir)).filter((name) => /^\.publish\.\d+\.(?:new|done)$/.test(name));
  for (const name of left) await rm(path.join(dir, name), { recursive: true, force: true });
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
