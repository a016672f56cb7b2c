// The trunks by which calls may be led away, for forms that choose one.
import { ref, type Ref } from 'vue';
import type { LiveView } from '../../adapters/http/live-routes.js';
import { call } from '../api.js';

/** As choices of a form; empty until the service has told them. */
export function useTrunks(): Ref<readonly (readonly [value: string, label: string])[]> {
  const trunks = ref<readonly (readonly [string, string])[]>([]);
  void call<LiveView>('GET', '/api/v1/live').then((answer) => {
    if (answer.ok) trunks.value = answer.body.condition.trunks.map(({ trunkId }) => [trunkId, trunkId]);
  });
  return trunks;
}
