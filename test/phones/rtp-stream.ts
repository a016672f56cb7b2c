// One call's audio: sends paced G.711 and RFC 4733 digits, receives into a rolling buffer, notes digits and losses.
import { randomInt } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { openAudioSource, packetSamples, type AudioSource, type PacketSource } from './audio-source.js';
import type { HeardAudio } from './heard-audio.js';
import { onMediaTick, packetMs, recentStallMs } from './media-clock.js';
import { payloadTypeOf, type CodecName } from './sdp.js';
import { closeUdpSocket, openUdpSocket, type SipAddress } from './sip-transport.js';

/** Where to send, and in which format. Without `digitsPayloadType` the other side takes no RFC 4733 digits. */
export interface RtpTarget extends SipAddress {
  readonly codec: CodecName;
  readonly digitsPayloadType?: number;
}

/** A digit the other side pressed. `atMs` is the arrival of its first packet. */
export interface HeardDigit {
  readonly digit: string;
  readonly atMs: number;
  readonly method: 'rfc4733' | 'info';
}

/** Packets so far. `lost` counts gaps in the sequence numbers received. */
export interface RtpCounts {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly lastReceivedAtMs: number | undefined;
}

/** An open RTP socket. */
export interface RtpStream {
  readonly port: number;
  readonly counts: RtpCounts;
  /** Sets or changes the far end; sending starts with `sending`. */
  connect(target: RtpTarget): void;
  /** Whether the descriptions allow us to send (hold stops it). */
  setSending(sending: boolean): void;
  /** Changes what is said. @throws WavError, or the file system's error */
  play(source: AudioSource): void;
  /** Stops sending while everything else goes on, or lets it go on. */
  setFrozen(frozen: boolean): void;
  /** Presses keys one after the other, 60 ms apart. Rejects when the stream ends first or the far end takes no digits. */
  sendDigits(digits: string, durationMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Range of even UDP ports to choose from; without it the operating system chooses. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

interface DigitJob {
  readonly events: number[];
  readonly ticksPerDigit: number;
  readonly done: (error?: Error) => void;
  startTimestamp: number;
  ticksIntoDigit: number;
}

const digitEvents = '0123456789*#ABCD';
const endPackets = 3;
const gapTicks = 3;
const digitVolume = 10;

/** Opens a socket for one call. */
export async function openRtpStream(options: {
  readonly host: string;
  readonly ports?: PortRange;
  readonly heard: HeardAudio;
  readonly source: AudioSource;
  readonly onDigit: (digit: HeardDigit) => void;
  /** The first packet with sound has come. */
  readonly onFirstAudio: () => void;
}): Promise<RtpStream> {
  const socket = await bindRtpSocket(options.host, options.ports);
  const receiver = createReceiver(options.heard, options.onDigit, options.onFirstAudio);
  const sender = createSender(socket, options.source);
  const port = socket.address().port;
  let closed = false;
  socket.on('message', (datagram) => receiver.receive(datagram));
  return {
    port,
    get counts() {
      return { ...receiver.counts, sent: sender.sentCount };
    },
    connect(target) {
      receiver.setDigitsPayloadType(target.digitsPayloadType);
      sender.connect(target);
    },
    setSending: sender.setSending,
    play: sender.play,
    setFrozen: sender.setFrozen,
    sendDigits: sender.sendDigits,
    async close() {
      if (closed) return;
      closed = true;
      sender.close();
      await closeUdpSocket(socket);
    },
  };
}

interface Sender {
  readonly sentCount: number;
  readonly connect: (target: RtpTarget) => void;
  readonly setSending: (sending: boolean) => void;
  readonly play: (source: AudioSource) => void;
  readonly setFrozen: (frozen: boolean) => void;
  readonly sendDigits: (digits: string, durationMs: number) => Promise<void>;
  readonly close: () => void;
}

function createSender(socket: Socket, firstSource: AudioSource): Sender {
  const ssrc = randomInt(2 ** 32);
  let sequence = randomInt(2 ** 16);
  let timestamp = randomInt(2 ** 32);
  let source = firstSource;
  let nextPacket: PacketSource = () => undefined;
  let target: RtpTarget | undefined;
  let sending = false;
  let frozen = false;
  let talking = false;
  let sentCount = 0;
  const jobs: DigitJob[] = [];

  const send = (payloadType: number, marker: boolean, at: number, payload: Uint8Array): void => {
    if (!target) return;
    const packet = Buffer.allocUnsafe(12 + payload.length);
    packet[0] = 0x80;
    packet[1] = payloadType | (marker ? 0x80 : 0);
    packet.writeUInt16BE(sequence, 2);
    packet.writeUInt32BE(at, 4);
    packet.writeUInt32BE(ssrc, 8);
    packet.set(payload, 12);
    sequence = (sequence + 1) & 0xffff;
    sentCount += 1;
    socket.send(packet, target.port, target.host);
  };

  const sendAudio = (): void => {
    const payload = nextPacket();
    if (payload && target) send(payloadTypeOf(target.codec), !talking, timestamp, payload);
    talking = payload !== undefined;
  };

  /** RFC 4733 §2.5: one timestamp for the whole event, growing duration, the end said three times. */
  const sendDigitStep = (job: DigitJob, payloadType: number): void => {
    if (job.ticksIntoDigit === 0) job.startTimestamp = timestamp;
    job.ticksIntoDigit += 1;
    const isEnd = job.ticksIntoDigit === job.ticksPerDigit;
    if (job.ticksIntoDigit <= job.ticksPerDigit) {
      const payload = Buffer.from([job.events[0] ?? 0, (isEnd ? 0x80 : 0) | digitVolume, 0, 0]);
      payload.writeUInt16BE(Math.min(job.ticksIntoDigit * packetSamples, 0xffff), 2);
      for (let copy = 0; copy < (isEnd ? endPackets : 1); copy += 1) {
        send(payloadType, job.ticksIntoDigit === 1, job.startTimestamp, payload);
      }
    } else sendAudio();
    if (job.ticksIntoDigit < job.ticksPerDigit + gapTicks) return;
    job.events.shift();
    job.ticksIntoDigit = 0;
    if (job.events.length > 0) return;
    jobs.shift();
    job.done();
  };

  const step = (): void => {
    if (sending && !frozen && target) {
      const job = jobs[0];
      if (job && target.digitsPayloadType !== undefined) sendDigitStep(job, target.digitsPayloadType);
      else sendAudio();
    } else talking = false;
    timestamp = (timestamp + packetSamples) >>> 0;
  };

  const stopTicking = onMediaTick((ticks) => {
    for (let i = 0; i < ticks; i += 1) step();
  });

  return {
    get sentCount() {
      return sentCount;
    },
    connect(next) {
      if (target?.codec !== next.codec) nextPacket = openAudioSource(source, next.codec);
      target = next;
    },
    setSending: (value) => void (sending = value),
    setFrozen: (value) => void (frozen = value),
    play(next) {
      source = next;
      if (target) nextPacket = openAudioSource(next, target.codec);
    },
    sendDigits: (digits, durationMs) =>
      new Promise((resolve, reject) => {
        const events = [...digits.toUpperCase()].map((digit) => digitEvents.indexOf(digit));
        if (events.includes(-1)) return reject(new Error(`not digits: ${digits}`));
        if (target?.digitsPayloadType === undefined)
          return reject(new Error('the far end takes no RFC 4733 digits'));
        if (events.length === 0) return resolve();
        jobs.push({
          events,
          ticksPerDigit: Math.max(1, Math.round(durationMs / packetMs)),
          done: (error) => (error ? reject(error) : resolve()),
          startTimestamp: 0,
          ticksIntoDigit: 0,
        });
      }),
    close() {
      stopTicking();
      jobs.splice(0).forEach((job) => job.done(new Error('the call ended before its digits were sent')));
    },
  };
}

interface Receiver {
  readonly counts: Omit<RtpCounts, 'sent'>;
  receive(datagram: Buffer): void;
  setDigitsPayloadType(payloadType: number | undefined): void;
}

function createReceiver(
  heard: HeardAudio,
  onDigit: (digit: HeardDigit) => void,
  onFirstAudio: () => void,
): Receiver {
  let digitsPayloadType: number | undefined;
  let received = 0;
  let lost = 0;
  let lastReceivedAtMs: number | undefined;
  let expected: { readonly ssrc: number; readonly sequence: number } | undefined;
  let lastDigit: string | undefined;

  const countLosses = (ssrc: number, sequence: number): void => {
    const ahead = expected?.ssrc === ssrc ? (sequence - expected.sequence) & 0xffff : 0;
    if (ahead >= 0x8000) return; // came late: already counted as lost
    lost += ahead;
    expected = { ssrc, sequence: (sequence + 1) & 0xffff };
  };

  const receiveDigit = (ssrc: number, rtpTimestamp: number, payload: Buffer): void => {
    const key = `${ssrc} ${rtpTimestamp}`;
    const digit = digitEvents[payload[0] ?? 255];
    if (key === lastDigit || digit === undefined) return;
    lastDigit = key;
    onDigit({ digit, atMs: Date.now(), method: 'rfc4733' });
  };

  const receiveAudio = (codec: CodecName, ssrc: number, rtpTimestamp: number, payload: Buffer): void => {
    const hadSound = heard.firstAudioAtMs !== undefined;
    heard.add({ codec, payload, rtpTimestamp, ssrc, arrivedAtMs: Date.now(), stallMs: recentStallMs() });
    if (!hadSound && heard.firstAudioAtMs !== undefined) onFirstAudio();
  };

  return {
    get counts() {
      return { received, lost, lastReceivedAtMs };
    },
    setDigitsPayloadType: (payloadType) => void (digitsPayloadType = payloadType),
    receive(datagram) {
      const head = datagram[0] ?? 0;
      const start = 12 + (head & 0x0f) * 4;
      if (head >> 6 !== 2 || datagram.length <= start) return;
      const payloadType = (datagram[1] ?? 0) & 0x7f;
      const ssrc = datagram.readUInt32BE(8);
      const rtpTimestamp = datagram.readUInt32BE(4);
      const payload = datagram.subarray(start);
      received += 1;
      lastReceivedAtMs = Date.now();
      countLosses(ssrc, datagram.readUInt16BE(2));
      if (payloadType === digitsPayloadType) receiveDigit(ssrc, rtpTimestamp, payload);
      else if (payloadType === 8) receiveAudio('PCMA', ssrc, rtpTimestamp, payload);
      else if (payloadType === 0) receiveAudio('PCMU', ssrc, rtpTimestamp, payload);
    },
  };
}

async function bindRtpSocket(host: string, ports: PortRange | undefined): Promise<Socket> {
  if (!ports) return openUdpSocket({ host, port: 0 });
  const first = ports.first + (ports.first % 2);
  const count = Math.floor((ports.last - first) / 2) + 1;
  const start = randomInt(count);
  for (let i = 0; i < count; i += 1) {
    try {
      return await openUdpSocket({ host, port: first + 2 * ((start + i) % count) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`no free RTP port in ${ports.first}-${ports.last}`);
}
