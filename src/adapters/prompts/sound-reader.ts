// Reads a recording of any common format by sox, or by ffmpeg what sox has no reader for, each in a process of its own with a deadline: the one place where the service starts other programs.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../errors.js';
import { sourceFault, type SoundFault } from '../../ivr/sound-measure.js';
import { sampleRateHz, samplesOf } from '../../ivr/telephone-sound.js';

/** A recording as telephone samples, before its ends and its loudness are evened out. */
export interface ReadSound {
  readonly samples: Int16Array<ArrayBuffer>;
  /** What was wrong with it as it came. */
  readonly fault: SoundFault | undefined;
}

const deadlineMs = 20_000;
/** No prompt is longer; of a longer recording so much is read, and its length is told. */
const longestSeconds = 60;
const mostErrorText = 20_000;

/** How a format is read: `by` its program under the name that program has for it. */
interface SoundFormat {
  /** As people call it. */
  readonly name: string;
  readonly by: 'sox' | 'ffmpeg';
  readonly as: string;
  readonly isIt: (text: string) => boolean;
}

/** Formats by their first bytes: what an uploader calls his file says nothing. The first that fits counts. */
const formats: readonly SoundFormat[] = [
  { name: 'WAV', by: 'sox', as: 'wav', isIt: (text) => /^RIFF....WAVE/s.test(text) },
  { name: 'FLAC', by: 'sox', as: 'flac', isIt: (text) => text.startsWith('fLaC') },
  {
    ...{ name: 'Opus', by: 'ffmpeg', as: 'ogg' },
    isIt: (text) => text.startsWith('OggS') && text.includes('OpusHead'),
  },
  { name: 'OGG', by: 'sox', as: 'ogg', isIt: (text) => text.startsWith('OggS') },
  { name: 'AIFF', by: 'sox', as: 'aiff', isIt: (text) => /^FORM....AIF[FC]/s.test(text) },
  { name: 'AMR', by: 'ffmpeg', as: 'amr', isIt: (text) => /^#!AMR(?:-WB)?\n/.test(text) },
  { name: 'M4A', by: 'ffmpeg', as: 'mov', isIt: (text) => text.slice(4, 8) === 'ftyp' },
  { name: 'AAC', by: 'ffmpeg', as: 'aac', isIt: (text) => /^\xff[\xf0\xf1\xf8\xf9]/.test(text) },
  { name: 'MP3', by: 'ffmpeg', as: 'mp3', isIt: (text) => /^(?:ID3|\xff[\xe2-\xff])/.test(text) },
  {
    name: 'WMA',
    by: 'ffmpeg',
    as: 'asf',
    isIt: (text) => text.startsWith('\x30\x26\xb2\x75\x8e\x66\xcf\x11'),
  },
  { name: 'WebM', by: 'ffmpeg', as: 'matroska', isIt: (text) => text.startsWith('\x1a\x45\xdf\xa3') },
];

/**
 * Reads a recording. What sox reads goes through pipes; ffmpeg is given a file of its own, gone when it has ended: M4A has its table of contents last.
 * @param programPath where the programs are looked for
 * @throws AppError RECORDING_REFUSED with the reason, SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED
 */
export async function readSound(
  bytes: Uint8Array,
  programPath = '/usr/local/bin:/usr/bin:/bin',
): Promise<ReadSound> {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  const format = formats.find(({ isIt }) => isIt(head));
  if (format === undefined) throw refused(unknownFormat);
  if (format.by === 'ffmpeg') return readDecoded(await decoded(bytes, format, programPath), programPath);
  try {
    return await readBySox(bytes, ['-t', format.as, '-'], programPath);
  } catch (error) {
    if (!(error instanceof NoReader)) throw error;
    return readDecoded(await decoded(bytes, format, programPath), programPath);
  }
}

/** sox was built, or installed, without this format. */
class NoReader extends Error {}

/** A WAV file that came through a pipe does not say how long it is. */
function readDecoded(wav: Uint8Array, programPath: string): Promise<ReadSound> {
  return readBySox(wav, ['--ignore-length', '-t', 'wav', '-'], programPath);
}

async function readBySox(
  bytes: Uint8Array,
  from: readonly string[],
  programPath: string,
): Promise<ReadSound> {
  const cut = ['trim', '0', String(longestSeconds)];
  const stats = await run('sox', ['-V1', ...from, '-n', ...cut, 'stats'], programPath, bytes);
  requireRead(stats);
  const telephone = ['-t', 'raw', '-e', 'signed', '-b', '16', '-c', '1', '-r', String(sampleRateHz), '-'];
  const sound = await run(
    'sox',
    ['-V1', '-G', ...from, ...telephone, 'remix', '-', ...cut],
    programPath,
    bytes,
  );
  requireRead(sound);
  return { samples: samplesOf(sound.out), fault: sourceFault(stats.err) };
}

function requireRead({ isDone, err }: Ran): void {
  if (isDone) return;
  throw err.includes('no handler') ? new NoReader() : refused(unreadable);
}

/** The whole as a WAV file, by ffmpeg. The format is forced, nothing but this one file is opened. */
async function decoded(bytes: Uint8Array, format: SoundFormat, programPath: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-sound-'));
  try {
    const file = join(folder, 'recording');
    await writeFile(file, bytes, { mode: 0o600 });
    const from = ['-protocol_whitelist', 'file', '-f', format.as, '-i', `file:${file}`];
    const to = ['-map', '0:a:0', '-t', String(longestSeconds), '-ac', '2', '-f', 'wav', 'pipe:1'];
    const args = ['-nostdin', '-v', 'error', '-threads', '1', ...from, ...to];
    const ran = await run('ffmpeg', args, programPath).catch((error: unknown) => {
      throw error instanceof AppError && error.code === 'SOUND_PROGRAM_MISSING'
        ? refused(noDecoder(format.name))
        : error;
    });
    if (!ran.isDone) throw refused(unreadable);
    return ran.out;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Ran {
  readonly isDone: boolean;
  readonly out: Buffer;
  readonly err: string;
}

/** Runs a program to its end; no more than a minute of sound is asked of it. */
function run(
  program: 'sox' | 'ffmpeg',
  args: readonly string[],
  programPath: string,
  input: Uint8Array = new Uint8Array(),
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      env: { PATH: programPath, LC_ALL: 'C' },
    });
    const out: Buffer[] = [];
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (err = `${err}${chunk.toString()}`.slice(0, mostErrorText)));
    child.stdin.on('error', () => undefined); // the program has read enough; its exit code tells
    child.stdin.end(input);
    child.on('error', (cause) => reject(new AppError('SOUND_PROGRAM_MISSING', {}, { cause })));
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') reject(new AppError('DEADLINE_EXCEEDED', { part: program }));
      else resolve({ isDone: code === 0, out: Buffer.concat(out), err });
    });
  });
}

/** A refusal with one reason. */
function refused(reason: { readonly zh: string; readonly en: string }): AppError {
  return new AppError('RECORDING_REFUSED', { reasons: [reason] });
}

const unknownFormat = {
  zh: '这不是能读的录音文件:请用 WAV、MP3、M4A、AAC、OGG、Opus、FLAC、AIFF、AMR、WMA 或 WebM',
  en: 'This is no recording that can be read: use WAV, MP3, M4A, AAC, OGG, Opus, FLAC, AIFF, AMR, WMA or WebM.',
};
const unreadable = {
  zh: '文件已损坏,读不出声音:请重新导出后再上传',
  en: 'The file is damaged and cannot be read: export it again.',
};
const noDecoder = (name: string) => ({
  zh: `服务器没有安装 ffmpeg,不能读 ${name}:请系统管理员执行 sudo apt-get install ffmpeg,或另存为 WAV 后上传`,
  en: `ffmpeg is not installed on the server, so ${name} cannot be read: run sudo apt-get install ffmpeg, or save it as WAV.`,
});
