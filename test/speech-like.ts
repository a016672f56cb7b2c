// Something that measures like speech, for tests of sounds.
import { sampleRateHz } from '../src/ivr/telephone-sound.js';

/** Syllables: a voice of six overtones that swells and falls five times a second; its peaks stand out of its mean as in speech. */
export function speechLike(seconds: number, amplitude = 0.5): Int16Array {
  const overtones = [1, 2, 3, 4, 5, 6];
  return Int16Array.from({ length: seconds * sampleRateHz }, (_, at) => {
    const time = at / sampleRateHz;
    const swell = Math.abs(Math.sin(Math.PI * 5 * time)) ** 3;
    const voice = overtones.reduce((sum, n) => sum + Math.cos(2 * Math.PI * 150 * n * time), 0) / 6;
    return Math.round(32767 * amplitude * swell * voice);
  });
}
