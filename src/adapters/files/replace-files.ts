// Replaces files whole: each is written beside its place, made durable, and renamed; what was there is kept for a while.
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Writes these texts below the folder in their order; when one cannot be written, those before it are put back. */
export async function replaceFiles(
  dir: string,
  texts: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
): Promise<void> {
  const written: string[] = [];
  try {
    for (const [file, text] of texts) {
      await replaceFile(path.join(dir, file), text);
      written.push(file);
    }
  } catch (error) {
    for (const file of written)
      await replaceFile(path.join(dir, file), before.get(file) ?? '').catch(() => undefined);
    throw error;
  }
}

/** Writes one text beside its place, makes it durable and renames it. */
export async function replaceFile(place: string, text: string): Promise<void> {
  // A link stays a link: what it leads to is replaced.
  const target = await realpath(place).catch(() => place);
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => 0o644,
  );
  const finished = `${target}.new`;
  const handle = await open(finished, 'w', mode);
  try {
    await handle.chmod(mode);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(finished, target);
  const folder = await open(path.dirname(target), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether files of this folder can be replaced. */
export async function isWritable(dir: string, files: readonly string[]): Promise<boolean> {
  const places = [dir, ...files.map((file) => path.join(dir, file))];
  const looks = places.map((place) =>
    access(place, constants.W_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(looks)).every(Boolean);
}

/** Keeps texts in a folder of their own below `history`, and of those folders the newest. */
export async function keepVersion(
  history: string,
  name: string,
  texts: ReadonlyMap<string, string>,
  kept: number,
): Promise<void> {
  const folder = path.join(history, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [file, text] of texts) await writeFile(path.join(folder, file), text, { mode: 0o600 });
  const old = (await readdir(history)).sort().slice(0, -kept);
  for (const one of old) await rm(path.join(history, one), { recursive: true, force: true });
}
