// Changes rows of the site's tables and checks the whole site as it would be: changed texts out, or findings.
import type { Finding } from '../contact/finding.js';
import { editRows, type EditedText, type RowFields, type RowPlace } from './edit-rows.js';
import { checkSiteTexts, type CheckedSite, type ParseOptions } from './parse-site.js';
import { siteFileNames } from './read-files.js';

/** The tables of people and phones, changed row by row and at once. */
export const editedTables = ['skills', 'teams', 'devices', 'agents'] as const;
export type EditedTable = (typeof editedTables)[number];

/** One row of one table to be changed or added; `fields: null` takes it out. */
export interface SiteRowEdit {
  readonly table: EditedTable;
  readonly id: string;
  readonly fields: RowFields | null;
}

/** The texts that changed, in an order in which each may be written after the other: what is referred to goes first. */
export type EditedSite =
  | { readonly ok: true; readonly changed: ReadonlyMap<string, string>; readonly version: string }
  | { readonly ok: false; readonly findings: readonly Finding[] };

const place: RowPlace = { path: [], key: 'id' };

/** Applies all edits or none. Never throws: whatever stands against it becomes findings, with the lines as they would be. */
export function editSiteTexts(
  files: ReadonlyMap<string, string>,
  edits: readonly SiteRowEdit[],
  options: ParseOptions,
): EditedSite {
  const changed = new Map<string, string>();
  for (const table of editedTables) {
    const own = edits.filter((edit) => edit.table === table);
    if (own.length === 0) continue;
    const file = siteFileNames[table];
    const before = files.get(file) ?? '';
    const edited = editRows(before, place, own);
    if (!edited.ok) return { ok: false, findings: [findingOf(file, before, edited)] };
    if (edited.text !== before) changed.set(file, edited.text);
  }
  const checked: CheckedSite = checkSiteTexts(new Map([...files, ...changed]), options);
  if (!checked.ok) return { ok: false, findings: checked.findings.filter(({ level }) => level === 'error') };
  return { ok: true, changed, version: checked.version };
}

const refusals = {
  notYaml: {
    zh: '文件不是正确的 YAML,请先手工改正。',
    en: 'The file is not valid YAML: mend it by hand first.',
  },
  byHand: {
    zh: '此处使用了锚点、别名或特殊写法,请手工修改文件。',
    en: 'This is written with anchors, aliases or in another unusual way: change the file by hand.',
  },
  unknownRow: { zh: '文件里没有这一行。', en: 'The file has no such row.' },
} as const;

function findingOf(
  file: string,
  text: string,
  { reason, offset }: Extract<EditedText, { readonly ok: false }>,
): Finding {
  const line = text.slice(0, offset).split('\n').length;
  return { level: 'error', file, line, code: reason, ...refusals[reason] };
}
