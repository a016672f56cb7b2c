// Starts an outside program for a test, keeps the end of what it says, and ends it by its pid: gently, then for good.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A program under way. */
export interface Child {
  readonly pid: number;
  /** The last 16 kB of both its outputs. */
  readonly output: string;
  /** Resolves with its exit code (null when a signal ended it). */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and SIGKILL after `graceMs`; resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
}

const keptCharacters = 16_000;

/** Starts it without a terminal. Rejects when the program cannot be started. */
export async function startChild(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string },
): Promise<Child> {
  const child: ChildProcess = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, HOME: options.cwd },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (data: Buffer): void => {
    output = (output + data.toString('utf8')).slice(-keptCharacters);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    exited,
    async stop(graceMs = 2_000) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(kill);
    },
  };
}
