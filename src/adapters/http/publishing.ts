// What the pages ask of whoever keeps drafts and versions of what citizens hear; see site-publisher.ts for how it is done.
import type { Draft, DraftTable, WantedFields } from '../../site/draft.js';
import type { DraftRow } from '../../site/draft-row.js';
import type { DraftText } from '../../site/draft-text.js';
import type { RowFields } from '../../site/edit-rows.js';
import type { DraftCase, JudgedDraft } from '../../site/judge-draft.js';
import type { PublishedVersion } from '../../site/publishing.js';

/** A row as a form wants it, what it does not name left as it is; `call` asks what a caller would hear then. */
export interface RowWish {
  readonly author: string;
  readonly table: DraftTable;
  readonly id: string;
  readonly fields: WantedFields | null;
  readonly call?: NonNullable<DraftCase['call']>;
}

/** A row to be kept; `seen` names what it was written over, null = a new one. */
export interface RowChangeWish extends RowWish {
  readonly seen: string | null;
}

/** A flow's whole text, typed over the texts that `seen` names; null = a new flow. */
export interface FlowWish {
  readonly author: string;
  readonly id: string;
  readonly text: string;
  readonly seen: string | null;
}

/** Drafts and versions. Everything that reads the files throws SITE_CHANGED while they are not those in force. */
export interface SitePublisher {
  isWritable(): Promise<boolean>;
  /** Somebody has changed files by hand and not reloaded yet. */
  filesDiffer(): boolean;
  history(): Promise<readonly PublishedVersion[]>;
  drafts(): Promise<readonly Draft[]>;
  rows(author: string, table: DraftTable): Promise<readonly (DraftRow & { readonly fields: RowFields })[]>;
  /** @throws DRAFT_UNKNOWN */
  judge(author: string): Promise<{ readonly draft: Draft; readonly judged: JudgedDraft }>;
  previewRow(wish: RowWish): Promise<JudgedDraft>;
  /** @throws SITE_INVALID, DRAFT_CONFLICT, ROW_CHANGED, ROW_EXISTS; then the draft is as it was */
  putRow(wish: RowChangeWish): Promise<JudgedDraft>;
  /** The flows as this author's draft would make them. */
  flows(author: string): Promise<readonly { readonly id: string; readonly changed: boolean }[]>;
  /** @throws NOT_FOUND */
  flowText(
    author: string,
    id: string,
  ): Promise<DraftText & { readonly text: string; readonly scenarios: string | null }>;
  /** How a flow's text would fare, its picture and its scenarios; nothing is kept. */
  previewFlow(wish: Omit<FlowWish, 'seen'>): Promise<JudgedDraft>;
  /** @throws SITE_INVALID, DRAFT_CONFLICT, ROW_EXISTS; then the draft is as it was */
  putFlow(wish: FlowWish): Promise<JudgedDraft & { readonly seenText: string }>;
  putReason(author: string, reason: string): Promise<Draft>;
  dropChange(author: string, at: number): Promise<Draft>;
  discard(author: string): Promise<void>;
  /** A draft that brings a version back. @throws DRAFT_OPEN, VERSION_UNKNOWN, NOTHING_CHANGED */
  undo(author: string, number: number, reason: string): Promise<Draft>;
  /** @throws OWN_DRAFT, REASON_NEEDED, SITE_CHANGED, SITE_INVALID, SITE_READ_ONLY, DRAFT_CONFLICT, DRAFT_UNKNOWN, NOTHING_CHANGED */
  publish(act: {
    readonly author: string;
    readonly by: string;
    readonly emergency: boolean;
    readonly reason: string;
    readonly seen: string;
  }): Promise<{ readonly version: PublishedVersion; readonly sounds: boolean }>;
  /** @throws VERSION_UNKNOWN, NOTHING_TO_REVIEW, OWN_DRAFT */
  review(number: number, by: string, note: string): Promise<PublishedVersion>;
  /** Undefined for the first. @throws VERSION_UNKNOWN */
  changesOf(number: number): Promise<JudgedDraft | undefined>;
}

/** How a text would be spoken. */
export interface SpokenText {
  /** With every figure as it is read. */
  readonly spoken: string;
  readonly pinyin: string;
  readonly durationMs: number;
  readonly wav: Uint8Array;
}

/** Speaks a text that is not in force yet, by the readings of a draft. */
export interface TextSpeaker {
  /** @throws SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED */
  speak(asked: {
    readonly text: string;
    readonly language: 'zh' | 'en';
    readonly speed: 'normal' | 'slow';
    readonly lexicon: string;
  }): Promise<SpokenText>;
}
