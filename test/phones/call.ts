// The public face of one call of a phone: what can be seen, done and waited for. Types only.
import type { AudioSource } from './audio-source.js';
import type { HoldDirection } from './call-media.js';
import type { HeardAudio } from './heard-audio.js';
import type { HeardDigit, RtpCounts } from './rtp-stream.js';
import type { SipRequest } from './sip-message.js';

/** `trying`: no ringing heard yet; `ringing`: 180 or 183; `up`: answered; `ended`: over, in whichever way. */
export type CallState = 'trying' | 'ringing' | 'up' | 'ended';

/** A party as the phone would show it: P-Asserted-Identity where present, else From (or the dialled number). */
export interface Party {
  readonly displayName: string;
  readonly number: string;
  readonly uri: string;
}

/** How a call ended. `nobody`: it was lost (no answer to our request, the phone died). */
export interface CallEnd {
  readonly by: 'local' | 'remote' | 'nobody';
  /** The status of a call that was never answered (486, 487, …); 408 also when no response came. */
  readonly status?: number;
  /** Q.850 cause and text of the Reason header that came with the end. */
  readonly cause?: number;
  readonly text?: string;
}

/** How digits are sent: inside the audio (RFC 4733, the default) or as SIP INFO application/dtmf-relay. */
export interface DigitOptions {
  readonly method?: 'rfc4733' | 'info';
  readonly durationMs?: number;
}

/** A call. All times are epoch milliseconds; waits reject with a WaitError, or at once when the wish cannot come true any more. */
export interface Call {
  readonly direction: 'outgoing' | 'incoming';
  readonly sipCallId: string;
  readonly state: CallState;
  readonly invitedAtMs: number;
  readonly ringingAtMs: number | undefined;
  /** Provisional answers to the INVITE other than 100, repeats included: 180, 183. */
  readonly provisionals: readonly number[];
  readonly answeredAtMs: number | undefined;
  /** First packet with sound, early media included. */
  readonly firstAudioAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly end: CallEnd | undefined;
  readonly endedBy: CallEnd['by'] | undefined;
  readonly remote: Party;
  /** The user part of the INVITE's Request-URI: what was dialled. */
  readonly dialled: string;
  /** The INVITE as sent or received: its headers are all there. */
  readonly invite: SipRequest;
  readonly holding: boolean;
  readonly heldByRemote: boolean;
  /** What was heard; give it, or the call itself, to the functions of audio.ts. */
  readonly heard: HeardAudio;
  readonly rtp: RtpCounts;
  readonly digits: readonly HeardDigit[];
  /** Statuses of the NOTIFYs after {@link refer}: 100, 180, 200, … */
  readonly referStatuses: readonly number[];
  answer(): Promise<void>;
  /** Refuses a ringing call. */
  reject(status: number): void;
  /** Ends the call in any state (CANCEL, 603 or BYE) and waits up to 2 s for the other side's word. */
  hangUp(headers?: Readonly<Record<string, string>>): Promise<void>;
  hold(direction?: HoldDirection): Promise<void>;
  resume(): Promise<void>;
  /** Resolves when the last digit is out. */
  sendDigits(digits: string, options?: DigitOptions): Promise<void>;
  /** Blind transfer to a number or URI, or attended transfer to the far end of another call (Replaces). Gives the REFER's status. */
  refer(target: string | Call): Promise<number>;
  say(source: AudioSource): void;
  /** Stops, or starts again, sending audio while signalling goes on. */
  freezeAudio(): void;
  thawAudio(): void;
  untilRinging(timeoutMs?: number): Promise<void>;
  untilUp(timeoutMs?: number): Promise<void>;
  untilEnded(timeoutMs?: number): Promise<CallEnd>;
  /** Resolves with the time of the first sound heard. */
  untilAudio(timeoutMs?: number): Promise<number>;
  /** Resolves when the digits received so far end with these. */
  untilDigits(digits: string, timeoutMs?: number): Promise<void>;
  /** Resolves with the final status of a transfer. */
  untilReferred(timeoutMs?: number): Promise<number>;
  /** Resolves when the other side holds us, or no longer does. */
  untilHeld(held: boolean, timeoutMs?: number): Promise<void>;
}
