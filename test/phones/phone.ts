// A SIP softphone without a screen, for tests and the demo: registers, calls, is called, speaks and listens.
//
// How to use it. Every wait has a deadline (10 s unless given) and rejects with a WaitError; all times are epoch milliseconds.
//
//   const agent = await createPhone({ user: '101', password: 's3cret', server: { host: '127.0.0.1', port: 5060 },
//                                     bind: { host: '127.0.0.1' }, toneHz: 700, onInvite: 'manual' });
//   const citizen = await createPhone({ user: '13900000000', server, bind: { host: '127.0.0.2' }, toneHz: 500 });
//   t.teardown(() => Promise.all([agent.close(), citizen.close()]));   // hangs up, unregisters, leaves nothing running
//   await agent.register();
//   const call = await citizen.call('12345', { headers: { Diversion: '<sip:12358@carrier>' } });
//   const offered = await agent.incoming();      // the next call that rang here, each given once, in order
//   await offered.answer();
//   await Promise.all([call.untilUp(), call.untilAudio()]);
//   heard(call, { hz: 700, fromMs, toMs }) > 0.9           // audio.ts: heard, silence, dominantTones, matchesWav; toneRatio, tonesIn,
//                                                          // findSamples for samples; wav.ts: readWav, writeWav
//   await call.sendDigits('12#');                          // RFC 4733; { method: 'info', durationMs: 60 } for SIP INFO
//   await offered.hold(); await call.untilHeld(true); await offered.resume();
//   await offered.refer('102');                            // blind; refer(otherCall) = attended; then untilReferred()
//   await call.hangUp();                                   // CANCEL, 603 or BYE, whichever fits
//   await offered.untilEnded();                            // { by: 'remote', status?, cause?, text? }
//
// Phone: register, unregister, call, incoming, setOnInvite, calls, history, registered, uri, die, close (see Phone, OnInvite).
// Call: state trying|ringing|up|ended; invitedAtMs, ringingAtMs, answeredAtMs, firstAudioAtMs, endedAtMs; end, endedBy; remote
// {displayName, number, uri}, dialled, invite (its headers: headerOf(call.invite, 'Diversion')); digits, rtp (packets), heard;
// answer, reject(status), hangUp, hold, resume, sendDigits, refer, say(source), freezeAudio, thawAudio; until… (see Call).
// Phones without a server call each other by URI: a.call(b.uri). Before two legs are bridged a server refuses to transfer them:
// wait for untilAudio() first. die() cuts the power; freezeAudio() stops the sending of audio only.
//
// What is not done: 100rel, session timers, TLS, SRTP, IPv6, forking, an incoming REFER or Replaces.
import type { AudioSource } from './audio-source.js';
import type { Call } from './call.js';
import type { CallContext, CallLeg } from './call-parts.js';
import { createIncomingLeg, createOutgoingLeg } from './call-leg.js';
import { tagOf } from './dialog.js';
import { createRegistration } from './registration.js';
import { createRequester } from './requester.js';
import type { PortRange } from './rtp-stream.js';
import type { CodecName } from './sdp.js';
import {
  formatNameAddress,
  parseSipUri,
  requiredHeader,
  type SipHeader,
  type SipRequest,
} from './sip-message.js';
import type { LossFilter, SipAddress } from './sip-transport.js';
import { createCondition, createTimerBag } from './timers.js';
import { allowedMethods, makeResponse, reasonPhrase, type ServerTransaction } from './server-transaction.js';
import { openTransactions, randomToken } from './transactions.js';

/**
 * What the phone does when it is called. `manual` rings until `answer()` or `reject()`, `noAnswer` is the same and says that
 * nobody will; `autoAnswerMs` rings that long and answers; `deaf` gives no sign of life at all; the others refuse at once:
 * busy 486, decline 603, dnd 480, notAcceptable 488, notFound 404, or the given status.
 */
export type OnInvite =
  | 'manual'
  | 'noAnswer'
  | 'deaf'
  | 'busy'
  | 'decline'
  | 'dnd'
  | 'notAcceptable'
  | 'notFound'
  | { readonly rejectStatus: number }
  | { readonly autoAnswerMs: number };

/** A phone's settings. */
export interface PhoneOptions {
  readonly user: string;
  readonly displayName?: string;
  readonly password?: string;
  /** Where everything is sent; without it, calls go straight to the host of the URI. */
  readonly server?: SipAddress;
  /** Own address; port 0 or none = any free one; `rtpPorts` likewise. */
  readonly bind: { readonly host: string; readonly port?: number; readonly rtpPorts?: PortRange };
  readonly onInvite?: OnInvite;
  /** Shorthand for `source: {kind: 'tone', hz}`. The default is silence. */
  readonly toneHz?: number;
  readonly source?: AudioSource;
  /** In order of preference; default PCMA, PCMU. */
  readonly codecs?: readonly CodecName[];
  /** Offers RFC 4733 digits (default true). */
  readonly rfc4733?: boolean;
  /** How much of each call's audio is kept; default 120 s (2 MB a call); 0 keeps none, for load. */
  readonly keepAudioMs?: number;
  /** When false, a second call is refused with 486 (default true: it rings as well). */
  readonly callWaiting?: boolean;
  readonly registerExpiresS?: number;
  /** Loses chosen messages, to try out retransmission. */
  readonly loss?: LossFilter;
}

/** Particulars of one outgoing call. */
export interface CallOptions {
  /** More headers for the INVITE: Diversion, History-Info, P-Asserted-Identity, Privacy, … An array makes several lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Another caller in From; `{user: 'anonymous', host: 'anonymous.invalid'}` for a withheld number. */
  readonly from?: { readonly user: string; readonly displayName?: string; readonly host?: string };
  /** Another user part in To than in the Request-URI. */
  readonly toUser?: string;
  readonly source?: AudioSource;
}

/** A phone with an open SIP socket. */
export interface Phone {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** `sip:user@host:port`, to be called directly. */
  readonly uri: string;
  readonly registered: boolean;
  /** The calls that are not over. */
  readonly calls: readonly Call[];
  /** Every call, refused ones too, oldest first; the last 200. */
  readonly history: readonly Call[];
  /** Datagrams that were no SIP. */
  readonly malformedCount: number;
  /** @throws Error naming the status of a refusal (408 = no answer) */
  register(): Promise<void>;
  unregister(): Promise<void>;
  /** Sends an INVITE to a number (at the server) or a URI; resolves when it is sent. */
  call(target: string, options?: CallOptions): Promise<Call>;
  /** The next incoming call that rang or is being auto-answered, each given once, in order, even if it is over by now. */
  incoming(timeoutMs?: number): Promise<Call>;
  /** Changes what happens at the next INVITE. */
  setOnInvite(onInvite: OnInvite): void;
  /** The power is cut: nothing is said to anyone, and nobody else gets its address before `close`. */
  die(): Promise<void>;
  /** Ends all calls, unregisters (each at most 2 s), closes everything. */
  close(): Promise<void>;
}

const refusals: Readonly<Record<string, number>> = {
  busy: 486,
  decline: 603,
  dnd: 480,
  notAcceptable: 488,
  notFound: 404,
};

const historyLength = 200;
const incomingWaitMs = 10_000;
const goodbyeMs = 2_000;

/** Opens a phone. Rejects when its port is taken. */
export async function createPhone(options: PhoneOptions): Promise<Phone> {
  const timers = createTimerBag();
  const legs = new Map<string, CallLeg>();
  const history: Call[] = [];
  const rang: Call[] = [];
  const condition = createCondition(() => `${history.length} calls so far`);
  let onInvite = options.onInvite ?? 'manual';
  let closed = false;

  const transactions = await openTransactions({
    bind: { host: options.bind.host, port: options.bind.port ?? 0 },
    ...(options.loss && { loss: options.loss }),
    user: {
      onRequest: (transaction) => receiveRequest(transaction),
      onCancel: (invite, cancel) => legOfInvite(invite)?.receiveCancel(cancel),
      onAck: (ack) => legs.get(legKey(ack, 'To'))?.receiveAck(ack),
      onUnacknowledged: (invite) => void legOfInvite(invite)?.call.hangUp(),
    },
  });
  const contact = `sip:${encodeUser(options.user)}@${transactions.host}:${transactions.port}`;
  const credentials =
    options.password === undefined ? undefined : { username: options.user, password: options.password };
  const send = createRequester(transactions, credentials);
  const registration =
    options.server &&
    createRegistration({
      user: encodeUser(options.user),
      contact,
      server: options.server,
      expiresS: options.registerExpiresS ?? 300,
      send,
      timers,
    });

  const resolve = (target: string): string => {
    if (/^(sips?|tel):/i.test(target)) return target;
    if (!options.server) throw new Error(`${target}: a number needs a server to be called at`);
    return `sip:${encodeUser(target)}@${options.server.host}:${options.server.port}`;
  };

  const contextFor = (source: AudioSource | undefined): CallContext => ({
    contact,
    media: {
      host: transactions.host,
      ...(options.bind.rtpPorts && { ports: options.bind.rtpPorts }),
      codecs: options.codecs ?? ['PCMA', 'PCMU'],
      rfc4733: options.rfc4733 ?? true,
      keepAudioMs: options.keepAudioMs ?? 120_000,
    },
    source: source ?? defaultSource(options),
    send,
    timers,
    onEnded: (leg) => void legs.delete(`${leg.call.sipCallId} ${leg.localTag}`),
    legOf: (call) => [...legs.values()].find((leg) => leg.call === call),
    resolve,
  });

  const keep = (leg: CallLeg): void => {
    if (leg.call.state !== 'ended') legs.set(`${leg.call.sipCallId} ${leg.localTag}`, leg);
    history.push(leg.call);
    if (history.length > historyLength) history.shift();
  };

  const legOfInvite = (invite: ServerTransaction): CallLeg | undefined =>
    [...legs.values()].find((leg) => leg.call.invite === invite.request);

  const receiveRequest = (transaction: ServerTransaction): void => {
    const { request } = transaction;
    const leg = legs.get(legKey(request, 'To'));
    const isNew = tagOf(requiredHeader(request, 'To')) === '';
    if (leg) leg.receiveRequest(transaction);
    else if (request.method === 'INVITE' && isNew) receiveInvite(transaction);
    else transaction.respond(answerOutside(request, isNew));
  };

  const receiveInvite = (transaction: ServerTransaction): void => {
    if (onInvite === 'deaf' || closed) return;
    const isBusy = options.callWaiting === false && legs.size > 0;
    const leg = createIncomingLeg(contextFor(undefined), transaction);
    keep(leg);
    const status = isBusy ? refusals['busy'] : refusalOf(onInvite);
    if (status !== undefined) return leg.call.reject(status);
    leg.ring();
    rang.push(leg.call);
    if (typeof onInvite === 'object' && 'autoAnswerMs' in onInvite)
      answerAfter(leg.call, onInvite.autoAnswerMs);
    condition.changed();
  };

  const answerAfter = (call: Call, delayMs: number): void => {
    timers.after(delayMs, () => {
      // The caller may give up while our media opens: then there is nothing left to answer.
      if (call.state === 'ringing') void call.answer().catch(() => undefined);
    });
  };

  const die = async (): Promise<void> => {
    closed = true;
    timers.close();
    transactions.die();
    await Promise.all([...legs.values()].map((leg) => leg.drop()));
  };

  return {
    user: options.user,
    host: transactions.host,
    port: transactions.port,
    uri: contact,
    history,
    get registered() {
      return registration?.registered ?? false;
    },
    get calls() {
      return [...legs.values()].map((leg) => leg.call);
    },
    get malformedCount() {
      return transactions.malformedCount;
    },
    async register() {
      if (!registration) throw new Error('a phone without a server cannot register');
      await registration.register();
    },
    async unregister() {
      await registration?.unregister();
    },
    async call(target, callOptions = {}) {
      const uri = resolve(target);
      const destination = options.server ?? addressOf(uri);
      const invite = makeInvite({ uri, contact, options, callOptions, host: transactions.host });
      const leg = createOutgoingLeg(contextFor(callOptions.source), invite);
      keep(leg);
      await leg.start(destination);
      return leg.call;
    },
    incoming: (timeoutMs = incomingWaitMs) => condition.until('incoming call', timeoutMs, () => rang.shift()),
    setOnInvite: (next) => void (onInvite = next),
    die,
    async close() {
      if (!closed) {
        await Promise.all([...legs.values()].map((leg) => leg.call.hangUp()));
        if (registration?.registered) await withinGoodbye(registration.unregister());
        await die();
      }
      await transactions.close();
    },
  };
}

function makeInvite(parts: {
  readonly uri: string;
  readonly contact: string;
  readonly options: PhoneOptions;
  readonly callOptions: CallOptions;
  readonly host: string;
}): SipRequest {
  const { uri, contact, options, callOptions } = parts;
  const from = callOptions.from;
  const fromHost = from?.host ?? options.server?.host ?? parts.host;
  const displayName = from ? from.displayName : options.displayName;
  const fromUri = `sip:${encodeUser(from?.user ?? options.user)}@${fromHost}`;
  const to = callOptions.toUser === undefined ? uri : withUser(uri, callOptions.toUser);
  const extra = Object.entries(callOptions.headers ?? {}).flatMap(([name, value]): SipHeader[] =>
    (typeof value === 'string' ? [value] : value).map((one) => ({ name, value: one })),
  );
  return {
    kind: 'request',
    method: 'INVITE',
    uri,
    headers: [
      { name: 'Max-Forwards', value: '70' },
      {
        name: 'From',
        value: formatNameAddress({
          ...(displayName !== undefined && { displayName }),
          uri: fromUri,
          tag: randomToken(),
        }),
      },
      { name: 'To', value: formatNameAddress({ uri: to }) },
      { name: 'Call-ID', value: randomToken(12) },
      { name: 'CSeq', value: '1 INVITE' },
      { name: 'Contact', value: `<${contact}>` },
      { name: 'Allow', value: allowedMethods },
      { name: 'User-Agent', value: 'Yihao test phone' },
      ...extra,
    ],
    body: '',
  };
}

/** OPTIONS and NOTIFY are welcome at any time; the rest belongs to a dialog we do not know, or is not ours to do. */
function answerOutside(request: SipRequest, isNew: boolean): ReturnType<typeof makeResponse> {
  const toTag = randomToken();
  const headers = [{ name: 'Allow', value: allowedMethods }];
  if (request.method === 'OPTIONS' || request.method === 'NOTIFY')
    return makeResponse(request, 200, 'OK', { toTag, headers });
  return isNew
    ? makeResponse(request, 405, reasonPhrase(405), { toTag, headers })
    : makeResponse(request, 481, 'Call Does Not Exist', { toTag });
}

function refusalOf(onInvite: OnInvite): number | undefined {
  if (typeof onInvite === 'string') return refusals[onInvite];
  return 'rejectStatus' in onInvite ? onInvite.rejectStatus : undefined;
}

function defaultSource(options: PhoneOptions): AudioSource {
  if (options.source) return options.source;
  return options.toneHz === undefined ? { kind: 'silence' } : { kind: 'tone', hz: options.toneHz };
}

function legKey(request: SipRequest, ownSide: 'To'): string {
  return `${requiredHeader(request, 'Call-ID')} ${tagOf(requiredHeader(request, ownSide))}`;
}

function addressOf(uri: string): SipAddress {
  const { host, port } = parseSipUri(uri);
  return { host, port: port ?? 5060 };
}

/** `#` must not stand bare in a user part (RFC 3261 §25.1); `*` may. */
function encodeUser(user: string): string {
  return encodeURIComponent(user);
}

function withUser(uri: string, user: string): string {
  return uri.replace(/^(sips?:)[^@]*@/i, (_match, scheme: string) => `${scheme}${encodeUser(user)}@`);
}

async function withinGoodbye(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, goodbyeMs)));
  await Promise.race([work, enough]);
  clearTimeout(timer);
}
