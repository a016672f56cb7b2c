// recordings.yaml: which sounds are heard from a recording uploaded by page, in place of what is made. A site without the file has none.
//
// The file is one of those a second person publishes: what a recording is, is told by the hash of its sound, which lies below YIHAO_HOME under that name.
import { topRows, type Fields } from '../contact/fields.js';
import type { Finding } from '../contact/finding.js';
import { readYaml } from '../contact/yaml-source.js';
import type { PromptVariant } from '../ivr/prompt-text.js';

/** Its name below `ivr-flows/`. */
export const recordingsFile = 'recordings.yaml';

/** One sound that is recorded. */
export interface RecordingRow {
  readonly line: number;
  /** The sound's name, of letters, digits and dashes. */
  readonly id: string;
  /** SHA-256 of the WAV file as it is played, in hex: its name, too. */
  readonly sha256: string;
  /** Which it was recorded for. */
  readonly text: string;
  /** How long it is, for whoever reads the file. */
  readonly seconds: string;
}

/** Reads all rows. */
export function parseRecordings(
  file: string,
  text: string,
): { readonly rows: readonly RecordingRow[]; readonly findings: readonly Finding[] } {
  const source = readYaml(file, text);
  const findings: Finding[] = [...source.findings];
  const seen = new Map<string, number>();
  const rows = topRows(source, findings).map((fields) => readRow(fields, seen));
  return { rows, findings };
}

const soundName = /^[A-Za-z0-9-]{1,160}$/;
const hashForm = /^[0-9a-f]{64}$/;

function readRow(fields: Fields, seen: Map<string, number>): RecordingRow {
  fields.refuseOthers(['id', 'text', 'seconds', 'sha256']);
  const id = fields.text('id', '');
  const earlier = seen.get(id);
  if (!soundName.test(id))
    fields.wrong(['id'], 'badId', {
      zh: 'id 是声音的名称,只有字母、数字和横线,如 greet-main。录音请在“提示音”页面上传。',
      en: 'id is the name of a sound, of letters, digits and dashes, such as greet-main: upload recordings on the page of the prompts.',
    });
  else if (earlier !== undefined)
    fields.wrong(['id'], 'duplicate', {
      zh: `${id} 与第 ${String(earlier)} 行重复。请删除其一。`,
      en: `${id} repeats line ${String(earlier)}: delete one.`,
    });
  else seen.set(id, fields.line);
  const sha256 = fields.text('sha256', '');
  if (!hashForm.test(sha256))
    fields.wrong(['sha256'], 'badHash', {
      zh: 'sha256 是录音文件的校验值,64 位小写十六进制。录音请在“提示音”页面上传,不要手写。',
      en: 'sha256 is the hash of the sound, 64 hex figures: upload recordings on the page of the prompts instead of writing it.',
    });
  return {
    line: fields.line,
    id,
    sha256,
    text: fields.text('text', ''),
    seconds: fields.text('seconds', ''),
  };
}

/** What no reader of the file can see: a recording of nothing, and one that says something else than its prompt by now. */
export function checkRecordings(
  file: string,
  rows: readonly RecordingRow[],
  variants: readonly PromptVariant[],
): readonly Finding[] {
  const byName = new Map(variants.map((variant) => [variant.name, variant]));
  return rows.flatMap(({ line, id, text }): readonly Finding[] => {
    const variant = byName.get(id);
    if (variant === undefined)
      return [
        {
          ...{ level: 'warning', file, line, code: 'unknownSound' },
          zh: `录音 ${id} 没有对应的提示音,不会播放。请移除录音。`,
          en: `No prompt has a sound ${id}: its recording is never heard. Take it away.`,
        },
      ];
    if (text === variant.text) return [];
    return [
      {
        ...{ level: 'warning', file, line, code: 'recordingOutdated' },
        zh: `提示音 ${variant.prompt.id} 现为「${variant.text}」,录音 ${id} 仍是「${text}」。请重录,或移除录音。`,
        en: `Prompt ${variant.prompt.id} says "${variant.text}" by now, its recording ${id} still says "${text}": record it again, or take the recording away.`,
      },
    ];
  });
}

/** A sound whose recording is another in the one than in the other; null = there is none. */
export interface RecordingChange {
  readonly id: string;
  readonly text: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What changes in the recordings from these texts to those. */
export function recordingChanges(
  from: ReadonlyMap<string, string>,
  to: ReadonlyMap<string, string>,
): readonly RecordingChange[] {
  const rowsIn = (files: ReadonlyMap<string, string>) =>
    new Map(
      parseRecordings(recordingsFile, files.get(recordingsFile) ?? '').rows.map((row) => [row.id, row]),
    );
  const [before, after] = [rowsIn(from), rowsIn(to)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((id) => {
    const [was, is] = [before.get(id), after.get(id)];
    if (was?.sha256 === is?.sha256) return [];
    const text = (is ?? was)?.text ?? '';
    return [{ id, text, before: was?.sha256 ?? null, after: is?.sha256 ?? null }];
  });
}
