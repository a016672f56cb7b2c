// The rows of a table as my draft would make them, for the pages that change them.
import { ref, type Ref } from 'vue';
import type { DraftRowsView } from '../../adapters/http/publish-routes.js';
import type { DraftTable } from '../../site/draft.js';
import { call, type Answer } from '../api.js';

/** A table with my changes laid in. `count` tells the bar to look again. */
export interface DraftRows {
  readonly rows: Ref<DraftRowsView['rows']>;
  readonly writable: Ref<boolean>;
  readonly fault: Ref<string>;
  /** Goes up with every load. */
  readonly looks: Ref<number>;
  load(): Promise<void>;
  /** Takes a row out in my draft as it is shown; where it is another one by now the table is loaded anew. */
  remove(id: string): Promise<Answer<unknown>>;
  rowOf(id: string): DraftRowView | undefined;
  /** The fields of a row; `{}` where there is none. */
  fieldsOf(id: string): DraftRowView['fields'];
}

/** A row as the service shows it. */
export type DraftRowView = DraftRowsView['rows'][number];

/** Nothing is loaded before `load`. */
export function useDraftRows(table: DraftTable): DraftRows {
  const rows = ref<DraftRowsView['rows']>([]);
  const [writable, fault, looks] = [ref(false), ref(''), ref(0)];
  const path = `/api/v1/draft/rows/${table}`;
  async function load(): Promise<void> {
    const answer = await call<DraftRowsView>('GET', path);
    fault.value = answer.ok ? '' : answer.message;
    looks.value += 1;
    if (!answer.ok) return;
    rows.value = answer.body.rows;
    writable.value = answer.body.writable;
  }
  const rowOf = (id: string) => rows.value.find((row) => row.id === id);
  return {
    ...{ rows, writable, fault, looks, load, rowOf },
    async remove(id) {
      const query = new URLSearchParams({ seen: rowOf(id)?.seen ?? '' });
      const answer = await call('DELETE', `${path}/${encodeURIComponent(id)}?${query.toString()}`);
      if (!answer.ok && answer.code === 'ROW_CHANGED') await load();
      return answer;
    },
    fieldsOf: (id) => rowOf(id)?.fields ?? {},
  };
}
