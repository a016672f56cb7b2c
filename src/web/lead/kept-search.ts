// The last search of this page, for who comes back to it from a call: in memory alone, since it may hold a number, and gone with the session.
import { watch } from 'vue';
import { me } from '../api.js';
import type { ShownRecord } from './lead-data.js';

/** What was asked and found; `number` never goes into an address. */
export interface KeptSearch {
  readonly draft: Readonly<Record<string, string>>;
  readonly asked: { readonly number: string; readonly filter: Readonly<Record<string, string>> };
  readonly contacts: readonly ShownRecord[];
  readonly cursor: string | null;
}

let kept: KeptSearch | undefined;
watch(
  () => me.value?.name,
  () => (kept = undefined),
  { flush: 'sync' },
);

/** Keeps a search in place of the last. */
export function keepSearch(search: KeptSearch): void {
  kept = search;
}

/** The last search of whoever is logged in. */
export function keptSearch(): KeptSearch | undefined {
  return kept;
}
