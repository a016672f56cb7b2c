// A caller on bare UDP: sends the INVITE exactly as a test writes it, answers what must be answered, and listens to the A-law audio.

import dgram from 'node:dgram';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What to send. `target` is the Request-URI as it goes over the wire. */
export interface CallPlan {
  readonly target: string;
  readonly from: string;
  /** The address this caller sends from: 127.0.0.2 is the demo's carrier. */
  readonly localAddress: string;
  readonly serverPort: number;
  readonly to?: string;
  readonly headers?: readonly string[];
}

/** A call under way or ended. */
export interface SipCall {
  /** Status codes in the order of their arrival. */
  readonly statuses: readonly number[];
  /** Whether the other side sent BYE. */
  readonly ended: () => boolean;
  /** The final status. Rejects after `deadlineMs`. */
  readonly final: (deadlineMs?: number) => Promise<number>;
  /** All audio heard until now, 8,000 samples a second. */
  readonly heard: () => Float64Array;
  /** BYE once answered, CANCEL before. */
  readonly hangUp: () => Promise<void>;
  readonly close: () => void;
}

function alawSample(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + 8;
  const size = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return (bits & 0x80) === 0 ? -size : size;
}

/** How much of `samples` is the tone `hz`: 1 is a pure tone, 0 is none of it (Goertzel, energy of the tone / all energy). */
export function toneShare(samples: Float64Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / 8000);
  let [last, beforeLast, energy] = [0, 0, 0];
  for (const sample of samples) {
    const next = sample + coefficient * last - beforeLast;
    [beforeLast, last] = [last, next];
    energy += sample * sample;
  }
  const power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
  return energy === 0 ? 0 : (2 * power) / (samples.length * energy);
}

function bind(socket: dgram.Socket, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, address, () => resolve(socket.address().port));
  });
}

const headerOf = (message: string, name: string): string =>
  new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(message)?.[1]?.trim() ?? '';

/** Places the call; its answers arrive in the returned object. */
export async function placeCall(plan: CallPlan): Promise<SipCall> {
  const [sip, rtp] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
  const [sipPort, rtpPort] = [await bind(sip, plan.localAddress), await bind(rtp, plan.localAddress)];
  const statuses: number[] = [];
  const audio: Buffer[] = [];
  let [ended, toHeader, cseq] = [false, plan.to ?? `<${plan.target}>`, 1];
  const callId = randomUUID();
  const tag = callId.slice(0, 8);
  const send = (text: string): void => sip.send(text, plan.serverPort, '127.0.0.1');
  const request = (method: string, extra: readonly string[] = [], body = ''): string =>
    [
      `${method} ${plan.target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${plan.localAddress}:${sipPort};rport;branch=z9hG4bK${tag}${method === 'BYE' ? 'b' : 'i'}`,
      'Max-Forwards: 70',
      `From: ${plan.from};tag=${tag}`,
      `To: ${toHeader}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:caller@${plan.localAddress}:${sipPort}>`,
      ...extra,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  rtp.on('message', (packet) => audio.push(packet.subarray(12)));
  sip.on('message', (bytes) => {
    const message = bytes.toString();
    const status = Number(/^SIP\/2.0 (\d+)/.exec(message)?.[1] ?? 0);
    if (message.startsWith('BYE ')) {
      ended = true;
      const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(
        (name) => `${name}: ${headerOf(message, name)}`,
      );
      send(['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'));
    } else if (status > 0 && headerOf(message, 'CSeq').endsWith('INVITE')) {
      statuses.push(status);
      if (status < 200) return;
      toHeader = headerOf(message, 'To');
      send(request('ACK'));
    }
  });
  const sdp = ['v=0', `o=- 1 1 IN IP4 ${plan.localAddress}`, 's=-', `c=IN IP4 ${plan.localAddress}`, 't=0 0'];
  const media = [`m=audio ${rtpPort} RTP/AVP 8`, 'a=rtpmap:8 PCMA/8000', 'a=sendrecv', ''];
  send(
    request(
      'INVITE',
      [...(plan.headers ?? []), 'Content-Type: application/sdp'],
      [...sdp, ...media].join('\r\n'),
    ),
  );
  return {
    statuses,
    ended: () => ended,
    heard: () => Float64Array.from(Buffer.concat(audio), alawSample),
    async final(deadlineMs = 5000) {
      for (let waitedMs = 0; waitedMs < deadlineMs; waitedMs += 20) {
        const status = statuses.find((code) => code >= 200);
        if (status !== undefined) return status;
        await sleep(20);
      }
      throw new Error(`no final answer to ${plan.target} in ${deadlineMs} ms, only ${statuses.join(' ')}`);
    },
    async hangUp() {
      const answered = statuses.includes(200);
      if (answered) cseq += 1;
      send(request(answered ? 'BYE' : 'CANCEL'));
      await sleep(200);
    },
    close() {
      sip.close();
      rtp.close();
    },
  };
}
