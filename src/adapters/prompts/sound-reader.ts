// Reads a recording of any common format by sox, in a process of its own with a deadline: the one place where the service starts another program.
import { spawn } from 'node:child_process';
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

/** Formats by their first bytes, with sox's name for each: what an uploader calls his file says nothing. */
const formats: readonly (readonly [name: string, isIt: (text: string) => boolean])[] = [
  ['wav', (text) => /^RIFF....WAVE/s.test(text)],
  ['flac', (text) => text.startsWith('fLaC')],
  ['opus', (text) => text.startsWith('OggS') && text.includes('OpusHead')],
  ['ogg', (text) => text.startsWith('OggS')],
  ['aiff', (text) => /^FORM....AIF[FC]/s.test(text)],
  ['amr-nb', (text) => text.startsWith('#!AMR\n')],
  ['mp3', (text) => /^(?:ID3|\xff[\xe2-\xff])/.test(text)],
];

/**
 * Reads a recording; its bytes go through pipes, no file is written.
 * @throws AppError RECORDING_REFUSED with the reason, SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED
 */
export async function readSound(bytes: Uint8Array): Promise<ReadSound> {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  const format = formats.find(([, isIt]) => isIt(head))?.[0];
  if (format === undefined) throw refused(unknownFormat);
  const from = ['-V1', '-t', format, '-'];
  const { err: stats } = await sox(
    [...from, '-n', 'trim', '0', String(longestSeconds), 'stats'],
    bytes,
    format,
  );
  const telephone = ['-t', 'raw', '-e', 'signed', '-b', '16', '-c', '1', '-r', String(sampleRateHz), '-'];
  const { out } = await sox(
    ['-V1', '-G', '-t', format, '-', ...telephone, 'remix', '-', 'trim', '0', String(longestSeconds)],
    bytes,
    format,
  );
  return { samples: samplesOf(out), fault: sourceFault(stats) };
}

/** Runs sox to its end; it may write no more than a minute of telephone sound. */
function sox(
  args: readonly string[],
  input: Uint8Array,
  format: string,
): Promise<{ readonly out: Buffer; readonly err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('sox', args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
    });
    const out: Buffer[] = [];
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (err = `${err}${chunk.toString()}`.slice(0, mostErrorText)));
    child.stdin.on('error', () => undefined); // sox has read enough; its exit code tells
    child.stdin.end(input);
    child.on('error', (cause) => reject(new AppError('SOUND_PROGRAM_MISSING', {}, { cause })));
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ out: Buffer.concat(out), err });
      else if (signal === 'SIGKILL') reject(new AppError('DEADLINE_EXCEEDED', { part: 'sox' }));
      else reject(refused(err.includes('no handler') ? noHandler(format) : unreadable));
    });
  });
}

/** A refusal with one reason. */
function refused(reason: { readonly zh: string; readonly en: string }): AppError {
  return new AppError('RECORDING_REFUSED', { reasons: [reason] });
}

const unknownFormat = {
  zh: '这不是能读的录音文件:请用 WAV、FLAC、OGG、AIFF 或 MP3(M4A 请先另存为 WAV)',
  en: 'This is no recording that can be read: use WAV, FLAC, OGG, AIFF or MP3 (save M4A as WAV first).',
};
const unreadable = {
  zh: '文件已损坏,读不出声音:请重新导出后再上传',
  en: 'The file is damaged and cannot be read: export it again.',
};
const noHandler = (format: string) => ({
  zh: `服务器不能读 ${format}:请另存为 WAV 后上传,或安装 libsox-fmt-all`,
  en: `The server cannot read ${format}: save it as WAV, or install libsox-fmt-all.`,
});
