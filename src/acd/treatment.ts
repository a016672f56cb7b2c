// Decides what a waiting citizen is told besides music, and when he is told next.
import type { Told, WaitBand } from '../contact/contact.js';
import type { PromptRef } from '../contact/prompt-ref.js';
import { isNewsAfter } from './wait-band.js';

/** One round: say these one after the other, remember `told`, come again at `nextAtMs`. */
export interface Treatment {
  readonly say: readonly PromptRef[];
  readonly told: Told;
  readonly nextAtMs: number;
}

/** What a round is decided from. `place` is null when it is not known; `wait` is undefined where none is to be told. */
export interface TreatmentInput {
  readonly nowMs: number;
  readonly told: Told;
  readonly place: number | null;
  readonly wait: () => WaitBand | undefined;
}

/** The place is told this often; ASSUMED. */
export const placeEveryMs = 30_000;
/** With no place to tell, thanks are said this often. */
export const thanksEveryMs = 60_000;
/** A larger place is not spoken: a large number makes people redial. */
export const placeSpokenMax = 20;

/**
 * The first round says that all agents are busy and names 110, 119 and 120, once. Each later one tells the place, unless
 * it is larger than the one told last. Where no place can be told it asks for patience once, then thanks each minute. The
 * expected wait follows where it is news.
 */
export function treatment(input: TreatmentInput): Treatment {
  const turn = roundOf(input);
  const isRound = input.told.busy && turn.told !== input.told;
  const wait = isRound ? input.wait() : undefined;
  if (wait === undefined || !isNewsAfter(input.told.wait, wait)) return turn;
  const { fromMinutes, toMinutes } = wait;
  const prompt = { id: 'queue.ewt', slots: { m: `${String(fromMinutes)}-${String(toMinutes)}` } };
  return { ...turn, say: [...turn.say, prompt], told: { ...turn.told, wait } };
}

function roundOf({ nowMs, told, place }: TreatmentInput): Treatment {
  if (!told.busy) return round(nowMs, { ...told, busy: true }, { id: 'queue.busy' });
  if (told.lastAtMs !== null && nowMs < told.lastAtMs + placeEveryMs) {
    return { say: [], told, nextAtMs: told.lastAtMs + placeEveryMs };
  }
  if (place !== null && mayTell(place, told)) {
    return round(nowMs, { ...told, place, thankedAtMs: null }, placePrompt(place));
  }
  return patience(nowMs, told);
}

/** `thankedAtMs` counts from the asking for patience; a place told in between starts anew. */
function patience(nowMs: number, told: Told): Treatment {
  if (told.thankedAtMs === null) return round(nowMs, { ...told, thankedAtMs: nowMs }, { id: 'queue.many' });
  if (nowMs < told.thankedAtMs + thanksEveryMs) return round(nowMs, told);
  return round(nowMs, { ...told, thankedAtMs: nowMs }, { id: 'queue.thanks' });
}

function round(nowMs: number, told: Told, ...say: readonly PromptRef[]): Treatment {
  return { say, told: { ...told, lastAtMs: nowMs }, nextAtMs: nowMs + placeEveryMs };
}

function mayTell(place: number, told: Told): boolean {
  return place >= 1 && place <= placeSpokenMax && (told.place === null || place <= told.place);
}

/** `n` counts the people before him: place 3 is heard as 您前面还有两位. */
function placePrompt(place: number): PromptRef {
  return place === 1 ? { id: 'queue.next' } : { id: 'queue.place', slots: { n: place - 1 } };
}
