// Keeps the site in force in step with its folder: a whole new version or, with one error anywhere, the running one.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Finding } from '../../contact/finding.js';
import type { Sites } from '../../engine/ports.js';
import { AppError } from '../../errors.js';
import { siteFrom, type CheckedSite, type ParsedSite, type ParseOptions } from '../../site/parse-site.js';
import type { Site } from '../../site/site.js';
import { folderMark, switched, unfinishedSwitch } from './switch-files.js';

/** What a check is asked to do; plain data, handed to the checking thread. */
export interface SiteCheck {
  readonly files: ReadonlyMap<string, string>;
  readonly options: ParseOptions;
}

type RefusedSite = Extract<ParsedSite, { readonly ok: false }>;

/** How a reload went. `unchanged`: the files say what is in force already. */
export type Reloaded =
  | { readonly ok: true; readonly site: Site; readonly unchanged: boolean }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** The sites the engine asks, and the two ways to change them. */
export interface SiteHolder extends Sites {
  /** Reads the folder again; with an error anywhere the running version stays. */
  reload(): Promise<Reloaded>;
  /** Switches the menu variant at run time; undefined = what policies.yaml says. */
  setMenu(menu: boolean | undefined): Promise<Reloaded>;
}

/** Files larger than this are no configuration. */
const largestFileBytes = 1_000_000;
const checkDeadlineMs = 30_000;
/** Versions kept for contacts that began with them; a call lasts at most hours, a site changes a few times a day. */
const versionsKept = 20;

/** A folder that somebody writes to all the time, for half a second and more, is read as it happens to be. */
const mostLooks = 40;
/** From the third look on a publication is given this long to end; not evenly, lest looks keep step with publications. */
const restsMs = [5, 11, 17];

/**
 * The YAML files of a folder and of `flows/` and `prompts/` below it, by path with `/`. A publication under way is read as a
 * whole: before it, or after it.
 * @throws AppError CONFIG_INVALID if the folder cannot be read or a file is too large
 */
export async function readSiteFiles(dir: string): Promise<ReadonlyMap<string, string>> {
  for (let look = 1; ; look += 1) {
    const before = await folderMark(dir).catch(() => '');
    const files = await readFiles(dir, ['', 'flows', 'prompts'], /^[^.].*\.yaml$/).catch(
      (error: unknown) => ({ error }),
    );
    const decided = await unfinishedSwitch(dir);
    if (look < mostLooks && before !== (await folderMark(dir).catch(() => ''))) {
      if (look > 2) await sleep(restsMs[look % restsMs.length]);
      continue;
    }
    if ('error' in files) throw files.error;
    return decided === undefined ? files : switched(files, decided);
  }
}

/**
 * The scenarios beside the flows, `flows/*.test.txt`, by path with `/`: they decide nothing about calls and are no part of the site's version.
 * @throws AppError CONFIG_INVALID if the folder cannot be read or a file is too large
 */
export function readScenarioFiles(dir: string): Promise<ReadonlyMap<string, string>> {
  return readFiles(dir, ['flows'], /^[^.].*\.test\.txt$/);
}

/** Names of the WAV files in `recordings/`; none where there is no such folder. */
export async function readRecordingNames(dir: string): Promise<readonly string[]> {
  const names = await namesIn(dir, 'recordings');
  return names.map((name) => path.posix.basename(name)).filter((name) => name.endsWith('.wav'));
}

async function readFiles(
  dir: string,
  folders: readonly string[],
  form: RegExp,
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(folders.map((folder) => namesIn(dir, folder)));
  const files = found
    .flat()
    .filter((name) => form.test(path.posix.basename(name)))
    .sort();
  return new Map(await Promise.all(files.map((name) => readOne(dir, name))));
}

/** A folder below may be missing, the folder itself may not. */
async function namesIn(dir: string, folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(path.join(dir, folder))).map((name) => path.posix.join(folder, name));
  } catch (cause) {
    if (folder !== '' && (cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new AppError('CONFIG_INVALID', { dir, reason: 'the folder cannot be read' }, { cause });
  }
}

async function readOne(dir: string, name: string): Promise<readonly [string, string]> {
  const text = await readFile(path.join(dir, name), 'utf8').catch((cause: unknown) => {
    throw new AppError('CONFIG_INVALID', { file: name, reason: 'the file cannot be read' }, { cause });
  });
  if (text.length > largestFileBytes)
    throw new AppError('CONFIG_INVALID', { file: name, reason: 'larger than 1 MB' });
  return [name, text];
}

/**
 * Reads and checks a site in a thread of its own: it takes longer than a call may wait.
 * @throws AppError CONFIG_INVALID if the thread breaks, DEADLINE_EXCEEDED after 30 s
 */
export function checkInThread(check: SiteCheck): Promise<CheckedSite> {
  return askThread<CheckedSite>('site-check-thread', check);
}

/**
 * Gives work to a thread of this folder and waits for its one answer.
 * @throws AppError CONFIG_INVALID if the thread breaks, DEADLINE_EXCEEDED after 30 s
 */
export function askThread<Result>(script: string, workerData: object): Promise<Result> {
  const extension = path.extname(import.meta.url);
  const worker = new Worker(new URL(`./${script}${extension}`, import.meta.url), { workerData });
  return new Promise<Result>((resolve, reject) => {
    const deadline = setTimeout(() => {
      reject(new AppError('DEADLINE_EXCEEDED', { part: 'check of the site', ms: checkDeadlineMs }));
      void worker.terminate();
    }, checkDeadlineMs);
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      clearTimeout(deadline);
      reject(new AppError('CONFIG_INVALID', { reason: `the checking thread ended with ${String(code)}` }));
    });
  });
}

/** A file that cannot be read is a finding like any other; a folder that cannot be is a fault. @throws what is no such file's error */
export function refusalOf(error: unknown): RefusedSite {
  const { file, reason } = error instanceof AppError ? error.details : {};
  if (typeof file !== 'string') throw error;
  const zh = '文件无法读取,或大于 1 MB,请检查该文件。';
  return { ok: false, findings: [{ level: 'error', file, line: 1, zh, en: `${String(reason)}.` }] };
}

/** What a holder needs of its surroundings. */
export interface SiteHolderParts {
  readonly dir: string;
  readonly nowMs: () => number;
  /** Reads and checks; {@link checkInThread} where calls are served. */
  readonly check: (check: SiteCheck) => Promise<CheckedSite>;
  /** Told of every new version taken into use, after it is in force; a reload settles when this has. */
  readonly onReload: (site: Site) => void | Promise<void>;
}

/**
 * Loads the site once and keeps it.
 * @returns the holder, or the findings that keep the files from being used at all
 * @throws AppError CONFIG_INVALID, DEADLINE_EXCEEDED
 */
export async function createSiteHolder(
  parts: SiteHolderParts,
): Promise<{ readonly ok: true; readonly holder: SiteHolder } | RefusedSite> {
  const { dir, nowMs, check, onReload } = parts;
  async function parse(options: Omit<ParseOptions, 'nowMs'>): Promise<ParsedSite> {
    const files = await readSiteFiles(dir).catch(refusalOf);
    if ('ok' in files) return files;
    const recordings = await readRecordingNames(dir);
    return siteFrom(await check({ files, options: { nowMs: nowMs(), recordings, ...options } }));
  }
  const first = await parse({});
  if (!first.ok) return first;

  let current = first.site;
  let menu: boolean | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const versions = new Map([[current.version, current]]);

  async function load(menuWanted: boolean | undefined): Promise<Reloaded> {
    const overrides = menuWanted === undefined ? {} : { menu: menuWanted };
    const parsed = await parse({ overrides, inForce: current.numbers });
    if (!parsed.ok) return parsed;
    menu = menuWanted;
    const unchanged = parsed.site.version === current.version;
    if (!unchanged) await takeIntoUse(parsed.site);
    return { ok: true, site: current, unchanged };
  }

  async function takeIntoUse(site: Site): Promise<void> {
    current = site;
    versions.delete(site.version);
    versions.set(site.version, site);
    const [oldest] = versions.keys();
    if (versions.size > versionsKept && oldest !== undefined) versions.delete(oldest);
    await onReload(site);
  }

  /** One load at a time, in the order asked: the last wish is the one in force. */
  function inTurn(wanted: () => boolean | undefined): Promise<Reloaded> {
    const result = turn.then(() => load(wanted()));
    turn = result.catch(() => undefined);
    return result;
  }

  const holder: SiteHolder = {
    current: () => current,
    ofVersion: (version) => versions.get(version) ?? current,
    reload: () => inTurn(() => menu),
    setMenu: (wanted) => inTurn(() => wanted),
  };
  return { ok: true, holder };
}
