// `npm run flows` on a folder of its own: a copy of the flows that ship, and a home without a service.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';

/** The project's own folder. */
export const project = path.resolve(import.meta.dirname, '../..');
/** Where all of a test file's folders are; gone with it. */
export const home = await mkdtemp(path.join(tmpdir(), 'yihao-flows-'));
/** The folder in use. */
export const copy = path.join(home, 'ivr-flows');
await cp(path.join(project, 'ivr-flows'), copy, { recursive: true });
t.teardown(() => rm(home, { recursive: true }));

/** What a command said and ended with. */
export interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one command with these lines as its input; it may take a minute on a busy machine. */
export function flows(
  args: readonly string[],
  input = '',
  more: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const env = { ...process.env, YIHAO_FLOWS: copy, YIHAO_HOME: path.join(home, 'yihao'), ...more };
  // tap gives every child its own loaders through NODE_OPTIONS; the command brings its own.
  delete (env as Record<string, string | undefined>)['NODE_OPTIONS'];
  const child = spawn(process.execPath, [path.join(project, 'scripts/flows.mjs'), ...args], {
    env,
    timeout: 60_000,
  });
  const told = { out: '', err: '' };
  child.stdout.on('data', (text: Buffer) => (told.out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (told.err += text.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...told })));
}

/** Changes a file of the folder in use. */
export async function edit(file: string, from: string, to: string): Promise<void> {
  const place = path.join(copy, file);
  const text = await readFile(place, 'utf8');
  if (!text.includes(from)) throw new Error(`${file}: ${from}`);
  await writeFile(
    place,
    text.replace(from, () => to),
  );
}
