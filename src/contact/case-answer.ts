// 进度查询: what a caller asks of a case, and what he may be told of it.

/** What a caller keyed in; a secret like his number. */
export interface CaseQuery {
  readonly caseNumber: string;
  /** The query code that went to the citizen when the case was made. */
  readonly queryCode: string;
}

/** The entries a flow keeps for its query, by name. */
export const keptEntries = ['caseNumber', 'queryCode'] as const;
export type KeptEntry = (typeof keptEntries)[number];

/** What of a case may be told by voice: neither its content nor a name. */
export type CaseStanding =
  | {
      readonly state: 'handling';
      /** Who handles it, e.g. 市城管局. */
      readonly department: string;
      /** The day it is due: month 1 to 12, day 1 to 31. */
      readonly month: number;
      readonly day: number;
    }
  | { readonly state: 'done' };

/** `none`: wrong number, wrong code or unknown, nobody learns which. `failed`: nothing could be looked up. */
export type CaseAnswer = CaseStanding | { readonly state: 'none' } | { readonly state: 'failed' };
