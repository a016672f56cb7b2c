// A refusal as text: what the service says, and under it each finding with its file and line.
import type { Refusal } from '../api.js';
import { language } from '../words/language.js';

/** A finding as the service tells it. */
export interface ToldFinding {
  readonly level: string;
  readonly file: string;
  readonly line: number;
  readonly field?: string | null;
  readonly zh: string;
  readonly en: string;
}

/** The findings of a refusal; none where it is one of another kind. */
export function findingsOf({ details }: Refusal): readonly ToldFinding[] {
  return ((details ?? {}) as { readonly findings?: readonly ToldFinding[] }).findings ?? [];
}

/** One line each. */
export function refusalLines(refusal: Refusal, title = refusal.message): string {
  const found = findingsOf(refusal).map(
    ({ file, line, ...words }) => `${file}:${String(line)} ${words[language.value]}`,
  );
  return [title, ...found].join('\n');
}
