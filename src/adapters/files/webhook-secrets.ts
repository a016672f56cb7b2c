// Secrets that packets are signed with, one file a name: made when they are first asked for, and given to the other side by hand.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The secret of this name, read anew each time: a new one counts at once. Undefined = it cannot be read or made. */
export function createWebhookSecrets(folder: string): (name: string) => Promise<string | undefined> {
  const read = async (file: string): Promise<string | undefined> => {
    const text = await readFile(file, 'utf8').catch(() => '');
    return text.trim() === '' ? undefined : text.trim();
  };
  return async (name) => {
    if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(name)) return undefined;
    const file = path.join(folder, name);
    const there = await read(file);
    if (there !== undefined) return there;
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => undefined);
    const made = randomBytes(32).toString('hex');
    // Whoever made it first has made it.
    await writeFile(file, `${made}\n`, { flag: 'wx', mode: 0o600 }).catch(() => undefined);
    return read(file);
  };
}
