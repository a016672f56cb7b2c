// Reads what people must answer for from the journal, newest first, page by page.
import { sql } from 'kysely';
import { asked, type Database } from './database.js';

/** Which acts to list; a field left out does not narrow. */
export interface AuditQuery {
  /** Who did it or whom it was done to. */
  readonly account?: string;
  readonly act?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Acts in these roles are left out. */
  readonly withoutRoles: readonly string[];
  readonly cursor?: string;
  /** 1 to 200; 50. */
  readonly limit?: number;
}

/** One audited act. `id` and `seq` name it for ever. */
export interface AuditedEntry {
  readonly id: string;
  readonly seq: number;
  readonly atMs: number;
  readonly by: string;
  readonly role: string;
  readonly act: string;
  readonly about: string;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

export type AuditPageResult =
  | {
      readonly ok: true;
      readonly page: { readonly acts: readonly AuditedEntry[]; readonly cursor: string | null };
    }
  | { readonly ok: false; readonly code: 'CURSOR_INVALID' };

/** @throws DATABASE_UNAVAILABLE */
export interface AuditTrail {
  acts(query: AuditQuery): Promise<AuditPageResult>;
}

const pageLimit = { default: 50, most: 200 };

export function createAuditTrail(database: Database): AuditTrail {
  return { acts: (query) => listActs(database, query) };
}

interface Place {
  readonly atMs: number;
  readonly id: string;
  readonly seq: number;
}

function encodeCursor({ atMs, seq, id }: Place): string {
  return Buffer.from(`${atMs} ${seq} ${id}`).toString('base64url');
}

function decodeCursor(text: string): Place | undefined {
  const match = /^(\d{1,15}) (\d{1,15}) (.{1,100})$/.exec(Buffer.from(text, 'base64url').toString());
  return match ? { atMs: Number(match[1]), seq: Number(match[2]), id: match[3] ?? '' } : undefined;
}

async function listActs(database: Database, query: AuditQuery): Promise<AuditPageResult> {
  const { account, act, fromMs, toMs, withoutRoles } = query;
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  if (after === undefined) return { ok: false, code: 'CURSOR_INVALID' };
  const limit = Math.min(Math.max(1, query.limit ?? pageLimit.default), pageLimit.most);
  let rows = database
    .selectFrom('journal')
    .select(['id', 'seq', 'atMs', 'data'])
    .where('stream', '=', 'site')
    .where('type', '=', 'Audited')
    .orderBy('atMs', 'desc')
    .orderBy('id', 'desc')
    .orderBy('seq', 'desc')
    .limit(limit + 1);
  if (fromMs !== undefined) rows = rows.where('atMs', '>=', fromMs);
  if (toMs !== undefined) rows = rows.where('atMs', '<', toMs);
  if (act !== undefined) rows = rows.where(sql<string>`data ->> 'act'`, '=', act);
  if (account !== undefined) rows = rows.where(sql<boolean>`${account} in (data ->> 'by', data ->> 'about')`);
  if (withoutRoles.length > 0) rows = rows.where(sql<string>`data ->> 'role'`, 'not in', withoutRoles);
  if (after !== null)
    rows = rows.where(sql<boolean>`(at_ms, id, seq) < (${after.atMs}, ${after.id}, ${after.seq})`);
  const found = await asked(rows.execute());
  const acts = found.slice(0, limit).map(({ id, seq, atMs, data }) => {
    const { by, role, act: done, about, details } = data as Omit<AuditedEntry, keyof Place>;
    return { id, seq, atMs, by, role, act: done, about, details };
  });
  const last = acts.at(-1);
  return {
    ok: true,
    page: { acts, cursor: found.length > limit && last !== undefined ? encodeCursor(last) : null },
  };
}
