// The prompts as people see and hear them, and the recordings of them that drafts and versions name by their hash.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../errors.js';
import {
  lengthFaults,
  measureWav,
  soundFaults,
  type SoundFault,
  type SoundFigures,
} from '../../ivr/sound-measure.js';
import { finishedWav } from '../../ivr/telephone-sound.js';
import type { PromptManifest } from './prompt-manifest.js';
import type { PromptStore } from './prompt-store.js';
import { readSound } from './sound-reader.js';

type ManifestPrompt = PromptManifest['prompts'][string];
type ManifestSound = ManifestPrompt['parts'][number]['sounds'][string];

/** One sound of a prompt. */
export interface StudioSound {
  /** Its name, of letters, digits and dashes. */
  readonly name: string;
  /** Which of the prompt's parts it is a sound of. */
  readonly part: number;
  readonly text: string;
  readonly spoken: string;
  readonly pinyin: string;
  readonly durationMs: number;
  /** Made by the synthesizer, recorded in the site's files, or uploaded by page. */
  readonly source: 'synthesized' | 'recorded' | 'uploaded';
  /** Of an upload: the text it was recorded for, and the hash that names it. */
  readonly uploaded: { readonly text: string; readonly sha256: string } | null;
}

/** One prompt with its sounds. */
export interface StudioPrompt extends Omit<ManifestPrompt, 'parts'> {
  readonly id: string;
  readonly sounds: readonly StudioSound[];
}

/** What was measured, and what is wrong with it; without figures it is no sound that can be played. */
export interface MeasuredSound {
  readonly figures: SoundFigures | undefined;
  readonly faults: readonly SoundFault[];
}

/** A recording that is kept; a draft and the version it becomes name it by its hash. */
export interface KeptRecording {
  readonly sha256: string;
  /** Which it was recorded for. */
  readonly text: string;
  readonly durationMs: number;
}

/** What the page of prompts works with. */
export interface PromptStudio {
  /** Below it lies each sound as `yihao/<name>.wav`, and as `made/<name>.wav` what lies below a recording uploaded by page. */
  readonly soundsDir: string;
  /** Below it lies each uploaded recording as `<sha256>.wav`, for as long as the site lives: a version may be brought back. */
  readonly recordingsDir: string;
  prompts(): readonly StudioPrompt[];
  /**
   * Measures a sound as it is played, by the rule of `npm run prompts -- measure`.
   * @throws AppError PROMPT_UNKNOWN
   */
  measure(promptId: string, name: string): Promise<MeasuredSound>;
  /**
   * Judges a sound that may come in the place of one, by the same rule.
   * @throws AppError PROMPT_UNKNOWN
   */
  judge(promptId: string, name: string, wav: Uint8Array): MeasuredSound;
  /**
   * Reads a recording for a sound, evens it out, and keeps it; nobody hears it before a version that names it is in force.
   * @throws AppError PROMPT_UNKNOWN, RECORDING_REFUSED, SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED, PROMPTS_READ_ONLY
   */
  keep(promptId: string, name: string, bytes: Uint8Array): Promise<KeptRecording>;
  /** Whether this recording is kept. */
  has(sha256: string): Promise<boolean>;
  /** Measures a kept recording; without figures where it is not there. */
  measureKept(sha256: string): Promise<MeasuredSound>;
}

/** What the studio stands on. */
export interface PromptStudioParts {
  readonly soundsDir: string;
  /** Where uploads are kept: the build takes them from there. */
  readonly recordingsDir: string;
  readonly store: PromptStore;
}

interface Found {
  readonly prompt: ManifestPrompt;
  readonly part: ManifestPrompt['parts'][number];
  readonly key: string;
  readonly sound: ManifestSound;
}

const folder = 'yihao/';
const nameOf = ({ file }: ManifestSound): string => file.slice(folder.length);

/** The studio over these folders; one recording is read after the other. */
export function createPromptStudio(parts: PromptStudioParts): PromptStudio {
  const { soundsDir, recordingsDir, store } = parts;
  let turn: Promise<unknown> = Promise.resolve();

  /** A name from outside is only compared: paths are made of the manifest's own. @throws PROMPT_UNKNOWN */
  function find(promptId: string, name: string): Found {
    const { prompts } = store.manifest();
    const prompt = Object.hasOwn(prompts, promptId) ? prompts[promptId] : undefined;
    for (const part of prompt?.parts ?? [])
      for (const [key, sound] of Object.entries(part.sounds))
        if (prompt !== undefined && nameOf(sound) === name) return { prompt, part, key, sound };
    throw new AppError('PROMPT_UNKNOWN', { id: promptId, sound: name });
  }

  async function keep(promptId: string, name: string, bytes: Uint8Array): Promise<KeptRecording> {
    const found = find(promptId, name);
    const read = await readSound(bytes);
    const wav = finishedWav(read.samples, found.sound.text.endsWith('，'));
    refuseFaulty(found, wav, read.fault);
    const sha256 = createHash('sha256').update(wav).digest('hex');
    await mkdir(recordingsDir, { recursive: true, mode: 0o700 });
    if (!(await has(sha256))) await replaceFile(placeOf(sha256), wav);
    return { sha256, text: found.sound.text, durationMs: measureWav(wav)?.durationMs ?? 0 };
  }

  const placeOf = (sha256: string): string => join(recordingsDir, `${sha256}.wav`);
  const has = (sha256: string): Promise<boolean> =>
    stat(placeOf(sha256)).then(
      () => true,
      () => false,
    );

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = turn.then(() => {
      store.reload(); // a build may have written it since
      return work();
    });
    turn = result.catch(() => undefined);
    return result.catch((cause: unknown) => {
      throw writeFault(cause, recordingsDir);
    });
  }

  return {
    soundsDir,
    recordingsDir,
    prompts: () =>
      Object.entries(store.manifest().prompts).map(([id, { parts: own, ...prompt }]) => ({
        id,
        ...prompt,
        sounds: own.flatMap(({ sounds }, part) =>
          Object.values(sounds).map((sound) => soundView(sound, part)),
        ),
      })),
    async measure(promptId, name) {
      const found = find(promptId, name);
      const wav = await readWhole(join(soundsDir, `${folder}${nameOf(found.sound)}.wav`));
      const figures = wav && measureWav(wav);
      return { figures, faults: faultsOf(found, figures) };
    },
    judge(promptId, name, wav) {
      const figures = measureWav(wav);
      return { figures, faults: faultsOf(find(promptId, name), figures) };
    },
    keep: (promptId, name, bytes) => inTurn(() => keep(promptId, name, bytes)),
    has,
    async measureKept(sha256) {
      const wav = await readWhole(placeOf(sha256));
      const figures = wav && measureWav(wav);
      return { figures, faults: soundFaults(figures) };
    },
  };
}

function soundView(sound: ManifestSound, part: number): StudioSound {
  const { text, spoken, pinyin, durationMs, uploaded } = sound;
  const source = uploaded === null ? sound.source : 'uploaded';
  return { name: nameOf(sound), part, text, spoken, pinyin, durationMs, source, uploaded };
}

/** By the same rule as `npm run prompts -- measure`. `asItCame`: what was wrong before it was evened out. */
function faultsOf(
  { prompt, part }: Found,
  figures: SoundFigures | undefined,
  asItCame?: SoundFault,
): readonly SoundFault[] {
  const otherPartsMs = prompt.parts
    .filter((one) => one !== part)
    .reduce((sum, { sounds }) => sum + Math.max(...Object.values(sounds).map((one) => one.durationMs)), 0);
  const wholeMs = (figures?.durationMs ?? 0) + otherPartsMs;
  const heard = asItCame === undefined ? soundFaults(figures) : [asItCame];
  return [...heard, ...lengthFaults(wholeMs, prompt.longestMs)];
}

/** @throws RECORDING_REFUSED */
function refuseFaulty(found: Found, wav: Uint8Array, asItCame: SoundFault | undefined): void {
  const faults = faultsOf(found, measureWav(wav), asItCame);
  if (faults.length === 0) return;
  const reasons = faults.map(({ zh, en }) => ({ zh: `这段录音${zh}`, en: `The recording ${en}.` }));
  throw new AppError('RECORDING_REFUSED', { reasons });
}

const readWhole = (file: string): Promise<Buffer | undefined> => readFile(file).catch(() => undefined);

/** Durable, and never half of it: a build may be reading it. */
async function replaceFile(file: string, content: Uint8Array | string): Promise<void> {
  const part = `${file}.part`;
  const handle = await open(part, 'w', 0o644);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await rename(part, file);
}

const writeFaults = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'];

function writeFault(cause: unknown, folderName: string): unknown {
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (!writeFaults.includes(code)) return cause;
  return new AppError('PROMPTS_READ_ONLY', { folder: folderName, reason: code }, { cause });
}
