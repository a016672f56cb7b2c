// A plain Redis client for what may be refused at once and tried again: sessions, the raw numbers of living calls.
import { Redis } from 'ioredis';
import type { RedisAddress } from './redis-link.js';

const commandTimeoutMs = 500;
const retryMs = 500;

/** Connects for ever; a command while Redis is away is refused at once, never queued. `onTrouble` is told of each failure. */
export function createRedisClient(
  { host, port, password, clientName }: RedisAddress,
  onTrouble: (error: Error) => void,
): Redis {
  const redis = new Redis({
    host,
    port,
    password,
    connectionName: clientName,
    enableOfflineQueue: false,
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => retryMs,
  });
  redis.on('error', onTrouble);
  return redis;
}
