// Telephone sound as data: 8 kHz mono 16-bit samples, their loudness, their silent ends, and the WAV file around them.

/** Samples a second, of every sound that is played. */
export const sampleRateHz = 8000;

/** Loudness of speech, dBFS RMS over the frames that hold speech. */
export const speechLevelDb = -20;

/** 20 ms. */
const frameLength = sampleRateHz / 50;
/** Speech begins above these parts of a sound's own peak: a studio may have recorded quietly. */
const floors = { frame: 0.03, end: 0.012 };
const peakCeiling = 0.95;
const headerBytes = 44;

/** How long so many samples last, ms. */
export function durationMs(samples: number): number {
  return Math.round((samples / sampleRateHz) * 1000);
}

/** RMS over the frames that hold speech, 1 = full scale; 0 for silence. */
export function speechRms(samples: Int16Array): number {
  const floor = peakOf(samples) * floors.frame;
  let [energy, count] = [0, 0];
  for (let at = 0; at + frameLength <= samples.length; at += frameLength) {
    const power = powerOf(samples, at, frameLength);
    if (Math.sqrt(power) <= floor) continue;
    energy += power * frameLength;
    count += frameLength;
  }
  return count === 0 ? 0 : Math.sqrt(energy / count);
}

/** The largest sample, 1 = full scale. */
export function peakOf(samples: Int16Array): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0) / 32768;
}

/** Mean square of a stretch, 1 = full scale. */
export function powerOf(samples: Int16Array, from: number, length: number): number {
  let sum = 0;
  for (let index = from; index < from + length; index += 1) sum += ((samples[index] ?? 0) / 32768) ** 2;
  return sum / length;
}

/** First and last sample that are more than silence; undefined where there is nothing else. */
export function speechEnds(
  samples: Int16Array,
): { readonly first: number; readonly last: number } | undefined {
  const threshold = 32768 * peakOf(samples) * floors.end;
  const first = samples.findIndex((sample) => Math.abs(sample) > threshold);
  if (first < 0) return undefined;
  return { first, last: samples.findLastIndex((sample) => Math.abs(sample) > threshold) };
}

/** Brings speech to {@link speechLevelDb}; a peak never passes 95 % of full scale, so nothing clips. */
export function level(samples: Int16Array): Int16Array<ArrayBuffer> {
  const [rms, peak] = [speechRms(samples), peakOf(samples)];
  if (rms === 0) return new Int16Array(samples);
  const gain = Math.min(10 ** (speechLevelDb / 20) / rms, peakCeiling / peak);
  return new Int16Array(samples.map((sample) => Math.round(sample * gain)));
}

/** Cuts the silence off both ends and puts a known one there. */
export function trim(
  samples: Int16Array,
  { headMs, tailMs }: { readonly headMs: number; readonly tailMs: number },
): Int16Array<ArrayBuffer> {
  const ends = speechEnds(samples);
  if (ends === undefined) return new Int16Array(samples);
  const [head, tail] = [(headMs * sampleRateHz) / 1000, (tailMs * sampleRateHz) / 1000];
  const trimmed = new Int16Array(head + (ends.last + 1 - ends.first) + tail);
  trimmed.set(samples.subarray(ends.first, ends.last + 1), head);
  return trimmed;
}

/** Silence at a sound's ends, ms: a breath before the first word, a rest after the last, a longer one where a clause goes on. */
const pausesMs = { head: 40, stop: 150, clause: 250 };

/**
 * What was spoken as it is played: even ends, even loudness, a WAV file around it.
 * @param continues another part follows: a pause as after a comma stands at the end
 */
export function finishedWav(samples: Int16Array, continues: boolean): Uint8Array<ArrayBuffer> {
  const tailMs = continues ? pausesMs.clause : pausesMs.stop;
  return toWav(level(trim(samples, { headMs: pausesMs.head, tailMs })));
}

/** A WAV file of these samples. */
export function toWav(samples: Int16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerBytes + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const write = (at: number, text: string) =>
    bytes.set(
      [...text].map((sign) => sign.charCodeAt(0)),
      at,
    );
  write(0, 'RIFF');
  view.setUint32(4, 36 + samples.length * 2, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => view.setInt16(headerBytes + index * 2, sample, true));
  return bytes;
}

/** Duration of a file {@link toWav} made, from its size. */
export function wavDurationMs(bytes: number): number {
  return durationMs((bytes - headerBytes) / 2);
}

/** Little-endian 16-bit samples. */
export function samplesOf(bytes: Uint8Array): Int16Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, index) => view.getInt16(index * 2, true));
}

/** The samples of a file in exactly the form {@link toWav} writes; undefined for every other. */
export function samplesOfWav(bytes: Uint8Array): Int16Array<ArrayBuffer> | undefined {
  const length = Math.max(0, Math.floor((bytes.length - headerBytes) / 2));
  const header = toWav(new Int16Array(length)).subarray(0, headerBytes);
  const isOurs = bytes.length >= headerBytes && header.every((byte, at) => bytes[at] === byte);
  return isOurs ? samplesOf(bytes.subarray(headerBytes)) : undefined;
}
