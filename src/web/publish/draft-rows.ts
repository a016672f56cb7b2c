// The rows of a table as my draft would make them, for the pages that change them.
import { ref, type Ref } from 'vue';
import type { DraftRowsView } from '../../adapters/http/publish-routes.js';
import type { DraftTable } from '../../site/draft.js';
import { call } from '../api.js';

/** A table with my changes laid in. `count` tells the bar to look again. */
export interface DraftRows {
  readonly rows: Ref<DraftRowsView['rows']>;
  readonly writable: Ref<boolean>;
  readonly fault: Ref<string>;
  /** Goes up with every load. */
  readonly looks: Ref<number>;
  load(): Promise<void>;
  /** The fields of a row; `{}` where there is none. */
  fieldsOf(id: string): DraftRowsView['rows'][number]['fields'];
}

/** Nothing is loaded before `load`. */
export function useDraftRows(table: DraftTable): DraftRows {
  const rows = ref<DraftRowsView['rows']>([]);
  const [writable, fault, looks] = [ref(false), ref(''), ref(0)];
  return {
    rows,
    writable,
    fault,
    looks,
    async load() {
      const answer = await call<DraftRowsView>('GET', `/api/v1/draft/rows/${table}`);
      fault.value = answer.ok ? '' : answer.message;
      looks.value += 1;
      if (!answer.ok) return;
      rows.value = answer.body.rows;
      writable.value = answer.body.writable;
    },
    fieldsOf: (id) => rows.value.find((row) => row.id === id)?.fields ?? {},
  };
}
