// The pages' way to change what citizens hear: drafts by one person, put in force by another, looked at afterwards where one was alone.
import { AppError } from '../../errors.js';
import {
  applyDraft,
  governedHash,
  governedTexts,
  isGoverned,
  textChanges,
  type Draft,
  type DraftChange,
  type DraftTable,
  type WantedFields,
} from '../../site/draft.js';
import { rowIn, rowsIn, withRow } from '../../site/draft-row.js';
import type { FlowOnTrial } from '../../site/flow-trial.js';
import type { DraftCase, JudgedDraft } from '../../site/judge-draft.js';
import { siteVersionOf } from '../../site/parse-site.js';
import { review, type PublishedVersion } from '../../site/publishing.js';
import { requireSeen } from '../../site/row-seen.js';
import type { Site } from '../../site/site.js';
import { createFlowDrafts, type FlowWish } from './flow-drafts.js';
import { publishDraft, settle, type VersionedFolder } from './publish-draft.js';
import { isWritable } from './replace-files.js';
import { askThread, readRecordingNames, readSiteFiles, type Reloaded } from './site-files.js';
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
  /** Whether an uploaded recording of this hash is kept. */
  readonly hasRecording: (sha256: string) => Promise<boolean>;
  /** Told of the versions at every look and after every change. */
  readonly onVersions: (versions: readonly PublishedVersion[]) => void;
}

/** Judges a draft in a thread of its own. */
export function judgeInThread(asked: DraftCase): Promise<JudgedDraft> {
  return askThread<JudgedDraft>('draft-thread', asked);
}

/** What a form asks of a draft: how a row would fare in it. Fields that are not named stay as they are. */
export interface RowWish {
  readonly author: string;
  readonly table: DraftTable;
  readonly id: string;
  readonly fields: WantedFields | null;
  readonly call?: DraftCase['call'];
}

/** A row to be kept; `seen` names what it was written over, null = a new one. */
export interface RowChangeWish extends RowWish {
  readonly seen: string | null;
}

/** The publisher of one site; see `SitePublisher` of the HTTP server for what each does. */
export function createSitePublisher(parts: SitePublisherParts) {
  const { folder, sites, inTurn, judge, sounds, hasRecording, onVersions } = parts;
  const { dir, store, nowMs } = folder;
  let differs = false;

  const options = async () => ({
    nowMs: nowMs(),
    recordings: await readRecordingNames(dir),
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

  const openDraft = async (author: string) => (await store.draft(author)) ?? emptyDraft(author);

  async function keep(draft: Draft): Promise<Draft> {
    const kept = { ...draft, changedAtMs: nowMs() };
    if (kept.changes.length === 0) await store.removeDraft(draft.author);
    else await store.putDraft(kept);
    return kept;
  }

  async function judged(
    files: ReadonlyMap<string, string>,
    changes: readonly DraftChange[],
    wish?: RowWish,
    flow?: FlowOnTrial,
  ) {
    return judge({
      ...{ files, changes, options: await options() },
      ...(flow !== undefined && { flow }),
      ...(wish !== undefined && { about: { table: wish.table, id: wish.id } }),
      ...(wish?.call !== undefined && { call: wish.call }),
    });
  }

  async function previewRow(wish: RowWish): Promise<JudgedDraft> {
    const [files, { changes }] = [await filesInForce(), await openDraft(wish.author)];
    return judged(files, withRow(files, changes, wish.table, wish.id, wish.fields), wish);
  }

  async function putRow(wish: RowChangeWish): Promise<JudgedDraft> {
    const { author, table, id, fields, seen } = wish;
    const [files, draft] = [await filesInForce(), await openDraft(author)];
    const present = rowIn(files, draft.changes, table, id);
    const isThere = present.fields !== null || present.conflict;
    requireSeen(seen, isThere ? present.seen : null, { table, id });
    const changes = withRow(files, draft.changes, table, id, fields);
    const result = await judged(files, changes, wish);
    // What else somebody has published over is chosen row by row; nothing of it can be published before.
    const others = new Set(draft.changes);
    const conflicts = result.conflicts.filter(({ at }) => !others.has(changes[at] as DraftChange));
    refuse({ ...result, conflicts });
    await keep({ ...draft, changes });
    return result;
  }

  const flows = createFlowDrafts({
    ...{ dir, filesInForce, draftOf: openDraft },
    judge: (files, changes, flow) => judged(files, changes, undefined, flow),
    async keep(draft, result) {
      refuse(result);
      await keep(draft);
    },
  });

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
    await requireRecordings(result.recordings);
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

  /** What a version names must be there: a restored folder may lack it. @throws RECORDING_MISSING */
  async function requireRecordings(changes: JudgedDraft['recordings']): Promise<void> {
    for (const { id, after } of changes)
      if (after !== null && !(await hasRecording(after)))
        throw new AppError('RECORDING_MISSING', { sound: id, sha256: after });
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
      return rowsIn(files, (await openDraft(author)).changes, table);
    },
    async judge(author: string) {
      const [files, draft] = [await filesInForce(), await draftOf(author)];
      return { draft, judged: await judged(files, draft.changes) };
    },
    previewRow,
    putRow: (wish: RowChangeWish) => inTurn(() => putRow(wish)),
    ...flows,
    putFlow: (wish: FlowWish) => inTurn(() => flows.putFlow(wish)),
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
