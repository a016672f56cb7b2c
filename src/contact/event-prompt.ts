// 事件提示: a sentence of the day that some callers are told, because it may be why they call. Two people, an end time, told once a caller.
import type { PromptRef } from './prompt-ref.js';

/** To those who wait; or to everybody right after the greeting, before the queue. */
export const eventPromptTimes = ['waiting', 'first'] as const;
export type EventPromptTime = (typeof eventPromptTimes)[number];

/** A draft waits for a second person; ended, it is kept for a while to be looked at. */
export type EventPromptState = 'draft' | 'live' | 'ended';

/** One sentence, whom it is for and who answers for it. */
export interface EventPrompt {
  readonly id: string;
  /** As it was typed. */
  readonly text: string;
  /** The whole as it is heard, and in pinyin. */
  readonly heard: string;
  readonly pinyin: string;
  readonly durationMs: number;
  readonly when: EventPromptTime;
  /** Entries of the ledger; none = all. */
  readonly entryIds: readonly string[];
  /** Area codes of callers; none = all. A caller whose area is not known, such as a mobile, hears it. */
  readonly areaCodes: readonly string[];
  /** Cities and districts, as regions.yaml and the ledger name them; none = all. Likewise. */
  readonly regions?: readonly string[];
  readonly untilMs: number;
  readonly state: EventPromptState;
  readonly draftedBy: string;
  readonly draftedAtMs: number;
  readonly confirmedBy?: string;
  readonly liveAtMs?: number;
  /** Null: its time was over. */
  readonly endedBy?: string | null;
  readonly endedAtMs?: number;
}

/** The prompt an event's sentence is played as. */
export const eventPromptId = 'event.notice';

/** What a playback names. */
export const eventPromptRef = (id: string): PromptRef => ({ id: eventPromptId, slots: { event: id } });

/** The event a playback tells of; undefined for any other prompt. */
export function eventOf({ id, slots }: PromptRef): string | undefined {
  const event = slots?.['event'];
  return id === eventPromptId && typeof event === 'string' ? event : undefined;
}

/** Live now: confirmed, and its end time not reached. */
export function isLive({ state, untilMs }: EventPrompt, nowMs: number): boolean {
  return state === 'live' && nowMs < untilMs;
}

/** What of a call decides which events it is told. */
export interface EventCall {
  readonly entryId: string;
  readonly callerMasked: string;
  /** The city its caller picked, else the one of the number dialled; null = not known; `unasked`: he is about to be asked. */
  readonly region: { readonly name: string } | 'unasked' | null;
}

/** Whether a call is one of those it is for. */
export function concerns(
  { entryIds, areaCodes, regions = [] }: Pick<EventPrompt, 'entryIds' | 'areaCodes' | 'regions'>,
  { entryId, callerMasked, region }: EventCall,
): boolean {
  const area = areaOf(callerMasked);
  return (
    (entryIds.length === 0 || entryIds.includes(entryId)) &&
    (areaCodes.length === 0 || area === undefined || areaCodes.includes(area)) &&
    (regions.length === 0 || region === null || (region !== 'unasked' && regions.includes(region.name)))
  );
}

/** `0311` of `0311-****3456`: the area code is no secret and stays in the masked form. */
function areaOf(callerMasked: string): string | undefined {
  return /^(0\d{2,3})-/.exec(callerMasked)?.[1];
}

/** What a caller has been told of events. */
export interface EventsTold {
  readonly ids: readonly string[];
  /** When the last one was heard to its end; null = it was not, or is being heard. */
  readonly endedAtMs: number | null;
}
