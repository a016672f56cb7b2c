// A screen on a wall: nobody logs in there, the token in its address speaks for it.
import type { RouteLocationNormalized } from 'vue-router';

/** The token of a screen on a wall, or undefined where a person looks. */
export function kioskOf(route: RouteLocationNormalized): string | undefined {
  const token = route.query['kiosk'];
  return typeof token === 'string' && token !== '' ? token : undefined;
}
