// Edits the files of people and phones for the pages: what was seen is compared, whole site checked, old texts kept, new ones in force at once.
import { formatCivilTime } from '../../contact/civil-time.js';
import { AppError } from '../../errors.js';
import { siteVersionOf } from '../../site/parse-site.js';
import type { Site } from '../../site/site.js';
import { requireWishSeen, type SiteEdited, type SiteWish } from '../../site/site-edited.js';
import { isWritable, keepVersion, replaceFiles } from './replace-files.js';
import { askThread, readSiteFiles, type Reloaded } from './site-files.js';
import type { SiteTurn } from './site-turn.js';
import type { SiteWork, SiteWorkDone } from './site-work.js';

/** Changes the files of a site. */
export interface SiteFileEditor {
  isWritable(): Promise<boolean>;
  /** @throws AppError ROW_CHANGED, ROW_EXISTS, SITE_CHANGED, SITE_READ_ONLY, CONFIG_INVALID, DEADLINE_EXCEEDED */
  edit(wish: SiteWish): Promise<SiteEdited>;
}

/** What an editor stands on. */
export interface SiteEditorParts {
  readonly dir: string;
  /** Where replaced texts are kept. */
  readonly historyDir: string;
  readonly sites: { current(): Site; reload(): Promise<Reloaded> };
  readonly nowMs: () => number;
  /** Shared with whoever else changes these files. */
  readonly inTurn: SiteTurn;
  /** {@link workInThread} where calls are served. */
  readonly work: (work: SiteWork) => Promise<SiteWorkDone>;
}

/** So many edits can be looked up and put back by hand. */
const editsKept = 100;
const editedFiles = ['skills.yaml', 'teams.yaml', 'devices.yaml', 'agents.yaml'];

/** Does the work in a thread of its own. */
export function workInThread(work: SiteWork): Promise<SiteWorkDone> {
  return askThread<SiteWorkDone>('site-edit-thread', work);
}

/** An editor of these files. */
export function createSiteEditor(parts: SiteEditorParts): SiteFileEditor {
  const { dir, historyDir, sites, nowMs, inTurn, work } = parts;

  async function edit(wish: SiteWish): Promise<SiteEdited> {
    const { menu, version } = sites.current();
    const files = await readSiteFiles(dir);
    if (siteVersionOf(files, menu) !== version) throw new AppError('SITE_CHANGED', { version });
    requireWishSeen(sites.current(), wish);
    const edits = 'table' in wish ? { table: wish.table } : [wish.row];
    const dryRun = 'table' in wish && wish.dryRun;
    const done = await work({ files, edits, options: { nowMs: nowMs(), overrides: { menu } } });
    if (!done.ok) return done;
    if (dryRun || done.changed.size === 0) return { ...done, site: sites.current() };
    await write(files, done.changed);
    const reloaded = await sites.reload();
    if (!reloaded.ok) return { ok: false, findings: reloaded.findings, rows: done.rows };
    return { ok: true, site: reloaded.site, edits: done.edits, rows: done.rows };
  }

  async function write(
    files: ReadonlyMap<string, string>,
    changed: ReadonlyMap<string, string>,
  ): Promise<void> {
    const before = new Map([...changed.keys()].map((file) => [file, files.get(file) ?? '']));
    const stamp = formatCivilTime(nowMs()).replaceAll(/\D/g, '');
    await keepVersion(historyDir, `${stamp}-${sites.current().version}`, before, editsKept);
    await replaceFiles(dir, changed, before).catch((cause: NodeJS.ErrnoException) => {
      throw new AppError('SITE_READ_ONLY', { folder: dir, reason: cause.code ?? 'unknown' }, { cause });
    });
  }

  return {
    isWritable: () => isWritable(dir, editedFiles),
    edit: (wish) => inTurn(() => edit(wish)),
  };
}
