// Keeps every version of what citizens hear, and the drafts of the next ones, in folders under YIHAO_HOME.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../errors.js';
import type { Draft } from '../../site/draft.js';
import type { PublishedVersion } from '../../site/publishing.js';
import { replaceFile } from './replace-files.js';

/** Versions and drafts. */
export interface VersionStore {
  /** From the first to the newest. */
  history(): Promise<readonly PublishedVersion[]>;
  /** The governed texts of a version by path; undefined where there is none. */
  texts(number: number): Promise<ReadonlyMap<string, string> | undefined>;
  /** Harmless twice. @throws SITE_CHANGED where another version has taken its number */
  add(version: PublishedVersion, texts: ReadonlyMap<string, string>): Promise<void>;
  /** A version with its review. */
  replace(version: PublishedVersion): Promise<void>;
  drafts(): Promise<readonly Draft[]>;
  draft(author: string): Promise<Draft | undefined>;
  putDraft(draft: Draft): Promise<void>;
  removeDraft(author: string): Promise<void>;
  /** The folder whose versions these are, as the service noted it; undefined where none has run, or where it is gone. */
  folder(): Promise<string | undefined>;
  noteFolder(dir: string): Promise<void>;
}

/** A file with the path of the folder in use. */
const folderNote = 'folder';
/** In that folder: where its versions are kept, so that the host's commands of another YIHAO_HOME leave it alone. */
const useNote = '.used-by';
const folderOf = (number: number): string => String(number).padStart(6, '0');

/** A store over these folders: `versions` and `drafts`. They are made when they are first written to. */
export function createVersionStore(folders: {
  readonly versionsDir: string;
  readonly draftsDir: string;
}): VersionStore {
  const { versionsDir, draftsDir } = folders;
  const known = new Map<string, PublishedVersion>();
  const placeOf = (number: number): string => path.join(versionsDir, folderOf(number));
  const draftPlace = (author: string): string => path.join(draftsDir, `${encodeURIComponent(author)}.json`);

  async function history(): Promise<readonly PublishedVersion[]> {
    const names = (await namesIn(versionsDir)).filter((name) => /^\d{6}$/.test(name)).sort();
    for (const name of names)
      if (!known.has(name))
        known.set(name, await readJson<PublishedVersion>(path.join(versionsDir, name, 'version.json')));
    return names.flatMap((name) => known.get(name) ?? []);
  }

  async function texts(number: number): Promise<ReadonlyMap<string, string> | undefined> {
    const text = await readFile(path.join(placeOf(number), 'texts.json'), 'utf8').catch(() => undefined);
    return text === undefined
      ? undefined
      : new Map(Object.entries(JSON.parse(text) as Record<string, string>));
  }

  async function add(version: PublishedVersion, files: ReadonlyMap<string, string>): Promise<void> {
    const present = (await history()).find(({ number }) => number === version.number);
    if (present !== undefined) {
      if (present.hash === version.hash && present.atMs === version.atMs) return;
      throw new AppError('SITE_CHANGED', { number: present.number });
    }
    await mkdir(versionsDir, { recursive: true, mode: 0o700 });
    const made = path.join(versionsDir, `.${folderOf(version.number)}.${String(process.pid)}`);
    await rm(made, { recursive: true, force: true });
    await mkdir(made, { mode: 0o700 });
    const options = { mode: 0o600, flush: true };
    await writeFile(
      path.join(made, 'texts.json'),
      JSON.stringify(Object.fromEntries(files), null, 1),
      options,
    );
    await writeFile(path.join(made, 'version.json'), `${JSON.stringify(version, null, 1)}\n`, options);
    await rename(made, placeOf(version.number));
  }

  return {
    history,
    texts,
    add,
    async replace(version) {
      const place = path.join(placeOf(version.number), 'version.json');
      await replaceFile(place, `${JSON.stringify(version, null, 1)}\n`);
      known.set(folderOf(version.number), version);
    },
    async drafts() {
      const names = (await namesIn(draftsDir)).filter((name) => name.endsWith('.json')).sort();
      return Promise.all(names.map((name) => readJson<Draft>(path.join(draftsDir, name))));
    },
    async draft(author) {
      const text = await readFile(draftPlace(author), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as Draft);
    },
    async putDraft(draft) {
      await mkdir(draftsDir, { recursive: true, mode: 0o700 });
      await replaceFile(draftPlace(draft.author), `${JSON.stringify(draft, null, 1)}\n`);
    },
    removeDraft: (author) => rm(draftPlace(author), { force: true }),
    async folder() {
      const noted = await readFile(path.join(versionsDir, folderNote), 'utf8').catch(() => '');
      const isThere = noted !== '' && (await stat(noted).catch(() => undefined))?.isDirectory() === true;
      return isThere ? noted : undefined;
    },
    async noteFolder(dir) {
      await mkdir(versionsDir, { recursive: true, mode: 0o700 });
      await replaceFile(path.join(versionsDir, folderNote), dir);
      // Where it cannot be written nobody's command can change anything either.
      await writeFile(path.join(dir, useNote), versionsDir).catch(() => undefined);
    },
  };
}

/** Where the versions of this folder are kept by the site that uses it; undefined where none does, or where that site has moved on. */
export async function usedBy(dir: string): Promise<string | undefined> {
  const versionsDir = await readFile(path.join(dir, useNote), 'utf8').catch(() => '');
  if (versionsDir === '') return undefined;
  const noted = await readFile(path.join(versionsDir, folderNote), 'utf8').catch(
    // Another account's site that cannot be looked at: it is in use, for all one knows.
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? '' : dir),
  );
  return noted !== '' && path.resolve(noted) === path.resolve(dir) ? versionsDir : undefined;
}

const namesIn = (dir: string): Promise<readonly string[]> => readdir(dir).catch(() => []);

async function readJson<Content>(file: string): Promise<Content> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Content;
  } catch (cause) {
    throw new AppError(
      'CONFIG_INVALID',
      { file, reason: 'this file of the versions cannot be read' },
      { cause },
    );
  }
}
