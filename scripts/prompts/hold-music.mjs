// @ts-check
// Makes the hold music: soft chords of plain tones, one minute that joins its own beginning without a click. Nobody else's work, no licence.

import { loadCore } from './core.mjs';

const loopSeconds = 60;
const chordSeconds = 5;
const attackSeconds = 1.2;
const releaseSeconds = 3.5;
const levelDb = -27;

/** Twelve chords, as semitones from middle A; each voice within what a telephone carries. */
const chords = [
  [-9, -5, -2, 3],
  [-12, -5, 0, 3],
  [-7, -4, 0, 5],
  [-10, -2, 2, 5],
  [-9, -5, -2, 3],
  [-5, -2, 2, 7],
  [-7, -4, 0, 5],
  [-10, -2, 2, 7],
  [-12, -5, 0, 7],
  [-5, -2, 2, 7],
  [-7, -4, 0, 5],
  [-10, -2, 2, 5],
];

/** Amplitudes of a voice's tone and its overtones: round, without edges. */
const overtones = [1, 0.22, 0.06];

/** @returns {Promise<Uint8Array>} a WAV file */
export async function holdMusic() {
  const { sampleRateHz, toWav } = await loadCore('ivr/telephone-sound');
  const length = loopSeconds * sampleRateHz;
  const mix = new Float64Array(length);
  chords.forEach((chord, index) => {
    chord.forEach((semitones, voice) =>
      addVoice(mix, sampleRateHz, semitones, index * chordSeconds + voice * 0.35),
    );
  });
  const rms = Math.sqrt(mix.reduce((sum, value) => sum + value * value, 0) / length);
  const gain = (10 ** (levelDb / 20) / rms) * 32768;
  return toWav(Int16Array.from(mix, (value) => Math.round(value * gain)));
}

/**
 * Adds one voice of one chord; what rings past the end goes on at the beginning, so the loop has no seam.
 * @param {Float64Array} mix
 * @param {number} sampleRateHz
 * @param {number} semitones
 * @param {number} startSeconds
 */
function addVoice(mix, sampleRateHz, semitones, startSeconds) {
  const hertz = 440 * 2 ** (semitones / 12);
  const start = Math.round(startSeconds * sampleRateHz);
  const samples = (chordSeconds + releaseSeconds) * sampleRateHz;
  for (let index = 0; index < samples; index += 1) {
    const seconds = index / sampleRateHz;
    let tone = 0;
    overtones.forEach(
      (amplitude, overtone) => (tone += amplitude * Math.sin(2 * Math.PI * hertz * (overtone + 1) * seconds)),
    );
    const at = (start + index) % mix.length;
    mix[at] = (mix[at] ?? 0) + tone * envelope(seconds);
  }
}

/** Rises and falls like breath. @param {number} seconds */
function envelope(seconds) {
  const rise = Math.min(1, seconds / attackSeconds);
  const fall = Math.min(1, (chordSeconds + releaseSeconds - seconds) / releaseSeconds);
  return Math.sin((rise * Math.PI) / 2) ** 2 * Math.sin((fall * Math.PI) / 2) ** 2;
}
