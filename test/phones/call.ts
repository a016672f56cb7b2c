// One call of a phone, as caller or as callee: its signalling from INVITE to BYE, its media, and a record of what happened when.
import type { AudioSource } from './audio-source.js';
import { createCallMedia, type HoldDirection, type MediaOptions } from './call-media.js';
import {
  dialogOfCallee,
  dialogOfCaller,
  makeDialogRequest,
  nextHop,
  tagOf,
  withTargetOf,
  type Dialog,
} from './dialog.js';
import type { HeardAudio } from './heard-audio.js';
import type { SendRequest } from './requester.js';
import type { HeardDigit, RtpCounts } from './rtp-stream.js';
import {
  headerOf,
  headersOf,
  parseCSeq,
  parseNameAddress,
  parseReason,
  parseSipUri,
  requiredHeader,
  splitOutside,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.js';
import type { SipAddress } from './sip-transport.js';
import { createCondition, type TimerBag } from './timers.js';
import { makeResponse, randomToken, type ClientTransaction, type ServerTransaction } from './transactions.js';

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

/** What the phone keeps of a call beside the public face. */
export interface CallLeg {
  readonly call: Call;
  readonly localTag: string;
  receiveRequest(transaction: ServerTransaction): void;
  receiveAck(ack: SipRequest): void;
  receiveCancel(cancel: SipRequest): void;
  /** Ends it without a word. */
  drop(): Promise<void>;
  /** The other leg's identity in a Replaces header. */
  readonly replaces: { readonly target: string; readonly value: string } | undefined;
}

/** What a call needs of its phone. */
export interface CallContext {
  readonly user: string;
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

/** The methods a phone answers. */
export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, UPDATE';

const waitMs = 10_000;
const goodbyeMs = 2_000;
const sdpType: SipHeader = { name: 'Content-Type', value: 'application/sdp' };

const phrases: Readonly<Record<number, string>> = {
  404: 'Not Found',
  405: 'Method Not Allowed',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  491: 'Request Pending',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
  606: 'Not Acceptable',
};

/** The reason phrase of a status we send. */
export function reasonPhrase(status: number): string {
  return phrases[status] ?? 'Refused';
}

/** Starts a call: opens its media and sends the INVITE. `keep` is told of the leg before anything can happen to it. */
export async function startOutgoingCall(
  context: CallContext,
  invite: SipRequest,
  destination: SipAddress,
  keep: (leg: CallLeg) => void,
): Promise<CallLeg> {
  const leg = createLeg(context, 'outgoing', invite);
  keep(leg);
  await leg.sendInvite(destination);
  return leg;
}

/** Takes an INVITE; nothing has been answered yet. */
export function createIncomingCall(
  context: CallContext,
  transaction: ServerTransaction,
): CallLeg & { ring(): void } {
  return createLeg(context, 'incoming', transaction.request, transaction);
}

function createLeg(
  context: CallContext,
  direction: Call['direction'],
  firstInvite: SipRequest,
  inviteTransaction?: ServerTransaction,
): CallLeg & { ring(): void; sendInvite(destination: SipAddress): Promise<void> } {
  const outgoing = direction === 'outgoing';
  const localTag = outgoing ? tagOf(requiredHeader(firstInvite, 'From')) : randomToken();
  const digits: HeardDigit[] = [];
  const referStatuses: number[] = [];
  const invitedAtMs = Date.now();
  let invite = firstInvite;
  let state: CallState = 'trying';
  let ringingAtMs: number | undefined;
  let answeredAtMs: number | undefined;
  let endedAtMs: number | undefined;
  let end: CallEnd | undefined;
  let remote = outgoing
    ? partyOf(requiredHeader(invite, 'To'))
    : shownParty(invite, requiredHeader(invite, 'From'));
  let dialog: Dialog | undefined = outgoing ? undefined : dialogOfCallee(invite, localTag);
  let clientInvite: ClientTransaction | undefined;
  let givenUp = false;
  let holding = false;
  let offering = false;
  let unacknowledged: { readonly transaction: ServerTransaction; readonly awaitsAnswer: boolean } | undefined;

  const condition = createCondition(
    () => `call ${state}${end ? `, ended by ${end.by} ${end.status ?? ''}` : ''}`,
  );
  const media = createCallMedia(context.media, context.source, {
    onDigit: (digit) => noteDigit(digit),
    onFirstAudio: condition.changed,
  });

  const noteDigit = (digit: HeardDigit): void => {
    digits.push(digit);
    condition.changed();
  };

  const finish = (how: CallEnd): void => {
    if (state === 'ended') return;
    state = 'ended';
    end = how;
    endedAtMs = Date.now();
    void media.close();
    context.onEnded(leg);
    condition.changed();
  };

  const noteRinging = (): void => {
    ringingAtMs ??= Date.now();
    if (state === 'trying') state = 'ringing';
    condition.changed();
  };

  const noteUp = (): void => {
    answeredAtMs = Date.now();
    state = 'up';
    condition.changed();
  };

  // --- the calling side ---

  const sendInvite = async (destination: SipAddress): Promise<void> => {
    await media.open();
    invite = { ...invite, headers: [...invite.headers, sdpType], body: media.offer() };
    clientInvite = context.send(invite, destination, {
      onProvisional: receiveProvisional,
      onFinal: (response, request) =>
        response.status < 300 ? receiveAnswer(response, request) : receiveFailure(response),
      onTimeout: () => finish({ by: givenUp ? 'local' : 'nobody', status: 408 }),
    });
  };

  const receiveProvisional = (response: SipResponse): void => {
    if (response.status === 100 || state === 'ended') return;
    remote = shownParty(response, undefined) ?? remote;
    if (response.body !== '') media.accept(response.body);
    noteRinging();
  };

  const receiveAnswer = (response: SipResponse, request: SipRequest): void => {
    dialog = dialogOfCaller(request, response);
    const { number } = parseCSeq(requiredHeader(request, 'CSeq'));
    clientInvite?.acknowledge(makeDialogRequest(dialog, 'ACK', { sequence: number }));
    remote = shownParty(response, undefined) ?? remote;
    if (response.body !== '') media.accept(response.body);
    if (givenUp) void sayGoodbye({ by: 'local', status: 487 });
    else if (media.codec === undefined) void sayGoodbye({ by: 'local', status: 488 });
    else noteUp();
  };

  const receiveFailure = (response: SipResponse): void =>
    finish({ by: givenUp ? 'local' : 'remote', status: response.status, ...reasonOf(response) });

  // --- the called side ---

  const respond = (transaction: ServerTransaction, status: number, reason: string, body = ''): void => {
    const headers: SipHeader[] = [
      { name: 'Contact', value: `<${context.contact}>` },
      { name: 'Allow', value: allowedMethods },
      ...(body === '' ? [] : [sdpType]),
    ];
    transaction.respond(
      makeResponse(transaction.request, status, reason, { toTag: localTag, headers, body }),
    );
  };

  const ring = (): void => {
    if (!inviteTransaction) return;
    respond(inviteTransaction, 180, 'Ringing');
    noteRinging();
  };

  const unanswered = (verb: string): ServerTransaction => {
    if (inviteTransaction && (state === 'trying' || state === 'ringing')) return inviteTransaction;
    throw new Error(`cannot ${verb} a call that is ${outgoing ? 'outgoing' : state}`);
  };

  const answer = async (): Promise<void> => {
    unanswered('answer');
    await media.open();
    if (answerWith(unanswered('answer'))) noteUp();
    else finish({ by: 'local', status: 488 });
  };

  /** Sends 200 with an answer to the INVITE's offer (or our own offer when it has none), or 488; tells which. */
  const answerWith = (transaction: ServerTransaction): boolean => {
    const offer = transaction.request.body;
    const body = offer === '' ? media.offer() : media.answer(offer);
    if (body === undefined) {
      respond(transaction, 488, reasonPhrase(488));
      return false;
    }
    unacknowledged = { transaction, awaitsAnswer: offer === '' };
    respond(transaction, 200, 'OK', body);
    return true;
  };

  const reject = (status: number): void => {
    respond(unanswered('reject'), status, reasonPhrase(status));
    finish({ by: 'local', status });
  };

  // --- inside the dialog ---

  /** Sends a request inside the dialog; undefined when no answer came. */
  const request = (
    method: string,
    extra: { readonly headers?: readonly SipHeader[]; readonly body?: string } = {},
  ): Promise<{ readonly response: SipResponse; readonly acknowledge: () => void } | undefined> =>
    new Promise((resolve, reject) => {
      if (!dialog) return reject(new Error(`no dialog to send ${method} in`));
      const contact = { name: 'Contact', value: `<${context.contact}>` };
      const message = makeDialogRequest(dialog, method, {
        ...extra,
        headers: [contact, ...(extra.headers ?? [])],
      });
      dialog = { ...dialog, localSequence: dialog.localSequence + 2 }; // a challenge uses up the number in between
      const transaction = context.send(message, nextHop(dialog), {
        onFinal: (response, sent) => {
          const sequence = parseCSeq(requiredHeader(sent, 'CSeq')).number;
          const acknowledge = (): void => {
            if (dialog) transaction.acknowledge(makeDialogRequest(dialog, 'ACK', { sequence }));
          };
          resolve({ response, acknowledge });
        },
        onTimeout: () => resolve(undefined),
      });
    });

  const sayGoodbye = async (how: CallEnd, headers: readonly SipHeader[] = []): Promise<void> => {
    const goodbye = request('BYE', { headers });
    finish(how);
    await Promise.race([goodbye, new Promise<void>((resolve) => context.timers.after(goodbyeMs, resolve))]);
  };

  const hangUp = async (headers: Readonly<Record<string, string>> = {}): Promise<void> => {
    const list = Object.entries(headers).map(([name, value]) => ({ name, value }));
    if (state === 'ended') return;
    if (state === 'up') return sayGoodbye({ by: 'local' }, list);
    if (!outgoing) return reject(603);
    givenUp = true;
    clientInvite?.cancel(list);
    await condition
      .until('end after CANCEL', goodbyeMs, () => (state === 'ended' ? true : undefined))
      .catch(() => {
        finish({ by: 'local', status: 487 });
      });
  };

  const renegotiate = async (direction: HoldDirection | undefined, triesLeft = 3): Promise<void> => {
    if (state !== 'up') throw new Error(`cannot renegotiate a call that is ${state}`);
    media.setHold(direction);
    offering = true;
    const result = await request('INVITE', { headers: [sdpType], body: media.offer() });
    offering = false;
    if (result && result.response.status < 300) {
      if (dialog) dialog = withTargetOf(dialog, result.response);
      result.acknowledge();
      holding = direction !== undefined;
      media.accept(result.response.body);
      return;
    }
    if (result?.response.status !== 491 || triesLeft === 0)
      throw new Error(`re-INVITE: ${result?.response.status ?? 408}`);
    await new Promise<void>((resolve) => context.timers.after(100 + 100 * triesLeft, resolve));
    await renegotiate(direction, triesLeft - 1);
  };

  const sendInfoDigits = async (text: string, durationMs: number): Promise<void> => {
    for (const digit of text) {
      const body = `Signal=${digit}\r\nDuration=${durationMs}\r\n`;
      const headers = [{ name: 'Content-Type', value: 'application/dtmf-relay' }];
      const status = (await request('INFO', { headers, body }))?.response.status ?? 408;
      if (status >= 300) throw new Error(`INFO: ${status}`);
    }
  };

  const refer = async (target: string | Call): Promise<number> => {
    referStatuses.length = 0;
    const other = typeof target === 'string' ? undefined : context.legOf(target)?.replaces;
    if (typeof target !== 'string' && !other) throw new Error('the other call is not up');
    const referTo =
      typeof target === 'string' ? context.resolve(target) : `${other?.target}?Replaces=${other?.value}`;
    const headers = [
      { name: 'Refer-To', value: `<${referTo}>` },
      { name: 'Referred-By', value: `<${context.contact}>` },
    ];
    return (await request('REFER', { headers }))?.response.status ?? 408;
  };

  const receiveRequest = (transaction: ServerTransaction): void => {
    const message = transaction.request;
    switch (message.method) {
      case 'INVITE':
      case 'UPDATE':
        return receiveReoffer(transaction);
      case 'BYE':
        respond(transaction, 200, 'OK');
        return finish({ by: 'remote', ...reasonOf(message) });
      case 'INFO':
        respond(transaction, 200, 'OK');
        return receiveInfo(message);
      case 'NOTIFY':
        respond(transaction, 200, 'OK');
        return receiveNotify(message);
      case 'OPTIONS':
        return respond(transaction, 200, 'OK');
      default:
        return respond(transaction, 405, reasonPhrase(405));
    }
  };

  const receiveReoffer = (transaction: ServerTransaction): void => {
    const message = transaction.request;
    if (dialog) dialog = withTargetOf(dialog, message);
    remote = shownParty(message, undefined) ?? remote;
    if (offering || state !== 'up') respond(transaction, 491, reasonPhrase(491));
    else if (message.method === 'UPDATE' && message.body === '') respond(transaction, 200, 'OK');
    else answerWith(transaction);
    condition.changed();
  };

  const receiveInfo = (message: SipRequest): void => {
    const digit = /^(?:Signal\s*=\s*)?([0-9*#A-D])\s*$/im.exec(message.body)?.[1];
    if (digit !== undefined) noteDigit({ digit, atMs: Date.now(), method: 'info' });
  };

  const receiveNotify = (message: SipRequest): void => {
    const status = /^SIP\/2\.0 (\d{3})/.exec(message.body)?.[1];
    if (status !== undefined) referStatuses.push(Number(status));
    condition.changed();
  };

  const call: Call = {
    direction,
    sipCallId: requiredHeader(invite, 'Call-ID'),
    invitedAtMs,
    digits,
    referStatuses,
    heard: media.heard,
    get state() {
      return state;
    },
    get ringingAtMs() {
      return ringingAtMs;
    },
    get answeredAtMs() {
      return answeredAtMs;
    },
    get firstAudioAtMs() {
      return media.heard.firstAudioAtMs;
    },
    get endedAtMs() {
      return endedAtMs;
    },
    get end() {
      return end;
    },
    get endedBy() {
      return end?.by;
    },
    get remote() {
      return remote;
    },
    get dialled() {
      return parseSipUri(invite.uri).user;
    },
    get invite() {
      return invite;
    },
    get holding() {
      return holding;
    },
    get heldByRemote() {
      return media.heldByRemote;
    },
    get rtp() {
      return media.counts;
    },
    answer,
    reject,
    hangUp,
    hold: (holdDirection = 'sendonly') => renegotiate(holdDirection),
    resume: () => renegotiate(undefined),
    sendDigits: (text, { method = 'rfc4733', durationMs = 100 } = {}) =>
      method === 'info' ? sendInfoDigits(text, durationMs) : media.sendDigits(text, durationMs),
    refer,
    say: media.play,
    freezeAudio: () => media.setFrozen(true),
    thawAudio: () => media.setFrozen(false),
    untilRinging: async (ms = waitMs) => {
      await condition.until('ringing', ms, () => reached(ringingAtMs ?? answeredAtMs));
    },
    untilUp: async (ms = waitMs) => {
      await condition.until('answer', ms, () => reached(answeredAtMs));
    },
    untilEnded: (ms = waitMs) => condition.until('end', ms, () => end),
    untilAudio: (ms = waitMs) => condition.until('sound', ms, () => reached(media.heard.firstAudioAtMs)),
    untilDigits: async (text, ms = waitMs) => {
      const heardAll = (): true | undefined =>
        digits
          .map((d) => d.digit)
          .join('')
          .endsWith(text)
          ? true
          : undefined;
      await condition.until(`digits ${text}`, ms, () => reached(heardAll()));
    },
    untilReferred: (ms = waitMs) =>
      condition.until('end of the transfer', ms, () => referStatuses.find((status) => status >= 200)),
    untilHeld: async (held, ms = waitMs) => {
      await condition.until(held ? 'hold' : 'resume', ms, () =>
        reached(media.heldByRemote === held ? true : undefined),
      );
    },
  };

  /** Gives the value through, or throws when it is missing and the call is over, so that it will never come. */
  const reached = <T>(value: T | undefined): T | undefined => {
    if (value === undefined && end)
      throw new Error(`the call ended first: by ${end.by}, status ${end.status ?? '-'}`);
    return value;
  };

  const leg = {
    call,
    localTag,
    ring,
    sendInvite,
    receiveRequest,
    receiveAck(ack: SipRequest) {
      unacknowledged?.transaction.acknowledged();
      if (unacknowledged?.awaitsAnswer && ack.body !== '') media.accept(ack.body);
      unacknowledged = undefined;
    },
    receiveCancel(cancel: SipRequest) {
      if (!inviteTransaction || state === 'up' || state === 'ended') return;
      respond(inviteTransaction, 487, reasonPhrase(487));
      finish({ by: 'remote', status: 487, ...reasonOf(cancel) });
    },
    async drop() {
      finish({ by: 'nobody' });
      await media.close();
    },
    get replaces() {
      if (!dialog || state !== 'up') return undefined;
      const value = `${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`;
      return { target: parseNameAddress(dialog.remote).uri, value: encodeURIComponent(value) };
    },
  };
  return leg;
}

function partyOf(value: string): Party {
  const { displayName, uri } = parseNameAddress(value);
  return { displayName, number: parseSipUri(uri).user, uri };
}

function shownParty(message: SipMessage, fallback: string): Party;
function shownParty(message: SipMessage, fallback: undefined): Party | undefined;
function shownParty(message: SipMessage, fallback: string | undefined): Party | undefined {
  const value = headerOf(message, 'P-Asserted-Identity') ?? fallback;
  return value === undefined ? undefined : partyOf(value);
}

/** The Q.850 cause where there is one, else whatever Reason says. */
function reasonOf(message: SipMessage): { readonly cause?: number; readonly text?: string } {
  const reasons = headersOf(message, 'Reason')
    .flatMap((line) => splitOutside(line, ','))
    .map(parseReason);
  const q850 = reasons.find((reason) => reason.protocol.toUpperCase() === 'Q.850');
  const text = (q850 ?? reasons[0])?.text;
  return { ...(q850?.cause !== undefined && { cause: q850.cause }), ...(text !== undefined && { text }) };
}
