// @ts-check
// Makes one sound: espeak-ng speaks a text, or a studio's recording is read; sox brings it to telephone rate, the service's own code to even ends and loudness.

import { spawn } from 'node:child_process';
import { SetupFailure } from '../install/failure.mjs';
import { loadCore } from './core.mjs';

const deadlineMs = 20_000;

/** Characters a minute come out near 220 and 180. */
const wordsPerMinute = { normal: '160', slow: '130' };
const voices = { zh: 'cmn-latn-pinyin', en: 'en-us' };
const toTelephone = ['-t', 'raw', '-e', 'signed', '-b', '16', '-c', '1', '-r', '8000', '-'];

/**
 * @typedef {object} Utterance
 * @property {string} text as the synthesizer takes it
 * @property {'zh' | 'en'} language
 * @property {'normal' | 'slow'} speed
 * @property {boolean} continues another part follows: a pause as after a comma stands at the end
 */

/** @param {Utterance} utterance @returns {Promise<Uint8Array>} a WAV file */
export async function speak({ text, language, speed, continues }) {
  const options = ['-v', voices[language], '-s', wordsPerMinute[speed]];
  // By standard input: a text must never be taken for an option.
  const spoken = await run('espeak-ng', [...options, '--stdin', '--stdout'], Buffer.from(text));
  return finish(
    await run('sox', ['-V1', '--ignore-length', '-G', '-t', 'wav', '-', ...toTelephone], spoken),
    continues,
  );
}

/** A recording of any format sox knows, as telephone sound. @param {string} file @param {boolean} continues */
export async function readRecording(file, continues) {
  return finish(await run('sox', ['-V1', '-G', file, ...toTelephone, 'remix', '-']), continues);
}

/** What sox measures of a recording as it came. @param {string} file */
export async function recordingStats(file) {
  return (await run('sox', ['-V1', file, '-n', 'stats'], undefined, 'err')).toString();
}

/** The synthesizer's name and version: another one speaks otherwise. */
export async function synthesizerName() {
  return (await run('espeak-ng', ['--version'])).toString().split('Data at')[0]?.trim() ?? '';
}

/** @param {Buffer} raw @param {boolean} continues */
async function finish(raw, continues) {
  const { finishedWav, samplesOf } = await loadCore('ivr/telephone-sound');
  return finishedWav(samplesOf(raw), continues);
}

/**
 * Runs one program to its end and gives its output as bytes.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Buffer} [input]
 * @param {'out' | 'err'} [wanted]
 * @returns {Promise<Buffer>}
 */
function run(program, args, input, wanted = 'out') {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    /** @type {Buffer[]} */
    const out = [];
    let err = '';
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    child.stdin.on('error', () => {}); // a program that failed closes it; its exit code tells
    child.stdin.end(input);
    child.on('error', () => reject(missing(program)));
    child.on('close', (code) =>
      code === 0
        ? resolve(wanted === 'out' ? Buffer.concat(out) : Buffer.from(err))
        : reject(failed(program, args, err)),
    );
  });
}

/** @param {string} program */
function missing(program) {
  return new SetupFailure(
    `没有找到 ${program}。请执行 sudo apt-get install espeak-ng sox 后重试。`,
    `${program} was not found: run sudo apt-get install espeak-ng sox and try again.`,
  );
}

/** @param {string} program @param {readonly string[]} args @param {string} err */
function failed(program, args, err) {
  const what = `${program} ${args.join(' ')}: ${err.trim().split('\n')[0] ?? ''}`;
  return new SetupFailure(
    `提示音合成失败:${what}。请检查该文字或录音文件。`,
    `A sound could not be made, check its text or recording: ${what}`,
  );
}
