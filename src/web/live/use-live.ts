// A live view for a component: its data, its freshness, and the service's time, ticking.
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref } from 'vue';
import { checkSession } from '../api.js';
import type { ErrorFrame, ViewName } from './live-frame.js';
import { watchLive } from './live-socket.js';
import type { LiveState } from './live-state.js';
import { createServerClock } from './server-clock.js';

/** What a page knows of its view. */
export interface Live<Data> {
  readonly data: ComputedRef<Data>;
  /** A snapshot has come. */
  readonly begun: ComputedRef<boolean>;
  readonly fresh: Readonly<Ref<boolean>>;
  /** The service's clock of the last frame. */
  readonly atMs: ComputedRef<number>;
  /** The service's time now, each second. */
  readonly nowMs: Readonly<Ref<number>>;
  /** The same for durations: it stands still with the data. */
  readonly dataNowMs: ComputedRef<number>;
  readonly refusal: Readonly<Ref<ErrorFrame | undefined>>;
}

/** Where /ws is, with the kiosk's token where there is one. */
export function liveAddress(kiosk: string | undefined): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const query = kiosk === undefined ? '' : `?kiosk=${encodeURIComponent(kiosk)}`;
  return `${scheme}://${location.host}/ws${query}`;
}

/** Watches `view` for as long as the calling component lives. */
export function useLive<Data extends object>(view: ViewName, kiosk?: string): Live<Data> {
  const clock = createServerClock(() => performance.now(), Date.now());
  const state = shallowRef<LiveState>();
  const fresh = ref(true);
  const refusal = shallowRef<ErrorFrame>();
  const nowMs = ref(clock.nowMs());
  const stop = watchLive(view, liveAddress(kiosk), {
    changed(next) {
      clock.heard(next.atMs);
      state.value = next;
      refusal.value = undefined;
    },
    fresh(isFresh) {
      fresh.value = isFresh;
      if (!isFresh && kiosk === undefined) void checkSession();
    },
    refused: (error) => (refusal.value = error),
  });

  let timer: ReturnType<typeof setTimeout>;
  function tick(): void {
    nowMs.value = clock.nowMs();
    timer = setTimeout(tick, 1_000 - (nowMs.value % 1_000) + 5);
  }
  tick();
  onScopeDispose(() => {
    clearTimeout(timer);
    stop();
  });

  const atMs = computed(() => state.value?.atMs ?? 0);
  return {
    data: computed(() => (state.value?.data ?? {}) as Data),
    begun: computed(() => state.value !== undefined),
    fresh,
    atMs,
    nowMs,
    // A frame may be younger than the last tick: no duration runs backwards.
    dataNowMs: computed(() => (fresh.value ? Math.max(nowMs.value, atMs.value) : atMs.value)),
    refusal,
  };
}
