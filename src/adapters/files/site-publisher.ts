// The pages' way to change what citizens hear: drafts by one person, put in force by another, looked at afterwards where one was alone.
import { AppError } from '../../errors.js';
import {
  applyDraft,
  governedHash,
  governedTexts,
  isGoverned,
  placedRows,
  textChanges,
  withChange,
  type Draft,
  type DraftChange,
  type DraftTable,
} from '../../site/draft.js';
import type { RowFields } from '../../site/edit-rows.js';
import type { DraftCase, JudgedDraft } from '../../site/judge-draft.js';
import { siteVersionOf } from '../../site/parse-site.js';
import { review, type PublishedVersion } from '../../site/publishing.js';
import type { Site } from '../../site/site.js';
import { publishDraft, settle, type VersionedFolder } from './publish-draft.js';
import { isWritable } from './replace-files.js';
import { askThread, readSiteFiles, type Reloaded } from './site-files.js';
import type { SiteTurn } from './site-turn.js';
import { unfinishedSwitch } from './switch-files.js';

/** Makes the sounds of texts; each says whether it could. */
export interface SoundBuilder {
  /** Makes what is missing for these texts, without touching what is heard now. */
  prepare(files: ReadonlyMap<string, string>): Promise<boolean>;
  /** Puts the sounds of the files in force in their places. */
  install(): Promise<boolean>;
}

/** What a publisher stands on. */
export interface SitePublisherParts {
  readonly folder: VersionedFolder;
  readonly sites: { current(): Site; reload(): Promise<Reloaded> };
  readonly inTurn: SiteTurn;
  /** {@link judgeInThread} where calls are served. */
  readonly judge: (asked: DraftCase) => Promise<JudgedDraft>;
  readonly sounds: SoundBuilder;
  /** Told of the versions at every look and after every change. */
  readonly onVersions: (versions: readonly PublishedVersion[]) => void;
}

/** Judges a draft in a thread of its own. */
export function judgeInThread(asked: DraftCase): Promise<JudgedDraft> {
  return askThread<JudgedDraft>('draft-thread', asked);
}

/** What a form asks of a draft: how a row would fare in it. */
export interface RowWish {
  readonly author: string;
  readonly table: DraftTable;
  readonly id: string;
  readonly fields: RowFields | null;
  readonly call?: DraftCase['call'];
}

/** The publisher of one site; see `SitePublisher` of the HTTP server for what each does. */
export function createSitePublisher(parts: SitePublisherParts) {
  const { folder, sites, inTurn, judge, sounds, onVersions } = parts;
  const { dir, store, nowMs } = folder;
  let differs = false;

  const options = () => ({
    nowMs: nowMs(),
    overrides: { menu: sites.current().menu },
    inForce: sites.current().numbers,
  });

  /** @throws SITE_CHANGED where the files are not what is in force */
  async function filesInForce(): Promise<ReadonlyMap<string, string>> {
    const files = await readSiteFiles(dir);
    const { version, menu } = sites.current();
    if (siteVersionOf(files, menu) !== version) throw new AppError('SITE_CHANGED', { version });
    return files;
  }

  /** Notes what changed on disk; what the host's terminal has published is taken into force. */
  async function look(): Promise<void> {
    if ((await unfinishedSwitch(dir)) !== undefined) await settle(folder);
    const { menu } = sites.current();
    const isInForce = async () => siteVersionOf(await readSiteFiles(dir), menu) === sites.current().version;
    differs = !(await isInForce());
    const published = (await store.history()).at(-1);
    const isPublished =
      differs &&
      published !== undefined &&
      published.how !== 'found' &&
      published.hash === (await diskHash());
    if (isPublished) {
      await sounds.install();
      await sites.reload();
      differs = !(await isInForce());
    }
    const isNoted = (await store.history()).at(-1)?.hash === (await diskHash());
    if (!differs && !isNoted) await settle(folder);
    onVersions(await store.history());
  }
  const diskHash = async () => governedHash(await readSiteFiles(dir));

  async function draftOf(author: string): Promise<Draft> {
    const draft = await store.draft(author);
    if (draft === undefined) throw new AppError('DRAFT_UNKNOWN', { author });
    return draft;
  }

  const emptyDraft = (author: string): Draft => ({
    ...{ author, createdAtMs: nowMs(), changedAtMs: nowMs() },
    ...{ reason: '', undoOf: null, changes: [] },
  });

  async function keep(draft: Draft): Promise<Draft> {
    const kept = { ...draft, changedAtMs: nowMs() };
    if (kept.changes.length === 0) await store.removeDraft(draft.author);
    else await store.putDraft(kept);
    return kept;
  }

  async function rowChange(files: ReadonlyMap<string, string>, wish: RowWish): Promise<DraftChange> {
    const { table, id, fields } = wish;
    const before = placedRows(files, table).find((row) => row.id === id)?.fields ?? null;
    return { is: 'row', table, id, before, fields };
  }

  async function judged(files: ReadonlyMap<string, string>, changes: readonly DraftChange[], wish?: RowWish) {
    return judge({
      files,
      changes,
      options: options(),
      ...(wish !== undefined && { about: { table: wish.table, id: wish.id } }),
      ...(wish?.call !== undefined && { call: wish.call }),
    });
  }

  /** The draft with this change laid in. */
  async function withRow(wish: RowWish) {
    const files = await filesInForce();
    const draft = (await store.draft(wish.author)) ?? emptyDraft(wish.author);
    const changes = withChange(draft.changes, await rowChange(files, wish));
    return { draft, changes, result: await judged(files, changes, wish) };
  }

  async function putRow(wish: RowWish): Promise<JudgedDraft> {
    const { draft, changes, result } = await withRow(wish);
    refuse(result);
    await keep({ ...draft, changes });
    return result;
  }

  async function undo(author: string, number: number, reason: string): Promise<Draft> {
    const files = await filesInForce();
    if ((await store.draft(author)) !== undefined) throw new AppError('DRAFT_OPEN');
    const texts = await store.texts(number);
    if (texts === undefined) throw new AppError('VERSION_UNKNOWN', { number });
    const changes = textChanges(governedTexts(files), texts);
    if (changes.length === 0) throw new AppError('NOTHING_CHANGED');
    return keep({ ...emptyDraft(author), reason, undoOf: number, changes });
  }

  async function put(act: PublishWish): Promise<Published> {
    const files = await filesInForce();
    const draft = await draftOf(act.author);
    const result = await judged(files, draft.changes);
    if (result.seen !== act.seen) throw new AppError('SITE_CHANGED', { version: sites.current().version });
    if (result.conflicts.length === 0) refuse(result);
    const { author, by, emergency } = act;
    const reason = act.reason.trim() || draft.reason;
    const spoken = await sounds.prepare(applyDraft(files, draft.changes).files);
    const { undoOf } = draft;
    const version = await publishDraft(folder, {
      author,
      by,
      emergency,
      reason,
      undoOf,
      judged: result,
      files,
    });
    const installed = spoken && (await sounds.install());
    const reloaded = await sites.reload();
    if (!reloaded.ok) throw new AppError('SITE_INVALID', { findings: reloaded.findings });
    onVersions(await store.history());
    return { version, sounds: installed };
  }

  return {
    isWritable: () => isWritable(dir, []),
    filesDiffer: () => differs,
    look: () => inTurn(look),
    history: () => store.history(),
    drafts: () => store.drafts(),
    /** The table as this author's draft would make it. */
    async rows(author: string, table: DraftTable) {
      const files = await filesInForce();
      const draft = await store.draft(author);
      const changes = draft?.changes ?? [];
      const after = applyDraft(files, changes).files;
      const before = new Map(placedRows(files, table).map(({ id, fields }) => [id, fields]));
      return placedRows(after, table).map(({ id, fields }) => ({
        ...{ id, fields },
        changed: JSON.stringify(before.get(id)) !== JSON.stringify(fields),
      }));
    },
    async judge(author: string) {
      const [files, draft] = [await filesInForce(), await draftOf(author)];
      return { draft, judged: await judged(files, draft.changes) };
    },
    previewRow: async (wish: RowWish) => (await withRow(wish)).result,
    putRow: (wish: RowWish) => inTurn(() => putRow(wish)),
    putReason: (author: string, reason: string) =>
      inTurn(async () => keep({ ...(await draftOf(author)), reason })),
    dropChange: (author: string, at: number) =>
      inTurn(async () => {
        const draft = await draftOf(author);
        return keep({ ...draft, changes: draft.changes.filter((_, index) => index !== at) });
      }),
    discard: (author: string) => inTurn(() => store.removeDraft(author)),
    undo: (author: string, number: number, reason: string) => inTurn(() => undo(author, number, reason)),
    publish: (act: PublishWish) => inTurn(() => put(act)),
    review: (number: number, by: string, note: string) =>
      inTurn(async () => {
        const decision = review(await store.history(), number, { by, note, atMs: nowMs() });
        if (!decision.ok) throw new AppError(decision.code);
        await store.replace(decision.version);
        onVersions(await store.history());
        return decision.version;
      }),
    /** What this version changed against the one before it, as a case to be judged. */
    async changesOf(number: number): Promise<JudgedDraft | undefined> {
      const [after, before] = [await store.texts(number), await store.texts(number - 1)];
      if (after === undefined) throw new AppError('VERSION_UNKNOWN', { number });
      if (before === undefined) return undefined;
      const rest = [...(await readSiteFiles(dir))].filter(([file]) => !isGoverned(file));
      return judged(new Map([...before, ...rest]), textChanges(before, after));
    },
  };
}

/** What is asked of whoever publishes. `seen` names what he has looked at. */
export interface PublishWish {
  readonly author: string;
  readonly by: string;
  readonly emergency: boolean;
  readonly reason: string;
  readonly seen: string;
}

/** `sounds` false: the sounds of new texts could not be made. */
export interface Published {
  readonly version: PublishedVersion;
  readonly sounds: boolean;
}

/** @throws SITE_INVALID with the errors */
function refuse({ findings, conflicts }: JudgedDraft): void {
  const errors = findings.filter(({ level }) => level === 'error');
  if (errors.length > 0) throw new AppError('SITE_INVALID', { findings: errors });
  if (conflicts.length > 0) throw new AppError('DRAFT_CONFLICT', { conflicts });
}
