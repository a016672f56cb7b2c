// The raw numbers of living calls in Redis, so that a restarted service can still show and write them away.
import type { Redis } from 'ioredis';
import type { CallerKey } from '../../contact/ids.js';

/** Raw numbers by caller key. */
export interface RedisLiveNumbers {
  keep(callerKey: CallerKey, number: string): Promise<void>;
  drop(callerKey: CallerKey): Promise<void>;
  all(): Promise<ReadonlyMap<CallerKey, string>>;
}

/** Numbers in the hash `key`. Every method rejects while Redis is away. */
export function createRedisLiveNumbers(redis: Redis, key: string): RedisLiveNumbers {
  return {
    async keep(callerKey, number) {
      await redis.hset(key, callerKey, number);
    },
    async drop(callerKey) {
      await redis.hdel(key, callerKey);
    },
    async all() {
      return new Map(Object.entries(await redis.hgetall(key))) as Map<CallerKey, string>;
    },
  };
}
