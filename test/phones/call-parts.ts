// The parts a call consists of, and what it needs of its phone. Types, and the time a goodbye may take.
import type { AudioSource } from './audio-source.js';
import type { Call, CallEnd, Party } from './call.js';
import type { CallDialog } from './call-dialog.js';
import type { CallMedia, MediaOptions } from './call-media.js';
import type { CallRecord } from './call-record.js';
import type { SendRequest } from './requester.js';
import type { ServerTransaction } from './server-transaction.js';
import type { SipHeader, SipRequest } from './sip-message.js';
import type { TimerBag } from './timers.js';

/** What the phone keeps of a call beside its public face. */
export interface CallLeg {
  readonly call: Call;
  readonly localTag: string;
  /** The call's dialog once it is established. */
  readonly dialog: CallDialog | undefined;
  receiveRequest(transaction: ServerTransaction): void;
  receiveAck(ack: SipRequest): void;
  receiveCancel(cancel: SipRequest): void;
  /** Ends it without a word. */
  drop(): Promise<void>;
}

/** What a call needs of its phone. */
export interface CallContext {
  readonly contact: string;
  readonly media: MediaOptions;
  readonly source: AudioSource;
  readonly send: SendRequest;
  readonly timers: TimerBag;
  readonly onEnded: (leg: CallLeg) => void;
  readonly legOf: (call: Call) => CallLeg | undefined;
  /** Turns a number into a URI, leaves a URI as it is. */
  readonly resolve: (target: string) => string;
}

/** How long a phone waits for the answer to its goodbye. */
export const goodbyeMs = 2_000;

/** What both kinds of legs share: media, record, the dialog once there is one, and the other party as shown. */
export interface CallCore {
  readonly context: CallContext;
  readonly localTag: string;
  readonly media: CallMedia;
  readonly record: CallRecord;
  readonly leg: CallLeg;
  invite: SipRequest;
  remote: Party;
  dialog: CallDialog | undefined;
  finish(end: CallEnd): void;
  /** BYE, and the end without waiting for its answer; resolves when that has come, or after 2 s. */
  sayGoodbye(end: CallEnd, headers?: readonly SipHeader[]): Promise<void>;
  respond(transaction: ServerTransaction, status: number, reason: string, body?: string): void;
  /** 200 with an answer to the offer (with our offer when there is none), or 488; tells which. */
  answerOffer(transaction: ServerTransaction): boolean;
}

/** The acts in which caller and callee differ. */
export type CallSide = Pick<Call, 'direction' | 'answer' | 'reject'> & {
  /** Gives up a call that is not up yet. */
  readonly giveUp: (headers: readonly SipHeader[]) => Promise<void>;
  readonly receiveCancel: (cancel: SipRequest) => void;
};
