// Sounds of event prompts: spoken when one is written, kept beside the built sounds, found by the event's id.
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventOf } from '../../contact/event-prompt.js';
import type { EventPromptVoice } from '../../engine/event-prompts.js';
import type { PromptMedia } from '../../engine/ports.js';
import { AppError } from '../../errors.js';
import type { SpokenText } from './sound-maker.js';

const folder = 'events';
const writeFaults = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'];

/** The voice, and where a playback finds what it said. */
export interface EventPromptSounds extends EventPromptVoice {
  /** Every other prompt is asked of `others`. */
  media(others: PromptMedia): PromptMedia;
  /** Where one lies. */
  fileOf(id: string): string;
}

export interface EventPromptSoundsParts {
  /** `YIHAO_HOME/sounds`: Asterisk plays from below it. */
  readonly soundsDir: string;
  /** Speaks a Chinese sentence as the builder of prompts would. @throws AppError SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED */
  readonly speak: (text: string) => Promise<SpokenText>;
  /** How long the sound of an event is; undefined for one that is not there. */
  readonly durationOf: (id: string) => number | undefined;
}

/** Sounds below this folder. */
export function createEventPromptSounds(parts: EventPromptSoundsParts): EventPromptSounds {
  const fileOf = (id: string) => join(parts.soundsDir, folder, `${id}.wav`);
  return {
    fileOf,
    async speak(id, text) {
      const { wav, durationMs, pinyin } = await parts.speak(text);
      await writeWhole(fileOf(id), wav).catch((cause: unknown) => {
        const { code = '' } = cause as NodeJS.ErrnoException;
        if (!writeFaults.includes(code)) throw cause;
        throw new AppError('PROMPTS_READ_ONLY', { folder: parts.soundsDir, reason: code }, { cause });
      });
      return { durationMs, pinyin };
    },
    forget: (id) => rm(fileOf(id), { force: true }),
    media: (others) => ({
      resolve(prompt) {
        const id = eventOf(prompt);
        if (id === undefined) return others.resolve(prompt);
        const durationMs = parts.durationOf(id);
        return durationMs === undefined ? undefined : { media: [`sound:${folder}/${id}`], durationMs };
      },
    }),
  };
}

async function writeWhole(file: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(`${file}.part`, 'w', 0o644);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.part`, file);
}
