// Measures a sound as Asterisk gets it, and says what is wrong with it: length, loudness, clipping, silence, form.
import type { PromptDefinition } from './prompt-text.js';
import {
  durationMs,
  peakOf,
  powerOf,
  sampleRateHz,
  samplesOfWav,
  speechEnds,
  speechLevelDb,
  speechRms,
} from './telephone-sound.js';

/** What was measured. Levels in dB below full scale, -100 for silence. */
export interface SoundFigures {
  readonly durationMs: number;
  /** RMS over the frames that hold speech. */
  readonly speechDb: number;
  /** The loudest 400 ms, as a listener notices them. */
  readonly loudestDb: number;
  /** 1 = full scale. */
  readonly peak: number;
  /** The longest run of samples at full scale; a run of three or more is heard as a crackle. */
  readonly clippedSamples: number;
  /** Peak above speech, dB: what was recorded too loud and turned down afterwards is flat. Clean speech has 12 and more. */
  readonly crestDb: number;
  readonly headSilenceMs: number;
  readonly tailSilenceMs: number;
}

/** One thing that is wrong, and what to do. */
export interface SoundFault {
  readonly code: 'form' | 'silent' | 'tooLong' | 'tooLoud' | 'tooQuiet' | 'clipped' | 'lateStart' | 'lateEnd';
  readonly zh: string;
  readonly en: string;
}

/** A listener takes in no more at a time; what stands before a person is shorter (GB/T 33358-2016: 15 s to an answer). */
const longestSeconds = { any: 12, beforePerson: 9 };
/** Loudness of speech, either way from {@link speechLevelDb}: a step of 2 dB from one prompt to the next is hardly noticed. */
const levelToleranceDb = 2;
/** Above this a single word stands out. */
const loudestMaxDb = -13;
const fullScale = 32_700;
const crackleSamples = 3;
const crestMinDb = 9;
const silenceMaxMs = { head: 150, tail: 400 };
const silentDb = -50;
const windowLength = (sampleRateHz * 400) / 1000;

/** How long a prompt may last, ms: its own `longestSeconds`, or the rule's. Ids of greet and menu stand before a person. */
export function longestMs({ id, longestSeconds: own }: PromptDefinition): number {
  const rule = /^(?:greet|menu)\./.test(id) ? longestSeconds.beforePerson : longestSeconds.any;
  return (own ?? rule) * 1000;
}

/** Measures a file; undefined if it is not the WAV that is played: 8 kHz, mono, 16 bits. */
export function measureWav(bytes: Uint8Array): SoundFigures | undefined {
  const samples = samplesOfWav(bytes);
  return samples === undefined ? undefined : measureSamples(samples);
}

/** Measures samples. */
export function measureSamples(samples: Int16Array): SoundFigures {
  const [speech, peak] = [speechRms(samples), peakOf(samples)];
  const ends = speechEnds(samples) ?? { first: samples.length, last: samples.length - 1 };
  return {
    durationMs: durationMs(samples.length),
    speechDb: decibels(speech ** 2),
    loudestDb: decibels(loudestPower(samples)),
    peak,
    clippedSamples: longestClipped(samples),
    crestDb: decibels(peak ** 2) - decibels(speech ** 2),
    headSilenceMs: durationMs(ends.first),
    tailSilenceMs: durationMs(samples.length - 1 - ends.last),
  };
}

/** That a prompt lasts longer than it may, if so. A prompt of several parts is heard as one. */
export function lengthFaults(lastsMs: number, mostMs: number): readonly SoundFault[] {
  if (lastsMs <= mostMs) return [];
  const [seconds, most] = [lastsMs, mostMs].map((ms) => (Math.ceil(ms / 100) / 10).toFixed(1));
  return [
    {
      code: 'tooLong',
      zh: `长 ${seconds} 秒,不得超过 ${most} 秒:请精简文字,或在该提示音写明 longestSeconds 及理由`,
      en: `lasts ${seconds} s, at most ${most} s: shorten the text, or give it longestSeconds with a reason`,
    },
  ];
}

/**
 * What sox's `stats` tells of a source: recorded too loud, with runs of samples at full scale, or silent but for noise.
 * Read before it is evened out, which would hide both, and at its own rate, since another rate rounds the edges.
 */
export function sourceFault(stats: string): SoundFault | undefined {
  const first = (name: string) =>
    Number(new RegExp(`^${name} +(-?[\\d.]+)`, 'm').exec(stats)?.[1] ?? -Infinity);
  if (first('RMS Pk dB') < silentDb) return silentFault;
  return first('Pk lev dB') > -0.2 && first('Flat factor') >= 6 ? overdrivenFault : undefined;
}

/** What is wrong with a sound but its length; `undefined` = it is not in the form that is played. */
export function soundFaults(figures: SoundFigures | undefined): readonly SoundFault[] {
  if (figures === undefined) return [formFault];
  if (figures.speechDb < silentDb) return [silentFault];
  const [db, wanted] = [figures.speechDb.toFixed(1), String(speechLevelDb)];
  const faults: readonly (readonly [boolean, SoundFault['code'], string, string])[] = [
    [
      figures.speechDb > speechLevelDb + levelToleranceDb || figures.loudestDb > loudestMaxDb,
      'tooLoud',
      `过响:${db} dB(应为 ${wanted}),最响处 ${figures.loudestDb.toFixed(1)} dB。请重录,音量平稳`,
      `is too loud: ${db} dB instead of ${wanted}, ${figures.loudestDb.toFixed(1)} dB at its loudest: record it again, evenly`,
    ],
    [
      figures.speechDb < speechLevelDb - levelToleranceDb,
      'tooQuiet',
      `过轻:${db} dB(应为 ${wanted}),个别爆音限制了整体音量。请去掉爆音后重录`,
      `is too quiet: ${db} dB instead of ${wanted}, held down by single peaks: record it again without them`,
    ],
    [
      figures.clippedSamples >= crackleSamples || figures.crestDb < crestMinDb,
      'clipped',
      overdrivenFault.zh,
      overdrivenFault.en,
    ],
    [
      figures.headSilenceMs > silenceMaxMs.head,
      'lateStart',
      `开头静音 ${String(figures.headSilenceMs)} 毫秒,不得超过 ${String(silenceMaxMs.head)}:请重新生成`,
      `begins with ${String(figures.headSilenceMs)} ms of silence, at most ${String(silenceMaxMs.head)}: make it again`,
    ],
    [
      figures.tailSilenceMs > silenceMaxMs.tail,
      'lateEnd',
      `结尾静音 ${String(figures.tailSilenceMs)} 毫秒,不得超过 ${String(silenceMaxMs.tail)}:请重新生成`,
      `ends with ${String(figures.tailSilenceMs)} ms of silence, at most ${String(silenceMaxMs.tail)}: make it again`,
    ],
  ];
  return faults.flatMap(([isWrong, code, zh, en]) => (isWrong ? [{ code, zh, en }] : []));
}

const overdrivenFault: SoundFault = {
  code: 'clipped',
  zh: '削波失真:录音时音量过大。请降低录音音量后重录',
  en: 'is clipped: it was recorded too loud. Record it again at a lower level',
};
const formFault: SoundFault = {
  code: 'form',
  zh: '不是 8 kHz 单声道 16 位 WAV:请运行 npm run prompts -- build 重新生成',
  en: 'is no 8 kHz mono 16-bit WAV: run npm run prompts -- build',
};
const silentFault: SoundFault = {
  code: 'silent',
  zh: '没有声音:请检查文字或录音后重新生成',
  en: 'is silent: check its text or recording and make it again',
};

function decibels(power: number): number {
  return power === 0 ? -100 : 10 * Math.log10(power);
}

/** Windows overlap by three quarters; a sound shorter than one is taken as it is. */
function loudestPower(samples: Int16Array): number {
  const length = Math.min(windowLength, samples.length);
  let loudest = 0;
  for (let at = 0; length > 0 && at + length <= samples.length; at += windowLength / 4)
    loudest = Math.max(loudest, powerOf(samples, at, length));
  return loudest;
}

function longestClipped(samples: Int16Array): number {
  let [longest, run] = [0, 0];
  for (const sample of samples) {
    run = Math.abs(sample) >= fullScale ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
