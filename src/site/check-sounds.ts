// Checks what is spoken against what it is spoken from: prompts that nobody can speak, recordings of nothing, recordings that say something else by now.
import type { Finding } from '../contact/finding.js';
import { promptVariants, type PromptVariant } from '../ivr/prompt-text.js';
import { checkSpeakable } from '../ivr/speakable.js';
import type { SiteFiles } from './read-files.js';
import { checkRecordings, recordingsFile } from './recordings.js';
import { vocabularyOf } from './vocabulary.js';

/** Every finding of it. */
export function checkSounds(
  files: ReadonlyMap<string, string>,
  { prompts, recordings }: Pick<SiteFiles, 'prompts' | 'recordings'>,
  { recordings: recorded }: { readonly recordings?: readonly string[] },
): readonly Finding[] {
  if (recordings.length === 0 && recorded === undefined) return [];
  const vocabulary = vocabularyOf(files);
  const variants: readonly PromptVariant[] = [...prompts.values()].flatMap((prompt) =>
    promptVariants(prompt, vocabulary),
  );
  const uploaded = recordings.map(({ id }) => `${id}.wav`);
  return [
    ...checkRecordings(recordingsFile, recordings, variants),
    ...(recorded === undefined ? [] : checkSpeakable(variants, new Set([...recorded, ...uploaded]))),
  ];
}
