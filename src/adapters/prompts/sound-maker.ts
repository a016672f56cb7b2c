// Has sounds made by `scripts/prompts.mjs`, a program of its own at low priority: the service itself never synthesizes.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '../../errors.js';

/** How a text would be spoken. */
export interface SpokenText {
  readonly spoken: string;
  readonly pinyin: string;
  readonly durationMs: number;
  readonly wav: Uint8Array;
}

/** Where its program is and what it works on. */
export interface SoundMakerParts {
  /** `scripts/prompts.mjs`. */
  readonly program: string;
  readonly flowsDir: string;
  /** Texts that are not in force yet are laid down below it. */
  readonly stagingDir: string;
  /** Names of folders that the program finds its way by; nothing else of the service's environment reaches it. */
  readonly folders: Readonly<Record<string, string>>;
  readonly onFault: (reason: string) => void;
}

/** A large change is a minute of work; nobody who publishes waits longer. */
const buildMs = 120_000;
const speakMs = 15_000;
/** Every call goes first. */
const niceness = 15;

/** A maker over these folders; one program at a time. */
export function createSoundMaker({ program, flowsDir, stagingDir, folders, onFault }: SoundMakerParts) {
  let turn: Promise<unknown> = Promise.resolve();

  function run(command: string, flows: string, deadlineMs: number, input = ''): Promise<string> {
    const work = () => start(command, flows, deadlineMs, input);
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  function start(command: string, flows: string, deadlineMs: number, input: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, command], {
        env: { ...folders, YIHAO_FLOWS: flows, PATH: '/usr/local/bin:/usr/bin:/bin' },
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: deadlineMs,
        killSignal: 'SIGKILL',
      });
      if (child.pid !== undefined) setPriority(child.pid, niceness);
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      child.on('error', (error) => reject(error));
      child.on('close', (code, signal) => {
        if (code === 0) return resolve(out);
        if (signal !== null)
          return reject(new AppError('DEADLINE_EXCEEDED', { part: 'prompts', ms: deadlineMs }));
        reject(new AppError('SOUND_PROGRAM_MISSING', { reason: (err || out).trim().slice(0, 500) }));
      });
    });
  }

  /** False, and told, where it could not be done: a publication does not fail for it. */
  async function done(work: Promise<string>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      onFault(String(error));
      return false;
    }
  }

  async function prepare(files: ReadonlyMap<string, string>): Promise<boolean> {
    await mkdir(stagingDir, { recursive: true, mode: 0o700 });
    const staged = await mkdtemp(join(stagingDir, 'texts-'));
    try {
      for (const [file, text] of files) {
        await mkdir(dirname(join(staged, file)), { recursive: true });
        await writeFile(join(staged, file), text);
      }
      return await done(run('make', staged, buildMs));
    } finally {
      await rm(staged, { recursive: true, force: true });
    }
  }

  return {
    /** Makes what these texts need into the cache; what is heard now stays as it is. */
    prepare,
    /** Puts the sounds of the files in force in their places. */
    install: () => done(run('build', flowsDir, buildMs)),
    /** @throws SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED */
    async speak(asked: {
      readonly text: string;
      readonly language: 'zh' | 'en';
      readonly speed: 'normal' | 'slow';
      readonly lexicon: string;
    }): Promise<SpokenText> {
      const told = JSON.parse(await run('speak', flowsDir, speakMs, JSON.stringify(asked))) as {
        readonly spoken: string;
        readonly pinyin: string;
        readonly durationMs: number;
        readonly wav: string;
      };
      return { ...told, wav: Buffer.from(told.wav, 'base64') };
    },
  };
}
