// Runs sox or espeak-ng in a process of its own, with pipes and a deadline: the one place where the service starts another program.
import { spawn } from 'node:child_process';
import { AppError } from '../../errors.js';

/** How it ended: what it wrote, and on a fault what it said. */
export interface ProgramEnd {
  readonly ok: boolean;
  readonly out: Buffer;
  readonly err: string;
}

const deadlineMs = 20_000;
const mostErrorText = 20_000;

/**
 * Runs one program to its end.
 * @throws AppError SOUND_PROGRAM_MISSING, DEADLINE_EXCEEDED after 20 s
 */
export function runSoundProgram(
  program: 'sox' | 'espeak-ng',
  args: readonly string[],
  input: Uint8Array,
): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
    });
    const out: Buffer[] = [];
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (err = `${err}${chunk.toString()}`.slice(0, mostErrorText)));
    child.stdin.on('error', () => undefined); // it has read enough; its exit code tells
    child.stdin.end(input);
    child.on('error', (cause) => reject(new AppError('SOUND_PROGRAM_MISSING', { program }, { cause })));
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') reject(new AppError('DEADLINE_EXCEEDED', { part: program }));
      else resolve({ ok: code === 0, out: Buffer.concat(out), err });
    });
  });
}
