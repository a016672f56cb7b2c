// What is asked of an edit of the site's files, and what became of it.
import type { Finding } from '../contact/finding.js';
import { AppError } from '../errors.js';
import type { SiteRowEdit } from './edit-site.js';
import type { RowVerdict, TableFault } from './import-agents.js';
import { requireSeen, rowSeen } from './row-seen.js';
import type { Site } from './site.js';
import { fieldsOf } from './site-rows.js';

/** One row over what was seen of it (null = a new one), or a table of people over the version that its dry run was made for. */
export type SiteWish =
  | { readonly row: SiteRowEdit; readonly seen: string | null }
  | { readonly table: Uint8Array; readonly seenVersion: string; readonly dryRun: boolean };

/** Holds a wish to the site as it stands. @throws ROW_CHANGED, ROW_EXISTS, SITE_CHANGED */
export function requireWishSeen(site: Site, wish: SiteWish): void {
  if ('table' in wish) {
    if (wish.seenVersion !== site.version) throw new AppError('SITE_CHANGED', { version: site.version });
    return;
  }
  const { table, id } = wish.row;
  const present = fieldsOf(site, table, id);
  requireSeen(wish.seen, present === undefined ? null : rowSeen(present), { table, id });
}

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
