// Judges audio: which tones are in it, how loud it is, whether a given WAV was played. Ratios, so that levels and laws do not matter.
import { correlate, fft } from './fft.js';
import type { HeardAudio } from './heard-audio.js';
import { readWav } from './wav.js';

/** A stretch of time, epoch milliseconds. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Anything that heard: a Call. */
export interface Listener {
  readonly heard: HeardAudio;
}

/** A tone and the share of the sound's power that it carries. */
export interface FoundTone {
  readonly hz: number;
  readonly ratio: number;
}

/** The best place of a WAV in what was heard: `score` 0-1 is the normalised correlation; same audio > 0.9, other speech < 0.3. */
export interface WavMatch {
  readonly score: number;
  readonly atMs: number;
}

const sampleRateHz = 8_000;

/** Below this root mean square (of 32767; -54 dBFS) a stretch counts as silent: the noise of G.711 lies under 10. */
const silentRms = 64;

/** A fifth of a second tells apart tones 10 Hz from each other, and a jump in phase spoils one block only. */
const toneBlockSamples = 1_600;

/** The share (0-1) of the power heard in the window that is a tone of `hz`; 0 in silence. Two equal tones: 0.5 each. */
export function heard(listener: Listener, query: Window & { readonly hz: number }): number {
  return toneRatio(listener.heard.samples(query.fromMs, query.toMs), query.hz);
}

/** True when the window holds no sound (or no packets). */
export function silence(listener: Listener, window: Window): boolean {
  return rms(listener.heard.samples(window.fromMs, window.toMs)) < silentRms;
}

/** The strongest tones of the window, at most `count`, each with its share of the power; shares under 0.05 are left out. */
export function dominantTones(listener: Listener, window: Window, count = 3): readonly FoundTone[] {
  return tonesIn(listener.heard.samples(window.fromMs, window.toMs), count);
}

/** As {@link heard}, in samples, for instance of a recorded WAV. */
export function toneRatio(samples: Int16Array, hz: number): number {
  const power = rms(samples) ** 2;
  if (power < silentRms ** 2) return 0;
  const blocks = Math.max(1, Math.floor(samples.length / toneBlockSamples));
  let sum = 0;
  for (let i = 0; i < blocks; i += 1) {
    const block = samples.subarray(i * toneBlockSamples, (i + 1) * toneBlockSamples);
    sum += goertzelPower(block, hz);
  }
  return Math.min(1, sum / blocks / power);
}

/** As {@link dominantTones}, in samples. */
export function tonesIn(samples: Int16Array, count = 3): readonly FoundTone[] {
  if (rms(samples) < silentRms) return [];
  const spectrum = averageSpectrum(samples);
  const found: FoundTone[] = [];
  const taken = new Set<number>();
  const order = [...spectrum.keys()].sort((a, b) => (spectrum[b] ?? 0) - (spectrum[a] ?? 0));
  for (const bin of order.slice(0, 40 * count)) {
    if (found.length === count) break;
    if (taken.has(bin)) continue;
    for (let near = bin - 12; near <= bin + 12; near += 1) taken.add(near);
    const hz = Math.round(peakBin(spectrum, bin) * (sampleRateHz / spectrumSize));
    found.push({ hz, ratio: toneRatio(samples, hz) });
  }
  return found.filter((tone) => tone.ratio >= 0.05);
}

/**
 * Looks for a WAV file (8 kHz) in what was heard in the window. With `firstMs` only its beginning counts: for a prompt that
 * was cut off. Where the WAV fits only in part, the score sinks by the part that is missing.
 */
export function matchesWav(
  listener: Listener,
  wavPath: string,
  window: Window & { readonly firstMs?: number },
): WavMatch {
  const wav = readWav(wavPath).channels[0] ?? new Int16Array();
  const pattern =
    window.firstMs === undefined ? wav : wav.subarray(0, window.firstMs * (sampleRateHz / 1_000));
  const match = findSamples(listener.heard.samples(window.fromMs, window.toMs), pattern);
  return { score: match.score, atMs: window.fromMs + match.atMs };
}

const pieceSamples = 0.4 * sampleRateHz;
const slipSamples = 0.2 * sampleRateHz;

/**
 * As {@link matchesWav}, forgiving slips: each 0.4 s may lie up to 0.2 s beside its place, as when a mixer on a busy machine
 * loses a packet. The score is the pieces' mean by energy; other speech stays below 0.7.
 */
export function matchesWavInPieces(
  listener: Listener,
  wavPath: string,
  window: Window & { readonly firstMs?: number },
): WavMatch {
  const wav = readWav(wavPath).channels[0] ?? new Int16Array();
  const pattern =
    window.firstMs === undefined ? wav : wav.subarray(0, window.firstMs * (sampleRateHz / 1_000));
  const samples = listener.heard.samples(window.fromMs, window.toMs);
  const { atMs } = findSamples(samples, pattern);
  const start = Math.round((atMs * sampleRateHz) / 1_000);
  let [sum, weight] = [0, 0];
  for (let from = 0; from + pieceSamples <= pattern.length; from += pieceSamples) {
    const piece = pattern.subarray(from, from + pieceSamples);
    const first = Math.max(0, start + from - slipSamples);
    const near = samples.subarray(first, Math.max(first, start + from + pieceSamples + slipSamples));
    const share = rms(piece) ** 2;
    sum += share * findSamples(near, piece).score;
    weight += share;
  }
  return { score: weight === 0 ? 0 : sum / weight, atMs: window.fromMs + atMs };
}

/** A likeness below this stays below 0.5 at the best place, too: not worth the most costly part of the search. */
const worthRefining = 0.3;

/** Where `pattern` lies in `samples` best (`atMs` from their start), by normalised cross-correlation of the band up to 1 kHz. */
export function findSamples(samples: Int16Array, pattern: Int16Array): WavMatch {
  const wanted = decimate(pattern);
  const signal = new Float64Array(Math.ceil(samples.length / decimation) + wanted.length);
  signal.set(decimate(samples));
  const wantedEnergy = energy(wanted);
  if (wantedEnergy === 0) return { score: 0, atMs: 0 };
  const products = correlate(signal, wanted);
  // Where next to nothing is heard, the noise of the codec must not count as a likeness.
  const floor = wantedEnergy * 1e-4;
  let windowEnergy = energy(signal.subarray(0, wanted.length));
  let best = { score: 0, at: 0 };
  for (let k = 0; k < products.length; k += 1) {
    const score = products[k]! / Math.sqrt(wantedEnergy * Math.max(windowEnergy, floor));
    if (score > best.score) best = { score, at: k };
    windowEnergy += (signal[k + wanted.length] ?? 0) ** 2 - (signal[k] ?? 0) ** 2;
  }
  if (best.score < worthRefining)
    return { score: best.score, atMs: (best.at * decimation * 1_000) / sampleRateHz };
  const { score, at } = refine(samples, wanted, best.at * decimation, wantedEnergy);
  return { score: Math.min(1, Math.max(score, best.score)), atMs: (at * 1_000) / sampleRateHz };
}

/** The best place between the steps of the decimated search: half a step off costs the same audio a quarter of its likeness. */
function refine(
  samples: Int16Array,
  wanted: Float64Array,
  coarse: number,
  wantedEnergy: number,
): { readonly score: number; readonly at: number } {
  let best = { score: 0, at: coarse };
  const length = wanted.length * decimation;
  const margin = lowPass.length;
  for (let shift = 1 - decimation; shift < decimation; shift += 1) {
    const from = coarse + shift;
    const stretch = new Int16Array(length + 2 * decimation * margin);
    const first = Math.max(0, from - decimation * margin);
    stretch.set(
      samples.subarray(first, Math.max(first, from + length + decimation * margin)),
      first - (from - decimation * margin),
    );
    const heard = decimate(stretch).subarray(margin, margin + wanted.length);
    const heardEnergy = Math.max(energy(heard), wantedEnergy * 1e-4);
    let product = 0;
    for (let i = 0; i < wanted.length; i += 1) product += wanted[i]! * heard[i]!;
    const score = product / Math.sqrt(wantedEnergy * heardEnergy);
    if (score > best.score) best = { score, at: from };
  }
  return best;
}

/** Root mean square of samples, 0-32767. */
export function rms(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** Mean power of the sine of `hz` in a block (Goertzel 1958): half its amplitude squared. */
function goertzelPower(block: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRateHz);
  let before = 0;
  let beforeThat = 0;
  for (const sample of block) {
    const now = sample + coefficient * before - beforeThat;
    beforeThat = before;
    before = now;
  }
  const magnitudeSquared = before * before + beforeThat * beforeThat - coefficient * before * beforeThat;
  return (2 * magnitudeSquared) / (block.length * block.length);
}

const spectrumSize = 4_096;

function averageSpectrum(samples: Int16Array): Float64Array {
  const sum = new Float64Array(spectrumSize / 2);
  for (let start = 0; start === 0 || start + spectrumSize <= samples.length; start += spectrumSize) {
    const re = Float64Array.from(
      { length: spectrumSize },
      (_unused, i) => (samples[start + i] ?? 0) * hann(i),
    );
    const im = new Float64Array(spectrumSize);
    fft(re, im);
    for (let k = 1; k < sum.length; k += 1) sum[k]! += re[k]! ** 2 + im[k]! ** 2;
  }
  return sum;
}

function hann(i: number): number {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / spectrumSize);
}

/** Parabola through the logarithms of a peak and its neighbours. */
function peakBin(spectrum: Float64Array, bin: number): number {
  const [a, b, c] = [bin - 1, bin, bin + 1].map((k) => Math.log((spectrum[k] ?? 0) + 1));
  const curve = a! - 2 * b! + c!;
  return curve === 0 ? bin : bin + (0.5 * (a! - c!)) / curve;
}

const decimation = 4;

/** A low-pass at 900 Hz (63-tap Hamming sinc): speech keeps its shape, and 2 kHz of samples are enough. */
const lowPass = Float64Array.from({ length: 63 }, (_unused, i) => {
  const x = i - 31;
  const cut = (2 * 900) / sampleRateHz;
  const sinc = x === 0 ? cut : Math.sin(Math.PI * cut * x) / (Math.PI * x);
  return sinc * (0.54 - 0.46 * Math.cos((2 * Math.PI * i) / 62));
});

function decimate(samples: Int16Array): Float64Array {
  const out = new Float64Array(Math.ceil(samples.length / decimation));
  for (let k = 0; k < out.length; k += 1) {
    let sum = 0;
    const centre = k * decimation - 31;
    const first = Math.max(0, -centre);
    const last = Math.min(lowPass.length, samples.length - centre);
    for (let i = first; i < last; i += 1) sum += samples[centre + i]! * lowPass[i]!;
    out[k] = sum;
  }
  return out;
}

function energy(samples: Float64Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum;
}
