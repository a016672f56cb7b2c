// The prompts as people see, hear and record them: a recording lies over what the build made, and can be taken away again.
import { constants } from 'node:fs';
import { access, copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
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
  /** Of an upload: when, and the text it was recorded for. */
  readonly uploaded: { readonly text: string; readonly atMs: number } | null;
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

/** What the page of prompts works with. */
export interface PromptStudio {
  /** Below it lies each sound as `yihao/<name>.wav`. */
  readonly soundsDir: string;
  prompts(): readonly StudioPrompt[];
  isWritable(): Promise<boolean>;
  /**
   * Measures a sound as it is played, by the rule of `npm run prompts -- measure`.
   * @throws AppError PROMPT_UNKNOWN
   */
  measure(promptId: string, name: string): Promise<MeasuredSound>;
  /**
   * Puts a recording over a sound; it is heard from the next playing on. The one before is kept as `<name>.previous.wav`.
   * @throws AppError PROMPT_UNKNOWN, RECORDING_REFUSED, SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED, PROMPTS_READ_ONLY
   */
  record(promptId: string, name: string, bytes: Uint8Array): Promise<StudioSound>;
  /**
   * Takes a recording away: what the build made is heard again.
   * @throws AppError PROMPT_UNKNOWN, RECORDING_MISSING, PROMPTS_READ_ONLY
   */
  unrecord(promptId: string, name: string): Promise<StudioSound>;
}

/** What the studio stands on. */
export interface PromptStudioParts {
  readonly soundsDir: string;
  /** Where uploads are kept: the next build takes them from there. */
  readonly recordingsDir: string;
  readonly store: PromptStore;
  readonly nowMs: () => number;
}

interface Found {
  readonly prompt: ManifestPrompt;
  readonly part: ManifestPrompt['parts'][number];
  readonly key: string;
  readonly sound: ManifestSound;
}

const folder = 'yihao/';
const nameOf = ({ file }: ManifestSound): string => file.slice(folder.length);

/** The studio over these folders; one change after the other. */
export function createPromptStudio(parts: PromptStudioParts): PromptStudio {
  const { soundsDir, recordingsDir, store, nowMs } = parts;
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

  async function record(promptId: string, name: string, bytes: Uint8Array): Promise<StudioSound> {
    const found = find(promptId, name);
    const read = await readSound(bytes);
    const wav = finishedWav(read.samples, found.sound.text.endsWith('，'));
    refuseFaulty(found, wav, read.fault);
    const own = nameOf(found.sound);
    const [played, below, kept] = placesOf(own);
    await mkdir(recordingsDir, { recursive: true, mode: 0o700 });
    await mkdir(join(soundsDir, 'made'), { recursive: true });
    await keepPrevious(kept);
    await replaceFile(`${kept}.wav`, wav);
    const uploaded = { text: found.sound.text, atMs: nowMs() };
    await replaceFile(`${kept}.json`, JSON.stringify(uploaded));
    if (found.sound.uploaded === null) await copyFile(played, below);
    await replaceFile(played, wav);
    return changed(promptId, own, { uploaded, durationMs: measureWav(wav)?.durationMs ?? 0 });
  }

  async function unrecord(promptId: string, name: string): Promise<StudioSound> {
    const found = find(promptId, name);
    const own = nameOf(found.sound);
    const [played, below, kept] = placesOf(own);
    const made = await readWhole(below);
    const durationMs = made && measureWav(made)?.durationMs;
    if (found.sound.uploaded === null || made === undefined || durationMs === undefined)
      throw new AppError('RECORDING_MISSING', { sound: own });
    await replaceFile(played, made);
    await keepPrevious(kept);
    return changed(promptId, own, { uploaded: null, durationMs });
  }

  const placesOf = (own: string) =>
    [
      join(soundsDir, `${folder}${own}.wav`),
      join(soundsDir, 'made', `${own}.wav`),
      join(recordingsDir, own),
    ] as const;

  /** Writes the list anew, as it is by now, with this one sound changed, and takes it into force. */
  async function changed(
    promptId: string,
    own: string,
    change: Pick<ManifestSound, 'uploaded' | 'durationMs'>,
  ): Promise<StudioSound> {
    const before = store.manifest();
    const { prompt, part, key, sound: earlier } = find(promptId, own);
    const sound = { ...earlier, ...change };
    const parts = prompt.parts.map((one) =>
      one === part ? { ...one, sounds: { ...one.sounds, [key]: sound } } : one,
    );
    const manifest = { ...before, prompts: { ...before.prompts, [promptId]: { ...prompt, parts } } };
    await replaceFile(join(soundsDir, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
    store.reload();
    return soundView(sound, prompt.parts.indexOf(part));
  }

  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = turn.then(async () => {
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
    prompts: () =>
      Object.entries(store.manifest().prompts).map(([id, { parts: own, ...prompt }]) => ({
        id,
        ...prompt,
        sounds: own.flatMap(({ sounds }, part) =>
          Object.values(sounds).map((sound) => soundView(sound, part)),
        ),
      })),
    isWritable: () =>
      access(join(soundsDir, folder), constants.W_OK).then(
        () => true,
        () => false,
      ),
    async measure(promptId, name) {
      const found = find(promptId, name);
      const wav = await readWhole(placesOf(nameOf(found.sound))[0]);
      const figures = wav && measureWav(wav);
      return { figures, faults: faultsOf(found, figures) };
    },
    record: (promptId, name, bytes) => inTurn(() => record(promptId, name, bytes)),
    unrecord: (promptId, name) => inTurn(() => unrecord(promptId, name)),
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

/** The recording in force becomes the previous one; there may be none. */
async function keepPrevious(kept: string): Promise<void> {
  for (const ending of ['.wav', '.json'])
    await rename(`${kept}${ending}`, `${kept}.previous${ending}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
}

const readWhole = (file: string): Promise<Buffer | undefined> => readFile(file).catch(() => undefined);

/** Durable, and never half of it: Asterisk may be reading the one before. */
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
