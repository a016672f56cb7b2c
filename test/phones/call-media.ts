// The media half of a call: offers, answers, hold, and the RTP stream that follows from them (RFC 3264).
import { randomInt } from 'node:crypto';
import type { AudioSource } from './audio-source.js';
import { createHeardAudio, type HeardAudio } from './heard-audio.js';
import {
  openRtpStream,
  type HeardDigit,
  type PortRange,
  type RtpCounts,
  type RtpStream,
} from './rtp-stream.js';
import {
  answerDirection,
  formatSdp,
  parseSdp,
  type AudioDescription,
  type CodecName,
  type MediaDirection,
} from './sdp.js';

/** How a phone does media. `keepAudioMs` is how much of what it hears is kept (0 = nothing). */
export interface MediaOptions {
  readonly host: string;
  readonly ports?: PortRange;
  readonly codecs: readonly CodecName[];
  readonly rfc4733: boolean;
  readonly keepAudioMs: number;
}

/** The two ways to put the other side on hold. */
export type HoldDirection = 'sendonly' | 'inactive';

/** Media of one call. */
export interface CallMedia {
  readonly heard: HeardAudio;
  readonly counts: RtpCounts;
  readonly codec: CodecName | undefined;
  readonly heldByRemote: boolean;
  /** Opens the socket; again does nothing. */
  open(): Promise<void>;
  /** Our description, for an INVITE, a re-INVITE, or a 200 to an INVITE without one. */
  offer(): string;
  /** Takes an offer and gives our answer; undefined when there is no codec in common. */
  answer(offer: string): string | undefined;
  /** Takes the answer to our offer; false when it cannot be used. */
  accept(answer: string): boolean;
  /** Holds (undefined = resumes); the next {@link offer} says so. */
  setHold(direction: HoldDirection | undefined): void;
  play(source: AudioSource): void;
  setFrozen(frozen: boolean): void;
  sendDigits(digits: string, durationMs: number): Promise<void>;
  close(): Promise<void>;
}

const digitsPayloadType = 101;
const noCounts: RtpCounts = { sent: 0, received: 0, lost: 0, lastReceivedAtMs: undefined };

/** Makes the media of a call that has not begun. */
export function createCallMedia(
  options: MediaOptions,
  firstSource: AudioSource,
  events: { readonly onDigit: (digit: HeardDigit) => void; readonly onFirstAudio: () => void },
): CallMedia {
  const heard = createHeardAudio(options.keepAudioMs);
  const sessionId = randomInt(2 ** 31);
  let version = 0;
  let source = firstSource;
  let opening: Promise<RtpStream> | undefined;
  let stream: RtpStream | undefined;
  let hold: HoldDirection | undefined;
  let heldByRemote = false;
  let codec: CodecName | undefined;

  const describe = (
    direction: MediaDirection,
    codecs: readonly CodecName[],
    digits: number | undefined,
  ): string => {
    version += 1;
    return formatSdp({
      sessionId,
      version,
      host: options.host,
      port: stream?.port ?? 0,
      codecs,
      ...(digits !== undefined && { digitsPayloadType: digits }),
      direction,
    });
  };

  const follow = (remote: AudioDescription, chosen: CodecName): void => {
    codec = chosen;
    heldByRemote =
      remote.direction === 'sendonly' || remote.direction === 'inactive' || remote.host === '0.0.0.0';
    const digits = options.rfc4733 ? remote.digitsPayloadType : undefined;
    stream?.connect({
      host: remote.host,
      port: remote.port,
      codec: chosen,
      ...(digits !== undefined && { digitsPayloadType: digits }),
    });
    stream?.setSending(!heldByRemote && hold === undefined && remote.port > 0);
  };

  const firstCommon = (remote: AudioDescription | undefined): CodecName | undefined =>
    remote && remote.port > 0 ? remote.codecs.find((name) => options.codecs.includes(name)) : undefined;

  return {
    heard,
    get counts() {
      return stream?.counts ?? noCounts;
    },
    get codec() {
      return codec;
    },
    get heldByRemote() {
      return heldByRemote;
    },
    async open() {
      const { host, ports } = options;
      const begunWith = source;
      opening ??= openRtpStream({ host, ...(ports && { ports }), heard, source, ...events });
      stream = await opening;
      if (source !== begunWith) stream.play(source);
    },
    offer: () =>
      describe(hold ?? 'sendrecv', options.codecs, options.rfc4733 ? digitsPayloadType : undefined),
    answer(offer) {
      const remote = parseSdp(offer);
      const chosen = firstCommon(remote);
      if (!remote || !chosen) return undefined;
      follow(remote, chosen);
      const digits = options.rfc4733 ? remote.digitsPayloadType : undefined;
      return describe(answerDirection(remote.direction, hold !== undefined), [chosen], digits);
    },
    accept(answer) {
      const remote = parseSdp(answer);
      const chosen = firstCommon(remote);
      if (!remote || !chosen) return false;
      // An answer of recvonly or inactive to our own hold does not mean that the other side holds us.
      follow(hold ? { ...remote, direction: heldByRemote ? 'inactive' : 'recvonly' } : remote, chosen);
      return true;
    },
    setHold: (direction) => void (hold = direction),
    play(next) {
      source = next;
      stream?.play(next);
    },
    setFrozen: (frozen) => stream?.setFrozen(frozen),
    sendDigits: (digits, durationMs) =>
      stream ? stream.sendDigits(digits, durationMs) : Promise.reject(new Error('the call has no media yet')),
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}
