// A rolling buffer of what a phone heard, addressed by wall-clock time: packets are placed by their RTP timestamps.
import { g711DecodeTable } from './g711.js';
import type { CodecName } from './sdp.js';

/** Samples in a millisecond. */
const samplesPerMs = 8;
const chunkMs = 1_000;

/** A packet's claim that lies further than this from its arrival means that the sender's timestamps jumped. */
const anchorToleranceMs = 300;

/** Anything louder than this (of 32767) is sound, not the noise of a codec. */
const audibleSample = 64;

/** One received packet of audio. */
export interface HeardPacket {
  readonly codec: CodecName;
  readonly payload: Uint8Array;
  readonly rtpTimestamp: number;
  readonly ssrc: number;
  readonly arrivedAtMs: number;
  /** How much of the lateness may be our own event loop's fault. */
  readonly stallMs: number;
}

/** What was heard, as long as it is kept. Times are epoch milliseconds. */
export interface HeardAudio {
  /** Arrival of the first packet that held sound rather than silence. */
  readonly firstAudioAtMs: number | undefined;
  /** 16-bit samples at 8 kHz of the window; where nothing arrived they are 0. */
  samples(fromMs: number, toMs: number): Int16Array;
  add(packet: HeardPacket): void;
}

/** Makes a buffer that keeps the last `keepMs` (0 = keeps no audio, only notes the first sound). */
export function createHeardAudio(keepMs: number): HeardAudio {
  const chunks = new Map<number, Int16Array>();
  let firstAudioAtMs: number | undefined;
  let anchor: { readonly ssrc: number; readonly rtpTimestamp: number; readonly atMs: number } | undefined;

  const placeOf = (packet: HeardPacket): number => {
    if (anchor?.ssrc === packet.ssrc) {
      // The difference of two 32-bit counters, wrapped into the signed range.
      const atMs = anchor.atMs + ((packet.rtpTimestamp - anchor.rtpTimestamp) | 0) / samplesPerMs;
      if (Math.abs(atMs - packet.arrivedAtMs) <= anchorToleranceMs + packet.stallMs) return atMs;
    }
    anchor = { ssrc: packet.ssrc, rtpTimestamp: packet.rtpTimestamp, atMs: packet.arrivedAtMs };
    return packet.arrivedAtMs;
  };

  const chunkAt = (index: number): Int16Array => {
    const known = chunks.get(index);
    if (known) return known;
    const fresh = new Int16Array(chunkMs * samplesPerMs);
    chunks.set(index, fresh);
    for (const old of chunks.keys()) if (old < index - keepMs / chunkMs) chunks.delete(old);
    return fresh;
  };

  const store = (packet: HeardPacket, table: Int16Array): void => {
    let position = Math.round(placeOf(packet) * samplesPerMs);
    const length = chunkMs * samplesPerMs;
    for (let i = 0; i < packet.payload.length;) {
      const index = Math.floor(position / length);
      const chunk = chunkAt(index);
      for (
        let at = position - index * length;
        at < length && i < packet.payload.length;
        at += 1, i += 1, position += 1
      ) {
        chunk[at] = table[packet.payload[i] ?? 0] ?? 0;
      }
    }
  };

  return {
    get firstAudioAtMs() {
      return firstAudioAtMs;
    },
    samples(fromMs, toMs) {
      const start = Math.round(fromMs * samplesPerMs);
      const out = new Int16Array(Math.max(0, Math.round(toMs * samplesPerMs) - start));
      const length = chunkMs * samplesPerMs;
      for (let i = 0; i < out.length;) {
        const index = Math.floor((start + i) / length);
        const offset = start + i - index * length;
        const count = Math.min(length - offset, out.length - i);
        const chunk = chunks.get(index);
        if (chunk) out.set(chunk.subarray(offset, offset + count), i);
        i += count;
      }
      return out;
    },
    add(packet) {
      const table = g711DecodeTable(packet.codec);
      if (
        firstAudioAtMs === undefined &&
        packet.payload.some((octet) => Math.abs(table[octet] ?? 0) > audibleSample)
      ) {
        firstAudioAtMs = packet.arrivedAtMs;
      }
      if (keepMs > 0) store(packet, table);
    },
  };
}
