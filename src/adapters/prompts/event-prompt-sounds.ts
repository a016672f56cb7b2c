// Sounds of event prompts: spoken by espeak-ng when one is written, kept beside the built sounds, found by the event's id.
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventOf } from '../../contact/event-prompt.js';
import type { EventPromptVoice } from '../../engine/event-prompts.js';
import type { PromptMedia } from '../../engine/ports.js';
import { AppError } from '../../errors.js';
import { segmentByLexicon, type Lexicon } from '../../ivr/lexicon.js';
import { finishedWav, samplesOf, wavDurationMs } from '../../ivr/telephone-sound.js';
import { runSoundProgram } from './sound-program.js';

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
  readonly lexicon: () => Lexicon;
  /** How long a sound is, for those that were made before this start. */
  readonly durationOf: (id: string) => number | undefined;
}

/** Sounds below this folder. */
export function createEventPromptSounds(parts: EventPromptSoundsParts): EventPromptSounds {
  const fileOf = (id: string) => join(parts.soundsDir, folder, `${id}.wav`);
  return {
    fileOf,
    async speak(id, { spoken, synthesized }) {
      const wav = await synthesize(synthesized);
      await writeWhole(fileOf(id), wav).catch((cause: unknown) => {
        const { code = '' } = cause as NodeJS.ErrnoException;
        if (!writeFaults.includes(code)) throw cause;
        throw new AppError('PROMPTS_READ_ONLY', { folder: parts.soundsDir, reason: code }, { cause });
      });
      return { durationMs: wavDurationMs(wav.byteLength), pinyin: await pinyinOf(parts.lexicon(), spoken) };
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

/** As the builder of prompts speaks, at the ordinary pace: 220 characters a minute. */
async function synthesize(text: string): Promise<Uint8Array<ArrayBuffer>> {
  // By standard input: a text must never be taken for an option.
  const speech = ['-v', 'cmn-latn-pinyin', '-s', '160', '--stdin', '--stdout'];
  const telephone = ['-t', 'raw', '-e', 'signed', '-b', '16', '-c', '1', '-r', '8000', '-'];
  const spoken = await outOf('espeak-ng', speech, Buffer.from(text));
  const raw = await outOf('sox', ['-V1', '--ignore-length', '-G', '-t', 'wav', '-', ...telephone], spoken);
  return finishedWav(samplesOf(raw), false);
}

async function outOf(
  program: 'sox' | 'espeak-ng',
  args: readonly string[],
  input: Uint8Array,
): Promise<Buffer> {
  const { ok, out, err } = await runSoundProgram(program, args, input);
  if (ok && out.byteLength > 0) return out;
  throw new AppError('SOUND_PROGRAM_MISSING', { program, reason: err.trim().split('\n')[0] ?? '' });
}

const stops: Readonly<Record<string, string>> = { '。': '.', '；': ';', '：': ':', '？': '?' };

/** With tone marks; the dictionary is large and read when it is first needed. */
async function pinyinOf(lexicon: Lexicon, spoken: string): Promise<string> {
  const { convert, pinyin } = await import('pinyin-pro');
  return segmentByLexicon(lexicon, spoken)
    .map((segment) =>
      segment.pinyin === undefined
        ? pinyin(segment.text, { nonZh: 'consecutive' })
        : convert(segment.pinyin, { format: 'numToSymbol' }).replaceAll('5', ''),
    )
    .join(' ')
    .replace(/ ?([，。；：？、]) ?/g, (_, sign: string) => `${stops[sign] ?? ','} `)
    .trim();
}

async function writeWhole(file: string, content: Uint8Array): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const handle = await open(`${file}.part`, 'w', 0o644);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.part`, file);
}
