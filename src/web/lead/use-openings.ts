// Wishes to open what is sealed: read when asked for and every few seconds, decided on and used.
import { computed, onBeforeUnmount, onMounted, ref } from 'vue';
import type { OpenedThing, OpeningState } from '../../engine/opening.js';
import { call, me } from '../api.js';

/** As the API lists one. */
export interface ShownOpening {
  readonly openingId: string;
  readonly contactId: string;
  readonly what: OpenedThing;
  readonly file: string | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly state: OpeningState;
}

const everyMs = 5_000;

/** The list, and the ways to act on it; `fault` says what went wrong last. */
export function useOpenings() {
  const openings = ref<readonly ShownOpening[]>([]);
  const fault = ref('');
  const leads = computed(() => me.value?.role === 'supervisor' || me.value?.role === 'hotlineAdmin');

  async function load(): Promise<void> {
    const answer = await call<{ openings: ShownOpening[] }>('GET', '/api/v1/openings');
    if (answer.ok) openings.value = answer.body.openings;
  }

  async function act<Body>(path: string, body?: object): Promise<Body | undefined> {
    const answer = await call<Body>('POST', path, body);
    fault.value = answer.ok ? '' : answer.message;
    await load();
    return answer.ok ? answer.body : undefined;
  }

  let timer: ReturnType<typeof setInterval> | undefined;
  onMounted(() => {
    void load();
    timer = setInterval(() => void load(), everyMs);
  });
  onBeforeUnmount(() => clearInterval(timer));

  /** A second person may decide. */
  const mayDecide = (one: ShownOpening): boolean =>
    leads.value && one.state === 'open' && one.requestedBy !== me.value?.name;
  const decide = (one: ShownOpening, how: 'agree' | 'refuse') =>
    act(`/api/v1/openings/${encodeURIComponent(one.openingId)}/${how}`);

  return { openings, fault, act, decide, mayDecide };
}
