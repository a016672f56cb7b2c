// 事件提示, from draft to end: one person writes it, another confirms it, and from then on it is told until its time is over.
import {
  concerns,
  isLive,
  type EventCall,
  type EventPrompt,
  type EventPromptTime,
} from '../contact/event-prompt.js';
import { AppError } from '../errors.js';
import { eventFaults, eventWords } from '../site/event-words.js';
import type { Site } from '../site/site.js';
import type { Clock, Ids, Sites } from './ports.js';

/** What somebody wants callers to be told. */
export interface EventPromptWish {
  readonly text: string;
  readonly when: EventPromptTime;
  readonly entryIds: readonly string[];
  readonly areaCodes: readonly string[];
  readonly regions: readonly string[];
  readonly untilMs: number;
}

/** Where event prompts are kept: what is live must be told after a restart, with every other part away. */
export interface EventPromptBook {
  read(): readonly EventPrompt[];
  /** Durable when it settles. */
  write(all: readonly EventPrompt[]): Promise<void>;
}

/** Makes their sounds. */
export interface EventPromptVoice {
  /** @throws AppError SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED, PROMPTS_READ_ONLY */
  speak(id: string, text: string): Promise<{ readonly durationMs: number; readonly pinyin: string }>;
  /** Takes the sound away; one that is not there is no fault. */
  forget(id: string): Promise<void>;
}

export interface EventPromptsParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sites: Sites;
  readonly book: EventPromptBook;
  readonly voice: EventPromptVoice;
  /** One more is live: those who wait are to be told. */
  readonly wentLive: () => void;
}

/** All event prompts. Changes are made one after the other, each durable before it counts. */
export interface EventPrompts {
  /** The newest first; what has run out reads as ended. */
  all(): readonly EventPrompt[];
  /** Live now and for this call, the oldest first. */
  forCall(call: EventCall): readonly EventPrompt[];
  /** @throws AppError REQUEST_INVALID with the field and why, and what the voice throws */
  draft(by: string, wish: EventPromptWish): Promise<EventPrompt>;
  /** @throws AppError EVENT_UNKNOWN, EVENT_OVER, EVENT_NEEDS_ANOTHER, EVENT_TOO_MANY */
  confirm(by: string, id: string): Promise<EventPrompt>;
  /** Ends one, or drops a draft; one that is over stays as it is. @throws AppError EVENT_UNKNOWN */
  end(by: string, id: string): Promise<EventPrompt>;
}

/** Nobody listens to more before he is served; ASSUMED. */
const liveAtMost = 3;
/** Whatever is announced for longer belongs into the greeting; ASSUMED. */
const longestMs = 7 * 86_400_000;
/** Those that are over and still shown. */
const keptOver = 30;

/** The event prompts as the book has them. */
export function createEventPrompts(parts: EventPromptsParts): EventPrompts {
  const { clock, book, voice, sites } = parts;
  let known = book.read();
  let turn: Promise<unknown> = Promise.resolve();

  const all = () => {
    const nowMs = clock.nowMs();
    return known.map((event) => asOf(event, nowMs)).toSorted((a, b) => b.draftedAtMs - a.draftedAtMs);
  };

  function find(id: string): EventPrompt {
    const event = known.find((one) => one.id === id);
    if (event === undefined) throw new AppError('EVENT_UNKNOWN', { id });
    return asOf(event, clock.nowMs());
  }

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  async function put(event: EventPrompt): Promise<EventPrompt> {
    const others = all().filter(({ id }) => id !== event.id);
    const over = others.filter(({ state }) => state === 'ended');
    const dropped = over.slice(keptOver);
    const next = [event, ...others.filter((one) => !dropped.includes(one))];
    await book.write(next);
    known = next;
    await Promise.allSettled(dropped.map(({ id }) => voice.forget(id))); // a sound that stays is no fault of the change
    return event;
  }

  async function draft(by: string, wish: EventPromptWish): Promise<EventPrompt> {
    const site = sites.current();
    const draftedAtMs = clock.nowMs();
    refuseFaulty(
      wish,
      { entryIds: [...site.entries.keys()], regions: regionsOf(site) },
      eventFaults(site, wish.text),
      draftedAtMs,
    );
    const id = parts.ids.next();
    const heard = eventWords(site, wish.text);
    // Takes seconds, or a minute behind a build of all prompts: nobody's confirmation waits for it.
    const { durationMs, pinyin } = await voice.speak(id, heard);
    const drafted = { draftedBy: by, draftedAtMs };
    const event: EventPrompt = { id, ...wish, heard, pinyin, durationMs, state: 'draft', ...drafted };
    return inTurn(() => put(event)).catch(async (error: unknown) => {
      await voice.forget(id).catch(() => undefined); // what failed first is what is told
      throw error;
    });
  }

  async function confirm(by: string, id: string): Promise<EventPrompt> {
    const event = find(id);
    if (event.state === 'live') return event;
    if (event.state === 'ended') throw new AppError('EVENT_OVER', { id });
    if (event.draftedBy === by) throw new AppError('EVENT_NEEDS_ANOTHER', { id });
    const nowMs = clock.nowMs();
    if (known.filter((one) => isLive(one, nowMs)).length >= liveAtMost)
      throw new AppError('EVENT_TOO_MANY', { most: liveAtMost });
    const live = await put({ ...event, state: 'live', confirmedBy: by, liveAtMs: nowMs });
    parts.wentLive();
    return live;
  }

  async function end(by: string, id: string): Promise<EventPrompt> {
    const event = find(id);
    if (event.state === 'ended') return event;
    return put({ ...event, state: 'ended', endedBy: by, endedAtMs: clock.nowMs() });
  }

  return {
    all,
    forCall(call) {
      const nowMs = clock.nowMs();
      const live = known.filter((event) => isLive(event, nowMs) && concerns(event, call));
      return live.toSorted((a, b) => (a.liveAtMs ?? 0) - (b.liveAtMs ?? 0));
    },
    draft,
    confirm: (by, id) => inTurn(() => confirm(by, id)),
    end: (by, id) => inTurn(() => end(by, id)),
  };
}

/** Every city and district that a call may be known to be of. */
export function regionsOf({
  sharedAreas,
  numbers,
}: Pick<Site, 'sharedAreas' | 'numbers'>): readonly string[] {
  const cities = sharedAreas.flatMap((area) => area.cities);
  const ofNumbers = numbers.map(({ row }) => row.region).filter((name) => name !== '');
  return [...new Set([...cities, ...ofNumbers])];
}

/** As it stands now: its time may be over. */
function asOf(event: EventPrompt, nowMs: number): EventPrompt {
  if (event.state === 'ended' || nowMs < event.untilMs) return event;
  return { ...event, state: 'ended', endedBy: null, endedAtMs: event.untilMs };
}

function refuseFaulty(
  { untilMs, entryIds, areaCodes, regions }: EventPromptWish,
  known: Pick<EventPromptWish, 'entryIds' | 'regions'>,
  textFaults: readonly { readonly zh: string; readonly en: string }[],
  nowMs: number,
): void {
  const refuse = (field: string, zh: string, en: string): never => {
    throw new AppError('REQUEST_INVALID', { in: 'body', field, zh, en });
  };
  const [fault] = textFaults;
  if (fault !== undefined) refuse('text', fault.zh, fault.en);
  if (untilMs <= nowMs) refuse('until', '结束时间已过', 'the end time is over');
  if (untilMs > nowMs + longestMs) refuse('until', '最长 7 天', 'at most 7 days');
  const stranger = entryIds.find((id) => !known.entryIds.includes(id));
  if (stranger !== undefined) refuse('entryIds', `没有接入号码 ${stranger}`, `there is no entry ${stranger}`);
  const noRegion = regions.find((name) => !known.regions.includes(name));
  if (noRegion !== undefined) refuse('regions', `没有属地 ${noRegion}`, `there is no region ${noRegion}`);
  const noArea = areaCodes.find((code) => !/^0(?:10|2\d|[3-9]\d{2})$/.test(code));
  if (noArea !== undefined) refuse('areaCodes', `${noArea} 不是区号`, `${noArea} is no area code`);
}
