// What a phone says into a call, as endless 20 ms packets of G.711: a tone, silence, a WAV file, or nothing at all.
import { encodeG711, silentOctet } from './g711.js';
import type { CodecName } from './sdp.js';
import { readWav } from './wav.js';

/** Samples in a packet of 20 ms at 8 kHz. */
export const packetSamples = 160;

/** `nothing` sends no packets (a phone that went silent); `silence` sends packets of silence. `amplitude` 0-32767. */
export type AudioSource =
  | { readonly kind: 'tone'; readonly hz: number; readonly amplitude?: number }
  | { readonly kind: 'silence' }
  | { readonly kind: 'wav'; readonly path: string; readonly loop?: boolean }
  | { readonly kind: 'nothing' };

/** Gives the next packet's octets, or undefined when nothing is to be sent. */
export type PacketSource = () => Uint8Array | undefined;

const defaultAmplitude = 8_000;

/** Packets of a source, made once and used by every phone that sends the same. */
const cache = new Map<string, readonly Uint8Array[]>();

/** Opens a source. A WAV must be 8 kHz; its first channel is taken. @throws WavError, or the file system's error */
export function openAudioSource(source: AudioSource, codec: CodecName): PacketSource {
  const silent = new Uint8Array(packetSamples).fill(silentOctet[codec]);
  switch (source.kind) {
    case 'nothing':
      return () => undefined;
    case 'silence':
      return () => silent;
    case 'tone':
      return cycle(cachedTone(source.hz, source.amplitude ?? defaultAmplitude, codec));
    case 'wav': {
      const packets = encodePackets(readWav(source.path).channels[0] ?? new Int16Array(), codec);
      return source.loop ? cycle(packets) : once(packets, silent);
    }
  }
}

/** One second of a sine: a whole number of hertz joins on to itself without a click. */
export function makeTone(hz: number, amplitude: number, samples = 8_000): Int16Array {
  return Int16Array.from({ length: samples }, (_unused, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / 8_000)),
  );
}

function cachedTone(hz: number, amplitude: number, codec: CodecName): readonly Uint8Array[] {
  const key = `${codec} ${hz} ${amplitude}`;
  const packets = cache.get(key) ?? encodePackets(makeTone(hz, amplitude), codec);
  cache.set(key, packets);
  return packets;
}

function encodePackets(samples: Int16Array, codec: CodecName): readonly Uint8Array[] {
  const octets = encodeG711(codec, samples);
  const count = Math.ceil(octets.length / packetSamples);
  return Array.from({ length: count }, (_unused, i) => {
    const packet = new Uint8Array(packetSamples).fill(silentOctet[codec]);
    packet.set(octets.subarray(i * packetSamples, (i + 1) * packetSamples));
    return packet;
  });
}

function cycle(packets: readonly Uint8Array[]): PacketSource {
  let next = 0;
  return () => packets[next++ % packets.length];
}

function once(packets: readonly Uint8Array[], then: Uint8Array): PacketSource {
  let next = 0;
  return () => packets[next++] ?? then;
}
