// What somebody has typed and not put into his draft yet: kept in this browser until it is, through a log-out, a reload or a closed window.
import { me } from '../api.js';

/** A text, and what it was typed over; `seen` null = a new flow. */
export interface KeptText {
  readonly text: string;
  readonly seen: string | null;
}

const keyOf = (id: string): string => `yihao.flow.${me.value?.name ?? ''}.${id}`;

/** Undefined where nothing was left. */
export function keptText(id: string): KeptText | undefined {
  const kept = localStorage.getItem(keyOf(id));
  return kept === null ? undefined : (JSON.parse(kept) as KeptText);
}

/** Keeps a text; a browser without room keeps none. */
export function keepText(id: string, kept: KeptText): void {
  try {
    localStorage.setItem(keyOf(id), JSON.stringify(kept));
  } catch {
    forgetText(id);
  }
}

export function forgetText(id: string): void {
  localStorage.removeItem(keyOf(id));
}
