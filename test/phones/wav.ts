// Reads and writes 16-bit PCM WAV files; a length that was never filled in (a recorder that was killed) is read to the end.
import { readFileSync, writeFileSync } from 'node:fs';

/** A file that is no 16-bit PCM WAV of 8 kHz. */
export class WavError extends Error {
  override readonly name = 'WavError';
}

/** A sound: one array of samples a channel. */
export interface Wav {
  readonly sampleRateHz: number;
  readonly channels: readonly Int16Array[];
  readonly durationMs: number;
}

/** Reads a file of 8 kHz. @throws WavError for another format, or the file system's error */
export function readWav(path: string): Wav {
  const wav = parseWav(readFileSync(path));
  if (wav.sampleRateHz !== 8_000) throw new WavError(`${path}: ${wav.sampleRateHz} Hz instead of 8000`);
  return wav;
}

/** Reads the octets of a file of any sample rate. A data length of 0, or beyond the end, means «to the end». @throws WavError */
export function parseWav(bytes: Buffer): Wav {
  if (
    bytes.length < 12 ||
    bytes.toString('latin1', 0, 4) !== 'RIFF' ||
    bytes.toString('latin1', 8, 12) !== 'WAVE'
  ) {
    throw new WavError('not a WAV');
  }
  let format: { readonly channels: number; readonly sampleRateHz: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (id === 'fmt ') format = readFormat(bytes, start);
    else if (id === 'data' && format)
      return split(bytes.subarray(start, dataEnd(bytes, start, length)), format);
    at = start + length + (length % 2);
  }
  throw new WavError('no samples in the WAV');
}

/** Writes an 8 kHz mono file. */
export function writeWav(path: string, samples: Int16Array): void {
  const header = Buffer.alloc(44);
  const dataLength = samples.length * 2;
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataLength, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataLength, 40);
  writeFileSync(path, Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, dataLength)]));
}

function readFormat(
  bytes: Buffer,
  start: number,
): { readonly channels: number; readonly sampleRateHz: number } {
  if (start + 16 > bytes.length) throw new WavError('a WAV cut short');
  const isPcm = bytes.readUInt16LE(start) === 1 && bytes.readUInt16LE(start + 14) === 16;
  const channels = bytes.readUInt16LE(start + 2);
  if (!isPcm || channels < 1) throw new WavError('not 16-bit PCM');
  return { channels, sampleRateHz: bytes.readUInt32LE(start + 4) };
}

function dataEnd(bytes: Buffer, start: number, length: number): number {
  return length === 0 || start + length > bytes.length ? bytes.length : start + length;
}

function split(data: Buffer, format: { readonly channels: number; readonly sampleRateHz: number }): Wav {
  const frames = Math.floor(data.length / (2 * format.channels));
  const channels = Array.from({ length: format.channels }, (_unused, channel) =>
    Int16Array.from({ length: frames }, (_sample, i) =>
      data.readInt16LE(2 * (i * format.channels + channel)),
    ),
  );
  return { sampleRateHz: format.sampleRateHz, channels, durationMs: (frames / format.sampleRateHz) * 1_000 };
}
