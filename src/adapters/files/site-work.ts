// What is asked of the thread that edits a site: edits of rows, or a table of people to be imported.
import type { Finding } from '../../contact/finding.js';
import { editSiteTexts, type EditedSite, type SiteRowEdit } from '../../site/edit-site.js';
import { planAgentImport, type RowVerdict, type TableFault } from '../../site/import-agents.js';
import type { ParseOptions } from '../../site/parse-site.js';
import { readSiteTexts } from '../../site/read-files.js';
import { readAgentTable } from './agent-table.js';

/** Work for the thread; plain data. */
export interface SiteWork {
  readonly files: ReadonlyMap<string, string>;
  readonly options: ParseOptions;
  readonly edits: readonly SiteRowEdit[] | { readonly table: Uint8Array };
}

/** What came of it. `rows` and `fault` are told of a table alone. */
export type SiteWorkDone =
  | {
      readonly ok: true;
      readonly changed: ReadonlyMap<string, string>;
      readonly edits: readonly SiteRowEdit[];
      readonly rows: readonly RowVerdict[];
    }
  | {
      readonly ok: false;
      readonly findings: readonly Finding[];
      readonly rows: readonly RowVerdict[];
      readonly fault?: TableFault;
    };

/** Does the work. Never throws for what people have written. */
export function doSiteWork({ files, options, edits }: SiteWork): SiteWorkDone {
  if (!('table' in edits)) return doneOf(editSiteTexts(files, edits, options), edits, []);
  const read = readAgentTable(edits.table);
  const plan = read.ok
    ? planAgentImport(read.table, readSiteTexts(files, options.overrides?.menu))
    : { fault: read.fault };
  if ('fault' in plan) return { ok: false, findings: [], rows: [], fault: plan.fault };
  if (plan.rows.some(({ verdict }) => verdict === 'error'))
    return { ok: false, findings: [], rows: plan.rows };
  return doneOf(editSiteTexts(files, plan.edits, options), plan.edits, plan.rows);
}

function doneOf(
  edited: EditedSite,
  edits: readonly SiteRowEdit[],
  rows: readonly RowVerdict[],
): SiteWorkDone {
  if (!edited.ok) return { ok: false, findings: edited.findings, rows };
  return { ok: true, changed: edited.changed, edits, rows };
}
