// What the pages need of the audited acts: a narrow door, so that they can be served from any store.
import { Type, type Static } from 'typebox';

/** Which acts to list; a field left out does not narrow. */
export interface AuditFilter {
  /** Who did it, or whom or what it was done to. */
  readonly account?: string;
  readonly act?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly withoutRoles: readonly string[];
  readonly cursor?: string;
  readonly limit?: number;
}

/** One act. `id` and `seq` name it for ever. */
export const auditedView = Type.Object({
  id: Type.String(),
  seq: Type.Integer(),
  atMs: Type.Integer(),
  by: Type.String({ description: 'empty: somebody unknown' }),
  role: Type.String(),
  act: Type.String(),
  about: Type.String(),
  details: Type.Record(
    Type.String(),
    Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
  ),
});
export type AuditedView = Static<typeof auditedView>;

/** One page; `cursor` leads to the next, null on the last. */
export type AuditPage =
  | {
      readonly ok: true;
      readonly page: { readonly acts: readonly AuditedView[]; readonly cursor: string | null };
    }
  | { readonly ok: false; readonly code: 'CURSOR_INVALID' };

/** Reads audited acts, newest first. @throws DATABASE_UNAVAILABLE */
export interface AuditReader {
  acts(filter: AuditFilter): Promise<AuditPage>;
}
