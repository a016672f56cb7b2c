// What a draft would do: its differences in words, what the check has to say of it and at which field, and what callers would hear.
import type { DayKey } from '../contact/civil-time.js';
import type { Finding } from '../contact/finding.js';
import { contentHash } from './content-hash.js';
import type { SiteChange } from './diff-flow.js';
import { diffSites } from './diff-sites.js';
import {
  applyDraft,
  governedHash,
  placedRows,
  type DraftChange,
  type DraftConflict,
  type DraftTable,
  type PlacedRow,
} from './draft.js';
import { flowFile, tryFlow, type FlowOnTrial, type FlowTrial } from './flow-trial.js';
import { exampleCall, hearingOf, type Hearing } from './hearing.js';
import { checkSiteTexts, siteFrom, type ParseOptions } from './parse-site.js';
import { readSiteTexts } from './read-files.js';
import { recordingChanges, type RecordingChange } from './recordings.js';

/** A draft over the files as they are. Plain data: one thread hands it to another. */
export interface DraftCase {
  readonly files: ReadonlyMap<string, string>;
  readonly changes: readonly DraftChange[];
  readonly options: ParseOptions;
  /** A row whose findings are told by field. */
  readonly about?: { readonly table: DraftTable; readonly id: string };
  /** A call whose caller's words are asked for; `from` = area code, the site's own without it. */
  readonly call?: { readonly number: string; readonly on: DayKey; readonly from?: string };
  /** A flow that is to be tried; every warning of its file is told. */
  readonly flow?: FlowOnTrial;
}

/** A finding, and the field of the row in question it concerns; null = another row's, or the whole. */
export interface PlacedFinding extends Finding {
  readonly field: string | null;
  /** A warning that the files as they are bring about as well. */
  readonly known: boolean;
}

/** What became of it. */
export interface JudgedDraft {
  readonly conflicts: readonly DraftConflict[];
  /** Every error and every warning; those first that the files as they are do not bring about. */
  readonly findings: readonly PlacedFinding[];
  /** In words; none while there are errors. */
  readonly differences: readonly SiteChange[];
  /** Uploaded recordings that change: whoever releases them listens to them before. */
  readonly recordings: readonly RecordingChange[];
  /** Texts that change; null = the file goes. */
  readonly changed: ReadonlyMap<string, string | null>;
  /** Of the governed texts as they would be. */
  readonly hash: string;
  /** Names what was seen: another one as soon as the files or the draft are another. */
  readonly seen: string;
  readonly hearing: Hearing | null;
  readonly flow: FlowTrial | null;
}

/** Judges a draft. Never throws: whatever stands against it is told. */
export function judgeDraft({ files, changes, options, about, call, flow }: DraftCase): JudgedDraft {
  const after = applyDraft(files, changes);
  const checked = checkSiteTexts(after.files, options);
  const hash = governedHash(after.files);
  const given = {
    conflicts: after.conflicts,
    changed: after.changed,
    recordings: recordingChanges(files, after.files),
    hash,
    seen: contentHash([governedHash(files), hash]),
  };
  const rows = about === undefined ? [] : placedRows(after.files, about.table);
  const row = rows.find(({ id }) => id === about?.id);
  const before = checkSiteTexts(files, options);
  const known = new Set(
    (before.ok ? before.warnings : before.findings).map(({ file, zh }) => `${file} ${zh}`),
  );
  const own = flow && flowFile(flow.id);
  const isNew = ({ level, file, zh }: Finding) =>
    level === 'error' || file === own || !known.has(`${file} ${zh}`);
  const placed = (findings: readonly Finding[]): readonly PlacedFinding[] =>
    findings
      .map((finding) => ({
        ...finding,
        field: row === undefined || about === undefined ? null : fieldOf(row, rows, finding, about.table),
        known: !isNew(finding),
      }))
      .sort((a, b) => Number(a.known) - Number(b.known));
  const { nowMs } = options;
  if (!checked.ok) {
    const read = flow && readSiteTexts(after.files, options.overrides?.menu);
    return {
      ...given,
      findings: placed(checked.findings),
      ...{ differences: [], hearing: null },
      flow: flow && read ? tryFlow(read, null, checked.findings, flow, nowMs) : null,
    };
  }
  const parsed = siteFrom(checked);
  return {
    ...given,
    flow: flow ? tryFlow(checked.read, parsed.ok ? parsed.site : null, [], flow, nowMs) : null,
    findings: placed(checked.warnings),
    differences: diffSites(
      { files, read: before.ok ? before.read : readSiteTexts(files, options.overrides?.menu) },
      { files: after.files, read: checked.read },
    ),
    hearing:
      call === undefined || !parsed.ok
        ? null
        : hearingOf(parsed.site, exampleCall(parsed.site, call.number, call.on, call.from)),
  };
}

/** Codes of findings that stand at a row's first line, and the field they mean. */
const fieldsOfCodes: Readonly<Partial<Record<DraftTable, Readonly<Record<string, string>>>>> = {
  numbers: {
    unknownFlow: 'flow',
    unknownQueue: 'queue',
    unknownPrompt: 'pattern',
    noNotice: 'opening',
    noOpening: 'flow',
    noApproval: 'approval',
    noStates: 'states',
    numberEnding: 'states',
    noDate: 'states',
    reversed: 'states',
    gap: 'states',
    overlap: 'states',
  },
  otherCities: {
    ...{ unknownCity: 'areaCode', ownCity: 'areaCode', notSpoken: 'areaCode', unknownPrompt: 'areaCode' },
    ...{ unknownTrunk: 'trunk', trunkNotDialling: 'trunk', notDialled: 'number' },
  },
};

/** The field of this row that a finding stands at; null where it is not of this row. */
function fieldOf(
  row: PlacedRow,
  rows: readonly PlacedRow[],
  { file, line, code = '' }: Finding,
  table: DraftTable,
): string | null {
  const next = rows.filter((other) => other.file === row.file && other.line > row.line);
  const end = Math.min(...next.map((other) => other.line), Infinity);
  if (row.file !== file || line < row.line || line >= end) return null;
  const byCode = fieldsOfCodes[table]?.[code];
  if (byCode !== undefined) return byCode;
  const fields = Object.keys(row.fields).map((field) => ({ field, at: row.lineOf(field) }));
  return fields.filter(({ at }) => at <= line).sort((a, b) => b.at - a.at)[0]?.field ?? null;
}
