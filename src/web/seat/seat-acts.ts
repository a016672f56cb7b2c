// What the agent may do at this moment, and why not where he may not. The service decides; this only spares him a refusal.
import type { StripAgent, StripContact } from '../live/live-frame.js';
import type { WordKey } from '../words/zh.js';

/** The acts of the strip, in the order of their keys. */
export const seatActs = [
  'ready',
  'break',
  'finish',
  'extend',
  'release',
  'recording',
  'disposition',
  'hold',
  'silent',
  'minor',
  'signout',
  'help',
  'confidential',
  'scope',
  'warn',
  'callBack',
] as const;
export type SeatAct = (typeof seatActs)[number];

/** The key that goes with Alt: a figure, or a letter where the figures are used up (保). */
export const keyOfAct: Readonly<Record<SeatAct, string>> = {
  ready: '1',
  break: '2',
  finish: '3',
  extend: '4',
  release: '5',
  recording: '6',
  disposition: '7',
  hold: '8',
  silent: '-',
  minor: 'M',
  signout: '9',
  help: '0',
  confidential: 'B',
  scope: 'N',
  warn: 'W',
  callBack: 'R',
};

/** The same as a keyboard's `code`. */
export function codeOfAct(act: SeatAct): string {
  const key = keyOfAct[act];
  if (key === '-') return 'Minus';
  return /^\d$/.test(key) ? `Digit${key}` : `Key${key}`;
}

/** What the strip knows when it judges an act. */
export interface SeatMoment {
  readonly agent: StripAgent;
  readonly contact: StripContact | null;
  /** A contact whose disposition is still open. */
  readonly noted: boolean;
  /** This wrap-up was extended already. */
  readonly extended: boolean;
}

/** The reason why an act is not allowed now; `undefined` = it is. */
export function whyNot(act: SeatAct, { agent, contact, noted, extended }: SeatMoment): WordKey | undefined {
  const { state } = agent;
  if (act === 'confidential') return contact?.sealed ? 'why.sealed' : noted ? undefined : 'why.noContact';
  if (act === 'disposition') return noted ? undefined : 'why.noContact';
  if (state === 'offline') return 'why.offline';
  const calling = state === 'outbound' && contact?.stage === 'calling';
  const inTalk = state === 'talking' || state === 'hold' || (state === 'outbound' && !calling);
  // A lost phone is shown before the wrap-up, which runs all the same.
  const inWrapUp = state === 'wrapup' || (agent.wrapUpEndsAtMs ?? null) !== null;
  switch (act) {
    case 'ready':
      if (state === 'ready') return 'why.ready';
      if (state === 'ringing') return 'why.ringing';
      return inTalk || calling ? 'why.inCall' : undefined;
    case 'callBack':
      if (state === 'ringing') return 'why.ringing';
      if (inTalk || calling) return 'why.inCall';
      return noted ? undefined : 'why.noContact';
    case 'finish':
      return inWrapUp ? undefined : 'why.wrapupOnly';
    case 'extend':
      if (!inWrapUp) return 'why.wrapupOnly';
      return extended ? 'why.extended' : undefined;
    case 'release':
      return (inTalk || calling) && contact !== null ? undefined : 'why.noTalk';
    case 'recording':
      if (!inTalk || contact === null) return 'why.noTalk';
      return contact.recording === 'off' ? 'why.notRecorded' : undefined;
    case 'hold':
      if (!inTalk || contact === null) return 'why.noTalk';
      return contact.heldBy === 'phone' ? 'why.heldByPhone' : undefined;
    case 'scope':
    case 'warn':
    case 'silent':
    case 'minor':
      if (!inTalk || contact === null) return 'why.noTalk';
      return contact.held ? 'why.held' : undefined;
    case 'help':
      return inTalk && contact !== null ? undefined : 'why.noTalk';
    // Another reason, or after the talk: the service takes both at any time.
    case 'break':
    case 'signout':
      return undefined;
  }
}
