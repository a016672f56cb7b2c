// What a check of the site's files has to say: where, what is wrong, and what to do about it.

/** One remark about one place in `ivr-flows/`. An error keeps the files from being taken into use, a warning does not. */
export interface Finding {
  readonly level: 'error' | 'warning';
  /** Path below `ivr-flows/`, e.g. `flows/12345.yaml`. */
  readonly file: string;
  /** 1 = first line. */
  readonly line: number;
  /** A stable name of the kind of finding, e.g. `unknownNode`, where kinds need telling apart. */
  readonly code?: string;
  /** What is wrong and what to do, without the place. */
  readonly zh: string;
  readonly en: string;
}

/** `flows/12345.yaml:18: 夜间…`: one line for a terminal or a log, in the form in which editors and compilers name a place. */
export function formatFinding(finding: Finding, language: 'zh' | 'en'): string {
  return `${finding.file}:${String(finding.line)}: ${finding[language]}`;
}
