// What became of an edit of the site's files.
import type { Finding } from '../contact/finding.js';
import type { SiteRowEdit } from './edit-site.js';
import type { RowVerdict, TableFault } from './import-agents.js';
import type { Site } from './site.js';

/** How an edit of the files went. With `ok: false` nothing has changed; `rows` and `fault` are told of a table alone. */
export type SiteEdited =
  | {
      readonly ok: true;
      readonly site: Site;
      readonly edits: readonly SiteRowEdit[];
      readonly rows: readonly RowVerdict[];
    }
  | {
      readonly ok: false;
      readonly findings: readonly Finding[];
      readonly rows: readonly RowVerdict[];
      readonly fault?: TableFault;
    };
