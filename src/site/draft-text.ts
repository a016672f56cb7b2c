// A whole file's text in a draft: what stands there, what the draft makes of it, and whether somebody else has been there since.
import { contentHash } from './content-hash.js';
import { hashOf, withChange, type DraftChange } from './draft.js';

/** A text as a draft has it. */
export interface DraftText {
  /** The draft's, or else the one in force; null = there is none. */
  readonly text: string | null;
  readonly inForce: string | null;
  /** The draft changes it. */
  readonly changed: boolean;
  /** What is in force is no more what the draft was written over. */
  readonly conflict: boolean;
  /** Names both texts: another one as soon as either is another. */
  readonly seen: string;
}

type TextChange = Extract<DraftChange, { is: 'text' }>;
const isOf =
  (file: string) =>
  (change: DraftChange): change is TextChange =>
    change.is === 'text' && change.file === file;

/** The text of a file in a draft. */
export function textIn(
  files: ReadonlyMap<string, string>,
  changes: readonly DraftChange[],
  file: string,
): DraftText {
  const inForce = files.get(file) ?? null;
  const own = changes.find(isOf(file));
  const text = own === undefined ? inForce : own.text;
  return {
    text,
    inForce,
    changed: text !== inForce,
    conflict: own !== undefined && text !== inForce && own.before !== hashOf(inForce ?? undefined),
    seen: contentHash([hashOf(inForce ?? undefined) ?? '', hashOf(text ?? undefined) ?? '']),
  };
}

/** The changes with this text for the file, over what is in force now; line ends stay as the file has them. */
export function withText(
  files: ReadonlyMap<string, string>,
  changes: readonly DraftChange[],
  file: string,
  text: string,
): readonly DraftChange[] {
  const inForce = files.get(file);
  const unix = text.replaceAll('\r\n', '\n');
  const kept = inForce?.includes('\r\n') === true ? unix.replaceAll('\n', '\r\n') : unix;
  const others = changes.filter((change) => !isOf(file)(change));
  return withChange(others, { is: 'text', file, before: hashOf(inForce), text: kept });
}
