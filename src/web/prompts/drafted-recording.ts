// What my draft makes of the recording of a sound, as the rows of its table tell.
import type { PromptSoundView } from '../../adapters/http/prompt-views.js';
import type { DraftRowView } from '../publish/draft-rows.js';

/** A new recording, or the removal of the one in force. */
export type DraftedRecording =
  { readonly is: 'recorded'; readonly sha256: string; readonly seconds: string } | { readonly is: 'removed' };

/** Undefined where my draft leaves the sound as it is. */
export function draftedRecording(
  { uploaded }: Pick<PromptSoundView, 'uploaded'>,
  row: DraftRowView | undefined,
  isLoaded: boolean,
): DraftedRecording | undefined {
  if (row === undefined) return isLoaded && uploaded !== null ? { is: 'removed' } : undefined;
  if (!row.changed) return undefined;
  const { sha256, seconds } = row.fields;
  return { is: 'recorded', sha256: String(sha256), seconds: String(seconds) };
}
