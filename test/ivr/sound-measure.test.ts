// What the ear would notice in a sound is measured: each fault alone on a sound that is otherwise as it should be.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { speechLike } from '../speech-like.js';
import type { PromptDefinition } from '../../src/ivr/prompt-text.js';
import {
  lengthFaults,
  longestMs,
  measureSamples,
  measureWav,
  soundFaults,
  sourceFault,
} from '../../src/ivr/sound-measure.js';
import { finishedWav, level, samplesOfWav, speechRms, toWav } from '../../src/ivr/telephone-sound.js';

const withSilence = (samples: Int16Array, headMs: number, tailMs: number): Int16Array => {
  const [head, tail] = [headMs * 8, tailMs * 8];
  const whole = new Int16Array(head + samples.length + tail);
  whole.set(samples, head);
  return whole;
};
const codes = (samples: Int16Array) => soundFaults(measureWav(toWav(samples))).map(({ code }) => code);
const good = samplesOfWav(finishedWav(speechLike(3), false)) ?? new Int16Array();

t.test('a finished sound has nothing wrong, and its figures are those it was made with', (t) => {
  t.same(codes(good), []);
  const figures = measureSamples(good);
  t.ok(Math.abs(figures.speechDb + 20) < 0.1, String(figures.speechDb));
  t.ok(figures.headSilenceMs >= 40 && figures.headSilenceMs < 60, String(figures.headSilenceMs));
  t.ok(figures.tailSilenceMs >= 150 && figures.tailSilenceMs < 170, String(figures.tailSilenceMs));
  t.ok(Math.abs(figures.durationMs - 3190) < 60);
  t.equal(figures.clippedSamples, 0);
  t.end();
});

t.test('each fault is named alone, with what to do in both languages', (t) => {
  const loud = good.map((sample) => sample * 1.6);
  const quiet = good.map((sample) => sample * 0.5);
  const click = good.map((sample, at) => (at >= 9000 && at < 9005 ? 32767 : sample));
  t.same(codes(new Int16Array(8000)), ['silent']);
  t.same(codes(Int16Array.from(loud)), ['tooLoud']);
  t.same(codes(Int16Array.from(quiet)), ['tooQuiet']);
  t.same(codes(click), ['clipped']);
  t.same(codes(withSilence(good, 200, 0)), ['lateStart']);
  t.same(codes(withSilence(good, 0, 400)), ['lateEnd']);
  const square = level(speechLike(3).map((sample) => Math.max(-1500, Math.min(1500, sample))));
  t.ok(
    codes(withSilence(square, 40, 150)).includes('clipped'),
    'turned down after it was clipped, it is flat still',
  );
  for (const samples of [new Int16Array(8000), loud, quiet, click])
    for (const { zh, en } of soundFaults(measureSamples(Int16Array.from(samples)))) {
      t.match(zh, /请/);
      t.match(en, /again|run /);
    }
  t.end();
});

t.test('another rate, two channels, another width or half a file is no sound of ours', (t) => {
  const wav = toWav(good);
  for (const [at, byte] of [
    [22, 2],
    [24, 0x44],
    [34, 8],
    [20, 7],
    [0, 0],
    [40, 1],
  ] as const) {
    const other = new Uint8Array(wav);
    other[at] = byte;
    t.equal(measureWav(other), undefined, `byte ${String(at)}`);
  }
  t.equal(measureWav(wav.subarray(0, 30)), undefined);
  t.equal(measureWav(wav.subarray(0, 4000)), undefined);
  t.match(soundFaults(undefined), [{ code: 'form' }]);
  t.end();
});

t.test('what stands before a person lasts 9 s at most, the rest 12 s, and what its file allows', (t) => {
  const prompt = (id: string, longestSeconds: number | null = null) =>
    longestMs({ id, longestSeconds } as PromptDefinition);
  t.equal(prompt('greet.main'), 9000);
  t.equal(prompt('menu.main'), 9000);
  t.equal(prompt('menu.main', 10.5), 10_500);
  t.equal(prompt('queue.busy'), 12_000);
  t.equal(prompt('away.sorry', 13), 13_000);
  t.same(lengthFaults(9000, 9000), []);
  t.match(lengthFaults(9001, 9000), [{ code: 'tooLong', zh: /长 9\.1 秒,不得超过 9\.0 秒/ }]);
  t.end();
});

t.test(
  'a source recorded too loud is told by its runs at full scale, a silent one by its loudest moment',
  (t) => {
    const stats = (peak: string, flat: string, loudest = '     -9.83') =>
      `             Overall     Left      Right\nDC offset   0.000029\nPk lev dB${peak}\nRMS Pk dB${loudest}\nFlat factor${flat}\nPk count        54\n`;
    t.match(sourceFault(stats('       0.00', '     12.36')), { code: 'clipped' });
    t.equal(sourceFault(stats('       0.00', '      0.00')), undefined);
    t.equal(sourceFault(stats('      -2.26', '      0.00')), undefined);
    t.equal(
      sourceFault(stats('     -40.00', '     13.00', '    -43.00')),
      undefined,
      'few steps, far from full scale',
    );
    t.match(sourceFault(stats('     -84.29', '      0.00', '    -90.10')), { code: 'silent' });
    t.match(sourceFault(stats('       -inf', '      0.00', '      -inf')), { code: 'silent' });
    t.end();
  },
);

t.test('whatever is recorded comes out even, unclipped and between its pauses', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 0, max: 2000 }),
      fc.boolean(),
      (amplitude, headMs, tailMs, continues) => {
        const samples = withSilence(speechLike(1, amplitude), headMs, tailMs);
        const figures = measureWav(finishedWav(samples, continues));
        assert.deepEqual(soundFaults(figures), []);
        assert.ok(speechRms(samples) > 0);
      },
    ),
    { numRuns: 40 },
  );
  t.end();
});
