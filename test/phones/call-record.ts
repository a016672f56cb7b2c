// What happened in a call and when: its state, stamps, digits, transfer reports and end, and the waits upon them.
import type { Call, CallEnd, CallState } from './call.js';
import type { HeardAudio } from './heard-audio.js';
import type { HeardDigit } from './rtp-stream.js';
import { createCondition } from './timers.js';

/** The waits of a {@link Call}. */
export type CallWaits = Pick<
  Call,
  'untilRinging' | 'untilUp' | 'untilEnded' | 'untilAudio' | 'untilDigits' | 'untilReferred' | 'untilHeld'
>;

/** The record of one call. Times are epoch milliseconds. */
export interface CallRecord {
  readonly state: CallState;
  readonly invitedAtMs: number;
  readonly ringingAtMs: number | undefined;
  readonly provisionals: readonly number[];
  readonly answeredAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly end: CallEnd | undefined;
  readonly digits: readonly HeardDigit[];
  readonly referStatuses: readonly number[];
  readonly waits: CallWaits;
  /** Notes a provisional answer other than 100. */
  noteRinging(status: number): void;
  noteUp(): void;
  /** Notes the end; false when the call was over already. */
  noteEnd(end: CallEnd): boolean;
  noteDigit(digit: HeardDigit): void;
  noteReferStatus(status: number): void;
  /** A new transfer begins: forgets the reports of the last. */
  clearReferStatuses(): void;
  /** Something else changed that waits look at (sound, hold). */
  changed(): void;
}

const waitMs = 10_000;

/** Begins a record at `trying`. `media` is looked at by the waits for sound and for hold. */
export function createCallRecord(
  media: () => { readonly heard: HeardAudio; readonly heldByRemote: boolean },
): CallRecord {
  const digits: HeardDigit[] = [];
  const referStatuses: number[] = [];
  const provisionals: number[] = [];
  const invitedAtMs = Date.now();
  let state: CallState = 'trying';
  let ringingAtMs: number | undefined;
  let answeredAtMs: number | undefined;
  let endedAtMs: number | undefined;
  let end: CallEnd | undefined;
  const condition = createCondition(
    () => `call ${state}${end ? `, ended by ${end.by} ${end.status ?? ''}` : ''}`,
  );

  /** Waits for a value that cannot come any more once the call is over. */
  const wait = <T>(what: string, timeoutMs: number, value: () => T | undefined): Promise<T> =>
    condition.until(what, timeoutMs, () => {
      const present = value();
      if (present === undefined && end) {
        throw new Error(`no ${what}: the call ended first, by ${end.by}, status ${end.status ?? '-'}`);
      }
      return present;
    });
  const ifTrue = (fact: boolean): true | undefined => (fact ? true : undefined);
  const pressed = (): string => digits.map(({ digit }) => digit).join('');

  const waits: CallWaits = {
    untilRinging: async (ms = waitMs) => void (await wait('ringing', ms, () => ringingAtMs ?? answeredAtMs)),
    untilUp: async (ms = waitMs) => void (await wait('answer', ms, () => answeredAtMs)),
    untilEnded: (ms = waitMs) => condition.until('end', ms, () => end),
    untilAudio: (ms = waitMs) => wait('sound', ms, () => media().heard.firstAudioAtMs),
    untilDigits: async (text, ms = waitMs) =>
      void (await wait(`digits ${text}`, ms, () => ifTrue(pressed().endsWith(text)))),
    untilReferred: (ms = waitMs) =>
      condition.until('end of the transfer', ms, () => referStatuses.find((status) => status >= 200)),
    untilHeld: async (held, ms = waitMs) =>
      void (await wait(held ? 'hold' : 'resume', ms, () => ifTrue(media().heldByRemote === held))),
  };

  return {
    invitedAtMs,
    digits,
    referStatuses,
    provisionals,
    waits,
    get state() {
      return state;
    },
    get ringingAtMs() {
      return ringingAtMs;
    },
    get answeredAtMs() {
      return answeredAtMs;
    },
    get endedAtMs() {
      return endedAtMs;
    },
    get end() {
      return end;
    },
    noteRinging(status) {
      provisionals.push(status);
      ringingAtMs ??= Date.now();
      if (state === 'trying') state = 'ringing';
      condition.changed();
    },
    noteUp() {
      answeredAtMs = Date.now();
      state = 'up';
      condition.changed();
    },
    noteEnd(how) {
      if (end) return false;
      state = 'ended';
      end = how;
      endedAtMs = Date.now();
      condition.changed();
      return true;
    },
    noteDigit(digit) {
      digits.push(digit);
      condition.changed();
    },
    noteReferStatus(status) {
      referStatuses.push(status);
      condition.changed();
    },
    clearReferStatuses() {
      referStatuses.length = 0;
    },
    changed: condition.changed,
  };
}
