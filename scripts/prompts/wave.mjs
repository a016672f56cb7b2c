// @ts-check
// Telephone sound as data: 8 kHz mono 16-bit samples, their loudness, their silent ends, and the WAV file around them.

export const sampleRate = 8000;

/** Loudness of speech, dBFS RMS over the frames that hold speech. */
export const speechLevelDb = -20;

const frameLength = sampleRate / 50;
/** Speech begins above these parts of a sound's own peak: a studio may have recorded quietly. */
const floors = { frame: 0.03, end: 0.012 };
const peakCeiling = 0.95;

/** @param {number} samples */
export function durationMs(samples) {
  return Math.round((samples / sampleRate) * 1000);
}

/**
 * RMS over the frames that hold speech, 1 = full scale; 0 for silence.
 * @param {Int16Array} samples
 */
export function speechRms(samples) {
  const floor = peakOf(samples) * floors.frame;
  let [energy, count] = [0, 0];
  for (let at = 0; at + frameLength <= samples.length; at += frameLength) {
    let sum = 0;
    for (let index = at; index < at + frameLength; index += 1) sum += ((samples[index] ?? 0) / 32768) ** 2;
    if (Math.sqrt(sum / frameLength) <= floor) continue;
    energy += sum;
    count += frameLength;
  }
  return count === 0 ? 0 : Math.sqrt(energy / count);
}

/** @param {Int16Array} samples */
export function peakOf(samples) {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0) / 32768;
}

/**
 * Brings speech to {@link speechLevelDb}; a peak never passes 95 % of full scale, so nothing clips.
 * @param {Int16Array} samples
 */
export function level(samples) {
  const [rms, peak] = [speechRms(samples), peakOf(samples)];
  if (rms === 0) return samples;
  const gain = Math.min(10 ** (speechLevelDb / 20) / rms, peakCeiling / peak);
  return samples.map((sample) => Math.round(sample * gain));
}

/**
 * Cuts the silence off both ends and puts a known one there.
 * @param {Int16Array} samples
 * @param {{headMs: number, tailMs: number}} pauses
 */
export function trim(samples, { headMs, tailMs }) {
  const threshold = 32768 * peakOf(samples) * floors.end;
  const first = samples.findIndex((sample) => Math.abs(sample) > threshold);
  const last = samples.findLastIndex((sample) => Math.abs(sample) > threshold);
  if (first < 0) return samples;
  const [head, tail] = [headMs, tailMs].map((ms) => (ms * sampleRate) / 1000);
  const trimmed = new Int16Array(Number(head) + (last + 1 - first) + Number(tail));
  trimmed.set(samples.subarray(first, last + 1), head);
  return trimmed;
}

/** @param {Int16Array} samples */
export function toWav(samples) {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length * 2, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length * 2, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}

/** Duration of a file {@link toWav} made, from its size. @param {number} bytes */
export function wavDurationMs(bytes) {
  return durationMs((bytes - 44) / 2);
}

/** @param {Buffer} bytes little-endian 16-bit samples */
export function samplesOf(bytes) {
  const copy = new Uint8Array(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  return new Int16Array(copy.buffer);
}
