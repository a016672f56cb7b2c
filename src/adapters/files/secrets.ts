// The secrets of phones and agents: made once, kept in files only their owner can read, never changed by a later start.
import { randomBytes, randomInt } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { AgentId, DeviceId } from '../../contact/ids.js';
import { AppError } from '../../errors.js';

/** Passwords of SIP accounts and PINs of agents, by id. */
export interface SiteSecrets {
  readonly devicePasswords: ReadonlyMap<DeviceId, string>;
  /** Six figures, typed on a phone after the 工号. */
  readonly agentPins: ReadonlyMap<AgentId, string>;
}

/** File names below the secrets' folder. */
export const siteSecretFiles = { devices: 'devices.json', pins: 'pins.json' } as const;

/**
 * Reads one secret as `scripts/setup` made it, e.g. `ari`, `caller-key` or `kiosk`.
 * @throws AppError CONFIG_INVALID if it is missing or empty
 */
export async function readSecret(folder: string, name: string): Promise<string> {
  const text = await readFile(path.join(folder, name), 'utf8').catch((cause: unknown) => {
    throw new AppError('CONFIG_INVALID', { secret: name, reason: 'the file cannot be read' }, { cause });
  });
  const secret = text.trim();
  if (secret === '') throw new AppError('CONFIG_INVALID', { secret: name, reason: 'the file is empty' });
  return secret;
}

/**
 * The secrets of these devices and agents. Missing ones are made and written (mode 0600, by renaming a finished file);
 * those of ids that are gone are kept, in case they come back.
 * @throws AppError CONFIG_INVALID if a file is there and cannot be read
 */
export async function ensureSiteSecrets(
  folder: string,
  deviceIds: Iterable<DeviceId>,
  agentIds: Iterable<AgentId>,
): Promise<SiteSecrets> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return {
    devicePasswords: await ensureFile(path.join(folder, siteSecretFiles.devices), deviceIds, newPassword),
    agentPins: await ensureFile(path.join(folder, siteSecretFiles.pins), agentIds, newPin),
  };
}

/**
 * Gives an agent a new PIN, written before it is told.
 * @throws AppError CONFIG_INVALID if the file is there and cannot be read
 */
export async function replaceAgentPin(folder: string, agentId: AgentId): Promise<string> {
  const file = path.join(folder, siteSecretFiles.pins);
  const pins = await readSecrets(file);
  const old = pins.get(agentId);
  let pin = newPin(agentId);
  while (pin === old) pin = newPin(agentId);
  await writeSecrets(file, pins.set(agentId, pin));
  return pin;
}

function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

/** Any six figures but those a thief tries first: all alike, a pair or a three again and again, counting, or his 工号. */
function newPin(agentId: string): string {
  for (;;) {
    const pin = String(randomInt(1_000_000)).padStart(6, '0');
    const again = /^(\d{1,3})\1+$/.test(pin);
    const counting = '0123456789012345'.includes(pin) || '9876543210987654'.includes(pin);
    const ownNumber = agentId.length >= 3 && (pin.includes(agentId) || agentId.includes(pin));
    if (!again && !counting && !ownNumber) return pin;
  }
}

async function ensureFile<Id extends string>(
  file: string,
  ids: Iterable<Id>,
  make: (id: Id) => string,
): Promise<ReadonlyMap<Id, string>> {
  const known = await readSecrets(file);
  const wanted = [...ids];
  const missing = wanted.filter((id) => !known.has(id));
  for (const id of missing) known.set(id, make(id));
  if (missing.length > 0) await writeSecrets(file, known);
  return new Map(wanted.map((id) => [id, known.get(id) ?? '']));
}

async function readSecrets(file: string): Promise<Map<string, string>> {
  const name = path.basename(file);
  const broken = (cause: unknown): never => {
    throw new AppError(
      'CONFIG_INVALID',
      { file: name, reason: 'not readable as a map of ids to texts' },
      { cause },
    );
  };
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) =>
    cause.code === 'ENOENT' ? '{}' : broken(cause),
  );
  const pairs = Object.entries(parseObject(text) ?? broken(undefined));
  if (pairs.some(([, secret]) => typeof secret !== 'string' || secret === '')) broken(undefined);
  return new Map(pairs as [string, string][]);
}

/** Undefined unless the text is one JSON object. The parser's own message is dropped: it quotes the text. */
function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function writeSecrets(file: string, secrets: ReadonlyMap<string, string>): Promise<void> {
  const sorted = [...secrets].sort(([a], [b]) => (a < b ? -1 : 1));
  const finished = `${file}.new`;
  const handle = await open(finished, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(`${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(finished, file);
}
