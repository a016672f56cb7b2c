// What Redis shows when a connection is made, and whether it is all that this service has saved there.
import type { Redis } from 'ioredis';
import type { LiveImage } from '../../engine/ports.js';
import type { RedisKeys } from './keys.js';

/** The newest version of each state handed over to be saved, sent or not. */
export interface SavedVersions {
  readonly contacts: Map<string, number>;
  readonly agents: Map<string, number>;
}

/** One look at Redis. */
export interface Sight {
  /** Changes with every start of Redis. */
  readonly runId: string;
  /** 0 when none was ever taken. */
  readonly epoch: number;
  /** Who took it. */
  readonly owner: string;
  readonly contactVersions: Readonly<Record<string, string>>;
  readonly agentVersions: Readonly<Record<string, string>>;
}

/** Looks; rejects as ioredis does. */
export async function lookAt(redis: Redis, keys: RedisKeys): Promise<Sight> {
  const [info, epoch, contactVersions, agentVersions] = await Promise.all([
    redis.info('server'),
    redis.hgetall(keys.epoch),
    redis.hgetall(keys.contactVersions),
    redis.hgetall(keys.agentVersions),
  ]);
  return {
    runId: /^run_id:(\w+)/m.exec(info)?.[1] ?? '',
    epoch: Number(epoch['number'] ?? 0),
    owner: epoch['owner'] ?? '',
    contactVersions,
    agentVersions,
  };
}

/** Remembers exactly the states of an image. */
export function setSaved(saved: SavedVersions, image: LiveImage): void {
  saved.contacts.clear();
  saved.agents.clear();
  for (const { id, version } of image.contacts) saved.contacts.set(id, version);
  for (const { id, version } of image.agents) saved.agents.set(id, version);
}

/** Remembers one state, unless a newer version of it is known. */
export function noteSaved(
  versions: Map<string, number>,
  { id, version }: { id: string; version: number },
): void {
  versions.set(id, Math.max(version, versions.get(id) ?? 0));
}

/** True when Redis holds the very states that were saved, none older, none missing, none forgotten since. */
export function holdsAll(saved: SavedVersions, sight: Sight): boolean {
  return same(saved.contacts, sight.contactVersions) && same(saved.agents, sight.agentVersions);
}

function same(saved: ReadonlyMap<string, number>, stored: Readonly<Record<string, string>>): boolean {
  const ids = Object.keys(stored);
  return ids.length === saved.size && ids.every((id) => saved.get(id) === Number(stored[id]));
}
